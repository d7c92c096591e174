"""Dates of which the day, or the day and the month, may be unknown."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from forms_spec.kinds.calendar import FIRST_YEAR, read_day, refuse_day
from forms_spec.model.kind import Kind, Refusal
from forms_spec.model.values import PartialDate

if TYPE_CHECKING:
    from forms_spec.model.kind import Facets
    from forms_spec.model.values import Value

_GRAMMAR = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2]))?")


class PartialDateKind(Kind):
    """``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; the value is the interval of days it may
    be.
    """

    name: ClassVar[str] = "partial_date"
    noun: ClassVar[str] = "full or partial date"

    def parse(self, text: str, field: Facets) -> Value | Refusal:  # noqa: ARG002
        if day := read_day(text):
            return PartialDate(day, day)

        result = _GRAMMAR.fullmatch(text)
        if not result or int(result[1]) < FIRST_YEAR:
            return refuse_day(text, "not-a-partial-date")

        year = int(result[1])
        if not result[2]:
            return PartialDate(date(year, 1, 1), date(year, 12, 31))

        month = int(result[2])

        return PartialDate(
            date(year, month, 1), date(year, month, monthrange(year, month)[1])
        )

    def write(self, value: Value, field: Facets) -> str:  # noqa: ARG002
        assert isinstance(value, PartialDate)
        first, last = value.earliest, value.latest
        if first == last:
            return first.isoformat()

        if first.month == last.month:
            return f"{first:%Y-%m}"

        return f"{first:%Y}"
