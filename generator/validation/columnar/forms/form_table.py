"""The lines of one form, or of one repeating group, of many subjects: what every cell
means, when asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl

from forms_spec.evaluation.form_result import CellState
from forms_spec.model.fields import Field
from generator.validation.columnar.forms.dependencies import (
    TableShape,
    conditions,
    formula,
)
from generator.validation.columnar.forms.interfaces import CasebookContext
from generator.validation.columnar.forms.row_keys import STEP, CellTexts, Keys
from generator.validation.columnar.forms.text_classes import (
    ANSWERED,
    Meaning,
    Reader,
    TextClass,
    surely_answers,
)
from generator.validation.columnar.forms.value_columns import (
    FALSE,
    Array,
    Column,
    coded,
    column_of,
    masked,
    truth,
)

_ANSWERED = Meaning(ANSWERED, None)


@dataclass(kw_only=True)
class Relation:
    """``parent`` is the line of the form for each row of a group; ``cells`` are blank
    where there are none.

    RelationLines are in the order of ``key``, which numbers subject, visit and number of the
    visit.
    """

    shape: TableShape
    books: CasebookContext
    key: Array
    line: Array
    complete: Array
    cells: Mapping[str, CellTexts]
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

    def reader(self, item: Field) -> Reader:
        if item.name not in self._readers:
            self._readers[item.name] = self.books.readers.of(self.shape, item)
        return self._readers[item.name]

    # Texts

    def text(self, item: Field) -> CellTexts:
        """Codes of the cells' texts, and the texts."""
        texts = self.cells.get(item.name)
        if texts is None:
            return CellTexts(np.zeros(len(self), np.uint8), pl.Series([""]))

        return texts

    def _meant(self, item: Field) -> tuple[list[Meaning], Array]:
        """What each different text means, and the class of each."""
        if item.name not in self._meanings:
            texts = self._to_be_understood(item)
            reader = self.reader(item)
            meanings = [
                _ANSWERED if text is None else reader.text(text)
                for text in texts.to_list()
            ]
            self._meanings[item.name] = meanings, _classes(meanings)

        return self._meanings[item.name]

    def _to_be_understood(self, item: Field) -> pl.Series:
        """The different texts, null for those of which only that they answer counts."""
        texts = self.text(item).texts
        if self.books.is_read(self.shape, item):
            return texts

        sure = surely_answers(item, self.shape.study, texts)
        if sure is None:
            return texts

        return texts.set(sure, None)

    def entered(self, item: Field) -> Column:
        """The value that was typed, also while the field is hidden."""
        meanings, _ = self._meant(item)
        return column_of(self.text(item).codes, [meaning.value for meaning in meanings])

    def given(self, item: Field) -> Column:
        """What stands in the cell of a calculated field, as a value."""
        codes, texts = self.text(item)
        reader = self.reader(item)

        return column_of(codes, [reader.beside(text) for text in texts.to_list()])

    def has_text(self, item: Field) -> Array:
        """Where something stands in the cell."""
        codes, texts = self.text(item)
        return (texts != "").to_numpy()[codes]

    # Meaning

    def shown(self, item: Field) -> Array | None:
        """Whether it is asked, a truth value; None for a field without a condition."""
        if item.name not in self._shown:
            with self.books.working_out(self.shape.place(item), "shown"):
                scene, nodes = self.books.scene(self), conditions(self.shape, item)
                shown = [truth(scene.column(node)) for node in nodes]

            # Of truth values, ``and`` is the least.
            self._shown[item.name] = np.minimum.reduce(shown) if shown else None

        return self._shown[item.name]

    def classes(self, item: Field) -> Array:
        """The class of every cell by its text, or by what its formula gives where it is
        not hidden.
        """
        if item.value is not None:
            return self._result(item)[0]
        if item.name not in self._classes:
            self._classes[item.name] = self._meant(item)[1][self.text(item)[0]]

        return self._classes[item.name]

    def value(self, item: Field) -> Column:
        """The value as rules see it; UNKNOWN where there is none, or where it is
        hidden.
        """
        if item.value is not None:
            return self._result(item)[1]
        if item.name not in self._values:
            self._values[item.name] = self._unless_hidden(item, self.entered(item))

        return self._values[item.name]

    def _unless_hidden(self, item: Field, column: Column) -> Column:
        shown = self.shown(item)
        if shown is None:
            return column

        return masked(column, shown != FALSE)

    def missing(self, item: Field, code: str | None) -> Array:
        """Where a cell that is not hidden holds a missing code, or this one."""
        # The outcomes grow while the classes are worked out.
        classes, outcomes = self.classes(item), self.reader(item).outcomes
        is_missing = np.array([_is_missing(outcome, code) for outcome in outcomes])
        missing = is_missing[classes]
        shown = self.shown(item)
        if shown is None:
            return missing

        return missing & (shown != FALSE)

    def _result(self, item: Field) -> tuple[Array, Column]:
        """The class and the value of what a formula gives."""
        if item.name not in self._results:
            node = formula(self.shape, item)
            assert node is not None
            with self.books.working_out(self.shape.place(item), "value"):
                column = self.books.scene(self).column(node)
                computed = coded(self._unless_hidden(item, column))

            # Values that stand in no line are not rounded, and are no classes.
            counts = np.bincount(computed.codes, minlength=len(computed.values))
            results = zip(computed.values, counts.tolist(), strict=True)
            present = [value if count else None for value, count in results]
            meanings = self.reader(item).results(present)
            values = [meaning.value for meaning in meanings]
            classes = _classes(meanings)[computed.codes]
            self._results[item.name] = classes, column_of(computed.codes, values)

        return self._results[item.name]


def _classes(meanings: Sequence[Meaning]) -> Array:
    return np.array([meaning.outcome for meaning in meanings], np.uint8)


def _is_missing(outcome: TextClass, code: str | None) -> bool:
    if outcome.state is not CellState.MISSING:
        return False

    return code in (None, outcome.missing)
