"""Second entries and decisions between two entries, as a package carries them: out of one
database, and into another with a line of the log for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select

from forms_spec.model.captured_data import FormKey
from forms_spec.model.captured_forms import CapturedEntryAct, EntryAct
from webapp.storage.double_entries import ENTRY_ACT_KINDS, choices_hash
from webapp.storage.events import (
    Detail,
    EventKind,
    EventPlace,
    NewEvent,
    append_events,
    line_hash,
    log_head,
    utc_text,
)
from webapp.storage.forms import InstanceKey
from webapp.storage.imports import PastVersion, documents_of, marks_after
from webapp.storage.seals import seal
from webapp.storage.standings import mark_reviewed
from webapp.storage.subjects import StoredSubject
from webapp.storage.tables import double_entry_act, form_instance, plain, second_entry

SecondEntry = tuple[InstanceKey, Sequence[PastVersion]]
"""A form and every version of its second entry, the oldest first."""


def find_entry_acts(
    connection: Connection, subject: StoredSubject
) -> tuple[CapturedEntryAct, ...]:
    """What was done between the two entries of a subject's forms, by number."""
    rows = connection.execute(ACTS_OF_SUBJECT, {"subject": subject.subjid})
    return tuple(
        CapturedEntryAct(
            site=subject.site,
            subject=row.subjid,
            key=FormKey(row.form, row.visit, row.unsno),
            number=row.id,
            act=EntryAct(row.act),
            first_version=row.first_version,
            second_version=row.second_number,
            version=row.version,
            acted_by=row.username,
            acted_at=row.acted_at,
            choices=row.choices,
            text=row.reason,
        )
        for row in rows
    )


ACTS_OF_SUBJECT: Final = (
    select(double_entry_act)
    .where(double_entry_act.c.subjid == bindparam("subject"))
    .order_by(double_entry_act.c.id)
)


def insert_entries(
    connection: Connection,
    entries: Iterable[SecondEntry],
    acts: Iterable[CapturedEntryAct],
    now: datetime,
    *,
    import_id: int | None,
) -> int:
    """Second entries and acts that are not here yet, after the forms and in a
    transaction under way.

    Gives how many acts were left out because their forms did not come in.
    """
    here = {InstanceKey(*row) for row in connection.execute(CAPTURED)}
    coming, left_out = [], 0
    for act in acts:
        if _form_of(act) in here:
            coming.append(act)
        else:
            left_out += 1

    given_up = _given_up(coming)
    number = 0
    for key, versions in entries:
        if key not in here:
            continue
        rows = _rows(key, versions, given_up.get(key, frozenset()))
        numbered = [{"id": number + step, **row} for step, row in enumerate(rows, 1)]
        number += len(rows)
        connection.execute(insert(second_entry), numbered)
        append_events(connection, now, [_saved(key, row, import_id) for row in rows])

    _insert_acts(connection, coming, now, import_id)
    mark_reviewed(connection, {act.subject for act in coming})
    return left_out


CAPTURED: Final = select(
    form_instance.c.subjid,
    form_instance.c.form,
    form_instance.c.visit,
    form_instance.c.unsno,
)


def _form_of(act: CapturedEntryAct) -> InstanceKey:
    return InstanceKey(act.subject, *act.key)


def _given_up(acts: Iterable[CapturedEntryAct]) -> dict[InstanceKey, frozenset[int]]:
    """By form: the last versions of second entries that were given up."""
    given_up: dict[InstanceKey, frozenset[int]] = {}
    for act in acts:
        if act.act is EntryAct.DISCARDED:
            key = _form_of(act)
            given_up[key] = given_up.get(key, frozenset()) | {act.second_version}

    return given_up


def _rows(
    key: InstanceKey, versions: Sequence[PastVersion], given_up: frozenset[int]
) -> list[dict[str, Any]]:
    """The versions as rows, each sealed over the one before."""
    rows: list[dict[str, Any]] = []
    marks: Mapping[str, int] = {}
    before = ""
    subject, form, visit, unsno = key
    place = {"subjid": subject, "form": form, "visit": visit, "unsno": unsno}

    for number, version in enumerate(versions, start=1):
        marks = marks_after(marks, version.record)
        row: dict[str, Any] = {
            "number": number,
            "status": version.status.value,
            "saved_at": version.saved_at,
            "saved_by": plain(version.saved_by),
            "save_id": version.save_id,
            "dictionary_hash": version.dictionary_hash,
            "reason": plain(version.reason),
            "row_marks": marks,
            **documents_of(version),
        }
        before = seal(key, before, row)
        rows.append({**place, "seal": before, **row})
        # Whoever begins again begins with the first row.
        if number in given_up:
            marks = {}

    return rows


def _saved(key: InstanceKey, row: Mapping[str, Any], import_id: int | None) -> NewEvent:
    """The event of a version, as of one that is saved here."""
    details: dict[str, Detail] = {
        "version": row["number"],
        "status": row["status"],
        "dictionary": row["dictionary_hash"],
        "seal": row["seal"],
        "saved": utc_text(row["saved_at"]),
        "import": import_id,
    }
    return NewEvent(
        kind=EventKind.SECOND_ENTRY_SAVED,
        username=row["saved_by"],
        place=_event_place(key),
        details=details,
    )


def _event_place(key: InstanceKey) -> EventPlace:
    subject, form, visit, unsno = key
    return EventPlace(subject=subject, visit=visit, form=form, unsno=unsno)


def _insert_acts(
    connection: Connection,
    acts: Sequence[CapturedEntryAct],
    now: datetime,
    import_id: int | None,
) -> None:
    """The lines of the log first: each row names its line."""
    if not acts:
        return
    append_events(connection, now, [_act_event(act, import_id) for act in acts])
    first = log_head(connection).number - len(acts) + 1
    rows = [
        {
            "id": act.number,
            "subjid": act.subject,
            **act.key._asdict(),
            "act": act.act.value,
            "first_version": act.first_version,
            "second_number": act.second_version,
            "version": act.version,
            "username": plain(act.acted_by),
            "acted_at": act.acted_at,
            "event_number": line,
            "choices": dict(act.choices),
            "reason": plain(act.text),
        }
        for line, act in enumerate(acts, start=first)
    ]
    connection.execute(insert(double_entry_act), rows)


def _act_event(act: CapturedEntryAct, import_id: int | None) -> NewEvent:
    details: dict[str, Detail] = {
        "double_act": act.number,
        "first_version": act.first_version,
        "second_version": act.second_version,
        **({"version": act.version} if act.version else {}),
        "text": line_hash(plain(act.text)),
        "choices": choices_hash(act.choices),
        "acted": utc_text(act.acted_at),
        "import": import_id,
    }
    return NewEvent(
        kind=ENTRY_ACT_KINDS[act.act],
        username=plain(act.acted_by),
        place=_event_place(_form_of(act)),
        details=details,
    )
