"""Forms with open findings, as the person of a request sees them. What is kept of a
subject counts the findings of everybody, so a form that is seen in part is evaluated
from what the person sees of it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace
from datetime import date
from heapq import merge
from itertools import islice
from typing import Final

from flask import current_app

from forms_spec.evaluation.unique_values import unique_fields
from forms_spec.model.captured_data import FormKey
from webapp.casebook.form_findings import open_findings_on
from webapp.review.stored_status import Moment
from webapp.services import about, own_sites, seen_of, services
from webapp.storage import WorkFilter, WorkKind, WorkLine, list_work
from webapp.storage.standings import LATER
from webapp.storage.work_lists import FormInPart, findings_in_part

SEEN: Final = "crfsmith findings as roles see them"


def evaluate_seen(clock: Moment | None = None) -> int:
    """Evaluates the forms with findings that the person sees in part, as many as there is
    time for; how many are left.
    """
    left = 0
    for form in _forms_in_part():
        with about(form.line.subjid):
            if _known(form) is not None:
                continue
            if clock is not None and not clock.left():
                left += 1
                continue
            _evaluate(form)

    return left


def list_findings(
    first: int, most: int, count_to: int | None = None
) -> tuple[int, tuple[WorkLine, ...]]:
    """How many forms have findings that the person sees, and so many of them from the
    ``first`` on. Forms that are still to be evaluated are not among them.
    """
    wanted = WorkFilter(kind=WorkKind.FINDING, sites=own_sites())
    in_part = list(_lines_in_part())
    if not in_part:
        return list_work(
            services().database, wanted, first=first, most=most, count_to=count_to
        )

    # Both are in order: what comes first of both comes first of each.
    count, wholly = list_work(
        services().database, wanted, first=0, most=first + most, count_to=count_to
    )
    lines = islice(merge(wholly, in_part, key=_order), first, first + most)
    return count + len(in_part), tuple(lines)


def _forms_in_part() -> tuple[FormInPart, ...]:
    return findings_in_part(services().database, own_sites())


def _lines_in_part() -> Iterator[WorkLine]:
    for form in _forms_in_part():
        with about(form.line.subjid):
            count = _known(form)
        if count:
            yield replace(form.line, count=count)


def _order(line: WorkLine) -> tuple[str, str, str, int, str]:
    last = line.last.isoformat() if line.last else LATER
    return last, line.subjid, line.visit, line.unsno, line.form


def _known(form: FormInPart) -> int | None:
    """How many findings of a form the person sees; None where it is to be evaluated."""
    known = current_app.extensions.setdefault(SEEN, {}).get(_key(form))
    if known is None or known[0] != _state(form):
        return None

    count: int = known[1]
    return count


def _evaluate(form: FormInPart) -> None:
    line = form.line
    findings = open_findings_on(
        line.subjid, [FormKey(line.form, line.visit, line.unsno)]
    )
    known = current_app.extensions.setdefault(SEEN, {})
    known[_key(form)] = (_state(form), len(findings))


def _key(form: FormInPart) -> Hashable:
    line = form.line
    return seen_of(line.subjid), line.form, line.visit, line.unsno


def _state(form: FormInPart) -> tuple[int, int, date, str]:
    """What the findings of a form hang on. Where answers are compared over subjects, the
    save of another subject counts too.
    """
    study = services().study
    others = form.saves_of_all if unique_fields(study) else 0
    return form.saves, others, services().today(), study.hash
