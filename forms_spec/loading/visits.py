"""Visits: their target days and windows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from forms_spec.loading.arms import ArmConditions
from forms_spec.loading.expressions import LocatedExpression, parse_at
from forms_spec.loading.finding_collector import SourceNode
from forms_spec.loading.schema_fields import (
    BooleanField,
    IntegerField,
    MappingSchema,
    NamedMapping,
    OneOf,
    ScalarField,
    TextField,
    TextListField,
    whole_match,
)
from forms_spec.loading.schema_problems import fail
from forms_spec.loading.visit_dating import MissedShape, build_visit_dating
from forms_spec.model.visits import Cycles, Offset, Visit, VisitType, Window
from forms_spec.rule_syntax.expression import all_of

TARGET = re.compile(
    r"(hour|day|week|month) (-?[0-9]{1,5})"
    r"|([A-Za-z][A-Za-z0-9_]*) ([+-]) ([0-9]{1,5}) (hour|day|week|month)s?"
)
DAY = re.compile(r"(hour|day|week) (-?[0-9]{1,5})")
DAYS = re.compile(r"([0-9]{1,5}) (hour|day|week)s?")
LENGTH = re.compile(r"([1-9][0-9]{0,4}) (hour|day|week|month)s?")
WEEK = 7
HOURS = 24


class OffsetField(ScalarField):
    """``day -14``, ``week 6`` or ``month 3`` from day 0, or ``C1D1 + 21 days``."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Offset:
        target = whole_match(TARGET, value)
        if target is None:
            fail("not-a-target")

        unit, count, anchor, sign, distance, anchor_unit = target.groups()
        if anchor is None:
            return _offset(int(count), unit, None)

        return _offset(int(f"{sign}{distance}"), anchor_unit, anchor)


def _offset(count: int, unit: str, anchor: str | None) -> Offset:
    """A distance as the dictionary writes it; hours become days."""
    if unit == "hour":
        count, unit = _days(count, unit), "day"

    return Offset(count=count, unit=unit, anchor=anchor)


def _days(count: int, unit: str) -> int:
    """Hours, days or weeks in days."""
    if unit == "week":
        return count * WEEK
    if unit == "day":
        return count

    # A visit has a date and no time of day, so part of a day cannot be judged.
    if count % HOURS:
        fail("hours-not-whole-days", hours=count)

    return count // HOURS


class DaysField(ScalarField):
    """``3 days``, ``2 weeks`` or ``48 hours``: a length of time, in days."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        length = whole_match(DAYS, value)
        if length is None:
            fail("not-days")

        return _days(int(length[1]), length[2])


class DaysOrMonthsField(ScalarField):
    """``3 weeks`` or ``1 month``: a length of time from one visit to the next."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Offset:
        length = whole_match(LENGTH, value)
        if length is None:
            fail("not-days")

        return _offset(int(length[1]), length[2], None)


class DayField(ScalarField):
    """``day -60`` or ``week 3``: a day counted from the same day as the target."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        day = whole_match(DAY, value)
        if day is None:
            fail("not-a-day")

        return _days(int(day[2]), day[1])


class FromTo(MappingSchema):
    """Two days counted from the same day as the target."""

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


class CyclesSchema(MappingSchema):
    """Numbered times of a visit."""

    every = DaysOrMonthsField(required=True)
    from_ = TextField(load_default=None, data_key="from")
    most = IntegerField(load_default=None)


class RepeatsShape(ScalarField):
    """``true``, ``false`` or ``{every: 21 days, from: C1D1, most: 35}``."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool | Cycles:
        if not isinstance(value, dict):
            return bool(_FLAG.deserialize(value))

        data = _CYCLES.load(value)
        every: Offset = data["every"]
        return Cycles(
            every=replace(every, anchor=data.get("from_")),
            most=data.get("most"),
        )


_FLAG = BooleanField()
_CYCLES = CyclesSchema()


class VisitSchema(MappingSchema):
    """One visit."""

    title = TextField(required=True)
    type = OneOf(
        *(visit_type.value for visit_type in VisitType),
        load_default=VisitType.SCHEDULED.value,
    )
    target = OffsetField(load_default=None)
    window = WindowShape(load_default=None)
    repeats = RepeatsShape(load_default=False)
    until = TextField(load_default=None)
    redcap = TextField(load_default=None)
    when = TextField(load_default=None)
    arms = TextListField(least=1, load_default=())
    date = TextField(load_default=None)
    missed = MissedShape(load_default=None)


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
    loaded: dict[str, Any],
    spot: SourceNode,
    arms: ArmConditions,
    visits: dict[str, Visit],
) -> Iterator[LocatedExpression]:
    """Add a file's visits to those of the files before it; gives their conditions."""
    notes = arms.notes
    for name, data in loaded.get("visits", {}).items():
        visit_spot = spot.at("visits", name)
        place = visit_spot.key
        if name in visits:
            notes.say_duplicate("visit", name, place, visits[name].place)
            continue

        when: LocatedExpression | None = None
        if data.get("when") is not None:
            when = parse_at(visit_spot.at("when"), notes)
        if when is not None:
            yield when

        repeats = data.get("repeats", False)
        of_arms = arms.under_key(data.get("arms", ()), visit_spot)
        visits[name] = Visit(
            name=name,
            title=data.get("title", name),
            type=VisitType(data.get("type", VisitType.SCHEDULED.value)),
            target=data.get("target"),
            window=data.get("window"),
            repeats=repeats is not False,
            cycles=repeats if isinstance(repeats, Cycles) else None,
            until=data.get("until"),
            place=place,
            redcap=data.get("redcap"),
            when=all_of(of_arms, when.expression if when else None),
            dating=build_visit_dating(data),
        )
