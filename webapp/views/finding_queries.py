"""Open findings of a casebook become queries: choose, look, then open."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.casebook.subject_status import judged_casebook
from webapp.forms.finding_list import by_form
from webapp.queries.from_findings import (
    BulkPlan,
    ReportFinding,
    listed_finding,
    open_from_findings,
    plan_fingerprint,
    plan_queries,
)
from webapp.queries.rule_queries import look_again
from webapp.security.access import READ, allow
from webapp.services import services, subject_or_404
from webapp.storage import StepRefused
from webapp.views.bulk_queries import BulkSource, answering_role, bulk_page

bp = Blueprint("finding_queries", __name__)
MOST_SHOWN = 100
NOTHING = BulkPlan(new=(), skipped=())


@bp.get("/subjects/<subjid>/findings/queries")
@allow(READ)
def ask(subjid: str) -> ResponseReturnValue:
    """What the chosen findings would open, and what is skipped, and why."""
    try:
        return _page(subjid, _plan(subjid))
    except StepRefused as refused:
        return _page(subjid, NOTHING, str(refused)), 422


@bp.post("/subjects/<subjid>/findings/queries")
@allow(READ)
def open_chosen(subjid: str) -> ResponseReturnValue:
    """Opens what was shown: where it is something else by now, it is shown again."""
    try:
        plan = _plan(subjid)
    except StepRefused as refused:
        return _page(subjid, NOTHING, str(refused)), 422
    if not plan.new or request.form.get("seen") != plan_fingerprint(plan):
        return _page(subjid, plan), 409
    try:
        numbers = open_from_findings(services().database, plan)
    except StepRefused as refused:
        # Somebody locked something between the look and the opening.
        return _page(subjid, plan, str(refused)), 409

    return _page(subjid, plan, numbers=numbers)


def _plan(subjid: str) -> BulkPlan:
    """What the chosen findings would open; all of them where none is chosen.

    ``StepRefused`` for a person who may not open queries.
    """
    subject_or_404(subjid)

    # What rules ask since the last save would otherwise be asked twice.
    look_again(subjid)
    judged = judged_casebook(subjid)
    chosen = _chosen()
    lines: list[ReportFinding] = []
    for form in by_form(subjid, judged.open):
        for item in form.findings:
            if chosen and item.mark_of_choice not in chosen:
                continue
            line = listed_finding(len(lines) + 1, item.finding, subjid)
            if line is not None:
                lines.append(line)

    app = services()
    day = judged.standing.today.isoformat()
    return plan_queries(
        app.database,
        app.study,
        lines,
        user=current_user.user,
        role=answering_role(),
        source=f"open findings of {subjid} on {day}",
    )


def _chosen() -> list[str]:
    return request.values.getlist("finding")


def _page(
    subjid: str,
    plan: BulkPlan,
    message: str = "",
    *,
    numbers: tuple[int, ...] = (),
) -> str:
    address = f"/subjects/{subjid}/findings"
    source = BulkSource(
        title=subjid,
        address=f"{address}/queries",
        back=address,
        back_words="Back to the open findings",
        most=MOST_SHOWN,
        chosen=_chosen(),
    )
    seen = plan_fingerprint(plan)

    return bulk_page(source, plan, message, seen=seen, numbers=numbers)
