"""Randomization lists: loaded once, and counted. What comes next is told to nobody."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, Connection, func, insert, select

from forms_spec.model.randomization import RandomizationPlan
from webapp.storage.canonical_json import canonical_json
from webapp.storage.database import Database
from webapp.storage.events import (
    EventKind,
    NewEvent,
    append_events,
    line_hash,
    log_head,
)
from webapp.storage.known_results import take_results
from webapp.storage.stamps import stamp
from webapp.storage.tables import (
    randomization,
    randomization_entry,
    randomization_list,
)

SALT_BYTES: Final = 32
NAMED: Final = 5
"""So many numbers are named of those that are used already."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewEntry:
    """An entry to be loaded; the stratum is one text."""

    number: str
    stratum: str
    arm: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StratumCount:
    """How many entries a stratum has, and how many of them subjects have got."""

    entries: int
    used: int


class ListNotLoaded(ValueError):
    """Nothing of a list was kept. The words say why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadedList:
    """The number of a list that was loaded, and how many of its entries subjects had
    before: those who were randomized elsewhere.
    """

    number: int
    taken: int


def load_entries(
    database: Database,
    entries: Iterable[NewEntry],
    plan: RandomizationPlan | None = None,
) -> LoadedList:
    """Adds a list behind those that are there already. Subjects whose forms have
    numbers of it by the ``plan`` get those entries.

    ``ListNotLoaded`` where a randomization number is there already, ``ListDiffers``
    where a subject has a number of an entry that says otherwise of it.
    """
    new = list(entries)
    with database.write() as connection:
        now = stamp(connection, database.clock())
        _refuse_known(connection, new)
        number = _newest(connection, randomization_list.c.id) + 1
        first = _newest(connection, randomization_entry.c.id) + 1
        salt = secrets.token_hex(SALT_BYTES)
        digest = _digest(salt, ((e.number, e.stratum, e.arm) for e in new))

        loaded = NewEvent(
            kind=EventKind.RANDOMIZATION_LIST_LOADED,
            details={"list": number, "entries": len(new), "digest": digest},
        )
        append_events(connection, now, [loaded])
        row = {
            "id": number,
            "loaded_at": now,
            "entries": len(new),
            "salt": salt,
            "digest": digest,
            "event_number": log_head(connection).number,
        }
        connection.execute(insert(randomization_list), row)
        rows = [
            {
                "id": identity,
                "list_id": number,
                "number": entry.number,
                "stratum": entry.stratum,
                "arm": entry.arm,
            }
            for identity, entry in enumerate(new, start=first)
        ]
        connection.execute(insert(randomization_entry), rows)
        taken = take_results(connection, now, plan) if plan is not None else 0

    return LoadedList(number=number, taken=taken)


def _newest(connection: Connection, column: Column[int]) -> int:
    query = select(func.max(column))
    return int(connection.execute(query).scalar() or 0)


def _refuse_known(connection: Connection, entries: Iterable[NewEntry]) -> None:
    known = set(connection.execute(select(randomization_entry.c.number)).scalars())
    twice = [entry.number for entry in entries if entry.number in known]
    if not twice:
        return

    more = f" and {len(twice) - NAMED} others" if len(twice) > NAMED else ""
    raise ListNotLoaded(
        f"These numbers are in a list that was loaded before: {', '.join(twice[:NAMED])}"
        f"{more}. Give every entry a number of its own. Nothing was loaded."
    )


def digest_of_list(connection: Connection, number: int, salt: str) -> str:
    """What stands for the entries that a list has now."""
    entry = randomization_entry.c
    rows = connection.execute(
        select(entry.number, entry.stratum, entry.arm)
        .where(entry.list_id == number)
        .order_by(entry.id)
    )
    return _digest(salt, ((row.number, row.stratum, row.arm) for row in rows))


def _digest(salt: str, entries: Iterator[tuple[str, str, str]]) -> str:
    content = {"salt": salt, "entries": [list(entry) for entry in entries]}
    return line_hash(canonical_json(content))


def count_strata(database: Database) -> Mapping[str, StratumCount]:
    """By stratum, how many entries there are and were used; in the order of the lists.

    Nothing of it tells which arm comes next.
    """
    entry = randomization_entry.c
    query = (
        select(
            entry.stratum,
            func.count(entry.id).label("entries"),
            func.count(randomization.c.id).label("used"),
        )
        .select_from(
            randomization_entry.outerjoin(
                randomization, randomization.c.entry_id == entry.id
            )
        )
        .group_by(entry.stratum)
        .order_by(func.min(entry.id))
    )
    with database.read() as connection:
        return {
            row.stratum: StratumCount(entries=row.entries, used=row.used)
            for row in connection.execute(query)
        }
