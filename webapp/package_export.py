"""The whole database as a package: one state of it, in the package's order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from forms_spec.catalogue import finding
from forms_spec.days import day_of
from forms_spec.files import file_cells
from forms_spec.findings import Finding
from forms_spec.kinds.file import named_file
from forms_spec.model import Study
from forms_spec.record import Record
from generator.package.calculated import with_calculated
from generator.package.captured import CapturedFile, CapturedForm, Change, FormStatus
from generator.package.captured import Subject as PackageSubject
from generator.package.order import form_order
from generator.package.writer import Written, write_package
from webapp.storage import (
    About,
    AuditRow,
    Database,
    Snapshot,
    Status,
    StoredForm,
    Subject,
    audit_rows,
    snapshot,
)

FORM_STATUS = {
    Status.DRAFT: FormStatus.INCOMPLETE,
    Status.UNVERIFIED: FormStatus.UNVERIFIED,
    Status.COMPLETE: FormStatus.COMPLETE,
}


def export_package(
    database: Database, study: Study, target: Path, *, on_progress: Callable[[int], None] | None = None
) -> Written:
    """Writes a zip or a folder. Holds one subject in memory at a time; saves meanwhile are not seen."""
    with snapshot(database) as state:
        files, missing = _files(state, study)
        written = write_package(
            study,
            captured_forms(state, study),
            target,
            subjects=[PackageSubject(one.site, one.subjid) for one in state.subjects()],
            changes=changes_of(state, study),
            files=files,
            on_progress=on_progress,
        )
    return replace(written, findings=(*written.findings, *missing))


def captured_forms(state: Snapshot, study: Study) -> Iterator[CapturedForm]:
    """The newest version of every form, by site, subject, visit and form."""
    order = form_order(study)
    last_save = state.last_save()
    day = day_of(study, last_save) if last_save else date.min
    for subject in state.subjects():
        newest = sorted(state.newest(subject.subjid), key=lambda one: order(one.key.form_key))
        yield from with_calculated(study, [captured(subject, form) for form in newest], day)


def captured(subject: Subject, form: StoredForm) -> CapturedForm:
    """A stored form as a package carries it."""
    return CapturedForm(
        site=subject.site,
        subject=subject.subjid,
        key=form.key.form_key,
        status=FORM_STATUS[form.status],
        version=form.version,
        record=form.record,
        saved_by=form.saved_by,
        saved_at=form.saved_at,
    )


def changes_of(state: Snapshot, study: Study) -> Iterator[Change]:
    """The audit trail, in the same order; the versions of a form from the oldest on."""
    order = form_order(study)
    for subject in state.subjects():
        versions = sorted(
            state.versions(subject.subjid), key=lambda one: (order(one.key.form_key), one.version)
        )
        for row in audit_rows(versions):
            yield _change(subject, row)


def _change(subject: Subject, row: AuditRow) -> Change:
    """The reason of a kept warning stands under ``field#finding``; no field's name has a ``#``."""
    change = row.change
    field = f"{change.cell.field}#{change.code}" if change.about is About.KEPT else change.cell.field
    return Change(
        site=subject.site,
        subject=subject.subjid,
        key=row.key.form_key,
        version=row.version,
        table=change.cell.table,
        row=change.cell.row,
        field=field,
        old=change.old,
        new=change.new,
        reason=row.reason,
        saved_by=row.saved_by,
        saved_at=row.saved_at,
        dictionary=row.dictionary_hash,
    )


def _files(state: Snapshot, study: Study) -> tuple[list[CapturedFile], list[Finding]]:
    """The uploaded files that cells name, each once; and a finding for each that was never kept here."""
    files: dict[str, CapturedFile] = {}
    missing: dict[str, Finding] = {}
    for subject in state.subjects():
        for form in state.newest(subject.subjid):
            for name in file_names(study, form.key.form, form.record):
                if name in files or name in missing:
                    continue
                kept = state.attachment_head(_beginning(name))
                if kept is None:
                    missing[name] = finding("export-file-missing", value=name)
                else:
                    files[name] = CapturedFile(
                        name=name, size=kept.size, sha256=kept.sha256, read=partial(_read, state, name)
                    )
    return list(files.values()), [missing[name] for name in sorted(missing)]


def _read(state: Snapshot, name: str) -> bytes:
    content = state.attachment(_beginning(name))
    assert content is not None, "attachments are never deleted"
    return content


def _beginning(name: str) -> str:
    return name.split("/")[1]


def file_names(study: Study, form: str, record: Record) -> Iterator[str]:
    """The files that a form's cells name."""
    known = study.forms.get(form)
    for _, text in file_cells(known, record) if known else ():
        if named_file(text):
            yield text
