"""What an import writes: many forms in few statements, and the past of forms as another
database had it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from forms_spec.model.captured_data import CellKey, FormKey, Record
from webapp.storage.database import Database
from webapp.storage.encoding import kept_document, rows_document, texts_document
from webapp.storage.events import (
    NO_LINE,
    Detail,
    EventKind,
    EventPlace,
    LogHead,
    NewEvent,
    append_events,
    utc_text,
)
from webapp.storage.forms import HEADS, FindingCounts, InstanceKey, Status
from webapp.storage.seals import seal
from webapp.storage.tables import (
    app_user,
    form_instance,
    form_version,
    import_run,
    plain,
)
from webapp.storage.users import CLOSED, NOBODY, Role, insert_accounts

HEAD = ("status", "refused", "queries", "warnings", "saved_at", "saved_by")


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportRun:
    """An import: ``operator`` is who ran it, which is nobody's signature; ``source`` is
    what was imported.
    """

    id: int
    began_at: datetime
    operator: str
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PastVersion:
    """A version of a form as it was saved elsewhere.

    ``counts`` are its findings, where they were judged. It ``is_sealed`` where its save
    id and counts are those of the database that it comes from: its seal is the same.
    ``blanks`` are what an old version keeps without anybody having typed it.
    """

    status: Status
    record: Record
    saved_by: str
    saved_at: datetime
    reason: str
    dictionary_hash: str
    save_id: str
    counts: FindingCounts = field(default_factory=FindingCounts)
    is_sealed: bool = False
    blanks: tuple[CellKey, ...] = ()


NewForm = tuple[InstanceKey, Sequence[PastVersion]]
"""A form that was never captured here, and its versions, the oldest first."""


def insert_run(
    connection: Connection,
    *,
    operator: str,
    source: str,
    now: datetime,
    log: LogHead = NO_LINE,
) -> int:
    """Notes an import, and gives its number. ``log`` is the head of the log that came
    with it.
    """
    row = {"began_at": now, "operator": operator, "source": source}
    new = insert(import_run).returning(import_run.c.id)
    number = int(connection.execute(new, row).scalar_one())
    details: dict[str, Detail] = {
        "import": number,
        "operator": plain(operator),
        "source": plain(source),
    }
    if log != NO_LINE:
        details["log"] = {"number": log.number, "sha256": log.sha256}
    begun = NewEvent(kind=EventKind.IMPORT_BEGUN, details=details)
    append_events(connection, now, [begun])

    return number


def find_runs(connection: Connection, numbers: Iterable[int]) -> dict[int, ImportRun]:
    """Some imports by their numbers."""
    rows = connection.execute(
        select(import_run).where(import_run.c.id.in_(list(numbers)))
    )
    return {
        row.id: ImportRun(
            id=row.id, began_at=row.began_at, operator=row.operator, source=row.source
        )
        for row in rows
    }


def imports_of(database: Database, numbers: Iterable[int]) -> dict[int, ImportRun]:
    """Some imports by their numbers."""
    with database.read() as connection:
        return find_runs(connection, numbers)


def newest_versions(
    connection: Connection, subject: str
) -> dict[FormKey, tuple[int, str]]:
    """The newest version of each form of a subject, and who saved it."""
    rows = connection.execute(HEADS, {"subject": subject})
    return {
        FormKey(row.form, row.visit, row.unsno): (row.version, row.saved_by)
        for row in rows
    }


def insert_missing_accounts(
    connection: Connection, names: Iterable[str], now: datetime
) -> None:
    """People whom a history names.

    Nobody can sign in as one that was not here: there is no password.
    """
    known = set(connection.execute(select(app_user.c.username)).scalars())
    new = []
    for name in dict.fromkeys(map(plain, names)):
        if name in known:
            continue
        account = {
            "username": name,
            "name": name,
            "role": Role.MONITOR.value,
            "password_hash": NOBODY,
            "created_at": now,
            "state": CLOSED,
        }
        new.append(account)

    if new:
        insert_accounts(connection, new, now)


def insert_forms(
    connection: Connection,
    forms: Sequence[NewForm],
    now: datetime,
    *,
    import_id: int | None,
) -> None:
    """Forms that are not here yet, with all their versions, in three statements."""
    rows = [_rows(key, versions) for key, versions in forms]
    if not rows:
        return

    heads = []
    for (key, _), built in zip(forms, rows, strict=True):
        newest = {name: built[-1][name] for name in HEAD}
        heads.append({**_place(key), **newest, "version": len(built)})

    # Without this order the database may give the numbers in any.
    new = insert(form_instance).returning(
        form_instance.c.id, sort_by_parameter_order=True
    )
    numbers = connection.execute(new, heads).scalars().all()

    every, events = [], []
    for (key, _), number, built in zip(forms, numbers, rows, strict=True):
        for row in built:
            every.append({**row, "instance_id": number, "import_id": import_id})
            events.append(form_saved(key, row, import_id=import_id))

    connection.execute(insert(form_version), every)
    append_events(connection, now, events)


def form_saved(
    key: InstanceKey, row: Mapping[str, Any], *, import_id: int | None
) -> NewEvent:
    """The event of a version that was saved here, or came with an import.

    ``row`` is the version's row; its seal stands for the answers and the reason.
    """
    details: dict[str, Detail] = {
        "version": row["number"],
        "status": row["status"],
        "dictionary": row["dictionary_hash"],
        "seal": row["seal"],
    }
    if import_id is not None:
        details["import"] = import_id
        details["saved"] = utc_text(row["saved_at"])

    return NewEvent(
        kind=EventKind.FORM_SAVED,
        username=row["saved_by"],
        place=EventPlace(
            subject=key.subject, visit=key.visit, form=key.form, unsno=key.unsno
        ),
        details=details,
    )


def _place(key: InstanceKey) -> dict[str, Any]:
    return {
        "subjid": key.subject,
        "form": key.form,
        "visit": key.visit,
        "unsno": key.unsno,
    }


def _rows(key: InstanceKey, versions: Sequence[PastVersion]) -> list[dict[str, Any]]:
    """The versions as rows, each sealed over the one before."""
    built: list[dict[str, Any]] = []
    marks: Mapping[str, int] = {}
    before = ""

    for number, version in enumerate(versions, start=1):
        marks = marks_after(marks, version.record)
        row: dict[str, Any] = {
            "number": number,
            "status": version.status.value,
            "refused": version.counts.refused,
            "queries": version.counts.queries,
            "warnings": version.counts.warnings,
            "saved_at": version.saved_at,
            "saved_by": plain(version.saved_by),
            "save_id": version.save_id,
            "dictionary_hash": version.dictionary_hash,
            "reason": plain(version.reason),
            "row_marks": {**_zero_marks(version.blanks), **marks},
            **documents_of(version),
        }
        before = seal(key, before, row)
        built.append({"seal": before, **row})

    return built


def documents_of(version: PastVersion) -> dict[str, object]:
    """The three documents in which a version is stored."""
    return {
        "texts": texts_document(version.record),
        "rows": _with_blanks(rows_document(version.record), version.blanks),
        "kept": kept_document(version.record),
    }


def _zero_marks(blanks: Iterable[CellKey]) -> dict[str, int]:
    """The groups of an old version that never had a row."""
    return {cell.table: 0 for cell in blanks if cell.row is None}


def _with_blanks(
    rows: dict[str, list[list[Any]]], blanks: Iterable[CellKey]
) -> dict[str, list[list[Any]]]:
    """The rows with the blank answers that an old version keeps in them."""
    texts = {
        (group, number): cells
        for group, listed in rows.items()
        for number, cells in listed
    }
    for cell in blanks:
        if cell.field and (cell.table, cell.row) in texts:
            texts[cell.table, cell.row].setdefault(cell.field, "")

    return rows


def marks_after(before: Mapping[str, int], record: Record) -> dict[str, int]:
    """The highest row number ever given, by group."""
    marks = dict(before)
    for group, rows in record.rows.items():
        marks[group] = max([marks.get(group, 0), *(row.number for row in rows)])
    return marks
