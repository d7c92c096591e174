"""The people who sign in.

A username is never changed and never given to somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, Row, insert, select

from webapp.storage.database import Database
from webapp.storage.events import Detail, EventKind, NewEvent, append_events, line_hash
from webapp.storage.tables import app_user

HASHER = PasswordHasher()
# Verified for unknown names, so that the time of an answer does not tell which names
# exist.
NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$"
    "Y3Jmc21pdGgtbm9ib2R5LWhhcy10aGlzLXBhc3N3b3JkISE"
)
OPEN: Final = "open"
CLOSED: Final = "closed"

Sites = frozenset[str] | None
"""The sites whose subjects exist for somebody; ``ALL_SITES`` stands for every site, also
for those that come later.
"""
ALL_SITES: Final = None


class Role(StrEnum):
    """The roles of a study whose dictionary names none, and the two that every study
    has. An account keeps the name of its role, whatever the dictionary says of it.
    """

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
    role: str
    sites: Sites
    is_open: bool
    must_change_password: bool
    code_required: bool = False
    email: str = ""


def add_user(
    database: Database,
    *,
    username: str,
    name: str,
    role: str,
    password: str,
    sites: Sites = ALL_SITES,
    is_open: bool = True,
) -> User:
    """Makes an account; ``IntegrityError`` when the username was ever used."""
    now = database.clock()
    row = {
        "username": username,
        "name": name,
        "role": str(role),
        "password_hash": hash_password(password),
        "created_at": now,
        "state": OPEN if is_open else CLOSED,
        "sites": sites_as_json(sites),
    }
    with database.write() as connection:
        insert_accounts(connection, [row], now)

    return User(
        username=username,
        name=name,
        role=str(role),
        sites=sites,
        is_open=is_open,
        must_change_password=False,
    )


def insert_accounts(
    connection: Connection,
    rows: Sequence[Mapping[str, Any]],
    now: datetime,
    *,
    by: str = "",
) -> None:
    """Makes accounts in a transaction under way; their log holds no password, only the
    hash of what is kept of it. ``by`` is the account that makes them.
    """
    connection.execute(insert(app_user), rows)
    events = [
        NewEvent(
            kind=EventKind.ACCOUNT_ADDED,
            username=by,
            details={
                "account": row["username"],
                "name": row["name"],
                "role": row["role"],
                "password": line_hash(row["password_hash"]),
                "sites": row.get("sites", "all"),
                "state": row.get("state", OPEN),
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


def has_password(database: Database, username: str, password: str) -> bool:
    """Whether the account exists and this is its password; no failure is counted."""
    with database.read() as connection:
        row = connection.execute(
            select(app_user.c.password_hash).where(app_user.c.username == username)
        ).first()

    return is_password(row.password_hash if row else NOBODY, password)


def hash_password(password: str) -> str:
    """What is kept of a password."""
    return HASHER.hash(password)


def is_password(password_hash: str, password: str) -> bool:
    """Whether a password is the one that was hashed."""
    try:
        return HASHER.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def user_of(row: Row[Any]) -> User:
    """The user of a row that has the columns of accounts."""
    return User(
        username=row.username,
        name=row.name,
        role=row.role,
        sites=ALL_SITES if row.sites == "all" else frozenset(row.sites),
        is_open=row.state == OPEN,
        must_change_password=row.must_change_password,
        code_required=row.code_required,
        email=row.email,
    )


def sites_as_json(sites: Sites) -> Detail:
    """Sites as accounts and events hold them: ``"all"``, or their names in order."""
    return "all" if sites is ALL_SITES else sorted(sites)
