"""``crfsmith restore``: a backup back into a database, verified."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from webapp.installation.command_error import CommandError
from webapp.installation.operator import command_origin
from webapp.installation.study_database import no_address
from webapp.storage import DatabaseTooNew
from webapp.storage.backup import BackupRefused, RestoredBackup, restore_backup

MOST_NAMED = 20
NOT_WHOLE = 1


@click.command(short_help="Restore a backup, and verify it.")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--db",
    "url",
    required=True,
    metavar="URL",
    help="Where to: a new SQLite file, or an empty PostgreSQL database.",
)
@click.option(
    "--replace",
    is_flag=True,
    help="Restore even if the database contains something, which is kept aside.",
)
def command(*, path: Path, url: str, replace: bool) -> None:
    """Restore FILE, which `crfsmith backup` wrote, into a database.

    The file is checked before anything is touched. Then the data, their seals, the
    triggers that guard them and the log are verified, and the log names the backup.
    Everybody has to sign in again.

    Exit status: 0 if everything is whole, 1 if it is restored but was changed outside
    crfsmith before the backup, 2 if nothing was restored.
    """
    if not path.is_file():
        raise CommandError(f"There is no file {path}.")
    try:
        restored = restore_backup(path, url, replace=replace, origin=command_origin)
    except (BackupRefused, DatabaseTooNew) as error:
        raise CommandError(str(error)) from error
    except ArgumentError as error:
        raise no_address(url) from error
    except (SQLAlchemyError, OSError, ValueError) as error:
        # SQLAlchemy adds the statement and its values, which may hold answers of subjects.
        why = str(getattr(error, "orig", None) or error).strip().split("\n")[0]
        raise CommandError(f"Nothing was restored: {why.rstrip('.')}.") from error

    _tell(path, url, restored)
    if restored.altered or restored.unguarded:
        click.get_current_context().exit(NOT_WHOLE)


def _tell(path: Path, url: str, restored: RestoredBackup) -> None:
    note = restored.note
    taken = f"{note.taken_at:%Y-%m-%d %H:%M:%S} UTC"
    click.echo(f"{path} of {taken} is restored to {make_url(url)}: {note.state.study}")
    if restored.kept_as:
        click.echo(f"What was there before is kept as {restored.kept_as}.")
    if not (restored.altered or restored.unguarded):
        click.echo("Verified: data, seals, triggers, and the last line of the log.")

    for key in restored.altered[:MOST_NAMED]:
        place = " ".join(str(part) for part in key if part)
        click.echo(
            f"The form {place} was changed outside crfsmith before this backup.",
            err=True,
        )

    more = len(restored.altered) - MOST_NAMED
    if more > 0:
        click.echo(f"So were {more} more forms.", err=True)
    if restored.unguarded:
        click.echo(
            "Triggers that guard the data are missing: "
            f"{', '.join(restored.unguarded)}. Do not work with this database. Use an "
            "earlier backup.",
            err=True,
        )
