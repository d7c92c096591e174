"""The forms of a package as a whole: one by one, or in a large package all at once."""

from __future__ import annotations

from forms_spec.model.study import Study
from generator.validation.count_completeness import MissingnessCounter
from generator.validation.evaluate_forms import judge_forms, last_save
from generator.validation.opened_package import OpenPackage
from generator.validation.read_tables import Progress
from generator.validation.repeated_answers import repeated_rows, report_repeated
from generator.validation.report.report import Reported
from generator.validation.uploads import UploadCheck


def evaluate_package(
    opened: OpenPackage, study: Study, on_progress: Progress | None
) -> None:
    """Reports what is wrong with the forms, counts why cells have no answer, and looks
    at uploaded files.
    """
    uploads = UploadCheck(opened.source, opened.descriptor)
    today = opened.data_cut or last_save(opened.store.saves(), study)
    missing = MissingnessCounter(study=study, today=today)
    if opened.store.takes_frames:
        # NumPy and Polars: only a large package is worth loading them.
        from generator.validation.columnar.forms.evaluate_all import judge_all

        judge_all(opened, study, missing, uploads, on_progress=on_progress)
    else:
        judge_forms(opened, study, missing, uploads, on_progress=on_progress)

    report_repeated(opened, study, repeated_rows(opened, study))
    opened.missingness = missing.table()
    for found in uploads.rest():
        opened.collector.add(Reported(finding=found, file=found.value))
