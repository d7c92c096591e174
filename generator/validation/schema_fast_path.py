"""Cells that are right beyond doubt, told by the schema's own text without
Frictionless.

Loading Frictionless takes longer than judging a small package. What is not passed here
is read by it, so a test may be too strict, and never too lax.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from math import isfinite
from typing import Any, NamedTuple

from generator.validation.limited_patterns import is_harmless
from generator.validation.table_plan import (
    CellReader,
    CellVerdict,
    TablePlan,
    cell_readers,
    frictionless_schema,
)

Test = Callable[[str], bool]
"""True for texts that fit; False for those that have to be read."""
_SPELLINGS = frozenset({"bareNumber", "groupChar", "decimalChar"})
_ISO_DAY = "%Y-%m-%d"
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
        _reader(_test(field, plan.schema), index, ask)
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

    sparing = list(readers)
    fields = plan.schema["fields"]
    for index, (name, field) in enumerate(zip(plan.columns, fields, strict=True)):
        if name not in keys and _is_usual(field, plan.schema):
            sparing[index] = _reader(_test(field, plan.schema), index, ask)

    return tuple(sparing)


def _is_usual(field: Mapping[str, Any], schema: Mapping[str, Any]) -> bool:
    """True for a field that is described as a dictionary's would be; others describe
    theirs in any way, and give patterns that nobody has looked at.
    """
    value_types = _USUAL.get(field.get("type", ""))
    if value_types is None or "floatNumber" in field:
        return False

    constraints = field.get("constraints", {})
    codes = constraints.get("enum", [])
    missing = field.get("missingValues", schema.get("missingValues", []))
    if not isinstance(codes, list) or not isinstance(missing, list):
        return False
    if not _are_of(missing, (str,)):
        return False

    pattern = constraints.get("pattern", "")
    if type(pattern) is not str or not is_harmless(pattern):
        return False

    lengths = [constraints[name] for name in _LENGTHS.intersection(constraints)]
    if not _are_of(lengths, (int,)):
        return False

    bounds = [constraints[name] for name in _BOUNDS.intersection(constraints)]

    return _are_of((*codes, *bounds), value_types)


def _are_of(values: Iterable[Any], types: Collection[type]) -> bool:
    """Whether values have just these types, and no number is infinite."""
    for value in values:
        # A truth value is a whole number for isinstance.
        if type(value) not in types:
            return False
        if isinstance(value, float) and not isfinite(value):
            return False

    return True


def _reader(
    is_right: Test | None,
    position: int,
    ask: Callable[[int, str], tuple[Any, CellVerdict]],
) -> CellReader:
    if is_right is None:
        return partial(ask, position)

    def read(text: str) -> tuple[Any, CellVerdict]:
        return (None, None) if is_right(text) else ask(position, text)

    return read


def _test(field: Mapping[str, Any], schema: Mapping[str, Any]) -> Test | None:
    """The test of a field, or None when every text has to be read."""
    constraints = field.get("constraints", {})
    kind = _KINDS.get(field.get("type", "string"))
    if kind is None:
        return None

    # A constraint that is not known here may refuse anything.
    if not kind.constraints.issuperset(constraints):
        return None

    fits = kind.test(field, constraints)
    if fits is None:
        return None

    written = field.get("missingValues", schema.get("missingValues", [""]))
    missing = {item["value"] if isinstance(item, Mapping) else item for item in written}
    if constraints.get("required"):
        return lambda text: text not in missing and fits(text)

    return lambda text: text in missing or fits(text)


def _string(field: Mapping[str, Any], constraints: Mapping[str, Any]) -> Test | None:
    if "format" in field:
        return None

    fits_pattern = re.compile(constraints.get("pattern", r"[\s\S]*")).fullmatch
    least = constraints.get("minLength", 0)
    most = constraints.get("maxLength", float("inf"))
    if "enum" not in constraints:
        return lambda text: least <= len(text) <= most and bool(fits_pattern(text))

    codes = frozenset(constraints["enum"])

    return lambda text: (
        text in codes and least <= len(text) <= most and bool(fits_pattern(text))
    )


def _integer(field: Mapping[str, Any], constraints: Mapping[str, Any]) -> Test | None:
    inside = _inside(constraints, int)
    if inside is None or field.get("bareNumber") is False:
        return None

    codes = constraints.get("enum")

    return lambda text: bool(
        _INTEGER.fullmatch(text)
        and inside(int(text))
        and (codes is None or int(text) in codes)
    )


def _number(field: Mapping[str, Any], constraints: Mapping[str, Any]) -> Test | None:
    inside = _inside(constraints, lambda bound: Decimal(str(bound)))
    if inside is None or not _SPELLINGS.isdisjoint(field):
        return None

    return lambda text: bool(_NUMBER.fullmatch(text)) and inside(Decimal(text))


def _date(field: Mapping[str, Any], constraints: Mapping[str, Any]) -> Test | None:
    inside = _inside(constraints, _day)
    if inside is None or field.get("format", _ISO_DAY) != _ISO_DAY:
        return None

    def fits(text: str) -> bool:
        try:
            return inside(_day(text))
        except ValueError:
            return False

    return fits


def _day(text: str) -> date:
    # Python reads more than this: 20240415, and weeks.
    if not _DATE.fullmatch(text):
        raise ValueError(text)

    return date.fromisoformat(text)


def _time(field: Mapping[str, Any], constraints: Mapping[str, Any]) -> Test | None:  # noqa: ARG001
    """Times of day, and moments: as the format says, or written in full."""
    form = field.get("format")
    if form is None and field["type"] == "time":
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


def _boolean(field: Mapping[str, Any], constraints: Mapping[str, Any]) -> Test | None:  # noqa: ARG001
    if not {"trueValues", "falseValues"} <= set(field):
        return None

    words = frozenset((*field["trueValues"], *field["falseValues"]))
    return lambda text: text in words


def _inside(
    constraints: Mapping[str, Any], convert: Callable[[Any], Any]
) -> Callable[[Any], bool] | None:
    """True for values between the ends; None when an end is none of this kind."""
    tests: list[Callable[[Any], bool]] = []
    for name, compared in _COMPARED.items():
        if name not in constraints:
            continue

        try:
            end = convert(constraints[name])
        except (ArithmeticError, TypeError, ValueError):
            return None

        tests.append(compared(end))

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


class _Kind(NamedTuple):
    """How texts of a field type are tested, where it has no other constraints."""

    test: Callable[[Mapping[str, Any], Mapping[str, Any]], Test | None]
    constraints: frozenset[str]


_ALWAYS = frozenset({"required", "unique"})
_BOUNDS = frozenset(_COMPARED)
_LENGTHS = frozenset({"minLength", "maxLength"})
_KINDS: Mapping[str, _Kind] = {
    "string": _Kind(_string, _ALWAYS | _LENGTHS | {"enum", "pattern"}),
    "integer": _Kind(_integer, _ALWAYS | _BOUNDS | {"enum"}),
    "number": _Kind(_number, _ALWAYS | _BOUNDS),
    "date": _Kind(_date, _ALWAYS | _BOUNDS),
    "time": _Kind(_time, _ALWAYS),
    "datetime": _Kind(_time, _ALWAYS),
    "boolean": _Kind(_boolean, _ALWAYS),
}
