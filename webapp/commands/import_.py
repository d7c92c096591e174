"""``crfsmith import``: a package into a database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Severity
from forms_spec.schedule.study_clock import day_of
from generator.package.source import Unreadable
from generator.tables.retired import read_retired
from generator.validation.open_package import open_package
from generator.validation.report.report import many
from webapp.commands.database_option import database_option
from webapp.commands.import_output import SHOWN
from webapp.commands.import_records import import_records
from webapp.installation.command_error import CommandError
from webapp.installation.operator import who_runs
from webapp.installation.study_database import (
    IMPORTER,
    import_account,
    opened,
    study_in_use,
)
from webapp.packages.alike_subjects import alike_among, unlike_known
from webapp.packages.import_forms import Import, import_forms
from webapp.packages.package_log import head_of_package
from webapp.packages.restore import (
    may_restore,
    queries_left,
    restore_package,
    review_left,
)
from webapp.storage import FormClosed, SaveRefused, snapshot
from webapp.storage.double_entries import EntryRefused
from webapp.storage.known_results import ListDiffers

if TYPE_CHECKING:
    from generator.validation.opened_package import OpenPackage
    from webapp.commands.import_output import ImportOutput
    from webapp.packages.import_forms import Imported
    from webapp.storage import Database

NOT_AS_SAVED = (
    "cell-lost",
    "cell-differs",
    "row-gone",
    "form-gone",
    "change-erased",
    "other-site",
)
"""A package with these does not say what was saved."""


class PackageFaulty(Exception):
    """The package has faults that would lose data."""


@click.command(short_help="Import a package into a database.")
@click.argument("source", type=click.Path(path_type=Path))
@database_option
@click.option(
    "--dry-run",
    is_flag=True,
    help="Show what would happen to every cell, without importing.",
)
@click.option(
    "--operator",
    "--user",
    metavar="NAME",
    help=(
        "Who runs the import, as recorded with it. Default: you. No form is saved in "
        "a person's name."
    ),
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Format of the output.",
)
@click.option(
    "--cells", is_flag=True, help="List new and unchanged cells one by one too."
)
@click.option(
    "--dictionary",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The dictionary for REDCap's records, if the database has none yet.",
)
@click.option(
    "--new-subjects",
    is_flag=True,
    help=(
        "Treat subjects whose numbers match known ones except for zeros, letter case "
        "or separators as new subjects."
    ),
)
@click.option(
    "--take-changes",
    is_flag=True,
    help=(
        "Import cells that differ from the package's audit.csv. The import saves each "
        "such form."
    ),
)
def command(
    *,
    source: Path,
    url: str,
    dry_run: bool,
    operator: str | None,
    layout: str,
    cells: bool,
    folder: Path | None,
    new_subjects: bool,
    take_changes: bool,
) -> None:
    """Import the package SOURCE (FILE.zip or a folder) into a database: everything, or
    nothing.

    SOURCE can also be FILE.csv with records exported from REDCap, flat or one value per
    line.

    An empty database gets the whole history: every version, who saved it, when and why.
    In any other database, each form is saved as a new version of the existing form.
    Invalid values are imported as typed.

    Exit status: 0 if everything was imported, 1 if something was rejected, 2 if nothing
    could be read.
    """
    shown = SHOWN[layout](dry_run=dry_run, cells=cells)
    operator = operator or who_runs()
    with opened(url) as database:
        study = study_in_use(database)
        # One table is no package: REDCap's records come as one.
        if source.suffix.lower() == ".csv" and source.is_file():
            refused = import_records(
                database,
                source,
                folder,
                shown,
                operator=operator,
                dry_run=dry_run,
                new_subjects=new_subjects,
            )
            click.get_current_context().exit(1 if refused else 0)

        try:
            with open_package(
                source, dictionary=study.files if study else None
            ) as package:
                refused = _import(
                    database,
                    package,
                    shown,
                    operator=operator,
                    dry_run=dry_run,
                    new_subjects=new_subjects,
                    take_changes=take_changes,
                )
        except Unreadable as error:
            finding = error.finding
            raise CommandError(
                f"{finding.message} {finding.remedy} [{finding.code}]"
            ) from error
        except FormClosed as error:
            raise CommandError(
                f"{error}. Nothing was imported. Have it opened with a reason, then "
                "start the import again."
            ) from error
        except ListDiffers as error:
            raise CommandError(
                f"{error} Nothing was imported. Ask the statistician which list the "
                "study has, and import the package into a database with that list."
            ) from error
        except EntryRefused as error:
            # The first entry stays as it is until it was compared with the second.
            raise CommandError(
                f"{error} Nothing was imported. Start the import again then."
            ) from error
        except SaveRefused as error:
            raise CommandError(
                f"{error}. Nothing was imported. Start the import again."
            ) from error

    if refused:
        click.get_current_context().exit(1)


def _import(
    database: Database,
    package: OpenPackage,
    shown: ImportOutput,
    *,
    operator: str,
    dry_run: bool,
    new_subjects: bool,
    take_changes: bool,
) -> bool:
    """The cause first, then the forms; True when anything was refused.

    Nothing comes in whose meaning was changed after the export, unless that is asked
    for.
    """
    report = package.report()
    changes = sum(report.counts.by_code.get(code, 0) for code in NOT_AS_SAVED)
    if changes and not take_changes:
        return shown.stop(
            report, finding("import-not-as-exported", count=many(changes, "place"))
        )

    names = list(package.store.names())
    with snapshot(database) as state:
        known = [subject.subjid for subject in state.subjects()]

    alike = None if new_subjects else unlike_known(names, known)
    if alike is not None:
        return shown.stop(report, alike)

    # New numbers that look like each other may be two people: that stops nothing.
    note = alike_among(names, known)
    if note is not None:
        shown.notes.append(note)

    shown.begin(report)
    counted = _run(
        database, package, shown, operator=operator, dry_run=dry_run, known=changes
    )

    return shown.finish(package.report(), counted)


def _run(
    database: Database,
    package: OpenPackage,
    shown: ImportOutput,
    *,
    operator: str,
    dry_run: bool,
    known: int,
) -> Imported | None:
    """Imports; None when the package has faults, and nothing of it was kept."""
    if package.study is None:
        return None
    # A dry run leaves no trace, not even the account.
    if not dry_run:
        import_account(database)

    how = Import(
        study=package.study,
        user=IMPORTER,
        operator=operator,
        source=package.path.name,
        today=package.data_cut or day_of(package.study, database.clock()),
        file=package.file,
        retired=read_retired(package.descriptor),
        on_form=shown.form,
        on_planned=lambda: _need_whole(package, known),
        dry_run=dry_run,
        log=head_of_package(package.source),
    )

    try:
        if may_restore(database, package):
            restored = restore_package(database, package, how)
            shown.notes += restored.findings
            shown.notes += restored.imported.repeated
            return restored.imported

        shown.notes += queries_left(package)
        shown.notes += review_left(package)
        imported = import_forms(
            database, package.forms(), how, subjects=package.subjects()
        )
        shown.notes += imported.repeated
        return imported
    except PackageFaulty:
        return None


def _need_whole(package: OpenPackage, known: int) -> None:
    """An exception when rows could not be placed, since they would be lost; wrong
    subjects are left out.

    So many changes are ``known``, and are to come in.
    """
    counts = package.report().counts
    left_out = counts.by_code.get("subject-number", 0) + known
    if counts.by_severity.get(Severity.ERROR.value, 0) > left_out:
        raise PackageFaulty
