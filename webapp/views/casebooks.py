"""The casebook: all forms of one subject."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from forms_spec.schedule.form_places import has_place
from webapp.casebook.eligibility_page import assessment_of, status_of
from webapp.casebook.grid import GridLine
from webapp.casebook.subject_status import Judged, judged_casebook
from webapp.forms.double_entries import with_double_marks
from webapp.forms.finding_list import by_form
from webapp.forms.retired_forms import gone_forms
from webapp.presentation.form_address import form_address, forms_at
from webapp.queries.rule_queries import up_to_date
from webapp.queries.shown_queries import with_query_marks
from webapp.review.lock_words import shown_closing
from webapp.review.look_marks import reader_name
from webapp.review.signature_words import shown_signature
from webapp.review.stored_status import keep_fresh
from webapp.review.subject_review import FormMarks, form_marks
from webapp.security.access import ENTER, READ, allow
from webapp.security.query_access import is_reviewer
from webapp.services import head_or_404, services, subject_or_404
from webapp.storage import (
    WHOLE_STUDY,
    FormClosed,
    ReviewScope,
    StoredSubject,
    locks_of,
    newest_signatures,
    review_state,
    voids_of,
)

bp = Blueprint("casebooks", __name__)


@bp.get("/subjects/<subjid>")
@allow(READ)
def show_casebook(subjid: str) -> ResponseReturnValue:
    head = up_to_date(head_or_404(subjid))
    subject, judged = head.subject, judged_casebook(subjid, saves=head.saves)
    assessment = assessment_of(judged)
    database, whole = services().database, ReviewScope(subjid)
    # A voided subject has no form that counts; one without any form is asked for.
    void = None if judged.casebook.forms else voids_of(database, subjid).of([whole])
    # Who has never looked, as most who enter data, costs no query.
    reader = reader_name() if head.looked else ""
    state = review_state(database, subjid, among=head.reviewed, reader=reader)
    reviewed = form_marks(subjid, state, judged.casebook.forms)
    both = with_query_marks(subjid, reviewed, head.waiting)
    marks = with_double_marks(subjid, both)
    act = state.locks.closing([whole, WHOLE_STUDY])
    signed = newest_signatures(state.signatures).get(whole)

    return render_template(
        "casebook.html",
        subject=subject,
        # Marks change without a save.
        table=judged.once(
            "casebook table", lambda: _table(subject, judged, marks), given=marks
        ),
        lock=shown_closing(act, whole),
        signature=shown_signature(signed, whole) if signed else None,
        eligibility=status_of(assessment) if assessment else None,
        life=judged.life.status,
        voided=len(judged.casebook.voided),
        void=shown_closing(void, whole),
        queries=head.waiting,
        repeating=[services().study.visits[name] for name in judged.grid.next_unsno],
        readonly=not current_user.may_enter,
    )


def _table(subject: StoredSubject, judged: Judged, marks: FormMarks) -> Markup:
    """The logs, the forms by visit, and what the dictionary lost."""

    def row(line: GridLine) -> Markup:
        mine = {cell.address: marks.get(cell.address, ()) for cell in line.cells}
        return judged.results.of(
            f"row of {line.form.name}",
            line,
            mine,
            work_out=lambda _subject: Markup(
                render_template("casebook_row.html", line=line, marks=mine)
            ),
        )

    forms = judged.casebook.forms
    placeless = judged.results.of(
        "forms without a place",
        frozenset(forms),
        work_out=lambda subject: [
            key for key in forms if not has_place(subject.study, key)
        ],
    )
    head = judged.results.of(
        "table head",
        judged.grid.columns,
        judged.results.today,
        work_out=lambda _subject: Markup(
            render_template("casebook_head.html", columns=judged.grid.columns)
        ),
    )
    html = render_template(
        "casebook_table.html",
        head=head,
        subject=subject,
        grid=judged.grid,
        marks=marks,
        rows=[row(line) for line in judged.grid.lines],
        standing=judged.standing,
        waiting_count=len(judged.waiting),
        gone=gone_forms(subject.subjid, {key: forms[key] for key in placeless}),
        today=judged.standing.today,
    )
    return Markup(html)


@bp.get("/subjects/<subjid>/findings")
@allow(READ)
def show_findings(subjid: str) -> ResponseReturnValue:
    """What is open in the casebook, each with the way to its question."""
    subject = subject_or_404(subjid)
    judged = judged_casebook(subjid)

    return render_template(
        "open_findings.html",
        subject=subject,
        forms=by_form(subjid, judged.open),
        waiting=by_form(
            subjid,
            (result for result, _ in judged.waiting),
            {id(result): leads for result, leads in judged.waiting},
        ),
        count=judged.standing.open,
        waiting_count=len(judged.waiting),
        today=judged.standing.today,
        may_ask=is_reviewer(),
    )


@bp.get("/subjects/<subjid>/standing")
@allow(READ)
def show_standing(subjid: str) -> ResponseReturnValue:
    """By address: the status of every form in the casebook's table and of the logs, as
    of now.
    """
    head = up_to_date(head_or_404(subjid))
    keep_fresh(subjid)
    data = {}
    for address, status in judged_casebook(
        subjid, saves=head.saves
    ).grid.statuses.items():
        html = render_template("status_shape.html", status=status)
        data[address] = {"name": status.name, "html": html}

    return jsonify(data)


@bp.post("/subjects/<subjid>/visits")
@allow(ENTER)
def begin_visit(subjid: str) -> ResponseReturnValue:
    """Opens the first form of the next unscheduled visit; nothing is stored before it
    is saved.
    """
    subject_or_404(subjid)
    locks = locks_of(services().database, subjid)
    if act := locks.closing([ReviewScope(subjid), WHOLE_STUDY]):
        raise FormClosed(act)
    study = services().study
    name = request.form.get("visit", "")
    number = judged_casebook(subjid).grid.next_unsno.get(name)
    forms = forms_at(study, name)
    if number is None or not forms:
        return redirect(f"/subjects/{subjid}", 303)
    return redirect(form_address(subjid, name, number, forms[0].name), 303)
