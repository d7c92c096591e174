"""Cells of a fixed number of bytes, looked at byte by byte: cheaper than anything that
reads their text.

What a shape passes is right beyond doubt; what it does not pass is for the guard of its
column to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from generator.validation.columnar.tables.cell_guards import BOUNDS, day_range
from generator.validation.pattern_translation import Position, positions
from generator.validation.table_plan import missing_values

Described = tuple[pl.Expr, Callable[[Any], Any]]
_LONGEST = 40
_NO_BYTE = 255
_DAY = r"[0-9]{4}-[01][0-9]-[0-3][0-9]"
_DAYS = np.zeros(256, np.uint8)
"""How many days a month has in every year: the guard knows leap days."""
_DAYS[1:13] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


@dataclass(frozen=True, kw_only=True, slots=True)
class ByteShape:
    """``held`` gives the bytes of each text, ``fits`` is true of those that are right.

    ``fits`` takes an array with a row for each place in the text and a column for each
    text.

    ``blanks`` are the texts without a value, where there may be none.
    """

    held: pl.Expr
    fits: Callable[[Any], Any]
    blanks: pl.Series

    def misfits(self, series: pl.Series) -> Any:
        """The rows that are not right by their bytes."""
        return np.flatnonzero(~self.fits(np.ascontiguousarray(series.to_numpy().T)))


def byte_shape(field: Any) -> ByteShape | None:
    """How the texts of a Frictionless field are known to be right by their bytes, if
    they can be.
    """
    describe = _SHAPES.get(field.type)
    described = describe(field) if describe else None
    if described is None:
        return None

    held, fits = described
    blanks = pl.Series(field.name, missing_values(field), pl.String)
    shape = ByteShape(held=held, fits=fits, blanks=blanks)
    if not field.constraints.get("required"):
        return shape

    # A blank is wrong there, so none may look as if it were right.
    stopped = shape.misfits(blanks.to_frame().select(held).to_series())
    if len(stopped) < len(blanks):
        return None

    return replace(shape, blanks=blanks.clear())


def _string(field: Any) -> Described | None:
    if field.format != "default":
        return None
    if not field.constraints.keys() <= {"required", "unique", "pattern"}:
        return None

    expected = positions(field.constraints.get("pattern", ""))
    if not expected or len(expected) > _LONGEST:
        return None

    return _bytes(pl.col(field.name), len(expected)), _matching(expected)


def _date(field: Any) -> Described | None:
    if field.format not in ("default", "%Y-%m-%d"):
        return None

    ends = day_range(field)
    known = {"required", "unique", *BOUNDS}
    if ends is None or not field.constraints.keys() <= known:
        return None

    # Written in full, days are in the order of their texts.
    low, high, closed = ends
    first, last = pl.lit(low.isoformat()), pl.lit(high.isoformat())
    column = pl.col(field.name)
    inside = column.is_between(first, last, closed=closed)

    return _bytes(pl.when(inside).then(column), len("2024-02-29")), _is_day


def _bytes(column: pl.Expr, length: int) -> pl.Expr:
    """An array of the bytes of each text; of none that fits anything for a text of
    another length.
    """
    kind = pl.Array(pl.UInt8, length)
    none = pl.lit(pl.Series([[_NO_BYTE] * length], dtype=kind)).first()
    array = column.cast(pl.Binary).bin.reinterpret(dtype=kind, endianness="little")

    return array.fill_null(none)


def _matching(expected: Sequence[Position]) -> Callable[[Any], Any]:
    """True where every byte is in one of the ranges for its place."""
    most = max(len(ranges) for ranges in expected)
    filled = np.array(
        [list(ranges) + [ranges[0]] * (most - len(ranges)) for ranges in expected],
        np.uint8,
    )
    ends = [
        (filled[:, index, :1], filled[:, index, 1:] - filled[:, index, :1])
        for index in range(most)
    ]

    def matches(value: Any) -> Any:
        together = value - ends[0][0] <= ends[0][1]
        for low, span in ends[1:]:
            together |= value - low <= span

        return together.all(axis=0)

    return matches


_looks_like_day = _matching(positions(_DAY) or ())


def _is_day(value: Any) -> Any:
    """True for YYYY-MM-DD."""
    digits = value - np.uint8(ord("0"))
    month, day = digits[5] * 10 + digits[6], digits[8] * 10 + digits[9]

    # In bytes, the day before the first is 255.
    return _looks_like_day(value) & (day - 1 < _DAYS.take(month))


_SHAPES: dict[str, Callable[[Any], Described | None]] = {
    "string": _string,
    "date": _date,
}
