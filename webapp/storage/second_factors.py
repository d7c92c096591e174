"""The second step of signing in: what an authenticator shares with the server, and the
recovery codes for who lost theirs.

The shared secret comes here sealed and leaves sealed: whoever reads the database alone
cannot make a code. Of recovery codes there are hashes only. Nothing is deleted, so that
a database role without that right can serve: what is taken away is emptied.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select, update

from webapp.storage.accounts import PROGRAMS, AccountRefused, log_of_account
from webapp.storage.database import Database
from webapp.storage.events import EventKind, line_hash
from webapp.storage.sessions import end_sessions_of
from webapp.storage.tables import app_user, recovery_code, second_factor

NO_SECRET: Final = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SecondFactor:
    """An account's authenticator. ``secret`` is sealed; ``last_step`` is the newest half
    minute whose code was taken, counted from 1970.
    """

    secret: str
    is_confirmed: bool
    last_step: int


def get_second_factor(database: Database, username: str) -> SecondFactor | None:
    """The authenticator of an account, also one that waits to be confirmed."""
    with database.read() as connection:
        return factor_in(connection, username)


def has_second_factor(database: Database, username: str) -> bool:
    """Whether signing in takes a code."""
    factor = get_second_factor(database, username)
    return factor is not None and factor.is_confirmed


def factor_in(connection: Connection, username: str) -> SecondFactor | None:
    """The authenticator, in a transaction under way."""
    row = _row(connection, username)
    if row is None or row.secret == NO_SECRET:
        return None
    return SecondFactor(
        secret=row.secret,
        is_confirmed=row.confirmed_at is not None,
        last_step=row.last_step,
    )


def begin_second_factor(database: Database, username: str, secret: str) -> None:
    """Keeps a sealed secret that counts once it is confirmed by a code.

    ``AccountRefused`` where an authenticator counts already: it is taken away first.
    """
    with database.write() as connection:
        row = _row(connection, username)
        if row is not None and row.confirmed_at is not None:
            raise AccountRefused(
                "An authenticator is set up already. Turn it off first."
            )
        _set(connection, row, username, secret=secret, confirmed_at=None, last_step=0)


def confirm_second_factor(
    database: Database,
    username: str,
    *,
    step: int,
    codes: Collection[str],
    token: str = "",
) -> None:
    """Makes the secret count, since ``step`` gave a right code, with new recovery codes.
    The person's sessions end, except the one with this token: no code was given there.
    """
    with database.write() as connection:
        now = database.clock()
        row = _row(connection, username)
        if row is None or row.secret == NO_SECRET or row.confirmed_at is not None:
            raise AccountRefused("There is nothing to confirm. Begin again.")
        _set(connection, row, username, confirmed_at=now, last_step=step)
        _replace_codes(connection, username, codes, now)
        ended = end_sessions_of(connection, username, now, but=token)
        sealed = line_hash(row.secret)
        log_of_account(
            connection, now, EventKind.SECOND_FACTOR_ADDED, username, username,
            second_factor=sealed, codes=len(codes), sessions_ended=ended,
        )  # fmt: skip


def renew_recovery_codes(
    database: Database, username: str, codes: Collection[str]
) -> None:
    """Gives new recovery codes; those before are worth nothing."""
    with database.write() as connection:
        now = database.clock()
        _replace_codes(connection, username, codes, now)
        log_of_account(
            connection, now, EventKind.RECOVERY_CODES_MADE, username, username,
            codes=len(codes),
        )  # fmt: skip


def take_code_step(connection: Connection, username: str, step: int) -> bool:
    """Takes the code of a half minute, in a transaction under way. A code counts once:
    False for one that was taken, and for every older one.
    """
    taking = (
        update(second_factor)
        .where(second_factor.c.username == username, second_factor.c.last_step < step)
        .values(last_step=step)
    )
    return connection.execute(taking).rowcount == 1


def take_recovery_code(
    connection: Connection, username: str, code: str, now: datetime
) -> bool:
    """Takes a recovery code, in a transaction under way. False for one that is none, or
    that was used.
    """
    taking = (
        update(recovery_code)
        .where(
            recovery_code.c.digest == _digest(username, code),
            recovery_code.c.username == username,
            recovery_code.c.used_at.is_(None),
        )
        .values(used_at=now)
    )
    if connection.execute(taking).rowcount != 1:
        return False

    log_of_account(
        connection, now, EventKind.RECOVERY_CODE_USED, username, username,
        left=_codes_left(connection, username),
    )  # fmt: skip
    return True


def recovery_codes_left(database: Database, username: str) -> int:
    with database.read() as connection:
        return _codes_left(connection, username)


def remove_second_factor(database: Database, username: str, *, by: str = "") -> None:
    """Takes the authenticator away, as when a phone is lost, and ends the person's
    sessions if somebody else does it. Without one nothing changes.
    """
    with database.write() as connection:
        now = database.clock()
        account = _need_account(connection, username)
        row = _row(connection, username)
        if row is None or row.confirmed_at is None:
            return
        if by == username and account.code_required:
            raise AccountRefused(
                "Your account needs a code to sign in. Ask an administrator."
            )
        # A stolen phone may be signed in: whoever takes it away ends that too.
        ended = 0 if by == username else end_sessions_of(connection, username, now)
        _set(connection, row, username, secret=NO_SECRET, confirmed_at=None)
        _replace_codes(connection, username, (), now)
        log_of_account(
            connection, now, EventKind.SECOND_FACTOR_REMOVED, username, by,
            second_factor="", sessions_ended=ended,
        )  # fmt: skip


def require_code(
    database: Database, username: str, required: bool, *, by: str = ""
) -> None:
    """Says whether an account needs a code to sign in. One without an authenticator sets
    it up before anything else.
    """
    with database.write() as connection:
        account = _need_account(connection, username)
        if username in PROGRAMS:
            raise AccountRefused(
                f"The account {username} belongs to a program. Nobody signs in with it."
            )
        if bool(account.code_required) == required:
            return
        if username == by and not required:
            raise AccountRefused(
                "You cannot free your own account from its code. Ask another "
                "administrator."
            )
        connection.execute(
            update(app_user)
            .where(app_user.c.username == username)
            .values(code_required=required)
        )
        kind = EventKind.CODE_REQUIRED if required else EventKind.CODE_OPTIONAL
        log_of_account(
            connection, database.clock(), kind, username, by, code_required=required
        )


def password_mark(database: Database, username: str) -> str:
    """Stands for the password that an account has now: another one after a change."""
    query = select(app_user.c.password_hash).where(app_user.c.username == username)
    with database.read() as connection:
        return line_hash(str(connection.execute(query).scalar()))


def _digest(username: str, code: str) -> str:
    return sha256(f"{username}:{code}".encode("utf-8", "surrogatepass")).hexdigest()


def _row(connection: Connection, username: str) -> Row[Any] | None:
    query = select(second_factor).where(second_factor.c.username == username)
    return connection.execute(query).first()


def _set(
    connection: Connection, row: Row[Any] | None, username: str, **values: object
) -> None:
    if row is None:
        connection.execute(insert(second_factor), {"username": username, **values})
        return
    mine = second_factor.c.username == username
    connection.execute(update(second_factor).where(mine).values(**values))


def _replace_codes(
    connection: Connection, username: str, codes: Collection[str], now: datetime
) -> None:
    """Those before are used up: whoever found the old paper has nothing."""
    before = (
        recovery_code.c.username == username, recovery_code.c.used_at.is_(None)
    )  # fmt: skip
    connection.execute(update(recovery_code).where(*before).values(used_at=now))
    rows = [{"digest": _digest(username, code), "username": username} for code in codes]
    if rows:
        connection.execute(insert(recovery_code), rows)


def _codes_left(connection: Connection, username: str) -> int:
    left = select(func.count()).where(
        recovery_code.c.username == username, recovery_code.c.used_at.is_(None)
    )
    return int(connection.execute(left).scalar_one())


def _need_account(connection: Connection, username: str) -> Row[Any]:
    query = select(app_user).where(app_user.c.username == username)
    row = connection.execute(query).first()
    if row is None:
        raise AccountRefused(f"There is no account {username}. Check the username.")
    return row
