"""Open findings become queries, those of a casebook or of the list on the home page:
choose, look, then open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from forms_spec.model.captured_data import FormKey
from webapp.casebook.form_findings import open_findings_on
from webapp.casebook.subject_status import judged_casebook
from webapp.forms.finding_list import by_form
from webapp.presentation.typed_numbers import typed_number
from webapp.queries.from_findings import (
    BulkPlan,
    ReportFinding,
    listed_finding,
    open_from_findings,
    plan_fingerprint,
    plan_queries,
)
from webapp.queries.rule_queries import look_again
from webapp.review.seen_findings import evaluate_seen, list_findings
from webapp.security.access import READ, allow
from webapp.services import about, own_sites, services, subject_or_404
from webapp.storage import StepRefused, get_subject
from webapp.views.bulk_queries import BulkSource, answering_role, bulk_page

bp = Blueprint("finding_queries", __name__)
MOST_SHOWN: Final = 100
IN_ONE_GO: Final = 500
"""So many findings of a list are taken at once: a list can have those of all subjects."""
NOTHING = BulkPlan(new=(), lines=(), skipped=())


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedFindings:
    """What a list of findings would open, and how the page speaks of the list."""

    plan: BulkPlan
    source: BulkSource


@bp.get("/subjects/<subjid>/findings/queries")
@allow(READ)
def ask(subjid: str) -> ResponseReturnValue:
    """What the chosen findings would open, and what is skipped, and why."""
    return _look(lambda: _of_casebook(subjid))


@bp.post("/subjects/<subjid>/findings/queries")
@allow(READ)
def open_chosen(subjid: str) -> ResponseReturnValue:
    """Opens what was shown: where it is something else by now, it is shown again."""
    return _open(lambda: _of_casebook(subjid))


@bp.get("/home/findings/queries")
@allow(READ)
def ask_of_list() -> ResponseReturnValue:
    """The same for the forms of the list on the home page."""
    return _look(_of_home_list)


@bp.post("/home/findings/queries")
@allow(READ)
def open_of_list() -> ResponseReturnValue:
    """Opens what was shown of them."""
    return _open(_of_home_list)


def _look(read: Callable[[], ListedFindings]) -> ResponseReturnValue:
    try:
        listed = read()
    except StepRefused as refused:
        return _refused(str(refused)), 422

    return _page(listed)


def _open(read: Callable[[], ListedFindings]) -> ResponseReturnValue:
    try:
        listed = read()
    except StepRefused as refused:
        return _refused(str(refused)), 422

    plan = listed.plan
    if not plan.new or request.form.get("seen") != plan_fingerprint(plan):
        return _page(listed), 409
    try:
        numbers = open_from_findings(services().database, plan)
    except StepRefused as refused:
        # Somebody locked something between the look and the opening.
        return _page(listed, str(refused)), 409

    return _page(listed, numbers=numbers)


def _page(
    listed: ListedFindings, message: str = "", *, numbers: tuple[int, ...] = ()
) -> str:
    seen = plan_fingerprint(listed.plan)
    return bulk_page(listed.source, listed.plan, message, seen=seen, numbers=numbers)


def _refused(message: str) -> str:
    """The page for a person who may not open queries."""
    back = request.path.removesuffix("/queries")
    source = BulkSource(
        title="this list",
        address=request.path,
        back=back,
        back_words="Back to the list",
        most=MOST_SHOWN,
    )
    return _page(ListedFindings(plan=NOTHING, source=source), message)


def _of_casebook(subjid: str) -> ListedFindings:
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

    day = judged.standing.today.isoformat()
    plan = _plan({subjid: lines}, f"open findings of {subjid} on {day}")
    address = f"/subjects/{subjid}/findings"
    source = BulkSource(
        title=subjid,
        address=f"{address}/queries",
        back=address,
        back_words="Back to the open findings",
        most=MOST_SHOWN,
        chosen=chosen,
    )
    return ListedFindings(plan=plan, source=source)


def _of_home_list() -> ListedFindings:
    """What the findings of the chosen forms would open; of all forms of the list where
    none is chosen, as many as one go takes.

    ``StepRefused`` for a person who may not open queries.
    """
    chosen = _chosen()
    first = typed_number(request.values.get("from", ""), digits=6) or 0
    forms, later = _chosen_forms(chosen), 0
    if not chosen:
        forms, later = _forms_from(first)

    lines: dict[str, list[ReportFinding]] = {}
    for subjid, keys in forms.items():
        look_again(subjid)
        lines[subjid] = list(_findings_on(subjid, keys))

    day = services().today().isoformat()
    plan = _plan(lines, f"forms with open findings on {day}")
    source = BulkSource(
        title="forms with open findings",
        address="/home/findings/queries",
        back="/home/findings",
        back_words="Back to the list",
        most=MOST_SHOWN,
        chosen=chosen,
        first=first,
        taken=sum(map(len, forms.values())),
        later=later,
    )
    return ListedFindings(plan=plan, source=source)


Forms = Mapping[str, Sequence[FormKey]]
"""By subject, some of its forms."""


def _chosen_forms(chosen: Iterable[str]) -> Forms:
    """The forms that were chosen, of subjects that exist for the person."""
    forms: dict[str, list[FormKey]] = defaultdict(list)
    for mark in chosen:
        form, visit, unsno, subjid = (*mark.split(" ", 3), "", "", "")[:4]
        number = typed_number(unsno, digits=9)
        database, sites = services().database, own_sites()
        known = subjid in forms or get_subject(database, subjid, sites=sites)
        if known and number is not None:
            forms[subjid].append(FormKey(form, visit, number))

    return forms


def _forms_from(first: int) -> tuple[Forms, int]:
    """The forms of the list from one on, as many as one go takes, and how many come
    after them.
    """
    evaluate_seen()
    count, listed = list_findings(first, IN_ONE_GO)
    forms: dict[str, list[FormKey]] = defaultdict(list)
    findings = taken = 0
    for line in listed:
        findings += line.count
        if taken and findings > IN_ONE_GO:
            break
        forms[line.subjid].append(FormKey(line.form, line.visit, line.unsno))
        taken += 1

    return forms, max(0, count - first - taken)


def _findings_on(subjid: str, keys: Sequence[FormKey]) -> Iterator[ReportFinding]:
    """The open findings that show on some forms of a subject, as they are now."""
    for number, finding in enumerate(open_findings_on(subjid, keys), start=1):
        line = listed_finding(number, finding, subjid)
        if line is not None:
            yield line


def _plan(lines: Mapping[str, Sequence[ReportFinding]], source: str) -> BulkPlan:
    """What the findings of some subjects would open, each by the dictionary of its
    subject's site.
    """
    by_study: dict[str, list[str]] = defaultdict(list)
    for subjid in lines:
        with about(subjid):
            by_study[services().study.hash].append(subjid)

    plans = [_plan_of_study(subjects, lines, source) for subjects in by_study.values()]
    # A person who may not ask is told so, whatever the list has.
    if not plans:
        plans = [_plan_of_study([], lines, source)]

    return BulkPlan(
        new=tuple(query for plan in plans for query in plan.new),
        lines=tuple(line for plan in plans for line in plan.lines),
        skipped=tuple(item for plan in plans for item in plan.skipped),
    )


def _plan_of_study(
    subjects: Sequence[str], lines: Mapping[str, Sequence[ReportFinding]], source: str
) -> BulkPlan:
    with about(subjects[0] if subjects else ""):
        app = services()
        return plan_queries(
            app.database,
            app.study,
            [line for subjid in subjects for line in lines[subjid]],
            user=current_user.user,
            role=answering_role(),
            source=source,
        )


def _chosen() -> list[str]:
    return request.values.getlist("chosen")
