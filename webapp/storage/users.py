"""The people who sign in.

A username is never changed and never given to somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, Row, insert, select

from webapp.storage.database import Database
from webapp.storage.events import EventKind, NewEvent, append_events, line_hash
from webapp.storage.tables import app_user

HASHER = PasswordHasher()
# Verified for unknown names, so that the time of an answer does not tell which names
# exist.
NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$"
    "Y3Jmc21pdGgtbm9ib2R5LWhhcy10aGlzLXBhc3N3b3JkISE"
)


class Role(Enum):
    """What somebody does in the study."""

    COORDINATOR = "coordinator"
    INVESTIGATOR = "investigator"
    MONITOR = "monitor"
    DATA_MANAGER = "data manager"
    DESIGNER = "designer"
    ADMIN = "admin"


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    username: str
    name: str
    role: Role


def add_user(
    database: Database, *, username: str, name: str, role: Role, password: str
) -> User:
    """Makes an account; ``IntegrityError`` when the username was ever used."""
    now = database.clock()
    row = {
        "username": username,
        "name": name,
        "role": role.value,
        "password_hash": HASHER.hash(password),
        "created_at": now,
    }
    with database.write() as connection:
        insert_accounts(connection, [row], now)

    return User(username=username, name=name, role=role)


def insert_accounts(
    connection: Connection, rows: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """Makes accounts in a transaction under way; their log holds no password, only the
    hash of what is kept of it.
    """
    connection.execute(insert(app_user), rows)
    events = [
        NewEvent(
            kind=EventKind.ACCOUNT_ADDED,
            details={
                "account": row["username"],
                "name": row["name"],
                "role": row["role"],
                "password": line_hash(row["password_hash"]),
            },
        )
        for row in rows
    ]
    append_events(connection, now, events)


def get_user(database: Database, username: str) -> User | None:
    with database.read() as connection:
        row = connection.execute(
            select(app_user).where(app_user.c.username == username)
        ).first()

    return user_of(row) if row else None


def list_users(database: Database) -> tuple[User, ...]:
    with database.read() as connection:
        rows = connection.execute(select(app_user).order_by(app_user.c.username)).all()
    return tuple(user_of(row) for row in rows)


def sign_in(database: Database, username: str, password: str) -> User | None:
    """The user whose password this is; the same time is taken whether the name exists
    or not.
    """
    with database.read() as connection:
        row = connection.execute(
            select(app_user).where(app_user.c.username == username)
        ).first()

    try:
        HASHER.verify(row.password_hash if row else NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return None

    return user_of(row) if row else None


def user_of(row: Row[Any]) -> User:
    """The user of a row that has the columns of accounts."""
    return User(username=row.username, name=row.name, role=Role(row.role))
