"""Visits: their target days and windows."""

from __future__ import annotations

import re
from typing import Any

from forms_spec.loading.finding_collector import Notes, SourceNode
from forms_spec.loading.schema_fields import (
    BooleanField,
    MappingSchema,
    NamedMapping,
    OneOf,
    ScalarField,
    TextField,
    whole_match,
)
from forms_spec.loading.schema_problems import fail
from forms_spec.model.visits import Offset, Visit, VisitType, Window

TARGET = re.compile(r"(day|month) (-?[0-9]{1,5})")
DAY = re.compile(r"day (-?[0-9]{1,5})")
DAYS = re.compile(r"([0-9]{1,5}) days?")


class OffsetField(ScalarField):
    """``day -14`` or ``month 3``."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Offset:
        target = whole_match(TARGET, value)
        if target is None:
            fail("not-a-target")

        unit, count = target.groups()
        return Offset(count=int(count), unit=unit)


class DaysField(ScalarField):
    """``3 days``: a length of time."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        days = whole_match(DAYS, value)
        if days is None:
            fail("not-days")

        return int(days[1])


class DayField(ScalarField):
    """``day -60``: a day counted from day 0."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        day = whole_match(DAY, value)
        if day is None:
            fail("not-a-day")

        return int(day[1])


class FromTo(MappingSchema):
    """Two days counted from day 0."""

    first = DayField(required=True, data_key="from")
    last = DayField(required=True, data_key="to")


class BeforeAfter(MappingSchema):
    """Two lengths of time around the target."""

    before = DaysField(required=True)
    after = DaysField(required=True)


class WindowShape(ScalarField):
    """``14 days``, ``{before: 2 days, after: 5 days}`` or ``{from: day -60, to: day
    -1}``.
    """

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Window:
        if not isinstance(value, dict):
            days: int = _DAYS.deserialize(value)
            return Window(first=-days, last=days, around=True)

        numbers: dict[str, int]
        if {"before", "after"} & set(value):
            numbers = _BEFORE_AFTER.load(value)
            return Window(first=-numbers["before"], last=numbers["after"], around=True)

        numbers = _FROM_TO.load(value)
        return Window(first=numbers["first"], last=numbers["last"], around=False)


_DAYS = DaysField()
_FROM_TO = FromTo()
_BEFORE_AFTER = BeforeAfter()


class VisitSchema(MappingSchema):
    """One visit."""

    title = TextField(required=True)
    type = OneOf(
        *(visit_type.value for visit_type in VisitType),
        load_default=VisitType.SCHEDULED.value,
    )
    target = OffsetField(load_default=None)
    window = WindowShape(load_default=None)
    repeats = BooleanField(load_default=False)
    redcap = TextField(load_default=None)


class ConditionsShape(ScalarField):
    """By form, a condition for all its visits, or one for each visit.

    ``ScheduleGrid`` reads them, because it knows the forms and visits.
    """


class VisitsSchema(MappingSchema):
    """The file whose top key is ``visits``."""

    visits = NamedMapping(VisitSchema, required=True)
    schedule = NamedMapping(TextField(), load_default=dict)
    conditions = ConditionsShape(load_default=dict)


def build_visits(
    loaded: dict[str, Any], spot: SourceNode, notes: Notes, visits: dict[str, Visit]
) -> None:
    """Add a file's visits to those of the files before it."""
    for name, data in loaded.get("visits", {}).items():
        place = spot.at("visits", name).key
        if name in visits:
            notes.say_duplicate("visit", name, place, visits[name].place)
            continue

        visits[name] = Visit(
            name=name,
            title=data.get("title", name),
            type=VisitType(data.get("type", VisitType.SCHEDULED.value)),
            target=data.get("target"),
            window=data.get("window"),
            repeats=data.get("repeats", False),
            place=place,
            redcap=data.get("redcap"),
        )
