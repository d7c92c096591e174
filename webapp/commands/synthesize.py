"""``crfsmith synthesize``: synthetic subjects as a package, valid or with seeded faults."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click

from forms_spec.findings.suggestions import did_you_mean
from forms_spec.model.study import Study
from generator.package.row_order import package_order
from generator.package.writer import write_package
from generator.synthesis.faults import SeededFault, known_faults
from generator.synthesis.subjects import (
    DATA_CUT,
    NoSuchSubject,
    Synthesis,
    SyntheticSubject,
)
from webapp.commands.study_folder import study_in_folder, write_file
from webapp.installation.command_error import CommandError, cannot_write

FAULTS_FILE = "FAULTS.csv"
COLUMNS = (
    "subjid",
    "fault",
    "visitid",
    "unsno",
    "table",
    "rowno",
    "field",
    "code",
    "rule",
    "changed_table",
    "changed_row",
    "changed_field",
    "old",
    "new",
)
NOTHING_FOUND = 1


@click.command(short_help="Write synthetic subjects as a package.")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--out",
    "path",
    required=True,
    type=click.Path(path_type=Path),
    metavar="PACKAGE",
    help="FILE.zip, or a new folder.",
)
@click.option(
    "--subjects", "count", type=click.IntRange(1), default=10, show_default=True
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="CODE",
    help="A finding's code or a rule's name: seed it in every subject, or several by turns.",
)
@click.option(
    "--data-cut",
    type=click.DateTime(["%Y-%m-%d"]),
    default=DATA_CUT.isoformat(),
    show_default=True,
    help="The day of the data. No answer is later.",
)
def command(  # noqa: PLR0917 - one for each option
    folder: Path,
    path: Path,
    count: int,
    seed: int,
    faults: tuple[str, ...],
    data_cut: datetime,
) -> None:
    """Write invented subjects of the dictionary in DIR, with all their visits.

    Validate finds nothing in them. With --fault it finds exactly one thing in each
    subject, at the place that PACKAGE-FAULTS.csv lists. The same seed gives the same
    bytes. Exit status: 0 if the package was written, 1 if the dictionary has errors
    or no such subject was found, 2 if nothing could be read or written.
    """
    study = study_in_folder(folder, "No package was written")
    _need_known(faults, study)
    if path.is_dir() and any(path.iterdir()):
        raise CommandError(f"{path} is a folder with files in it. Give a new folder.")

    synthesis = Synthesis(study, seed=seed, data_cut=data_cut.date())
    try:
        subjects = list(synthesis.subjects(count, faults))
    except NoSuchSubject as error:
        click.echo(f"{error}", err=True)
        for finding in error.findings:
            click.echo(f"  {finding.message} [{finding.code}]", err=True)

        click.echo("No package was written.", err=True)
        raise SystemExit(NOTHING_FOUND) from error

    forms = [form for subject in subjects for form in subject.forms]
    forms.sort(key=package_order(study))
    try:
        write_package(study, forms, path, data_cut=data_cut.date())
    except OSError as error:
        raise cannot_write(path, error) from error

    click.echo(f"{path}: {count:,} synthetic subjects, {len(forms):,} forms.")
    if faults:
        listed = path.with_name(f"{path.stem}-{FAULTS_FILE}")
        write_file(listed, fault_list(subjects).encode())
        click.echo(f"{listed}: the fault that was seeded in each of them.")


def _need_known(faults: Iterable[str], study: Study) -> None:
    """Ends the command at a fault that no finding and no rule is called."""
    known = known_faults(study)
    for fault in faults:
        if fault not in known:
            near = did_you_mean(fault, known)
            words = f"There is no finding and no rule {fault}. {near}"
            raise CommandError(words.rstrip())


def fault_list(subjects: Iterable[SyntheticSubject]) -> str:
    """What was seeded where, as CSV: the place of the finding, then what was changed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for subject in subjects:
        if subject.fault is not None:
            writer.writerow(_line(subject.fault))

    return text.getvalue()


def _line(seeded: SeededFault) -> tuple[str | int, ...]:
    finding, cell = seeded.finding, seeded.cell
    place = finding.data
    assert place is not None
    return (
        seeded.subject,
        seeded.fault,
        place.visit or "",
        place.unsno or 0,
        place.table,
        "" if place.row is None else place.row,
        place.field or "",
        finding.code,
        finding.rule or "",
        cell.table,
        "" if cell.row is None else cell.row,
        cell.field,
        seeded.old,
        seeded.new,
    )
