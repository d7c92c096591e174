"""The time that a save is stamped with. It never goes back: history has one order.

A server whose clock was set back would stamp a correction before what it corrects, and
judge rules about today by the wrong day. It saves nothing until its clock is right, or
until somebody says that it is right now and was wrong before.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, insert, select

from webapp.storage.database import Database
from webapp.storage.events import EventKind, NewEvent, append_events, utc_text
from webapp.storage.prepared import PreparedQuery
from webapp.storage.tables import clock_step, form_version

SLACK: Final = timedelta(minutes=5)
"""How far a clock may be behind without anybody noticing: two servers, or one that was
just set.
"""


class ClockBehind(RuntimeError):
    """The server's clock is before the newest save; both are UTC."""

    def __init__(self, clock: datetime, newest: datetime) -> None:
        super().__init__(
            f"The server's clock says {_utc(clock)}, but the newest save was at "
            f"{_utc(newest)}."
        )


def stamp(connection: Connection, now: datetime) -> datetime:
    """``now``, or the newest save's time where the clock is a little behind it; else
    ``ClockBehind``.
    """
    return stamp_after(newest_save(connection), now)


def stamp_after(newest: datetime | None, now: datetime) -> datetime:
    """The same where the newest save's time is known."""
    if newest is None or newest <= now:
        return now
    if newest - now > SLACK:
        raise ClockBehind(now, newest)
    return newest


def check_clock(database: Database) -> None:
    """Raises ``ClockBehind`` where a save would."""
    with database.read() as connection:
        stamp(connection, database.clock())


def newest_save(connection: Connection) -> datetime | None:
    """When the newest version was saved, of those since the clock was last said to be
    right.
    """
    row = FIND_NEWEST_SAVE.first(connection, {})
    return row.saved_at if row else None


_SINCE = select(func.coalesce(func.max(clock_step.c.version_id), 0)).scalar_subquery()
NEWEST_SAVE = (
    select(form_version.c.saved_at)
    .where(form_version.c.id > _SINCE)
    .order_by(form_version.c.id.desc())
    .limit(1)
)
FIND_NEWEST_SAVE = PreparedQuery(NEWEST_SAVE)


def accept_clock(database: Database) -> None:
    """Notes that the clock is right now and was ahead before.

    Does nothing when it is not behind.
    """
    with database.write() as connection:
        now, newest = database.clock(), newest_save(connection)
        if newest is None or newest <= now:
            return
        last = connection.execute(select(func.max(form_version.c.id))).scalar()
        connection.execute(
            insert(clock_step),
            {"version_id": last, "newest_save": newest, "clock": now},
        )
        event = NewEvent(
            kind=EventKind.CLOCK_ACCEPTED, details={"newest_save": utc_text(newest)}
        )
        append_events(connection, now, [event])


def _utc(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"
