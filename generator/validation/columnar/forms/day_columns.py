"""The days that forms of many subjects say: each column is read once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from forms_spec.model.fields import Field
from forms_spec.schedule.visit_dating import DatingFields
from generator.validation.columnar.forms.casebooks import Casebooks
from generator.validation.columnar.forms.row_keys import NOWHERE, places_of
from generator.validation.columnar.forms.value_columns import Array

NEVER = 0
"""No day."""


@dataclass(kw_only=True)
class DayColumns:
    """Reads the days of the forms of a book, as ordinals; NEVER where there is none."""

    books: Casebooks
    _columns: dict[tuple[str, ...], Array] = field(default_factory=dict)

    def days(self, asked: Field) -> Array:
        """The day in each line of a date field's form."""

        def day(text: str) -> int:
            value = asked.kind.parse(text, asked) if text else None
            return value.toordinal() if type(value) is date else NEVER

        return self._column(asked, (), day)

    def date_at(self, dating: DatingFields, key: Array) -> Array:
        """The date of a visit at each key."""
        if dating.date is None:
            return np.full(len(key), NEVER)

        return self._value_at(dating.date, self.days(dating.date), key)

    def says_missed(self, dating: DatingFields, key: Array) -> Array:
        """Whether an answer at each key says that the visit was missed."""
        asked = dating.missed
        if asked is None:
            return np.zeros(len(key), bool)

        answer = ("missed", dating.missed_code or "")
        said = self._column(asked, answer, lambda text: int(dating.says_missed(text)))
        return self._value_at(asked, said, key) > 0

    def _value_at(self, asked: Field, values: Array, key: Array) -> Array:
        """The value of the form's line at each key; NEVER where there is no line."""
        form = self.books.form(asked.form)
        # Without a line there is no place to look at.
        if not len(form):
            return np.full(len(key), NEVER)

        places = places_of(form.key, key)
        return np.where(places != NOWHERE, values[places], NEVER)

    def _column(
        self, asked: Field, what: tuple[str, ...], tell: Callable[[str], int]
    ) -> Array:
        """What each line of a field's form tells; ``what`` is told apart in the cache."""
        path = (asked.form, asked.name, *what)
        if path not in self._columns:
            self._columns[path] = self.told(asked, tell)

        return self._columns[path]

    def told(self, asked: Field, tell: Callable[[str], int]) -> Array:
        """What a form's cells of a name tell, each different text once; a missing code
        is no text.
        """
        form = self.books.form(asked.form)
        named = {column.name: column for column in form.shape.fields}
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
