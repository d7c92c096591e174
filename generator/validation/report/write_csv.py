"""Findings, and the table of missing answers, as CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from generator.spreadsheet_cells import harmless
from generator.tables import layout
from generator.validation.report.report import Report, Reported

_KEY = layout.ROW_KEY
FINDING_COLUMNS = (
    "severity", "code", "file", "line", "table", "field", *_KEY, "value", "message", "remedy", "rule",
)  # fmt: skip
MISSINGNESS_COLUMNS = ("table", "field", "visit", "state", "cells")

Row = tuple[str | int | None, ...]


def findings_csv(report: Report) -> str:
    """One line for each finding that is listed."""
    return _written(FINDING_COLUMNS, map(finding_row, report.findings))


def missingness_csv(report: Report) -> str:
    """One line for each state of each field at each visit."""
    return _written(MISSINGNESS_COLUMNS, missingness_rows(report))


def finding_row(reported: Reported) -> Row:
    """A finding by ``FINDING_COLUMNS``; None where there is nothing to say."""
    finding = reported.finding
    key = [reported.key.get(name) for name in _KEY]

    return (
        finding.severity.value,
        finding.code,
        reported.file,
        reported.row,
        reported.table,
        reported.field,
        *(None if part is None else str(part) for part in key),
        finding.value,
        finding.message,
        finding.remedy,
        finding.rule,
    )


def missingness_rows(report: Report) -> Iterator[Row]:
    """The states of each field at each visit by ``MISSINGNESS_COLUMNS``."""
    for line in report.missingness:
        for state, cells in line.states.items():
            yield line.table, line.field, line.visit, state, cells


def _written(columns: Iterable[str], rows: Iterable[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)

    for row in rows:
        cells = ["" if value is None else str(value) for value in row]
        # A text of the package may be a formula for whoever opens the report.
        writer.writerow(map(harmless, cells))

    return text.getvalue()
