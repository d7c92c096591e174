"""The forms of a package before the judge: every finding at the line of its row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from forms_spec.evaluation import Judgement, judge, judge_casebook
from forms_spec.findings.finding import Finding
from forms_spec.kinds.file import named_file
from forms_spec.kinds.file_cells import file_cells
from forms_spec.model.captured_data import Casebook, Context, InMemoryCasebook
from forms_spec.model.captured_forms import FormStatus
from forms_spec.model.study import Study
from forms_spec.schedule.study_clock import day_of
from generator.tables import layout
from generator.validation.assemble_forms import StagedForm, moment
from generator.validation.count_completeness import MissingnessCounter
from generator.validation.opened_package import OpenPackage
from generator.validation.read_tables import Progress
from generator.validation.report.report import Reported
from generator.validation.uploads import UploadFaults


def judge_forms(
    opened: OpenPackage,
    study: Study,
    missing: MissingnessCounter,
    uploads: UploadFaults,
    *,
    subjects: Iterable[tuple[str, list[StagedForm]]] | None = None,
    on_progress: Progress | None = None,
) -> None:
    """Reports on every form that has been read, or of these subjects; counts the states
    of their cells.
    """
    places = {plan.name: index for index, plan in enumerate(opened.plans)}
    today = missing.today
    done = total = 0
    # Counting takes a look at every form, which only a display is worth.
    if on_progress:
        total = opened.store.counted()[0]

    for subject, forms in opened.staged() if subjects is None else subjects:
        casebook = InMemoryCasebook({form.key: form.record for form in forms})
        complete = {form.key: form.head.status == FormStatus.COMPLETE for form in forms}
        judgements = judge_casebook(
            study, casebook, today, subject=subject, complete=complete.__getitem__
        )

        for form in forms:
            judged = judgements.get(form.key) or _judged_alone(
                study, form, today, subject, casebook
            )
            report_form(opened, places, form, judged)
            _report_files(opened, uploads, form)
            missing.form(form.key, judged)

        missing.subject(subject, casebook, complete)
        done += len(forms)
        if on_progress:
            on_progress("evaluating", done, total)


def _judged_alone(
    study: Study, form: StagedForm, today: date, subject: str, casebook: Casebook
) -> Judgement:
    """A form that stands where its casebook does not look for it, such as a log form at
    a visit.
    """
    context = Context(
        today=today,
        subject=subject,
        visit=form.key.visit,
        unsno=form.key.unsno,
        casebook=casebook,
    )
    complete = form.head.status == FormStatus.COMPLETE

    return judge(study, form.form, form.record, context, completing=complete)


def last_save(saves: Iterable[str], study: Study) -> date:
    """The day on which data are judged that name none: that of the latest of these time
    stamps.
    """
    return max((day_of(study, moment(text)) for text in saves), default=date.max)


def report_form(
    opened: OpenPackage, places: Mapping[str, int], form: StagedForm, judged: Judgement
) -> None:
    """Every finding of a form, at the line of its row."""
    for finding in judged.findings:
        table, line = _line(form, finding)
        place = places[table]
        about: str | None = None
        name: str | None = None
        if finding.data:
            name = finding.data.field
            about = finding.data.table

        # The reader has said what is wrong with a cell that cannot be read.
        if name and name in opened.store.damaged(place, line):
            continue
        if name:
            opened.store.settle(place, line, name)

        opened.collector.add(
            Reported(
                finding=finding,
                file=opened.plans[place].path,
                table=table,
                row=line,
                field=name,
                key=_key(form, finding),
                of=about if about != table else None,
            )
        )


def _line(form: StagedForm, finding: Finding) -> tuple[str, int]:
    """The table and physical line of a finding; the line in forms.csv when the form has
    no row.
    """
    in_forms = layout.FORMS, form.head.line
    if finding.data is None:
        return in_forms

    own_row = (finding.data.table, finding.data.row)
    form_row = (form.form.name, None)
    for place in (own_row, form_row):
        if place in form.lines:
            return place[0], form.lines[place]

    return in_forms


def _key(form: StagedForm, finding: Finding) -> dict[str, str | int]:
    key: dict[str, str | int] = {
        layout.SITE: form.head.site,
        layout.SUBJECT: form.head.subject,
    }
    key |= {layout.VISIT: form.key.visit, layout.UNSNO: form.key.unsno}
    if finding.data and finding.data.row is not None:
        key[layout.ROW] = finding.data.row

    return key


def _report_files(opened: OpenPackage, check: UploadFaults, form: StagedForm) -> None:
    """Uploaded files are there, and are the ones whose hash stands in the cell."""
    for cell, text in file_cells(form.form, form.record):
        fault = check.fault(text) if named_file(text) else None
        if fault:
            opened.collector.add(
                Reported(
                    finding=fault,
                    file=layout.table_path(cell.table),
                    table=cell.table,
                    row=form.lines.get((cell.table, cell.row), form.head.line),
                    field=cell.field,
                    key=_key(form, fault),
                )
            )
