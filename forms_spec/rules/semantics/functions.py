"""The functions of the rule language: what they take and give.

The checker builds each from operators.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from forms_spec.rules.semantics.types import Type

_NUMBER = (Type.NUMBER,)
_DATE = (Type.DATE,)
_TEXT = (Type.TEXT, Type.CHOICE)
_CLOCK = (Type.TIME, Type.DATETIME)
_ORDERED = (Type.NUMBER, Type.SPREAD, Type.DATE, Type.TIME, Type.DATETIME)


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """``takes`` holds the types allowed for each argument; with ``more`` the last one
    may repeat.
    """

    name: str
    takes: tuple[tuple[Type, ...], ...]
    gives: Type
    says: str
    more: bool = False


_ALL = (
    Function(
        name="entered", takes=((Type.ANY,),), gives=Type.ANY, says="entered(field)"
    ),
    Function(
        name="begun", takes=((Type.ANY,),), gives=Type.CONDITION, says="begun(form)"
    ),
    Function(
        name="round",
        takes=(_NUMBER, _NUMBER),
        gives=Type.NUMBER,
        says="round(x, places)",
    ),
    Function(name="abs", takes=(_NUMBER,), gives=Type.NUMBER, says="abs(x)"),
    Function(
        name="min",
        takes=(_ORDERED, _ORDERED),
        gives=Type.ANY,
        says="min(a, b, ...)",
        more=True,
    ),
    Function(
        name="max",
        takes=(_ORDERED, _ORDERED),
        gives=Type.ANY,
        says="max(a, b, ...)",
        more=True,
    ),
    Function(
        name="coalesce",
        takes=((Type.ANY,),),
        gives=Type.ANY,
        says="coalesce(a, b, ...)",
        more=True,
    ),
    Function(
        name="lookup",
        takes=((Type.ANY,), (Type.ANY,)),
        gives=Type.ANY,
        says="lookup(table.column, key, ...)",
        more=True,
    ),
    Function(
        name="count_known",
        takes=((Type.ANY,),),
        gives=Type.NUMBER,
        says="count_known(a, b, ...)",
        more=True,
    ),
    Function(name="length", takes=(_TEXT,), gives=Type.NUMBER, says="length(text)"),
    Function(
        name="concat",
        takes=(_TEXT,),
        gives=Type.TEXT,
        says="concat(a, b, ...)",
        more=True,
    ),
    Function(
        name="age_years",
        takes=(_DATE, _DATE),
        gives=Type.SPREAD,
        says="age_years(birth, on)",
    ),
    Function(
        name="add_days",
        takes=(_DATE, _NUMBER),
        gives=Type.DATE,
        says="add_days(date, n)",
    ),
    Function(
        name="add_months",
        takes=(_DATE, _NUMBER),
        gives=Type.DATE,
        says="add_months(date, n)",
    ),
    Function(
        name="days_between",
        takes=(_DATE, _DATE),
        gives=Type.SPREAD,
        says="days_between(from, to)",
    ),
    Function(
        name="months_between",
        takes=(_DATE, _DATE),
        gives=Type.SPREAD,
        says="months_between(from, to)",
    ),
    Function(
        name="minutes_between",
        takes=(_CLOCK, _CLOCK),
        gives=Type.NUMBER,
        says="minutes_between(from, to)",
    ),
    Function(
        name="seconds_of",
        takes=((Type.DURATION,),),
        gives=Type.SPREAD,
        says="seconds_of(duration)",
    ),
    Function(
        name="date_of",
        takes=((Type.DATETIME,),),
        gives=Type.DATE,
        says="date_of(date with time)",
    ),
    Function(
        name="time_of",
        takes=((Type.DATETIME,),),
        gives=Type.TIME,
        says="time_of(date with time)",
    ),
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
    Function(
        name="number_of",
        takes=((Type.CHOICE, Type.TEXT),),
        gives=Type.NUMBER,
        says="number_of(choice or text)",
    ),
    Function(
        name="limit_of",
        takes=((Type.SPREAD,),),
        gives=Type.NUMBER,
        says="limit_of(field)",
    ),
    Function(
        name="comparator_of",
        takes=((Type.SPREAD,),),
        gives=Type.TEXT,
        says="comparator_of(field)",
    ),
    Function(
        name="reference_low",
        takes=(_NUMBER,),
        gives=Type.NUMBER,
        says="reference_low(field)",
    ),
    Function(
        name="reference_high",
        takes=(_NUMBER,),
        gives=Type.NUMBER,
        says="reference_high(field)",
    ),
    Function(
        name="in_reference",
        takes=(_NUMBER,),
        gives=Type.TEXT,
        says="in_reference(field)",
    ),
    Function(
        name="in_unit",
        takes=(_NUMBER, _TEXT),
        gives=Type.NUMBER,
        says="in_unit(field, 'unit')",
    ),
)

_WRITTEN = (Type.NUMBER, Type.SPREAD, Type.DATE, Type.TIME, Type.DATETIME, *_TEXT)


def _numbers(name: str, *arguments: str) -> Function:
    says = f"{name}({', '.join(arguments)})"
    return Function(
        name=name, takes=(_NUMBER,) * len(arguments), gives=Type.NUMBER, says=says
    )


def _known(name: str, takes: tuple[Type, ...], gives: Type, says: str) -> Function:
    least = 2 if name == "join_known" else 1
    return Function(
        name=name, takes=(takes,) * least, gives=gives, says=says, more=True
    )


_MORE = (
    _numbers("round_up", "x", "places"),
    _numbers("round_down", "x", "places"),
    _numbers("sqrt", "x"),
    _numbers("power", "x", "exponent"),
    _numbers("exp", "x"),
    _numbers("ln", "x"),
    _numbers("log", "x", "base"),
    _numbers("mod", "x", "divisor"),
    _known("sum_known", _NUMBER, Type.NUMBER, "sum_known(a, b, ...)"),
    _known("mean_known", _NUMBER, Type.NUMBER, "mean_known(a, b, ...)"),
    _known("median_known", _NUMBER, Type.NUMBER, "median_known(a, b, ...)"),
    _known("stdev_known", _NUMBER, Type.NUMBER, "stdev_known(a, b, ...)"),
    _known("min_known", _NUMBER, Type.NUMBER, "min_known(a, b, ...)"),
    _known("max_known", _NUMBER, Type.NUMBER, "max_known(a, b, ...)"),
    _known("concat_known", _TEXT, Type.TEXT, "concat_known(a, b, ...)"),
    _known("join_known", _TEXT, Type.TEXT, "join_known(between, a, b, ...)"),
    Function(name="upper", takes=(_TEXT,), gives=Type.TEXT, says="upper(text)"),
    Function(name="lower", takes=(_TEXT,), gives=Type.TEXT, says="lower(text)"),
    Function(name="trim", takes=(_TEXT,), gives=Type.TEXT, says="trim(text)"),
    Function(
        name="left", takes=(_TEXT, _NUMBER), gives=Type.TEXT, says="left(text, n)"
    ),
    Function(
        name="right", takes=(_TEXT, _NUMBER), gives=Type.TEXT, says="right(text, n)"
    ),
    Function(
        name="mid",
        takes=(_TEXT, _NUMBER, _NUMBER),
        gives=Type.TEXT,
        says="mid(text, start, n)",
    ),
    Function(
        name="find", takes=(_TEXT, _TEXT), gives=Type.NUMBER, says="find(part, text)"
    ),
    Function(
        name="replace",
        takes=(_TEXT, _TEXT, _TEXT),
        gives=Type.TEXT,
        says="replace(text, old, new)",
    ),
    Function(
        name="contains",
        takes=(_TEXT, _TEXT),
        gives=Type.CONDITION,
        says="contains(text, part)",
    ),
    Function(
        name="starts_with",
        takes=(_TEXT, _TEXT),
        gives=Type.CONDITION,
        says="starts_with(text, start)",
    ),
    Function(
        name="ends_with",
        takes=(_TEXT, _TEXT),
        gives=Type.CONDITION,
        says="ends_with(text, end)",
    ),
    Function(name="text_of", takes=(_WRITTEN,), gives=Type.TEXT, says="text_of(value)"),
    Function(name="year", takes=(_DATE,), gives=Type.NUMBER, says="year(date)"),
    Function(name="month", takes=(_DATE,), gives=Type.NUMBER, says="month(date)"),
    Function(name="day", takes=(_DATE,), gives=Type.NUMBER, says="day(date)"),
    Function(
        name="day_of_week", takes=(_DATE,), gives=Type.NUMBER, says="day_of_week(date)"
    ),
    Function(
        name="seconds_between",
        takes=(_CLOCK, _CLOCK),
        gives=Type.NUMBER,
        says="seconds_between(from, to)",
    ),
    Function(
        name="datetime_of",
        takes=(_DATE, (Type.TIME,)),
        gives=Type.DATETIME,
        says="datetime_of(date, time)",
    ),
)

FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {item.name: item for item in (*_ALL, *_MORE)}
)

PLAIN = frozenset(
    (
        "sqrt",
        "power",
        "exp",
        "ln",
        "log",
        "mod",
        "upper",
        "lower",
        "trim",
        "left",
        "right",
        "mid",
        "find",
        "replace",
        "contains",
        "starts_with",
        "ends_with",
        "year",
        "month",
        "day_of_week",
        "datetime_of",
    )
)
"""Functions that are an operator of the same name and types."""
