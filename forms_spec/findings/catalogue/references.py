"""Codes of the reference ranges."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import Entry
from forms_spec.findings.finding import Severity


def _refuse(code: str, message: str, remedy: str, explanation: str, example: str = "") -> Entry:
    return Entry(
        code=code,
        severity=Severity.REFUSE,
        message=message,
        remedy=remedy,
        explanation=explanation,
        example=example,
    )


def _table(*rows: str, columns: str = "lab, test, low, high, unit") -> str:
    lines = "".join(f"    - [{row}]\n" for row in rows)
    return (
        "form: x\ntitle: Example\nfields:\n  lab: {label: Laboratory}\n"
        "  hgb: {label: Haemoglobin, type: decimal, unit: g/dL, lab_test: hgb}\n---\n"
        f"reference_ranges:\n  lab: lab\n  columns: [{columns}]\n  rows:\n{lines}"
    )


ENTRIES: tuple[Entry, ...] = (
    _refuse(
        "reference-column",
        'The columns of the reference ranges lack or do not know "{name}"',
        "The columns are {columns}; sex, age and date are also keys that say where they are read",
        "test is needed. A column sex, age_low or valid_from needs the key sex, age or date.",
        _table("A, hgb, 13.5, 17.5, g/dL, M", columns="lab, test, low, high, unit, gender"),
    ),
    _refuse(
        "reference-row",
        "This row has {given} cells for {columns} columns, or no test",
        "Write one cell for each column, null where it is open",
        "A reference range is a row of cells in the order of `columns`.",
        _table("A, hgb, 13.5, 17.5, g/dL", "A, hgb, 13.5"),
    ),
    _refuse(
        "reference-cell",
        '"{value}" is not what the column {column} holds',
        "Ages are whole years, low and high numbers with a point, dates YYYY-MM-DD",
        "Example: 13,5 is no number.",
        _table("A, hgb, '13,5', 17.5, g/dL", "A, hgb, 13.5, 17.5, g/dL"),
    ),
    _refuse(
        "reference-empty",
        "This reference range has neither a lower nor an upper end",
        "Write one of them",
        "A range without ends calls everything normal.",
        _table("A, hgb, null, null, g/dL"),
    ),
    _refuse(
        "reference-reversed",
        "The {what} of this row ends before it begins: {low} and {high}",
        "Put the smaller one first",
        "low, age_low and valid_from come before high, age_high and valid_to.",
        _table("A, hgb, 17.5, 13.5, g/dL"),
    ),
    _refuse(
        "reference-unknown-test",
        'No field has the test "{name}"',
        "{near} Give the field of this test the key reference",
        "A row belongs to the field that names its test: `lab_test: hgb`.",
        _table("A, hgb, 13.5, 17.5, g/dL", "A, hct, 41, 50, g/dL"),
    ),
    _refuse(
        "reference-unit",
        "The range is in {unit}, the field {field} in {own}",
        "Convert the range to the unit of the field",
        "A result is compared with its range as both stand in the text; their units have to be the same.",
        _table("A, hgb, 8.4, 10.9, mmol/L"),
    ),
    _refuse(
        "reference-unreached-unit",
        "The range is in {unit}; the field {field} needs it in {units}",
        "Write the range in {units}, and that unit into the row",
        "A result whose unit is chosen is converted before it is compared with its range, by the formulas of "
        "the field. They have to lead from the unit of the row, in a straight line that rises, to the unit "
        "that all others convert into.",
        _table("A, hgb, 13.5, 17.5, g/dL", "B, hgb, 8.4, 10.9, mmol/L").replace(
            "unit: g/dL", "unit: {g/dL: {}, g/L: {to: g/dL, as: value / 10}}"
        ),
    ),
    _refuse(
        "reference-overlap",
        "This row and {first} may both apply to one result",
        "Part them by sex, age or date; all ends are included",
        "One laboratory has one range for a test, sex, age and day.",
        _table("A, hgb, 13.5, 17.5, g/dL", "A, hgb, 12.0, 15.5, g/dL"),
    ),
    _refuse(
        "reference-no-range",
        'No reference range is for the test "{name}"',
        "{near} Add a row to reference_ranges, or take the key out",
        "A field with `reference` is compared with the rows of that test.",
        "form: y\ntitle: Example\nfields:\n  hct: {label: Haematocrit, type: decimal, lab_test: hct}\n---\n"
        + _table("A, hgb, 13.5, 17.5, g/dL"),
    ),
)
