"""Studies with something unusual in them: judged all at once as one by one, and no
finding lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from forms_spec.model.captured_data import CellKey
from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.study import Study
from generator.package.row_order import package_order
from generator.package.writer import write_package
from generator.validation.report.report import Report
from tests.forms_spec.evaluation.unknown_cases import STUDY
from tests.generator.validation.columnar.forms.test_agreement import agree
from tests.oncology_study import ARMS, BY_ARM, CYCLES, ENDING, FILES
from tests.package_cases import captured
from tests.studies import study_of

HEAD = STUDY["study.yaml"]
VISITS = "visits: {V1: {title: One}, V2: {title: Two}}\nschedule:\n  columns: V1 V2\n"
FORM = "form: a\ntitle: A\nfields:\n"
ROWS = "groups:\n  g:\n    title: G\n    rows: {}\n    fields:\n"


def study(form: str, schedule: str = "  a: X X\n", **others: str) -> Study:
    texts = {"study.yaml": HEAD, "visits.yaml": VISITS + schedule, "a.yaml": form}
    return study_of(texts | {f"{name}.yaml": text for name, text in others.items()})


def judged(
    tmp_path: Path,
    of: Study,
    forms: Sequence[CapturedForm],
    change: Callable[[Path], None] | None = None,
    **how: object,
) -> Report:
    root = tmp_path / "package"
    write_package(of, sorted(forms, key=package_order(of)), root)
    if change:
        change(root)
    return agree(root, **how)  # type: ignore[arg-type]


def subjects(texts: Mapping[str, str], count: int = 6) -> list[CapturedForm]:
    return [
        captured("a V1", texts, subject=f"01-{number:03}")
        for number in range(1, count + 1)
    ]


def test_a_calculated_date_of_a_form_without_rows(tmp_path: Path) -> None:
    of = study(
        "form: a\ntitle: A\nfields:\n  m: {label: Last, type: calculated, gives: "
        "date, value: max(g.d)}\n"
        f"{ROWS}      d: {{label: D, type: date}}\n"
    )
    forms = [
        captured("a V1", {}, {"g": [{"d": "2024-01-02"}]}),
        captured("a V2", {}, {}),
    ]
    assert judged(tmp_path, of, forms).valid


@pytest.mark.parametrize("end", ["10 / 0", "sqrt(0 - 1)"])
def test_an_end_of_a_range_that_nobody_can_tell(tmp_path: Path, end: str) -> None:
    of = study(f"{FORM}  x: {{label: X, type: integer, range: [null, '{end}']}}\n")
    assert judged(tmp_path, of, subjects({"x": "5"}, 1)).counts.by_code == {
        "above-range-unknown": 1
    }


def test_a_row_with_an_enormous_number(tmp_path: Path) -> None:
    rules = (
        "rules:\n  R: {message: Few rows., assert: rowno < 100, severity: query, on: "
        "[g.y]}\n"
    )
    of = study(
        f"form: a\ntitle: A\n{ROWS}      y: {{label: Y, type: integer}}\n", rules=rules
    )

    def enlarge(root: Path) -> None:
        table = root / "data" / "g.csv"
        table.write_text(
            table.read_text().replace("V1,0,1,", "V1,0,99999999999999,"),
            encoding="utf-8",
        )

    report = judged(tmp_path, of, [captured("a V1", {}, {"g": [{"y": "1"}]})], enlarge)
    assert report.counts.by_rule["R"] == 1


def test_a_form_whose_condition_hangs_on_how_often_it_was_captured(
    tmp_path: Path,
) -> None:
    of = study(
        f"{FORM}  n: {{label: N, type: calculated, gives: integer, value: count(b)}}\n",
        "  a: X .\n  b: . C\nconditions:\n  b: a.n > 0\n",
        b="form: b\ntitle: B\nfields:\n  z: {label: Z, type: integer}\n",
    )
    assert judged(tmp_path, of, [captured("a V1", {})]).valid


def test_more_reasons_for_no_answer_than_can_be_told_apart_at_once(
    tmp_path: Path,
) -> None:
    codes = [f"M{number}" for number in range(300)]
    head = HEAD.replace(
        "ND: Not done", f"ND: Not done, {', '.join(f'{one}: {one}' for one in codes)}"
    )
    of = study_of(
        {
            "study.yaml": head,
            "visits.yaml": f"{VISITS}  a: X X\n",
            "a.yaml": (
                f"{FORM}  x: {{label: X, type: integer, missing: "
                f"[{', '.join(codes)}]}}\n"
            ),
        }
    )
    forms = [
        captured("a V1", {"x": code}, subject=f"01-{at:03}")
        for at, code in enumerate(codes)
    ]
    write_package(of, sorted(forms, key=package_order(of)), tmp_path / "package")
    from generator import validate_package

    report = validate_package(tmp_path / "package", large=0)
    [note] = report.notes
    assert "more than 250 kinds of texts" in note
    [x] = [one for one in report.missingness if one.field == "x" and one.visit == "V1"]
    assert len(x.states) == 300


@pytest.mark.parametrize("limit", [1, 3])
def test_kept_warnings_take_no_place_in_the_list(tmp_path: Path, limit: int) -> None:
    of = study(f"{FORM}  x: {{label: X, type: integer, expected: [0, 5]}}\n")
    kept = {(CellKey("a", None, "x"), "above-expected"): "measured twice"}
    first, second, *others = subjects({"x": "9"})
    forms = [
        replace(one, record=replace(one.record, kept=kept)) for one in (first, second)
    ]
    report = judged(tmp_path, of, [*forms, *others], limit=limit)
    assert (report.counts.findings, report.counts.located) == (4, limit)


def test_damaged_cells_take_no_place_in_the_list(tmp_path: Path) -> None:
    of = study(f"{FORM}  x: {{label: X, type: integer}}\n")

    def damage(root: Path) -> None:
        table = root / "data" / "a.csv"
        table.write_bytes(table.read_bytes().replace(b",x1", b",\xff", 1))

    report = judged(tmp_path, of, subjects({"x": "x1"}), damage, limit=2)
    assert report.counts.by_code["not-an-integer"] == 5


def test_files_are_looked_for_in_the_order_of_the_subjects(tmp_path: Path) -> None:
    of = study(f"{FORM}  x: {{label: X, type: file, accept: [pdf], size: 1 MB}}\n")

    def repeat(root: Path) -> None:
        table = root / "data" / "subjects.csv"
        header, first, *others = table.read_text(encoding="utf-8").splitlines()
        table.write_text(
            "\n".join([header, first, first, *others]) + "\n", encoding="utf-8"
        )

    forms = subjects({"x": "files/0123456789abcdef/x.pdf"})
    assert (
        judged(tmp_path, of, forms, repeat, limit=1).counts.by_code["upload-missing"]
        == 6
    )


def test_fields_called_like_columns_of_ours(tmp_path: Path) -> None:
    names = "".join(
        f"  {name}: {{label: L, length: 9}}\n" for name in ("status", "version", "line")
    )
    of = study(f"{FORM}  x: {{label: X, type: integer}}\n{names}")
    forms = [
        captured("a V1", {"x": "1", "status": "7", "version": "v1", "line": "q\nr"}),
        captured("a V2", {"x": "x", "status": "abc", "version": "007", "line": "q"}),
    ]

    def damage(root: Path) -> None:
        table = root / "data" / "a.csv"
        table.write_bytes(table.read_bytes().replace(b",x,abc", b",\xff,abc"))

    assert "not-utf8" in judged(tmp_path, of, forms, damage).counts.by_code


def test_a_unit_of_a_form_that_nobody_began(tmp_path: Path) -> None:
    unit = "unit: {kg: {}, lb: {to: kg, as: value * 0.45}}, range: {kg: [10, 300]}"
    of = study(
        f"{FORM}  x: {{label: X, type: integer}}\n",
        "  a: X X\n  b: o o\n",
        b=(
            f"form: b\ntitle: B\nfields:\n  w: {{label: W, type: decimal, places: 1, "
            f"{unit}}}\n"
        ),
    )
    assert judged(tmp_path, of, subjects({"x": "1"})).valid


def test_visits_that_count_from_each_other(tmp_path: Path) -> None:
    """Some subjects began, some were late, one has no date, one repeats a visit."""
    of = study_of(FILES)
    dates: tuple[dict[str, str], ...] = (
        {"C1D1": "2024-01-02"},
        {"C1D1": "2024-01-02", "C1D8": "2024-01-09"},
        {"C1D1": "2024-01-02", "C1D8": "2024-03-30"},
        {"C1D1": "2024-01-02", "C1D8": ""},
        {"EOT": "2024-03-01"},
        {"C1D1": "2024-01-02", "C1D8 1": "2024-01-09"},
    )
    forms: list[CapturedForm] = []
    for number, visits in enumerate(dates, start=1):
        subject = f"01-{number:03}"
        for visit, day in visits.items():
            forms.append(captured(f"sv {visit}", {"visdat": day}, subject=subject))

        texts = {"randdat": f"2024-0{number}-01"}
        forms.append(captured("rand C1D1", texts, subject=subject))

    forms.append(captured("eot EOT", {"plandat": "2024-02-01"}, subject="01-005"))
    report = judged(tmp_path, of, forms)
    counts = {
        line.visit: dict(line.states)
        for line in report.missingness
        if line.table == "sv" and line.visit in ("C2D1", "FU")
    }
    assert counts["C2D1"]["overdue"] >= 1
    assert counts["C2D1"]["not yet due"] >= 2
    assert counts["FU"]["not yet due"] >= 4


def test_visits_with_dates_of_their_own(tmp_path: Path) -> None:
    """A scan dates its own visit, nothing dates another one, and the last day is that
    of the last dose.
    """
    visits = FILES["visits.yaml"]
    visits = visits.replace(
        "W6: {", "W6: {date: scan.scandat, missed: scan.done = 'N', "
    )
    visits = visits.replace(
        "  sv:      X    X    X    X  X   X", "  sv:      X    X    .    .  X   X"
    )
    visits += "  scan:    .    .    o    X  .   .\n  late:    .    .    X    X  .   .\n"
    of = study_of(
        {
            **FILES,
            "study.yaml": FILES["study.yaml"]
            + "last_day: [eot.lastdat]\nmissing: {ND: Not done}\n",
            "visits.yaml": visits,
            "scan.yaml": "form: scan\ntitle: Scan\nfields:\n"
            "  scandat: {label: Date, type: date}\n"
            "  done: {label: Done?, type: yes_no, missing: [ND]}\n",
            "late.yaml": "form: late\ntitle: L\nfields: {x: {label: X}}\n",
        }
    )
    scans: tuple[dict[str, str] | None, ...] = (
        {"scandat": "2024-02-12", "done": "N"},
        {"scandat": "", "done": "N"},
        {"scandat": "", "done": "ND"},
        None,
    )
    forms: list[CapturedForm] = []
    for number, scan in enumerate(scans, start=1):
        subject = f"01-{number:03}"
        forms.append(captured("sv C1D1", {"visdat": "2024-01-02"}, subject=subject))
        forms.append(captured("sv C1D8", {"visdat": "2024-01-09"}, subject=subject))
        forms.append(captured("rand C1D1", {"randdat": "2024-01-02"}, subject=subject))
        if scan is not None:
            forms.append(captured("scan W6", scan, subject=subject))

    forms.append(captured("scan C2D1", {"scandat": "2024-01-23"}, subject="01-001"))
    forms.append(captured("eot EOT", {"lastdat": "2024-01-05"}, subject="01-004"))
    counts = {
        line.visit: dict(line.states)
        for line in judged(tmp_path, of, forms).missingness
        if line.table == "late"
    }
    assert counts == {
        "C2D1": {"blank though expected": 1, "overdue": 2},
        "W6": {"blank though expected": 1, "visit missed": 1, "overdue": 1},
    }


@pytest.mark.parametrize("by_arm", [{}, BY_ARM], ids=["when", "arms"])
def test_visits_of_another_arm(tmp_path: Path, by_arm: dict[str, str]) -> None:
    """One subject of each arm, one of whom nobody knows the arm, and a form too many."""
    of = study_of({**FILES, **ARMS, **by_arm})
    forms: list[CapturedForm] = []
    for number, arm in enumerate(("A", "B", "", "A"), start=1):
        subject = f"01-{number:03}"
        texts = {"randdat": "2024-01-02", "arm": arm}
        forms.append(captured("rand C1D1", texts, subject=subject))
        forms.append(captured("sv C1D1", {"visdat": "2024-01-02"}, subject=subject))

    forms.append(captured("sv B8", {"visdat": "2024-01-09"}, subject="01-004"))
    forms.append(captured("dose B15", {"mg": "5"}, subject="01-004"))
    report = judged(tmp_path, of, forms)
    assert report.counts.by_code == {"absent_visit": 2}
    expected = {
        line.visit: dict(line.states)
        for line in report.missingness
        if line.table == "sv" and line.visit in ("B8", "B15", "W6")
    }
    # Only the subject of arm B lacks the visit of arm B.
    assert expected["B8"] == {"answered": 1, "overdue": 1}
    assert expected["B15"] == {"not yet due": 1}
    assert expected["W6"] == {"overdue": 4}


def test_numbered_cycles(tmp_path: Path) -> None:
    """Nobody began, some came to the second or last cycle, and one came too often."""
    of = study_of({**FILES, **CYCLES})
    forms: list[CapturedForm] = []
    for number, cycles in enumerate(((), (1,), (0,), (1, 2, 3), (4,)), start=1):
        subject = f"01-{number:03}"
        forms.append(captured("sv C1D1", {"visdat": "2024-01-02"}, subject=subject))
        forms.extend(
            captured(f"sv CYC {cycle}", {"visdat": "2024-02-02"}, subject=subject)
            for cycle in cycles
        )

    report = judged(tmp_path, of, forms)
    assert report.counts.by_code.get("absent_visit") == 1
    [cycle] = [
        dict(line.states)
        for line in report.missingness
        if (line.table, line.visit) == ("sv", "CYC")
    ]
    # Of the five, one came to the last cycle and one went beyond it.
    assert cycle["overdue"] == 3


def test_visits_until_another_one(tmp_path: Path) -> None:
    """Treatment goes on, ended before the first cycle, or after it; one was never
    randomised.
    """
    of = study_of({**FILES, **ENDING})
    forms: list[CapturedForm] = []
    for number, (end, last) in enumerate(ENDS, start=1):
        subject = f"01-{number:03}"
        dates = {"sv C1D1": {"visdat": "2024-01-02"}, "sv EOT": {"visdat": end}}
        dates["rand C1D1"] = {"randdat": "2024-01-01"}
        dates["eot EOT"] = {"lastdat": last}
        forms.extend(
            captured(name, texts, subject=subject)
            for name, texts in dates.items()
            if any(texts.values())
        )

    report = judged(tmp_path, of, forms)
    expected = {
        visit: dict(line.states)
        for line in report.missingness
        for visit in [line.visit]
        if line.table == "sv"
    }
    assert expected["CYC"]["overdue"] == 3
    assert expected["W9"]["overdue"] == 2


ENDS = (
    ("", ""),
    ("2024-01-22", "2024-01-02"),
    ("2024-01-23", "2024-01-23"),
    ("2024-04-01", "2024-04-01"),
)
"""The date of the end of treatment, and of the last dose."""

LIVES = {
    "study.yaml": HEAD,
    "visits.yaml": """
visits:
  V1: {title: One, target: day 0}
  V2: {title: Two, target: day 7}
  FU: {title: Follow-up, target: day 14}
  ET: {title: Early end, type: termination}
schedule:
  columns: V1 V2 FU ET
  a:       X  X  X  X
""",
    "a.yaml": "form: a\ntitle: A\nfields:\n  d: {label: D, type: date}\n",
    "eos.yaml": """
form: eos
title: End
log: true
fields:
  why: {label: Why, type: text, length: 40, missing: [ND], cdash: DSDECOD}
  last: {label: Last day, type: date}
""",
}
SAID_DAYS = "day_zero: a.d\nvisit: {date: a.d}\nlast_day: eos.last\n"
OWN_ENDS = """
subject_status:
  screen_failure: {form: eos, when: why = 'SCREEN FAILURE'}
  withdrawn: {form: a, when: d > eos.last, still_due: [FU]}
"""
BEGINNING_ONLY = """
subject_status:
  enrolled: {form: a, when: d is known, still_due: [FU]}
"""


@pytest.mark.parametrize("words", ["", OWN_ENDS, BEGINNING_ONLY])
def test_subjects_leave_in_every_way(tmp_path: Path, words: str) -> None:
    """Every reason with every last day and with other visits held."""
    of = study_of({**LIVES, "study.yaml": HEAD + SAID_DAYS + words})
    held: Sequence[dict[str, str]] = (
        {"V1": "2024-01-02"},
        {"V1": "2024-01-02", "V2": "2024-01-09"},
        {"V1": "2024-01-02", "ET": "2024-01-08"},
    )
    reasons = ("", " ", "ND", "Screen_failure", "SCREEN FAILURE", "COMPLETED", "MOVED")
    last_days = ("", "2024-01-05", "2024-01-12")

    forms: list[CapturedForm] = []
    ways = product(held, reasons, last_days)
    for number, (visits, why, last) in enumerate(ways, start=1):
        subject = f"01-{number:03}"
        for visit, day in visits.items():
            forms.append(captured(f"a {visit}", {"d": day}, subject=subject))

        forms.append(captured("eos LOG", {"why": why, "last": last}, subject=subject))

    report = judged(tmp_path, of, forms)
    lacking = {
        line.visit: sum(line.states.get(state, 0) for state in ("due", "overdue"))
        for line in report.missingness
        if line.table == "a"
    }
    assert 0 < lacking["FU"] < len(forms)


def test_answers_that_another_answer_takes_away(tmp_path: Path) -> None:
    """Codes with a condition, of one and of several answers, inside of rows, and while
    nobody knows whether the condition holds.
    """
    of = study(
        f"{FORM}  side: {{label: Side, type: choice, codes: [L, R]}}\n"
        "  place: {label: Place, type: choice, codes: PLACE}\n"
        "  signs: {label: Signs, type: multiple_choice, codes: PLACE}\n"
        f"{ROWS}      y: {{label: Y, type: yes_no}}\n"
        "      z: {label: Z, type: choice, codes: "
        "{A: A, B: {label: B, when: y = 'Y' and side = 'L'}}}\n",
        lists="codelists:\n  PLACE: {ELBOW: {label: Elbow, when: side = 'L'}, "
        "KNEE: {label: Knee, when: side = 'R'}, NONE: None}\n",
    )
    answers = (
        ({"side": "L", "place": "ELBOW", "signs": "KNEE;NONE"}, ("Y", "B")),
        ({"side": "R", "place": "ELBOW", "signs": "ELBOW;KNEE"}, ("Y", "B")),
        ({"place": "ELBOW", "signs": "NONE"}, ("N", "B")),
        ({"side": "R", "place": "NONE"}, ("N", "A")),
    )
    forms = [
        captured("a V1", texts, {"g": [{"y": y, "z": z}]}, subject=f"01-{number:03}")
        for number, (texts, (y, z)) in enumerate(answers, start=1)
    ]
    report = judged(tmp_path, of, forms)
    assert report.counts.by_code == {
        "offered_a_place_1": 1,
        "offered_a_signs_1": 1,
        "offered_a_signs_2": 1,
        "offered_g_z_1": 2,
        "rule-untold": 1,
    }


TUMOURS = {
    "b": "form: b\ntitle: B\ngroups:\n  target:\n    title: Lesions\n    rows: {}\n"
    "    fields:\n      organ: {label: Organ, type: choice, codes: [LIVER, LUNG]}\n"
}
LATER = (
    "form: a\ntitle: A\ngroups:\n  later:\n    rows: {from: 'target[V1]', carry: "
    "[organ]}\n    fields:\n      y: {label: Y, type: integer, required: true}\n"
)


def test_rows_of_another_form(tmp_path: Path) -> None:
    """A row was added, a row was lost, the form was never begun, all is well, and a
    carried value was changed outside.
    """
    of = study(LATER, "  b: X .\n  a: . X\n", **TUMOURS)
    rows = (
        (["LIVER", "LUNG"], ["3"]),
        (["LIVER"], ["3", "4"]),
        (None, ["3"]),
        (["LIVER", ""], ["3", "4"]),
        (["LIVER"], ["3"]),
    )
    forms: list[CapturedForm] = []
    for number, (there, here) in enumerate(rows, start=1):
        subject = f"01-{number:03}"
        later = {"later": [{"y": text} for text in here]}
        forms.append(captured("a V2", {}, later, subject=subject))
        if there is not None:
            target = {"target": [{"organ": organ} for organ in there]}
            forms.append(captured("b V1", {}, target, subject=subject))

    def change(root: Path) -> None:
        table = root / "data" / "later.csv"
        text = table.read_text(encoding="utf-8")
        changed = text.replace("01-005,V2,0,1,", "01-005,V2,0,1,LUNG")
        table.write_text(changed, encoding="utf-8")

    report = judged(tmp_path, of, forms, change)
    assert report.counts.by_code == {
        "row-not-carried": 1,
        "carried_later": 2,
        "calculated-differs": 1,
        "file-changed": 1,
    }
    orphans = [
        found.finding.data
        for found in report.findings
        if found.finding.code == "carried_later"
    ]
    assert [(place.subject, place.row) for place in orphans if place] == [
        ("01-002", 2),
        ("01-003", 1),
    ]


NUMBERED = (
    "form: a\ntitle: A\nfields:\n"
    "  worst: {label: W, type: integer, row_of: 'target[V1]', missing: [ND]}\n"
    "groups:\n  later:\n    title: L\n    rows: {}\n    fields:\n"
    "      about: {label: About, type: integer, row_of: 'target[V1]', row_label: [organ]}\n"
    "      lung: {label: Is it the lung?, type: yes_no, "
    "show_when: \"first(target[V1].organ where rowno = this.about) = 'LUNG'\"}\n"
)


def test_numbers_of_rows_of_another_form(tmp_path: Path) -> None:
    """The row is there, it is not, nobody began the form, and there is no number."""
    of = study(NUMBERED, "  b: X .\n  a: . X\n", **TUMOURS)
    answers = (
        (["LIVER", "LUNG"], "1", ["2", "1"]),
        (["LIVER"], "2", ["1", "3", "0"]),
        (None, "1", ["1"]),
        (["LIVER"], "ND", ["", "-1"]),
        (["LIVER"], "", ["1x"]),
    )
    forms: list[CapturedForm] = []
    for number, (there, worst, here) in enumerate(answers, start=1):
        subject = f"01-{number:03}"
        rows = {"later": [{"about": text} for text in here]}
        forms.append(captured("a V2", {"worst": worst}, rows, subject=subject))
        if there is not None:
            target = {"target": [{"organ": organ} for organ in there]}
            forms.append(captured("b V1", {}, target, subject=subject))

    report = judged(tmp_path, of, forms)
    assert report.counts.by_code["row_of_a_worst"] == 2
    assert report.counts.by_code["row_of_later_about"] == 4
