"""``load_study``: from the text of a dictionary to its study, read, built and checked."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from forms_spec.checks import run_checks
from forms_spec.findings.causes import in_text_order
from forms_spec.findings.finding import Finding, Severity
from forms_spec.loading.build_memory import BuildMemory
from forms_spec.loading.consequences import without_consequences
from forms_spec.loading.finding_collector import Notes
from forms_spec.loading.form_copies import copied_tables, without_repetition
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.loading.study_builder import build_study
from forms_spec.model.study import Study
from forms_spec.yaml_source.document import Document

DATA = "subjects/"
"""Files below this folder are data, not dictionary."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadResult:
    """The study, or None while a finding errors it; and all findings, in the order of
    the text.
    """

    study: Study | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What was read of a dictionary, sound or not.

    ``loaded`` is None when no file begins a study.
    """

    result: LoadResult
    loaded: LoadedStudy | None
    documents: Mapping[str, Document]


def load_study(files: Mapping[str, str], *, incomplete: bool = False) -> LoadResult:
    """Load and check a dictionary, given as texts by file name. Bad text gives
    findings, never an error.

    ``incomplete``: some file of it could not be read at all, so that what seems to be
    lacking is not told.
    """
    return read_study(files, incomplete=incomplete).result


def read_study(
    files: Mapping[str, str],
    *,
    incomplete: bool = False,
    memory: BuildMemory | None = None,
) -> Reading:
    """As ``load_study``, with everything that was read on the way.

    ``memory`` keeps what has not changed since it was read before.
    """
    names = sorted(name for name in files if not name.startswith(DATA))
    texts = {name: files[name] for name in names}
    notes = Notes()

    with _no_garbage():
        built = build_study(texts, notes, memory)
        loaded = built.loaded
        if loaded is not None:
            notes.extend(run_checks(loaded))

    documents = built.parts.documents
    result = _result(notes, loaded, documents, incomplete=incomplete)

    return Reading(result=result, loaded=loaded, documents=documents)


def _result(
    notes: Notes,
    loaded: LoadedStudy | None,
    documents: Mapping[str, Document],
    *,
    incomplete: bool,
) -> LoadResult:
    if any(document.root is None for document in documents.values()):
        incomplete = True

    of_copies = copied_tables(loaded.study) if loaded is not None else frozenset()
    once = without_repetition(notes.findings, of_copies)
    kept = without_consequences(once, documents, incomplete=incomplete)
    findings = tuple(in_text_order(kept))
    is_refused = any(finding.severity is Severity.ERROR for finding in notes.findings)
    if is_refused or loaded is None:
        return LoadResult(study=None, findings=findings)

    return LoadResult(study=loaded.study, findings=findings)


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
