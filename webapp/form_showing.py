"""A form as a page: the questions with their answers, the findings on top, the way on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import uuid4

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from forms_spec.findings import Finding, Severity
from forms_spec.judge import Judgement
from forms_spec.model import Field, Form
from forms_spec.record import FormKey, Record
from forms_spec.timeline import VISIT_DATE, day_zero, field_named
from generator.browser.givens import browser_env
from generator.pages import form_html, page_and_template
from generator.pages.words import answer_words
from webapp.form_places import FormPlace, form_address, forms_beside, next_form
from webapp.held_files import files_of, shown_files
from webapp.judging import context_of, open_findings
from webapp.services import casebook_of, services
from webapp.showing import clock, place_target
from webapp.statuses import Shown, status_of
from webapp.storage import FindingCounts, Saved, Status, StoredForm, heads
from webapp.uploads import Uploads

NO_ROWS: Mapping[tuple[str, int], str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A finding in the list on top: what it says, and the field that it leads to."""

    target: str
    where: str
    message: str
    remedy: str
    severity: str
    code: str
    shown: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """Another form of the same visit, with its status."""

    form: Form
    address: str
    status: Shown
    here: bool


def finding_lines(form: Form, findings: Iterable[Finding]) -> list[Line]:
    """The findings of a page, gravest first, each with the label of its field."""
    order = {Severity.REFUSE: 0, Severity.QUERY: 1, Severity.WARNING: 2}
    return [_line(form, found) for found in sorted(findings, key=lambda f: order[f.severity])]


def _lines(form: Form, judgement: Judgement, record: Record) -> list[Line]:
    return finding_lines(form, open_findings(form, judgement, record))


def _line(form: Form, found: Finding) -> Line:
    place = found.data
    field = _field(form, place.table, place.field) if place and place.field else None
    row = f", row {place.row}" if place and place.row is not None else ""
    return Line(
        target=place_target(place) if place else "main",
        where=f"{field.label if field else form.title}{row}",
        message=found.message,
        remedy=found.remedy,
        severity=found.severity.value,
        code=found.code,
        shown=place is not None and place.field is not None,
    )


def _field(form: Form, table: str, name: str) -> Field | None:
    for group in form.groups:
        if table == (group.name if group.rows else form.name):
            for field in group.fields:
                if field.name == name:
                    return field
    return None


def page_of_form(
    place: FormPlace,
    stored: StoredForm | None,
    record: Record,
    judgement: Judgement,
    *,
    base_version: int | None = None,
    removing: Mapping[tuple[str, int], str] = NO_ROWS,
    reason: str = "",
    notice: str = "",
    unsaved: bool = False,
    checked: bool = False,
    held: str = "",
) -> str:
    """The whole page of a form."""
    study = services().study
    page, _ = page_and_template(study, place.form)
    beside = _beside(place)
    after = next_form(place, forms_beside(place))
    casebook = casebook_of(place.subject.subjid)
    return render_template(
        "form.html",
        place=place,
        page=page,
        spec_address=f"/dictionary/{study.hash}/{place.form.name}.json",
        stored=stored,
        base_version=base_version if base_version is not None else (stored.version if stored else 0),
        save_id=uuid4().hex,
        questions=form_html(
            study,
            place.form,
            record,
            judgement,
            stored=stored.record if stored else Record(),
            marks=stored.row_marks if stored else {},
            removing=removing,
            files=files_of(place, stored.record if stored else None),
        ),
        status=_own_status(stored),
        lines=finding_lines(place.form, open_findings(place.form, judgement, record))
        if checked or unsaved
        else [],
        beside=beside,
        next_address=_address(place, after) if after else f"/subjects/{place.subject.subjid}",
        next_title=after.title if after else "Casebook",
        readonly=not current_user.may_enter,
        needs_reason=stored is not None and stored.status is Status.COMPLETE,
        reason=reason,
        notice=notice,
        unsaved=unsaved,
        held=held,
        checked=checked,
        saved=request.args.get("saved", ""),
        day_zero=day_zero(study, casebook),
        today=services().today(),
        env=browser_env(study, place.form, context_of(place)),
        visit_date=_visit_date(place),
    )


def _address(place: FormPlace, form: Form) -> str:
    return form_address(place.subject.subjid, place.key.visit, place.unsno, form.name)


def _own_status(stored: StoredForm | None) -> Shown:
    return status_of(stored.status if stored else None, stored.counts if stored else None)


def _beside(place: FormPlace) -> list[Beside]:
    known = heads(services().database, place.subject.subjid)
    found = []
    for form in forms_beside(place):
        head = known.get(FormKey(form.name, place.key.visit, place.unsno))
        status = status_of(head.status if head else None, head.counts if head else None)
        found.append(Beside(form=form, address=_address(place, form), status=status, here=form is place.form))
    return found


def _visit_date(place: FormPlace) -> str:
    """The date of the visit as its header says it."""
    if place.visit is None:
        return ""
    dated = field_named(services().study, VISIT_DATE)
    if dated is None:
        return ""
    key = FormKey(dated.form, place.key.visit, place.unsno)
    record = casebook_of(place.subject.subjid).record(key)
    return answer_words(record.texts.get(dated.name, ""), dated) if record else ""


def saved_answer(
    place: FormPlace, saved: Saved, record: Record, judgement: Judgement, *, refused: bool, uploads: Uploads
) -> ResponseReturnValue:
    """What our script learns of a save."""
    findings = open_findings(place.form, judgement, record)
    lines = finding_lines(place.form, findings)
    status = status_of(saved.status, None if refused else FindingCounts.of(findings))
    return jsonify(
        version=saved.version,
        status=saved.status.value,
        status_html=render_template("status.html", status=status),
        saved_at=clock(saved.saved_at),
        refused=refused,
        summary_html=render_template("summary.html", lines=lines, checked=True) if refused else "",
        findings=[
            {
                "target": line.target,
                "severity": line.severity,
                "message": line.message,
                "remedy": line.remedy,
                "code": line.code,
            }
            for line in lines
        ],
        files=shown_files(place, record),
        refused_files=uploads.said(),
        rows={group: [row.number for row in rows] for group, rows in record.rows.items()},
    )
