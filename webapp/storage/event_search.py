"""Events that somebody looks for: of a subject, of a person, of some kinds, on some days.

One query for all lists of events: whoever may see less is given less here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, or_, select
from sqlalchemy.sql import Select

from webapp.storage.canonical_json import canonical_json
from webapp.storage.database import Database
from webapp.storage.events import CHUNK, EventKind, LoggedEvent, event_of
from webapp.storage.query_sight import hidden_queries
from webapp.storage.sight import Place, Sight, blind_places
from webapp.storage.tables import (
    double_entry_act,
    event,
    form_instance,
    form_version,
    lock_act,
    subject,
    void_act,
)

ABOUT_ACCOUNTS: Final = tuple(
    kind.value
    for kind in EventKind
    if kind.value.startswith(
        (
            *("account-", "code-", "password-", "recovery-", "role-"),
            *("second-factor-", "sign-in-", "sites-"),
        )
    )
)
"""The kinds whose details name the account that they are about."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EventSearch:
    """What is looked for; what is blank or None does not matter.

    ``username`` is the account that acted, or that an event is about. ``since`` is the
    first instant that counts, ``until`` the first one that does not. ``is_wanted`` is
    asked about the instant of each event that fits otherwise. ``sites`` limits the list
    to the subjects of some sites, for a person who works with no others; ``sight``
    leaves out what a role does not see.
    """

    kinds: Collection[EventKind] = ()
    username: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    is_wanted: Callable[[datetime], bool] | None = None
    sites: frozenset[str] | None = None
    sight: Sight | None = None


def search_events(
    database: Database,
    wanted: EventSearch,
    *,
    before: int | None = None,
    most: int = 100,
) -> tuple[LoggedEvent, ...]:
    """The newest events that are looked for; those before a number, so that a list can
    be turned page by page.
    """
    with database.read() as connection:
        return tuple(islice(iterate_events(connection, wanted, before=before), most))


def iterate_events(
    connection: Connection, wanted: EventSearch, *, before: int | None = None
) -> Iterator[LoggedEvent]:
    """Every event that is looked for, the newest first, in a transaction under way."""
    query = _query(wanted)
    if before is not None:
        query = query.where(event.c.number < before)
    blind = blind_places(connection, wanted.sight, _subjects(wanted))
    unseen = hidden_queries(connection, wanted.sight, _subjects(wanted))

    # A log may have millions of lines: they are read as far as somebody asks for more.
    for row in connection.execution_options(yield_per=CHUNK).execute(query):
        if wanted.is_wanted is not None and not wanted.is_wanted(row.at):
            continue
        found = event_of(row.line)
        if wanted.sight is None or _is_seen(found, wanted.sight, blind, unseen):
            yield found


def _subjects(wanted: EventSearch) -> tuple[str, ...] | None:
    """The subject that is looked for; None for all."""
    return (wanted.subject,) if wanted.subject else None


def _is_seen(
    found: LoggedEvent, sight: Sight, blind: frozenset[Place], unseen: frozenset[int]
) -> bool:
    """Whether an event is about something that exists for somebody. ``unseen`` are the
    queries that do not.
    """
    place = found.place
    if (place.subject, place.form, place.visit, place.unsno) in blind:
        return False
    if found.details.get("query") in unseen:
        return False

    field, table = (str(found.details.get(name, "")) for name in ("field", "table"))
    return sight.sees_place(found.place.form, table, field)


def _query(wanted: EventSearch) -> Select[Any]:
    query = select(event.c.at, event.c.line).order_by(event.c.number.desc())
    if wanted.kinds:
        query = query.where(event.c.kind.in_([kind.value for kind in wanted.kinds]))
    if wanted.username:
        query = query.where(_of_account(wanted.username))
    if wanted.subject:
        query = query.where(event.c.subjid == wanted.subject)
    if wanted.since is not None:
        query = query.where(event.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(event.c.at < wanted.until)
    if wanted.sites is not None:
        own = select(subject.c.subjid).where(subject.c.site.in_(sorted(wanted.sites)))
        query = query.where(event.c.subjid.in_(own))

    return query


def _of_account(username: str) -> ColumnElement[bool]:
    """What an account did, and what was done to it. A line is canonical, so that its
    text can be looked for.
    """
    named = f'"account":{canonical_json(username)}'
    about = and_(
        event.c.kind.in_(ABOUT_ACCOUNTS), event.c.line.contains(named, autoescape=True)
    )
    return or_(event.c.username == username, about)


def reasons_of(
    connection: Connection,
    events: Sequence[LoggedEvent],
    sight: Sight | None = None,
) -> dict[int, str]:
    """The reasons of the saves and locks among some events, by the events' numbers: the
    log has none, since a reason may name a person.
    """
    told = events
    if sight is not None:
        # Of a form seen in part the reason may tell of the rest.
        told = [item for item in events if item.place.form not in sight.partly]
    return {**_reasons_of_locks(connection, told), **_of_saves(connection, told)}


def _reasons_of_locks(
    connection: Connection, events: Sequence[LoggedEvent]
) -> dict[int, str]:
    numbers = [item.number for item in events if item.kind in OF_LOCKS]
    if not numbers:
        return {}
    found: dict[int, str] = {}
    for acts in (lock_act, void_act, double_entry_act):
        query = select(acts.c.event_number, acts.c.reason)
        rows = connection.execute(query.where(acts.c.event_number.in_(numbers)))
        found.update({row.event_number: row.reason for row in rows})
    return found


OF_LOCKS: Final = frozenset(
    {
        EventKind.FROZEN,
        EventKind.UNFROZEN,
        EventKind.LOCKED,
        EventKind.UNLOCKED,
        EventKind.VOIDED,
        EventKind.VOID_TAKEN_BACK,
        EventKind.SECOND_ENTRY_DISCARDED,
        EventKind.ENTRIES_ADJUDICATED,
    }
)


def _of_saves(connection: Connection, events: Sequence[LoggedEvent]) -> dict[int, str]:
    saves = [item for item in events if item.kind is EventKind.FORM_SAVED]
    if not saves:
        return {}
    columns = (*PLACE, form_version.c.number, form_version.c.reason)
    query = (
        select(*columns)
        .join(form_version, form_version.c.instance_id == form_instance.c.id)
        .where(form_instance.c.subjid.in_({item.place.subject for item in saves}))
        .where(form_version.c.number.in_({item.details["version"] for item in saves}))
        .where(form_version.c.reason != "")
    )
    known = {tuple(row[:5]): row.reason for row in connection.execute(query)}
    reasons = {}
    for item in saves:
        place = item.place
        key = (place.subject, place.visit, place.form, place.unsno)
        reasons[item.number] = known.get((*key, item.details["version"]), "")

    return reasons


PLACE = (
    form_instance.c.subjid,
    form_instance.c.visit,
    form_instance.c.form,
    form_instance.c.unsno,
)
