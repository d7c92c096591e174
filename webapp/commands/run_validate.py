"""What ``crfsmith validate`` does once its options are read: validates, and writes the
report.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from generator.heavy_libraries import rich
from generator.validation.open_package import Engine
from generator.validation.read_tables import Progress
from generator.validation.report.report import MOST_LOCATED, Report
from generator.validation.report.write_csv import findings_csv, missingness_csv
from generator.validation.report.write_frictionless import report_frictionless
from generator.validation.report.write_html import report_html
from generator.validation.report.write_json import report_json
from generator.validation.report.write_text import write_text
from generator.validation.validate import validate_package
from webapp.installation.command_error import UNREADABLE, CommandError, cannot_write

FINDINGS = 1


def run_validate(
    package: Path,
    dictionary: Path | None,
    *,
    layout: str,
    out: Path | None,
    limit: int,
    engine: str,
    master: str,
    strict: bool,
) -> None:
    """Ends the process with 1 when there are findings, and with 2 when the package
    cannot be read.
    """
    files = _dictionary(dictionary) if dictionary else None
    if package.suffix.lower() == ".csv" and package.is_file():
        if dictionary is None or files is None:
            raise CommandError(
                f"{package} is one table. Give the zip or the folder of its package. "
                "For records from REDCap,"
                " give their dictionary too: --dictionary DIR."
            )

        # REDCap's records are another door: their reader is not loaded for packages.
        from webapp.commands.validate_records import validate_file

        _finish(validate_file(package, dictionary, files, limit), layout, out)

        return

    if engine == "spark":
        _finish(
            _on_cluster(package, master, files, limit=limit, strict=strict), layout, out
        )
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
    counts = report.counts
    # The limit holds for each cause by itself.
    most = max(cause.findings for cause in counts.causes)
    lists = "lists them all" if counts.findings <= MOST_LOCATED else "lists more"
    return (
        f"{counts.located:,} of {counts.findings:,} findings are listed. --limit {most} "
        f"{lists}."
    )


def _on_cluster(
    package: Path,
    master: str,
    files: dict[str, str] | None,
    *,
    limit: int,
    strict: bool,
) -> Report:
    # The cluster's engine loads Polars, and the words for why there is no cluster.
    from generator.validation.cluster.validate import NoCluster, validate_on_cluster

    try:
        return validate_on_cluster(
            package, master=master, dictionary=files, limit=limit, strict=strict
        )
    except NoCluster as error:
        raise CommandError(str(error)) from error


def _dictionary(folder: Path) -> dict[str, str]:
    # YAML: most packages are validated by their own dictionary, or have none.
    from generator.dictionary.folder import UnreadableFolder, read_dictionary

    try:
        read = read_dictionary(folder)
    except UnreadableFolder as error:
        raise CommandError(f"{error}.") from error

    if read.findings:
        lines = [
            f"{finding.text}: {finding.message} {finding.remedy}"
            for finding in read.findings
        ]
        raise CommandError("\n".join(lines))

    return read.files


def _write(report: Report, layout: str, out: Path | None) -> None:
    try:
        if out is None:
            _render(report, layout, sys.stdout)
            return

        with out.open("w", encoding="utf-8", newline="\n") as file:
            _render(report, layout, file)
    except OSError as error:
        raise cannot_write(out, error) from error

    click.echo(f"{report.sentence()} The report is in {out}.", err=True)


def _render(report: Report, layout: str, out: TextIO) -> None:
    if layout == "json":
        click.echo(report_json(report), nl=False, file=out)
    elif layout == "html":
        click.echo(report_html(report), file=out)
    elif layout in {"csv", "missingness"}:
        rows = findings_csv(report) if layout == "csv" else missingness_csv(report)
        click.echo(rows, nl=False, file=out)
    elif layout == "frictionless":
        click.echo(report_frictionless(report), nl=False, file=out)
    else:
        write_text(report, out)


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A bar on a terminal; nothing where the output is read by a program."""
    if not sys.stderr.isatty():
        yield None
        return

    console = rich.console.Console(stderr=True)
    with rich.progress.Progress(console=console, transient=True) as bar:
        tasks = {
            what: bar.add_task(what.capitalize(), total=None, start=False)
            for what in ("reading", "evaluating")
        }

        def told(what: str, done: int, total: int) -> None:
            bar.start_task(tasks[what])
            bar.update(tasks[what], completed=done, total=total)

        yield told
