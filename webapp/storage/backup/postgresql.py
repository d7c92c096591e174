"""A PostgreSQL database through its own ``pg_dump`` and ``pg_restore``."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, text

from webapp.storage.backup.archive import BackupRefused

KEPT: Final = "crfsmith_replaced_"
LONGEST: Final = 160
OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
TABLES = text(
    "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'S')"
    " AND relnamespace = current_schema()::regnamespace"
)


def dump(connection: Connection, target: Path) -> None:
    """The database as the transaction under way sees it."""
    snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
    # What an earlier restore put aside belongs to no backup.
    _run(
        connection,
        "pg_dump",
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        f"--exclude-schema={KEPT}*",
        f"--snapshot={snapshot}",
        f"--file={target}",
    )


def load(connection: Connection, dumped: Path) -> None:
    """Everything of a dump into the database of the connection, or nothing."""
    # Owner is who restores: the roles of another server may not exist here.
    _run(
        connection,
        "pg_restore",
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
        str(dumped),
    )


def need_tools(name: str) -> str:
    """The path of a program of PostgreSQL; ``BackupRefused`` where it is not there."""
    path = shutil.which(name)
    if path is None:
        raise BackupRefused(
            f"{name} is not installed here. It comes with PostgreSQL's client "
            "programs, in the version of the server or a newer one."
        )
    return path


def need_empty(connection: Connection, *, replace: bool) -> bool:
    """Whether there is something to be replaced; ``BackupRefused`` where it must not
    be, and where others are connected.
    """
    if not connection.execute(TABLES).scalar():
        return False
    if not replace:
        raise BackupRefused(
            "The database contains tables already. Restore into an empty database, "
            "or add --replace."
        )
    if connection.execute(OTHERS).scalar():
        raise BackupRefused(
            "The database is in use. Stop the server, then restore again: what people "
            "save meanwhile would be lost."
        )

    return True


@contextmanager
def made_room(
    connection: Connection, now: datetime, *, replaces: bool
) -> Iterator[str]:
    """An empty schema to restore into. The tables that it ``replaces`` are kept under
    the name that is given. When the block raises, everything is as before.

    The connection commits every statement.
    """
    schema = str(connection.execute(text("SELECT current_schema()")).scalar_one())
    kept = f"{KEPT}{now:%Y%m%dt%H%M%S%f}" if replaces else ""
    if kept:
        connection.execute(text(f'ALTER SCHEMA "{schema}" RENAME TO {kept}'))

    try:
        if kept:
            connection.execute(text(f'CREATE SCHEMA "{schema}"'))
        yield kept
    except BaseException:
        connection.execute(text(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'))
        again = f'ALTER SCHEMA {kept} RENAME TO "{schema}"'
        connection.execute(text(again if kept else f'CREATE SCHEMA "{schema}"'))
        raise


def _run(connection: Connection, name: str, *arguments: str) -> None:
    program = need_tools(name)
    info: Any = connection.connection.driver_connection.info  # type: ignore[union-attr]
    # A password on the command line could be read by everybody on the machine.
    environment = {**os.environ, "PGPASSWORD": info.password or ""}
    parts = info.get_parameters()
    address = " ".join(f"{key}={_quoted(value)}" for key, value in parts.items())
    ran = subprocess.run(
        [program, f"--dbname={address}", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if ran.returncode:
        raise BackupRefused(f"{name} could not do it: {_why(ran.stderr)}.")


def _quoted(value: object) -> str:
    text_ = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text_}'"


def _why(errors: str) -> str:
    """What the program says, without its own name in front."""
    lines = [
        line.partition("error: ")[2] or line for line in errors.splitlines() if line
    ]
    return "; ".join(lines[:2])[:LONGEST].rstrip(".") or "it gave no reason"
