"""Findings, and the table of missing answers, as CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from generator.package.spreadsheet import harmless
from generator.validation.report.report import Report, Reported

FINDING_COLUMNS = (
    "severity", "code", "file", "line", "table", "field", "siteid", "subjid", "visitid", "unsno", "rowno",
    "value", "message", "remedy", "rule",
)  # fmt: skip
MISSINGNESS_COLUMNS = ("table", "field", "visit", "state", "cells")


def findings_csv(report: Report) -> str:
    """One line for each finding that is listed."""
    return _written(FINDING_COLUMNS, (_finding(one) for one in report.findings))


def missingness_csv(report: Report) -> str:
    """One line for each state of each field at each visit."""
    lines = report.missingness
    held = (
        (one.table, one.field, one.visit, state, str(count))
        for one in lines
        for state, count in one.states.items()
    )
    return _written(MISSINGNESS_COLUMNS, held)


def _finding(one: Reported) -> tuple[str, ...]:
    found = one.finding
    key = [str(one.key.get(name, "")) for name in FINDING_COLUMNS[6:11]]
    line = "" if one.row is None else str(one.row)
    place = (found.severity.value, found.code, one.file or "", line, one.table or "", one.field or "")
    return (*place, *key, found.value or "", found.message, found.remedy, found.rule or "")


def _written(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()
