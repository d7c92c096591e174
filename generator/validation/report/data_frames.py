"""A report as data frames: of pandas where it is installed, else of Polars."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal

from generator.validation.report.report import Report
from generator.validation.report.write_csv import (
    FINDING_COLUMNS,
    MISSINGNESS_COLUMNS,
    finding_row,
    missingness_rows,
)

Library = Literal["pandas", "polars"]
_NUMBERS = frozenset({"line", "cells"})


def findings_frame(report: Report, *, library: Library | None = None) -> Any:
    """One row for each finding that is listed: severity, code, file, line, table,
    field, key, value, words.

    ``line`` is the physical line of the file. ``ImportError`` when the library is not
    installed.
    """
    rows = [finding_row(reported) for reported in report.findings]
    return _frame(FINDING_COLUMNS, rows, library)


def missingness_frame(report: Report, *, library: Library | None = None) -> Any:
    """One row for each state of each field at each visit, and how many cells are in it."""
    return _frame(MISSINGNESS_COLUMNS, list(missingness_rows(report)), library)


def _frame(
    columns: tuple[str, ...], rows: list[tuple[Any, ...]], library: Library | None
) -> Any:
    # pandas is what most people have, so it comes first.
    name = library
    if name is None:
        name = "pandas" if find_spec("pandas") else "polars"

    frames = import_module(name)
    if name == "pandas":
        return frames.DataFrame(rows, columns=list(columns))

    # Polars would guess the types from the first rows, which may be blank.
    schema = dict.fromkeys(columns, frames.String)
    for number in _NUMBERS.intersection(columns):
        schema[number] = frames.Int64

    return frames.DataFrame(rows, schema=schema, orient="row")
