"""Whether a subject may take part: every criterion, the site's answer, and what the
sources say.
"""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from webapp.casebook.eligibility_page import CriterionLine, EligibilityPage, page_of
from webapp.casebook.subject_status import Judged, judged_casebook
from webapp.security.access import READ, allow
from webapp.services import head_or_404

bp = Blueprint("eligibility", __name__)
OPEN = "attention"


@bp.get("/subjects/<subjid>/eligibility")
@allow(READ)
def show_eligibility(subjid: str) -> ResponseReturnValue:
    head = head_or_404(subjid)
    judged = judged_casebook(subjid, saves=head.saves)
    page = page_of(subjid, judged)
    if page is None:
        abort(404, "The study's dictionary has no eligibility criteria.")
    open_only = request.args.get("show") == OPEN
    table = judged.once(
        f"criteria {open_only}", lambda: _table(judged, page, open_only=open_only)
    )

    return render_template(
        "eligibility.html",
        subject=head.subject,
        table=table,
        today=judged.standing.today,
    )


def _table(judged: Judged, page: EligibilityPage, *, open_only: bool) -> Markup:
    """The verdict, and the criteria with what they are based on."""
    shown = [line for line in page.lines if not (open_only and line.settled)]

    def row(line: CriterionLine) -> Markup:
        return judged.results.of(
            f"row of {line.name}",
            line,
            work_out=lambda _subject: Markup(
                render_template("eligibility_row.html", line=line)
            ),
        )

    html = render_template(
        "eligibility_table.html",
        subjid=judged.results.subject,
        page=page,
        sides=(
            ("Inclusion criteria", [row(line) for line in shown if line.inclusion]),
            ("Exclusion criteria", [row(line) for line in shown if not line.inclusion]),
        ),
        open_only=open_only,
        open_count=sum(not line.settled for line in page.lines),
    )

    return Markup(html)
