"""The days of many subjects that decide which visits are due: day 0, each visit, the
last day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.model.visits import VisitType
from forms_spec.schedule.visit_dating import dating_plan, last_day_fields
from generator.validation.columnar.forms.casebooks import Casebooks
from generator.validation.columnar.forms.day_columns import NEVER, DayColumns
from generator.validation.columnar.forms.form_table import Relation
from generator.validation.columnar.forms.row_keys import visit_numbers
from generator.validation.columnar.forms.value_columns import Array

_FAR = date.max.toordinal() + 1


@dataclass(kw_only=True)
class SubjectDays:
    """The days of the first ``subjects`` subjects of a book, as ordinal numbers."""

    books: Casebooks
    subjects: int

    @property
    def study(self) -> Study:
        return self.books.study

    @cached_property
    def columns(self) -> DayColumns:
        """The columns that the days are read from."""
        return DayColumns(books=self.books)

    @cached_property
    def day_zero(self) -> Array:
        """The first known date of ``study.day_zero``; NEVER where there is none."""
        return self.first_known(self.study.day_zero)

    def first_known(self, names: Sequence[str]) -> Array:
        """The first known date of fields; NEVER where there is none."""
        full = np.full(self.subjects, NEVER)
        for name in names:
            table, _, item = name.partition(".")
            asked = self.study.field(table, item)
            if asked is not None:
                first = self._first(self.books.form(asked.form), self.days(asked))
                full = np.where(full == NEVER, first, full)

        return full

    @cached_property
    def ended(self) -> Array:
        """The earliest last day that a form says, or date of an early termination
        visit.
        """
        full = np.full(self.subjects, _FAR)
        for asked in last_day_fields(self.study):
            self._least(full, self.books.form(asked.form), self.days(asked))

        for name, visit in self.study.visits.items():
            dated = dating_plan(self.study).of(name).date
            if visit.type is not VisitType.TERMINATION or dated is None:
                continue

            form = self.books.form(dated.form)
            is_there = form.visit == visit_numbers(self.study)[name]
            self._least(full, form, np.where(is_there, self.days(dated), NEVER))

        return np.where(full == _FAR, NEVER, full)

    def _least(self, array: Array, form: Relation, days: Array) -> None:
        there = days != NEVER
        np.minimum.at(array, form.subject[there], days[there])

    def _first(self, form: Relation, days: Array) -> Array:
        """The day of each subject's first form that has one."""
        results, there = np.full(self.subjects, NEVER), days != NEVER
        subjects, first = np.unique(form.subject[there], return_index=True)
        results[subjects] = days[there][first]

        return results

    def days(self, asked: Field) -> Array:
        """The day in each line of a date field's form."""
        return self.columns.days(asked)
