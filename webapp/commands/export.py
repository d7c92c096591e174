"""``crfsmith export``: the whole database as a package."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forms_spec.schedule.study_clock import day_of
from generator.package.spreadsheet import write_copy
from generator.redcap.records.export_records import as_markdown, counts, export_records
from generator.redcap.records.write_records import Shape
from generator.tables.losses import losses
from webapp.installation.command_error import CommandError
from webapp.installation.study_database import opened, study_in_use
from webapp.packages.export import captured_forms, export_package
from webapp.storage import snapshot

if TYPE_CHECKING:
    from forms_spec.model.study import Study
    from webapp.storage import Database


SHAPES = ("package", "spreadsheet", "redcap", "redcap-eav")
WHOLE_ALL_THE_SAME = frozenset({"text-without-column"})
"""Findings of an export that lacks nothing: after an amendment some answers are in the
audit trail alone.
"""
LOSSES = "LOSSES.md"
"""The list of what an export in REDCap's shape does not carry, beside it."""


@click.command(short_help="Export a database's data as a package.")
@click.option(
    "--db",
    "url",
    required=True,
    metavar="URL",
    help="Address, such as sqlite:///study.sqlite.",
)
@click.option(
    "--out",
    "target",
    required=True,
    type=click.Path(path_type=Path),
    help="FILE.zip, or a new folder.",
)
@click.option(
    "--as",
    "shape",
    type=click.Choice(SHAPES),
    default="package",
    show_default=True,
    help="What to write.",
)
def command(url: str, target: Path, shape: str) -> None:
    """Export all captured data with its schemas, dictionary and history as a package.

    --as redcap writes FILE.csv as REDCap exports records, --as redcap-eav with one
    value per line. Losses are counted, and listed in FILE-LOSSES.md.

    --as spreadsheet writes only the tables. Texts that a spreadsheet would read as
    formulas start with an apostrophe. Such a copy is not a package and cannot be
    imported.

    Answers to fields that are no longer in the dictionary are listed and kept in
    audit.csv. This is not an error. The codebook lists, field by field, what
    Frictionless alone does not check in a package.

    The same data gives the same bytes. Exit status: 0 if everything was exported, 1 if
    an uploaded file or an answer in REDCap's format is missing, 2 if nothing could be
    written.
    """
    if target.is_dir() and any(target.iterdir()):
        raise CommandError(
            f"{target} is a folder with files in it. Give a new folder, or FILE.zip."
        )

    with opened(url, must_exist=True) as database:
        study = study_in_use(database)
        if study is None:
            raise CommandError(
                f"There is no study in {url} yet. First import a package or serve "
                "a dictionary."
            )

        if shape == "spreadsheet":
            _spreadsheet(database, study, target)
            return

        if shape != "package":
            _redcap(database, study, target, shape)
            return

        try:
            written = export_package(database, study, target)
        except OSError as error:
            raise CommandError(
                f"{target} cannot be written: {error.strerror or error}."
            ) from error

    for finding in written.findings:
        click.echo(
            (
                f"{finding.severity.word}: {finding.message} {finding.remedy} "
                f"[{finding.code}]"
            ),
            err=True,
        )

    rows = sum(written.rows.values())
    click.echo(
        f"{target}: {rows:,} rows in {len(written.rows)} tables, "
        f"{written.rows['forms']:,} forms."
    )
    click.echo(_unchecked(study))
    if any(result.code not in WHOLE_ALL_THE_SAME for result in written.findings):
        click.get_current_context().exit(1)


def _unchecked(study: Study) -> str:
    """One line on what another validator would miss, and where that is listed."""
    fields = len({loss.field for loss in losses(study) if "." in loss.field})
    of_fields = "1 field" if fields == 1 else f"{fields:,} fields"
    return (
        f"Frictionless alone does not fully check {of_fields}. crfsmith validate does. "
        "The codebook lists what is not checked, field by field."
    )


def _spreadsheet(database: Database, study: Study, target: Path) -> None:
    """The tables of a package without what makes them one."""
    try:
        with tempfile.TemporaryDirectory(prefix="crfsmith-") as folder:
            export_package(database, study, Path(folder) / "package")
            changed = write_copy(Path(folder) / "package", target)
    except OSError as error:
        raise CommandError(
            f"{target} cannot be written: {error.strerror or error}."
        ) from error

    cells = "1 text now starts" if changed == 1 else f"{changed:,} texts now start"
    click.echo(
        f"{target}: tables for a spreadsheet. {cells} with an apostrophe to "
        "prevent formulas."
    )


def _redcap(database: Database, study: Study, target: Path, shape: str) -> None:
    """The records as a CSV file, and beside it the list of what records of REDCap do
    not carry.
    """
    with snapshot(database) as state:
        forms = list(captured_forms(state, study))
        subjects = [subject.subjid for subject in state.subjects()]

    result = export_records(
        study,
        forms,
        day_of(study, database.clock()),
        shape=Shape.EAV if shape == "redcap-eav" else Shape.FLAT,
        subjects=subjects,
    )
    losses = target.with_name(f"{target.stem}-{LOSSES}")

    try:
        target.write_bytes(result.text.encode("utf-8", errors="surrogatepass"))
        losses.write_text(
            as_markdown(target.name, result.left_out), encoding="utf-8", newline="\n"
        )
    except OSError as error:
        raise CommandError(
            f"{target} cannot be written: {error.strerror or error}."
        ) from error

    for kind, harmless, count in counts(result.left_out):
        click.echo(f"{count:6,}  {kind}{' (no answer lost)' if harmless else ''}")
    left = len(forms) - result.forms
    rest = (
        f" {left:,} of {len(forms):,} are not in it. See {losses.name}." if left else ""
    )
    click.echo(
        f"{target}: {result.forms:,} form{'' if result.forms == 1 else 's'}.{rest}"
    )
    if not result.whole:
        click.echo(
            f"{target.name} does not keep every answer. See {losses.name}.", err=True
        )
        click.get_current_context().exit(1)
