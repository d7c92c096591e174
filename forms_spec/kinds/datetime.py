"""A day and a time of it, without time zone: the clock on the wall of the site."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from forms_spec.kinds.calendar import (
    has_shape_of_day,
    read_day,
    read_time,
    refuse_seconds,
    write_time,
)
from forms_spec.model.kind import Kind, Refusal

if TYPE_CHECKING:
    from forms_spec.model.kind import Facets
    from forms_spec.model.values import Value


class DatetimeKind(Kind):
    """``YYYY-MM-DDTHH:MM``; with ``:SS`` where the field has seconds."""

    name: ClassVar[str] = "datetime"
    noun: ClassVar[str] = "date and time"

    def parse(self, text: str, field: Facets) -> Value | Refusal:
        day_text, separator, clock = text.partition("T")
        time = read_time(clock)
        if not separator or time is None:
            return _no_moment(field)

        day = read_day(day_text)
        if day is None and has_shape_of_day(day_text):
            return Refusal(code="no-such-day")
        if day is None:
            return _no_moment(field)

        refused = refuse_seconds(clock, seconds=field.seconds, example=_example(field))
        return refused or datetime.combine(day, time)

    def write(self, value: Value, field: Facets) -> str:
        assert isinstance(value, datetime)
        clock = write_time(value.time(), seconds=field.seconds)
        return f"{value.date().isoformat()}T{clock}"


def _example(field: Facets) -> str:
    if field.seconds:
        return "15-Apr-2024 09:30:15"

    return "15-Apr-2024 09:30"


def _no_moment(field: Facets) -> Refusal:
    return Refusal(code="not-a-datetime", details=(("example", _example(field)),))
