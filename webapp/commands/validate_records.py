"""Records that REDCap exported, as ``crfsmith validate`` reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from forms_spec import load_study
from forms_spec.schedule.study_clock import day_of
from generator.redcap.reading.originals import read_originals
from generator.redcap.records.record_file import said_by
from generator.redcap.records.validate_records import validate_records
from generator.validation.report.report import Report
from webapp.installation.command_error import CommandError, cannot_read


def validate_file(
    file: Path, folder: Path, files: dict[str, str], limit: int
) -> Report:
    """The report on records of REDCap."""
    loaded = load_study(files)
    if loaded.study is None:
        raise CommandError(
            f"The dictionary in {folder} has errors. Run: crfsmith check {folder}."
        )

    try:
        content = file.read_bytes()
    except OSError as error:
        raise cannot_read(file, error) from error

    structure = said_by(read_originals(folder))
    today = day_of(loaded.study, datetime.now(UTC))

    return validate_records(
        file.name, content, loaded.study, today=today, structure=structure, limit=limit
    )
