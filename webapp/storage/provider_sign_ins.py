"""Signing in through a provider: whom an account lets in, and who was refused.

A sign-in makes no account. Refusals are counted by address with those of passwords.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy import insert, select

from webapp.storage.accounts import PROGRAMS
from webapp.storage.database import Database
from webapp.storage.events import Detail, EventKind, NewEvent, append_events
from webapp.storage.sign_ins import (
    ADDRESS,
    count_failure,
    forget_old,
    network_of,
    wait_of,
)
from webapp.storage.tables import sign_in_failure
from webapp.storage.users import User, get_user

PROVIDER: Final = "OpenID Connect"
"""What the log calls this way of signing in."""
STATE: Final = "state:"
"""Where states that came back are noted, among what is forgotten after a day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedAccount:
    """An account that a provider named: the person, or in words of the log why not."""

    user: User | None = None
    why: str = ""


def spend_state(database: Database, state: str) -> bool:
    """Notes that a state came back; whether it is the first time."""
    key = STATE + sha256(state.encode("utf-8", "surrogatepass")).hexdigest()
    query = select(sign_in_failure.c.key).where(sign_in_failure.c.key == key)
    with database.write() as connection:
        now = database.clock()
        forget_old(connection, now)
        if connection.execute(query).first() is not None:
            return False
        values = {"key": key, "count": 0, "last_at": now, "wait_until": None}
        connection.execute(insert(sign_in_failure), values)

    return True


def wait_of_address(database: Database, address: str) -> int:
    """For how many seconds an address has to wait after its failures."""
    with database.read() as connection:
        return wait_of(connection, ADDRESS + network_of(address), database.clock())


def known_account(database: Database, username: str) -> NamedAccount:
    """The open account of a person whom the provider named."""
    user = get_user(database, username)
    if user is None or username in PROGRAMS:
        return NamedAccount(why="no such account")
    return (
        NamedAccount(user=user) if user.is_open else NamedAccount(why="closed account")
    )


def refuse(database: Database, *, why: str, address: str, account: str = "") -> None:
    """Logs and counts a refusal. ``account`` is blank where none was named."""
    details: dict[str, Detail] = {"by": PROVIDER, "why": why}
    if account:
        details["account"] = account
    refused = NewEvent(kind=EventKind.SIGN_IN_REFUSED, details=details)
    with database.write() as connection:
        now = database.clock()
        count_failure(connection, ADDRESS + network_of(address), now)
        append_events(connection, now, [refused])
