"""The report as JSON, for programs."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from generator.validation.completeness import Missingness
from generator.validation.report.report import Report, Reported


def report_json(report: Report) -> str:
    """``{"valid": ..., "origins": [...], "findings": [...], ...}`` with a line break at
    the end.
    """
    return json.dumps(as_dict(report), indent=2, ensure_ascii=False) + "\n"


def as_dict(report: Report) -> dict[str, Any]:
    """The same as plain dictionaries and lists."""
    counts = dataclasses.asdict(report.counts)
    counts["rows"] = dict(report.counts.rows)

    return {
        "valid": report.valid,
        "origins": [dataclasses.asdict(origin) for origin in report.origins],
        "findings": [_finding(finding) for finding in report.findings],
        "counts": counts,
        "missingness": [_missingness(item) for item in report.missingness],
        "notes": list(report.notes),
    }


def _missingness(missingness: Missingness) -> dict[str, Any]:
    return {
        "table": missingness.table,
        "field": missingness.field,
        "visit": missingness.visit,
        "states": dict(missingness.states),
    }


def _finding(reported: Reported) -> dict[str, Any]:
    finding = reported.finding

    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "file": reported.file,
        "table": reported.table,
        "row": reported.row,
        "key": dict(reported.key),
        "field": reported.field,
        "value": finding.value,
        "rule": finding.rule,
        "origin": reported.origin,
        "message": finding.message,
        "remedy": finding.remedy,
    }
