"""The report in the shape of Frictionless's own, for tools that read those.

A row number is the physical line of the file. Tasks without located findings are valid.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from generator.heavy_libraries import frictionless
from generator.validation.report.report import Report, Reported

_TYPES: Mapping[str, str] = {
    "cell-type": "type-error",
    "cell-constraint": "constraint-error",
    "repeated-value": "unique-error",
    "repeated-key": "primary-key",
    "blank-key": "primary-key",
    "blank-line": "blank-row",
    "missing-row": "blank-row",
    "too-many-cells": "extra-cell",
    "too-few-cells": "missing-cell",
    "unknown-column": "extra-label",
    "missing-column": "missing-label",
    "repeated-column": "duplicate-label",
    "column-order": "incorrect-label",
    "missing-file": "scheme-error",
    "broken-file": "source-error",
    "empty-table": "source-error",
    "other-delimiter": "source-error",
    "not-utf8": "encoding-error",
    "utf-16": "encoding-error",
    "file-changed": "hash-count",
    "descriptor-encoding": "encoding-error",
    "descriptor-no-file": "metadata-error",
    "field-type": "field-error",
    "field-constraint": "field-error",
    "key-field": "schema-error",
    "key-length": "schema-error",
    "key-resource": "resource-error",
}
"""Our codes in Frictionless's words; every other finding is a general error of its
cell, row or table.
"""


def report_frictionless(report: Report) -> str:
    """JSON that ``frictionless.Report.from_descriptor`` reads."""
    return (
        json.dumps(
            as_frictionless(report).to_descriptor(), indent=2, ensure_ascii=False
        )
        + "\n"
    )


def as_frictionless(report: Report) -> Any:
    """A ``frictionless.Report``.

    What is counted and not listed stands in the warnings of its task.
    """
    groups: dict[str | None, list[Reported]] = defaultdict(list)
    for finding in report.findings:
        if finding.finding.code not in report.tolerated:
            groups[finding.table].append(finding)

    tables = [
        *report.counts.rows,
        *(name for name in groups if name not in report.counts.rows and name),
    ]
    tasks = [_task(report, name, groups[name]) for name in tables]

    return frictionless.Report.from_validation(
        tasks=tasks,
        errors=[_error(group) for group in groups[None]],
        warnings=list(report.notes),
    )


def _task(report: Report, name: str, findings: Sequence[Reported]) -> Any:
    errors = [_error(finding) for finding in findings]
    hidden = [
        cause
        for cause in report.counts.causes
        if cause.table == name and cause.findings > cause.located
    ]
    warnings = [
        f"{item.code}{f' in {item.field}' if item.field else ''}"
        f": {item.findings} found, {item.located} listed"
        for item in hidden
    ]
    place = next((finding.file for finding in findings if finding.file), name)
    stats = {"errors": len(errors), "warnings": len(warnings), "seconds": 0.0}
    if name in report.counts.rows:
        stats["rows"] = report.counts.rows[name]
    return frictionless.ReportTask(
        name=name, type="table", valid=not errors, place=place, labels=[], stats=stats,  # type: ignore[arg-type]
        warnings=warnings, errors=errors,
    )  # fmt: skip


def _error(reported: Reported) -> Any:
    finding = reported.finding
    kind = errors_by_type().get(_TYPES.get(finding.code, "")) or _general(reported)
    words: dict[str, Any] = {
        "note": f"{finding.message} ({finding.code}) {finding.remedy}"
    }
    if issubclass(kind, frictionless.errors.RowError):
        words |= {"cells": [], "row_number": reported.row or 1}
    if issubclass(kind, frictionless.errors.CellError):
        words |= {"cell": finding.value or ""}
    if issubclass(kind, frictionless.errors.LabelError):
        words |= {
            "labels": [],
            "row_numbers": [reported.row or 1],
            "label": finding.value or "",
        }

    if issubclass(kind, frictionless.errors.CellError | frictionless.errors.LabelError):
        words |= {"field_name": reported.field or "", "field_number": 0}
    return kind(**words)


def _general(reported: Reported) -> Any:
    if reported.row is None:
        return frictionless.errors.TableError if reported.table else frictionless.Error
    return (
        frictionless.errors.CellError
        if reported.field
        else frictionless.errors.RowError
    )


def errors_by_type() -> Mapping[str, Any]:
    """Frictionless's error classes by the name that a report gives them."""
    kinds = vars(frictionless.errors).values()
    return {
        kind.type: kind
        for kind in kinds
        if isinstance(kind, type) and hasattr(kind, "type")
    }
