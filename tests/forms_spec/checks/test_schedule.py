"""Every form and visit has its place in time."""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import STUDY, load, said


def visits(keys: str, row: str = "X X X") -> str:
    return (
        "visits:\n  SCR: {title: Screening}\n  D0: {title: Treatment, target: day 0}\n"
        f"  M3: {{title: Month 3{keys}}}\nschedule:\n  columns: SCR D0 M3\n  base: "
        f"{row}\n"
    )


@pytest.mark.parametrize(
    "keys",
    [
        "",
        ", target: month 3, window: 14 days",
        ", target: day 3, window: 0 days",
        ", target: day 90, window: {before: 2 days, after: 1 day}",
        ", target: day 90, window: {from: day 80, to: day 95}",
        ", window: {from: day 80, to: day 95}",
        ", type: unscheduled, repeats: true",
        ", type: termination",
        ", repeats: true",
        ", target: week 2, window: 1 week",
        ", repeats: {every: 21 days}, window: 3 days",
        ", repeats: {every: 1 month, most: 12}",
        ", target: hour 48, window: 24 hours",
        ", target: week 2, window: {from: day 12, to: week 3}",
    ],
)
def test_a_visit_may_be_so(keys: str) -> None:
    assert said(visits(keys)) == []


@pytest.mark.parametrize(
    ("keys", "finding"),
    [
        (", target: month three", "4:32 not-a-target"),
        (", target: weeks 2", "4:32 not-a-target"),
        (", target: D0 + 2", "4:32 not-a-target"),
        (", target: D0+2 days", "4:32 not-a-target"),
        (", target: hour 36", "4:32 hours-not-whole-days"),
        (", target: day 2, window: 6 hours", "4:47 hours-not-whole-days"),
        (
            ", target: week 2, window: {from: day 1, to: day 9}",
            "4:48 target-outside-window",
        ),
        (", repeats: {every: month 1}", "4:41 not-days"),
        (", repeats: {most: 3}", "4:24 missing-key"),
        (", repeats: {every: 3 days, from: D9}", "4:33 unknown-target-anchor"),
        (", target: day 3, repeats: {every: 3 days}", "4:24 cycles-with-one-day"),
        (
            ", repeats: {every: 3 days}, window: {from: day 1, to: day 2}",
            "4:50 cycles-with-one-day",
        ),
        (", target: D9 + 2 days", "4:32 unknown-target-anchor"),
        (", target: D0 + 2 days", "4:32 target-without-date"),
        (", target: M3 + 2 days", "4:32 target-in-circle"),
        (", target: month 3, window: 14", "4:49 not-days"),
        (", window: 14 days", "4:24 window-without-target"),
        (", window: {from: day 9, to: day 3}", "4:32 window-reversed"),
        (", window: {from: 9 days, to: day 3}", "4:39 not-a-day"),
        (", window: {from: day 9}", "4:24 missing-key"),
        (", window: {before: 3 days}", "4:24 missing-key"),
        (
            ", target: day 1, window: {from: day 2, to: day 3}",
            "4:47 target-outside-window",
        ),
        (", type: unscheduled, target: day 3", "4:43 target-of-unscheduled"),
        (", target: day 21, repeats: true", "4:32 target-of-repeating"),
        (", target: day 21, window: 2 days, repeats: true", "4:32 target-of-repeating"),
        (", type: unscheduld", "4:30 not-one-of"),
    ],
)
def test_a_visit_may_not_be_so(keys: str, finding: str) -> None:
    assert said(visits(keys)) == [f"1.yaml:{finding}"]


@pytest.mark.parametrize(
    ("row", "finding"),
    [
        ("X X", "7:9 schedule-row-length"),
        ("X X X X", "7:9 schedule-row-length"),
        ("X x X", "7:11 schedule-mark"),
        ("X   C o", "7:13 conditional-without-condition"),
        (". . .", "frame"),
    ],
)
def test_a_row_has_a_mark_for_each_visit(row: str, finding: str) -> None:
    found = said(visits("", row))
    if finding == "frame":
        codes = sorted(one.split()[1] for one in found)
        assert codes == ["form-never-scheduled", *["visit-without-forms"] * 3]
    else:
        assert f"1.yaml:{finding}" in found


def test_unknown_forms_and_visits_are_shown_inside_the_grid() -> None:
    text = (
        visits("").replace("columns: SCR D0 M3", "columns: SCR D0 M6")
        + "  bse: X X X\n"
    )
    assert [one for one in said(text) if "unknown" in one] == [
        "1.yaml:6:19 unknown-visit",
        "1.yaml:8:3 unknown-form",
    ]


def test_a_condition_needs_a_mark_and_a_mark_a_condition() -> None:
    text = visits("", "X C o") + "conditions:\n  base: {M3: base.n > 1}\n"
    found = said(text)
    assert [one.split()[1] for one in found] == [
        "conditional-without-condition",
        "condition-without-conditional",
    ]


def test_a_condition_holds_for_every_visit_or_for_one() -> None:
    assert said(visits("", "X C C") + "conditions:\n  base: base.n > 1\n") == []
    assert (
        said(
            visits("", "X C C")
            + "conditions:\n  base: {D0: base.n > 1, M3: base.n > 2}\n"
        )
        == []
    )


def test_a_condition_is_checked_like_any_expression() -> None:
    assert said(visits("", "X C C") + "conditions:\n  base: base.nn > 1\n") == [
        "1.yaml:9:9 rule-unknown-field"
    ]
    assert said(visits("", "X C C") + "conditions:\n  base: base.n\n") == [
        "1.yaml:9:9 rule-wrong-type"
    ]


def test_a_log_form_belongs_to_no_visit() -> None:
    log = "form: lg\ntitle: Log\nlog: true\nfields:\n  e: {label: Event}\n"
    assert said(visits(""), log) == []
    assert said(visits("") + "  lg: X X X\n", log) == ["1.yaml:8:3 log-in-schedule"]


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("day 1", "day -14", True),
        ("day 1", "day 1", False),
        ("month 3", "day 80", True),
        ("month 3", "day 90", False),
        ("day 40", "month 1", True),
        ("day 30", "month 1", False),
        ("day -60", "month -1", False),
    ],
)
def test_visits_stand_in_the_order_of_their_days(
    first: str, second: str, found: bool
) -> None:
    visits = (
        f"visits:\n  A: {{title: First, target: {first}}}\n"
        f"  B: {{title: Second, target: {second}}}\n"
        "schedule:\n  columns: A B\n  base: X X\n"
    )
    assert said(visits) == (["1.yaml:3:30 visits-out-of-order"] if found else [])


SV = """
form: sv
title: Visit
fields:
  visdat: {label: Date, type: date}
  done: {label: Did it take place?, type: yes_no}
  why: {label: Why not?}
  off: {label: Missed, type: checkbox, required: true}
  status: {label: Status, type: choice, codes: [HELD, MISSED], required: true}
"""
DATED = f"{SV}---\n{STUDY}visit: {{date: sv.visdat}}\n"


def anchored(first: str, second: str) -> str:
    return (
        f"visits:\n  A: {{title: First, {first}}}\n  B: {{title: Second, {second}}}\n"
        "schedule:\n  columns: A B\n  base: X X\n  sv: X X\n"
    )


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("target: day 0", "target: A + 2 weeks", []),
        ("repeats: true", "target: A + 3 days, repeats: true", []),
        ("target: day 0", "target: B + 3 days", ["target-in-circle"]),
        (
            "target: B + 3 days",
            "target: A - 3 days",
            ["target-in-circle", "target-in-circle", "visits-out-of-order"],
        ),
        ("target: day 9", "target: A - 3 days", ["visits-out-of-order"]),
        ("target: B + 1 day", "target: day 9", ["visits-out-of-order"]),
        ("target: day 0", "target: A + 3 days, repeats: true", ["target-of-repeating"]),
    ],
)
def test_a_visit_may_count_from_another(
    first: str, second: str, found: list[str]
) -> None:
    assert [one.split()[1] for one in said(anchored(first, second), DATED)] == found


@pytest.mark.parametrize(
    ("anchors", "found"),
    [
        ("{OPD: base.d}", []),
        ("{OPD: [base.d, sv.visdat]}", []),
        ("{OPD: base.n}", ["day-zero-not-a-date"]),
        ("{OPD: base.dd}", ["unknown-field"]),
        ("{OPD: 'base[A].d'}", ["day-zero-of-a-visit"]),
        ("{OPD: base.d, B: base.d}", ["duplicate-name"]),
        ("{OPD: base.d, LOG: base.d}", ["reserved-name"]),
    ],
)
def test_an_anchor_is_a_name_for_a_date(anchors: str, found: list[str]) -> None:
    study = STUDY + f"anchors: {anchors}\n"
    visits = anchored("target: day 0", "target: OPD - 3 days")
    assert [one.split()[1] for one in said(visits, SV, study)] == found


LOG = "---\nform: lg\ntitle: Log\nlog: true\nfields:\n  d: {label: Day, type: date}\n"


@pytest.mark.parametrize(
    ("keys", "visit", "found"),
    [
        ("visit: {date: sv.visdat, missed: sv.why}", "", []),
        ("visit: {date: sv.visdat, missed: sv.done = 'N'}", "", []),
        ("visit: {date: sv.visdat, missed: sv.status = 'MISSED'}", "", []),
        ("visit: {date: sv.visdat, missed: sv.off}", "", []),
        ("visit: {date: sv.visdat}", "date: base.d, missed: sv.why", []),
        ("visit: {}\nlast_day: []", "date: sv.visdat, missed: base.p = 'N'", []),
        ("last_day: [base.d, lg.d]", "", []),
        ("last_day: base.n", "", ["day-zero-not-a-date"]),
        ("visit: {date: sv.visdate}", "", ["unknown-field"]),
        ("visit: {date: sv.done}", "", ["day-zero-not-a-date"]),
        ("visit: {date: lg.d}", "", ["visit-date-not-collected"]),
        ("visit: {date: sv.visdat, missed: sv.wy}", "", ["unknown-field"]),
        ("visit: {date: sv.visdat, missed: sv.done}", "", ["missed-by-any-answer"]),
        ("visit: {date: sv.visdat, missed: sv.status}", "", ["missed-by-any-answer"]),
        (
            "visit: {date: sv.visdat, missed: sv.why = 'N'}",
            "",
            ["missed-unknown-answer"],
        ),
        (
            "visit: {date: sv.visdat, missed: sv.done = 'X'}",
            "",
            ["missed-unknown-answer"],
        ),
        ("visit: {date: sv.visdat, missed: sv.n > 1}", "", ["not-a-missed-answer"]),
        ("visit: {missed: sv.why}", "", ["missed-without-date"]),
        ("visit: {}", "missed: sv.why", ["missed-without-date"]),
        ("visit: {date: sv.visdat}", "date: lg.d", ["visit-date-not-collected"]),
    ],
)
def test_the_dictionary_says_what_dates_a_visit(
    keys: str, visit: str, found: list[str]
) -> None:
    visits = anchored("target: day 0", visit or "type: unscheduled")
    said_now = said(visits, f"{SV}{LOG}---\n{STUDY}{keys}\n")
    assert [one.split()[1] for one in said_now] == found


def test_a_visit_that_counts_from_one_without_a_date_of_its_own() -> None:
    visits = anchored("target: day 0", "target: A + 2 weeks").replace(
        "sv: X X", "sv: . X"
    )
    assert [one.split()[1] for one in said(visits, DATED)] == ["target-without-date"]
    own = visits.replace("target: day 0", "target: day 0, date: base.d")
    assert said(own, DATED) == []


def test_a_cdash_name_that_still_decides_is_a_warning() -> None:
    old = SV.replace("type: date", "type: date, cdash: VISDAT")
    old = old.replace("Why not?", "Why not?, cdash: SVREASOC")
    end = (
        "form: eos\ntitle: End\nfields: {d: {label: Day, type: date, cdash: DSSTDAT}}\n"
    )
    visits = anchored("target: day 0", "target: A + 2 weeks") + "  eos: . X\n"
    found = load(visits, old, end).findings
    assert [f"{one.text} {one.code}" for one in found] == [
        "2.yaml:5:44 decided-by-cdash-name",
        "3.yaml:3:45 decided-by-cdash-name",
    ]
    assert "visit: {date: sv.visdat, missed: sv.why}" in found[0].remedy
    assert "last_day: eos.d" in found[1].remedy


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ("base[A].n > 1 and siteid = '01'", []),
        ("base.n > 1", ["3:43 visit-decides-itself"]),
        ("base[B].n > 1", ["3:43 visit-decides-itself"]),
        ("n > 1", ["3:44 rule-unknown-name"]),
        ("base[A].nn > 1", ["3:44 rule-unknown-field"]),
        ("base[A].n", ["3:44 rule-wrong-type"]),
        ("base[A].n >", ["3:55 rule-ends-early"]),
    ],
)
def test_the_condition_of_a_visit_names_the_form_of_each_field(
    when: str, found: list[str]
) -> None:
    visits = anchored("target: day 0", f'target: day 9, when: "{when}"')
    assert said(visits, DATED) == [f"1.yaml:{one}" for one in found]


def test_a_condition_of_a_visit_is_no_mark_c() -> None:
    visits = anchored("target: day 0", "target: day 9, when: 'base[A].n > 1'")
    found = said(f"{visits}conditions:\n  base: base.n > 2\n", DATED)
    assert [one.split()[1] for one in found] == ["condition-without-conditional"]


TWO_ARMS = """
form: rand
title: Randomisation
fields:
  arm: {label: Arm, type: choice, codes: {A: One, B: Two}}
"""


@pytest.mark.parametrize(
    ("arms", "visit", "mark", "found"),
    [
        ("{by: 'rand[A].arm', names: {A: One, B: Two}}", "arms: [B]", "X(A,B)", []),
        ("{by: 'rand[A].arm', names: {A: One}}", "arms: [A, B]", "X", ["unknown-arm"]),
        ("{by: 'rand[A].arm', names: {A: One}}", "arms: [A]", "o(B)", ["unknown-arm"]),
        (
            "{by: 'rand[A].arm', names: {A: One}}",
            "arms: [A]",
            "X()",
            ["visit-without-forms", "schedule-mark"],
        ),
        (
            "{by: 'rand[A].arm', names: {A: One, C: Three}}",
            "arms: [A]",
            "X",
            ["rule-unknown-code"],
        ),
        (
            "{by: 'rand[A].arn', names: {A: One}}",
            "arms: [A]",
            "X",
            ["rule-unknown-field"],
        ),
        ("{by: arm, names: {A: One}}", "arms: [A]", "X", ["rule-unknown-name"]),
    ],
)
def test_an_arm_is_an_answer_that_decides_what_there_is(
    arms: str, visit: str, mark: str, found: list[str]
) -> None:
    visits = (
        "visits:\n  A: {title: First}\n"
        f"  B: {{title: Second, {visit}}}\n"
        f"schedule:\n  columns: A B\n  base: X {mark}\n  rand: X .\n"
    )
    codes = [
        one.split()[1] for one in said(visits, TWO_ARMS, STUDY + f"arms: {arms}\n")
    ]
    assert codes == found
