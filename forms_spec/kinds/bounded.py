"""A number, or the limit that a laboratory gives in place of one: ``0.4``, ``<0.3``,
``>=500``.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from forms_spec.kinds.numbers import (
    MOST_PLACES,
    too_large,
    too_many_places,
    why_no_number,
    write_number,
)
from forms_spec.model.kind import Kind, Refusal
from forms_spec.model.values import Bounded

if TYPE_CHECKING:
    from forms_spec.model.kind import Facets
    from forms_spec.model.values import Value

COMPARATORS = ("<", "<=", ">", ">=")
EXACT = "="
PLACES = MOST_PLACES - 1
"""One place fewer than rules compute with, so that ``<0.3`` and ``<=0.3`` stay two
intervals.
"""

_GRAMMAR = re.compile(r"(<=|>=|<|>)?(-?(0|[1-9][0-9]*)(?:\.([0-9]+))?)")
_MINUS_ZERO = re.compile(r"-0(?:\.0+)?")


class BoundedKind(Kind):
    """A decimal, after one of the comparators that the field takes.

    Nothing stands between the two.
    """

    name: ClassVar[str] = "bounded"
    noun: ClassVar[str] = "number"

    def parse(self, text: str, field: Facets) -> Value | Refusal:
        result = _GRAMMAR.fullmatch(text)
        if not result or _MINUS_ZERO.fullmatch(result[2]):
            return why_no_number(text, whole=False, comparators=field.comparators)

        if result[1] and result[1] not in field.comparators:
            taken = " or ".join(field.comparators)
            return Refusal(
                code="comparator-not-taken",
                details=(("given", result[1]), ("taken", taken)),
            )

        if refused := too_large(result[3]):
            return refused

        most = PLACES if field.places is None else min(field.places, PLACES)
        refused = too_many_places(result[4], most)
        if refused:
            return refused

        return Bounded(result[1] or EXACT, Decimal(result[2]))

    def write(self, value: Value, field: Facets) -> str:  # noqa: ARG002
        assert isinstance(value, Bounded)
        comparator = "" if value.comparator == EXACT else value.comparator
        return f"{comparator}{write_number(value.number)}"
