"""Who changed what, when and why: derived from the versions, which are all kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from forms_spec.model.captured_data import CellKey, Record
from webapp.storage.changes import Change, ChangeKind, changes
from webapp.storage.database import Database
from webapp.storage.events import EventKind, LoggedEvent, event_of
from webapp.storage.forms import (
    ALL_VERSIONS,
    EVERY_VERSION,
    InstanceKey,
    StoredForm,
    seen_versions,
    stored_form,
)
from webapp.storage.redaction_events import RowKey, redacted_rows
from webapp.storage.seals import seal
from webapp.storage.tables import event

CHUNK = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """One version, and what it changed against the one before."""

    form: StoredForm
    changes: tuple[Change, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditRow:
    """One change of one cell, row, status or kept reason (21 CFR 11.10(e): old values
    stay).
    """

    key: InstanceKey
    version: int
    change: Change
    saved_by: str
    saved_at: datetime
    reason: str
    dictionary_hash: str


def history(database: Database, key: InstanceKey) -> tuple[Revision, ...]:
    """Every version of a form, oldest first."""
    with database.read() as connection:
        rows = connection.execute(EVERY_VERSION, key._asdict())
        forms = list(seen_versions(connection, database.sight, rows))

    told = revisions(forms)
    if database.sight is None or database.sight.forms is None:
        return tuple(told)

    # A save that changed nothing of what somebody sees is none to them.
    return tuple(item for item in told if item.changes)


def logged_saves(database: Database, key: InstanceKey) -> Mapping[int, LoggedEvent]:
    """The events of the log that tell of a form's versions, by the version's number; a
    version that is older than the log has none.
    """
    query = (
        select(event.c.line)
        .where(event.c.subjid == key.subject, event.c.form == key.form)
        .where(event.c.visit == key.visit, event.c.unsno == key.unsno)
        .where(event.c.kind == EventKind.FORM_SAVED.value)
        .order_by(event.c.number)
    )
    with database.read() as connection:
        saves = [event_of(line) for line in connection.execute(query).scalars()]

    return {save.details["version"]: save for save in saves}


def audit_rows(versions: Iterable[StoredForm]) -> Iterator[AuditRow]:
    """Every change of some forms, whose versions stand together and in order."""
    for revision in revisions(versions):
        form = revision.form
        for change in revision.changes:
            yield AuditRow(
                key=form.key,
                version=form.version,
                change=change,
                saved_by=form.saved_by,
                saved_at=form.saved_at,
                reason=form.reason,
                dictionary_hash=form.dictionary_hash,
            )


def broken_seals(database: Database) -> Iterator[StoredForm]:
    """Versions that are not as they were saved (21 CFR 11.10(a): altered records are
    discerned), nor as a redaction left them that the log tells of.
    """
    with database.read() as connection:
        redacted = redacted_rows(connection)
        before: tuple[InstanceKey | None, str] = (None, "")
        for row in connection.execution_options(yield_per=CHUNK).execute(ALL_VERSIONS):
            form = stored_form(row)
            earlier = before[1] if before[0] == form.key else ""
            sealed = {name: getattr(row, name) for name in SEALED}
            actual = seal(form.key, earlier, sealed)
            key = version_key(form.key, form.version)
            if form.seal not in (actual, redacted.had(key, actual)):
                yield form

            before = (form.key, form.seal)


def version_key(key: InstanceKey, number: int) -> RowKey:
    """How a redaction names a version of a form."""
    return "form_version", key.subject, (key.form, key.visit, key.unsno, number)


SEALED = (
    *(
        "number",
        "status",
        "refused",
        "queries",
        "warnings",
        "saved_at",
        "saved_by",
        "save_id",
    ),
    *("dictionary_hash", "reason", "row_marks", "texts", "rows", "kept"),
)


def revisions(forms: Iterable[StoredForm]) -> Iterator[Revision]:
    """Each version with its changes; the versions of one form stand together and in
    order.
    """
    before: StoredForm | None = None
    for form in forms:
        earlier = before if before and before.key == form.key else None
        yield Revision(form=form, changes=_changes(earlier, form))
        before = form


def _changes(before: StoredForm | None, form: StoredForm) -> tuple[Change, ...]:
    old: Record | None = before.record if before else None
    result = changes(form.key.form, old, form.record)
    was = before.status.value if before else ""
    if was == form.status.value:
        return result
    status = Change(
        cell=CellKey(form.key.form, None, "formstat"),
        old=was,
        new=form.status.value,
        about=ChangeKind.STATUS,
    )

    return (*result, status)
