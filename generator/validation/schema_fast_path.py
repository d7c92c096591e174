"""Cells that are right beyond doubt, told by the schema's own text without
Frictionless.

Loading Frictionless takes longer than judging a small package. What is not passed here
is read by it, so a test may be too strict, and never too lax.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from generator.validation.limited_patterns import is_harmless
from generator.validation.table_plan import (
    CellReader,
    CellVerdict,
    TablePlan,
    cell_readers,
    frictionless_schema,
)

Sure = Callable[[str], bool]
"""True for texts that fit; False for those that have to be read."""
_ALWAYS = {"required", "unique"}
_BOUNDS = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,9})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](?:\.[0-9]{6})?Z?"
)


def plain_readers(plan: TablePlan) -> tuple[CellReader, ...]:
    """How each column of a table of a study is read; a value is None where Frictionless
    was not asked.
    """
    asked: list[CellReader] = []

    def ask(position: int, text: str) -> tuple[Any, CellVerdict]:
        if not asked:
            asked.extend(cell_readers(frictionless_schema(plan)))
        return asked[position](text)

    return tuple(
        _reader(_tests(field, plan.schema), index, ask)
        for index, field in enumerate(plan.schema["fields"])
    )


def sparing_readers(
    plan: TablePlan, readers: Sequence[CellReader], keys: frozenset[str]
) -> tuple[CellReader, ...]:
    """Frictionless's readers of a table of others, asked as seldom as can be.

    Keys need their values.
    """

    def ask(position: int, text: str) -> tuple[Any, CellVerdict]:
        return readers[position](text)

    return tuple(
        _reader(_tests(item, plan.schema), index, ask)
        if name not in keys and _is_usual(item, plan.schema)
        else readers[index]
        for index, (name, item) in enumerate(
            zip(plan.columns, plan.schema["fields"], strict=True)
        )
    )


def _is_usual(field: Mapping[str, Any], schema: Mapping[str, Any]) -> bool:
    """True for a field that is described as a dictionary's would be; others describe
    theirs in any way, and give patterns that nobody has looked at.
    """
    kinds, constraints = _USUAL.get(field.get("type", "")), field.get("constraints", {})
    codes = constraints.get("enum", [])
    missing = field.get("missingValues", schema.get("missingValues", []))
    if (
        kinds is None
        or "floatNumber" in field
        or not isinstance(codes, list)
        or not isinstance(missing, list)
    ):
        return False

    pattern = constraints.get("pattern", "")
    if type(pattern) is not str or not is_harmless(pattern):
        return False

    values = [
        *codes,
        *(constraint for name, constraint in constraints.items() if name in _BOUNDS),
    ]
    lengths = [
        constraint
        for name, constraint in constraints.items()
        if name in ("minLength", "maxLength")
    ]

    return (
        all(
            type(value) in kinds and (type(value) is not float or isfinite(value))
            for value in values
        )
        and all(type(length) is int for length in lengths)
        and all(type(item) is str for item in missing)
    )


def _reader(
    sure: Sure | None, position: int, ask: Callable[[int, str], tuple[Any, CellVerdict]]
) -> CellReader:
    def read(text: str) -> tuple[Any, CellVerdict]:
        return (None, None) if sure and sure(text) else ask(position, text)

    return read


def _tests(field: Mapping[str, Any], schema: Mapping[str, Any]) -> Sure | None:
    """The test of a field, or None when every text has to be read."""
    constraints = field.get("constraints", {})
    make = _KINDS.get(field.get("type", "string"))
    fits = make(field, constraints) if make else None
    written = field.get("missingValues", schema.get("missingValues", [""]))
    missing = {item["value"] if isinstance(item, Mapping) else item for item in written}
    if fits is None:
        return None
    if constraints.get("required"):
        return lambda text: text not in missing and fits(text)
    return lambda text: text in missing or fits(text)


def _string(field: Mapping[str, Any], constraints: Mapping[str, Any]) -> Sure | None:
    if "format" in field or set(constraints) - _ALWAYS - {
        "enum",
        "pattern",
        "minLength",
        "maxLength",
    }:
        return None

    pattern = re.compile(constraints.get("pattern", r"[\s\S]*"))
    codes = frozenset(constraints["enum"]) if "enum" in constraints else None
    least, most = (
        constraints.get("minLength", 0),
        constraints.get("maxLength", float("inf")),
    )
    if codes is not None:
        return lambda text: (
            text in codes
            and least <= len(text) <= most
            and bool(pattern.fullmatch(text))
        )

    return lambda text: least <= len(text) <= most and bool(pattern.fullmatch(text))


def _integer(field: Mapping[str, Any], constraints: Mapping[str, Any]) -> Sure | None:
    if field.get("bareNumber") is False or set(constraints) - _ALWAYS - _BOUNDS - {
        "enum"
    }:
        return None

    inside = _inside(constraints, int)
    codes = constraints.get("enum")
    if inside is None:
        return None
    return lambda text: bool(
        _INTEGER.fullmatch(text)
        and inside(int(text))
        and (codes is None or int(text) in codes)
    )


def _number(field: Mapping[str, Any], constraints: Mapping[str, Any]) -> Sure | None:
    if {"bareNumber", "groupChar", "decimalChar"} & set(field) or set(
        constraints
    ) - _ALWAYS - _BOUNDS:
        return None

    inside = _inside(constraints, lambda bound: Decimal(str(bound)))
    if inside is None:
        return None
    return lambda text: bool(_NUMBER.fullmatch(text)) and inside(Decimal(text))


def _date(field: Mapping[str, Any], constraints: Mapping[str, Any]) -> Sure | None:
    if (
        field.get("format", "%Y-%m-%d") != "%Y-%m-%d"
        or set(constraints) - _ALWAYS - _BOUNDS
    ):
        return None

    inside = _inside(constraints, _day)
    if inside is None:
        return None

    def fits(text: str) -> bool:
        try:
            return inside(_day(text))
        except ValueError:
            return False

    return fits


def _day(text: str) -> date:
    if not _DATE.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def _time(field: Mapping[str, Any], constraints: Mapping[str, Any]) -> Sure | None:
    """Times of day, and moments: as the format says, or written in full."""
    form = field.get("format")
    if set(constraints) - _ALWAYS or (form is None and field["type"] == "time"):
        return None

    def fits(text: str) -> bool:
        try:
            if form is not None:
                datetime.strptime(text, form)
                return True

            return bool(_MOMENT.fullmatch(text) and datetime.fromisoformat(text))
        except ValueError:
            return False

    return fits


def _boolean(field: Mapping[str, Any], constraints: Mapping[str, Any]) -> Sure | None:
    if set(constraints) - _ALWAYS or not {"trueValues", "falseValues"} <= set(field):
        return None
    words = frozenset((*field["trueValues"], *field["falseValues"]))
    return lambda text: text in words


def _inside(
    constraints: Mapping[str, Any], convert: Callable[[Any], Any]
) -> Callable[[Any], bool] | None:
    """True for values between the ends; None when an end is none of this kind."""
    try:
        ends = {
            name: convert(bound)
            for name, bound in constraints.items()
            if name in _BOUNDS
        }
    except (ArithmeticError, TypeError, ValueError):
        return None

    tests = [_COMPARED[name](end) for name, end in ends.items()]

    return lambda value: all(test(value) for test in tests)


_COMPARED: Mapping[str, Callable[[Any], Callable[[Any], bool]]] = {
    "minimum": lambda end: lambda value: value >= end,
    "maximum": lambda end: lambda value: value <= end,
    "exclusiveMinimum": lambda end: lambda value: value > end,
    "exclusiveMaximum": lambda end: lambda value: value < end,
}
_USUAL: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "date": (str,),
}
"""How the codes and the ends of the range of a field are usually written."""
_KINDS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Sure | None]] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "date": _date,
    "time": _time,
    "datetime": _time,
    "boolean": _boolean,
}
