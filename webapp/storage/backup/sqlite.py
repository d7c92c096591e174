"""A SQLite database copied while people save, and put in the place of a file."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from webapp.storage.backup.archive import BackupRefused
from webapp.storage.database import Database

JOURNALS: Final = ("-wal", "-shm")
ALL_PAGES: Final = -1


def copy_file(database: Database, target: Path) -> None:
    """One moment of the database as one file, checked page by page; nobody waits for
    it. ``BackupRefused`` where a page is damaged.
    """
    try:
        with (
            closing(database.engine.raw_connection()) as pooled,
            closing(sqlite3.connect(target)) as copy,
        ):
            source = pooled.driver_connection
            assert isinstance(source, sqlite3.Connection)
            # In one step: a copy in several would begin anew with every save.
            source.backup(copy, pages=ALL_PAGES)
            # Without a journal beside it, the file can be packed alone.
            copy.execute("PRAGMA journal_mode = DELETE")
            faults = faults_of(copy)
    except sqlite3.OperationalError as error:
        raise BackupRefused(
            f"SQLite cannot copy the database: {error}. There is no backup."
        ) from error
    except sqlite3.DatabaseError as error:
        faults = str(error)

    if faults:
        raise BackupRefused(
            f"The database is damaged ({faults}), so this would be no backup. Nothing "
            "was written. Keep the file as it is, and restore the last backup."
        )


def faults_of(connection: sqlite3.Connection) -> str:
    """The first thing that SQLite's own check finds, or nothing."""
    try:
        first = str(connection.execute("PRAGMA integrity_check").fetchone()[0])
        dangling = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    if first != "ok":
        return first.split("\n", maxsplit=1)[0]

    return f"a row of {dangling[0]} belongs to nothing" if dangling else ""


def check_file(file: Path) -> None:
    """``BackupRefused`` where a page of an unpacked copy is damaged."""
    with closing(sqlite3.connect(file)) as connection:
        faults = faults_of(connection)
    if faults:
        raise BackupRefused(
            f"The database in this backup is damaged ({faults}). Nothing was restored."
        )


def settle(file: Path) -> None:
    """Everything into the one file, so that it can be moved; ``BackupRefused`` where
    there is no room for that.
    """
    try:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise BackupRefused(f"Nothing was restored: {error}.") from error


def need_free(file: Path, *, replace: bool) -> None:
    """``BackupRefused`` where the file holds something, unless it may be replaced, and
    wherever another program uses it.
    """
    if not file.exists() or not file.stat().st_size:
        return
    if not replace:
        raise BackupRefused(
            f"{file} contains a database already. Restore into a new file, or add "
            "--replace."
        )

    # A damaged file, which a backup may well replace, cannot be asked.
    with (
        suppress(sqlite3.DatabaseError),
        closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as connection,
    ):
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise BackupRefused(
                    f"{file} is in use. Stop the server, then restore again: what "
                    "people save meanwhile would be lost."
                ) from error
            raise
        connection.execute("ROLLBACK")


def put_file(file: Path, target: Path, now: datetime) -> str:
    """Moves a settled file to its place.

    A database there is kept beside it, and its name is returned.
    """
    aside = f"{target}-replaced-{now:%Y%m%dT%H%M%S%fZ}"
    # A journal that stayed would be read into the new database.
    for journal in JOURNALS:
        with suppress(FileNotFoundError):
            Path(f"{target}{journal}").rename(f"{aside}{journal}")

    kept = target.exists() and target.stat().st_size > 0
    if kept:
        target.rename(aside)
    file.replace(target)

    return aside if kept else ""
