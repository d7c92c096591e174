"""The whole database as a package: one state of it, in the package's order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from forms_spec.model import Study
from forms_spec.record import Record
from generator.package.calculated import with_calculated
from generator.package.captured import CapturedForm, Change, FormStatus
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
FILES = "files/"
PREFIX = 16


def export_package(
    database: Database, study: Study, target: Path, *, on_progress: Callable[[int], None] | None = None
) -> Written:
    """Writes a zip or a folder. Holds one subject in memory at a time; saves meanwhile are not seen."""
    with snapshot(database) as state:
        return write_package(
            study,
            captured_forms(state, study),
            target,
            subjects=[PackageSubject(one.site, one.subjid) for one in state.subjects()],
            changes=changes_of(state, study),
            files=_files(state, study),
            on_progress=on_progress,
        )


def captured_forms(state: Snapshot, study: Study) -> Iterator[CapturedForm]:
    """The newest version of every form, by site, subject, visit and form."""
    order = form_order(study)
    last_save = state.last_save()
    day = last_save.astimezone().date() if last_save else date.min
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


def _files(state: Snapshot, study: Study) -> Iterator[tuple[str, bytes]]:
    """The uploaded files that cells name, each once."""
    if not file_fields(study):
        return
    seen: set[str] = set()
    for subject in state.subjects():
        for form in state.newest(subject.subjid):
            for name in file_names(study, form.key.form, form.record):
                content = None if name in seen else state.attachment(name.removeprefix(FILES)[:PREFIX])
                if content is not None:
                    seen.add(name)
                    yield name, content


def file_fields(study: Study) -> frozenset[tuple[str, str]]:
    """The file fields of a study as (table, field)."""
    return frozenset(
        (table.name, one.name)
        for table in study.tables.values()
        for one in table.fields
        if one.kind.name == "file"
    )


def file_names(study: Study, form: str, record: Record) -> Iterator[str]:
    """The files that a form's cells name."""
    wanted = file_fields(study)
    for field, text in record.texts.items():
        if (form, field) in wanted and text.startswith(FILES):
            yield text
    for group, rows in record.rows.items():
        for row in rows:
            for field, text in row.texts.items():
                if (group, field) in wanted and text.startswith(FILES):
                    yield text
