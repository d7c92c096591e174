"""Which reference range applies: by laboratory, sex, age and day; none where a source
is missing.
"""

from __future__ import annotations

from datetime import date

import pytest

from forms_spec.evaluation import judge
from forms_spec.model.captured_data import CellKey, Context, Record
from forms_spec.model.study import Study
from tests.studies import study_of

STUDY = (
    "study: T1\ntitle: Example\nsubject: {pattern: '\\d{2}-\\d{3}', example: 01-007}\n"
)
VISITS = "visits: {SCR: {title: Screening}}\nschedule:\n  columns: SCR\n  lb: X\n"
LB = """
form: lb
title: Laboratory
fields:
  lab: {label: Laboratory}
  sex: {label: Sex, type: choice, codes: [F, M]}
  born: {label: Born, type: partial_date}
  day: {label: Day, type: date}
  hgb: {label: Haemoglobin, type: decimal, unit: g/dL, lab_test: hgb}
  ind:
    {label: Lies, type: calculated, gives: choice, codes: [LOW, NORMAL, HIGH], value: in_reference(hgb)}
  crp: {label: CRP, type: decimal, lab_test: crp}
"""
RANGES = """
reference_ranges:
  lab: lab
  sex: sex
  age: age_years(born, day)
  date: day
  columns: [lab, test, sex, age_low, age_high, low, high, unit, valid_from, valid_to]
  rows:
    - [null, hgb, F, 18, null, 12.0, 15.5, g/dL, null, null]
    - [null, hgb, M, 18, null, 13.5, 17.5, g/dL, null, null]
    - [MCF, hgb, null, 18, 64, 12.5, 17.0, g/dL, null, 2024-06-30]
    - [MCF, hgb, null, 18, 64, 12.7, 17.2, g/dL, 2024-07-01, null]
    - [null, crp, null, null, null, null, 8, null, null, null]
"""


@pytest.fixture(scope="module")
def study() -> Study:
    return study_of(
        {"s.yaml": STUDY, "v.yaml": VISITS, "lb.yaml": LB, "r.yaml": RANGES}
    )


def range_and_word(study: Study, **texts: str) -> tuple[str | None, str]:
    """The range beside haemoglobin, and where the value lies."""
    given = {
        "lab": "ANY",
        "sex": "F",
        "born": "1980-01-01",
        "day": "2024-05-31",
        "hgb": "13.0",
        **texts,
    }
    context = Context(today=date(2025, 1, 1), visit="SCR")
    cells = judge(study, study.forms["lb"], Record(texts=given), context).cells
    return cells[CellKey("lb", None, "hgb")].reference, cells[
        CellKey("lb", None, "ind")
    ].text


@pytest.mark.parametrize(
    ("texts", "applies", "word"),
    [
        ({}, "12 to 15.5 g/dL", "NORMAL"),
        ({"sex": "M"}, "13.5 to 17.5 g/dL", "LOW"),
        ({"hgb": "12.0"}, "12 to 15.5 g/dL", "NORMAL"),
        ({"hgb": "15.5"}, "12 to 15.5 g/dL", "NORMAL"),
        ({"hgb": "15.6"}, "12 to 15.5 g/dL", "HIGH"),
        ({"hgb": ""}, "12 to 15.5 g/dL", ""),
        ({"lab": "MCF"}, "12.5 to 17 g/dL", "NORMAL"),
        ({"lab": "MCF", "sex": ""}, "12.5 to 17 g/dL", "NORMAL"),
        ({"lab": "MCF", "day": "2024-06-30"}, "12.5 to 17 g/dL", "NORMAL"),
        ({"lab": "MCF", "day": "2024-07-01"}, "12.7 to 17.2 g/dL", "NORMAL"),
        ({"lab": "MCF", "born": "1959-06-01"}, "12.5 to 17 g/dL", "NORMAL"),
        (
            {"lab": "MCF", "born": "1959-05-31"},
            None,
            "",
        ),  # 65: the laboratory has rows, none for that age
        ({"lab": "MCF", "born": "1959"}, None, ""),  # 64 or 65
        ({"born": "2007"}, None, ""),
        ({"sex": ""}, None, ""),
        ({"lab": ""}, None, ""),
        ({"lab": "MCF", "day": ""}, None, ""),
    ],
)
def test_the_range_that_applies(
    study: Study, texts: dict[str, str], applies: str | None, word: str
) -> None:
    assert range_and_word(study, **texts) == (applies, word)


def test_a_range_with_one_end(study: Study) -> None:
    context = Context(today=date(2025, 1, 1), visit="SCR")
    cells = judge(study, study.forms["lb"], Record(texts={"lab": "ANY"}), context).cells
    assert cells[CellKey("lb", None, "crp")].reference == "at most 8"
