"""Forms that two people enter: how far both entries are, and what was decided between
them.

The first entry is the form itself. The second one has rows of its own, and nothing that
reads forms reads them. What happens between the two is a row that stays, with its line
in the log of events.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, func, insert, select

from forms_spec.model.captured_data import FormKey
from forms_spec.model.captured_forms import EntryAct
from webapp.storage.canonical_json import canonical_json
from webapp.storage.database import Database
from webapp.storage.events import (
    EventKind,
    EventPlace,
    NewEvent,
    append_events,
    line_hash,
    log_head,
)
from webapp.storage.forms import InstanceKey, Status
from webapp.storage.locks import refuse_closed
from webapp.storage.stamps import stamp
from webapp.storage.standings import mark_reviewed
from webapp.storage.tables import (
    double_entry_act,
    form_instance,
    form_version,
    plain,
    second_entry,
)
from webapp.storage.voids import refuse_voided

LONGEST_DECISION: Final = 20_000


class DoubleStage(Enum):
    """How far a form is that is entered twice. The values are the words of pages."""

    FIRST = "first entry"
    AGAIN = "to enter again"
    DECIDE = "to adjudicate"
    DONE = "entered twice"


ENTRY_ACT_KINDS: Final[Mapping[EntryAct, EventKind]] = MappingProxyType(
    {
        EntryAct.READ: EventKind.FIRST_ENTRY_READ,
        EntryAct.DISCARDED: EventKind.SECOND_ENTRY_DISCARDED,
        EntryAct.AGREED: EventKind.ENTRIES_AGREED,
        EntryAct.ADJUDICATED: EventKind.ENTRIES_ADJUDICATED,
    }
)
SETTLING: Final = frozenset({EntryAct.AGREED, EntryAct.ADJUDICATED})


class EntryRefused(ValueError):
    """Nothing was kept of a second entry or a decision. The words say why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredEntryAct:
    """An act between two entries. ``first_version`` and ``second_number`` are the two
    that were compared, ``version`` is the result: 0 where there is none. ``choices``
    has what was decided, by cell.
    """

    act: EntryAct
    first_version: int
    second_number: int
    version: int
    username: str
    acted_at: datetime
    reason: str
    choices: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class DoubleEntry:
    """How far the two entries of a form are, without answers.

    ``first_by`` saved the first entry, ``read_by`` read it, ``second_by`` saved the
    second one. ``second_number`` is its newest version, 0 where there is none.
    """

    key: InstanceKey
    first_version: int
    is_first_complete: bool
    first_by: frozenset[str]
    read_by: frozenset[str] = frozenset()
    second_number: int = 0
    is_second_complete: bool = False
    second_by: frozenset[str] = frozenset()
    settled: StoredEntryAct | None = None

    @property
    def stage(self) -> DoubleStage:
        if self.settled is not None:
            return DoubleStage.DONE
        if self.is_second_complete:
            return DoubleStage.DECIDE
        return DoubleStage.AGAIN if self.is_first_complete else DoubleStage.FIRST

    @property
    def is_waiting(self) -> bool:
        """Whether the first entry stays as it is until the two were compared."""
        return self.second_number > 0 and self.settled is None

    def knows_first(self, username: str) -> bool:
        """Whether a person has typed or read the first entry, or may read it now."""
        if self.is_second_complete or self.settled is not None:
            return True
        return username in self.first_by or username in self.read_by

    def entered_by(self, username: str) -> bool:
        """Whether a person typed one of the two entries."""
        return username in self.first_by or username in self.second_by


DoubleEntries = Mapping[FormKey, DoubleEntry]


@dataclass(kw_only=True)
class _Found:
    """What was found of one form so far. ``savers`` has the first version that each
    account saved.
    """

    savers: dict[str, int] = field(default_factory=dict)
    acts: list[StoredEntryAct] = field(default_factory=list)
    seconds: list[Row[Any]] = field(default_factory=list)


def double_entries_of(
    database: Database, subjects: Iterable[str], forms: Collection[str]
) -> Mapping[str, DoubleEntries]:
    """How far the entries of some forms are, of some subjects."""
    with database.read() as connection:
        return find_double_entries(connection, subjects, forms)


def find_double_entries(
    connection: Connection, subjects: Iterable[str], forms: Collection[str]
) -> Mapping[str, DoubleEntries]:
    """The same in a transaction under way, by four queries. A form of which nothing was
    captured is absent.
    """
    names, kinds = sorted(subjects), sorted(forms)
    if not names or not kinds:
        return {}

    heads = _rows(connection, HEADS_OF_FORMS, form_instance, names, kinds)
    found = {_key(row): _Found() for row in heads}
    for row in _rows(connection, SAVERS, form_instance, names, kinds):
        found[_key(row)].savers[row.saved_by] = row.since
    for row in _rows(connection, SECONDS, second_entry, names, kinds):
        found[_key(row)].seconds.append(row)
    for row in _rows(connection, ACTS, double_entry_act, names, kinds):
        found[_key(row)].acts.append(_act(row))

    result: dict[str, dict[FormKey, DoubleEntry]] = {}
    for row in heads:
        key = _key(row)
        forms_of_subject = result.setdefault(key.subject, {})
        forms_of_subject[key.form_key] = _double_entry(key, row, found[key])

    return result


def _double_entry(key: InstanceKey, head: Row[Any], found: _Found) -> DoubleEntry:
    discarded = [
        act.second_number for act in found.acts if act.act is EntryAct.DISCARDED
    ]
    given_up = max(discarded, default=0)
    # What was given up is kept, and counts no more.
    standing = [row for row in found.seconds if row.number > given_up]
    newest = standing[-1] if standing else None
    settled = next((act for act in found.acts if act.act in SETTLING), None)
    # Who decided, or changed the form afterwards, did not type the first entry.
    last = settled.first_version if settled else head.version
    return DoubleEntry(
        key=key,
        first_version=head.version,
        is_first_complete=head.status == Status.COMPLETE.value,
        first_by=frozenset(
            saver for saver, since in found.savers.items() if since <= last
        ),
        read_by=frozenset(
            act.username for act in found.acts if act.act is EntryAct.READ
        ),
        second_number=newest.number if newest else 0,
        is_second_complete=newest is not None
        and newest.status == Status.COMPLETE.value,
        second_by=frozenset(row.saved_by for row in standing),
        settled=settled,
    )


def _rows(
    connection: Connection,
    query: Select[Any],
    table: Any,
    subjects: list[str],
    forms: list[str],
) -> list[Row[Any]]:
    wanted = query.where(table.c.subjid.in_(subjects), table.c.form.in_(forms))
    return list(connection.execute(wanted))


def _place_of(table: Any) -> list[Any]:
    """The columns of a form's place, in the order of its key."""
    return [table.c.subjid, table.c.form, table.c.visit, table.c.unsno]


HEADS_OF_FORMS = select(
    *_place_of(form_instance), form_instance.c.version, form_instance.c.status
)
SAVERS = (
    select(
        *_place_of(form_instance),
        form_version.c.saved_by,
        func.min(form_version.c.number).label("since"),
    )
    .join(form_version, form_version.c.instance_id == form_instance.c.id)
    .group_by(*_place_of(form_instance), form_version.c.saved_by)
)
"""Who saved the forms, and each one's first version."""
SECONDS = select(
    *_place_of(second_entry),
    second_entry.c.number,
    second_entry.c.status,
    second_entry.c.saved_by,
).order_by(second_entry.c.id)
ACTS = select(
    *_place_of(double_entry_act),
    *(
        double_entry_act.c[name]
        for name in (
            *("act", "first_version", "second_number", "version"),
            *("username", "acted_at", "reason", "choices"),
        )
    ),
).order_by(double_entry_act.c.id)


def _key(row: Row[Any]) -> InstanceKey:
    return InstanceKey(row.subjid, row.form, row.visit, row.unsno)


def _act(row: Row[Any]) -> StoredEntryAct:
    return StoredEntryAct(
        act=EntryAct(row.act),
        first_version=row.first_version,
        second_number=row.second_number,
        version=row.version,
        username=row.username,
        acted_at=row.acted_at,
        reason=row.reason,
        choices=row.choices,
    )


def find_double_entry(connection: Connection, key: InstanceKey) -> DoubleEntry | None:
    """How far the two entries of one form are; None where nothing was captured."""
    found = find_double_entries(connection, [key.subject], [key.form])
    return found.get(key.subject, {}).get(key.form_key)


def double_entry_of(database: Database, key: InstanceKey) -> DoubleEntry | None:
    """The same, by the database."""
    with database.read() as connection:
        return find_double_entry(connection, key)


def refuse_while_entered_again(connection: Connection, key: InstanceKey) -> None:
    """``EntryRefused`` where a second entry of a form waits to be compared with the
    first, which may not move meanwhile.
    """
    begun = select(second_entry.c.id).where(
        and_(
            *(
                column == part
                for column, part in zip(_place_of(second_entry), key, strict=True)
            )
        )
    )
    if connection.execute(begun.limit(1)).first() is None:
        return
    state = find_double_entry(connection, key)
    if state is not None and state.is_waiting:
        raise EntryRefused(WAITS)


WAITS: Final = (
    "This form is being entered a second time. It can be changed again, with a reason, "
    "as soon as the two entries have been compared."
)


def read_first_entry(database: Database, key: InstanceKey, *, username: str) -> None:
    """Keeps that a person reads the first entry: the second one is for somebody else.

    ``EntryRefused`` for a person who has begun the second entry.
    """
    with database.write() as connection:
        now = stamp(connection, database.clock())
        state = find_double_entry(connection, key)
        if state is None or state.knows_first(username):
            return
        if username in state.second_by:
            raise EntryRefused(
                "You have begun the second entry. Complete it: then both entries are "
                "compared, and you can read them."
            )
        append_entry_act(connection, now, state, EntryAct.READ, username=username)


def discard_second_entry(
    database: Database, key: InstanceKey, *, username: str, reason: str
) -> None:
    """Gives up a second entry that nobody completes, so that another person can begin.

    What was typed is kept. ``EntryRefused`` where there is none, and without a reason.
    """
    with database.write() as connection:
        now = stamp(connection, database.clock())
        refuse_closed(connection, key)
        refuse_voided(connection, key)
        state = find_double_entry(connection, key)
        if state is None or not state.is_waiting or state.is_second_complete:
            raise EntryRefused("There is no unfinished second entry. Reload the page.")
        if not reason.strip():
            raise EntryRefused("Say why the second entry is given up.")
        append_entry_act(
            connection,
            now,
            state,
            EntryAct.DISCARDED,
            username=username,
            reason=reason,
        )


def append_entry_act(
    connection: Connection,
    now: datetime,
    state: DoubleEntry,
    act: EntryAct,
    *,
    username: str,
    version: int = 0,
    reason: str = "",
    choices: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """A row and its event, about the two entries as ``state`` has them."""
    number = int(connection.execute(NEWEST_ENTRY_ACT).scalar() or 0) + 1
    subject, form, visit, unsno = state.key
    place = EventPlace(subject=subject, visit=visit, form=form, unsno=unsno)
    text = plain(reason)[:LONGEST_DECISION]
    event = NewEvent(
        kind=ENTRY_ACT_KINDS[act],
        username=username,
        place=place,
        details={
            "double_act": number,
            "first_version": state.first_version,
            "second_version": state.second_number,
            **({"version": version} if version else {}),
            "text": line_hash(text),
            "choices": choices_hash(choices),
        },
    )
    append_events(connection, now, [event])
    row = {
        "id": number,
        "subjid": subject,
        "visit": visit,
        "unsno": unsno,
        "form": form,
        "act": act.value,
        "first_version": state.first_version,
        "second_number": state.second_number,
        "version": version,
        "username": username,
        "acted_at": now,
        "event_number": log_head(connection).number,
        "choices": dict(choices),
        "reason": text,
    }
    connection.execute(insert(double_entry_act), row)
    mark_reviewed(connection, [subject])


NEWEST_ENTRY_ACT = (
    select(double_entry_act.c.id).order_by(double_entry_act.c.id.desc()).limit(1)
)


def choices_hash(choices: Mapping[str, str]) -> str:
    """Stands for the choices in the log."""
    return line_hash(canonical_json(dict(choices)))
