"""Judges a package: the reader its files, Frictionless its cells, the judge its forms.

One report.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from generator.package.source import BrokenFile, Unreadable
from generator.validation.open_package import LARGE, Engine, open_package
from generator.validation.opened_package import OpenPackage, reported_doubt, unreadable
from generator.validation.read_tables import Progress
from generator.validation.report.report import LIMIT, Report


def validate_package(
    source: Path,
    *,
    dictionary: Mapping[str, str] | None = None,
    limit: int = LIMIT,
    engine: Engine = Engine.EMBEDDED,
    strict: bool = False,
    large: int = LARGE,
    on_progress: Progress | None = None,
) -> Report:
    """The report on a zip, a folder or a ``datapackage.json``. Never raises for what it
    finds there.

    ``dictionary`` judges the package by another dictionary (its files' text by name).
    ``limit`` is the number of cases that are located for each code and field; counts
    are always complete. The casebooks of a package of ``large`` bytes are judged all at
    once, with the same findings.
    """
    try:
        with open_package(
            source,
            dictionary=dictionary,
            limit=limit,
            engine=engine,
            strict=strict,
            large=large,
            on_progress=on_progress,
        ) as opened:
            if opened.study:
                # Packages without a study do without everything that evaluates forms.
                from generator.validation.evaluate_package import evaluate_package

                evaluate_package(opened, opened.study, on_progress)

            _remaining_doubts(opened)

            return opened.report()
    except (Unreadable, BrokenFile) as error:
        return unreadable(source, error)


def _remaining_doubts(opened: OpenPackage) -> None:
    """What Frictionless refuses and nobody else has said: key columns, rows without a
    form, other tables.
    """
    for doubt in opened.store.doubts():
        opened.collector.add(reported_doubt(opened.plans[doubt.at], doubt))
