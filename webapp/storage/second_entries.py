"""Second entries of forms: every save is a new version, sealed, in one transaction, and
nothing is overwritten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, bindparam, insert, select

from forms_spec.model.captured_data import Record
from forms_spec.model.captured_forms import EntryAct
from webapp.storage.database import Database
from webapp.storage.double_entries import (
    DoubleEntry,
    EntryRefused,
    append_entry_act,
    find_double_entry,
)
from webapp.storage.encoding import record_of
from webapp.storage.events import EventKind, EventPlace, NewEvent, append_events
from webapp.storage.forms import NEWEST, FindingCounts, InstanceKey, Status, StoredForm
from webapp.storage.forms import stored_form as form_of_row
from webapp.storage.locks import refuse_closed
from webapp.storage.redaction_events import RowKey
from webapp.storage.saving import (
    Conflict,
    Saved,
    SaveRefused,
    SaveRequest,
    documents,
    row_marks,
)
from webapp.storage.seals import seal
from webapp.storage.stamps import stamp
from webapp.storage.standings import mark_reviewed
from webapp.storage.tables import plain, second_entry
from webapp.storage.voids import refuse_voided

Agree = Callable[[Record, Record], bool]
"""Whether two entries of a form say the same."""
SEALED_SECOND: Final = (
    *("number", "status", "saved_at", "saved_by", "save_id", "dictionary_hash"),
    *("reason", "row_marks", "texts", "rows", "kept"),
)


def second_entry_key(key: InstanceKey, number: int) -> RowKey:
    """How a redaction names a version of a second entry."""
    return "second_entry", key.subject, (key.form, key.visit, key.unsno, number)


def load_second(
    database: Database, key: InstanceKey, number: int | None = None
) -> StoredForm | None:
    """The second entry of a form, the newest version or the one of a number; one that
    was given up only by its number.
    """
    with database.read() as connection:
        state = find_double_entry(connection, key)
        newest = state.second_number if state else 0
        return find_second(connection, key, number or newest)


def find_second(
    connection: Connection, key: InstanceKey, number: int
) -> StoredForm | None:
    """One version of a second entry, in a transaction under way."""
    row = connection.execute(
        _of_form(key).where(second_entry.c.number == number)
    ).first()
    return second_of_row(row) if row else None


def second_of_row(row: Row[Any]) -> StoredForm:
    """A version of a second entry, read like one of a form."""
    return StoredForm(
        key=InstanceKey(row.subjid, row.form, row.visit, row.unsno),
        version=row.number,
        status=Status(row.status),
        record=record_of(row.texts, row.rows, row.kept),
        counts=FindingCounts(),
        reason=row.reason,
        saved_by=row.saved_by,
        saved_at=row.saved_at,
        dictionary_hash=row.dictionary_hash,
        row_marks=row.row_marks,
        save_id=row.save_id,
        seal=row.seal,
    )


def _of_form(key: InstanceKey) -> Select[Any]:
    columns = second_entry.c
    return select(second_entry).where(
        columns.subjid == key.subject,
        columns.form == key.form,
        columns.visit == key.visit,
        columns.unsno == key.unsno,
    )


SECOND_ENTRIES_OF_SUBJECT = (
    select(second_entry)
    .where(second_entry.c.subjid == bindparam("subject"))
    .order_by(*(second_entry.c[name] for name in ("form", "visit", "unsno", "number")))
)


def save_second(
    database: Database, request: SaveRequest, *, agree: Agree
) -> Saved | Conflict:
    """Adds a version of a second entry on top of ``base_version``.

    The same ``save_id`` again gives the first answer again. One that is complete and
    agrees with the first entry settles the form, in the same transaction.
    ``EntryRefused`` says why a person may not enter the form a second time, and
    ``FormClosed`` who froze, locked or voided it.
    """
    with database.write() as connection:
        now = stamp(connection, database.clock())
        earlier = _earlier(connection, request)
        if earlier is not None:
            return earlier

        refuse_closed(connection, request.key)
        refuse_voided(connection, request.key)
        state = find_double_entry(connection, request.key)
        refuse_second(state, request.user)
        assert state is not None
        newest = find_second(connection, request.key, state.second_number)
        current = newest.version if newest else 0
        if request.base_version > current:
            raise SaveRefused(f"{request.key} has no entry {request.base_version}")
        if newest is not None and request.base_version < current:
            base = find_second(connection, request.key, request.base_version)
            return Conflict(theirs=newest, base=base)

        saved = _append(connection, now, request, newest)
        if request.status is Status.COMPLETE:
            _settle(
                connection,
                now,
                request,
                replace(state, second_number=saved.version),
                agree,
            )
        return saved


def refuse_second(state: DoubleEntry | None, username: str) -> None:
    """``EntryRefused`` where a person cannot be the second one to enter a form."""
    if state is None:
        raise EntryRefused("Nobody has entered this form. Enter it as usual first.")
    if state.settled is not None or state.is_second_complete:
        raise EntryRefused("This form has been entered twice already.")
    if username in state.first_by:
        raise EntryRefused(
            "You entered this form the first time. Somebody else has to enter it again."
        )
    if username in state.read_by:
        raise EntryRefused(
            "You have read the first entry. Somebody who has not has to enter the form "
            "again."
        )
    if not state.is_first_complete:
        raise EntryRefused(
            "The first entry is not complete. Enter the form again when it is."
        )


def _earlier(connection: Connection, request: SaveRequest) -> Saved | None:
    by_id = select(second_entry).where(second_entry.c.save_id == request.save_id)
    row = connection.execute(by_id).first()
    if row is None:
        return None
    earlier = second_of_row(row)
    if earlier.key != request.key or earlier.status is not request.status:
        raise SaveRefused(
            f"the save id {request.save_id!r} was already used for another save"
        )
    return _saved(earlier.key, earlier.version, earlier.status, earlier.saved_at)


def _saved(key: InstanceKey, number: int, status: Status, at: datetime) -> Saved:
    return Saved(key=key, version=number, status=status, saved_at=at)


def _append(
    connection: Connection,
    now: datetime,
    request: SaveRequest,
    newest: StoredForm | None,
) -> Saved:
    """A version and its event."""
    last = connection.execute(
        _of_form(request.key).order_by(second_entry.c.number.desc()).limit(1)
    ).first()
    number = (last.number if last else 0) + 1
    row: dict[str, Any] = {
        "number": number,
        "status": request.status.value,
        "saved_at": now,
        "saved_by": request.user,
        "save_id": request.save_id,
        "dictionary_hash": request.dictionary_hash,
        "reason": plain(request.reason),
        "row_marks": row_marks(request, newest),
        **documents(request.record),
    }
    # What was given up stays in the chain of seals.
    sealed = seal(request.key, last.seal if last else "", row)
    subject, form, visit, unsno = request.key
    place = {"subjid": subject, "form": form, "visit": visit, "unsno": unsno}
    identity = int(connection.execute(NEWEST_SECOND).scalar() or 0) + 1
    connection.execute(
        insert(second_entry), {"id": identity, "seal": sealed, **place, **row}
    )
    saved = NewEvent(
        kind=EventKind.SECOND_ENTRY_SAVED,
        username=request.user,
        place=EventPlace(subject=subject, visit=visit, form=form, unsno=unsno),
        details={
            "version": number,
            "status": request.status.value,
            "dictionary": request.dictionary_hash,
            "seal": sealed,
        },
    )
    append_events(connection, now, [saved])
    return _saved(request.key, number, request.status, now)


NEWEST_SECOND = select(second_entry.c.id).order_by(second_entry.c.id.desc()).limit(1)


def _settle(
    connection: Connection,
    now: datetime,
    request: SaveRequest,
    state: DoubleEntry,
    agree: Agree,
) -> None:
    """Compares the two entries, now that both are complete."""
    mark_reviewed(connection, [request.key.subject])
    first = form_of_row(connection.execute(NEWEST, request.key._asdict()).one())
    if agree(first.record, request.record):
        append_entry_act(
            connection,
            now,
            state,
            EntryAct.AGREED,
            username=request.user,
            version=first.version,
        )
