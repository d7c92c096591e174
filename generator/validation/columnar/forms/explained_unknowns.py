"""Where a cell of the form surely says why a condition is UNKNOWN, so that nobody has
to be asked.

``forms_spec.evaluation.unknown`` follows UNKNOWN to its sources. Here only conditions
are looked at that compare cells of the same form and join such comparisons; of
everything else the judge is asked.
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
from generator.validation.columnar.forms.value_columns import (
    FALSE,
    TRUE,
    UNKNOWN,
    Array,
    known,
)

PLAIN = frozenset(
    {
        "and",
        "or",
        "not",
        "eq",
        "lt",
        "le",
        "in",
        "known",
        "member",
        "subset",
        "overlaps",
    }
)
"""Operators that are UNKNOWN only where one of their operands is."""
DEEPEST = 4


def asked_by(shape: Shape, field: Field) -> tuple[resolved.Core, ...]:
    """The conditions of whether a field is asked and has to be answered."""
    return (*conditions(shape, field), *required_condition(shape, field))


class Told:
    """Looks at the conditions of one relation."""

    def __init__(self, books: Books, relation: Relation) -> None:
        self.books = books
        self.relation = relation
        self.scene = books.scene(relation)

    def of(self, nodes: tuple[resolved.Core, ...], depth: int = 0) -> Array:
        """Where each of these conditions that is UNKNOWN is told by a cell of the form."""
        full = np.full(len(self.relation), bool(nodes))
        for node in nodes:
            reads = list(_reads(node))
            if None in reads or depth > DEEPEST:
                return np.zeros(len(self.relation), bool)
            reported = np.full(len(self.relation), bool(reads))

            for read in reads:
                assert read is not None
                reported &= self._source(read, depth)

            full &= reported | (self.scene.truth(node) != UNKNOWN)

        return full

    def _source(self, read: resolved.Read, depth: int) -> Array:
        """Where a cell has a value, or a finding of its own, or is hidden, or hangs on
        such a one.
        """
        here, item = self.relation, read.field
        places = None
        if not read.row:
            here, places = (
                self.books.form(self.relation.shape.form.name),
                self.relation.parent,
            )

        result = known(here.value(item))
        if not _is_companion(here.shape, item):
            result |= self._says(here, item, depth)
        return result if places is None else result[places]

    def _says(self, here: Relation, field: Field, depth: int) -> Array:
        shown, result = here.shown(field), np.zeros(len(here), bool)
        if shown is not None:
            result = shown == FALSE
        if field.value is not None:
            return result
        classes = here.classes(field)
        outcomes = here.reader(field).outcomes
        loud = np.array(
            [
                outcome.state is CellState.INVALID or outcome.draft_only
                for outcome in outcomes
            ]
        )
        blank = classes == BLANK
        result = result | loud[classes]
        if field.required is True:
            result |= blank if shown is None else blank & (shown == TRUE)
        if shown is not None:
            deeper = Told(self.books, here).of(asked_by(here.shape, field), depth + 1)
            result |= blank & (shown == UNKNOWN) & deeper

        return result


def _reads(node: resolved.Core) -> Iterator[resolved.Read | None]:
    """The cells that a plain condition reads; None for anything that is not plain."""
    if isinstance(node, resolved.Read):
        yield (
            node
            if not node.depth and not node.entered and node.type is not Type.DATE
            else None
        )
    elif isinstance(node, resolved.Apply) and node.operator in PLAIN:
        for argument in node.arguments:
            yield from _reads(argument)
    elif (
        not isinstance(node, resolved.Constant | resolved.Key)
        or getattr(node, "name", "") == "rowno"
    ):
        yield None


def _is_companion(shape: Shape, field: Field) -> bool:
    """True for the unit of a number: why it is not chosen depends on the number."""
    return any(companion_of(other) == field.name for other in shape.fields)
