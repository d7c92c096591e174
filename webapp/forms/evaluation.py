"""Judging what is on a form page, as of today."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from flask_login import current_user

from forms_spec.entry.starts import FormOpening, starting_texts
from forms_spec.evaluation import Judgement, judge, judge_elsewhere
from forms_spec.findings.finding import Finding, Severity
from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import CellKey, Context, FormKey, Record
from forms_spec.model.fields import Form
from forms_spec.schedule.study_clock import local
from webapp.presentation.form_address import FormPlace
from webapp.services import casebook_of, services
from webapp.storage import Status


def judged(place: FormPlace, record: Record, *, completing: bool = False) -> Judgement:
    """The judge's word on a form.

    Warnings that are kept with a reason are in it: the page shows both.
    """
    return judge(
        services().study,
        place.form,
        replace(record, kept={}),
        context_of(place),
        completing=completing,
    )


def judged_elsewhere(place: FormPlace, record: Record) -> tuple[Finding, ...]:
    """What rules of the subject's other forms say of this one's fields, without the
    warnings kept there.
    """
    casebook = casebook_of(place.subject.subjid)

    def complete(key: FormKey) -> bool:
        stored = casebook.instances(key.form).get(key)
        return stored is not None and stored.status is Status.COMPLETE

    return judge_elsewhere(
        services().study, place.form, record, context_of(place), complete=complete
    )


def context_of(place: FormPlace) -> Context:
    """The surroundings of a form: the day, its visit, the subject's other forms."""
    return Context(
        today=services().today(),
        subject=place.subject.subjid,
        visit=place.key.visit,
        unsno=place.unsno,
        casebook=casebook_of(place.subject.subjid),
    )


def open_findings(
    form: Form, judgement: Judgement, record: Record
) -> tuple[Finding, ...]:
    """The findings without the warnings that are kept with a reason.

    Nothing else can be kept.
    """
    return tuple(
        finding
        for finding in judgement.findings
        if finding.severity is not Severity.WARNING
        or (cell_of(form, finding.data), finding.code) not in record.kept
    )


def cell_of(form: Form, place: DataPlace | None) -> CellKey:
    """The cell that a finding is about."""
    if place is None:
        return CellKey(form.name, None, "")
    return CellKey(place.table, place.row, place.field or "")


def opening() -> FormOpening:
    """This moment by the study's clock, and who is here: what new forms and rows start
    with.
    """
    app = services()
    now = datetime.combine(app.today(), local(app.study, app.database.clock()).time())
    return FormOpening(now=now, user=current_user.user.username)


def starting(place: FormPlace) -> Record:
    """A form in which nothing was captured: what its questions start with stands in
    those that are asked.
    """
    starts = starts_of(place)
    if any(
        f.show_when is not None or f.group != f.form
        for f in place.form.fields
        if f.name in starts
    ):
        cells = judged(place, Record(texts=starts)).cells
        asked = {
            key.field
            for key, cell in cells.items()
            if key.row is None and cell.shown is True
        }
        starts = {name: text for name, text in starts.items() if name in asked}

    return Record(texts=starts)


def starts_of(place: FormPlace) -> dict[str, str]:
    """What the form's own questions start with.

    For those who only read, not with the day and their name.
    """
    fields = place.form.fields
    if not current_user.may_enter:
        fields = tuple(f for f in fields if f.prefill is None)
    return starting_texts(fields, opening())
