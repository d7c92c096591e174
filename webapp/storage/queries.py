"""Queries: threads about a subject, a form or a field, and how they are added to.

Every entry is added in one transaction with its line in the log of events. The line
has the SHA-256 of the text, never the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Row,
    and_,
    bindparam,
    func,
    insert,
    select,
    update,
)

from forms_spec.model.captured_data import CellKey
from webapp.storage.database import Database
from webapp.storage.events import (
    Detail,
    EventKind,
    EventPlace,
    NewEvent,
    append_events,
    line_hash,
    log_head,
)
from webapp.storage.forms import InstanceKey
from webapp.storage.locks import LockAct, Locks, LockState, find_locks
from webapp.storage.query_life import (
    WAITING_STATES,
    QueryAction,
    QueryParty,
    QueryState,
    StepRefused,
    next_state,
)
from webapp.storage.query_sight import seen_queries
from webapp.storage.review_scopes import (
    WHOLE_STUDY,
    ReviewScope,
    scope_words,
    scopes_of,
)
from webapp.storage.sight import Sight
from webapp.storage.stamps import stamp
from webapp.storage.standings import mark_reviewed
from webapp.storage.tables import plain, query, query_entry

LONGEST_ENTRY: Final = 2_000
KINDS: Final[Mapping[QueryAction, EventKind]] = MappingProxyType(
    {
        QueryAction.OPEN: EventKind.QUERY_OPENED,
        QueryAction.ANSWER: EventKind.QUERY_ANSWERED,
        QueryAction.CLOSE: EventKind.QUERY_CLOSED,
        QueryAction.REOPEN: EventKind.QUERY_REOPENED,
        QueryAction.CANCEL: EventKind.QUERY_CANCELLED,
        QueryAction.COMMENT: EventKind.QUERY_COMMENTED,
    }
)


NO_MORE: Final[Mapping[str, Detail]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryPlace:
    """What a query is about: a subject, a form of it, or a field of that form.

    ``table`` is the form or the repeating group that has the field.
    """

    subject: str
    visit: str = ""
    form: str = ""
    unsno: int = 0
    table: str = ""
    row: int | None = None
    field: str = ""

    @property
    def instance(self) -> InstanceKey | None:
        """The form; None for a query about the subject."""
        if not self.form:
            return None
        return InstanceKey(self.subject, self.form, self.visit, self.unsno)

    @property
    def cell(self) -> CellKey | None:
        """The field; None for a query about the form or the subject."""
        return CellKey(self.table, self.row, self.field) if self.field else None


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryStep:
    """Something that is done in a thread.

    ``username`` is the person, ``rule`` the code of the rule that acts instead.
    ``assigned_role`` and ``assigned_to`` say who has to act next; blank leaves that as
    it is. ``basis`` stands for the answers that a rule looked at.
    """

    action: QueryAction
    party: QueryParty
    username: str = ""
    rule: str = ""
    text: str = ""
    assigned_role: str = ""
    assigned_to: str = ""
    basis: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewQuery:
    """A thread to be begun. ``code`` is that of the finding it is about, ``source``
    says where a query that was opened from a list came from.
    """

    place: QueryPlace
    step: QueryStep
    code: str = ""
    source: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredQuery:
    """A query without its texts. A blank ``opened_by`` or ``state_by`` is a rule."""

    number: int
    place: QueryPlace
    code: str
    source: str
    opened_by: str
    opened_at: datetime
    state: QueryState
    state_by: str
    state_at: datetime
    assigned_role: str
    assigned_to: str
    basis: str
    entries: int

    @property
    def waits(self) -> bool:
        """Whether somebody still has to act."""
        return self.state in WAITING_STATES


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryEntry:
    """One line of a thread. ``event_number`` is the line of the log that seals it."""

    number: int
    action: QueryAction
    username: str
    rule: str
    acted_at: datetime
    assigned_role: str
    assigned_to: str
    event_number: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryThread:
    """A query with everything that was written in it, oldest first."""

    query: StoredQuery
    entries: tuple[QueryEntry, ...]


class UnknownQuery(LookupError):
    """There is no query with that number."""


def open_queries(database: Database, new: Sequence[NewQuery]) -> tuple[int, ...]:
    """Begins threads, all of them or none, and gives their numbers. ``StepRefused``
    where something is locked.
    """
    with database.write() as connection:
        for item in new:
            _refuse_locked(connection, item.place, item.step)
        return insert_queries(connection, stamp(connection, database.clock()), new)


def take_step(
    database: Database, number: int, step: QueryStep, *, seen: int | None = None
) -> StoredQuery:
    """Adds an entry to a thread.

    ``seen`` is how many entries the person saw. ``StepRefused`` says why a step may not
    be taken; ``UnknownQuery`` for a number that no query has.
    """
    with database.write() as connection:
        row = connection.execute(NUMBERED, {"number": number}).first()
        if row is None:
            raise UnknownQuery(number)
        stored = query_of(row)
        if seen is not None and seen != stored.entries:
            raise StepRefused(
                "Somebody wrote here in the meantime. Read the new entry, then try "
                "again."
            )

        _refuse_locked(connection, stored.place, step)
        now = stamp(connection, database.clock())
        insert_steps(connection, now, [(stored, step)])
        after = connection.execute(NUMBERED, {"number": number}).one()

        return query_of(after)


ENDLESS: Final = frozenset({QueryAction.OPEN, QueryAction.ANSWER, QueryAction.REOPEN})
"""What asks for more: not over data that are locked. What is frozen can be asked about,
and what is locked can still be closed.
"""


def _refuse_locked(connection: Connection, place: QueryPlace, step: QueryStep) -> None:
    if step.action not in ENDLESS:
        return
    act = lock_over(find_locks(connection, [place.subject]), place)
    if act is not None:
        raise StepRefused(
            f"{scope_words(act.scope)} is locked, so nothing can be asked or answered "
            "there. Ask a data manager to unlock it first."
        )


def lock_over(locks: Locks, place: QueryPlace) -> LockAct | None:
    """The lock under which nothing is asked at a place; None where it may be."""
    instance = place.instance
    whole = ReviewScope(place.subject), WHOLE_STUDY
    act = locks.closing(scopes_of(instance) if instance else whole)
    return act if act is not None and act.state is LockState.LOCKED else None


def insert_queries(
    connection: Connection, now: datetime, new: Sequence[NewQuery]
) -> tuple[int, ...]:
    """Begins threads in a transaction under way."""
    if not new:
        return ()

    rows = []
    for item in new:
        state = next_state(None, item.step.action, item.step.party)
        _check_text(item.step)
        rows.append(
            {
                **_place_row(item.place),
                "code": item.code,
                "source": item.source,
                "opened_by": item.step.username,
                "opened_at": now,
                "state": state.value,
                "state_by": item.step.username,
                "state_at": now,
                "assigned_role": item.step.assigned_role,
                "assigned_to": item.step.assigned_to,
                "basis": item.step.basis,
                "entries": 1,
            }
        )

    # The order matters: each number belongs to its row.
    returning = insert(query).returning(query.c.id, sort_by_parameter_order=True)
    numbers = tuple(connection.execute(returning, rows).scalars())
    written = [
        WrittenEntry(number=number, entry=1, place=item.place, code=item.code,
                 source=item.source, step=item.step)
        for number, item in zip(numbers, new, strict=True)
    ]  # fmt: skip
    _insert_entries(connection, now, written)

    return numbers


def insert_steps(
    connection: Connection,
    now: datetime,
    steps: Sequence[tuple[StoredQuery, QueryStep]],
) -> None:
    """Adds one entry to each of some threads, in a transaction under way."""
    moves, written = [], []
    for stored, step in steps:
        state = next_state(stored.state, step.action, step.party)
        _check_text(step)
        # A comment or a second answer does not change who brought the query here.
        stays = state is stored.state
        moves.append(
            {
                "number": stored.number,
                "new_state": state.value,
                "new_state_by": stored.state_by if stays else step.username,
                "new_state_at": stored.state_at if stays else now,
                "new_assigned_role": step.assigned_role or stored.assigned_role,
                "new_assigned_to": step.assigned_to
                or ("" if step.assigned_role else stored.assigned_to),
                "new_basis": step.basis or stored.basis,
                "new_entries": stored.entries + 1,
            }
        )
        written.append(
            WrittenEntry(number=stored.number, entry=stored.entries + 1,
                     place=stored.place, code=stored.code, source="", step=step)
        )  # fmt: skip

    if moves:
        connection.execute(MOVE_ON, moves)
        _insert_entries(connection, now, written)


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenEntry:
    """An entry on its way into its table and the log."""

    number: int
    entry: int
    place: QueryPlace
    code: str
    source: str
    step: QueryStep


def _insert_entries(
    connection: Connection, now: datetime, written: Sequence[WrittenEntry]
) -> None:
    """The entries' lines in the log first: each entry has the number of its line."""
    append_events(connection, now, [entry_event(item) for item in written])
    first = log_head(connection).number - len(written) + 1
    rows = [
        {
            "query_id": item.number,
            "number": item.entry,
            "action": item.step.action.value,
            "username": item.step.username,
            "rule": item.step.rule,
            "acted_at": now,
            "assigned_role": item.step.assigned_role,
            "assigned_to": item.step.assigned_to,
            "event_number": line,
            "text": item.step.text,
        }
        for line, item in enumerate(written, start=first)
    ]
    connection.execute(insert(query_entry), rows)
    # A query about an error keeps one from signing as long as it is not closed.
    settled = [item for item in written if item.step.action not in TALK]
    mark_reviewed(connection, [item.place.subject for item in settled])


TALK: Final = frozenset({QueryAction.ANSWER, QueryAction.COMMENT})
"""What leaves a query as far from its end as it was."""


def entry_event(item: WrittenEntry, more: Mapping[str, Detail] = NO_MORE) -> NewEvent:
    """What the log says of an entry: everything but its text. ``more`` is said of one
    that came with an import.
    """
    place, step = item.place, item.step
    details: dict[str, Detail] = {
        "query": item.number,
        "entry": item.entry,
        "text": text_hash(step.text),
    }
    parts: Mapping[str, Detail] = {
        "table": place.table,
        "row": place.row,
        "field": place.field,
        "code": item.code,
        "rule": step.rule,
        "source": line_hash(plain(item.source)) if item.source else "",
        "assigned_role": step.assigned_role,
        "assigned_to": step.assigned_to,
    }
    details |= {name: part for name, part in parts.items() if part}
    details |= more

    return NewEvent(
        kind=KINDS[step.action],
        username=step.username,
        place=EventPlace(
            subject=place.subject,
            visit=place.visit,
            form=place.form,
            unsno=place.unsno,
        ),
        details=details,
    )


def text_hash(text: str) -> str:
    """The hash by which the log knows an entry's text."""
    return line_hash(plain(text))


def _check_text(step: QueryStep) -> None:
    """An entry says something; only a reviewer's closing may be silent."""
    if not step.text.strip() and step.action is not QueryAction.CLOSE:
        raise StepRefused("Write something first.")
    if len(step.text) > LONGEST_ENTRY:
        raise StepRefused(
            f"This has {len(step.text):,} characters. At most {LONGEST_ENTRY:,} are "
            "allowed."
        )


def get_thread(database: Database, number: int) -> QueryThread | None:
    """A query with all its entries."""
    with database.read() as connection:
        threads = _threads(
            connection, query.c.id == number, *seen_queries(database.sight)
        )
    return threads[0] if threads else None


def threads_of_form(database: Database, key: InstanceKey) -> tuple[QueryThread, ...]:
    """Every thread about a form or its fields, oldest first."""
    with database.read() as connection:
        return _threads(
            connection,
            query.c.subjid == key.subject,
            query.c.form == key.form,
            query.c.visit == key.visit,
            query.c.unsno == key.unsno,
            *seen_queries(database.sight),
        )


def threads_of_subject(database: Database, subject: str) -> tuple[QueryThread, ...]:
    """Every thread about a subject, its forms and their fields, oldest first."""
    with database.read() as connection:
        return seen_threads(connection, subject, database.sight)


def seen_threads(
    connection: Connection, subject: str, sight: Sight | None
) -> tuple[QueryThread, ...]:
    """Those that exist for somebody, in a transaction under way."""
    return _threads(connection, query.c.subjid == subject, *seen_queries(sight))


def subject_threads(connection: Connection, subject: str) -> tuple[QueryThread, ...]:
    """All of them, in a transaction under way."""
    return _threads(connection, query.c.subjid == subject)


def waiting_queries(
    connection: Connection, subjects: Iterable[str], sight: Sight | None
) -> tuple[tuple[StoredQuery, str], ...]:
    """The queries of some subjects that wait, as far as they exist for somebody: each
    with the rule that opened it, blank for a person. In a transaction under way.
    """
    opening = and_(query_entry.c.query_id == query.c.id, query_entry.c.number == 1)
    wanted = (
        select(query, query_entry.c.rule)
        .select_from(query.join(query_entry, opening))
        .where(query.c.subjid.in_(list(subjects)), IS_WAITING, *seen_queries(sight))
        .order_by(query.c.id)
    )
    return tuple((query_of(row), row.rule) for row in connection.execute(wanted))


def waiting_counts(database: Database, subjects: Iterable[str]) -> Mapping[str, int]:
    """How many queries of each of some subjects wait; those without one are absent."""
    counted = (
        select(query.c.subjid, func.count())
        .where(
            query.c.subjid.in_(list(subjects)),
            IS_WAITING,
            *seen_queries(database.sight),
        )
        .group_by(query.c.subjid)
    )
    with database.read() as connection:
        return {str(name): int(count) for name, count in connection.execute(counted)}


def _threads(connection: Connection, *where: Any) -> tuple[QueryThread, ...]:
    """The threads of some queries, by two statements."""
    rows = connection.execute(select(query).where(*where).order_by(query.c.id))
    stored = [query_of(row) for row in rows]
    if not stored:
        return ()

    # By one statement for all threads, however many a subject has.
    wanted = (
        select(query_entry)
        .join(query, query.c.id == query_entry.c.query_id)
        .where(*where)
        .order_by(query_entry.c.query_id, query_entry.c.number)
    )
    entries: dict[int, list[QueryEntry]] = {}
    for row in connection.execute(wanted):
        entries.setdefault(row.query_id, []).append(entry_of(row))

    return tuple(
        QueryThread(query=item, entries=tuple(entries.get(item.number, ())))
        for item in stored
    )


def entry_of(row: Row[Any]) -> QueryEntry:
    """An entry from a row of its table."""
    return QueryEntry(
        number=row.number,
        action=QueryAction(row.action),
        username=row.username,
        rule=row.rule,
        acted_at=row.acted_at,
        assigned_role=row.assigned_role,
        assigned_to=row.assigned_to,
        event_number=row.event_number,
        text=row.text,
    )


def query_of(row: Row[Any]) -> StoredQuery:
    """A query from a row that has the columns of its table."""
    return StoredQuery(
        number=row.id,
        place=QueryPlace(
            subject=row.subjid,
            visit=row.visit,
            form=row.form,
            unsno=row.unsno,
            table=row.table_name,
            row=row.rowno or None,
            field=row.field,
        ),
        code=row.code,
        source=row.source,
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        state=QueryState(row.state),
        state_by=row.state_by,
        state_at=row.state_at,
        assigned_role=row.assigned_role,
        assigned_to=row.assigned_to,
        basis=row.basis,
        entries=row.entries,
    )


def _place_row(place: QueryPlace) -> dict[str, object]:
    return {
        "subjid": place.subject,
        "visit": place.visit,
        "form": place.form,
        "unsno": place.unsno,
        "table_name": place.table,
        "rowno": place.row or 0,
        "field": place.field,
    }


IS_WAITING = query.c.state.in_([state.value for state in WAITING_STATES])
NUMBERED = select(query).where(query.c.id == bindparam("number")).with_for_update()
MOVED = ("state", "state_by", "state_at", "assigned_role", "assigned_to", "basis")
MOVE_ON = (
    update(query)
    .where(query.c.id == bindparam("number"))
    .values({name: bindparam(f"new_{name}") for name in (*MOVED, "entries")})
)
