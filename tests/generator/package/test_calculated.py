"""Calculated cells of a package are worked out; a result that came in with other data
is kept.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from forms_spec.evaluation.calculated import with_calculated, without_calculated
from forms_spec.model.captured_data import FormKey, Record, Row
from forms_spec.model.captured_forms import CapturedForm, FormStatus
from forms_spec.model.study import Study
from tests.studies import study_of

STUDY = {
    "study.yaml": (
        "study: S\ntitle: S\nsubject: {pattern: '\\d\\d-\\d', example: 01-1}\nsites: "
        "{'01': One}\n"
    ),
    "visits.yaml": "visits:\n  V: {title: Visit}\nschedule:\n  columns: V\n  vs: X\n",
    "vs.yaml": (
        "form: vs\ntitle: Signs\nfields:\n"
        "  weight: {label: Weight, type: integer}\n"
        "  height: {label: Height, type: integer}\n"
        "  bmi: {label: BMI, type: calculated, places: 1, value: weight * 10000 / "
        "(height * height)}\n"
    ),
}


def captured(**texts: str) -> CapturedForm:
    return CapturedForm(
        site="01",
        subject="01-1",
        key=FormKey("vs", "V", 0),
        status=FormStatus.INCOMPLETE,
        version=1,
        record=Record(texts=texts),
        saved_by="nurse",
        saved_at=datetime(2024, 3, 4, tzinfo=UTC),
    )


def packaged(study: Study, form: CapturedForm) -> Record:
    return with_calculated(study, [form], date(2024, 3, 4))[0].record


def test_a_result_that_nobody_typed_is_in_the_package() -> None:
    assert (
        packaged(study_of(STUDY), captured(weight="80", height="200")).texts["bmi"]
        == "20"
    )


def test_a_formula_without_its_sources_leaves_the_cell_blank() -> None:
    assert "bmi" not in packaged(study_of(STUDY), captured(weight="80")).texts


def test_a_result_that_came_in_stays_even_when_it_differs() -> None:
    assert (
        packaged(study_of(STUDY), captured(weight="80", height="200", bmi="21")).texts[
            "bmi"
        ]
        == "21"
    )


def test_only_results_that_the_formula_gives_too_are_left_out() -> None:
    form = study_of(STUDY).forms["vs"]
    worked_out = Record(texts={"weight": "80", "height": "200", "bmi": "20"})
    for text, left in (("20", {}), ("21", {"bmi": "21"})):
        given = Record(texts={"weight": "80", "bmi": text})
        assert without_calculated(form, given, worked_out).texts == {
            "weight": "80",
            **left,
        }


def test_forms_and_rows_that_the_dictionary_lost_stay_as_they_are() -> None:
    rows = Record(
        texts={"weight": "80"}, rows={"lost": (Row(number=1, texts={"dose": "5"}),)}
    )
    forms = [
        replace(captured(), record=rows),
        replace(
            captured(),
            key=FormKey("lost", "V", 0),
            record=Record(texts={"smoker": "Y"}),
        ),
    ]
    assert with_calculated(study_of(STUDY), forms, date(2024, 3, 4)) == forms
