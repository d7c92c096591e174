"""``load_study``: from the text of a dictionary to its study, read, built and checked."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from forms_spec.checks import run_checks
from forms_spec.findings import Finding, Severity
from forms_spec.loading.load import draft_study
from forms_spec.loading.notes import Notes
from forms_spec.loading.parts import Draft
from forms_spec.model import Study

ECHO = re.compile(
    r"(rule-)?unknown-(form|visit|codelist|field|missing|parameter|name|table|function|code|unit)"
    r"|rule-(not-scheduled|no-rows|on-nothing)|unused-|form-never|visit-without|condition-without"
)
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
    with _no_garbage():
        draft = draft_study(texts, notes)
        if draft is not None:
            notes.extend(run_checks(draft))
    kept = notes.findings if draft is None else _without_echoes(draft, notes.findings)
    findings = tuple(sorted(kept, key=_order))
    refused = any(one.severity is Severity.REFUSE for one in findings)
    return Loaded(study=None if refused or draft is None else draft.study, findings=findings)


def _without_echoes(draft: Draft, findings: list[Finding]) -> list[Finding]:
    """Leave out what seems unknown or unused while a file that may hold or use it cannot be read."""
    if all(document.root is not None for document in draft.parts.documents.values()):
        return findings
    return [found for found in findings if not ECHO.match(found.code)]


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Nearly everything that loading makes lives on: looking for garbage in it takes a third of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _order(found: Finding) -> tuple[str, int, int]:
    place = found.text
    return (place.file, place.line, place.column) if place else ("", 0, 0)
