"""The report as JSON, for programs."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from generator.validation.completeness import Missingness
from generator.validation.report.report import Report, Reported


def report_json(report: Report) -> str:
    """``{"valid": ..., "origins": [...], "findings": [...], ...}`` with a line break at the end."""
    return json.dumps(as_dict(report), indent=2, ensure_ascii=False) + "\n"


def as_dict(report: Report) -> dict[str, Any]:
    """The same as plain dictionaries and lists."""
    return {
        "valid": report.valid,
        "origins": [dataclasses.asdict(one) for one in report.origins],
        "findings": [_finding(one) for one in report.findings],
        "counts": {**dataclasses.asdict(report.counts), "rows": dict(report.counts.rows)},
        "missingness": [_missingness(one) for one in report.missingness],
        "notes": list(report.notes),
    }


def _missingness(one: Missingness) -> dict[str, Any]:
    return {"table": one.table, "field": one.field, "visit": one.visit, "states": dict(one.states)}


def _finding(one: Reported) -> dict[str, Any]:
    found = one.finding
    return {
        "code": found.code,
        "severity": found.severity.value,
        "file": one.file,
        "table": one.table,
        "row": one.row,
        "key": dict(one.key),
        "field": one.field,
        "value": found.value,
        "rule": found.rule,
        "origin": one.origin,
        "message": found.message,
        "remedy": found.remedy,
    }
