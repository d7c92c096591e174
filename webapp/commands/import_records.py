"""Records that REDCap exported into a database: everything that has a place here; what
has none is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from forms_spec import load_study
from forms_spec.evaluation.calculated import without_calculated
from forms_spec.model.study import Study
from forms_spec.schedule.study_clock import day_of
from generator.dictionary.folder import UnreadableFolder, read_dictionary
from generator.redcap.records.merge_records import RecordMerge
from generator.redcap.records.read_records import read_records
from generator.redcap.records.validate_records import validate_records
from webapp.installation.command_error import CommandError, cannot_read
from webapp.installation.study_database import IMPORTER, import_account, study_in_use
from webapp.packages.alike_subjects import unlike_known
from webapp.packages.import_forms import Import, import_forms
from webapp.storage import Snapshot, snapshot

if TYPE_CHECKING:
    from forms_spec.model.captured_forms import CapturedForm
    from webapp.commands.import_output import ImportOutput
    from webapp.storage import Database


def import_records(
    database: Database,
    source: Path,
    folder: Path | None,
    shown: ImportOutput,
    *,
    operator: str,
    dry_run: bool,
    new_subjects: bool = False,
) -> bool:
    """True when anything was refused. What REDCap calculated is worked out here anew.

    Numbers that are other spellings of subjects who are here stop everything, unless
    ``new_subjects`` says that they are subjects of their own.

    Rows and values of events, instruments, instances and fields that the dictionary
    lacks are findings of the report, and are left out; the rest is imported.
    """
    study = _study(database, folder)
    try:
        content = source.read_bytes()
    except OSError as error:
        raise cannot_read(source, error) from error

    today = day_of(study, database.clock())
    with snapshot(database) as state:
        known = frozenset(subject.subjid for subject in state.subjects())
    records = read_records(
        source.name, content, study, saved_at=database.clock(), subjects=known
    )
    report = validate_records(source.name, content, study, today=today, subjects=known)

    alike = None
    if not new_subjects:
        alike = unlike_known((form.subject for form in records.forms), known)
    if alike is not None:
        return shown.stop(report, alike)

    if not records.forms:
        return shown.finish(report, None) or bool(records.findings)
    if not dry_run:
        import_account(database)

    merge = RecordMerge(study=study, habits=records.habits)
    by_subject = sorted(records.forms, key=lambda form: form.subject)
    with snapshot(database) as state:
        forms = list(_beside(state, merge, by_subject))

    note = merge.note()
    if note:
        report = replace(report, notes=(*report.notes, note))

    how = Import(
        study=study,
        user=IMPORTER,
        operator=operator,
        source=source.name,
        today=today,
        on_form=shown.form,
        dry_run=dry_run,
    )
    counted = import_forms(database, forms, how)
    shown.notes += counted.repeated

    return shown.finish(report, counted) or bool(records.findings)


def _beside(
    state: Snapshot, merge: RecordMerge, forms: Iterable[CapturedForm]
) -> Iterator[CapturedForm]:
    """The forms, which stand together by subject, with what a file of records cannot
    hold.
    """
    for subject, group in groupby(forms, key=lambda form: form.subject):
        stored = {item.key.form_key: item.record for item in state.newest(subject)}
        for form in group:
            known = merge.merged(form, stored)
            spec = merge.study.forms[form.key.form]
            yield replace(known, record=without_calculated(spec, known.record))


def _study(database: Database, folder: Path | None) -> Study:
    """The dictionary that is named, else the one in use."""
    if folder is None:
        study = study_in_use(database)
        if study is None:
            raise CommandError(
                "There is no study in the database yet. Give its dictionary: "
                "--dictionary DIR."
            )

        return study

    try:
        files, unreadable = read_dictionary(folder)
    except UnreadableFolder as error:
        raise CommandError(f"{error}.") from error

    loaded = load_study(files, incomplete=bool(unreadable))
    if loaded.study is None or unreadable:
        raise CommandError(
            f"The dictionary in {folder} has errors. Run: crfsmith check {folder}."
        )

    return loaded.study
