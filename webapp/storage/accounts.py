"""What happens to accounts: they are added, closed and opened again, and given a role,
sites and a password. Each change is an event in the same transaction.

An account is never taken away and its name never given again. ``by`` is the account
that changes it; blank for a command, whose origin the log names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select, update

from forms_spec.field_types.email import EMAIL
from webapp.storage.database import Database
from webapp.storage.events import Detail, EventKind, NewEvent, append_events, line_hash
from webapp.storage.sessions import end_sessions_of
from webapp.storage.tables import app_user
from webapp.storage.users import (
    CLOSED,
    OPEN,
    Role,
    Sites,
    hash_password,
    insert_accounts,
    sites_as_json,
)

USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
LONGEST_NAME: Final = 100
LONGEST_ADDRESS: Final = 254
PROGRAMS: Final = frozenset({"import"})
"""Accounts that programs save under: nobody signs in with them."""
ADMINISTER: Final = frozenset({Role.ADMIN})
"""Who manages accounts: of these one always stays open."""


class AccountRefused(ValueError):
    """The change was not made; the message says why, and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAccount:
    username: str
    name: str
    role: str
    sites: Sites
    password: str
    email: str = ""


def add_account(database: Database, new: NewAccount, *, by: str = "") -> None:
    """Makes an account whose password is changed at the first sign-in.

    ``AccountRefused`` for a name that is none, or that was ever used.
    """
    if not USERNAME.fullmatch(new.username):
        raise AccountRefused(
            "Write the username with 2 to 40 small letters, digits, dots, hyphens or "
            "underscores. Begin with a letter or a digit."
        )
    if not new.name.strip() or len(new.name) > LONGEST_NAME:
        raise AccountRefused(
            f"Give the person's name, up to {LONGEST_NAME} characters."
        )
    need_sites(new.sites)
    _need_address(new.email)

    # Hashed before the transaction: others write while a password is hashed.
    password_hash = hash_password(new.password)
    with _changing(database) as (connection, now):
        # Two names that differ in capital letters only would be taken for each other.
        same = func.lower(app_user.c.username) == new.username
        if connection.execute(select(app_user.c.username).where(same)).first():
            raise AccountRefused(
                f"The username {new.username} was used before. A username stays with "
                "its person for ever. Choose another."
            )
        row = {
            "username": new.username,
            "name": new.name.strip(),
            "role": str(new.role),
            "password_hash": password_hash,
            "created_at": now,
            "sites": sites_as_json(new.sites),
            "must_change_password": True,
            "email": new.email,
        }
        insert_accounts(connection, [row], now, by=by)
        if new.email:
            _log_address(connection, now, new.username, new.email, by)


def close_account(database: Database, username: str, *, by: str = "") -> None:
    """Nobody signs in with it any more, and its sessions end. One that is closed stays
    as it is.
    """
    with _changing(database) as (connection, now):
        row = _row(connection, username)
        if row.state == CLOSED:
            return
        if username == by:
            raise AccountRefused(
                "You cannot close your own account. Ask another administrator."
            )
        _keep_an_administrator(connection, row)
        # Its sessions end in the same transaction: nobody goes on after it is closed.
        ended = end_sessions_of(connection, username, now)
        _set(connection, username, state=CLOSED)
        log_of_account(
            connection,
            now,
            EventKind.ACCOUNT_CLOSED,
            username,
            by,
            sessions_ended=ended,
        )


def reopen_account(database: Database, username: str, *, by: str = "") -> None:
    """Lets a person sign in again, with the password as it was."""
    with _changing(database) as (connection, now):
        row = _row(connection, username)
        if row.state == OPEN:
            return
        if username in PROGRAMS:
            raise AccountRefused(
                f"The account {username} belongs to a program. Nobody signs in with it."
            )
        _set(connection, username, state=OPEN)
        log_of_account(connection, now, EventKind.ACCOUNT_REOPENED, username, by)


def change_role(database: Database, username: str, role: str, *, by: str = "") -> None:
    """Gives a person another role; nobody gives it to themselves."""
    with _changing(database) as (connection, now):
        row = _row(connection, username)
        if row.role == role:
            return
        if username == by:
            raise AccountRefused(
                "You cannot change your own role. Ask another administrator."
            )
        # The last administrator may only be given another role that manages accounts.
        if role not in ADMINISTER:
            _keep_an_administrator(connection, row)
        _set(connection, username, role=str(role))
        log_of_account(
            connection, now, EventKind.ROLE_CHANGED, username, by,
            role=str(role), before=row.role,
        )  # fmt: skip


def change_sites(
    database: Database, username: str, sites: Sites, *, by: str = ""
) -> None:
    """Gives a person other sites, from the next request on."""
    need_sites(sites)
    with _changing(database) as (connection, now):
        row = _row(connection, username)
        new = sites_as_json(sites)
        if row.sites == new:
            return
        if username == by:
            raise AccountRefused(
                "You cannot change your own sites. Ask another administrator."
            )
        _set(connection, username, sites=new)
        log_of_account(
            connection, now, EventKind.SITES_CHANGED, username, by,
            sites=new, before=row.sites,
        )  # fmt: skip


def change_email(
    database: Database, username: str, address: str, *, by: str = ""
) -> None:
    """Gives an account the address that its alerts go to; blank for none."""
    _need_address(address)
    with _changing(database) as (connection, now):
        row = _row(connection, username)
        if row.email == address:
            return
        if username in PROGRAMS:
            raise AccountRefused(
                f"The account {username} belongs to a program, which gets no mail."
            )
        _set(connection, username, email=address)
        _log_address(connection, now, username, address, by)


def _need_address(address: str) -> None:
    if not address:
        return
    pattern = EMAIL.pattern
    assert pattern is not None
    is_address = re.fullmatch(pattern.expression, address)
    if not is_address or len(address) > LONGEST_ADDRESS:
        raise AccountRefused(f"Write {pattern.message}, or leave the address blank.")


def _log_address(
    connection: Connection, now: datetime, username: str, address: str, by: str
) -> None:
    # Packages carry the log: it has the hash of the address, not the address.
    kept = line_hash(address) if address else ""
    log_of_account(
        connection, now, EventKind.EMAIL_CHANGED, username, by,
        email=kept, state="set" if address else "taken away",
    )  # fmt: skip


def reset_password(
    database: Database, username: str, password: str, *, by: str = ""
) -> None:
    """Gives a person a password that is changed at the next sign-in, and ends all their
    sessions.
    """
    password_hash = hash_password(password)
    with _changing(database) as (connection, now):
        _row(connection, username)
        if username in PROGRAMS:
            raise AccountRefused(
                f"The account {username} belongs to a program. Nobody signs in with it."
            )
        ended = end_sessions_of(connection, username, now)
        _set(
            connection, username, password_hash=password_hash,
            password_changed_at=now, must_change_password=True,
        )  # fmt: skip
        log_of_account(
            connection, now, EventKind.PASSWORD_RESET, username, by,
            password=line_hash(password_hash), sessions_ended=ended,
        )  # fmt: skip


def change_password(
    database: Database, username: str, password: str, *, token: str = ""
) -> None:
    """Gives a person the password that they chose, and ends their sessions except the
    one with this token.
    """
    password_hash = hash_password(password)
    with _changing(database) as (connection, now):
        _row(connection, username)
        ended = end_sessions_of(connection, username, now, but=token)
        _set(
            connection, username, password_hash=password_hash,
            password_changed_at=now, must_change_password=False,
        )  # fmt: skip
        log_of_account(
            connection, now, EventKind.PASSWORD_CHANGED, username, username,
            password=line_hash(password_hash), sessions_ended=ended,
        )  # fmt: skip


def need_sites(sites: Sites) -> None:
    """``AccountRefused`` for a list of sites without any."""
    if sites is not None and not sites:
        raise AccountRefused("Choose either all sites, or at least one site.")


@contextmanager
def _changing(database: Database) -> Iterator[tuple[Connection, datetime]]:
    with database.write() as connection:
        yield connection, database.clock()


def _row(connection: Connection, username: str) -> Row[Any]:
    row = connection.execute(
        select(app_user).where(app_user.c.username == username)
    ).first()
    if row is None:
        raise AccountRefused(f"There is no account {username}. Check the username.")
    return row


def _keep_an_administrator(connection: Connection, row: Row[Any]) -> None:
    """Refuses what would leave nobody who manages accounts."""
    roles = {str(role) for role in ADMINISTER}
    if row.role not in roles or row.state == CLOSED:
        return
    others = select(func.count()).where(
        app_user.c.role.in_(roles),
        app_user.c.state == OPEN,
        app_user.c.username != row.username,
    )
    if not connection.execute(others).scalar_one():
        raise AccountRefused(
            f"{row.username} is the last administrator whose account is open. Add "
            "another administrator first."
        )


def _set(connection: Connection, username: str, **values: object) -> None:
    connection.execute(
        update(app_user).where(app_user.c.username == username).values(**values)
    )


def log_of_account(
    connection: Connection,
    now: datetime,
    kind: EventKind,
    username: str,
    by: str,
    **details: Detail,
) -> None:
    """Logs what ``by`` did with an account, in a transaction under way."""
    about: Mapping[str, Detail] = {"account": username, **details}
    append_events(connection, now, [NewEvent(kind=kind, username=by, details=about)])
