"""``crfsmith validate``: is this package right?"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from webapp.study_database import Unusable

if TYPE_CHECKING:
    from generator.validation.read_tables import Progress
    from generator.validation.report.report import Report

FINDINGS, UNREADABLE = 1, 2
COLLECTED_AFTER = (50_000, 20, 50)
"""Modules and dictionary live to the end; to go through them again and again took a tenth of the time."""


@click.command(short_help="Validate a package and report every finding.")
@click.argument("package", type=click.Path(path_type=Path))
@click.option(
    "--dictionary",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Validate with the dictionary in this folder instead of the package's own.",
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["text", "json", "html", "csv", "missingness", "frictionless"]),
    default="text",
    show_default=True,
    help="csv lists findings, missingness why cells have no answer. frictionless is for Frictionless tools.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to this file.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="How many findings to list of each kind in each field.",
)
@click.option(
    "--engine",
    type=click.Choice(["embedded", "reference", "spark"]),
    default="embedded",
    show_default=True,
    help="How tables are read. All engines report the same findings.",
)
@click.option(
    "--master",
    metavar="URL",
    default="local[*]",
    show_default=True,
    help="The cluster for --engine spark: spark://HOST:7077, yarn, k8s://URL, or this machine's cores.",
)
@click.option(
    "--strict", is_flag=True, help="Report what Frictionless tolerates in third-party packages as errors."
)
def command(  # noqa: PLR0917 - one for each option
    package: Path,
    dictionary: Path | None,
    layout: str,
    out: Path | None,
    limit: int,
    engine: str,
    master: str,
    strict: bool,
) -> None:
    """Validate PACKAGE (FILE.zip, a folder, or its datapackage.json): files, cells, keys, forms and rules.

    PACKAGE can also be a CSV file of records exported from REDCap. It then needs --dictionary.

    Every finding has its file, line and field, in the same words as on the pages. Exit status: 0 if
    there are no findings, 1 if there are, 2 if the package cannot be read.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # NumPy's threads for matrices would wait busily
    gc.set_threshold(*COLLECTED_AFTER)
    from generator.validation.open_package import Engine
    from generator.validation.validate import validate_package

    files = _dictionary(dictionary) if dictionary else None
    if package.suffix.lower() == ".csv" and package.is_file():
        if dictionary is None or files is None:
            raise Unusable(
                f"{package} is one table. Give the zip or the folder of its package. For records from REDCap,"
                " give their dictionary too: --dictionary DIR."
            )
        _finish(_records(package, dictionary, files, limit), layout, out)
        return
    if engine == "spark":
        _finish(_on_cluster(package, master, files, limit=limit, strict=strict), layout, out)
        return
    with _progress() as on_progress:
        report = validate_package(
            package,
            dictionary=files,
            limit=limit,
            engine=Engine(engine),
            strict=strict,
            on_progress=on_progress,
        )
    _finish(report, layout, out)


def _finish(report: Report, layout: str, out: Path | None) -> None:
    _write(report, layout, out)
    if layout == "csv" and report.hidden:
        click.echo(_not_listed(report), err=True)
    if not report.valid:
        sys.exit(FINDINGS if report.readable else UNREADABLE)


def _not_listed(report: Report) -> str:
    """How many findings a list has, and how to get the others."""
    from generator.validation.report.report import MOST_LOCATED

    held, most = report.counts, max(one.findings for one in report.counts.causes)
    lists = "lists them all" if held.findings <= MOST_LOCATED else "lists more"
    return f"{held.located:,} of {held.findings:,} findings are listed. --limit {most} {lists}."


def _on_cluster(
    package: Path, master: str, files: dict[str, str] | None, *, limit: int, strict: bool
) -> Report:
    from generator.validation.cluster.session import NoCluster
    from generator.validation.cluster.validate import validate_on_cluster

    try:
        return validate_on_cluster(package, master=master, dictionary=files, limit=limit, strict=strict)
    except NoCluster as error:
        raise Unusable(str(error)) from error


def _records(file: Path, folder: Path, files: dict[str, str], limit: int) -> Report:
    """The report on records of REDCap."""
    from datetime import UTC, datetime

    from forms_spec import load_study
    from forms_spec.schedule.study_clock import day_of
    from generator.redcap.reading.originals import read_originals
    from generator.redcap.records.record_file import said_by
    from generator.redcap.records.validate_records import validate_records

    loaded = load_study(files)
    if loaded.study is None:
        raise Unusable(f"The dictionary in {folder} has errors. Run: crfsmith check {folder}.")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Unusable(f"{file} cannot be read: {error.strerror or error}.") from error
    said = said_by(read_originals(folder))
    today = day_of(loaded.study, datetime.now(UTC))
    return validate_records(file.name, content, loaded.study, today=today, said=said, limit=limit)


def _dictionary(folder: Path) -> dict[str, str]:
    from generator.dictionary.folder import UnreadableFolder, read_dictionary

    try:
        read = read_dictionary(folder)
    except UnreadableFolder as error:
        raise Unusable(f"{error}.") from error
    if read.findings:
        said = "\n".join(f"{found.text}: {found.message} {found.remedy}" for found in read.findings)
        raise Unusable(said)
    return read.files


def _write(report: Report, layout: str, out: Path | None) -> None:
    try:
        if out is None:
            _render(report, layout, sys.stdout)
            return
        with out.open("w", encoding="utf-8", newline="\n") as file:
            _render(report, layout, file)
    except OSError as error:
        raise Unusable(f"{out} cannot be written: {error.strerror or error}.") from error
    click.echo(f"{report.sentence()} The report is in {out}.", err=True)


def _render(report: Report, layout: str, out: TextIO) -> None:
    if layout == "json":
        from generator.validation.report.write_json import report_json

        click.echo(report_json(report), nl=False, file=out)
    elif layout == "html":
        from generator.validation.report.write_html import report_html

        click.echo(report_html(report), file=out)
    elif layout in {"csv", "missingness"}:
        from generator.validation.report.write_csv import findings_csv, missingness_csv

        made = findings_csv(report) if layout == "csv" else missingness_csv(report)
        click.echo(made, nl=False, file=out)
    elif layout == "frictionless":
        from generator.validation.report.write_frictionless import report_frictionless

        click.echo(report_frictionless(report), nl=False, file=out)
    else:
        from generator.validation.report.write_text import write_text

        write_text(report, out)


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A bar on a terminal; nothing where the output is read by a program."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        tasks = {
            what: bar.add_task(what.capitalize(), total=None, start=False)
            for what in ("reading", "evaluating")
        }

        def told(what: str, done: int, total: int) -> None:
            bar.start_task(tasks[what])
            bar.update(tasks[what], completed=done, total=total)

        yield told
