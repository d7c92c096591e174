"""One form in, every cell and finding out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from forms_spec.evaluation import CellState, Judgement, judge, judge_casebook
from forms_spec.findings.finding import Severity
from forms_spec.model.captured_data import CellKey, Context, FormKey, Record, Row
from forms_spec.model.study import Study
from tests.parity.rule_engines import Shelf
from tests.parity.test_judge_browser import STUDY
from tests.studies import FILES, study_of

WELL = {
    "done": "Y",
    "day": "2024-03-01",
    "temp": "36.6",
    "tempu": "C",
    "tea": "10:00",
}
PERSON = {FormKey("dm", "V1", 0): Record(texts={"born": "1990", "sex": "M"})}
JOINTS = tuple(
    Row(number=number, texts={"joint": joint, "side": side})
    for number, (joint, side) in enumerate(
        [("K", "LEFT"), ("K", "RIGHT"), ("H", "LEFT"), ("H", "RIGHT")], 1
    )
)
PILL = Row(number=1, texts={"drug": "A", "dose": "10"})


@pytest.fixture(scope="module")
def study() -> Study:
    return study_of(STUDY)


def judged(
    study: Study, completing: bool = True, rows: tuple[Row, ...] = (PILL,), **texts: str
) -> Judgement:
    """The form of somebody well, with some answers changed."""
    record = Record(texts={**WELL, **texts}, rows={"pills": rows, "joints": JOINTS})
    context = Context(today=date(2024, 5, 31), visit="V2", casebook=Shelf(PERSON))
    return judge(study, study.forms["vs"], record, context, completing=completing)


def said(judgement: Judgement) -> list[tuple[str | None, str]]:
    return [(one.data.field, one.code) for one in judgement.findings if one.data]


ASKED = """
form: lb
title: Laboratory
fields:
  sober: {label: Sober?, type: yes_no, required: true}
  why: {label: Why not?, required: true, show_when: sober = 'N'}
  drink: {label: What was drunk?, required: true, show_when: vs.vsperf = 'Y' and sober = 'N'}
  note: {label: Note, show_when: vs.vsperf = 'Y'}
"""


@pytest.mark.parametrize(
    ("sober", "codes"),
    [
        ("Y", []),
        ("N", [("why", "required-blank"), ("drink", "required-unknown")]),
        ("", [("sober", "required-blank"), ("drink", "required-unknown")]),
    ],
)
def test_a_required_field_is_asked_about_when_it_cannot_be_told_whether_it_is_shown(
    sober: str, codes: list[tuple[str, str]]
) -> None:
    small = study_of({**FILES, "forms/lb.yaml": ASKED})
    found = judge(
        small,
        small.forms["lb"],
        Record(texts={"sober": sober} if sober else {}),
        Context(today=date(2024, 5, 31), visit="SCR"),
        completing=True,
    )
    assert said(found) == codes


def test_a_right_form_may_be_completed(study: Study) -> None:
    found = judged(study)
    assert said(found) == []
    assert found.may_complete


@pytest.mark.parametrize(
    ("texts", "field", "code"),
    [
        ({"done": ""}, "done", "required-blank"),
        ({"done": "y"}, "done", "unknown-choice"),
        ({"done": "ND"}, "done", "missing-not-allowed"),
        ({"day": "2024-06-01"}, "day", "above-range"),
        ({"day": "1989-12-31"}, "day", "below-range"),
        ({"seen": "2020-02"}, "seen", "below-range"),
        ({"seen": "2024-03"}, "seen", "above-range"),
        ({"temp": "44"}, "temp", "above-range"),
        ({"temp": "98.6"}, "temp", "above-range"),
        ({"temp": "37.6"}, "temp", "above-expected"),
        ({"temp": "PND"}, "temp", "missing-draft-only"),
        ({"tempu": ""}, "temp", "unit-missing"),
        ({"temp_c": "36.5"}, "temp_c", "calculated-differs"),
        ({"pregnant": "N"}, "pregnant", "hidden-with-value"),
        ({"tea": "09:29"}, "tea", "below-expected"),
    ],
)
def test_a_wrong_answer_has_its_finding(
    study: Study, texts: dict[str, str], field: str, code: str
) -> None:
    assert (field, code) in said(judged(study, **texts))


@pytest.mark.parametrize(
    ("day", "future"), [("2024-06-01", True), ("1899-01-01", False)]
)
def test_a_date_after_today_is_said_to_be_in_the_future(
    study: Study, day: str, *, future: bool
) -> None:
    said_of_it = [
        one.message
        for one in judged(study, day=day).findings
        if one.data and one.data.field == "day"
    ]
    assert said_of_it
    assert [", a date in the future." in one for one in said_of_it] == [future] * len(
        said_of_it
    )


def test_a_partial_date_is_outside_only_when_every_day_is(study: Study) -> None:
    assert said(judged(study, seen="2020")) == []


def test_the_unit_that_was_chosen_decides_the_range(study: Study) -> None:
    assert said(judged(study, temp="98.6", tempu="F")) == []


def test_a_calculated_field_holds_what_its_formula_gives(study: Study) -> None:
    cell = judged(study, temp="100.4", tempu="F").cells[CellKey("vs", None, "temp_c")]
    assert (cell.state, cell.text) == (CellState.ANSWERED, "38")


def test_an_equal_value_of_a_calculated_field_differs_in_nothing(study: Study) -> None:
    assert said(judged(study, temp_c="36.6")) == []


def test_a_draft_may_leave_open_what_a_complete_form_may_not(study: Study) -> None:
    draft = {"done": "", "day": "", "temp": "PND", "tea": ""}
    assert said(judged(study, completing=False, rows=(), **draft)) == []
    assert not judged(study, completing=True, rows=(), **draft).may_complete


def test_what_depends_on_an_unknown_answer_is_neither_shown_nor_required(
    study: Study,
) -> None:
    cell = judged(study, done="", day="").cells[CellKey("vs", None, "day")]
    assert (cell.state, cell.shown) == (CellState.BLANK, None)


def test_hidden_blank_missing_and_invalid_are_told_apart(study: Study) -> None:
    found = judged(study, completing=False, day="2024-02-30", temp="ND", tea="")
    states = {
        key.field: cell.state for key, cell in found.cells.items() if key.table == "vs"
    }
    assert states["day"] is CellState.INVALID
    assert states["temp"] is CellState.MISSING
    assert states["tea"] is CellState.BLANK
    assert states["pregnant"] is CellState.HIDDEN


def test_rows_are_counted_and_each_is_judged_alone(study: Study) -> None:
    rows = (
        PILL,
        replace(PILL, number=2),
        Row(number=7, texts={"drug": "O", "dose": "101"}),
    )
    found = [
        (one.data.row, one.data.field, one.code)
        for one in judged(study, rows=rows).findings
        if one.data
    ]
    assert (7, "other", "required-blank") in found
    assert (7, "dose", "above-range") in found
    assert (None, None, "too-many-rows") in found
    assert said(judged(study, rows=())) == [(None, "too-few-rows")]


def test_a_kept_warning_is_silent_and_another_is_not(study: Study) -> None:
    key = CellKey("vs", None, "temp")
    record = Record(
        texts={**WELL, "temp": "37.6"},
        rows={"pills": (PILL,), "joints": JOINTS},
        kept={(key, "above-expected"): "measured twice"},
    )
    context = Context(today=date(2024, 5, 31), visit="V2", casebook=Shelf(PERSON))
    assert said(judge(study, study.forms["vs"], record, context)) == []


@pytest.mark.parametrize(
    ("temp", "code"), [("44", "above-range"), ("36,x", "not-a-number")]
)
def test_a_reason_keeps_no_refusal(study: Study, temp: str, code: str) -> None:
    key = CellKey("vs", None, "temp")
    record = Record(
        texts={**WELL, "temp": temp},
        rows={"pills": (PILL,), "joints": JOINTS},
        kept={(key, code): "so it is"},
    )
    context = Context(today=date(2024, 5, 31), visit="V2", casebook=Shelf(PERSON))
    found = judge(study, study.forms["vs"], record, context)
    assert ("temp", code) in said(found)
    assert not found.may_complete


def test_a_finding_says_what_where_and_what_to_do(study: Study) -> None:
    found = judged(study, temp="44").findings[0]
    assert found.message == "“Temperature” is 44 °C. It must be at most 43 °C."
    assert found.remedy == "Check it against the source and correct it."
    assert found.severity is Severity.ERROR
    assert (found.data and found.data.visit, found.value) == ("V2", "44")
    assert found.text is not None
    assert found.text.file == "vs.yaml"


def test_a_rule_shows_on_every_field_it_hangs_on(study: Study) -> None:
    earlier = {FormKey("vs", "V1", 0): Record(texts={**WELL, "temp": "36.0"}), **PERSON}
    now = Record(texts=WELL, rows={"pills": (PILL,), "joints": JOINTS})
    context = Context(today=date(2024, 5, 31), visit="V2", casebook=Shelf(earlier))
    (found,) = judge(study, study.forms["vs"], now, context).findings
    assert (found.code, found.rule, found.severity) == ("R2", "R2", Severity.QUERY)
    assert found.message == (
        "It does not get hotter. Found: “Temperature” is 36.6 °C; “Date” is "
        "01-Mar-2024."
    )
    assert [place.field for place in (found.data, *found.also) if place] == [
        "temp",
        "day",
    ]


def test_a_casebook_is_judged_like_its_forms_one_by_one(study: Study) -> None:
    forms = {
        **PERSON,
        FormKey("vs", "V1", 0): Record(texts={**WELL, "temp": "44"}),
        FormKey("vs", "V2", 0): Record(texts={**WELL, "day": "1980-01-01"}),
    }
    today = date(2024, 5, 31)
    whole = judge_casebook(study, Shelf(forms), today, complete=lambda _: True)
    for key, record in forms.items():
        context = Context(today=today, visit=key.visit, casebook=Shelf(forms))
        assert whole[key] == judge(
            study, study.forms[key.form], record, context, completing=True
        )


def test_a_chain_of_a_thousand_formulas_is_worked_out() -> None:
    chain = "".join(
        f"  f{n}: {{label: F, type: calculated, value: f{n - 1} + 1}}\n"
        for n in range(1000, 0, -1)
    )
    files = {
        **STUDY,
        "dm.yaml": STUDY["dm.yaml"].replace(
            "fields:\n", f"fields:\n{chain}  f0: {{label: F, type: integer}}\n", 1
        ),
        "vs.yaml": STUDY["vs.yaml"].replace(
            "  tea:", "  last: {label: L, type: calculated, value: dm.f1000}\n  tea:", 1
        ),
    }
    long = study_of(files)
    forms = {FormKey("dm", "V1", 0): Record(texts={"f0": "1"})}
    context = Context(today=date(2024, 5, 31), visit="V2", casebook=Shelf(forms))
    found = judge(long, long.forms["vs"], Record(texts=WELL), context)
    assert found.cells[CellKey("vs", None, "last")].text == "1001"
