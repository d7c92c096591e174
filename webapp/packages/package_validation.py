"""Validates one package: ``python -m webapp.packages.package_validation FOLDER`` leaves
the report there.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from generator.package.source import Unreadable
from generator.validation.opened_package import unreadable
from generator.validation.report.report import Report
from generator.validation.report.summary import look_first
from generator.validation.report.write_csv import findings_csv, missingness_csv
from generator.validation.report.write_html import report_html
from generator.validation.validate import validate_package
from webapp.packages.validation_jobs import (
    ANSWERS,
    DATABASE,
    FINDINGS,
    REPORT,
    SCRATCH,
    ValidationJob,
    read_work,
    write_work,
)
from webapp.packages.watched_process import end_with_watcher

PAUSE = 0.25
MOST_SAID = 3


def judge(folder: Path) -> None:
    """Judges, and leaves the report in the folder."""
    end_with_watcher()
    if work := read_work(folder):
        _judge(folder, work)


def _judge(folder: Path, work: ValidationJob) -> None:
    teller = _ProgressWriter(folder, work)
    package = folder / work.file
    left_out = _export(package, work.owner, teller) if work.study else []
    _finish(
        folder,
        work,
        replace(validate_package(package, on_progress=teller.tell), source=work.name),
        first=left_out,
    )


def _finish(
    folder: Path,
    work: ValidationJob,
    report: Report,
    *,
    first: Sequence[Finding] = (),
) -> None:
    """Leaves the report and what is to be known before it is opened. ``first`` comes
    before all that the report says.
    """
    (folder / REPORT).write_text(report_html(report), "utf-8")
    (folder / FINDINGS).write_text(findings_csv(report), "utf-8", newline="")
    if report.missingness:
        (folder / ANSWERS).write_text(missingness_csv(report), "utf-8", newline="")
    if not work.study:
        (folder / work.file).unlink(missing_ok=True)
    work.state, work.valid, work.sentence = "done", report.valid, report.sentence()
    work.said = [[item.message, item.remedy] for item in first] + _said(report)
    work.more = report.hidden
    write_work(folder, work)
    shutil.rmtree(folder / SCRATCH, ignore_errors=True)


def _said(report: Report) -> list[list[str]]:
    """What a person should know before the report is opened: each time what is wrong,
    and what to do.
    """
    if not report.readable:
        return [
            [one.finding.message, one.finding.remedy]
            for one in report.findings[:MOST_SAID]
        ]

    first = look_first(report)[:MOST_SAID]

    return [
        [
            one.message if one.place in one.message else f"{one.place}: {one.message}",
            f"{one.remedy} {one.follows}.".removesuffix(" ."),
        ]
        for one in first
    ]


def _export(package: Path, username: str, teller: _ProgressWriter) -> list[Finding]:
    """Current study data, as a package; gives what it says of sites that are not in
    it.
    """
    # SQLAlchemy and the capture database: a package that was uploaded is validated
    # without them.
    from webapp.packages.export import export_study_in_use

    package.unlink(missing_ok=True)
    written = export_study_in_use(
        os.environ[DATABASE],
        package,
        username=username,
        on_progress=lambda done: teller.tell("exporting", done, 0),
    )
    other = "export-other-dictionary"
    return [item for item in dict.fromkeys(written.findings) if item.code == other]


class _ProgressWriter:
    """Writes down where the work stands, a few times a second."""

    def __init__(self, folder: Path, work: ValidationJob) -> None:
        self._folder, self._work = folder, work
        self._next = 0.0

    def tell(self, doing: str, done: int, total: int) -> None:
        if doing == self._work.doing and time.monotonic() < self._next:
            return
        self._next = time.monotonic() + PAUSE
        self._work.doing, self._work.done, self._work.total = doing, done, total
        write_work(self._folder, self._work)


def give_up(folder: Path, why: str) -> None:
    """A report with the one finding that the package was given up."""
    if (work := read_work(folder)) is None:
        return
    stopped = finding("judging-stopped", value=work.name, why=why)
    _finish(folder, work, unreadable(Path(work.name), Unreadable(stopped)))


if __name__ == "__main__":
    judge(Path(sys.argv[1]))
