"""What is closed for entry: a form, a visit, a subject or the whole study, frozen or
locked, by whom and why.

Every act is a row that stays, with its line in the log of events. What counts for a
form is the strictest of the newest acts on itself, its visit, its subject and the study.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, or_, select

from webapp.storage.database import Database
from webapp.storage.events import (
    EventKind,
    NewEvent,
    append_events,
    line_hash,
    log_head,
)
from webapp.storage.forms import InstanceKey
from webapp.storage.review_scopes import (
    WHOLE_STUDY,
    ReviewScope,
    scope_words,
    scopes_of,
)
from webapp.storage.stamps import stamp
from webapp.storage.tables import lock_act, plain, query

LONGEST_LOCK_REASON: Final = 2_000


class LockState(Enum):
    """How far something is closed; the later ones are stricter."""

    OPEN = "open"
    FROZEN = "frozen"
    LOCKED = "locked"
    VOIDED = "voided"


STRICTNESS: Final[Mapping[LockState, int]] = MappingProxyType(
    {state: number for number, state in enumerate(LockState)}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class LockAct:
    """Somebody closed something or opened it again."""

    number: int
    scope: ReviewScope
    state: LockState
    reason: str
    username: str
    acted_at: datetime
    event_number: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Locks:
    """The newest act on each of some scopes."""

    newest: Mapping[ReviewScope, LockAct] = field(default_factory=dict)

    def state(self, scope: ReviewScope) -> LockState:
        """The state of a scope by itself, whatever it is in."""
        act = self.newest.get(scope)
        return act.state if act else LockState.OPEN

    def closing(self, scopes: Iterable[ReviewScope]) -> LockAct | None:
        """The act that closes the strictest of some scopes; None where all are open.
        Of several equally strict ones the first is named.
        """
        acts = [self.newest[scope] for scope in scopes if scope in self.newest]
        closed = [act for act in acts if act.state is not LockState.OPEN]
        return max(closed, key=lambda act: STRICTNESS[act.state], default=None)

    def of_form(self, key: InstanceKey) -> LockAct | None:
        """The act that closes a form; None where it is open."""
        return self.closing(scopes_of(key))


class LockRefused(ValueError):
    """Something cannot be frozen, locked or opened. The words say what to do instead."""


class FormClosed(ValueError):
    """Nothing is saved here: ``act`` says who closed it, and when."""

    def __init__(self, act: LockAct) -> None:
        self.act = act
        super().__init__(
            f"{scope_words(act.scope)} is {act.state.value} by {act.username} since "
            f"{act.acted_at:%Y-%m-%d %H:%M} UTC"
        )


KINDS: Final[Mapping[tuple[LockState, LockState], EventKind]] = MappingProxyType(
    {
        (LockState.OPEN, LockState.FROZEN): EventKind.FROZEN,
        (LockState.OPEN, LockState.LOCKED): EventKind.LOCKED,
        (LockState.FROZEN, LockState.LOCKED): EventKind.LOCKED,
        (LockState.FROZEN, LockState.OPEN): EventKind.UNFROZEN,
        (LockState.LOCKED, LockState.OPEN): EventKind.UNLOCKED,
    }
)
"""By the state before and after: the event. Other steps are not taken."""


def set_locks(
    database: Database,
    scopes: Sequence[ReviewScope],
    state: LockState,
    *,
    username: str,
    reason: str = "",
) -> tuple[LockAct, ...]:
    """Freezes, locks or opens some scopes, all of them or none.

    ``LockRefused`` says why not: a step that is none, opening without a reason, a lock
    over a query that still waits.
    """
    with database.write() as connection:
        now = stamp(connection, database.clock())
        known = find_locks(connection, {scope.subject for scope in scopes})
        kinds = [_kind(known, scope, state) for scope in scopes]
        _check_reason(reason, state)
        if state is LockState.LOCKED:
            _refuse_over_queries(connection, scopes)

        first = connection.execute(NEWEST_NUMBER).scalar() or 0
        events = [
            NewEvent(
                kind=kind,
                username=username,
                place=scope.event_place,
                details={"act": number, "text": line_hash(plain(reason))},
            )
            for number, (scope, kind) in enumerate(
                zip(scopes, kinds, strict=True), start=first + 1
            )
        ]
        append_events(connection, now, events)
        rows = _rows(connection, events, state, now, reason)
        connection.execute(insert(lock_act), rows)

        return tuple(_act_of_row(row) for row in rows)


NEWEST_NUMBER = select(lock_act.c.id).order_by(lock_act.c.id.desc()).limit(1)


def _kind(known: Locks, scope: ReviewScope, state: LockState) -> EventKind:
    before = known.state(scope)
    kind = KINDS.get((before, state))
    if kind is None:
        raise LockRefused(
            f"{scope_words(scope)} is {before.value} already, so it cannot become "
            f"{state.value}. Reload the page to see who did that."
        )

    return kind


def _check_reason(reason: str, state: LockState) -> None:
    if state is LockState.OPEN and not reason.strip():
        raise LockRefused("Say why it is opened again, then try once more.")
    if len(reason) > LONGEST_LOCK_REASON:
        raise LockRefused(
            f"The reason has {len(reason):,} characters. At most "
            f"{LONGEST_LOCK_REASON:,} are kept: make it shorter."
        )


def _refuse_over_queries(connection: Connection, scopes: Sequence[ReviewScope]) -> None:
    """Who is locked out could not answer any more."""
    for scope in scopes:
        waiting = select(query.c.id).where(query.c.state.in_(("open", "answered")))
        for column, wanted in _narrowed(scope).items():
            waiting = waiting.where(query.c[column] == wanted)
        numbers = connection.execute(waiting.order_by(query.c.id)).scalars().all()
        if numbers:
            listed = ", ".join(map(str, numbers[:5]))
            more = f" and {len(numbers) - 5} more" if len(numbers) > 5 else ""
            raise LockRefused(
                f"{scope_words(scope)} has queries that are not closed: {listed}{more}."
                " Close them, or freeze instead: then they can still be answered."
            )


def _narrowed(scope: ReviewScope) -> dict[str, Any]:
    """The columns by which rows of a scope are found."""
    cells = {
        "subjid": scope.subject,
        "visit": scope.visit,
        "unsno": scope.unsno if scope.visit else "",
        "form": scope.form,
    }
    return {name: cell for name, cell in cells.items() if cell != ""}


def _rows(
    connection: Connection,
    events: Sequence[NewEvent],
    state: LockState,
    now: datetime,
    reason: str,
) -> list[dict[str, Any]]:
    line = log_head(connection).number - len(events)
    return [
        {
            "id": item.details["act"],
            "subjid": item.place.subject,
            "visit": item.place.visit,
            "unsno": item.place.unsno,
            "form": item.place.form,
            "state": state.value,
            "username": item.username,
            "acted_at": now,
            "event_number": line + number,
            "reason": plain(reason),
        }
        for number, item in enumerate(events, start=1)
    ]


def locks_of(database: Database, subject: str) -> Locks:
    """What is closed of a subject, the study included."""
    with database.read() as connection:
        return find_locks(connection, [subject])


def locks_of_subjects(database: Database, subjects: Iterable[str]) -> Locks:
    """The same of several subjects, by one query."""
    with database.read() as connection:
        return find_locks(connection, subjects)


def find_locks(connection: Connection, subjects: Iterable[str]) -> Locks:
    """What is closed of some subjects, in a transaction under way."""
    wanted = sorted({"", *subjects})
    acts = select(lock_act).where(lock_act.c.subjid.in_(wanted))
    return _newest(connection.execute(acts.order_by(lock_act.c.id)))


def refuse_closed(connection: Connection, key: InstanceKey) -> None:
    """``FormClosed`` where a form is closed for entry."""
    subject, form, visit, unsno = key
    column = lock_act.c
    # Few rows, however many forms of the subject were ever closed.
    here = (column.subjid == subject) & or_(
        column.visit == "",
        (column.visit == visit) & (column.unsno == unsno) & column.form.in_(("", form)),
    )
    acts = select(lock_act).where(or_(column.subjid == "", here))
    act = _newest(connection.execute(acts.order_by(column.id))).of_form(key)
    if act is not None:
        raise FormClosed(act)


def refuse_closed_study(connection: Connection) -> None:
    """``FormClosed`` where no subject may come in, since the study is closed."""
    act = find_locks(connection, ()).closing([WHOLE_STUDY])
    if act is not None:
        raise FormClosed(act)


def lock_history(database: Database, subject: str) -> tuple[LockAct, ...]:
    """Every act on a subject and what is in it, the newest first; of the study where
    ``subject`` is blank.
    """
    acts = select(lock_act).where(lock_act.c.subjid == subject)
    with database.read() as connection:
        rows = connection.execute(acts.order_by(lock_act.c.id.desc())).all()
    return tuple(act_of(row) for row in rows)


def _newest(rows: Iterable[Row[Any]]) -> Locks:
    """The last row of each scope counts."""
    acts = (act_of(row) for row in rows)
    return Locks(newest={act.scope: act for act in acts})


def act_of(row: Row[Any]) -> LockAct:
    """An act from a row of its table; acts that void have the same columns."""
    return _act_of_row(dict(row._mapping))


def _act_of_row(row: Mapping[str, Any]) -> LockAct:
    return LockAct(
        number=row["id"],
        scope=ReviewScope(row["subjid"], row["visit"], row["unsno"], row["form"]),
        state=LockState(row["state"]),
        reason=row["reason"],
        username=row["username"],
        acted_at=row["acted_at"],
        event_number=row["event_number"],
    )
