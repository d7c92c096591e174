"""Alerts that are to be sent by mail: one message for each person, kept until a mail
server has taken it, whatever happens to the processes that send it.

An alert is raised by the save that brings it. Its messages are made later, from here,
once for each alert. A process that sends a message has it for a while; where the process
ends without a word, another one sends the message again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, func, insert, or_, select, update

from webapp.storage.alerts import StoredAlert, alert_event, stored_alert
from webapp.storage.database import Database
from webapp.storage.events import EventKind, append_events
from webapp.storage.stamps import stamp
from webapp.storage.tables import alert, alert_mail

Alerts, Mails = alert.c, alert_mail.c
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(hours=1)
SENDING: Final = timedelta(minutes=2)
"""So long a message is left to the process that sends it."""
MAIL_FOR: Final = timedelta(days=7)
"""So old an alert may be and is still sent by mail."""
NOBODY_YET: Final = timedelta(minutes=5)
"""After so long it is looked again whether somebody gets an alert."""
FIXED_ADDRESS: Final = "fixed address"
"""What the log calls an address of the server's settings."""


class MailOutcome(Enum):
    """What became of a message. ``DROPPED``: the person no longer gets the alert."""

    SENT = "sent"
    DROPPED = "dropped"
    GIVEN_UP = "given up"


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """An account, or an address of the server's settings; the other is blank."""

    username: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueuedMail:
    """A message to be sent, and how often it was tried, this time included."""

    number: int
    alert: StoredAlert
    recipient: Recipient
    tries: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingMail:
    """How many messages wait, of which some were tried before, and how many alerts have
    nobody who gets them.
    """

    messages: int
    tried: int
    without_recipient: int


def alerts_to_queue(database: Database) -> tuple[StoredAlert, ...]:
    """The alerts whose messages are not in the outbox yet, the oldest first."""
    query = select(alert).where(*_not_queued(database.clock())).order_by(Alerts.id)
    query = query.where(Alerts.mail_after <= database.clock())
    with database.read() as connection:
        return tuple(stored_alert(row) for row in connection.execute(query))


def _not_queued(now: datetime) -> list[ColumnElement[bool]]:
    return [Alerts.mailed_at.is_(None), Alerts.raised_at > now - MAIL_FOR]


def queue_mails(
    database: Database, number: int, recipients: Sequence[Recipient]
) -> None:
    """Puts the messages of an alert into the outbox; without anybody who gets it, the
    alert waits.
    """
    mine = update(alert).where(Alerts.id == number, Alerts.mailed_at.is_(None))
    with database.write() as connection:
        now = database.clock()
        if not recipients:
            connection.execute(mine.values(mail_after=now + NOBODY_YET))
            return

        # Of two processes that look at the same alert one makes its messages.
        if not connection.execute(mine.values(mailed_at=now)).rowcount:
            return

        rows = [
            {
                "alert_id": number,
                "username": recipient.username,
                "address": recipient.address,
                "mail_after": now,
                "tries": 0,
                "settled_as": "",
            }
            for recipient in recipients
        ]
        connection.execute(insert(alert_mail), rows)


def next_mail(
    database: Database, *, at_once: bool = False, but: Sequence[int] = ()
) -> QueuedMail | None:
    """The message that is to be sent next, taken so that no other process sends it
    meanwhile; None where none is. ``at_once``: without regard to how long a message
    that failed still waits. ``but``: none of these.
    """
    now = database.clock()
    due: list[ColumnElement[bool]] = [
        Mails.settled_at.is_(None),
        Mails.id.not_in(but),
    ]
    due.append(or_(Mails.taken_until.is_(None), Mails.taken_until <= now))
    if not at_once:
        due.append(Mails.mail_after <= now)

    columns = [*Alerts, Mails.username, Mails.address, Mails.tries]
    query: Select[Any] = select(*columns, Mails.id.label("mail_number"))
    query = query.join(alert_mail, Mails.alert_id == Alerts.id).where(*due)
    query = query.order_by(Mails.mail_after, Mails.id).limit(1)
    with database.read() as connection:
        if connection.execute(query).first() is None:
            return None

    with database.write() as connection:
        row = connection.execute(query).first()
        if row is None:
            return None

        taken = update(alert_mail).where(Mails.id == row.mail_number, *due)
        taken = taken.values(taken_until=now + SENDING, tries=row.tries + 1)
        if not connection.execute(taken).rowcount:
            return None

        return _queued(row)


def _queued(row: Row[Any]) -> QueuedMail:
    return QueuedMail(
        number=row.mail_number,
        alert=stored_alert(row),
        recipient=Recipient(username=row.username, address=row.address),
        tries=row.tries + 1,
    )


def settle_mail(database: Database, mail: QueuedMail, outcome: MailOutcome) -> None:
    """Notes what became of a message, and logs it: to whom, and nothing of the value."""
    with database.write() as connection:
        mine = update(alert_mail).where(Mails.id == mail.number)
        mine = mine.where(Mails.settled_at.is_(None))
        now = stamp(connection, database.clock())
        settled = mine.values(settled_at=now, settled_as=outcome.value)
        # Where two processes have sent it, the log says so once.
        if not connection.execute(settled).rowcount:
            return

        is_sent = outcome is MailOutcome.SENT
        kind = EventKind.ALERT_MAILED if is_sent else EventKind.ALERT_NOT_MAILED
        row = connection.execute(
            select(alert).where(Alerts.id == mail.alert.number)
        ).one()
        to = {"account": mail.recipient.username}
        if not mail.recipient.username:
            to = {"to": FIXED_ADDRESS}
        why = {} if is_sent else {"status": outcome.value}
        append_events(connection, now, [alert_event(kind, row, "", **to, **why)])


def mail_failed(database: Database, mail: QueuedMail) -> None:
    """Notes when to try again: after twice as long each time, at most an hour. A message
    that nobody took for seven days is given up.
    """
    now = database.clock()
    if mail.alert.raised_at <= now - MAIL_FOR:
        settle_mail(database, mail, MailOutcome.GIVEN_UP)
        return

    wait = min(FIRST_WAIT * 2 ** min(mail.tries - 1, 10), LONGEST_WAIT)
    again = update(alert_mail).where(Mails.id == mail.number)
    with database.write() as connection:
        connection.execute(again.values(mail_after=now + wait, taken_until=None))


def waiting_mail(database: Database) -> WaitingMail:
    """What the outbox holds."""
    waits = Mails.settled_at.is_(None)
    counted = select(func.count()).select_from(alert_mail)
    alone = select(func.count()).select_from(alert)
    with database.read() as connection:
        return WaitingMail(
            messages=connection.execute(counted.where(waits)).scalar_one(),
            tried=connection.execute(
                counted.where(waits, Mails.tries > 0)
            ).scalar_one(),
            without_recipient=connection.execute(
                alone.where(*_not_queued(database.clock()))
            ).scalar_one(),
        )
