"""Whole numbers."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from forms_spec.kinds.numbers import too_large, why_no_number, write_number
from forms_spec.model.kind import Kind, Refusal

if TYPE_CHECKING:
    from forms_spec.model.kind import Facets
    from forms_spec.model.values import Value

_GRAMMAR = re.compile(r"-?(0|[1-9][0-9]*)")


class IntegerKind(Kind):
    """ASCII digits, a minus where needed, no zero in front, at most 15 digits."""

    name: ClassVar[str] = "integer"
    noun: ClassVar[str] = "whole number"
    keyboard: ClassVar[str] = "numeric"

    def parse(self, text: str, field: Facets) -> Value | Refusal:  # noqa: ARG002
        result = _GRAMMAR.fullmatch(text)
        if not result or text == "-0":
            return why_no_number(text, whole=True)

        return too_large(result[1]) or Decimal(text)

    def write(self, value: Value, field: Facets) -> str:  # noqa: ARG002
        assert isinstance(value, Decimal)
        return write_number(value)
