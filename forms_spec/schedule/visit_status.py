"""The visit schedule: when a visit is due, whether it was, and which forms it asks for.

Pure: today and everything captured come in as arguments;
``forms_spec.schedule.timeline`` reads what was captured.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum

from forms_spec.model.study import Study
from forms_spec.model.visits import (
    Cycles,
    Expectation,
    Offset,
    Scheduled,
    Visit,
    VisitType,
    Window,
)

VisitKey = tuple[str, int]


class VisitStatus(Enum):
    DONE = "done"
    MISSED = "missed"
    DUE = "due"
    OVERDUE = "overdue"
    NOT_DUE = "not due yet"
    NOT_EXPECTED = "not expected"


class FormExpectation(Enum):
    """What a visit asks of a form. UNKNOWN: a source of its condition is missing."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NOT_EXPECTED = "not expected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """The target day of a visit and the first and last day of its window, all included."""

    target: date
    first: date
    last: date

    def days_outside(self, day: date) -> int:
        """0 inside the window; -2 is two days too early, 3 three days too late."""
        if day < self.first:
            return (day - self.first).days

        return max((day - self.last).days, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class CapturedVisit:
    """What was captured of one visit: its date where it is known, and whether it was
    missed.
    """

    date: date | None = None
    missed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeline:
    """What is known of a subject's visits.

    ``anchors`` are the days of the study's anchors that are known. ``ended`` is the day
    on which the subject left the study. ``still_due`` are the visits that take place
    after it, where it is known that the subject has left. ``conditions`` has by visit
    whether its condition holds, of the visits that have one.
    """

    day_zero: date | None = None
    anchors: Mapping[str, date] = field(default_factory=dict)
    ended: date | None = None
    captured: Mapping[VisitKey, CapturedVisit] = field(default_factory=dict)
    still_due: frozenset[str] | None = None
    conditions: Mapping[str, bool | None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitState:
    """One visit of one subject today.

    ``days_overdue`` counts from the last day of the window.
    """

    visit: Visit
    unsno: int
    status: VisitStatus
    due: Due | None
    date: date | None
    days_overdue: int = 0

    @property
    def days_outside(self) -> int:
        """How far the visit's date is outside its window, in days; 0 when one of them
        is unknown.
        """
        if self.due and self.date:
            return self.due.days_outside(self.date)

        return 0


def add_months(day: date, months: int) -> date:
    """The same day so many calendar months later, clamped to the month's end (31 May -
    3 = 29 Feb).
    """
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def day_at(start: date, offset: Offset) -> date:
    """The day at a distance from the day that a visit counts from."""
    if offset.unit == "month":
        return add_months(start, offset.count)
    if offset.unit == "week":
        return start + timedelta(weeks=offset.count)

    return start + timedelta(days=offset.count)


def start_day(visit: Visit, timeline: Timeline, unsno: int = 0) -> date | None:
    """The day that the target of a visit counts from, where it is known.

    A visit is an anchor by its own date. Of an anchor that repeats, the instance with
    the same number counts for a visit that repeats, and the latest for any other.
    """
    anchor = visit.anchor
    if anchor is None:
        return timeline.day_zero
    if anchor in timeline.anchors:
        return timeline.anchors[anchor]

    days = _days_by_number(anchor, timeline)
    # The instances of a visit that repeats have numbers from 1 on.
    anchor_repeats = any(days)
    if visit.repeats and anchor_repeats:
        return days.get(unsno)

    return max(filter(None, days.values()), default=None)


def end_day(visit: Visit, timeline: Timeline) -> date | None:
    """The day after which a visit is no longer due, where there is one and it is known.

    That is the day of its ``until``. It counts although the subject stays in the study.
    """
    if visit.until is None:
        return None
    if visit.until in timeline.anchors:
        return timeline.anchors[visit.until]

    days = _days_by_number(visit.until, timeline)
    return min(filter(None, days.values()), default=None)


def _days_by_number(visit: str, timeline: Timeline) -> dict[int, date | None]:
    """The dates of the times that a visit took place."""
    return {
        number: captured.date
        for (name, number), captured in timeline.captured.items()
        if name == visit
    }


def due_dates(visit: Visit, start: date | None, unsno: int = 0) -> Due | None:
    """When a visit is due, or its time of a number.

    None for a visit without target, or before the day that it counts from is known.

    Also None where the calendar ends: a mistyped day 0 in the year 9999 has no month
    24.
    """
    target = visit.target_of(unsno)
    if start is None or target is None:
        return None

    # Python's calendar ends with the year 9999.
    try:
        return _due(target, visit.window, start)
    except (OverflowError, ValueError):
        return None


def _due(offset: Offset, window: Window | None, counted_from: date) -> Due:
    target = day_at(counted_from, offset)
    if window is None:
        return Due(target=target, first=target, last=target)

    start = target if window.around else counted_from
    return Due(
        target=target,
        first=start + timedelta(days=window.first),
        last=start + timedelta(days=window.last),
    )


def visit_state(
    visit: Visit, timeline: Timeline, today: date, *, unsno: int = 0
) -> VisitState:
    """The status of one visit.

    A visit after the subject's last day is not expected, an early termination or an
    unscheduled visit not before it took place. Before day 0 is known the visits before
    it are due.
    """
    due = due_dates(visit, start_day(visit, timeline, unsno), unsno)
    captured = timeline.captured.get((visit.name, unsno))

    if captured is not None:
        return VisitState(
            visit=visit,
            unsno=unsno,
            status=VisitStatus.MISSED if captured.missed else VisitStatus.DONE,
            due=due,
            date=captured.date,
        )

    exists = timeline.conditions.get(visit.name, True)
    if exists is not True:
        # As long as nobody knows whether there is such a visit, it is not due.
        waits = exists is None and visit.type is VisitType.SCHEDULED
        return VisitState(
            visit=visit,
            unsno=unsno,
            status=VisitStatus.NOT_DUE if waits else VisitStatus.NOT_EXPECTED,
            due=None,
            date=None,
        )

    has_left = timeline.still_due is not None
    if has_left and visit.name not in (timeline.still_due or ()):
        return VisitState(
            visit=visit,
            unsno=unsno,
            status=VisitStatus.NOT_EXPECTED,
            due=due,
            date=None,
        )

    # What stays due after the subject has left is due whenever that was.
    left = None if has_left else timeline.ended
    ended = min(filter(None, (left, end_day(visit, timeline))), default=None)
    status = status_not_held(visit, due, ended, today)
    is_overdue = due is not None and status is VisitStatus.OVERDUE
    return VisitState(
        visit=visit,
        unsno=unsno,
        status=status,
        due=due,
        date=None,
        days_overdue=(today - due.last).days if due and is_overdue else 0,
    )


def status_not_held(
    visit: Visit, due: Due | None, ended: date | None, today: date
) -> VisitStatus:
    """The status of a visit that neither took place nor was missed."""
    if visit.type is not VisitType.SCHEDULED:
        return VisitStatus.NOT_EXPECTED
    if due is None:
        return _status_without_day(visit, ended)

    # After the end of the study nothing is awaited any more.
    if ended and due.target > ended:
        return VisitStatus.NOT_EXPECTED
    if today < due.first:
        return VisitStatus.NOT_DUE
    if today <= due.last:
        return VisitStatus.DUE

    return VisitStatus.OVERDUE


def _status_without_day(visit: Visit, ended: date | None) -> VisitStatus:
    """The status of a visit whose day nobody knows yet."""
    # The visits before day 0 decide when, and whether, there is one.
    target = visit.target
    is_before_day_zero = (
        target is not None and target.anchor is None and target.count < 0
    )
    if is_before_day_zero:
        return VisitStatus.DUE
    if ended:
        return VisitStatus.NOT_EXPECTED

    return VisitStatus.NOT_DUE


def visit_states(
    study: Study, timeline: Timeline, today: date
) -> tuple[VisitState, ...]:
    """Every visit in the study's order; a repeating visit once for each time it took
    place, numbered cycles also for the next one while one is awaited.
    """
    states: list[VisitState] = []
    for visit in study.visits.values():
        for number in _numbers(visit, timeline):
            state = visit_state(visit, timeline, today, unsno=number)
            if not _is_over(state):
                states.append(state)

    return tuple(states)


def _is_over(state: VisitState) -> bool:
    """Whether a cycle follows the last one that there is."""
    is_following = state.visit.cycles is not None and state.unsno > 1
    return is_following and state.status is VisitStatus.NOT_EXPECTED


def _numbers(visit: Visit, timeline: Timeline) -> list[int]:
    """The times that a visit took place, and the next of numbered cycles; 0 where there
    is none, or it does not repeat.
    """
    if not visit.repeats:
        return [0]

    numbers = [number for name, number in timeline.captured if name == visit.name]
    if visit.cycles is not None:
        return sorted({*numbers, *_following(numbers, visit.cycles)})
    if not numbers:
        return [0]

    return sorted(numbers)


def _following(numbers: list[int], cycles: Cycles) -> Iterable[int]:
    """The number of the cycle that comes next; none after the last."""
    following = max(numbers, default=0) + 1
    if cycles.most is None or following <= cycles.most:
        yield following


def next_visit(states: Iterable[VisitState]) -> VisitState | None:
    """The first visit that still has to take place; None when nothing is to come."""
    to_come = (VisitStatus.DUE, VisitStatus.OVERDUE, VisitStatus.NOT_DUE)
    for state in states:
        if state.status in to_come:
            return state

    return None


def expectation(
    study: Study, form: str, visit: str, evaluate: Callable[[Scheduled], bool | None]
) -> FormExpectation:
    """What a visit asks of a form; ``evaluate`` gives a condition's three-valued truth."""
    scheduled = study.expectations.get((form, visit))
    if scheduled is None:
        return FormExpectation.NOT_EXPECTED

    holds = True if scheduled.when is None else evaluate(scheduled)
    if holds is False:
        return FormExpectation.NOT_EXPECTED
    if scheduled.expectation is Expectation.OPTIONAL:
        return FormExpectation.OPTIONAL
    if holds is None:
        return FormExpectation.UNKNOWN

    return FormExpectation.REQUIRED
