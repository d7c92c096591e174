"""Days of the calendar."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from forms_spec.kinds.base import Kind, Refusal
from forms_spec.kinds.calendar import read_day, refuse_day

if TYPE_CHECKING:
    from forms_spec.model import Field
    from forms_spec.values import Value


class DateKind(Kind):
    """``YYYY-MM-DD`` of the Gregorian calendar, years 1000 to 9999 (ISO 8601)."""

    name: ClassVar[str] = "date"

    def parse(self, text: str, field: Field) -> Value | Refusal:  # noqa: ARG002
        return read_day(text) or refuse_day(text, "not-a-date")

    def write(self, value: Value, field: Field) -> str:  # noqa: ARG002
        assert isinstance(value, date)
        return value.isoformat()
