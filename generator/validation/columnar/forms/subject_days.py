"""The days of many subjects that decide which visits are due: day 0, each visit, the
last day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.model.visits import VisitType
from forms_spec.schedule.timeline import (
    END_OF_STUDY,
    NOT_DONE_REASON,
    VISIT_DATE,
    field_named,
)
from generator.validation.columnar.forms.casebooks import Casebooks
from generator.validation.columnar.forms.form_table import Relation
from generator.validation.columnar.forms.value_columns import Array

NEVER = 0
"""No day."""
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
    def headers(self) -> tuple[Relation, Array, Array]:
        """The forms that say when a visit was, the day of each, and whether it was
        missed.
        """
        dated, reason = (
            field_named(self.study, VISIT_DATE),
            field_named(self.study, NOT_DONE_REASON),
        )
        assert dated is not None
        form, dates = self.books.form(dated.form), self.days(dated)
        if reason is None:
            return form, dates, np.zeros(len(form), bool)

        written = self.told(form, reason, lambda text: int(bool(text)))

        return form, dates, (dates == NEVER) & (written > 0)

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
        """The earliest date in DSSTDAT, or of an early termination visit."""
        asked = field_named(self.study, END_OF_STUDY)
        full = np.full(self.subjects, _FAR)
        if asked is not None:
            self._least(full, self.books.form(asked.form), self.days(asked))

        if field_named(self.study, VISIT_DATE) is not None:
            form, dates, _ = self.headers
            ends = [
                visit.type is VisitType.TERMINATION
                for visit in self.study.visits.values()
            ]
            self._least(
                full, form, np.where(np.array([*ends, False])[form.visit], dates, NEVER)
            )

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
        def day(text: str) -> int:
            value = asked.kind.parse(text, asked) if text else None
            return value.toordinal() if type(value) is date else NEVER

        return self.told(self.books.form(asked.form), asked, day)

    def told(self, form: Relation, asked: Field, tell: Callable[[str], int]) -> Array:
        """What a form's cells of a name tell, each different text once; a missing code
        is no text.
        """
        named = {field.name: field for field in form.shape.fields}
        there = named.get(asked.name)
        if there is None:
            return np.full(len(form), NEVER)

        codes, texts = form.text(there)
        missing = {code.code for code in asked.missing}
        results: list[int] = []

        for text in texts.to_list():
            bare = text.strip()
            results.append(tell("" if bare in missing else bare))

        return np.array(results, np.int64)[codes]
