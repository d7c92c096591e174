"""``crfsmith import``: a package into a database."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from webapp.commands.databases import Unusable, opened, study_in_use

if TYPE_CHECKING:
    from generator.package.captured import CapturedForm
    from generator.package.reader import OpenPackage
    from webapp.commands.import_shown import Shown
    from webapp.package_import import Imported
    from webapp.storage import Database

IMPORTER = "import"


class PackageFaulty(Exception):
    """The package has faults that would lose data."""


@click.command(short_help="Read a package into a database.")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--db", "url", required=True, metavar="URL", help="Address, such as sqlite:///study.sqlite.")
@click.option("--dry-run", is_flag=True, help="Show what would happen to every cell; keep nothing.")
@click.option("--user", default=IMPORTER, show_default=True, help="The account that saves the forms.")
@click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--cells", is_flag=True, help="List new and same cells one by one as well.")
@click.option(
    "--dictionary",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The dictionary of REDCap's records, where the database has none yet.",
)
@click.option(
    "--new-subjects", is_flag=True, help="Records that look like known subjects without their zeros are new."
)
def command(
    *,
    source: Path,
    url: str,
    dry_run: bool,
    user: str,
    layout: str,
    cells: bool,
    folder: Path | None,
    new_subjects: bool,
) -> None:
    """Read the package SOURCE (FILE.zip or a folder) into a database: everything, or nothing.

    SOURCE may also be FILE.csv with records that REDCap exported, flat or one value a line.

    Each form becomes one save on top of what stands there; what was typed comes in right or wrong. The
    package's history stays in the package. Exit 0, 1 when something was refused, 2 when nothing could
    be read.
    """
    from generator.package.reader import open_package
    from generator.package.source import Unreadable
    from webapp.commands.import_shown import SHOWN
    from webapp.storage import SaveRefused

    shown = SHOWN[layout](dry_run=dry_run, cells=cells)
    with opened(url) as database:
        study = study_in_use(database)
        if source.suffix.lower() == ".csv" and source.is_file():
            from webapp.commands.import_records import import_records

            refused = import_records(
                database,
                source,
                folder,
                shown,
                user=user,
                dry_run=dry_run,
                new_subjects=new_subjects,
            )
            click.get_current_context().exit(1 if refused else 0)
        try:
            with open_package(source, dictionary=study.files if study else None) as package:
                counted = _run(database, package, shown, user=user, dry_run=dry_run)
                refused = shown.finish(package.report(), counted)
        except Unreadable as error:
            found = error.finding
            raise Unusable(f"{found.message} {found.remedy} [{found.code}]") from error
        except SaveRefused as error:
            raise Unusable(f"{error}. Nothing was imported; start the import again.") from error
    if refused:
        click.get_current_context().exit(1)


def _run(
    database: Database, package: OpenPackage, shown: Shown, *, user: str, dry_run: bool
) -> Imported | None:
    """Imports; None when the package has faults, and nothing of it was kept."""
    from forms_spec.days import day_of
    from webapp.package_import import Import, import_forms

    if package.study is None:
        return None
    if not dry_run:
        account(database, user)
    how = Import(
        study=package.study,
        user=user,
        source=package.path.name,
        today=package.data_cut or day_of(package.study, database.clock()),
        file=package.file,
        on_form=shown.form,
        dry_run=dry_run,
    )
    try:
        return import_forms(database, _whole(package), how)
    except PackageFaulty:
        return None


def _whole(package: OpenPackage) -> Iterator[CapturedForm]:
    """Every form; at the end an exception when rows could not be placed, since they would be lost."""
    from forms_spec.findings import Severity

    yield from package.forms()
    if package.report().counts.by_severity.get(Severity.REFUSE.value):
        raise PackageFaulty


def account(database: Database, user: str) -> None:
    """The account for imports is made when it is needed; nobody can sign in with it."""
    from webapp.storage import Role, add_user, get_user

    if get_user(database, user) is not None:
        return
    if user != IMPORTER:
        raise Unusable(f"There is no account {user!r} in the database. Leave --user out, or name another.")
    password = secrets.token_urlsafe(32)
    add_user(database, username=user, name="Import", role=Role.DATA_MANAGER, password=password)
