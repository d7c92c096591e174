"""Judges a package: the reader its files, Frictionless its cells, the judge its forms. One report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from generator.package.source import BrokenFile, Unreadable
from generator.validation.evaluate_forms import judge_forms, last_save, reported_doubt, unreadable
from generator.validation.open_package import LARGE, Engine, open_package
from generator.validation.opened_package import OpenPackage
from generator.validation.read_tables import Progress
from generator.validation.report.report import LIMIT, Report, Reported
from generator.validation.uploads import UploadCheck

if TYPE_CHECKING:  # packages of others do without what judges forms
    from forms_spec.model.study import Study


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
    """The report on a zip, a folder or a ``datapackage.json``. Never raises for what it finds there.

    ``dictionary`` judges the package by another dictionary (its files' text by name). ``limit`` is the
    number of cases that are located for each code and field; counts are always complete. The casebooks of a
    package of ``large`` bytes are judged all at once, with the same findings.
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
                _judge_forms(opened, opened.study, on_progress)
            _remaining_doubts(opened)
            return opened.report()
    except (Unreadable, BrokenFile) as error:
        return unreadable(source, error)


def _judge_forms(opened: OpenPackage, study: Study, on_progress: Progress | None) -> None:
    from generator.validation.completeness import MissingnessCounter

    uploads = UploadCheck(opened.source, opened.descriptor)
    today = opened.data_cut or last_save(opened.store.saves(), study)
    missing = MissingnessCounter(study=study, today=today)
    if opened.store.takes_frames:
        from generator.validation.columnar.forms.evaluate_all import judge_all

        judge_all(opened, study, missing, uploads, on_progress=on_progress)
    else:
        judge_forms(opened, study, missing, uploads, on_progress=on_progress)
    opened.missingness = missing.table()
    for found in uploads.rest():
        opened.collector.add(Reported(finding=found, file=found.value))


def _remaining_doubts(opened: OpenPackage) -> None:
    """What Frictionless refuses and nobody else has said: key columns, rows without a form, other tables."""
    for doubt in opened.store.doubts():
        opened.collector.add(reported_doubt(opened.plans[doubt.at], doubt))
