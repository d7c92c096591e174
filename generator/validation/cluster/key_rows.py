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
from generator.validation.columnar.tables.key_hashes import Lines, values
from generator.validation.row_keys import TableKeys, family
from generator.validation.row_reader import TableReading

TOGETHER = 20_000
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
        wanted = dict.fromkeys(
            name for key in self.keys for name in (*key.fields, *self.row_key)
        )
        return TableKeys(unique=tuple(wanted))

    def add(self, frame: pl.DataFrame, lines: Lines) -> None:
        """Some rows, by the names of the schema.

        A key that lacks a column in this part is none.
        """
        assert self.reading is not None
        if not frame.height:
            return
        rows = pl.Series(
            self.base + np.asarray(lines.of(np.arange(frame.height)), np.int64)
        )
        absent = [name for name in self.row_key if name not in frame.columns]
        named = _json(
            frame.with_columns(pl.lit("").alias(name) for name in absent), self.row_key
        )

        for key in self.keys:
            if self.reading.there.issuperset(key.fields):
                texts = _json(frame, key.fields)
                columns = {
                    "row": rows,
                    "value": self._value(key, frame),
                    "texts": texts,
                    "row_key": named,
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
        frame = pl.DataFrame(
            [cells for _, cells in self._slow],
            pl.Schema(dict.fromkeys(self.reading.plan.columns, pl.String)),
            orient="row",
        )
        self.add(
            frame, Lines(first=0, starts=np.array([line for line, _ in self._slow]))
        )
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
        value = values(frame, key.fields, cast(Any, self.reading))
        parts = [
            pl.concat_str(
                pl.lit(f"{family(self.reading.kinds[name])}:"), pl.col(name)
            ).alias(str(index))
            for index, name in enumerate(key.fields)
        ]
        known = pl.any_horizontal(pl.col(name).is_not_null() for name in key.fields)

        return value.select(
            pl.when(known).then(pl.struct(parts).struct.json_encode()).alias("value")
        ).to_series()

    def _write(self, key: NamedKey, frame: pl.DataFrame) -> None:
        concat = frame.with_columns(key=pl.lit(key.name), n=pl.lit(1, pl.Int64))
        if key.kind in (FOREIGN, REFERENCE):
            concat = concat.filter(pl.col("value").is_not_null())
            number = pl.int_range(pl.len()).over("value")
            few = 1 if key.kind == REFERENCE else self.limit
            more = (
                concat.filter(number >= few)
                .group_by("key", "value")
                .agg(pl.col("n").sum())
            )
            concat = pl.concat([concat.filter(number < few), more], how="diagonal")

        for piece in concat.select(_NAMES).iter_slices(TOGETHER):
            pickle.dump(piece.rows(), self._file)


def _json(frame: pl.DataFrame, names: Sequence[str]) -> pl.Series:
    """The texts of some columns as one text."""
    if not names:
        return pl.Series("json", ["{}"] * frame.height)
    parts = pl.struct(
        pl.col(name).alias(str(index)) for index, name in enumerate(names)
    )
    return frame.select(parts.struct.json_encode().alias("json")).to_series()
