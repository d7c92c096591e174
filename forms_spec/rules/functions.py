"""The functions of the rule language: what they take and give. The checker builds each from operators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from forms_spec.rules.types import Type

_NUMBER = (Type.NUMBER,)
_DATE = (Type.DATE,)
_TEXT = (Type.TEXT, Type.CHOICE)
_CLOCK = (Type.TIME, Type.DATETIME)
_ORDERED = (Type.NUMBER, Type.SPREAD, Type.DATE, Type.TIME, Type.DATETIME)


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """``takes`` holds the types allowed for each argument; with ``more`` the last one may repeat."""

    name: str
    takes: tuple[tuple[Type, ...], ...]
    gives: Type
    says: str
    more: bool = False


_ALL = (
    Function(name="round", takes=(_NUMBER, _NUMBER), gives=Type.NUMBER, says="round(x, places)"),
    Function(name="abs", takes=(_NUMBER,), gives=Type.NUMBER, says="abs(x)"),
    Function(name="min", takes=(_ORDERED, _ORDERED), gives=Type.ANY, says="min(a, b, ...)", more=True),
    Function(name="max", takes=(_ORDERED, _ORDERED), gives=Type.ANY, says="max(a, b, ...)", more=True),
    Function(name="coalesce", takes=((Type.ANY,),), gives=Type.ANY, says="coalesce(a, b, ...)", more=True),
    Function(name="length", takes=(_TEXT,), gives=Type.NUMBER, says="length(text)"),
    Function(name="concat", takes=(_TEXT,), gives=Type.TEXT, says="concat(a, b, ...)", more=True),
    Function(name="age_years", takes=(_DATE, _DATE), gives=Type.SPREAD, says="age_years(birth, on)"),
    Function(name="add_days", takes=(_DATE, _NUMBER), gives=Type.DATE, says="add_days(date, n)"),
    Function(name="add_months", takes=(_DATE, _NUMBER), gives=Type.DATE, says="add_months(date, n)"),
    Function(name="days_between", takes=(_DATE, _DATE), gives=Type.SPREAD, says="days_between(from, to)"),
    Function(name="months_between", takes=(_DATE, _DATE), gives=Type.SPREAD, says="months_between(from, to)"),
    Function(
        name="minutes_between", takes=(_CLOCK, _CLOCK), gives=Type.NUMBER, says="minutes_between(from, to)"
    ),
    Function(name="date_of", takes=((Type.DATETIME,),), gives=Type.DATE, says="date_of(date with time)"),
    Function(name="time_of", takes=((Type.DATETIME,),), gives=Type.TIME, says="time_of(date with time)"),
    Function(
        name="within",
        takes=(_DATE, _DATE, (Type.DURATION,)),
        gives=Type.CONDITION,
        says="within(date, anchor, 3 months)",
    ),
    Function(
        name="since",
        takes=(_DATE, _DATE, (Type.DURATION,)),
        gives=Type.CONDITION,
        says="since(date, anchor, 5 years)",
    ),
    Function(name="number_of", takes=((Type.CHOICE,),), gives=Type.NUMBER, says="number_of(choice)"),
    Function(name="reference_low", takes=(_NUMBER,), gives=Type.NUMBER, says="reference_low(field)"),
    Function(name="reference_high", takes=(_NUMBER,), gives=Type.NUMBER, says="reference_high(field)"),
    Function(name="in_reference", takes=(_NUMBER,), gives=Type.TEXT, says="in_reference(field)"),
    Function(name="in_unit", takes=(_NUMBER, _TEXT), gives=Type.NUMBER, says="in_unit(field, 'unit')"),
)

FUNCTIONS: Mapping[str, Function] = MappingProxyType({one.name: one for one in _ALL})
