"""The report in the shape of Frictionless's own, for tools that read those.

A row number is the physical line of the file. Tasks without located findings are valid.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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
    descriptor = as_frictionless(report).to_descriptor()
    return json.dumps(descriptor, indent=2, ensure_ascii=False) + "\n"


def as_frictionless(report: Report) -> Any:
    """A ``frictionless.Report``.

    What is counted and not listed stands in the warnings of its task.
    """
    by_table: dict[str | None, list[Reported]] = defaultdict(list)
    for finding in report.findings:
        # Tolerated findings leave the package valid, and Frictionless knows no such.
        if finding.finding.code not in report.tolerated:
            by_table[finding.table].append(finding)

    of_package = by_table.pop(None, [])
    names = dict.fromkeys((*report.counts.rows, *by_table))

    return frictionless.Report.from_validation(
        tasks=[_task(report, name, by_table[name]) for name in names if name],
        errors=[_error(finding) for finding in of_package],
        warnings=list(report.notes),
    )


def _task(report: Report, name: str, findings: Sequence[Reported]) -> Any:
    errors = [_error(finding) for finding in findings]
    warnings = list(_not_listed(report, name))
    stats = {"errors": len(errors), "warnings": len(warnings), "seconds": 0.0}
    if name in report.counts.rows:
        stats["rows"] = report.counts.rows[name]

    files = (finding.file for finding in findings)
    place = next(filter(None, files), name)

    return frictionless.ReportTask(
        name=name,
        type="table",
        valid=not errors,
        place=place,
        labels=[],
        stats=stats,  # type: ignore[arg-type]
        warnings=warnings,
        errors=errors,
    )


def _not_listed(report: Report, table: str) -> Iterator[str]:
    for cause in report.counts.causes:
        if cause.table != table or cause.findings <= cause.located:
            continue

        what = cause.code
        if cause.field:
            what = f"{cause.code} in {cause.field}"

        yield f"{what}: {cause.findings} found, {cause.located} listed"


def _error(reported: Reported) -> Any:
    finding, errors = reported.finding, frictionless.errors
    own_type = _TYPES.get(finding.code, "")
    kind = errors_by_type().get(own_type) or _general(reported)
    row = reported.row or 1
    value = finding.value or ""
    words: dict[str, Any] = {
        "note": f"{finding.message} ({finding.code}) {finding.remedy}"
    }

    # Each class of errors demands more words. Frictionless numbers rows and fields,
    # of which we know the line and the name.
    if issubclass(kind, errors.RowError):
        words |= {"cells": [], "row_number": row}
    if issubclass(kind, errors.CellError):
        words["cell"] = value
    if issubclass(kind, errors.LabelError):
        words |= {"labels": [], "row_numbers": [row], "label": value}
    if issubclass(kind, errors.CellError | errors.LabelError):
        words |= {"field_name": reported.field or "", "field_number": 0}

    return kind(**words)


def _general(reported: Reported) -> Any:
    errors = frictionless.errors
    if reported.row is not None:
        return errors.CellError if reported.field else errors.RowError
    if reported.table:
        return errors.TableError

    return frictionless.Error


def errors_by_type() -> Mapping[str, Any]:
    """Frictionless's error classes by the name that a report gives them."""
    kinds: dict[str, Any] = {}
    for kind in vars(frictionless.errors).values():
        if isinstance(kind, type) and hasattr(kind, "type"):
            kinds[kind.type] = kind

    return kinds
