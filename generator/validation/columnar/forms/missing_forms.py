"""Forms that visits ask for and nobody began, of many subjects: the same counts as for
one subject.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.model.visits import Expectation, Scheduled
from forms_spec.rules.semantics import resolved as core
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.types import Type
from forms_spec.schedule.visit_dating import DatingFields, dating_plan
from forms_spec.schedule.visit_status import (
    VisitStatus,
    due_dates,
    status_not_held,
)
from generator.validation.columnar.forms.casebooks import Casebooks
from generator.validation.columnar.forms.day_columns import NEVER
from generator.validation.columnar.forms.dependencies import (
    TableShape,
    conditions,
    formula,
    nodes,
    resolved,
)
from generator.validation.columnar.forms.form_table import Relation
from generator.validation.columnar.forms.needed_columns import place_of
from generator.validation.columnar.forms.row_keys import (
    NOWHERE,
    places_of,
    visit_numbers,
)
from generator.validation.columnar.forms.subject_days import SubjectDays
from generator.validation.columnar.forms.subject_lives import SubjectLives
from generator.validation.columnar.forms.value_columns import TRUE, Array
from generator.validation.count_completeness import OPEN, MissingnessCounter

_ASKED_ON: StudyCache[tuple[str, int, date], tuple[int, tuple[int, ...]]] = StudyCache()
_LOOKS_AT_ITSELF: StudyCache[tuple[str, str], bool] = StudyCache()


@dataclass(kw_only=True)
class MissingForms:
    """Counts what is not begun of the subjects of a book."""

    books: Casebooks
    subjects: Array
    missing: MissingnessCounter

    def count(self) -> Array:
        """Counts the forms of every subject that it can; gives the numbers of those
        that the judge counts.
        """
        lacked: dict[tuple[str, str], Array] = {}
        for place, expectation in self.study.expectations.items():
            if _may_be_asked(expectation):
                lacked[place] = self._lacks(expectation)

        left = self._repeated() | self._looking_at_themselves(lacked)
        states = {
            visit: self._states(visit) for visit in {visit for _, visit in lacked}
        }

        for (form, visit), where in lacked.items():
            asked = self._asked(self.study.expectations[form, visit], where & ~left)
            numbers, counts = np.unique(states[visit][asked], return_counts=True)

            for number, count in zip(numbers, counts, strict=True):
                status = _STATUSES[number]
                if status in OPEN:
                    self.missing.unbegun(form, visit, OPEN[status], int(count))

        return np.flatnonzero(left)

    @cached_property
    def _days(self) -> SubjectDays:
        return SubjectDays(books=self.books, subjects=len(self.subjects))

    @cached_property
    def _lives(self) -> SubjectLives:
        return SubjectLives(days=self._days)

    @property
    def study(self) -> Study:
        return self.books.study

    def _number(self, visit: str) -> int:
        return visit_numbers(self.study)[visit]

    def _key(self, visit: str) -> Array:
        """The key of the visit's first time, of every subject."""
        every = np.arange(len(self.books.keys.names))
        return self.books.keys.of(every, np.array([self._number(visit)]), np.array([0]))

    def _lacks(self, scheduled: Scheduled) -> Array:
        form = self.books.form(scheduled.form)
        return self.subjects & (
            places_of(form.key, self._key(scheduled.visit)) == NOWHERE
        )

    def _repeated(self) -> Array:
        """The subjects with a visit that took place more than once."""
        zeros = np.zeros(len(self.subjects), bool)
        # After a cycle another one is asked for, whatever number that one has.
        cycles = [
            self._number(name)
            for name, visit in self.study.visits.items()
            if visit.cycles is not None
        ]
        for name in self.study.forms:
            form = self.books.form(name)
            repeats = (form.unsno > 0) | np.isin(form.visit, cycles)
            zeros[form.subject[repeats]] = True

        return zeros

    def _looking_at_themselves(self, lacked: dict[tuple[str, str], Array]) -> Array:
        """The subjects of whom a form is lacked whose condition looks at other
        instances of it.
        """
        zeros = np.zeros(len(self.subjects), bool)
        for index, where in lacked.items():
            if _looks_at_itself(self.study, self.study.expectations[index]):
                zeros |= where

        return zeros

    def _asked(self, scheduled: Scheduled, where: Array) -> Array:
        # Without a condition, or without anybody to ask, nothing has to be worked out.
        if scheduled.expectation is Expectation.REQUIRED or scheduled.when is None:
            return where
        if not where.any():
            return where

        return where & (self._expected(scheduled) == TRUE)

    def _expected(self, scheduled: Scheduled) -> Array:
        """Evaluates a condition for a form without any answer, at its visit."""
        assert scheduled.when is not None
        form = self.study.forms[scheduled.form]
        key = self._key(scheduled.visit)
        blank = Relation(
            shape=TableShape(form=form, group=None, study=self.study),
            books=self.books,
            key=key,
            line=key,
            complete=np.zeros(len(key), bool),
            cells={},
        )
        node = resolved(scheduled.when, self.study, Home(form=form), Type.CONDITION)

        return self.books.scene(blank).truth(node)

    # The state of a visit

    def _states(self, visit: str) -> Array:
        """The place in ``_STATUSES`` of a visit's status, of every subject."""
        value, missed = self._held(visit)
        done = np.where(missed, _PLACES[VisitStatus.MISSED], _PLACES[VisitStatus.DONE])

        return np.where(value, done, self._open(visit))

    def _open(self, visit: str) -> Array:
        """The same where the visit was not held.

        The day that it counts from decides when it is due; of the last day it matters
        only whether it comes before that.
        """
        days, of = np.unique(self._start(visit), return_inverse=True)
        asked = [self._asked_on(visit, day) for day in days.tolist()]
        target = np.array([item[0] for item in asked])[of]
        # Who has left is asked for what stays due, whenever that was.
        left = np.where(self._lives.over, NEVER, self._days.ended)
        until = self._until(visit)
        is_until = (until != NEVER) & ((left == NEVER) | (until < left))
        last_day = np.where(is_until, until, left)
        ended = np.where(last_day == NEVER, 0, np.where(last_day < target, 1, 2))
        states = np.array([item[1] for item in asked])[of, ended]

        not_expected = _PLACES[VisitStatus.NOT_EXPECTED]
        return np.where(self._lives.not_asked(visit), not_expected, states)

    def _start(self, visit: str) -> Array:
        """The day that a visit counts from; NEVER where it is not known."""
        anchor = self.study.visits[visit].anchor
        if anchor is None:
            return self._days.day_zero

        return self._day_of(anchor)

    def _until(self, visit: str) -> Array:
        """The day after which a visit is no longer due; NEVER where there is none."""
        until = self.study.visits[visit].until
        if until is None:
            return np.full(len(self.subjects), NEVER)

        return self._day_of(until)

    def _day_of(self, anchor: str) -> Array:
        """The day of an anchor or a visit; NEVER where it is not known."""
        if anchor in self.study.anchors:
            return self._days.first_known(self.study.anchors[anchor])

        return self._visit_day(anchor)

    def _visit_day(self, visit: str) -> Array:
        """The date of a visit that took place once; NEVER where it has none."""
        return self._days.columns.date_at(self._dating(visit), self._key(visit))

    def _dating(self, visit: str) -> DatingFields:
        return dating_plan(self.study).of(visit)

    def _asked_on(self, visit: str, start_day: int) -> tuple[int, tuple[int, ...]]:
        """When a visit is due, and its status in a study that goes on, has ended
        before, or has not.
        """
        today = self.missing.today

        def asked_on() -> tuple[int, tuple[int, ...]]:
            asked = self.study.visits[visit]
            due = due_dates(asked, _date(start_day))
            statuses = (
                status_not_held(asked, due, end, today)
                for end in (None, date.min, date.max)
            )

            return due.target.toordinal() if due else NEVER, tuple(
                _PLACES[status] for status in statuses
            )

        return _ASKED_ON.get(self.study, (visit, start_day, today), asked_on)

    def _held(self, visit: str) -> tuple[Array, Array]:
        """Of whom a visit is captured, and whether it was missed."""
        key, dating = self._key(visit), self._dating(visit)
        has_date = self._days.columns.date_at(dating, key) != NEVER
        missed = ~has_date & self._days.columns.says_missed(dating, key)
        if dating.date is not None:
            return has_date | missed, missed

        # A visit whose date nobody says took place once any of its forms was begun.
        begun = np.zeros(len(key), bool)
        for name in self.study.forms:
            begun |= places_of(self.books.form(name).key, key) != NOWHERE

        return begun | missed, missed


_STATUSES: Sequence[VisitStatus] = tuple(VisitStatus)
_PLACES: Mapping[VisitStatus, int] = {
    status: index for index, status in enumerate(_STATUSES)
}


def _date(day: int) -> date | None:
    return None if day == NEVER else date.fromordinal(day)


def _may_be_asked(scheduled: Scheduled) -> bool:
    return scheduled.expectation is not Expectation.OPTIONAL


def _looks_at_itself(study: Study, scheduled: Scheduled) -> bool:
    """Whether a condition, or what it hangs on, looks at instances of its own form."""
    if scheduled.when is None:
        return False

    when = scheduled.when

    def looks_at_itself() -> bool:
        root = resolved(
            when, study, Home(form=study.forms[scheduled.form]), Type.CONDITION
        )

        return any(
            (isinstance(node, core.Remote) and node.form == scheduled.form)
            or (isinstance(node, core.Fold) and node.source.form == scheduled.form)
            for node in _behind(study, root)
        )

    return _LOOKS_AT_ITSELF.get(
        study, (scheduled.form, scheduled.visit), looks_at_itself
    )


def _behind(study: Study, root: core.Core) -> Iterator[core.Core]:
    """Every node of an expression and of what decides the cells that it reads."""
    waiting, met = [root], set()
    while waiting:
        for node in nodes(waiting.pop()):
            yield node
            if not isinstance(node, core.Read | core.Remote):
                continue

            place = place_of(node)
            if place in met:
                continue

            met.add(place)
            table = study.tables[place[0]]
            shape = TableShape(form=table.form, group=table.group, study=study)
            waiting += conditions(shape, node.field)
            computed = formula(shape, node.field)
            if computed is not None:
                waiting.append(computed)
