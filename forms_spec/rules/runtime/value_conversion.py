"""Between the values of the kinds and the shapes that the rule language computes with."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from forms_spec.model.fields import Field
from forms_spec.model.values import Bounded, Duration, PartialDate, Value
from forms_spec.rule_syntax.limits import FRACTION_DIGITS
from forms_spec.rules.semantics.bounds import interval, parted
from forms_spec.rules.semantics.resolved import RuleValue
from forms_spec.rules.semantics.types import KIND_TYPES

_EPOCH = datetime(1, 1, 1)


def to_rule(value: Value) -> RuleValue:
    """A kind's value as the rule language sees it."""
    return _SHAPES[type(value)](value)


def from_rule(value: RuleValue, field: Field) -> Value | None:
    """A computed value as one of the field's kind; None when the kind cannot say it.

    An interval that is no day, month or year is such a value, and so is anything but
    one day where the field takes full dates.
    """
    return _WRITERS[field.kind.name](value, field)


def decimal_of(number: int) -> Decimal:
    """A number of the rule language as a decimal, without zeros at the end."""
    return Decimal(number).scaleb(-FRACTION_DIGITS)


def _day(value: date) -> tuple[int, int]:
    return value.toordinal(), value.toordinal()


def _seconds(value: time) -> int:
    return value.hour * 3600 + value.minute * 60 + value.second


def _moment(value: datetime) -> int:
    return value.toordinal() * 86_400 + _seconds(value.time())


_SHAPES: Mapping[type, Callable[[Any], RuleValue]] = MappingProxyType(
    {
        str: lambda value: value,
        bool: lambda value: value,
        Decimal: lambda value: int(value.scaleb(FRACTION_DIGITS)),
        Bounded: lambda value: interval(
            value.comparator, int(value.number.scaleb(FRACTION_DIGITS))
        ),
        date: _day,
        PartialDate: lambda value: (
            value.earliest.toordinal(),
            value.latest.toordinal(),
        ),
        time: _seconds,
        datetime: _moment,
        Duration: lambda value: value,
        tuple: frozenset,
    }
)


def _date_or_none(value: Any, _field: Field) -> Value | None:
    if value[0] != value[1]:
        return None

    return date.fromordinal(value[0])


def _partial(value: Any, _field: Field) -> Value | None:
    """A day, a whole month or a whole year; no other interval has a text."""
    first, last = date.fromordinal(value[0]), date.fromordinal(value[1])
    _, month_end = monthrange(first.year, first.month)
    ends = (
        first,
        date(first.year, first.month, month_end) if first.day == 1 else None,
        date(first.year, 12, 31) if (first.month, first.day) == (1, 1) else None,
    )
    if last not in ends:
        return None

    return PartialDate(first, last)


def _bounded(value: Any, _field: Field) -> Value | None:
    parts = parted(value)
    if parts is None:
        return None

    comparator, number = parts
    return Bounded(comparator, decimal_of(number))


def _clock(value: Any, _field: Field) -> Value:
    return (_EPOCH + timedelta(seconds=value)).time()


def _ordered(value: Any, field: Field) -> Value:
    assert field.codelist is not None
    return tuple(code for code in field.codelist.by_code if code in value)


def _same(value: Any, _field: Field) -> Value:
    kept: Value = value
    return kept


_WRITERS: Mapping[str, Callable[[Any, Field], Value | None]] = MappingProxyType(
    {
        "text": _same,
        "integer": lambda value, _field: decimal_of(value),
        "decimal": lambda value, _field: decimal_of(value),
        "bounded": _bounded,
        "boolean": _same,
        "date": _date_or_none,
        "partial_date": _partial,
        "time": _clock,
        "datetime": lambda value, _field: _EPOCH + timedelta(seconds=value - 86_400),
        "duration": _same,
        "choice": _same,
        "choices": _ordered,
        "file": _same,
    }
)
if _WRITERS.keys() != KIND_TYPES.keys():
    raise TypeError(
        "kinds that the rule language cannot write: "
        f"{_WRITERS.keys() ^ KIND_TYPES.keys()}"
    )
