"""Days of the calendar."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from forms_spec.kinds.calendar import read_day, refuse_day
from forms_spec.model.kind import Kind, Refusal

if TYPE_CHECKING:
    from forms_spec.model.kind import Facets
    from forms_spec.model.values import Value


class DateKind(Kind):
    """``YYYY-MM-DD`` of the Gregorian calendar, years 1000 to 9999 (ISO 8601)."""

    name: ClassVar[str] = "date"
    noun: ClassVar[str] = "date"

    def parse(self, text: str, field: Facets) -> Value | Refusal:  # noqa: ARG002
        return read_day(text) or refuse_day(text, "not-a-date")

    def write(self, value: Value, field: Facets) -> str:  # noqa: ARG002
        assert isinstance(value, date)
        return value.isoformat()
