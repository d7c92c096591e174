"""Gives a subject the next free entry of its stratum, in one transaction with the form
that keeps the result: never one entry twice, and never an entry without its form.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, func, insert, not_, select

from webapp.storage.database import Database
from webapp.storage.events import (
    EventKind,
    EventPlace,
    NewEvent,
    append_events,
    log_head,
)
from webapp.storage.forms import InstanceKey
from webapp.storage.save_basis import save_basis
from webapp.storage.saving import Conflict, Saved, SaveRequest, add_version
from webapp.storage.stamps import stamp
from webapp.storage.tables import randomization, randomization_entry


class RandomizationRefused(ValueError):
    """Nobody was randomized, and no entry was used. The words say why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Allocation:
    """The entry that a subject got, and by whom and when. ``stratum`` is the one at that
    time.
    """

    number: str
    stratum: str
    arm: str
    version: int
    username: str
    acted_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadySubject:
    """A subject that can be randomized: its stratum, and the save of the form, given a
    randomization number and an arm.
    """

    stratum: str
    filled: Callable[[str, str], SaveRequest]


def allocation_of(database: Database, subjid: str) -> Allocation | None:
    """What a subject was allocated; None before it is randomized."""
    with database.read() as connection:
        return find_allocation(connection, subjid)


def find_allocation(connection: Connection, subjid: str) -> Allocation | None:
    """The same, in a transaction under way."""
    row = connection.execute(
        ALLOCATIONS.where(randomization.c.subjid == subjid)
    ).first()
    if row is None:
        return None

    return Allocation(
        number=row.number,
        stratum=row.stratum,
        arm=row.arm,
        version=row.version,
        username=row.username,
        acted_at=row.acted_at,
    )


ALLOCATIONS = select(
    randomization_entry.c.number,
    randomization_entry.c.stratum,
    randomization_entry.c.arm,
    randomization.c.version,
    randomization.c.username,
    randomization.c.acted_at,
).join(randomization, randomization.c.entry_id == randomization_entry.c.id)


def randomize(
    database: Database, key: InstanceKey, prepare: Callable[[], ReadySubject]
) -> Saved:
    """Allocates the next free entry of a stratum, and saves the form with it.

    ``prepare`` reads the subject while nobody else writes, so that its stratum is that
    of this moment; it may refuse. ``RandomizationRefused`` where the subject has one
    already, the stratum has no entry left, or somebody saved the form in between;
    ``FormClosed`` where it is closed.
    """
    with database.write() as connection:
        now = stamp(connection, database.clock())
        if find_allocation(connection, key.subject) is not None:
            raise RandomizationRefused(
                f"{key.subject} is randomized already. Nobody is randomized twice."
            )

        ready = prepare()
        of_stratum = randomization_entry.c.stratum == ready.stratum
        entry = connection.execute(NEXT_FREE.where(of_stratum)).first()
        if entry is None:
            raise RandomizationRefused(
                "The randomization list has no free entry for this stratum, so nobody "
                "was randomized. Tell the data manager: a list can be loaded at any time."
            )

        request = ready.filled(entry.number, entry.arm)
        basis = save_basis(connection, request.key, request.user)
        saved = add_version(connection, request, basis, now, again=True)
        if isinstance(saved, Conflict):
            raise RandomizationRefused(
                "Somebody saved this form in the meantime, so nobody was randomized. "
                "Read it, then try again."
            )

        _keep(connection, now, request, entry.id, saved.version)

    return saved


NEXT_FREE = (
    select(
        randomization_entry.c.id,
        randomization_entry.c.number,
        randomization_entry.c.arm,
    )
    .where(not_(exists().where(randomization.c.entry_id == randomization_entry.c.id)))
    .order_by(randomization_entry.c.id)
    .limit(1)
)


def _keep(
    connection: Connection,
    now: datetime,
    request: SaveRequest,
    entry: int,
    version: int,
) -> None:
    """The row and its event. The event does not name the arm: it is for all who see that
    the form was saved.
    """
    newest = connection.execute(select(func.max(randomization.c.id))).scalar()
    number = int(newest or 0) + 1
    subject, form, visit, unsno = request.key
    event = NewEvent(
        kind=EventKind.RANDOMIZED,
        username=request.user,
        place=EventPlace(subject=subject, visit=visit, form=form, unsno=unsno),
        details={"randomization": number, "entry": entry, "version": version},
    )
    append_events(connection, now, [event])
    row = {
        "id": number,
        "entry_id": entry,
        "subjid": subject,
        "visit": visit,
        "unsno": unsno,
        "form": form,
        "version": version,
        "username": request.user,
        "acted_at": now,
        "event_number": log_head(connection).number,
    }
    connection.execute(insert(randomization), row)
