"""Restores a backup, and verifies what came back."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, make_url, update

from webapp.storage.backup import postgresql, sqlite
from webapp.storage.backup.archive import BackupRefused, read_note, unpack
from webapp.storage.backup.note import BackupNote, DatabaseState, state_of
from webapp.storage.database import Database, open_database, utc_now
from webapp.storage.events import EventKind, NewEvent, append_events, utc_text
from webapp.storage.forms import InstanceKey
from webapp.storage.guards import missing_guards
from webapp.storage.history import broken_seals
from webapp.storage.tables import sign_in_session


@dataclass(frozen=True, kw_only=True, slots=True)
class RestoredBackup:
    """``altered`` are the forms with a version that is not as it was saved, ``unguarded``
    the triggers that are missing: they were so when the backup was taken. ``kept_as``
    is the name of what was replaced.
    """

    note: BackupNote
    altered: tuple[InstanceKey, ...]
    unguarded: tuple[str, ...]
    kept_as: str


def restore_backup(
    path: Path, url: str, *, replace: bool, origin: Callable[[], str] = str
) -> RestoredBackup:
    """The database as it was when the backup was taken, up to date and with a line in
    its log that says so. Sessions that were open then are over.

    ``BackupRefused`` says why nothing was restored: the file is checked before anything
    is touched.
    """
    note = read_note(path)
    kind = make_url(url).get_backend_name()
    if kind != note.kind:
        raise BackupRefused(
            f"{path} is a backup of a {note.kind} database, not of a {kind} database. "
            "Between the two, data travel as a package: `crfsmith export`, then "
            "`crfsmith import`."
        )

    if kind == "sqlite":
        return _restore_file(path, note, url, replace=replace, origin=origin)
    return _restore_server(path, note, url, replace=replace, origin=origin)


def _restore_file(
    path: Path,
    note: BackupNote,
    url: str,
    *,
    replace: bool,
    origin: Callable[[], str],
) -> RestoredBackup:
    name = make_url(url).database
    if not name or name == ":memory:":
        raise BackupRefused("A database in memory is lost at once. Give a file.")
    target = Path(name).absolute()
    sqlite.need_free(target, replace=replace)
    target.parent.mkdir(parents=True, exist_ok=True)

    # The copy is verified and brought up to date beside its place, then moved there.
    with tempfile.TemporaryDirectory(
        dir=target.parent, prefix=".crfsmith-"
    ) as beside_it:
        copy = unpack(path, note, Path(beside_it))
        sqlite.check_file(copy)
        address = f"sqlite:///{copy}"
        _need_state(path, note, _state_at(address))
        altered, unguarded = _finish(address, note, origin)
        sqlite.settle(copy)
        # A server may have been started in the meantime.
        sqlite.need_free(target, replace=replace)
        kept_as = sqlite.put_file(copy, target, utc_now())

    return RestoredBackup(
        note=note, altered=altered, unguarded=unguarded, kept_as=kept_as
    )


def _restore_server(
    path: Path,
    note: BackupNote,
    url: str,
    *,
    replace: bool,
    origin: Callable[[], str],
) -> RestoredBackup:
    postgresql.need_tools("pg_restore")
    database = open_database(url, as_it_is=True)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="crfsmith-restore-") as name,
            database.engine.connect() as plain,
            ExitStack() as undo,
        ):
            connection = plain.execution_options(isolation_level="AUTOCOMMIT")
            copy = unpack(path, note, Path(name))
            replaces = postgresql.need_empty(connection, replace=replace)
            kept_as = undo.enter_context(
                postgresql.made_room(connection, utc_now(), replaces=replaces)
            )
            postgresql.load(connection, copy)
            _need_state(path, note, state_of(connection))
            altered, unguarded = _finish(url, note, origin)
    finally:
        database.close()

    return RestoredBackup(
        note=note, altered=altered, unguarded=unguarded, kept_as=kept_as
    )


def _state_at(url: str) -> DatabaseState | None:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return state_of(connection)
    finally:
        engine.dispose()


def _need_state(path: Path, note: BackupNote, state: DatabaseState | None) -> None:
    """``BackupRefused`` unless the log ends in the line that the note names."""
    if state != note.state:
        raise BackupRefused(
            f"The data in {path} are not those that its note describes: study, "
            "dictionary, tables or the last line of the log differ. Nothing was "
            "restored."
        )


def _finish(
    url: str, note: BackupNote, origin: Callable[[], str]
) -> tuple[tuple[InstanceKey, ...], tuple[str, ...]]:
    """Brings a restored database up to date, verifies it and logs where it comes from."""
    database = open_database(url, origin=origin)
    try:
        # First verified, then written to: what is judged is what came back.
        altered = {form.key: None for form in broken_seals(database)}
        with database.read() as connection:
            unguarded = missing_guards(connection)
        _log(database, note)
    finally:
        database.close()

    return tuple(altered), unguarded


def _log(database: Database, note: BackupNote) -> None:
    """Who had signed out since the backup must not be signed in again by it."""
    now = database.clock()
    event = NewEvent(
        kind=EventKind.RESTORED,
        details={
            "head": note.state.head.sha256,
            "line": note.state.head.number,
            "sha256": note.sha256,
            "taken": utc_text(note.taken_at),
        },
    )
    with database.write() as connection:
        connection.execute(
            update(sign_in_session)
            .where(sign_in_session.c.ended_at.is_(None))
            .values(ended_at=now)
        )
        append_events(connection, now, [event])
