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
class Shape:
    """``held`` gives the bytes of each text, ``fits`` is true of those that are right.

    ``blanks`` are the texts without a value, where there may be none.
    """

    held: pl.Expr
    fits: Callable[[Any], Any]
    blanks: pl.Series

    def misfits(self, series: pl.Series) -> Any:
        """The rows that are not right by their bytes."""
        return np.flatnonzero(~self.fits(np.ascontiguousarray(series.to_numpy().T)))


def shape(field: Any) -> Shape | None:
    """How the texts of a Frictionless field are known to be right by their bytes, if
    they can be.
    """
    described = _SHAPES[field.type](field) if field.type in _SHAPES else None
    if described is None:
        return None
    value, fits = described
    blanks = pl.Series(field.name, missing_values(field), pl.String)
    built = Shape(held=value, fits=fits, blanks=blanks)
    if not field.constraints.get("required"):
        return built
    stopped = built.misfits(blanks.to_frame().select(value).to_series())

    return (
        replace(built, blanks=blanks.clear()) if len(stopped) == len(blanks) else None
    )


def _string(field: Any) -> Described | None:
    if field.format != "default" or set(field.constraints) - {
        "required",
        "unique",
        "pattern",
    }:
        return None

    expected = positions(field.constraints.get("pattern", ""))
    if not expected or len(expected) > _LONGEST:
        return None
    return _bytes(pl.col(field.name), len(expected)), _matching(expected)


def _date(field: Any) -> Described | None:
    if field.format not in ("default", "%Y-%m-%d"):
        return None
    if (
        set(field.constraints) - {"required", "unique", *BOUNDS}
        or (ends := day_range(field)) is None
    ):
        return None

    low, high, closed = ends
    column = pl.col(field.name)
    inside = column.is_between(
        pl.lit(low.isoformat()), pl.lit(high.isoformat()), closed=closed
    )

    return _bytes(pl.when(inside).then(column), len("2024-02-29")), _is_day


def _bytes(column: pl.Expr, length: int) -> pl.Expr:
    """An array of the bytes of each text; of none that fits anything for a text of
    another length.
    """
    kind = pl.Array(pl.UInt8, length)
    none = pl.lit(pl.Series([[_NO_BYTE] * length], dtype=kind)).first()

    return (
        column.cast(pl.Binary)
        .bin.reinterpret(dtype=kind, endianness="little")
        .fill_null(none)
    )


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
    return _looks_like_day(value) & (
        day - 1 < _DAYS.take(month)
    )  # the day before the first is 255


_SHAPES: dict[str, Callable[[Any], Described | None]] = {
    "string": _string,
    "date": _date,
}
