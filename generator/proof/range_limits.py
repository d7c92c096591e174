"""When the range of a field refuses its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from forms_spec.model.facets import Range
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules.semantics.types import Type
from generator.proof.cells import Cell, refuses
from generator.proof.logic import Bool, conj, implies, neg
from generator.proof.values import Interval, Term

EndOf = Callable[[Expression], Term]
Chosen = Callable[[str | None], Bool]


def within_ranges(cell: Cell, type_: Type, end_of: EndOf, chosen: Chosen) -> Bool:
    """Whether a form with this answer is not refused for its range.

    ``end_of`` gives the end of a range, ``chosen`` says whether a unit is chosen.
    """
    # How far two durations are apart is left open.
    if type_ in (Type.DURATION, Type.CONDITION):
        return True

    parts = []
    for unit, limits in cell.field.ranges.items():
        is_unit = chosen(unit)
        for outside in _breaches(cell, limits, end_of):
            parts.append(neg(conj((is_unit, outside))))

    return implies(cell.seen.known, conj(parts))


def _breaches(cell: Cell, limits: Range, end_of: EndOf) -> Iterator[Bool]:
    """Where the answer is surely beyond an end, for each end that refuses it."""
    seen: Any = cell.seen
    if limits.low is not None and refuses(cell.field, "below"):
        end: Any = end_of(limits.low)
        yield conj((end.known, _after(end, seen, limits.low_open)))

    if limits.high is not None and refuses(cell.field, "above"):
        end = end_of(limits.high)
        yield conj((end.known, _after(seen, end, limits.high_open)))


def _after(first: Any, other: Any, or_same: bool) -> Bool:
    """Whether the first surely lies after the other."""
    if isinstance(first, Interval):
        early, late = first.low, other.high
    else:
        early, late = first.value, other.value

    return early >= late if or_same else early > late
