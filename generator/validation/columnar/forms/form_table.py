"""The lines of one form, or of one repeating group, of many subjects: what every cell means, when asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl

from forms_spec.evaluation.form_result import CellState
from forms_spec.model.fields import Field
from generator.validation.columnar.forms.dependencies import Shape, conditions, formula
from generator.validation.columnar.forms.interfaces import Scenes
from generator.validation.columnar.forms.row_keys import STEP, Keys, Texts
from generator.validation.columnar.forms.text_classes import ANSWERED, Meaning, Reader, surely_answers
from generator.validation.columnar.forms.value_columns import FALSE, Array, Column, coded, made, masked, truth

_ANSWERED = Meaning(ANSWERED, None)


@dataclass(kw_only=True)
class Relation:
    """``parent`` is the line of the form for each row of a group; ``cells`` are blank where there are none.

    Lines are in the order of ``key``, which numbers subject, visit and number of the visit.
    """

    shape: Shape
    books: Scenes
    key: Array
    line: Array
    complete: Array
    cells: Mapping[str, Texts]
    rowno: Array | None = None
    parent: Array | None = None
    _readers: dict[str, Reader] = field(default_factory=dict)
    _meanings: dict[str, tuple[list[Meaning], Array]] = field(default_factory=dict)
    _shown: dict[str, Array | None] = field(default_factory=dict)
    _classes: dict[str, Array] = field(default_factory=dict)
    _values: dict[str, Column] = field(default_factory=dict)
    _results: dict[str, tuple[Array, Column]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.key)

    @property
    def keys(self) -> Keys:
        return self.books.keys

    @cached_property
    def subject(self) -> Array:
        """The number of each line's subject."""
        return self.keys.subject(self.key)

    @cached_property
    def visit(self) -> Array:
        return self.key // STEP % self.keys.visits

    @cached_property
    def unsno(self) -> Array:
        return self.key % STEP

    @property
    def parents(self) -> Array:
        """The line of its form of each row of a group."""
        assert self.parent is not None
        return self.parent

    def reader(self, one: Field) -> Reader:
        if one.name not in self._readers:
            self._readers[one.name] = self.books.readers.of(self.shape, one)
        return self._readers[one.name]

    # Texts

    def text(self, one: Field) -> Texts:
        """Codes of the cells' texts, and the texts."""
        found = self.cells.get(one.name)
        return Texts(np.zeros(len(self), np.uint8), pl.Series([""])) if found is None else found

    def _meant(self, one: Field) -> tuple[list[Meaning], Array]:
        """What each different text means, and the class of each."""
        if one.name not in self._meanings:
            texts = self.text(one)[1]
            read = self.books.is_read(self.shape, one)
            sure = None if read else surely_answers(one, self.shape.study, texts)
            if sure is not None:
                texts = texts.set(sure, None)
            meanings = [
                _ANSWERED if text is None else self.reader(one).text(text) for text in texts.to_list()
            ]
            self._meanings[one.name] = meanings, np.array([held.outcome for held in meanings], np.uint8)
        return self._meanings[one.name]

    def entered(self, one: Field) -> Column:
        """The value that was typed, also while the field is hidden."""
        codes, _ = self.text(one)
        return made(codes, [held.value for held in self._meant(one)[0]])

    def given(self, one: Field) -> Column:
        """What stands in the cell of a calculated field, as a value."""
        codes, texts = self.text(one)
        return made(codes, [self.reader(one).beside(text) for text in texts.to_list()])

    def has_text(self, one: Field) -> Array:
        codes, texts = self.text(one)
        return (texts != "").to_numpy()[codes]

    # Meaning

    def shown(self, one: Field) -> Array | None:
        """Whether it is asked, a truth value; None for a field without a condition."""
        if one.name not in self._shown:
            with self.books.working_out(self.shape.place(one), "shown"):
                held = [truth(self.books.scene(self).column(node)) for node in conditions(self.shape, one)]
            self._shown[one.name] = np.minimum.reduce(held) if held else None
        return self._shown[one.name]

    def classes(self, one: Field) -> Array:
        """The class of every cell by its text, or by what its formula gives where it is not hidden."""
        if one.value is not None:
            return self._result(one)[0]
        if one.name not in self._classes:
            self._classes[one.name] = self._meant(one)[1][self.text(one)[0]]
        return self._classes[one.name]

    def value(self, one: Field) -> Column:
        """The value as rules see it; UNKNOWN where there is none, or where it is hidden."""
        if one.value is not None:
            return self._result(one)[1]
        if one.name not in self._values:
            self._values[one.name] = self._unless_hidden(one, self.entered(one))
        return self._values[one.name]

    def _unless_hidden(self, one: Field, found: Column) -> Column:
        shown = self.shown(one)
        return found if shown is None else masked(found, shown != FALSE)

    def missing(self, one: Field, code: str | None) -> Array:
        """Where a cell that is not hidden holds a missing code, or this one."""
        outcomes, classes, shown = self.reader(one).outcomes, self.classes(one), self.shown(one)
        wanted = np.array(
            [held.state is CellState.MISSING and (code is None or held.missing == code) for held in outcomes]
        )
        found = wanted[classes]
        return found if shown is None else found & (shown != FALSE)

    def _result(self, one: Field) -> tuple[Array, Column]:
        """The class and the value of what a formula gives."""
        if one.name not in self._results:
            node = formula(self.shape, one)
            assert node is not None
            with self.books.working_out(self.shape.place(one), "value"):
                computed = coded(self._unless_hidden(one, self.books.scene(self).column(node)))
            there = np.bincount(computed.codes, minlength=len(computed.values)) > 0
            results = zip(computed.values, there.tolist(), strict=True)
            meanings = self.reader(one).results(value if occurs else None for value, occurs in results)
            classes = np.array([held.outcome for held in meanings], np.uint8)
            self._results[one.name] = (
                classes[computed.codes],
                made(computed.codes, [held.value for held in meanings]),
            )
        return self._results[one.name]
