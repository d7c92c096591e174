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
    return _written(FINDING_COLUMNS, (_finding(finding) for finding in report.findings))


def missingness_csv(report: Report) -> str:
    """One line for each state of each field at each visit."""
    lines = report.missingness
    value = (
        (line.table, line.field, line.visit, state, str(count))
        for line in lines
        for state, count in line.states.items()
    )

    return _written(MISSINGNESS_COLUMNS, value)


def _finding(reported: Reported) -> tuple[str, ...]:
    finding = reported.finding
    key = [str(reported.key.get(name, "")) for name in FINDING_COLUMNS[6:11]]
    line = "" if reported.row is None else str(reported.row)
    place = (
        finding.severity.word,
        finding.code,
        reported.file or "",
        line,
        reported.table or "",
        reported.field or "",
    )

    return (
        *place,
        *key,
        finding.value or "",
        finding.message,
        finding.remedy,
        finding.rule or "",
    )


def _written(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()
