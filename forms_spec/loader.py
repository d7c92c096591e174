"""``load_study``: from the text of a dictionary to its study, read, built and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms_spec.checks import run_checks
from forms_spec.findings import Finding, Severity
from forms_spec.loading.load import draft_study
from forms_spec.loading.notes import Notes
from forms_spec.model import Study

DATA = "subjects/"
"""Files below this folder are data, not dictionary."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """The study, or None while a finding refuses it; and all findings, in the order of the text."""

    study: Study | None
    findings: tuple[Finding, ...]


def load_study(files: Mapping[str, str]) -> Loaded:
    """Load and check a dictionary, given as texts by file name. Bad text gives findings, never an error."""
    texts = {name: files[name] for name in sorted(files) if not name.startswith(DATA)}
    notes = Notes()
    draft = draft_study(texts, notes)
    if draft is not None:
        notes.extend(run_checks(draft))
    findings = tuple(sorted(notes.findings, key=_order))
    refused = any(one.severity is Severity.REFUSE for one in findings)
    return Loaded(study=None if refused or draft is None else draft.study, findings=findings)


def _order(found: Finding) -> tuple[str, int, int]:
    place = found.text
    return (place.file, place.line, place.column) if place else ("", 0, 0)
