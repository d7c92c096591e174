"""How subjects stand, kept for lists: evaluated when a form was saved, the dictionary or
the day changed, and read by lists and work lists as it was kept.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from time import monotonic

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from forms_spec.evaluation.unique_values import unique_fields
from forms_spec.model.captured_data import LOG, FormKey
from forms_spec.schedule.visit_status import (
    VisitState,
    VisitStatus,
    next_visit,
    visit_states,
)
from webapp.casebook.grid import Grid
from webapp.casebook.search_entries import search_entries
from webapp.casebook.subject_status import Judged, judged_casebook
from webapp.presentation.form_address import forms_at
from webapp.review.review_work import review_work
from webapp.services import (
    about,
    everything,
    own_sites,
    seen_of,
    services,
    site_dictionaries,
)
from webapp.storage import (
    ListFor,
    NextVisit,
    Status,
    StoredStanding,
    SubjectInList,
    WorkKind,
    WorkLine,
    keep_standings,
    lines_of,
    newest_event,
    stale_subjects,
    standings_of,
)

OPEN = (VisitStatus.DUE, VisitStatus.OVERDUE)


class Moment:
    """The time that one request may spend on evaluating.

    The first subject is evaluated however long it takes.
    """

    LENGTH = 0.3

    def __init__(self) -> None:
        self._ends = monotonic() + self.LENGTH
        self._begun = False

    def left(self) -> bool:
        begun, self._begun = self._begun, True
        return not begun or monotonic() < self._ends


def list_for_person() -> ListFor:
    """What lists of subjects have for the person of this request, today."""
    app = services()
    return ListFor(sites=own_sites(), dictionaries=site_dictionaries(), day=app.today())


def evaluate(subjids: Sequence[str], clock: Moment) -> None:
    """Evaluates subjects, as many as there is time for, and keeps how they stand.

    Where the database is busy they are evaluated again another time.
    """
    found: list[StoredStanding] = []
    # What is kept is for everybody's lists, whoever looks at one now.
    with everything():
        for subjid in subjids:
            if not clock.left():
                break
            # Read first: what is done meanwhile makes the result old, never wrong.
            newest = newest_event(services().database, subjid)
            with about(subjid):
                standing = standing_of(subjid, judged_casebook(subjid))
                work = (*standing.work, *_review_work(subjid, standing))
            found.append(replace(standing, newest_event=newest, work=work))

        with suppress(SQLAlchemyError):
            keep_standings(services().database, found)


def _review_work(subjid: str, standing: StoredStanding) -> Iterator[WorkLine]:
    """What is to be verified and to be signed of a subject that was just judged."""
    is_over = standing.next_visit is None
    return review_work(subjid, judged_casebook(subjid), is_over=is_over)


def keep_fresh(subjid: str) -> None:
    """Keeps how a subject stands after a save, where that is not kept yet."""
    app = services()
    kept = standings_of(
        app.database, [subjid], dictionaries=site_dictionaries(), day=app.today()
    )
    if subjid not in kept:
        evaluate([subjid], Moment())


def evaluated(
    lines: Sequence[SubjectInList], clock: Moment
) -> tuple[SubjectInList, ...]:
    """The lines of a list, evaluated as far as they have to be and there is time."""
    if services().database.sight is not None:
        return tuple(_as_seen(line, clock) for line in lines)

    stale = [line.subjid for line in lines if line.standing is None]
    if not stale:
        return tuple(lines)

    evaluate(stale, clock)
    database, person = services().database, list_for_person()
    new = {line.subjid: line for line in lines_of(database, stale, of=person)}

    return tuple(new.get(line.subjid, line) for line in lines)


def _as_seen(line: SubjectInList, clock: Moment) -> SubjectInList:
    """A line for somebody who does not see everything: evaluated from what they see,
    and kept by this server only.
    """
    with about(line.subjid):
        return _line_as_seen(line, clock)


def _line_as_seen(line: SubjectInList, clock: Moment) -> SubjectInList:
    key, today = seen_of(line.subjid), services().today()
    kept = current_app.extensions.setdefault(SEEN, {})
    # Where answers are compared over subjects, the save of another one may change it.
    is_alone = not unique_fields(services().study)
    known: SubjectInList | None = kept.get(key) if is_alone else None
    standing = known.standing if known else None
    # Tomorrow a visit may be overdue without any save.
    holds = line.changes, today, services().study.hash
    if known and standing:
        was = known.changes, standing.day, standing.dictionary_hash
        if was == holds:
            return known

    if not clock.left():
        return replace(line, drafts=0, complete=0, saved_at=None, standing=None)

    judged = judged_casebook(line.subjid)
    forms = judged.casebook.forms.values()
    complete = sum(form.status is Status.COMPLETE for form in forms)
    seen = replace(
        line,
        drafts=len(forms) - complete,
        complete=complete,
        saved_at=max((form.saved_at for form in forms), default=None),
        standing=standing_of(line.subjid, judged),
    )
    kept[key] = seen
    return seen


SEEN = "crfsmith lines as roles see them"


def evaluate_some(clock: Moment, first: str = "") -> tuple[int, tuple[str, ...]]:
    """Evaluates subjects of the person that have to be, from one on, as many as there is
    time for. How many are left, and which they were.
    """
    person, app = list_for_person(), services()

    def stale() -> tuple[int, tuple[str, ...]]:
        return stale_subjects(
            app.database,
            dictionaries=person.dictionaries,
            day=person.day,
            sites=person.sites,
            most=MOST_AT_ONCE,
            first=first,
        )

    count, names = stale()
    if count:
        evaluate(names, clock)
        count, _ = stale()

    return count, names


MOST_AT_ONCE = 50


def standing_of(subjid: str, judged: Judged) -> StoredStanding:
    """What is kept of a subject's casebook."""
    study, standing = services().study, judged.standing
    states = visit_states(study, judged.visits, standing.today)

    return StoredStanding(
        subjid=subjid,
        dictionary_hash=study.hash,
        day=standing.today,
        saves=standing.changes,
        open=standing.open,
        to_finish=standing.to_finish,
        findings=dict(standing.findings),
        next_visit=_next(next_visit(states)),
        ended=judged.visits.ended,
        found=search_entries(subjid, judged),
        status=judged.life.status,
        compared=judged.repeated.compared,
        work=(
            *_visits(subjid, states),
            *_forms(subjid, judged.grid, judged.casebook.forms),
            *_findings(subjid, standing.findings, states),
        ),
    )


def _next(state: VisitState | None) -> NextVisit | None:
    if state is None:
        return None

    first, target, last = _days_of(state)
    return NextVisit(
        name=state.visit.name,
        is_due=state.status in OPEN,
        first=first,
        target=target,
        last=last,
    )


def _days_of(
    state: VisitState | None,
) -> tuple[date | None, date | None, date | None]:
    """The first, the planned and the last day of a visit, where they are known."""
    if state is None or state.due is None:
        return None, None, None
    return state.due.first, state.due.target, state.due.last


def _visits(subjid: str, states: Sequence[VisitState]) -> Iterator[WorkLine]:
    """The visits that are due or overdue, and the next one of those to come."""
    to_come = [state for state in states if state.status is VisitStatus.NOT_DUE]
    following = next((state for state in to_come if state.due), None)

    for state in states:
        if state.status not in OPEN and state is not following:
            continue

        # A visit leads to its first form; one without forms leads nowhere.
        forms = forms_at(services().study, state.visit.name)
        if forms:
            key = FormKey(forms[0].name, state.visit.name, state.unsno)
            yield _line(subjid, WorkKind.VISIT, key, state)


def _forms(subjid: str, grid: Grid, begun: Container[FormKey]) -> Iterator[WorkLine]:
    """Drafts, and what a visit that took place asked for and nobody began. Forms of an
    overdue visit stand there already, as that visit.
    """
    for line in grid.lines:
        for cell in line.cells:
            if not cell.to_finish:
                continue
            state = cell.column.state
            key = FormKey(line.form.name, state.visit.name, state.unsno)
            if key in begun or state.status not in OPEN:
                yield _line(subjid, WorkKind.FORM, key, state)

    for log in grid.logs:
        if log.to_finish:
            yield _line(subjid, WorkKind.FORM, FormKey(log.form.name, LOG, 0), None)


def _findings(
    subjid: str, findings: Mapping[FormKey, int], states: Sequence[VisitState]
) -> Iterator[WorkLine]:
    """By form: how many findings are open on it."""
    by_visit = {(state.visit.name, state.unsno): state for state in states}
    for key, count in findings.items():
        if count:
            state = by_visit.get((key.visit, key.unsno))
            yield _line(subjid, WorkKind.FINDING, key, state, count)


def _line(
    subjid: str,
    kind: WorkKind,
    key: FormKey,
    state: VisitState | None,
    count: int = 1,
) -> WorkLine:
    first, _, last = _days_of(state)
    return WorkLine(
        subjid=subjid,
        kind=kind.value,
        visit=key.visit,
        unsno=key.unsno,
        form=key.form,
        first=first,
        last=last,
        count=count,
    )
