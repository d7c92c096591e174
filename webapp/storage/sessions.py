"""The sessions of people who signed in. Each ends once, for good, wherever its cookie
was copied to.

The browser holds a random token; the table holds only the token's hash, so that who
reads a backup cannot act as somebody else.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, insert, select, update

from webapp.storage.database import Database
from webapp.storage.events import Detail, EventKind, NewEvent, append_events
from webapp.storage.tables import app_user, sign_in_session
from webapp.storage.users import OPEN, User, user_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """An open session. ``client`` is the digest of the program that it began in."""

    user: User
    began_at: datetime
    client: str


def begin_session(
    database: Database,
    user: User,
    *,
    client: str,
    by: str = "password",
    second_step: str = "",
) -> str:
    """Opens a session and returns its token.

    ``client`` describes the browser (its user agent). ``by`` is the first step, such as
    a password, and ``second_step`` what came after it.
    """
    token = secrets.token_urlsafe(32)
    now = database.clock()
    row = {
        "id": _digest(token),
        "username": user.username,
        "client": _digest(client),
        "began_at": now,
    }
    details: dict[str, Detail] = {"by": by}
    if second_step:
        details["with"] = second_step
    signed_in = NewEvent(
        kind=EventKind.SIGNED_IN, username=user.username, details=details
    )
    with database.write() as connection:
        connection.execute(insert(sign_in_session), row)
        append_events(connection, now, [signed_in])

    return token


def open_session(database: Database, token: str, *, client: str) -> Session | None:
    """The session of a token, while it is open and used from the client that it began
    in.
    """
    query = (
        select(app_user, sign_in_session.c.began_at, sign_in_session.c.client)
        .join(sign_in_session, sign_in_session.c.username == app_user.c.username)
        .where(
            sign_in_session.c.id == _digest(token),
            sign_in_session.c.ended_at.is_(None),
            app_user.c.state == OPEN,
        )
    )
    with database.read() as connection:
        row = connection.execute(query).first()
    if row is None or row.client != _digest(client):
        return None
    return Session(user=user_of(row), began_at=row.began_at, client=row.client)


def end_session(database: Database, token: str) -> None:
    """Ends a session. One that has ended stays as it is."""
    now = database.clock()
    ending = (
        update(sign_in_session)
        .where(
            sign_in_session.c.id == _digest(token), sign_in_session.c.ended_at.is_(None)
        )
        .values(ended_at=now)
        .returning(sign_in_session.c.username)
    )
    with database.write() as connection:
        username = connection.execute(ending).scalar()
        if username is not None:
            signed_out = NewEvent(kind=EventKind.SIGNED_OUT, username=username)
            append_events(connection, now, [signed_out])


def end_sessions_of(
    connection: Connection, username: str, now: datetime, *, but: str = ""
) -> int:
    """Ends every open session of a person in a transaction under way, except the one
    with the token ``but``; how many there were.
    """
    ending = (
        update(sign_in_session)
        .where(
            sign_in_session.c.username == username,
            sign_in_session.c.ended_at.is_(None),
            sign_in_session.c.id != _digest(but),
        )
        .values(ended_at=now)
    )
    return connection.execute(ending).rowcount


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
