"""``crfsmith export``: the whole database as a package, or in another format."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from forms_spec.findings.finding import Finding
from forms_spec.model.study import Study
from forms_spec.schedule.study_clock import day_of
from generator.package.writer import WrittenPackage
from generator.targets.registry import file_names, records_targets, summaries
from generator.targets.target import CapturedRecords
from webapp.commands.database_option import database_option
from webapp.installation.command_error import CommandError, cannot_write
from webapp.installation.signing_key import made_signer
from webapp.installation.study_database import need_study, opened, study_of_sites
from webapp.packages.export import (
    captured_forms,
    export_package,
    left_out_findings,
    log_export,
)
from webapp.storage import Database, snapshot

TARGETS = records_targets()
DEFAULT = next(iter(TARGETS))


def _help() -> str:
    paragraphs = [
        "Export all captured data with its schemas, dictionary and history as a "
        "package.",
        *(target.description for target in TARGETS.values() if target.description),
        "The same data gives the same bytes. Exit status: 0 if everything was "
        "exported, 1 if an uploaded file, an answer or a site is missing, 2 if nothing "
        "could be written.",
    ]
    return "\n\n".join(paragraphs)


@click.command(short_help="Export a database's data as a package.", help=_help())
@database_option
@click.option(
    "--out",
    "path",
    required=True,
    type=click.Path(path_type=Path),
    help=f"{file_names(TARGETS.values())}, or a new folder.",
)
@click.option(
    "--as",
    "name",
    type=click.Choice(list(TARGETS)),
    default=DEFAULT,
    show_default=True,
    help=summaries(TARGETS.values()),
)
@click.option(
    "--dictionary",
    "dictionary",
    metavar="HASH",
    default="",
    help=(
        "Export the sites that work under this dictionary (the first characters of "
        "its hash). Default: the one in use."
    ),
)
def command(url: str, path: Path, name: str, dictionary: str) -> None:
    if path.is_dir() and any(path.iterdir()):
        raise CommandError(
            f"{path} is a folder with files in it. Give a new folder, or FILE.zip."
        )

    with opened(url, must_exist=True) as unsigned:
        database = dataclasses.replace(unsigned, sign=made_signer(unsigned))
        study = study_of_sites(database, need_study(database, url), dictionary)

        try:
            written = TARGETS[name].write(_StudyInDatabase(study, database), path)
        except OSError as error:
            raise cannot_write(path, error) from error

        log_export(database, name)
        with snapshot(database) as state:
            left_out = left_out_findings(state, study)

    for finding in dict.fromkeys((*written.findings, *left_out)):
        click.echo(_line(finding), err=True)
    for line in written.lines:
        click.echo(line)
    for fault in written.faults:
        click.echo(fault, err=True)

    is_whole = all(item.code != "export-other-dictionary" for item in left_out)
    if not (written.complete and is_whole):
        click.get_current_context().exit(1)


def _line(finding: Finding) -> str:
    return (
        f"{finding.severity.value}: {finding.message} {finding.remedy} [{finding.code}]"
    )


@dataclass(frozen=True, slots=True)
class _StudyInDatabase:
    """The database as the targets see it."""

    study: Study
    database: Database

    @property
    def today(self) -> date:
        return day_of(self.study, self.database.clock())

    def records(self) -> CapturedRecords:
        # One snapshot: people may save and add subjects meanwhile.
        with snapshot(self.database) as state:
            return CapturedRecords(
                forms=list(captured_forms(state, self.study)),
                subjects=[
                    subject.subjid for subject in state.subjects_with(self.study)
                ],
            )

    def write_package(self, target: Path) -> WrittenPackage:
        return export_package(self.database, self.study, target)
