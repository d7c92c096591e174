"""The table of the codebook: what a program reads from it."""

from __future__ import annotations

import csv
import io

import pytest

from forms_spec.model.study import Study
from generator.codebook import in_schedule_order
from generator.targets.codebook_csv import COLUMNS, write
from tests.studies import FILES, small_study, study_of


def rows(study: Study) -> dict[str, dict[str, str]]:
    """The rows by field, as any reader of RFC 4180 gives them."""
    text = write(study).removeprefix("\ufeff")
    read = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    return {row["field"]: row for row in read}


def with_field(text: str) -> dict[str, str]:
    """The row of another field ``x`` of the laboratory form."""
    lb = FILES["forms/lb.yaml"] + f"  x: {text}\n"
    return rows(study_of({**FILES, "forms/lb.yaml": lb}))["x"]


def test_every_field_has_a_row_and_every_row_all_columns() -> None:
    study = small_study()
    read = rows(study)
    names = [
        field.name
        for form in in_schedule_order(study)
        for group in form.groups
        for field in group.fields
    ]
    assert list(read) == names
    assert all(list(row) == list(COLUMNS) for row in read.values())
    assert None not in {cell for row in read.values() for cell in row.values()}


def test_a_number_has_its_place_its_limits_and_its_missing_codes() -> None:
    row = rows(small_study())["sysbp"]
    assert {name: cell for name, cell in row.items() if cell} == {
        "visits": "SCR | UNS (optional)",
        "form": "vs",
        "group": "vs",
        "table": "vs",
        "field": "sysbp",
        "label": "Systolic",
        "type": "integer",
        "answer": "whole number, mmHg",
        "unit": "mmHg",
        "range": "60 to 260",
        "expected": "90 to 160",
        "missing_codes": "ND, Not done",
        "required": "no",
        "identifier": "no",
    }


@pytest.mark.parametrize(
    ("field", "column", "cell"),
    [
        ("{label: X, type: yes_no}", "codes", "Y, Yes | N, No"),
        ("{label: X, show_when: hb > 3}", "condition", "hb > 3"),
        ("{label: X, type: calculated, value: hb * 2}", "formula", "hb * 2"),
        ("{label: X, required: hb > 3}", "required", "hb > 3"),
        ("{label: X, required: true}", "required", "yes"),
        ("{label: X, type: decimal, places: 0}", "decimal_places", "0"),
        ("{label: X, default: 'y'}", "other", "Initial value: y"),
    ],
)
def test_a_facet_is_in_its_column(field: str, column: str, cell: str) -> None:
    assert with_field(field)[column] == cell


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula_for_a_spreadsheet(beginning: str) -> None:
    row = with_field(f'{{label: "{beginning}HYPERLINK(1)"}}')
    assert row["label"] == f"'{beginning}HYPERLINK(1)"


def test_commas_quotes_and_letters_of_every_script_come_back() -> None:
    label = 'Größe, "in cm" 高さ'
    assert with_field(f"{{label: '{label}'}}")["label"] == label


def test_lines_end_as_rfc_4180_says() -> None:
    text = write(small_study())
    assert text.startswith("\ufeffvisits,form,group,table,field,label,")
    assert text.endswith("\r\n")
    assert text.count("\n") == text.count("\r\n")
