"""The cells of a block that are not right beyond doubt, column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from generator.validation.columnar.tables.byte_shapes import ByteShape, byte_shape
from generator.validation.columnar.tables.cell_guards import one_of, suspicion
from generator.validation.row_reader import NUMBER

_NO_ROWS = np.zeros(0, np.intp)
FEW_MISFITS = 64
"""Of a column's texts one in so many may be in doubt before that is looked into."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnGuard:
    """Stops every text of a column, so that each is read."""

    name: str
    look: pl.Expr | None = None
    """What has to be known of the texts to find the rows in doubt."""

    def rows(self, texts: pl.Series, seen: pl.DataFrame) -> Any:  # noqa: ARG002
        """The rows in doubt, None for all; ``seen`` has what each guard looked for."""
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpressionGuard(ColumnGuard):
    """Stops the texts that ``look`` is true of."""

    def rows(self, texts: pl.Series, seen: pl.DataFrame) -> Any:  # noqa: ARG002
        mask = seen.get_column(self.name)
        return np.flatnonzero(mask.to_numpy()) if mask.any() else _NO_ROWS


@dataclass(frozen=True, kw_only=True, slots=True)
class ShapeGuard(ColumnGuard):
    """Passes most texts by their bytes, which takes less time than to read them.

    ``doubtful`` is true of the texts that are to be stopped.
    """

    shape: ByteShape
    doubtful: pl.Expr

    def rows(self, texts: pl.Series, seen: pl.DataFrame) -> Any:
        rows = self.shape.misfits(seen.get_column(self.name))
        blanks = self.shape.blanks
        if len(rows) * FEW_MISFITS > len(texts) and len(blanks):
            rows = rows[~one_of(texts, blanks).to_numpy()[rows]]
        if len(rows) * FEW_MISFITS <= len(texts):
            return rows

        # There are many of them, perhaps of a few texts: each distinct one is tried.
        others = texts[rows]
        odd = others.unique().to_frame().filter(self.doubtful).to_series()
        if not len(odd):
            return _NO_ROWS

        return rows[one_of(others, odd).to_numpy()]


def column_guard(field: Any, *, is_key_number: bool) -> ColumnGuard | None:
    """The guard of a Frictionless field; None where no text can be wrong.

    ``is_key_number``: the column numbers rows or forms, and is written without zeros or
    signs in front.
    """
    name, doubtful = field.name, suspicion(field)
    if doubtful is True:
        return ColumnGuard(name=name)
    if is_key_number:
        plain = pl.col(name).str.contains(rf"\A(?:{NUMBER.pattern})\z")
        return ExpressionGuard(name=name, look=(doubtful | ~plain).alias(name))

    if doubtful is False:
        return None

    shape = byte_shape(field)
    if shape is None:
        return ExpressionGuard(name=name, look=doubtful.alias(name))

    look = shape.held.alias(name)

    return ShapeGuard(name=name, look=look, shape=shape, doubtful=doubtful)


def doubtful_rows(
    frame: pl.DataFrame, guards: Sequence[ColumnGuard]
) -> Iterator[tuple[str, Any]]:
    """The columns that hold anything in doubt, and its rows; None for all of them."""
    # All columns in one query, for each query has a price of its own.
    seen = frame.select_seq(guard.look for guard in guards if guard.look is not None)
    for guard in guards:
        rows = guard.rows(frame.get_column(guard.name), seen)
        if rows is None or len(rows):
            yield guard.name, rows
