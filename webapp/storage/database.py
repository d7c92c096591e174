"""Opens the capture database: its engine, its transactions and its clock."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

from webapp.storage.migrate import migrate
from webapp.storage.prepared import execute_sql
from webapp.storage.sight import Sight

BUSY_SECONDS = 30
WRITES = "crfsmith_writes"
ORIGIN = "crfsmith_origin"
SIGN = "crfsmith_sign"
"""Options of a connection: that it writes, for whom or what, and what signs the log."""
LOG_LOCK = 4_410_732
# With recursive triggers a REPLACE cannot slip past the guards of history either.
PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "recursive_triggers = ON",
)


def utc_now() -> datetime:
    """The time of the server, unambiguous (ICH E6(R3) 4.2: UTC)."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Database:
    """An open capture database. ``clock`` tells when something happens, ``origin`` from
    where it is done: from which address a page was asked for, or by which command.
    ``sign`` keeps a signed head of the log, given a transaction, the newest line and
    the time; without it the log is not signed. ``sight`` is what exists of stored
    answers for whoever reads; None is everything.
    """

    engine: Engine
    clock: Callable[[], datetime] = utc_now
    origin: Callable[[], str] = str
    sign: Callable[..., object] | None = None
    sight: Sight | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database throughout."""
        with self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection = connection.execution_options(  # noqa: PLW2901
                    isolation_level="REPEATABLE READ"
                )

            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is on disk when the block ends, or has not happened."""
        with self.engine.connect() as connection:
            options = {WRITES: True, ORIGIN: self.origin(), SIGN: self.sign}
            writing = connection.execution_options(**options)
            with writing.begin():
                _one_writer(writing)
                yield writing

    def close(self) -> None:
        self.engine.dispose()


def open_database(
    url: str,
    *,
    clock: Callable[[], datetime] = utc_now,
    origin: Callable[[], str] = str,
    as_it_is: bool = False,
) -> Database:
    """Opens, makes or brings up to date the database at ``url`` (SQLite or PostgreSQL).

    One that is taken ``as_it_is`` is neither made nor brought up to date.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise ValueError(
                "A capture database needs a file. Data in memory is lost when "
                "the server stops."
            )

        if not as_it_is:
            _make_private(Path(parsed.database))
        engine = create_engine(
            parsed, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True
        )
        _prepare_sqlite(engine)
    else:
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(parsed, pool_pre_ping=True, hide_parameters=True)

    # What SQLAlchemy says of an error never holds answers (``hide_parameters``): it
    # ends in logs.
    if not as_it_is:
        migrate(engine)

    return Database(engine=engine, clock=clock, origin=origin)


def _one_writer(connection: Connection) -> None:
    """Lets one transaction write at a time, since the log of events has one order.

    SQLite's writers wait for each other anyway.
    """
    if connection.dialect.name == "postgresql":
        execute_sql(connection, f"SELECT pg_advisory_xact_lock({LOG_LOCK})")


def _make_private(file: Path) -> None:
    """A new file that only its owner reads.

    SQLite gives its journals the same rights.
    """
    file.absolute().parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _prepare_sqlite(engine: Engine) -> None:
    """WAL with a full sync (an acknowledged save is on disk), and real transactions."""

    @event.listens_for(engine, "connect")
    def connected(driver: Any, record: Any) -> None:  # noqa: ARG001
        # Python's sqlite3 would begin transactions by itself, and too late for a lock.
        driver.isolation_level = None
        for pragma in PRAGMAS:
            driver.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        # A writer takes its lock first: no two savers can both have read the same base
        # version.
        writes = connection.get_execution_options().get(WRITES, False)
        execute_sql(connection, "BEGIN IMMEDIATE" if writes else "BEGIN")
