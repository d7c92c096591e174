"""Times of the day."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, ClassVar

from forms_spec.kinds.calendar import read_time, refuse_seconds, why_no_time, write_time
from forms_spec.model.kind import Kind, Refusal

if TYPE_CHECKING:
    from forms_spec.model.kind import Facets
    from forms_spec.model.values import Value


class TimeKind(Kind):
    """``HH:MM`` on the 24-hour clock; ``HH:MM:SS`` where the field has seconds."""

    name: ClassVar[str] = "time"
    noun: ClassVar[str] = "time of day"

    def parse(self, text: str, field: Facets) -> Value | Refusal:
        value = read_time(text)
        if value is None:
            return why_no_time(text, seconds=field.seconds)

        return refuse_seconds(text, seconds=field.seconds) or value

    def write(self, value: Value, field: Facets) -> str:
        assert isinstance(value, time)
        return write_time(value, seconds=field.seconds)
