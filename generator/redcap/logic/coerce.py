"""A value of REDCap as a number, text, date, moment or condition of our language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from generator.redcap.logic.conditions import (
    FALSE,
    TRUE,
    Atom,
    Condition,
    certain,
    joined,
)
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.scope import LogicScope
from generator.redcap.logic.values import (
    ADD,
    ATOM,
    MULTIPLY,
    Value,
    ValueType,
    quoted,
)

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_MOMENT = re.compile(r"(\S+)[ T](\d{1,2}:\d\d(?::\d\d)?)")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
TODAY = "today"

MOMENTS = (ValueType.DATE, ValueType.DATETIME, ValueType.TIME)

LARGEST_NUMBER = 10**15
MOST_DECIMALS = 9


# Texts of constants


def number_text(text: str) -> str | None:
    """A number as our language writes it, without zeros at its end.

    None for what is no number, and for one with too many digits.
    """
    try:
        decimal = Decimal(text.strip())
    except InvalidOperation:
        return None

    # Python reads Infinity and NaN too.
    if not decimal.is_finite() or abs(decimal) >= LARGEST_NUMBER:
        return None

    # A whole number may be written as 1E+3, which only quantize spells out.
    if decimal == decimal.to_integral_value():
        decimal = decimal.quantize(Decimal(1))

    whole, _, fraction = format(decimal, "f").partition(".")
    fraction = fraction.rstrip("0")

    if len(fraction) > MOST_DECIMALS:
        return None
    if fraction:
        return f"{whole}.{fraction}"

    return "0" if whole == "-0" else whole


def date_text(text: str, order: str = "ymd") -> str | None:
    """A date as ``2024-01-31``, None for what is none.

    ``order`` says how a date is meant that is not written year first.
    """
    text = text.strip()
    if match := _ISO.fullmatch(text):
        year, month, day = match.groups()
    elif order in ("dmy", "mdy") and (match := _DAY_FIRST.fullmatch(text)):
        first, second, year = match.groups()
        day, month = (first, second) if order == "dmy" else (second, first)
    else:
        return None

    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def time_text(text: str) -> str | None:
    """A time as ``09:30`` or ``09:30:15``, None for what is none."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None

    hour, minute, second = match.groups()
    written = f"{int(hour):02}:{minute}"
    if second:
        return f"{written}:{second}"

    return written


def moment_text(text: str, order: str = "ymd") -> str | None:
    """A date with time as ``2024-01-31T09:30``, None for what is none."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None

    day = date_text(match[1], order)
    clock = time_text(match[2])
    if day is None or clock is None:
        return None

    return f"{day}T{clock}"


# Values as another type


def constant(number: str) -> Value:
    """A number as a value."""
    power = MULTIPLY if number[0] == "-" else ATOM
    return Value(
        text=number,
        type=ValueType.NUMBER,
        literal=number,
        power=power,
    )


def as_number(value: Value) -> Value:
    """The value as a number.

    Raises ``LogicFault`` where REDCap would not compute either.
    """
    convert = _NUMBERS.get(value.type)
    if convert is None:
        raise LogicFault(f"a number is needed here, not {value.type.value}")

    return convert(value)


def _literal_number(value: Value) -> Value:
    number = number_text(value.literal or "")
    if number is None:
        raise LogicFault(f"{value.literal!r} is not a number")

    return constant(number)


def _choice_number(value: Value) -> Value:
    numbers = [number_text(code) for code in value.codes]
    has_numbers = any(number is not None for number in numbers)
    if has_numbers:
        return _number_of(value.text)

    # number_of refuses a codelist without any number, but takes every text.
    return _number_of(f"concat({value.text})")


def _number_of(text: str) -> Value:
    return Value(text=f"number_of({text})", type=ValueType.NUMBER)


_NUMBERS: Mapping[ValueType, Callable[[Value], Value]] = MappingProxyType(
    {
        ValueType.NUMBER: lambda value: value,
        ValueType.TEXT: lambda value: _number_of(value.text),
        ValueType.CHOICE: _choice_number,
        ValueType.TICK: lambda value: counted(ticked(value)),
        ValueType.LITERAL: _literal_number,
    }
)
"""The types that a number can be made of, and how."""


def as_text(value: Value) -> str:
    """The value as a text of our language. Raises ``LogicFault`` for what has none."""
    if value.type in (ValueType.TEXT, ValueType.CHOICE):
        return value.text
    if value.literal is not None:
        return quoted(value.literal)

    if value.type is ValueType.TICK:
        return f"text_of({as_number(value).text})"
    if value.type in (ValueType.NUMBER, *MOMENTS):
        return f"text_of({value.text})"

    raise LogicFault(f"a text is needed here, not {value.type.value}")


def as_moment(value: Value, scope: LogicScope, order: str = "ymd") -> Value:
    """The value as a date, a date with time, or a time; ``order`` as in ``date_text``.

    Raises ``LogicFault`` for what is none of them.
    """
    if value.type in MOMENTS:
        return value
    if value.literal is None:
        raise LogicFault(f"a date is needed here, not {value.type.value}")

    word = value.literal.strip().lower()
    if word == "now":
        scope.note("now", "rules know the date but not the time: now is read as today")
    if word in (TODAY, "now"):
        return Value(
            text=TODAY,
            type=ValueType.DATE,
            literal=TODAY,
        )

    if day := date_text(value.literal, order):
        return Value(
            text=day,
            type=ValueType.DATE,
            literal=day,
        )

    if moment := moment_text(value.literal, order):
        return Value(
            text=moment,
            type=ValueType.DATETIME,
            literal=moment,
        )

    if clock := time_text(value.literal):
        return Value(
            text=clock,
            type=ValueType.TIME,
            literal=clock,
        )

    raise LogicFault(f"{value.literal!r} is not a date")


def with_time(value: Value) -> str:
    """A date or date with time as a date with time."""
    if value.type is ValueType.DATETIME:
        return value.text
    if value.type is ValueType.DATE:
        return f"datetime_of({value.text}, 00:00)"

    raise LogicFault("a date is needed here, not a time")


# Values as conditions


def ticked(value: Value) -> Condition:
    """Whether a box is ticked. A checkbox that was never asked is not ticked."""
    if value.missing:
        return is_missing(value, value.code)

    code = quoted(value.code)
    return Atom(
        text=f"{value.text} has {code}",
        sure=False,
        operator="has",
        operand=value.text,
        code=code,
    )


def is_missing(value: Value, code: str = "") -> Atom:
    """Whether a field holds a code of missing data, one or any.

    Raises ``LogicFault`` for what is not a field, or only what was entered in one.
    """
    if not value.read or value.text.startswith("entered("):
        raise LogicFault("only the value of a field can be a missing code")

    which = f"({quoted(code)})" if code else ""
    return Atom(
        text=f"{value.text} is missing{which}",
        sure=True,
        operator="is",
    )


def counted(condition: Condition) -> Value:
    """1 where a condition holds, else 0."""
    if condition == TRUE:
        return constant("1")
    if condition == FALSE:
        return constant("0")

    text = f"case when {certain(condition)} then 1 else 0 end"
    return Value(
        text=text,
        type=ValueType.NUMBER,
        never_blank=True,
    )


def as_condition(value: Value) -> Condition:
    """What REDCap makes of a value where it asks yes or no: 0 and blank are no."""
    if value.type is ValueType.TICK:
        return ticked(value)
    if value.type is ValueType.BLANK:
        return FALSE

    if value.literal is not None:
        no = value.literal == "" or number_text(value.literal) == "0"
        return FALSE if no else TRUE

    if value.type in (ValueType.NUMBER, ValueType.CHOICE):
        number = as_number(value).within(ADD)
        yes = Atom(text=f"{number} <> 0", sure=False)
    else:
        yes = Atom(text=f"{value.text} is known", sure=True)

    # A code of missing data is a value too, and none that is 0.
    if value.asks_missing:
        return joined("or", [yes, is_missing(value)])

    return yes
