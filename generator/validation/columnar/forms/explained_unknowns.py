"""Where a cell of the form surely says why a condition is UNKNOWN, so that nobody has to be asked.

``forms_spec.evaluation.unknown`` follows UNKNOWN to its sources. Here only conditions are looked at that
compare cells of the same form and join such comparisons; of everything else the judge is asked.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from forms_spec.evaluation.form_result import CellState
from forms_spec.model.fields import Field
from forms_spec.rules.semantics import resolved
from forms_spec.rules.semantics.types import Type
from generator.validation.columnar.forms.casebooks import Books
from generator.validation.columnar.forms.dependencies import (
    Shape,
    companion_of,
    conditions,
    required_condition,
)
from generator.validation.columnar.forms.form_table import Relation
from generator.validation.columnar.forms.text_classes import BLANK
from generator.validation.columnar.forms.value_columns import FALSE, TRUE, UNKNOWN, Array, known

PLAIN = frozenset({"and", "or", "not", "eq", "lt", "le", "in", "known", "member", "subset", "overlaps"})
"""Operators that are UNKNOWN only where one of their operands is."""
DEEPEST = 4


def asked_by(shape: Shape, one: Field) -> tuple[resolved.Core, ...]:
    """The conditions of whether a field is asked and has to be answered."""
    return (*conditions(shape, one), *required_condition(shape, one))


class Told:
    """Looks at the conditions of one relation."""

    def __init__(self, books: Books, relation: Relation) -> None:
        self.books = books
        self.relation = relation
        self.scene = books.scene(relation)

    def of(self, nodes: tuple[resolved.Core, ...], depth: int = 0) -> Array:
        """Where each of these conditions that is UNKNOWN is told by a cell of the form."""
        found = np.full(len(self.relation), bool(nodes))
        for node in nodes:
            reads = list(_reads(node))
            if None in reads or depth > DEEPEST:
                return np.zeros(len(self.relation), bool)
            told = np.full(len(self.relation), bool(reads))
            for read in reads:
                assert read is not None
                told &= self._source(read, depth)
            found &= told | (self.scene.truth(node) != UNKNOWN)
        return found

    def _source(self, read: resolved.Read, depth: int) -> Array:
        """Where a cell has a value, or a finding of its own, or is hidden, or hangs on such a one."""
        here, one = self.relation, read.field
        places = None
        if not read.row:
            here, places = self.books.form(self.relation.shape.form.name), self.relation.parent
        found = known(here.value(one))
        if not _is_companion(here.shape, one):
            found |= self._says(here, one, depth)
        return found if places is None else found[places]

    def _says(self, here: Relation, one: Field, depth: int) -> Array:
        shown, found = here.shown(one), np.zeros(len(here), bool)
        if shown is not None:
            found = shown == FALSE
        if one.value is not None:
            return found
        classes = here.classes(one)
        outcomes = here.reader(one).outcomes
        loud = np.array([held.state is CellState.INVALID or held.draft_only for held in outcomes])
        blank = classes == BLANK
        found = found | loud[classes]
        if one.required is True:
            found |= blank if shown is None else blank & (shown == TRUE)
        if shown is not None:
            deeper = Told(self.books, here).of(asked_by(here.shape, one), depth + 1)
            found |= blank & (shown == UNKNOWN) & deeper
        return found


def _reads(node: resolved.Core) -> Iterator[resolved.Read | None]:
    """The cells that a plain condition reads; None for anything that is not plain."""
    if isinstance(node, resolved.Read):
        yield node if not node.depth and not node.entered and node.type is not Type.DATE else None
    elif isinstance(node, resolved.Apply) and node.operator in PLAIN:
        for one in node.arguments:
            yield from _reads(one)
    elif not isinstance(node, resolved.Constant | resolved.Key) or getattr(node, "name", "") == "rowno":
        yield None


def _is_companion(shape: Shape, one: Field) -> bool:
    """True for the unit of a number: why it is not chosen depends on the number."""
    return any(companion_of(other) == one.name for other in shape.fields)
