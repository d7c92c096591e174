"""Judging what is on a form page, as of today."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from flask_login import current_user

from forms_spec.entry.starts import FormOpening, starting_texts
from forms_spec.evaluation import Judgement, judge, judge_elsewhere
from forms_spec.evaluation.rows_elsewhere import rows_elsewhere
from forms_spec.findings.finding import Finding, Severity
from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import CellKey, Context, FormKey, Record
from forms_spec.model.fields import Field, Form
from forms_spec.schedule.study_clock import local
from webapp.casebook.repeated_answers import repeated_on_page
from webapp.presentation.form_address import FormPlace
from webapp.services import casebook_of, services
from webapp.storage import Status


def judged(place: FormPlace, record: Record, *, completing: bool = False) -> Judgement:
    """The judge's word on a form.

    Warnings that are kept with a reason are in it: the page shows both.
    """
    study, key = services().study, place.key.form_key
    judgement = judge(
        study,
        place.form,
        replace(record, kept={}),
        context_of(place),
        completing=completing,
    )
    repeated = repeated_on_page(study, place.subject, place.form, key, record)
    return replace(judgement, findings=(*judgement.findings, *repeated))


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

    def is_kept(finding: Finding) -> bool:
        key = cell_of(form, finding.data), finding.code
        return finding.severity is Severity.WARNING and key in record.kept

    return tuple(finding for finding in judgement.findings if not is_kept(finding))


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


def opening_of(place: FormPlace) -> FormOpening:
    """As ``opening``, with the rows that other forms have for this one."""
    if not any(group.carried for group in place.form.row_groups):
        return opening()

    carried = rows_elsewhere(services().study, place.form, context_of(place))
    return replace(opening(), carried=carried)


def starting(place: FormPlace) -> Record:
    """A form in which nothing was captured: what its questions start with stands in
    those that are asked.
    """
    # Most forms hide nothing that they start with: they need not be evaluated for it.
    whole = Record(texts=starts_of(place))
    started = [field for field in place.form.fields if field.name in whole.texts]
    if not any(map(_may_be_hidden, started)):
        return whole

    asked = _asked_fields(place, whole)
    starts = {name: text for name, text in whole.texts.items() if name in asked}
    return Record(texts=starts)


def _may_be_hidden(field: Field) -> bool:
    """Whether a condition may hide a question: its own, or that of its group."""
    return field.show_when is not None or field.group != field.form


def _asked_fields(place: FormPlace, record: Record) -> set[str]:
    """The form's own questions that are shown while it holds a record."""
    asked = set()
    for key, cell in judged(place, record).cells.items():
        if key.row is None and cell.shown is True:
            asked.add(key.field)

    return asked


def starts_of(place: FormPlace) -> dict[str, str]:
    """What the form's own questions start with.

    For those who only read, not with the day and their name.
    """
    fields = place.form.fields
    # Whoever only reads would see a day and a name that nobody ever saved.
    if not current_user.may_enter:
        fields = tuple(field for field in fields if field.prefill is None)

    return starting_texts(fields, opening())
