"""Which subjects' rule queries have to be looked at, since their forms were saved.

A save puts its subject here in its own transaction; whoever has looked at the subject
takes it away, at once or later together with others. So no broken rule is forgotten when
a server is killed in between, and at worst a subject is looked at twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from webapp.storage.database import Database
from webapp.storage.forms import SAVES
from webapp.storage.queries import (
    NewQuery,
    QueryStep,
    QueryThread,
    StoredQuery,
    insert_queries,
    insert_steps,
    subject_threads,
)
from webapp.storage.stamps import stamp
from webapp.storage.tables import query_due

Decided = tuple[Sequence[NewQuery], Sequence[tuple[StoredQuery, QueryStep]]]
"""Threads to be begun, and entries to be added to others."""


def due_subjects(database: Database) -> tuple[str, ...]:
    """All of these subjects, in order."""
    with database.read() as connection:
        ordered = select(query_due.c.subjid).order_by(query_due.c.subjid)
        return tuple(connection.execute(ordered).scalars())


def forget_due(database: Database, looked_at: Mapping[str, int]) -> None:
    """Takes away subjects for whose queries nothing followed.

    ``looked_at`` says how often the forms of each were saved then: one that was saved
    again since stays due.
    """
    rows = [{"subject": name, "seen": saves} for name, saves in looked_at.items()]
    if rows:
        with database.write() as connection:
            connection.execute(FORGET, rows)


def settle_due(
    database: Database,
    subject: str,
    *,
    saves: int,
    decide: Callable[[tuple[QueryThread, ...]], Decided],
    still_so: Callable[[Connection], bool] = lambda _: True,
) -> bool:
    """Writes what was decided from a casebook that was saved so often.

    Does nothing where it was saved again since, or where other subjects say otherwise
    than when it was decided (not ``still_so``): False, and the subject stays due.
    """
    with database.write() as connection:
        now: datetime = stamp(connection, database.clock())
        standing = connection.execute(SAVES, {"subject": subject}).scalar_one()
        if int(standing) != saves or not still_so(connection):
            return False

        # Decided inside the transaction: nobody writes in these threads meanwhile.
        new, steps = decide(subject_threads(connection, subject))
        insert_queries(connection, now, new)
        insert_steps(connection, now, steps)
        connection.execute(delete(query_due).where(query_due.c.subjid == subject))

    return True


FORGET = delete(query_due).where(
    query_due.c.subjid == bindparam("subject"),
    SAVES.scalar_subquery() == bindparam("seen"),
)
