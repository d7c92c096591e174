"""All forms of one subject as a grid: forms down, visits across, a status in every
cell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.incremental import CasebookResults
from forms_spec.model.captured_data import LOG, FormKey
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from forms_spec.model.visits import Visit, VisitType
from forms_spec.schedule.visit_status import (
    FormExpectation,
    Timeline,
    VisitKey,
    VisitState,
    VisitStatus,
    expectation,
    visit_states,
)
from webapp.casebook.conditional_forms import condition_in
from webapp.presentation.form_address import form_address, forms_at, visit_word
from webapp.presentation.statuses import (
    NOT_EXPECTED,
    ShownStatus,
    open_status,
    status_of,
)
from webapp.storage import Status, StoredCasebook


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One visit. ``today_after``: today lies between this visit and the next one;
    ``year``: it is another one than ours.
    """

    state: VisitState
    word: str
    first_address: str
    today_after: bool
    year: int | None

    @property
    def visit(self) -> Visit:
        return self.state.visit


@dataclass(frozen=True, kw_only=True, slots=True)
class FormAtVisit:
    """One form at one visit; ``address`` is empty where the form is not part of the
    visit.
    """

    column: Column
    status: ShownStatus
    address: str
    to_finish: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class GridLine:
    form: Form
    cells: tuple[FormAtVisit, ...]

    @property
    def has_addresses(self) -> bool:
        """Whether the form is part of a visit that the grid shows."""
        return any(cell.address for cell in self.cells)


@dataclass(frozen=True, kw_only=True, slots=True)
class LogForm:
    form: Form
    address: str
    rows: int
    status: ShownStatus
    to_finish: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    columns: tuple[Column, ...]
    lines: tuple[GridLine, ...]
    logs: tuple[LogForm, ...]
    next_unsno: Mapping[str, int]

    @property
    def statuses(self) -> dict[str, ShownStatus]:
        """By address of a form: its status."""
        statuses = {}
        for line in self.lines:
            for cell in line.cells:
                # A form that is not part of a visit has no address there.
                if cell.address:
                    statuses[cell.address] = cell.status

        return statuses | {log.address: log.status for log in self.logs}

    @property
    def to_finish(self) -> int:
        """Drafts, and forms that a visit behind us asked for and nobody began."""
        cells = sum(cell.to_finish for line in self.lines for cell in line.cells)
        return cells + sum(log.to_finish for log in self.logs)


def grid_of(
    subjid: str,
    casebook: StoredCasebook,
    visits: Timeline,
    results: CasebookResults,
    findings: Mapping[FormKey, int],
) -> Grid:
    """The casebook of a subject on the day of its results.

    ``visits`` are those that took place; ``findings`` has the number of open findings
    by form. What a change does not reach is taken over by ``results``.
    """
    study, today = results.study, results.today
    captured = frozenset((key.visit, key.unsno) for key in casebook.forms)

    def drawn_columns(_subject: EvaluatedSubject) -> tuple[Column, ...]:
        states = _with_captured(study, visit_states(study, visits, today), captured)
        existing = _existing(study, states, visits, captured)
        return _columns(study, subjid, _by_day(existing), today)

    columns = results.of("columns", visits, captured, today, work_out=drawn_columns)

    def line(form: Form) -> GridLine:
        known = [
            (key, stored.status, findings.get(key, 0))
            for key, stored in casebook.instances(form.name).items()
        ]

        def drawn(subject: EvaluatedSubject) -> GridLine:
            cells = _Cells(
                subjid=subjid,
                known={key: (status, count) for key, status, count in known},
                world=subject,
            )
            return GridLine(
                form=form, cells=tuple(cells.cell(form, c) for c in columns)
            )

        return results.of(f"line of {form.name}", columns, known, work_out=drawn)

    names = dict.fromkeys(scheduled.form for scheduled in study.schedule)
    lines = [line(study.forms[name]) for name in names]
    logs = [form for form in study.forms.values() if form.log]

    # The number of a voided visit is not given again.
    voided = {(key.visit, key.unsno) for key in casebook.voided}

    return Grid(
        columns=columns,
        lines=tuple(line for line in lines if line.has_addresses),
        logs=tuple(_log(subjid, form, casebook, findings) for form in logs),
        next_unsno=_next_numbers(study, visits, columns, captured | voided),
    )


def _with_captured(
    study: Study, states: tuple[VisitState, ...], captured: Collection[VisitKey]
) -> tuple[VisitState, ...]:
    """Repeating visits of which a form was captured stand in the grid, dated or not."""
    result: list[VisitState] = []
    for visit in study.visits.values():
        mine = {state.unsno: state for state in states if state.visit is visit}
        if not visit.repeats:
            result.extend(mine.values())
            continue

        some = next(iter(mine.values()))
        numbers = set(mine)
        for name, number in captured:
            if name == visit.name:
                numbers.add(number)

        # A visit that nobody began is listed under no number. A form that was captured
        # without one, when the visit took place once, has no place here any more.
        numbers -= {0}

        for number in sorted(numbers):
            blank = VisitState(
                visit=visit, unsno=number, status=VisitStatus.DUE, due=None, date=None
            )
            result.append(mine.get(number, blank))

        if not numbers and some.unsno:
            result.append(some)

    return tuple(result)


def _existing(
    study: Study,
    states: Iterable[VisitState],
    visits: Timeline,
    captured: Collection[VisitKey],
) -> tuple[VisitState, ...]:
    """The visits without those that the subject does not have, and those of which the
    reader sees no form. One that took place all the same is shown: somebody has to look
    at it.
    """
    with_forms = _with_forms(study)
    return tuple(
        state
        for state in states
        if (state.visit.name, state.unsno) in captured
        or (
            state.visit.name in with_forms
            and visits.conditions.get(state.visit.name, True) is not False
        )
    )


def _with_forms(study: Study) -> frozenset[str]:
    """The visits that have forms, in the study as a role sees it."""
    return frozenset(scheduled.visit for scheduled in study.schedule)


def _next_numbers(
    study: Study,
    visits: Timeline,
    columns: tuple[Column, ...],
    captured: Iterable[VisitKey],
) -> dict[str, int]:
    """The number that the next visit of each repeating visit gets."""
    with_forms = _with_forms(study)
    free = {
        name: 1
        for name, visit in study.visits.items()
        # The next of numbered cycles is a column already.
        if visit.repeats
        and name in with_forms
        and visit.cycles is None
        and visits.conditions.get(name, True) is True
    }
    drawn = [(column.visit.name, column.state.unsno) for column in columns]
    for name, number in (*drawn, *captured):
        if name in free:
            free[name] = max(free[name], number + 1)

    return free


def _columns(
    study: Study, subjid: str, states: tuple[VisitState, ...], today: date
) -> tuple[Column, ...]:
    last = _last_begun(states, today)
    columns = []

    for number, state in enumerate(states):
        name = state.visit.name
        forms = forms_at(study, name)
        first = ""
        if forms:
            first = form_address(subjid, name, state.unsno, forms[0].name)

        columns.append(
            Column(
                state=state,
                word=visit_word(name, state.unsno),
                first_address=first,
                today_after=number == last,
                year=_other_year(state, today),
            )
        )

    return tuple(columns)


def _day(state: VisitState) -> date | None:
    """The day of a visit, or the planned one."""
    if state.date or state.due is None:
        return state.date
    return state.due.target


def _by_day(states: tuple[VisitState, ...]) -> tuple[VisitState, ...]:
    """The visits in the study's order, with those that nobody planned where their day
    belongs.
    """
    result: list[VisitState] = []
    unplanned: list[tuple[date, VisitState]] = []
    for state in states:
        if state.date and state.visit.type is not VisitType.SCHEDULED:
            unplanned.append((state.date, state))
        else:
            result.append(state)

    unplanned.sort(key=lambda item: (item[0], item[1].unsno))
    for day, state in unplanned:
        result.insert(_number_after(result, day), state)

    return tuple(result)


def _number_after(states: Iterable[VisitState], day: date) -> int:
    """Where a day belongs: behind the last visit that is not later."""
    after = 0
    for number, state in enumerate(states, start=1):
        other = _day(state)
        if other is not None and other <= day:
            after = number

    return after


def _last_begun(states: tuple[VisitState, ...], today: date) -> int | None:
    """The number of the last visit whose day, or planned day, lies behind us; none
    behind one to come.
    """
    last = None
    for number, state in enumerate(states):
        day = _day(state)
        if day is None:
            continue
        if day > today:
            break
        last = number

    return last


def _other_year(state: VisitState, today: date) -> int | None:
    day = _day(state)
    if day is None or day.year == today.year:
        return None
    return day.year


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cells:
    """What the cells of one subject's grid are made of.

    ``known`` has the status of each captured form, and how many findings are open on it.
    """

    subjid: str
    known: Mapping[FormKey, tuple[Status, int]]
    world: EvaluatedSubject

    def cell(self, form: Form, column: Column) -> FormAtVisit:
        study, state = self.world.study, column.state
        visit = state.visit.name
        if (form.name, visit) not in study.expectations:
            return FormAtVisit(column=column, status=NOT_EXPECTED, address="")

        address = form_address(self.subjid, visit, state.unsno, form.name)
        key = FormKey(form.name, visit, state.unsno)
        if key in self.known:
            status, findings = self.known[key]
            return FormAtVisit(
                column=column,
                status=status_of(status, findings),
                address=address,
                to_finish=status is not Status.COMPLETE,
            )

        holds = condition_in(self.world)
        expected = expectation(
            study, form.name, visit, lambda item: holds(item, state.unsno)
        )
        behind = state.status in (VisitStatus.DONE, VisitStatus.OVERDUE)

        return FormAtVisit(
            column=column,
            status=open_status(expected, state),
            address=address,
            to_finish=behind and expected is FormExpectation.REQUIRED,
        )


def _log(
    subjid: str,
    form: Form,
    casebook: StoredCasebook,
    findings: Mapping[FormKey, int],
) -> LogForm:
    key = FormKey(form.name, LOG, 0)
    stored = casebook.instances(form.name).get(key)
    rows = stored.record.rows.values() if stored else ()

    return LogForm(
        form=form,
        address=form_address(subjid, LOG, 0, form.name),
        rows=sum(len(group) for group in rows),
        status=status_of(stored.status if stored else None, findings.get(key, 0)),
        to_finish=stored is not None and stored.status is not Status.COMPLETE,
    )
