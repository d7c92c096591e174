"""The values of the keys of one part, on their way to be compared with those of all
others.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, NamedTuple, cast

import numpy as np
import polars as pl

from generator.validation.cluster.job import FOREIGN, REFERENCE, NamedKey
from generator.validation.columnar.tables.key_hashes import LineNumbers, values
from generator.validation.row_keys import TableKeys, family
from generator.validation.row_reader import TableReading

TOGETHER = 20_000
"""So many rows are handed on together."""
KeyRow = tuple[str, int | None, int, str | None, str | None, str | None]
"""A key's name, the row, how many rows, the value (None for a blank), its texts and the
row's key in JSON.

Without a row it only counts.
"""
SCHEMA = "key string, row long, n long, value string, texts string, row_key string"
_NAMES = [column.split()[0] for column in SCHEMA.split(", ")]


class KeyBatch(NamedTuple):
    """Many rows, so that few things are handed on."""

    rows: list[KeyRow]


@dataclass(kw_only=True)
class KeyRows:
    """Stands where keys would be compared, and writes down what is to be compared.

    ``base`` is added to lines. Of rows with the same foreign key only ``limit`` are
    told apart.
    """

    keys: Sequence[NamedKey]
    row_key: Sequence[str]
    base: int
    limit: int
    reading: TableReading | None = None
    _slow: list[tuple[int, list[str]]] = field(default_factory=list)
    _file: IO[bytes] = field(default_factory=tempfile.TemporaryFile)

    @property
    def checked(self) -> TableKeys:
        """Every column that is needed, so that the reader asks for it."""
        wanted: dict[str, None] = {}
        for key in self.keys:
            wanted |= dict.fromkeys((*key.fields, *self.row_key))

        return TableKeys(unique=tuple(wanted))

    def add(self, frame: pl.DataFrame, lines: LineNumbers) -> None:
        """Some rows, by the names of the schema.

        A key that lacks a column in this part is none.
        """
        assert self.reading is not None
        if not frame.height:
            return

        numbers = np.asarray(lines.of(np.arange(frame.height)), np.int64)
        rows = pl.Series(self.base + numbers)

        # The key of a row is written with all of its columns, for a person to find it.
        absent = [name for name in self.row_key if name not in frame.columns]
        filled = frame.with_columns(pl.lit("").alias(name) for name in absent)
        row_keys = _json(filled, self.row_key)

        for key in self.keys:
            if not self.reading.there.issuperset(key.fields):
                continue

            columns = {
                "row": rows,
                "value": self._value(key, frame),
                "texts": _json(frame, key.fields),
                "row_key": row_keys,
            }
            self._write(key, pl.DataFrame(columns))

    def take(self, line: int, cells: list[str]) -> None:
        """One row of a reader that goes from row to row."""
        self._slow.append((line, cells))
        if len(self._slow) >= TOGETHER:
            self.finish()

    def finish(self) -> None:
        """Rows that wait are written down."""
        if not self._slow or self.reading is None:
            return

        lines = np.array([line for line, _ in self._slow])
        rows = [cells for _, cells in self._slow]
        texts = dict.fromkeys(self.reading.plan.columns, pl.String)
        frame = pl.DataFrame(rows, pl.Schema(texts), orient="row")
        self.add(frame, LineNumbers(first=0, starts=lines))
        self._slow.clear()

    def written(self) -> Iterator[KeyBatch]:
        """Everything that was written down, which memory may not hold."""
        self.finish()
        self._file.seek(0)

        with self._file:
            while True:
                try:
                    yield KeyBatch(pickle.load(self._file))
                except EOFError:
                    return

    def _value(self, key: NamedKey, frame: pl.DataFrame) -> pl.Series:
        """One text for equal values, null where nothing stands."""
        assert self.reading is not None
        parts = []

        for index, name in enumerate(key.fields):
            # Equal texts of different kinds are different values.
            kind = pl.lit(f"{family(self.reading.kinds[name])}:")
            parts.append(pl.concat_str(kind, pl.col(name)).alias(str(index)))

        json = pl.struct(parts).struct.json_encode()
        known = pl.any_horizontal(pl.col(name).is_not_null() for name in key.fields)
        key_values = values(frame, key.fields, cast(Any, self.reading))

        return key_values.select(pl.when(known).then(json).alias("value")).to_series()

    def _write(self, key: NamedKey, frame: pl.DataFrame) -> None:
        rows = frame.with_columns(key=pl.lit(key.name), n=pl.lit(1, pl.Int64))
        if key.kind in (FOREIGN, REFERENCE):
            rows = self._shortened(rows, 1 if key.kind == REFERENCE else self.limit)

        for piece in rows.select(_NAMES).iter_slices(TOGETHER):
            pickle.dump(piece.rows(), self._file)

    @staticmethod
    def _shortened(rows: pl.DataFrame, most: int) -> pl.DataFrame:
        """The first rows of each value; a row without a number counts the others."""
        rows = rows.filter(pl.col("value").is_not_null())
        number = pl.int_range(pl.len()).over("value")
        others = rows.filter(number >= most)
        counted = others.group_by("key", "value").agg(pl.col("n").sum())

        return pl.concat([rows.filter(number < most), counted], how="diagonal")


def _json(frame: pl.DataFrame, names: Sequence[str]) -> pl.Series:
    """The texts of some columns as one text."""
    if not names:
        return pl.Series("json", ["{}"] * frame.height)

    parts = pl.struct(
        pl.col(name).alias(str(index)) for index, name in enumerate(names)
    )

    return frame.select(parts.struct.json_encode().alias("json")).to_series()
