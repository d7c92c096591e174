"""Signing in that slows down and locks when it fails.

Failures are counted in the database, by typed name and by address, so that all
processes of a server agree. An attempt is counted before its password is looked at:
many at once are no way around. Names that no account has are slowed and locked the same
way, so that nothing tells which names exist.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from threading import BoundedSemaphore
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from webapp.storage.database import Database
from webapp.storage.events import Detail, EventKind, NewEvent, append_events, utc_text
from webapp.storage.tables import app_user, sign_in_failure
from webapp.storage.users import NOBODY, OPEN, User, is_password, user_of

LOCKED_AFTER: Final = 10
LOCKED_FOR: Final = timedelta(minutes=15)
FREE_OF_NAME: Final = 3
"""From so many failures of a name on there is a wait, twice as long each time."""
FREE_OF_ADDRESS: Final = 20
"""A hospital shares one address: many people mistype there."""
LONGEST_OF_ADDRESS: Final = timedelta(minutes=1)
NAME_FORGETS: Final = timedelta(days=1)
ADDRESS_FORGETS: Final = timedelta(minutes=15)

NAME, UNKNOWN, ADDRESS = "name:", "unknown:", "address:"
CODE: Final = "code:"
"""Where wrong codes of a name are counted: a right password does not take them back."""
AT_ONCE: Final = 2
"""So many passwords are looked at together: each takes 64 MB and a core for a moment."""
MOST_WAITING: Final = 4
_LOOKING = BoundedSemaphore(AT_ONCE)
_WAITING = BoundedSemaphore(AT_ONCE + MOST_WAITING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """What somebody typed, and from which address. ``secret`` is the server's key: a
    name that no account has is kept as a digest under it only.
    """

    username: str
    password: str
    address: str
    secret: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class SignInAnswer:
    """Who signed in, or nobody. ``wait`` is after how many seconds to try again; the
    password was not looked at then.
    """

    user: User | None = None
    wait: int = 0


def try_to_sign_in(database: Database, attempt: Attempt) -> SignInAnswer:
    """Looks at a password, unless the name or the address has to wait.

    The same is done, in the same time, whether an account has the name or not.
    """
    with _place_in_line() as has_place:
        if not has_place:
            return SignInAnswer(wait=1)
        return _counted(database, attempt)


def _counted(database: Database, attempt: Attempt) -> SignInAnswer:
    with database.write() as connection:
        now = database.clock()
        row = _account(connection, attempt.username)
        keys = _keys(attempt, known=row is not None)
        wait = max(wait_of(connection, key, now) for key in keys)
        if wait:
            return SignInAnswer(wait=wait)
        forget_old(connection, now)
        # Counted as failed before it is looked at: many at once are no way around.
        counts = {key: count_failure(connection, key, now) for key in keys}

    # For an unknown name a password is looked at too, so that it takes the same time.
    with _LOOKING:
        fits = is_password(row.password_hash if row else NOBODY, attempt.password)

    now = database.clock()
    with database.write() as connection:
        if fits and row is not None and row.state == OPEN:
            take_back(connection, keys)
            return SignInAnswer(user=user_of(row))
        _log_failure(connection, now, row, counts[keys[0]])

    return SignInAnswer()


@contextmanager
def _place_in_line() -> Iterator[bool]:
    """A few wait until others' passwords were looked at; whoever comes then is sent
    away, so that pages still find a thread.
    """
    has_place = _WAITING.acquire(blocking=False)
    try:
        yield has_place
    finally:
        if has_place:
            _WAITING.release()


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeAttempt:
    """Whose code somebody typed, after the right password, and from which address."""

    username: str
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeAnswer:
    """Whether the code was right. ``wait`` is after how many seconds to try again; the
    code was not looked at then.
    """

    is_right: bool = False
    wait: int = 0


def try_code(
    database: Database,
    attempt: CodeAttempt,
    take: Callable[[Connection, datetime], bool],
) -> CodeAnswer:
    """Looks at a code with ``take``, unless the account or the address has to wait."""
    with database.write() as connection:
        now = database.clock()
        keys = (CODE + attempt.username, ADDRESS + network_of(attempt.address))
        wait = max(wait_of(connection, key, now) for key in keys)
        if wait:
            return CodeAnswer(wait=wait)
        if take(connection, now):
            # The address loses nothing: its failures were not of this attempt.
            forget = delete(sign_in_failure).where(sign_in_failure.c.key == keys[0])
            connection.execute(forget)
            return CodeAnswer(is_right=True)

        forget_old(connection, now)
        counts = [count_failure(connection, key, now) for key in keys]
        _log_refusal(connection, now, attempt.username, "wrong code", counts[0])

    return CodeAnswer()


def locked_accounts(database: Database) -> Mapping[str, datetime]:
    """Until when accounts are locked, by username."""
    begins = sign_in_failure.c.key.startswith
    query = select(sign_in_failure).where(
        or_(begins(NAME, autoescape=True), begins(CODE, autoescape=True)),
        sign_in_failure.c.count >= LOCKED_AFTER,
        sign_in_failure.c.wait_until > database.clock(),
    )
    with database.read() as connection:
        rows = connection.execute(query).all()
    # Whoever is locked at both steps waits for the later end.
    ends = sorted((row.wait_until, row.key.partition(":")[2]) for row in rows)
    return {username: until for until, username in ends}


def unlock_account(database: Database, username: str, *, by: str = "") -> None:
    """Forgets the failures of an account."""
    keys = (NAME + username, CODE + username)
    forget = delete(sign_in_failure).where(sign_in_failure.c.key.in_(keys))
    unlocked = NewEvent(
        kind=EventKind.ACCOUNT_UNLOCKED, username=by, details={"account": username}
    )
    with database.write() as connection:
        if connection.execute(forget).rowcount:
            append_events(connection, database.clock(), [unlocked])


def _account(connection: Connection, username: str) -> Row[Any] | None:
    query = select(app_user).where(app_user.c.username == username)
    return connection.execute(query).first()


def _keys(attempt: Attempt, *, known: bool) -> tuple[str, str]:
    """Where an attempt is counted: by its name, and by its address."""
    typed = attempt.username.encode("utf-8", "surrogatepass")
    name = (
        NAME + attempt.username
        if known
        else UNKNOWN + hmac.digest(attempt.secret, typed, "sha256").hex()
    )
    return name, ADDRESS + network_of(attempt.address)


def network_of(address: str) -> str:
    """The address, or the network of one IPv6 customer, who has very many addresses."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:100]
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed)


def _failures(connection: Connection, key: str, now: datetime) -> Row[Any] | None:
    """The failures that still count."""
    since = now - (ADDRESS_FORGETS if key.startswith(ADDRESS) else NAME_FORGETS)
    query = select(sign_in_failure).where(
        sign_in_failure.c.key == key, sign_in_failure.c.last_at > since
    )
    return connection.execute(query).first()


def wait_of(connection: Connection, key: str, now: datetime) -> int:
    """For how many seconds nothing is looked at."""
    row = _failures(connection, key, now)
    if row is None or row.wait_until is None or row.wait_until <= now:
        return 0
    return -int((now - row.wait_until) // timedelta(seconds=1))


def count_failure(connection: Connection, key: str, now: datetime) -> int:
    """Counts a failure, which a right password takes back."""
    row = _failures(connection, key, now)
    # What was long ago is forgotten: an old row begins anew.
    count = int(row._mapping["count"]) + 1 if row else 1  # a row has a method count
    pause = pause_after(key, count)
    connection.execute(delete(sign_in_failure).where(sign_in_failure.c.key == key))
    values = {
        "key": key,
        "count": count,
        "last_at": now,
        "wait_until": now + pause if pause else None,
    }
    connection.execute(insert(sign_in_failure), values)
    return count


def pause_after(key: str, count: int) -> timedelta:
    """How long nothing is looked at after so many failures."""
    if key.startswith(ADDRESS):
        seconds = (
            2 ** min(count - FREE_OF_ADDRESS, 10) if count >= FREE_OF_ADDRESS else 0
        )
        return min(timedelta(seconds=seconds), LONGEST_OF_ADDRESS)
    if count >= LOCKED_AFTER:
        return LOCKED_FOR
    return timedelta(
        seconds=2 ** (count - FREE_OF_NAME) if count >= FREE_OF_NAME else 0
    )


def take_back(connection: Connection, keys: tuple[str, str]) -> None:
    """A right password: the name begins anew, the address loses what was counted now."""
    name, address = keys
    connection.execute(delete(sign_in_failure).where(sign_in_failure.c.key == name))
    connection.execute(
        update(sign_in_failure)
        .where(sign_in_failure.c.key == address)
        .values(count=sign_in_failure.c.count - 1, wait_until=None)
    )


def forget_old(connection: Connection, now: datetime) -> None:
    connection.execute(
        delete(sign_in_failure).where(sign_in_failure.c.last_at <= now - NAME_FORGETS)
    )


def _log_failure(
    connection: Connection, now: datetime, row: Row[Any] | None, count: int
) -> None:
    """Who was refused; a name that no account has is not written down, since somebody
    may have typed a password there.
    """
    if row is None:
        refused = NewEvent(
            kind=EventKind.SIGN_IN_REFUSED, details={"why": "no such account"}
        )
        append_events(connection, now, [refused])
        return

    why = "wrong password" if row.state == OPEN else "closed account"
    _log_refusal(connection, now, row.username, why, count)


def _log_refusal(
    connection: Connection, now: datetime, username: str, why: str, count: int
) -> None:
    """An account that was refused, and that it is locked now if it is."""
    account: dict[str, Detail] = {"account": username}
    events = [NewEvent(kind=EventKind.SIGN_IN_REFUSED, details={**account, "why": why})]
    if count >= LOCKED_AFTER:
        locked = {
            **account,
            "failures": count,
            "until": utc_text(now + LOCKED_FOR),
        }
        events.append(NewEvent(kind=EventKind.ACCOUNT_LOCKED, details=locked))
    append_events(connection, now, events)
