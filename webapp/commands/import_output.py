"""What ``crfsmith import`` says: line by line for people, or as one JSON document."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import click

from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import CellKey
from generator.validation.report.report import Report
from generator.validation.report.write_json import as_dict
from generator.validation.report.write_text import write_text
from webapp.packages.import_plans import (
    CellPreview,
    FormPreview,
    Imported,
    ImportOutcome,
)
from webapp.presentation.form_address import form_address
from webapp.storage import InstanceKey

MOST_HARD, MOST_DRAFTS = 5, 20
BY_PROGRAM = "saved-by-program"
LISTED = frozenset({ImportOutcome.CHANGED, ImportOutcome.REFUSED})
"""The cells that are listed unless all are asked for."""


class ImportOutput:
    """Takes every form as it is planned, and says at the end what became of the whole.

    ``cells`` lists every cell one by one, else only those that change or are refused.
    """

    def __init__(self, *, dry_run: bool, cells: bool) -> None:
        self.dry_run = dry_run
        self.cells = cells
        self.notes: list[Finding] = []

    def begin(self, report: Report) -> None:
        """Names what other programs did to the package, before its forms are shown."""

    def form(self, preview: FormPreview) -> None:
        raise NotImplementedError

    def finish(self, report: Report, counted: Imported | None) -> bool:
        """True when anything was refused."""
        self.close(report, counted)
        refused = ImportOutcome.REFUSED
        return counted is None or bool(
            counted.forms.get(refused) or counted.cells.get(refused)
        )

    def close(self, report: Report, counted: Imported | None) -> None:
        raise NotImplementedError

    def stop(self, report: Report, cause: Finding) -> bool:
        """Says why nothing at all is imported."""
        raise NotImplementedError


class ShownAsText(ImportOutput):
    """A line for each form that brings something, below it the cells."""

    def __init__(self, *, dry_run: bool, cells: bool) -> None:
        super().__init__(dry_run=dry_run, cells=cells)
        self.judged: Counter[str] = Counter()
        self.drafts: list[str] = []

    def begin(self, report: Report) -> None:
        for finding in report.findings:
            if finding.finding.code == BY_PROGRAM:
                click.echo(_finding(finding.finding))

    def form(self, preview: FormPreview) -> None:
        self.judged.update(result.severity.value for result in preview.judged)
        # An import is often given once more: what it has brought already is not listed.
        is_same = preview.outcome is ImportOutcome.SAME and not preview.findings
        if is_same and not self.cells:
            return

        counts = Counter(cell.outcome for cell in preview.cells)
        click.echo(
            f"{preview.outcome.value:<8} {_form(preview.key)}  "
            f"{_counted(counts, 'cell')}"
        )

        for cell in preview.cells:
            outcome = cell.outcome
            if self.cells or outcome in LISTED:
                click.echo(f"  {outcome.value:<8} {_cell(cell.cell)}: {_texts(cell)}")

        for finding in preview.findings:
            click.echo(f"  {_finding(finding)}")

        for finding in preview.hard[:MOST_HARD]:
            click.echo(
                f"    {_where(finding)}{finding.message} {finding.remedy} "
                f"[{finding.code}]"
            )

        if len(preview.hard) > MOST_HARD:
            click.echo(f"    and {len(preview.hard) - MOST_HARD} more")
        if preview.hard:
            self.drafts.append(_address(preview.key))

    def close(self, report: Report, counted: Imported | None) -> None:
        if report.counts.findings:
            write_text(report, sys.stdout)
        if counted is None:
            click.echo(
                "Nothing was imported, because rows of the package would be "
                "lost. See the findings above."
            )
            return

        click.echo(
            f"{_counted(counted.forms, 'form')}; {_counted(counted.cells, 'cell')}."
        )
        for note in self.notes:
            click.echo(_finding(note))
        if self.judged:
            text = ", ".join(f"{count:,} {name}" for name, count in self.judged.items())
            click.echo(
                f"Findings on these forms: {text}. `crfsmith validate` lists them."
            )

        self._show_drafts()
        if self.dry_run:
            click.echo("Dry run: nothing was imported.")

    def _show_drafts(self) -> None:
        """What somebody has to do: complete forms whose errors keep them drafts."""
        if not self.drafts:
            return

        count = len(self.drafts)
        many, drafts = f"{count:,} complete forms", "drafts"
        if count == 1:
            many, drafts = "1 complete form", "a draft"
        come = "would become" if self.dry_run else "became"
        click.echo(
            f"To do: {many} {come} {drafts}. Resolve the findings above, then complete:"
        )

        for address in self.drafts[:MOST_DRAFTS]:
            click.echo(f"  {address}?check=1")
        if count > MOST_DRAFTS:
            click.echo(f"  and {count - MOST_DRAFTS:,} more, listed above")

    def stop(self, report: Report, cause: Finding) -> bool:
        if report.counts.findings:
            write_text(report, sys.stdout)
        click.echo(_finding(cause))
        click.echo("Nothing was imported.")
        return True


class ShownAsJson(ImportOutput):
    """Everything, with every cell, in one document."""

    def __init__(self, *, dry_run: bool, cells: bool) -> None:
        super().__init__(dry_run=dry_run, cells=cells)
        self.forms: dict[InstanceKey, dict[str, Any]] = {}

    def form(self, preview: FormPreview) -> None:
        self.forms[preview.key] = {
            **preview.key._asdict(),
            "outcome": preview.outcome.value,
            "cells": [
                {
                    **cell.cell._asdict(),
                    "outcome": cell.outcome.value,
                    "old": cell.old,
                    "new": cell.new,
                }
                for cell in preview.cells
            ],
            "findings": [
                _as_dict(finding) for finding in (*preview.findings, *preview.judged)
            ],
        }

    def close(self, report: Report, counted: Imported | None) -> None:
        text = {
            "dry_run": self.dry_run,
            "imported": counted is not None and not self.dry_run,
            "forms": _plain(counted.forms) if counted else {},
            "cells": _plain(counted.cells) if counted else {},
            "previews": list(self.forms.values()),
            "notes": [_as_dict(note) for note in self.notes],
            "package": as_dict(report),
        }
        click.echo(json.dumps(text, indent=2, ensure_ascii=False))

    def stop(self, report: Report, cause: Finding) -> bool:
        text = {
            "dry_run": self.dry_run,
            "imported": False,
            "forms": {},
            "cells": {},
            "previews": [],
            "stopped": _as_dict(cause),
            "package": as_dict(report),
        }
        click.echo(json.dumps(text, indent=2, ensure_ascii=False))

        return True


SHOWN: Mapping[str, type[ImportOutput]] = MappingProxyType(
    {"text": ShownAsText, "json": ShownAsJson}
)


def _plain(counts: Mapping[ImportOutcome, int]) -> dict[str, int]:
    return {outcome.value: counts.get(outcome, 0) for outcome in ImportOutcome}


def _counted(counts: Mapping[ImportOutcome, int], what: str) -> str:
    total = sum(counts.values())
    words = f"{total:,} {what}" if total == 1 else f"{total:,} {what}s"

    parts = []
    for outcome in ImportOutcome:
        if counts.get(outcome):
            parts.append(f"{counts[outcome]:,} {outcome.value}")

    return f"{words}: {', '.join(parts)}" if parts else words


def _form(key: InstanceKey) -> str:
    visit = f"{key.visit}.{key.unsno}" if key.unsno else key.visit
    return f"{key.subject} {visit} {key.form}"


def _address(key: InstanceKey) -> str:
    """Where the form stands on the server."""
    return form_address(key.subject, key.visit, key.unsno, key.form)


def _where(finding: Finding) -> str:
    place = finding.data
    if place is None or place.field is None:
        return ""
    return f"{_cell(CellKey(place.table, place.row, place.field))}: "


def _cell(cell: CellKey) -> str:
    if cell.row is None:
        return cell.field
    return f"{cell.table} row {cell.row} {cell.field}"


def _texts(cell: CellPreview) -> str:
    """As JSON texts, so that blanks and control characters show and none reaches the
    terminal.
    """
    old = json.dumps(cell.old, ensure_ascii=False)
    new = json.dumps(cell.new, ensure_ascii=False)
    if cell.outcome is ImportOutcome.SAME or not cell.old:
        return new
    return f"{old} -> {new}"


def _finding(finding: Finding) -> str:
    return (
        f"{finding.severity.value}: {finding.message} {finding.remedy} [{finding.code}]"
    )


def _as_dict(finding: Finding) -> dict[str, Any]:
    place = finding.data
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "table": place.table if place else None,
        "row": place.row if place else None,
        "field": place.field if place else None,
        "value": finding.value,
        "rule": finding.rule,
        "message": finding.message,
        "remedy": finding.remedy,
    }
