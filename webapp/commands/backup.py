"""``crfsmith backup``: the whole database in one file, while people work."""

from __future__ import annotations

from pathlib import Path

import click

from webapp.commands.database_option import database_option
from webapp.installation.command_error import CommandError
from webapp.installation.study_database import opened
from webapp.storage.backup import BackupRefused, take_backup

NOT_LOGGED = 1


@click.command(short_help="Back up a database while people work.")
@database_option
@click.option(
    "--out",
    "path",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The backup, such as study-2026-03-04.backup.",
)
@click.option("--replace", is_flag=True, help="Replace FILE if it exists.")
def command(*, url: str, path: Path, replace: bool) -> None:
    """Copy everything in a database into FILE, which only you can read.

    People can go on working meanwhile: the backup is one moment, and every save that
    was acknowledged before is in it. The database is not changed, except that its log
    names the backup. PostgreSQL is copied by its own pg_dump.

    Exit status: 0 if the backup is complete, 1 if it is but could not be logged, 2 if
    there is none.
    """
    try:
        # As it is: a backup before an upgrade must not be the upgrade.
        with opened(url, must_exist=True, as_it_is=True) as database:
            taken = take_backup(database, path, replace=replace)
    except BackupRefused as error:
        raise CommandError(str(error)) from error
    except FileExistsError as error:
        raise CommandError(
            f"{path} exists already. Choose another name, or add --replace."
        ) from error
    except OSError as error:
        raise CommandError(
            f"{path} cannot be written: {error.strerror or error}. There is no backup."
        ) from error

    note = taken.note
    click.echo(f"{path}: {note.state.study}, {_moment(note.taken_at.isoformat())}")
    click.echo(f"Dictionary {note.state.dictionary}")
    click.echo(f"Last line of the log: {note.state.head.number or 'none'}")
    if taken.unlogged:
        click.echo(f"The log does not name this backup: {taken.unlogged}.", err=True)
        click.get_current_context().exit(NOT_LOGGED)


def _moment(iso: str) -> str:
    return f"{iso[:19].replace('T', ' ')} UTC"
