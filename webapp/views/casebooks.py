"""The casebook: all forms of one subject."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.access import ENTER, READ, allow
from webapp.casebook_grid import grid_of
from webapp.eligibility_lines import assessment_of, status_of
from webapp.expecting import condition_of
from webapp.form_places import form_address, forms_at
from webapp.services import services, subject_or_404

bp = Blueprint("casebooks", __name__)


@bp.get("/subjects/<subjid>")
@allow(READ)
def show_casebook(subjid: str) -> ResponseReturnValue:
    subject = subject_or_404(subjid)
    grid = grid_of(subjid, condition_of(subjid))
    assessment = assessment_of(subjid)
    return render_template(
        "casebook.html",
        subject=subject,
        grid=grid,
        eligibility=status_of(assessment) if assessment else None,
        today=services().today(),
        repeating=[visit for visit in services().study.visits.values() if visit.repeats],
        readonly=not current_user.may_enter,
    )


@bp.post("/subjects/<subjid>/visits")
@allow(ENTER)
def begin_visit(subjid: str) -> ResponseReturnValue:
    """Opens the first form of the next unscheduled visit; nothing is stored before it is saved."""
    subject_or_404(subjid)
    study = services().study
    name = request.form.get("visit", "")
    number = grid_of(subjid, condition_of(subjid)).next_unsno.get(name)
    forms = forms_at(study, name)
    if number is None or not forms:
        return redirect(f"/subjects/{subjid}", 303)
    return redirect(form_address(subjid, name, number, forms[0].name), 303)
