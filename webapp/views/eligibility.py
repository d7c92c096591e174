"""Whether a subject may take part: every criterion, the site's answer, and what the sources say."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from webapp.access import READ, allow
from webapp.eligibility_lines import assessment_of, page_of
from webapp.services import services, subject_or_404
from webapp.standing import judged_casebook

bp = Blueprint("eligibility", __name__)
OPEN = "attention"


@bp.get("/subjects/<subjid>/eligibility")
@allow(READ)
def show_eligibility(subjid: str) -> ResponseReturnValue:
    subject = subject_or_404(subjid)
    assessment = assessment_of(subjid, judged_casebook(subjid).findings)
    if assessment is None:
        abort(404, "The study's dictionary has no criteria of eligibility.")
    page = page_of(subjid, assessment)
    open_only = request.args.get("show") == OPEN
    shown = [line for line in page.lines if not (open_only and line.settled)]
    return render_template(
        "eligibility.html",
        subject=subject,
        page=page,
        sides=(
            ("Inclusion criteria", [line for line in shown if line.inclusion]),
            ("Exclusion criteria", [line for line in shown if not line.inclusion]),
        ),
        open_only=open_only,
        open_count=sum(not line.settled for line in page.lines),
        today=services().today(),
    )
