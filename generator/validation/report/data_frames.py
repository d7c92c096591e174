"""A report as data frames: of pandas where it is installed, else of Polars."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal

from generator.validation.report.report import Report
from generator.validation.report.write_csv import FINDING_COLUMNS, MISSINGNESS_COLUMNS

Library = Literal["pandas", "polars"]


def findings_frame(report: Report, *, library: Library | None = None) -> Any:
    """One row for each finding that is listed: severity, code, file, line, table,
    field, key, value, words.

    ``line`` is the physical line of the file. ``ImportError`` when the library is not
    installed.
    """
    rows = []
    for finding in report.findings:
        result, key = (
            finding.finding,
            [finding.key.get(name) for name in FINDING_COLUMNS[6:11]],
        )
        rows.append(
            (result.severity.word, result.code, finding.file, finding.row, finding.table, finding.field,
             *(None if part is None else str(part) for part in key),
             result.value, result.message, result.remedy, result.rule)
        )  # fmt: skip

    return _frame(FINDING_COLUMNS, rows, library)


def missingness_frame(report: Report, *, library: Library | None = None) -> Any:
    """One row for each state of each field at each visit, and how many cells are in it."""
    rows = [
        (item.table, item.field, item.visit, state, cells)
        for item in report.missingness
        for state, cells in item.states.items()
    ]
    return _frame(MISSINGNESS_COLUMNS, rows, library)


def _frame(
    columns: tuple[str, ...], rows: list[tuple[Any, ...]], library: Library | None
) -> Any:
    name = library or ("pandas" if find_spec("pandas") else "polars")
    frames = import_module(name)
    numbers = {"line", "cells"}
    if name == "pandas":
        return frames.DataFrame(rows, columns=list(columns))
    schema = {
        column: frames.Int64 if column in numbers else frames.String
        for column in columns
    }

    return frames.DataFrame(rows, schema=schema, orient="row")
