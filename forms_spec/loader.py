"""``load_study``: from the text of a dictionary to its study, read, built and checked."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from forms_spec.checks import run_checks
from forms_spec.findings.catalogue.rules import SYNTAX
from forms_spec.findings.finding import Finding, Severity
from forms_spec.loading.finding_collector import Notes
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.loading.study_builder import build_study
from forms_spec.model.study import Study

ECHO = re.compile(
    r"unknown-(form|visit|codelist|field|missing|parameter)"
    r"|unused-|form-never|visit-without|conditional-without"
    r"|eligibility-visit|criterion-|reference-(unknown-test|no-range)"
    r"|role-(unknown|depends|part|export|no)|day-zero|window-without-day|no-study"
    r"|conditions?-|rules-contradict|source-|shown-against|required-where|branch-never"
    r"|reads-later|reference-to-repeating|nothing-previous|no-such-place|code-never"
    r"|result-outside|visits-out"
)
"""What may follow from a file that cannot be read, and so does what is wrong with the
meaning of a rule.
"""

DATA = "subjects/"
"""Files below this folder are data, not dictionary."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadResult:
    """The study, or None while a finding refuses it; and all findings, in the order of
    the text.
    """

    study: Study | None
    findings: tuple[Finding, ...]


def load_study(files: Mapping[str, str], *, incomplete: bool = False) -> LoadResult:
    """Load and check a dictionary, given as texts by file name. Bad text gives
    findings, never an error.

    ``incomplete``: some file of it could not be read at all, so that what seems to be
    lacking is not told.
    """
    names = sorted(name for name in files if not name.startswith(DATA))
    texts = {name: files[name] for name in names}
    notes = Notes()

    with _no_garbage():
        loaded = build_study(texts, notes)
        if loaded is not None:
            notes.extend(run_checks(loaded))

    kept = notes.findings
    if incomplete or _has_unread_file(loaded):
        kept = _without_echoes(kept)

    findings = tuple(sorted(kept, key=_order))
    is_refused = any(finding.severity is Severity.REFUSE for finding in findings)
    if is_refused or loaded is None:
        return LoadResult(study=None, findings=findings)

    return LoadResult(study=loaded.study, findings=findings)


def _has_unread_file(loaded: LoadedStudy | None) -> bool:
    """Whether the text of a file is no YAML, so that what it says is not known."""
    if loaded is None:
        return False

    return any(document.root is None for document in loaded.parts.documents.values())


def _without_echoes(findings: list[Finding]) -> list[Finding]:
    """Leaves out what seems unknown or unused only for want of a file that cannot be
    read.
    """
    syntax = {entry.code for entry in SYNTAX}
    kept: list[Finding] = []

    for finding in findings:
        code = finding.code
        # What is wrong in the text of a rule is so whatever the other files hold.
        is_about_meaning = code.startswith("rule-") and code not in syntax
        is_echo = is_about_meaning or ECHO.match(code)
        if not is_echo:
            kept.append(finding)

    return kept


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Nearly everything that loading makes lives on: looking for garbage in it takes a
    third of the time.
    """
    collecting = gc.isenabled()
    gc.disable()

    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _order(finding: Finding) -> tuple[str, int, int]:
    place = finding.text
    if place is None:
        return "", 0, 0

    return place.file, place.line, place.column
