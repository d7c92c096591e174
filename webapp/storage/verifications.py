"""Source verification: which answers somebody compared with the source, and which were
changed since.

Every mark is a row that stays: a form or a field of it was verified, a mark was taken
back, or a save took it away. What counts is what is left after all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select

from forms_spec.model.captured_data import CellKey, FormKey, Record
from webapp.storage.changes import ChangeKind, changes
from webapp.storage.database import Database
from webapp.storage.events import (
    Detail,
    EventKind,
    EventPlace,
    NewEvent,
    append_events,
    log_head,
)
from webapp.storage.forms import NEWEST, InstanceKey, stored_form
from webapp.storage.stamps import stamp
from webapp.storage.standings import mark_reviewed
from webapp.storage.tables import form_instance, verification


class VerificationAct(Enum):
    """What happened to a mark."""

    VERIFIED = "verified"
    WITHDRAWN = "withdrawn"
    LOST = "lost"


ACT_KINDS: Final[Mapping[VerificationAct, EventKind]] = MappingProxyType(
    {
        VerificationAct.VERIFIED: EventKind.VERIFIED,
        VerificationAct.WITHDRAWN: EventKind.VERIFICATION_WITHDRAWN,
        VerificationAct.LOST: EventKind.VERIFICATION_LOST,
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class VerificationMark:
    """A mark that was set: the version that was compared with the source, by whom."""

    version: int
    username: str
    acted_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class FormVerification:
    """How far a form is verified.

    ``whole`` is the mark on the form as a whole, ``cells`` those on single fields.
    ``lost`` are fields that were verified and saved anew, each with the mark that it
    had; ``withdrawn`` are those without the mark that the whole form has.
    """

    whole: VerificationMark | None = None
    cells: Mapping[CellKey, VerificationMark] = field(default_factory=dict)
    lost: Mapping[CellKey, VerificationMark] = field(default_factory=dict)
    withdrawn: frozenset[CellKey] = frozenset()

    def mark(self, cell: CellKey) -> VerificationMark | None:
        """The mark under which a field stands now; None where it is not verified."""
        if cell in self.cells:
            return self.cells[cell]
        is_out = cell in self.lost or cell in self.withdrawn
        return None if is_out else self.whole


NOT_VERIFIED: Final = FormVerification()


class VerificationRefused(ValueError):
    """Nothing was marked. The words say why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewMark:
    """What a person marks: a form as a whole, or some of its fields. ``version`` is the
    one that the person saw.
    """

    key: InstanceKey
    version: int
    cells: Sequence[CellKey] = ()


def mark_forms(
    database: Database, marks: Sequence[NewMark], act: VerificationAct, *, username: str
) -> None:
    """Sets marks, or takes them back, all of them or none.

    ``VerificationRefused`` where a form was saved since the person looked.
    """
    with database.write() as connection:
        now = stamp(connection, database.clock())
        for mark in marks:
            row = connection.execute(NEWEST, mark.key._asdict()).first()
            if row is None or stored_form(row).version != mark.version:
                raise VerificationRefused(
                    f"{mark.key.form} at {mark.key.visit} was saved since you opened "
                    "this page. Look at it again, then verify it."
                )

        _append(connection, now, marks, act, username)
        mark_reviewed(connection, [mark.key.subject for mark in marks])


def lose_marks(
    connection: Connection,
    now: datetime,
    key: InstanceKey,
    *,
    before: Record,
    after: Record,
    version: int,
    username: str,
) -> None:
    """Takes the marks of changed answers away, in the transaction that saves them as a
    version.
    """
    standing = find_verification(connection, key)
    if standing == NOT_VERIFIED:
        return

    changed = [
        change.cell
        for change in changes(key.form, before, after)
        if change.about is ChangeKind.VALUE
    ]
    # A reason that is added, and a status that changes, leave what was compared as it is.
    lost = [cell for cell in changed if standing.mark(cell) is not None]
    if lost:
        mark = NewMark(key=key, version=version, cells=lost)
        _append(connection, now, [mark], VerificationAct.LOST, username)


def _append(
    connection: Connection,
    now: datetime,
    marks: Sequence[NewMark],
    act: VerificationAct,
    username: str,
) -> None:
    """A row for each form or field, and an event for each form."""
    events: list[NewEvent] = []
    rows: list[dict[str, Any]] = []
    first = int(connection.execute(NEWEST_MARK).scalar() or 0)
    for index, mark in enumerate(marks):
        subject, form, visit, unsno = mark.key
        cells: Sequence[CellKey | None] = list(mark.cells) or [None]
        details: dict[str, Detail] = {
            "mark": first + len(rows) + 1,
            "version": mark.version,
            "fields": [cell_text(cell) for cell in mark.cells],
        }
        place = EventPlace(subject=subject, visit=visit, form=form, unsno=unsno)
        events.append(
            NewEvent(
                kind=ACT_KINDS[act], username=username, place=place, details=details
            )
        )
        for cell in cells:
            rows.append(
                {
                    "id": first + len(rows) + 1,
                    "subjid": subject,
                    "visit": visit,
                    "unsno": unsno,
                    "form": form,
                    "cell": cell_text(cell) if cell else "",
                    "act": act.value,
                    "version": mark.version,
                    "username": username,
                    "acted_at": now,
                    "event_number": index,
                }
            )

    # A mark names the line of its event, which is known once the events are there.
    append_events(connection, now, events)
    line = log_head(connection).number - len(events) + 1
    numbered = [{**row, "event_number": line + row["event_number"]} for row in rows]
    connection.execute(insert(verification), numbered)


NEWEST_MARK = select(verification.c.id).order_by(verification.c.id.desc()).limit(1)


def cell_text(cell: CellKey) -> str:
    """A field as a mark names it: ``vs.sysbp``, ``reading.2.pulse`` in a row."""
    row = "" if cell.row is None else f".{cell.row}"
    return f"{cell.table}{row}.{cell.field}"


def cell_of_text(text: str) -> CellKey:
    """The field that a mark names."""
    table, *row, name = text.split(".")
    return CellKey(table, int(row[0]) if row else None, name)


def find_verification(connection: Connection, key: InstanceKey) -> FormVerification:
    """How far a form is verified, in a transaction under way."""
    subject, form, visit, unsno = key
    query = MARKS.where(
        verification.c.subjid == subject,
        verification.c.form == form,
        verification.c.visit == visit,
        verification.c.unsno == unsno,
    )
    return standing_marks(connection.execute(query).all())


def find_verifications(
    connection: Connection, subjects: Iterable[str]
) -> Mapping[str, Mapping[FormKey, FormVerification]]:
    """How far the forms of some subjects are verified, by one query; forms without a
    mark are absent.
    """
    query = MARKS.where(verification.c.subjid.in_(sorted(subjects)))
    by_subject: dict[str, dict[FormKey, FormVerification]] = {}
    # Sorting keeps the order of the marks of one form.
    rows = sorted(connection.execute(query).all(), key=_place)
    for (subject, form, visit, unsno), marks in groupby(rows, key=_place):
        forms = by_subject.setdefault(subject, {})
        forms[FormKey(form, visit, unsno)] = standing_marks(marks)

    return by_subject


MARKS = select(verification).order_by(verification.c.id)


def verifications_of(
    database: Database, subjects: Iterable[str]
) -> Mapping[str, Mapping[FormKey, FormVerification]]:
    """How far the forms of some subjects are verified."""
    with database.read() as connection:
        return find_verifications(connection, subjects)


def captured_of(
    database: Database, subjects: Iterable[str]
) -> Mapping[str, Mapping[FormKey, FormVerification]]:
    """Every captured form of some subjects with its marks, by two queries."""
    names = sorted(subjects)
    captured = select(
        form_instance.c.subjid,
        form_instance.c.form,
        form_instance.c.visit,
        form_instance.c.unsno,
    ).where(form_instance.c.subjid.in_(names))
    with database.read() as connection:
        marks = find_verifications(connection, names)
        rows = connection.execute(captured).all()

    forms: dict[str, dict[FormKey, FormVerification]] = {name: {} for name in names}
    for row in rows:
        key = FormKey(row.form, row.visit, row.unsno)
        forms[row.subjid][key] = marks.get(row.subjid, {}).get(key, NOT_VERIFIED)

    return forms


def _place(row: Row[Any]) -> tuple[str, str, str, int]:
    return (row.subjid, row.form, row.visit, row.unsno)


def standing_marks(rows: Iterable[Row[Any]]) -> FormVerification:
    """What is left of the marks of a form, oldest first."""
    whole: VerificationMark | None = None
    cells: dict[CellKey, VerificationMark] = {}
    lost: dict[CellKey, VerificationMark] = {}
    withdrawn: set[CellKey] = set()
    for row in rows:
        mark = VerificationMark(
            version=row.version, username=row.username, acted_at=row.acted_at
        )
        act = VerificationAct(row.act)
        if not row.cell:
            # Whatever was before, the form as a whole begins anew.
            whole = mark if act is VerificationAct.VERIFIED else None
            cells, lost, withdrawn = {}, {}, set()
            continue

        cell = cell_of_text(row.cell)
        before = cells.pop(cell, whole)
        if act is VerificationAct.VERIFIED:
            cells[cell] = mark
            lost.pop(cell, None)
            withdrawn.discard(cell)
        elif act is VerificationAct.LOST and before is not None:
            lost[cell] = before
        else:
            withdrawn.add(cell)
            lost.pop(cell, None)

    return FormVerification(
        whole=whole, cells=cells, lost=lost, withdrawn=frozenset(withdrawn)
    )
