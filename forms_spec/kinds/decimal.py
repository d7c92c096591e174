"""Decimal numbers, exact."""

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

if TYPE_CHECKING:
    from forms_spec.model.kind import Facets
    from forms_spec.model.values import Value

_GRAMMAR = re.compile(r"-?(0|[1-9][0-9]*)(?:\.([0-9]+))?")
_MINUS_ZERO = re.compile(r"-0(?:\.0+)?")


class DecimalKind(Kind):
    """ASCII digits with a point before the decimals, as many decimals as the field has
    places.

    Zeros that a person wrote at the end stay in the text (``38.10``) and mean nothing
    in the value.
    """

    name: ClassVar[str] = "decimal"
    noun: ClassVar[str] = "decimal number"
    keyboard: ClassVar[str] = "decimal"

    def parse(self, text: str, field: Facets) -> Value | Refusal:
        result = _GRAMMAR.fullmatch(text)
        if not result or _MINUS_ZERO.fullmatch(text):
            return why_no_number(text, whole=False)
        if refused := too_large(result[1]):
            return refused

        most = MOST_PLACES if field.places is None else field.places
        return too_many_places(result[2], most) or Decimal(text)

    def write(self, value: Value, field: Facets) -> str:  # noqa: ARG002
        assert isinstance(value, Decimal)
        return write_number(value)
