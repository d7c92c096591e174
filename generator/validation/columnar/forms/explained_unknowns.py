"""Where a cell of the form surely says why a condition is UNKNOWN, so that nobody has
to be asked.

``forms_spec.evaluation.unknown`` follows UNKNOWN to its sources. Here only conditions
are looked at that compare cells of the same form and join such comparisons; of
everything else the judge is asked.
"""

from __future__ import annotations

import numpy as np

from forms_spec.evaluation.form_result import CellState
from forms_spec.model.fields import Field
from forms_spec.rules.semantics import resolved
from forms_spec.rules.semantics.types import Type
from generator.validation.columnar.forms.casebooks import Casebooks
from generator.validation.columnar.forms.dependencies import (
    TableShape,
    companion_of,
    conditions,
    required_condition,
)
from generator.validation.columnar.forms.form_table import Relation
from generator.validation.columnar.forms.text_classes import BLANK, TextClass
from generator.validation.columnar.forms.value_columns import (
    FALSE,
    TRUE,
    UNKNOWN,
    Array,
    at_places,
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


def asked_by(shape: TableShape, field: Field) -> tuple[resolved.Core, ...]:
    """The conditions of whether a field is asked and has to be answered."""
    return (*conditions(shape, field), *required_condition(shape, field))


class ExplainedLines:
    """Looks at the conditions of one relation."""

    def __init__(self, books: Casebooks, relation: Relation) -> None:
        self.books = books
        self.relation = relation
        self.scene = books.scene(relation)

    def of(self, nodes: tuple[resolved.Core, ...], depth: int = 0) -> Array:
        """Where each of these conditions that is UNKNOWN is told by a cell of the form."""
        lines = len(self.relation)
        explained = np.full(lines, bool(nodes))

        for node in nodes:
            reads = _plain_reads(node)
            if reads is None or depth > DEEPEST:
                return np.zeros(lines, bool)

            # All of them have to say it: any may be what makes the condition UNKNOWN.
            reported = np.full(lines, bool(reads))
            for read in reads:
                reported &= self._source(read, depth)

            explained &= reported | (self.scene.truth(node) != UNKNOWN)

        return explained

    def _source(self, read: resolved.Read, depth: int) -> Array:
        """Where a cell has a value, or a finding of its own, or is hidden, or hangs on
        such a one.
        """
        here, places = self.relation, None
        if not read.row:
            here = self.books.form(here.shape.form.name)
            places = self.relation.parent

        explained = known(here.value(read.field))
        # Why a unit is not chosen depends on its number.
        if not _is_companion(here.shape, read.field):
            explained = explained | self._says(here, read.field, depth)

        return at_places(explained, places)

    def _says(self, here: Relation, field: Field, depth: int) -> Array:
        """Where the cell is hidden, or has a finding of its own."""
        shown = here.shown(field)
        hidden, asked = np.zeros(len(here), bool), np.ones(len(here), bool)
        if shown is not None:
            hidden, asked = shown == FALSE, shown == TRUE
        if field.value is not None:
            return hidden

        classes, outcomes = here.classes(field), here.reader(field).outcomes
        has_finding = np.array(list(map(_has_finding, outcomes)))
        blank = classes == BLANK
        explained = hidden | has_finding[classes]
        if field.required is True:
            explained |= blank & asked

        if shown is not None:
            below = ExplainedLines(self.books, here)
            deeper = below.of(asked_by(here.shape, field), depth + 1)
            explained |= blank & (shown == UNKNOWN) & deeper

        return explained


def _has_finding(outcome: TextClass) -> bool:
    return outcome.state is CellState.INVALID or outcome.draft_only


def _plain_reads(root: resolved.Core) -> list[resolved.Read] | None:
    """The cells that a plain condition reads; None for one that is not plain."""
    reads: list[resolved.Read] = []
    waiting = [root]

    while waiting:
        node = waiting.pop()
        if isinstance(node, resolved.Read):
            if node.depth or node.entered or node.type is Type.DATE:
                return None

            reads.append(node)
            continue

        if isinstance(node, resolved.Apply) and node.operator in PLAIN:
            waiting += node.arguments
        elif not _is_never_unknown(node):
            return None

    return reads


def _is_never_unknown(node: resolved.Core) -> bool:
    if isinstance(node, resolved.Key):
        return node.name != "rowno"
    return isinstance(node, resolved.Constant)


def _is_companion(shape: TableShape, field: Field) -> bool:
    """True for the unit of a number."""
    return any(companion_of(other) == field.name for other in shape.fields)
