"""Codes of the reference ranges."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import CatalogueEntry, PossibleCause, refuse


def _table(*rows: str, columns: str = "lab, test, low, high, unit") -> str:
    lines = "".join(f"    - [{row}]\n" for row in rows)
    return (
        "form: x\ntitle: Example\nfields:\n  lab: {label: Laboratory}\n"
        "  hgb: {label: Haemoglobin, type: decimal, unit: g/dL, lab_test: hgb}\n---\n"
        f"reference_ranges:\n  lab: lab\n  columns: [{columns}]\n  rows:\n{lines}"
    )


ENTRIES: tuple[CatalogueEntry, ...] = (
    refuse(
        "reference-column",
        'The columns of the reference ranges are incomplete or unknown: "{name}"',
        (
            "The columns are {columns}. sex, age and date are also keys that name the "
            "fields to read"
        ),
        (
            "The column test is required. A column sex, age_low or valid_from needs "
            "the key sex, age or date."
        ),
        _table(
            "A, hgb, 13.5, 17.5, g/dL, M", columns="lab, test, low, high, unit, gender"
        ),
    ),
    refuse(
        "reference-row",
        "This row has {given} cells for {columns} columns, or no test",
        "Write one cell for each column, and null for an open end",
        "A reference range is a row of cells in the order of `columns`.",
        _table("A, hgb, 13.5, 17.5, g/dL", "A, hgb, 13.5"),
    ),
    refuse(
        "reference-cell",
        '"{value}" is not valid in the column {column}',
        (
            "Write ages as whole years, low and high as numbers with a decimal point, "
            "dates as YYYY-MM-DD"
        ),
        "Example: 13,5 is not a number.",
        _table("A, hgb, '13,5', 17.5, g/dL", "A, hgb, 13.5, 17.5, g/dL"),
    ),
    refuse(
        "reference-empty",
        "This reference range has neither a lower nor an upper limit",
        "Write at least one of them",
        "A range without limits calls every value normal.",
        _table("A, hgb, null, null, g/dL"),
    ),
    refuse(
        "reference-reversed",
        "The {what} of this row ends before it begins: {low} and {high}",
        "Write the smaller one first",
        "low, age_low and valid_from come before high, age_high and valid_to.",
        _table("A, hgb, 17.5, 13.5, g/dL"),
    ),
    refuse(
        "reference-unknown-test",
        'No field has the test "{name}"',
        "{near} Add the key lab_test to the field of this test",
        "A row belongs to the field that names its test: `lab_test: hgb`.",
        _table("A, hgb, 13.5, 17.5, g/dL", "A, hct, 41, 50, g/dL"),
        follows=PossibleCause.NAME,
    ),
    refuse(
        "reference-unit",
        "The range is in {unit}, but the field {field} is in {own}",
        "Convert the range to the unit of the field",
        "A result is compared with its range as written, so both need the same unit.",
        _table("A, hgb, 8.4, 10.9, mmol/L"),
    ),
    refuse(
        "reference-unreached-unit",
        "The range is in {unit}, but the field {field} needs it in {units}",
        "Write the range in {units}, and that unit in the row",
        "If you choose the unit of a result, the result is converted before it is "
        "compared with its "
        "range. The formulas of the field must lead from the unit of the row to the "
        "base unit of the "
        "field, along a rising straight line.",
        _table("A, hgb, 13.5, 17.5, g/dL", "B, hgb, 8.4, 10.9, mmol/L").replace(
            "unit: g/dL", "unit: {g/dL: {}, g/L: {to: g/dL, as: value / 10}}"
        ),
    ),
    refuse(
        "reference-overlap",
        "This row and {first} can both apply to one result",
        "Separate them by sex, age or date. All limits are inclusive",
        "A laboratory has a single range for each test, sex, age and day.",
        _table("A, hgb, 13.5, 17.5, g/dL", "A, hgb, 12.0, 15.5, g/dL"),
    ),
    refuse(
        "reference-no-range",
        'There is no reference range for the test "{name}"',
        "{near} Add a row to reference_ranges, or remove the key",
        "A field with `lab_test` is compared with the rows of that test.",
        (
            "form: y\ntitle: Example\nfields:\n  hct: {label: Haematocrit, type: "
            "decimal, lab_test: hct}\n---\n"
        )
        + _table("A, hgb, 13.5, 17.5, g/dL"),
        follows=PossibleCause.NAME,
    ),
)
