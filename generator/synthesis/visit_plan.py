"""The visits that a synthetic subject has, and the day of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from random import Random

from forms_spec.model.captured_data import FormKey, InMemoryCasebook
from forms_spec.model.study import Study
from forms_spec.model.visits import Visit, VisitType
from forms_spec.schedule.timeline import timeline
from forms_spec.schedule.visit_status import (
    CapturedVisit,
    Due,
    Timeline,
    VisitKey,
    due_dates,
    end_day,
    start_day,
)
from generator.synthesis.casebook import Records

BETWEEN_VISITS = timedelta(days=14)
"""Between two visits that have no target."""
LEEWAY = timedelta(days=2)
"""How far a visit may lie from its target, where its window is so wide."""
TIMES = 2
"""How often a numbered cycle takes place. Two are the fewest of which one comes after
another one.
"""
SPARE_DAYS = (30, 330)
"""Between the last visit and the day of the data. Months differ in length, so there are
some at least.
"""


class VisitPlan:
    """The times of a subject's visits, in the order of the study, each with its day.

    A day is planned first. It follows what was captured once the day that it counts from
    is known. ``days`` has the visits that take place before the day of the data.
    """

    def __init__(self, study: Study, random: Random, today: date) -> None:
        self.study = study
        self.today = today
        self.times = tuple(visit_times(study))
        self._shares = {time: random.random() for time in self.times}

        # How long the study takes is seen from any day 0.
        start = date(2000, 1, 1)
        last = max(self._planned(start).values(), default=start)
        spare = timedelta(days=random.randint(*SPARE_DAYS))
        self.day_zero = today - (last - start) - spare
        self.days: dict[VisitKey, date] = self._planned(self.day_zero)

    def day(self, key: FormKey) -> date:
        """The day of a form's visit; of a log form that of the last visit."""
        last = max(self.days.values(), default=self.today)
        return self.days.get((key.visit, key.unsno), last)

    def follow(self, time: VisitKey, records: Records) -> bool:
        """Sets the day of a visit by what was captured before it; whether it takes place."""
        captured = timeline(self.study, InMemoryCasebook(records), records)
        planned = self._timeline(self.days, self.day_zero)
        dated = {key: own for key, own in captured.captured.items() if own.date}
        visits = Timeline(
            day_zero=captured.day_zero or self.day_zero,
            anchors={**planned.anchors, **captured.anchors},
            captured={**planned.captured, **dated},
        )
        before = self.times[: self.times.index(time)]
        day = self._day(
            time, visits, [self.days[key] for key in before if key in self.days]
        )

        visit = self.study.visits[time[0]]
        ended = end_day(visit, captured)
        if day > self.today or (ended is not None and day > ended):
            self.days.pop(time, None)
            return False

        self.days[time] = day
        return True

    def _planned(self, day_zero: date) -> dict[VisitKey, date]:
        days: dict[VisitKey, date] = {}
        for time in self.times:
            visits = self._timeline(days, day_zero)
            days[time] = self._day(time, visits, list(days.values()))

        return days

    def _timeline(self, days: Mapping[VisitKey, date], day_zero: date) -> Timeline:
        """The visits as planned, with the anchors on the days of their visits."""
        anchors: dict[str, date] = {}
        for anchor, fields in self.study.anchors.items():
            forms = {name.partition(".")[0] for name in fields}
            own = [days[time] for time in days if self._has_one(time[0], forms)]
            if own:
                anchors[anchor] = own[0]

        captured = {time: CapturedVisit(date=day) for time, day in days.items()}
        return Timeline(day_zero=day_zero, anchors=anchors, captured=captured)

    def _has_one(self, visit: str, forms: Iterable[str]) -> bool:
        return any((form, visit) in self.study.expectations for form in forms)

    def _day(self, time: VisitKey, visits: Timeline, before: list[date]) -> date:
        """The day of a visit among the days of those before it in the study's order."""
        name, number = time
        visit = self.study.visits[name]
        due = due_dates(visit, start_day(visit, visits, number), number)
        if due is not None:
            return _within(due, self._shares[time])

        if visit.type is VisitType.UNSCHEDULED and before:
            length = (max(before) - min(before)).days
            return min(before) + timedelta(days=round(length * self._shares[time]))

        day_zero = visits.day_zero or self.day_zero
        first = day_zero - BETWEEN_VISITS * self._leading()
        return max(before) + BETWEEN_VISITS if before else first

    def _leading(self) -> int:
        """How many visits without a target come before the first that has one."""
        for count, (name, number) in enumerate(self.times):
            if self.study.visits[name].target_of(number) is not None:
                return count

        return 0


def _within(due: Due, share: float) -> date:
    first = max(due.first, due.target - LEEWAY)
    last = min(due.last, due.target + LEEWAY)
    return first + timedelta(days=round((last - first).days * share))


def visit_times(study: Study) -> Iterator[VisitKey]:
    """The visits of somebody who takes part to the end, each with the number of its time;
    0 where it does not repeat.
    """
    numbers: dict[str, tuple[int, ...]] = {}
    for visit in study.visits.values():
        if visit.type is VisitType.TERMINATION:
            continue

        numbers[visit.name] = _numbers(visit, numbers)
        for number in numbers[visit.name]:
            yield visit.name, number


def _numbers(visit: Visit, numbers: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    """The numbers of the times of a visit; of one that counts from another visit that
    repeats, the same.
    """
    if not visit.repeats:
        return (0,)
    if visit.cycles is not None:
        most = TIMES if visit.cycles.most is None else min(TIMES, visit.cycles.most)
        return tuple(range(1, most + 1))

    anchor = numbers.get(visit.anchor or "", (0,))
    return (1,) if anchor == (0,) else anchor
