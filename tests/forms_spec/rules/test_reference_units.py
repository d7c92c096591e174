"""A result whose unit is chosen is compared with its reference range in one unit."""

from __future__ import annotations

from datetime import date

import pytest

from forms_spec.evaluation import judge
from forms_spec.model.captured_data import CellKey, Context, Record
from forms_spec.model.study import Study
from generator.codebook import codebook_html
from tests.forms_spec.dictionaries import findings, load, said
from tests.reference_study import LB, RANGES, reference_study

TABLE = (
    "reference_ranges:\n  lab: lab\n  columns: [lab, test, low, high, unit]\n  "
    "rows:\n    - [null, t, {}]\n"
)
FORM = (
    "form: x\ntitle: X\nfields:\n  lab: {{label: Laboratory}}\n"
    "  t: {{label: Test, type: decimal, lab_test: t, unit: {}}}\n---\n"
)
HAEMOGLOBIN = "{g/dL: {}, g/L: {to: g/dL, as: value / 10}}"


@pytest.fixture(scope="module")
def study() -> Study:
    return reference_study()


def seen(study: Study, **texts: str) -> tuple[str | None, str]:
    """The range beside the result, and where the result lies."""
    context = Context(today=date(2025, 1, 1), visit="SCR")
    cells = judge(study, study.forms["lb"], Record(texts=texts), context).cells
    return cells[CellKey("lb", None, "hgb")].reference, cells[
        CellKey("lb", None, "lies")
    ].text


@pytest.mark.parametrize(
    ("lab", "grams", "word"),
    [
        *(
            ("A", grams, word)
            for grams, word in (("8.5", "LOW"), ("12", "NORMAL"), ("15.6", "HIGH"))
        ),
        *(
            ("B", grams, word)
            for grams, word in (("8.5", "LOW"), ("13", "NORMAL"), ("17.6", "HIGH"))
        ),
    ],
)
def test_the_same_result_in_another_unit_gets_the_same_verdict(
    study: Study, lab: str, grams: str, word: str
) -> None:
    per_litre = f"{float(grams) * 10:g}"
    assert seen(study, lab=lab, hgb=grams, hgbu="g/dL")[1] == word
    assert seen(study, lab=lab, hgb=per_litre, hgbu="g/L")[1] == word


def test_a_result_without_a_unit_gets_no_verdict(study: Study) -> None:
    assert seen(study, lab="A", hgb="85")[1] == ""


def test_the_range_is_shown_in_the_unit_that_it_is_in(study: Study) -> None:
    for unit in ("", "g/dL", "g/L"):
        assert seen(study, lab="A", hgb="85", hgbu=unit)[0] == "12 to 15.5 gram per dL"
        assert seen(study, lab="B", hgb="85", hgbu=unit)[0] == "13 to 17.5 gram per dL"


@pytest.mark.parametrize(
    ("value", "unit", "word"),
    [
        ("98.4", "F", "LOW"),  # as 36.888... °C, below 98.5 °F = 36.9444... °C
        ("98.5", "F", "NORMAL"),
        ("99.9", "F", "NORMAL"),
        ("100", "F", "HIGH"),
        ("36.9", "C", "LOW"),
        ("37", "C", "NORMAL"),
        ("37.7", "C", "NORMAL"),
        ("37.8", "C", "HIGH"),
    ],
)
def test_the_ends_of_a_row_hold_exactly_in_its_own_unit(
    value: str, unit: str, word: str
) -> None:
    form = (
        "form: lb\ntitle: L\nfields:\n  lab: {label: Laboratory}\n"
        "  hgb: {label: T, type: decimal, lab_test: t,"
        " unit: {C: {}, F: {to: C, as: (value - 32) * 5 / 9}}}\n"
        "  lies: {label: Lies, type: calculated, gives: text, value: "
        "in_reference(hgb)}\n---\n"
    )
    loaded = load(form + TABLE.format("98.5, 99.9, F"))
    assert loaded.study is not None, loaded.findings
    assert seen(loaded.study, lab="A", hgb=value, hgbu=unit)[1] == word


@pytest.mark.parametrize(
    ("value", "unit", "word"),
    [
        ("<0.5", "mg/L", "LOW"),
        ("<5", "mg/L", ""),
        (">8", "mg/L", "HIGH"),
        ("0.9", "mg/dL", "HIGH"),
        ("0.8", "mg/dL", "NORMAL"),
        (">0.8", "mg/dL", ""),
    ],
)
def test_a_number_with_a_comparator_is_converted_when_it_is_exact(
    value: str, unit: str, word: str
) -> None:
    form = (
        "form: lb\ntitle: L\nfields:\n  lab: {label: Laboratory}\n  hgb: {label: CRP, "
        "type: decimal, "
        "comparator: ['<', '>'], lab_test: t, unit: {mg/L: {}, mg/dL: {to: mg/L, as: "
        "value * 10}}}\n"
        "  lies: {label: Lies, type: calculated, gives: text, value: "
        "in_reference(hgb)}\n"
        "  high: {label: High, type: calculated, gives: text,"
        " value: \"case when hgb in 'mg/L' > 8 then 'Y' else 'N' end\"}\n---\n"
    )
    loaded = load(form + TABLE.format("0.5, 8, mg/L"))
    assert loaded.study is not None, loaded.findings
    assert seen(loaded.study, lab="A", hgb=value, hgbu=unit)[1] == word


@pytest.mark.parametrize(
    ("unit", "row"),
    [
        (HAEMOGLOBIN, "12, 16, null"),
        (HAEMOGLOBIN, "7.4, 9.9, mmol/L"),
        ("{a: {}, b: {to: a, as: 1 / value}}", "1, 2, b"),
        ("{a: {}, b: {to: a, as: 10 - value}}", "1, 2, b"),
    ],
)
def test_a_row_that_no_result_can_be_compared_with_is_refused_where_it_is(
    unit: str, row: str
) -> None:
    assert said(FORM.format(unit) + TABLE.format(row)) == [
        "2.yaml:5:7 reference-unreached-unit"
    ]


def test_the_remedy_names_the_units_of_the_field() -> None:
    (found,) = findings(FORM.format(HAEMOGLOBIN) + TABLE.format("12, 16, null"))
    assert found.remedy is not None
    assert "g/dL or g/L" in found.remedy


@pytest.mark.parametrize("row", ["12, 16, g/dL", "120, 160, g/L"])
def test_a_row_in_any_unit_of_the_field_is_right(row: str) -> None:
    assert said(FORM.format(HAEMOGLOBIN) + TABLE.format(row)) == []


def test_a_table_may_have_thousands_of_rows() -> None:
    rows = "".join(f"    - [L{number}, t, 120, 160, g/L]\n" for number in range(2_000))
    flag = (
        "  x: {label: X, type: calculated, gives: text, value: in_reference(t)}\n---\n"
    )
    form = FORM.format(HAEMOGLOBIN).replace("---\n", flag)
    assert said(form + TABLE.format("12, 16, g/dL") + rows) == []


def test_every_field_of_a_test_is_looked_at() -> None:
    other = (
        "form: y\ntitle: Y\nfields:\n  u: {label: Test, type: decimal, lab_test: t, "
        "unit: g/dL}\n---\n"
    )
    found = said(FORM.format(HAEMOGLOBIN) + other + TABLE.format("120, 160, g/L"))
    assert "3.yaml:5:7 reference-unit" in found


@pytest.mark.parametrize(
    "value", ["in_reference(t)", "reference_low(t)", "reference_high(t)"]
)
def test_a_reference_range_asks_for_no_unit(value: str) -> None:
    gives = "text" if value.startswith("in") else "decimal"
    form = FORM.format(HAEMOGLOBIN).replace(
        "---\n",
        f"  x: {{label: X, type: calculated, gives: {gives}, value: {value}}}\n---\n",
    )
    assert said(form + TABLE.format("12, 16, g/dL")) == []


def test_the_codebook_says_the_unit_of_each_row() -> None:
    page = codebook_html(reference_study())
    assert "A 12.0 to 15.5 gram per dL; B 130 to 175 gram per litre" in page


def test_the_study_of_these_tests_is_clean() -> None:
    assert findings(f"{LB}---\n{RANGES}") == ()
