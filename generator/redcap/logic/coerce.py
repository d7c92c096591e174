"""A value of REDCap as a number, text, date, moment or condition of our language."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation

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
from generator.redcap.logic.values import ADD, MULTIPLY, Value, ValueType, quoted

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_MOMENT = re.compile(r"(\S+)[ T](\d{1,2}:\d\d(?::\d\d)?)")
_TIME = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?")
TODAY = "today"


def number_text(text: str) -> str | None:
    """A number as our language writes it; None for what is none."""
    try:
        decimal = Decimal(text.strip())
    except InvalidOperation:
        return None

    if not decimal.is_finite() or abs(decimal) >= 10**15:
        return None
    written = format(
        decimal.quantize(Decimal(1))
        if decimal == decimal.to_integral_value()
        else decimal,
        "f",
    )
    whole, _, fraction = written.partition(".")
    fraction = fraction.rstrip("0")
    if len(fraction) > 9:
        return None
    return f"{whole}.{fraction}" if fraction else ("0" if whole == "-0" else whole)


def date_text(text: str, order: str = "ymd") -> str | None:
    """A date as ``2024-01-31``; ``order`` says how one that is not written year first
    is meant.
    """
    text = text.strip()
    if match := _ISO.fullmatch(text):
        year, month, day = match.groups()
    elif (match := _DAY_FIRST.fullmatch(text)) and order in ("dmy", "mdy"):
        first, second, year = match.groups()
        day, month = (first, second) if order == "dmy" else (second, first)
    else:
        return None

    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def time_text(text: str) -> str | None:
    """A time as ``09:30`` or ``09:30:15``."""
    match = _TIME.fullmatch(text.strip())
    if (
        match is None
        or int(match[1]) > 23
        or int(match[2]) > 59
        or int(match[3] or 0) > 59
    ):
        return None

    seconds = f":{match[3]}" if match[3] else ""

    return f"{int(match[1]):02}:{match[2]}{seconds}"


def moment_text(text: str, order: str = "ymd") -> str | None:
    """A date with time as ``2024-01-31T09:30``."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    day, clock = date_text(match[1], order), time_text(match[2])
    return f"{day}T{clock}" if day and clock else None


def constant(number: str) -> Value:
    """A number as a value."""
    return Value(
        text=number,
        type=ValueType.NUMBER,
        literal=number,
        power=MULTIPLY if number[0] == "-" else 3,
    )


def as_number(value: Value) -> Value:
    """Raises ``LogicFault`` where REDCap would not compute either."""
    if value.type is ValueType.NUMBER:
        return value
    if value.type is ValueType.LITERAL:
        number = number_text(value.literal or "")
        if number is None:
            raise LogicFault(f"{value.literal!r} is no number")
        return constant(number)

    if value.type is ValueType.TICK:
        return counted(ticked(value))
    if value.type is ValueType.CHOICE:
        numeric = any(number_text(code) is not None for code in value.codes)
        text = value.text if numeric else f"concat({value.text})"
        return Value(text=f"number_of({text})", type=ValueType.NUMBER)

    if value.type is ValueType.TEXT:
        return Value(text=f"number_of({value.text})", type=ValueType.NUMBER)
    raise LogicFault(f"a {value.type.value} where a number is wanted")


def as_text(value: Value) -> str:
    if value.type in (ValueType.TEXT, ValueType.CHOICE):
        return value.text
    if value.literal is not None:
        return quoted(value.literal)
    if value.type in (
        ValueType.NUMBER,
        ValueType.DATE,
        ValueType.DATETIME,
        ValueType.TIME,
    ):
        return f"text_of({value.text})"
    if value.type is ValueType.TICK:
        return f"text_of({counted(ticked(value)).text})"
    raise LogicFault(f"a {value.type.value} where a text is wanted")


def as_moment(value: Value, scope: LogicScope, order: str = "ymd") -> Value:
    """A date, a date with time, or a time."""
    if value.type in (ValueType.DATE, ValueType.DATETIME, ValueType.TIME):
        return value
    if value.literal is None:
        raise LogicFault(f"a {value.type.value} where a date is wanted")
    if value.literal.strip().lower() == TODAY:
        return Value(text=TODAY, type=ValueType.DATE, literal=TODAY)
    if value.literal.strip().lower() == "now":
        scope.note(
            "now", "rules know the day, not the time of day: now is read as today"
        )
        return Value(text=TODAY, type=ValueType.DATE, literal=TODAY)

    for read, type_ in ((date_text, ValueType.DATE), (moment_text, ValueType.DATETIME)):
        if result := read(value.literal, order):
            return Value(text=result, type=type_, literal=result)

    if clock := time_text(value.literal):
        return Value(text=clock, type=ValueType.TIME, literal=clock)
    raise LogicFault(f"{value.literal!r} is no date")


def with_time(value: Value) -> str:
    """A date or date with time as a date with time."""
    if value.type is ValueType.DATETIME:
        return value.text
    if value.type is ValueType.DATE:
        return f"datetime_of({value.text}, 00:00)"
    raise LogicFault("a time of the day where a date is wanted")


def ticked(value: Value) -> Condition:
    """Whether a box is ticked. A checkbox that was never asked is not ticked."""
    if value.missing:
        return is_missing(value, value.code)
    return Atom(
        text=f"{value.text} has {quoted(value.code)}",
        sure=False,
        way="has",
        asked=value.text,
        code=quoted(value.code),
    )


def is_missing(value: Value, code: str = "") -> Atom:
    """Whether a field holds a code of missing data, one or any.

    Raises ``LogicFault``.
    """
    if not value.read or value.text.startswith("entered("):
        raise LogicFault("only a field's own value is asked for a code of missing data")
    return Atom(
        text=f"{value.text} is missing{f'({quoted(code)})' if code else ''}",
        sure=True,
        way="is",
    )


def counted(condition: Condition) -> Value:
    """1 where a condition holds, else 0."""
    if condition in (TRUE, FALSE):
        return constant(str(int(condition == TRUE)))
    text = f"case when {certain(condition)} then 1 else 0 end"
    return Value(text=text, type=ValueType.NUMBER, never_blank=True)


def as_condition(value: Value) -> Condition:
    """What REDCap makes of a value where it asks yes or no: 0 and blank are no."""
    if value.type is ValueType.TICK:
        return ticked(value)
    if value.type is ValueType.BLANK:
        return FALSE
    if value.literal is not None:
        number = number_text(value.literal)
        return FALSE if value.literal == "" or number == "0" else TRUE

    atom = Atom(text=f"{value.text} is known", sure=True)
    if value.type in (ValueType.NUMBER, ValueType.CHOICE):
        atom = Atom(text=f"{as_number(value).within(ADD)} <> 0", sure=False)
    return joined("or", [atom, is_missing(value)]) if value.asks_missing else atom
