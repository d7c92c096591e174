"""Takes a backup while people work."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from webapp.storage.backup import postgresql, sqlite
from webapp.storage.backup.archive import (
    COPIES,
    BackupRefused,
    measured,
    put_in_place,
    write_archive,
)
from webapp.storage.backup.note import (
    BackupNote,
    DatabaseState,
    state_of,
    this_crfsmith,
)
from webapp.storage.database import Database
from webapp.storage.events import EventKind, NewEvent, write_event
from webapp.storage.migrate import HEAD


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenBackup:
    """``unlogged`` says why the log does not tell of the backup; blank when it does."""

    note: BackupNote
    unlogged: str = ""


def take_backup(database: Database, out: Path, *, replace: bool) -> TakenBackup:
    """One moment of the database, in a new file that only its owner reads.

    Whatever was acknowledged before is in it. ``BackupRefused`` says why there is none;
    ``FileExistsError`` and other ``OSError`` tell of the file ``out``.
    """
    if out.exists() and not replace:
        raise FileExistsError(out)
    now = database.clock()
    kind = database.engine.dialect.name
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".crfsmith-") as name:
        folder = Path(name)
        copy = folder / COPIES[kind]
        state = (_copied if kind == "sqlite" else _dumped)(database, copy)
        # Of the copy, not of the zip: the log names what the database was.
        size, sha256 = measured(copy)
        note = BackupNote(
            kind=kind,
            taken_at=now,
            crfsmith=this_crfsmith(),
            state=state,
            size=size,
            sha256=sha256,
        )
        put_in_place(write_archive(folder, note, copy), out, replace=replace)

    return TakenBackup(note=note, unlogged=_logged(database, note))


def _copied(database: Database, copy: Path) -> DatabaseState:
    """The state is read from the copy: people save into the database meanwhile."""
    sqlite.copy_file(database, copy)
    engine = create_engine(f"sqlite:///{copy}")
    with engine.connect() as connection:
        state = state_of(connection)
    engine.dispose()

    return _need_study(state)


def _dumped(database: Database, copy: Path) -> DatabaseState:
    postgresql.need_tools("pg_dump")
    # In one transaction, so that the line that is named is the last one in the dump.
    with database.read() as connection:
        state = _need_study(state_of(connection))
        postgresql.dump(connection, copy)
    copy.chmod(0o600)

    return state


def _need_study(state: DatabaseState | None) -> DatabaseState:
    if state is None:
        raise BackupRefused(
            "There is no study in this database, so nothing to back up."
        )
    return state


def _logged(database: Database, note: BackupNote) -> str:
    """Logs the backup, so that it can be recognised later; or says why that cannot be."""
    if note.state.revision != HEAD:
        return "an older crfsmith created the tables, which a backup leaves as they are"
    event = NewEvent(
        kind=EventKind.BACKED_UP,
        details={
            "head": note.state.head.sha256,
            "line": note.state.head.number,
            "sha256": note.sha256,
            "size": note.size,
        },
    )
    try:
        write_event(database, event)
    except DBAPIError as error:
        return str(error.orig).strip().split("\n")[0]

    return ""
