"""For each column an expression that is true of every cell that might be refused.

What it passes is right beyond doubt, in Table Schema's own terms; what it stops is read
by Frictionless, each distinct text once. So a guard may be too strict, and never too
lax.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import polars as pl

from generator.validation.pattern_translation import translated
from generator.validation.table_plan import missing_values

SURE_DIGITS = 15
"""Decimals of so many digits are different binary numbers when they differ at all."""
FEW = 8
_LARGEST = 2**63 - 1
_HUGE = 1e308
_NUMBER_WRITINGS = ("group_char", "decimal_char", "bare_number", "float_number")
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
Closed = Literal["both", "left", "right", "none"]


class _Unsure(Exception):
    """No expression can tell: every text has to be read."""


def suspicion(field: Any) -> pl.Expr | bool:
    """Cells of a Frictionless field that have to be looked at: an expression, all
    (True) or none (False).
    """
    required = bool(field.constraints.get("required"))
    missing = missing_values(field)
    column = pl.col(field.name)
    test = _FITS.get(field.type)
    if test is None:
        return True

    try:
        fits = test(field, column)
    except _Unsure:
        return True

    blank: pl.Expr = column.is_in(missing)
    if len(missing) == 1:
        blank = column == missing[0]

    # Without a test every text fits, so that only a blank can be wrong.
    if fits is None:
        return blank if required and missing else False
    if not missing:
        return ~fits

    return ~fits | blank if required else ~fits & ~blank


def _string(field: Any, column: pl.Expr) -> pl.Expr | None:
    if field.format != "default":
        raise _Unsure

    tests: list[pl.Expr] = []
    for name, limit in field.constraints.items():
        if name in _TEXT_TESTS and limit is not None:
            tests += _TEXT_TESTS[name](column, limit)

    if not tests:
        return None

    return _every(tests)


def _pattern(column: pl.Expr, pattern: str) -> list[pl.Expr]:
    return [column.str.contains(expression) for expression in _sure_pattern(pattern)]


_TEXT_TESTS: Mapping[str, Callable[[pl.Expr, Any], list[pl.Expr]]] = {
    "pattern": _pattern,
    "minLength": lambda column, least: [column.str.len_chars() >= least],
    "maxLength": lambda column, most: [column.str.len_chars() <= most],
    "enum": lambda column, codes: [_one_of(column, codes)],
}


def _one_of(column: pl.Expr, codes: Sequence[Any]) -> pl.Expr:
    """True for the codes that are texts."""
    texts = [code for code in codes if isinstance(code, str)]
    # A few comparisons are quicker than a look-up.
    if 0 < len(texts) <= FEW:
        few: pl.Expr = one_of(column, texts)
        return few

    return column.is_in(texts)


def one_of(column: Any, texts: Any) -> Any:
    """True where a column or an expression holds one of some texts, at least one."""
    if len(texts) > FEW:
        return column.is_in(texts.implode())

    # A few comparisons take less time than a look-up.
    together = column == texts[0]
    for text in texts[1:]:
        together = together | (column == text)

    return together


def _sure_pattern(pattern: str) -> tuple[str, ...]:
    expressions = translated(pattern)
    if expressions is None:
        raise _Unsure

    try:
        for expression in expressions:
            pl.Series([""]).str.contains(expression)
    except pl.exceptions.ComputeError as error:
        raise _Unsure from error

    return expressions


def _any(field: Any, column: pl.Expr) -> pl.Expr | None:
    if "enum" not in field.constraints:
        return None
    return _one_of(column, field.constraints["enum"])


def _integer(field: Any, column: pl.Expr) -> pl.Expr:
    if not field.bare_number:
        raise _Unsure

    _only(field, *BOUNDS, "enum")
    number = column.cast(pl.Int64, strict=False)
    tests = [_between(field, number, _whole, -_LARGEST, _LARGEST)]
    if (codes := field.constraints.get("enum")) is not None:
        tests.append(_one_of(column, [str(code) for code in codes]))

    return _every(tests)


def _whole(bound: Any) -> int:
    if not isinstance(bound, int) or abs(bound) >= 2**63:
        raise _Unsure
    return bound


def _number(field: Any, column: pl.Expr) -> pl.Expr:
    if any(map(field.has_defined, _NUMBER_WRITINGS)):
        raise _Unsure

    _only(field, *BOUNDS)
    number = column.cast(pl.Float64, strict=False)
    fits = _between(field, number, _decimal, -_HUGE, _HUGE)
    ends = _ends(field, _decimal)
    if not ends:
        return fits

    # 1e-400 is 0 in binary, and so is -1e-400.
    if 0 in (ends.get("maximum"), ends.get("exclusiveMaximum")):
        raise _Unsure

    tests = [fits, column.str.len_bytes() <= SURE_DIGITS]
    if 0 in ends.values():
        tests.append(column >= "0")

    return _every(tests)


def _decimal(bound: Any) -> float:
    if not isinstance(bound, Decimal | int) or len(str(bound)) > SURE_DIGITS:
        raise _Unsure
    return float(bound)


def _date(field: Any, column: pl.Expr) -> pl.Expr:
    if field.format not in ("default", "%Y-%m-%d"):
        raise _Unsure

    _only(field, *BOUNDS)
    day = column.str.to_date("%Y-%m-%d", strict=False, cache=False)
    inside = _between(field, day, _day, date.min, date.max)
    # Polars also reads days and months of one digit.
    same = (day.dt.to_string("%Y-%m-%d") == column).fill_null(False)

    return _every([inside, same, column.str.len_bytes() == 10])


def _day(bound: Any) -> date:
    if not isinstance(bound, date):
        raise _Unsure
    return bound


def _datetime(field: Any, column: pl.Expr) -> pl.Expr:
    """Written in full, to the second or as saves are stamped, in UTC or without a zone.

    Other writings are read one by one.
    """
    if field.format != "default":
        raise _Unsure

    _only(field)
    clock = r"[0-9]{2}:[0-9]{2}:[0-5][0-9](\.[0-9]{6})?"
    plain = column.str.contains(rf"\A[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{clock}Z?\z")
    seconds = column.str.slice(0, len("2024-02-29T09:30:00"))
    moment = seconds.str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False, cache=False)

    return _every([plain, moment.is_not_null(), column >= "0001"])


def _boolean(field: Any, column: pl.Expr) -> pl.Expr:
    _only(field)
    return column.is_in([*field.true_values, *field.false_values])


def _year(field: Any, column: pl.Expr) -> pl.Expr:
    _only(field, *BOUNDS)
    fits = _between(field, column.cast(pl.Int64, strict=False), _whole, 0, 9999)
    return _every([fits, column.str.len_bytes() == 4, column >= "0"])


def _only(field: Any, *names: str) -> None:
    """The field has no constraints but these."""
    if set(field.constraints) - {"required", "unique", *names}:
        raise _Unsure


def _ends(field: Any, convert: Callable[[Any], Any]) -> dict[str, Any]:
    read = field.create_value_reader()
    ends: dict[str, Any] = {}
    for name in BOUNDS:
        if name in field.constraints:
            ends[name] = convert(read(field.constraints[name]))

    return ends


def _between(
    field: Any, value: pl.Expr, convert: Callable[[Any], Any], low: Any, high: Any
) -> pl.Expr:
    """True where a value is inside the field's range, in one comparison; False where
    there is none.
    """
    least, most, closed = _range(field, convert, low, high)
    return value.is_between(least, most, closed=closed).fill_null(False)


def _range(
    field: Any, convert: Callable[[Any], Any], low: Any, high: Any
) -> tuple[Any, Any, Closed]:
    """The ends of the field's range, and which of them belong to it."""
    ends = _ends(field, convert)
    for both in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if ends.keys() >= set(both):
            raise _Unsure

    low = ends.get("minimum", ends.get("exclusiveMinimum", low))
    high = ends.get("maximum", ends.get("exclusiveMaximum", high))

    return low, high, _CLOSED["exclusiveMinimum" in ends, "exclusiveMaximum" in ends]


def day_range(field: Any) -> tuple[date, date, Closed] | None:
    """The days between which a field's have to be, and which of them belong to it; None
    if unsure.
    """
    try:
        return _range(field, _day, date.min, date.max)
    except _Unsure:
        return None


_CLOSED: Mapping[tuple[bool, bool], Closed] = {
    (False, False): "both",
    (False, True): "left",
    (True, False): "right",
    (True, True): "none",
}


def _every(tests: list[pl.Expr]) -> pl.Expr:
    """True where all tests are."""
    together = tests[0]
    for test in tests[1:]:
        together = together & test

    return together


_FITS: Mapping[str, Callable[[Any, pl.Expr], pl.Expr | None]] = {
    "string": _string,
    "any": _any,
    "integer": _integer,
    "number": _number,
    "date": _date,
    "datetime": _datetime,
    "boolean": _boolean,
    "year": _year,
}
