"""Keys of a whole table by hash: 64 bits per row and key wait on disk, equal ones are
looked at again.

Equal values always have equal hashes, so none is missed. Rows whose hash occurs twice
are read a second time and told apart by a second hash of their own, 128 bits in all.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

import numpy as np
import polars as pl

from generator.validation.columnar.tables.cell_guards import BOUNDS
from generator.validation.report.report import Collector, Reported
from generator.validation.row_keys import (
    ForeignKey,
    KeyFault,
    TableKeys,
    blank_key,
    family,
    repeated_key,
    repeated_value,
    unknown_reference,
    written,
)
from generator.validation.table_plan import CellReader, TablePlan, missing_values

PIECES = 16
"""Hashes on disk are sorted in so many parts, one after another, so that memory stays
small.
"""
MOST_HELD = 1 << 22
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
Name = tuple[bool, tuple[str, ...]]
"""A key: whether it is the primary one, and its fields."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """The physical line of each row of a frame. ``rows`` are the places of its rows in
    their block, ``starts`` the lines of the block on which rows begin; None where they
    are simply counted.
    """

    first: int
    starts: Any = None
    rows: Any = None

    def __call__(self, position: int) -> int:
        place = position if self.rows is None else self.rows[position]
        return self.first + int(place if self.starts is None else self.starts[place])

    def of(self, places: Any) -> Any:
        """The same for an array of rows."""
        row = places if self.rows is None else self.rows[places]
        return self.first + (row if self.starts is None else self.starts[row])


Look = Callable[[pl.DataFrame, Lines], bool]
"""Sees some rows and where they stand; False when it has seen enough."""


class KeyedTable(Protocol):
    """A table that is read in blocks, as far as its keys are concerned."""

    plan: TablePlan
    schema: Any
    readers: Sequence[CellReader]
    collector: Collector

    @property
    def kinds(self) -> Mapping[str, str]: ...

    def again(self, look: Look) -> None: ...

    def note_key(self, line: int, fault: KeyFault) -> None: ...

    def reported(
        self,
        code: str,
        line: int,
        *,
        name: str | None = None,
        value: str | None = None,
        **words: Any,
    ) -> Reported: ...


def values(
    frame: pl.DataFrame, names: Sequence[str], reading: KeyedTable
) -> pl.DataFrame:
    """The values of key columns in one writing each, null for a blank.

    Most texts are written the way their value is; the others are read.
    """
    wanted = dict.fromkeys(names)
    plain = frame.select_seq(
        _plain(reading.schema.get_field(name)).alias(name) for name in wanted
    )
    sound = plain.select_seq(pl.all().all())

    return frame.select_seq(
        pl.col(name)
        if sound.item(0, name)
        else _read(frame.get_column(name), plain.get_column(name), reading)
        for name in wanted
    )


def _read(texts: pl.Series, plain: pl.Series, reading: KeyedTable) -> pl.Series:
    """The values of texts of which some are not plain."""
    read = reading.readers[reading.plan.columns.index(texts.name)]
    value = {text: _known(read(text)[0]) for text in texts.filter(~plain).unique()}
    read_texts = texts.replace_strict(
        list(value), list(value.values()), default=None, return_dtype=pl.String
    )

    return pl.select(
        pl.when(plain).then(texts).otherwise(read_texts).alias(texts.name)
    ).to_series()


def _known(value: Any) -> str | None:
    return None if value is None else written(value)


def _plain(item: Any) -> pl.Expr:
    """True for a text that is its value's only writing."""
    texts, missing = pl.col(item.name), missing_values(item)
    there = texts != missing[0] if len(missing) == 1 else ~texts.is_in(missing)
    if item.type == "any" or (item.type == "string" and item.format == "default"):
        return there
    if item.type == "integer" and item.bare_number and _has_sound_ends(item):
        digits = (
            (texts >= "1")
            & (texts < ":")
            & texts.cast(pl.Int64, strict=False).is_not_null()
        )
        return there & (digits | (texts == "0"))

    if item.type == "date" and item.format == "default" and _has_sound_ends(item):
        days = texts.str.to_date("%Y-%m-%d", strict=False, cache=False).dt.to_string(
            "%Y-%m-%d"
        )
        return there & ((days == texts) & (texts >= "0001")).fill_null(False)

    return pl.repeat(False, pl.len(), dtype=pl.Boolean)


def _has_sound_ends(item: Any) -> bool:
    """False where an end of the range is no value of the field: Frictionless then reads
    none.
    """
    read = item.create_value_reader()
    return all(
        read(item.constraints[name]) is not None
        for name in BOUNDS
        if name in item.constraints
    )


def hashes(
    frame: pl.DataFrame, names: Sequence[str], reading: KeyedTable, *, seed: int = 1
) -> Any:
    """One number for each row; the same values in fields of the same families give the
    same one.
    """
    total = np.zeros(frame.height, np.uint64)
    for name in names:
        column = frame.get_column(name)
        salt = np.uint64(sum(family(reading.kinds[name]).encode()))
        own = column.hash(seed).to_numpy()
        if column.null_count():
            own = np.where(column.is_null().to_numpy(), np.uint64(0), own + salt)
        else:
            own = own + salt

        total = total * _FACTOR + own

    return total


def blank(frame: pl.DataFrame, names: Sequence[str]) -> Any:
    """True for rows all of whose fields are blank."""
    return (
        frame.select(pl.all_horizontal(pl.col(name).is_null() for name in names))
        .to_series()
        .to_numpy()
    )


@dataclass(kw_only=True)
class _Waiting:
    """The hashes of one key: some in memory, more of them on disk in parts by their
    highest bits.
    """

    _held: list[Any] = field(default_factory=list)
    _count: int = 0
    _files: list[IO[bytes]] = field(default_factory=list)

    def add(self, numbers: Any) -> None:
        self._held.append(numbers)
        self._count += len(numbers)
        if self._count >= MOST_HELD:
            self._spill()

    def _spill(self) -> None:
        self._files = self._files or [_scratch() for _ in range(PIECES)]
        order = np.sort(np.concatenate(self._held))
        ends = np.searchsorted(
            order, np.arange(1, PIECES, dtype=np.uint64) << np.uint64(60)
        )
        for piece, file in zip(np.split(order, ends), self._files, strict=True):
            file.write(piece.tobytes())
        self._held, self._count = [], 0

    def repeated(self) -> Any:
        """The hashes that occur more than once, sorted."""
        if not self._files:
            return (
                _repeated(np.concatenate(self._held))
                if self._held
                else np.zeros(0, np.uint64)
            )

        self._spill()
        results = []

        for file in self._files:
            file.seek(0)
            results.append(_repeated(np.frombuffer(file.read(), np.uint64)))
            file.close()

        return np.concatenate(results)


def _scratch() -> IO[bytes]:
    return tempfile.TemporaryFile(prefix="crfsmith-")


def _repeated(numbers: Any) -> Any:
    order = (
        pl.Series(numbers).sort(multithreaded=False).to_numpy()
    )  # a third of what NumPy takes
    return np.unique(order[1:][order[1:] == order[:-1]])


@dataclass(frozen=True, kw_only=True, slots=True)
class _Unknown:
    """Rows of a block that name nothing."""

    key: ForeignKey
    texts: pl.DataFrame

    def __call__(self, position: int) -> KeyFault:
        return unknown_reference(self.key, self.texts.row(position))


@dataclass(kw_only=True)
class KeyHashes:
    """Collects the keys of a table while it is read, and looks at repeated ones
    afterwards.
    """

    reading: KeyedTable
    keys: TableKeys
    parents: Sequence[Any]
    _waiting: dict[Name, _Waiting] = field(default_factory=dict)

    def __post_init__(self) -> None:
        named = [(False, (name,)) for name in self.keys.unique] + [
            (True, self.keys.primary)
        ]
        self._waiting = {name: _Waiting() for name in named if name[1]}

    def add(self, frame: pl.DataFrame, line: Lines) -> None:
        """The rows of a block."""
        value = values(frame, sorted(self.keys.columns), self.reading)
        for (_, names), waiting in self._waiting.items():
            numbers, none = hashes(value, names, self.reading), blank(value, names)
            waiting.add(numbers[~none] if none.any() else numbers)

        if self.keys.primary and (none := blank(value, self.keys.primary)).any():
            self._tell(
                np.flatnonzero(none), lambda _: blank_key(self.keys.primary), line
            )

        for key, known in zip(self.keys.foreign, self.parents, strict=True):
            numbers, none = (
                hashes(value, key.fields, self.reading),
                blank(value, key.fields),
            )
            unknown = ~(_among(numbers, known) | none)
            if unknown.any():
                self._tell(
                    np.flatnonzero(unknown),
                    _Unknown(key=key, texts=frame.select(key.fields)),
                    line,
                )

    def finish(self) -> None:
        """Every row of the table is in: repeated keys are found and told."""
        repeated = {
            name: value
            for name, item in self._waiting.items()
            if len(value := item.repeated())
        }
        if not repeated:
            return
        again = {name: _Again(known=known) for name, known in repeated.items()}

        def look(frame: pl.DataFrame, line: Lines) -> bool:
            value = values(frame, sorted(self.keys.columns), self.reading)
            for (_, names), item in again.items():
                numbers, others = (
                    hashes(value, names, self.reading, seed=seed) for seed in (1, 2)
                )
                item.add(numbers, others, blank(value, names), line)

            return True

        self.reading.again(look)
        for name, entry in again.items():
            self._tell_repeated(name, *entry.later())

    def _tell_repeated(self, name: Name, lines: Any, firsts: Any) -> None:
        limit = self.reading.collector.limit
        wanted = lines[:limit]
        texts: dict[int, tuple[str, ...]] = {}

        def look(frame: pl.DataFrame, line: Lines) -> bool:
            here = line.of(np.arange(frame.height))
            rows = np.flatnonzero(np.isin(here, wanted)).tolist()
            texts.update(
                {int(here[row]): frame.select(name[1]).row(row) for row in rows}
            )
            return len(texts) < len(wanted)

        if not len(wanted):
            return
        self.reading.again(look)
        faults = [
            (index, _repeat(name, texts[index], first))
            for index, first in zip(
                wanted.tolist(), firsts[:limit].tolist(), strict=True
            )
        ]
        for position, fault in faults:
            self.reading.note_key(position, fault)
        if len(lines) > limit:
            self._more(faults[0][1], len(lines) - limit)

    def _tell(self, rows: Any, fault: Callable[[int], KeyFault], line: Lines) -> None:
        """Lists the first rows and counts the others."""
        limit = self.reading.collector.limit
        for index in rows[:limit].tolist():
            self.reading.note_key(line(index), fault(index))
        if len(rows) > limit:
            self._more(fault(int(rows[0])), len(rows) - limit)

    def _more(self, fault: KeyFault, count: int) -> None:
        reported = self.reading.reported(
            fault.code, 0, name=fault.field, value=fault.value, **fault.words
        )
        self.reading.collector.more(reported, count)


def _repeat(name: Name, texts: Sequence[str], first: int) -> KeyFault:
    primary, names = name
    return (
        repeated_key(names, texts, first)
        if primary
        else repeated_value(names[0], texts[0], first)
    )


@dataclass(kw_only=True)
class _Again:
    """The rows whose hash occurs more than once, with a second hash and their line."""

    known: Any
    _rows: list[Any] = field(default_factory=list)

    def add(self, numbers: Any, others: Any, none: Any, line: Lines) -> None:
        flatnonzero = np.flatnonzero(_among(numbers, self.known) & ~none)
        self._rows.append(
            np.stack(
                [
                    numbers[flatnonzero],
                    others[flatnonzero],
                    line.of(flatnonzero).astype(np.uint64),
                ]
            )
        )

    def later(self) -> tuple[Any, Any]:
        """The lines that repeat an earlier one, in order, and the first line of each."""
        first, second, lines = np.concatenate(self._rows, axis=1)
        order = np.lexsort((lines, second, first))
        first, second, lines = first[order], second[order], lines[order]
        same = np.concatenate(
            [[False], (first[1:] == first[:-1]) & (second[1:] == second[:-1])]
        )
        heads = np.maximum.accumulate(np.where(same, 0, np.arange(len(lines))))
        later, firsts = (
            lines[same].astype(np.int64),
            lines[heads][same].astype(np.int64),
        )
        by_line = np.argsort(later, kind="stable")

        return later[by_line], firsts[by_line]


def _among(value: Any, known: Any) -> Any:
    """True for the numbers that are among the sorted ones."""
    if not len(known):
        return np.zeros(len(value), bool)
    if len(known) < len(value):
        return pl.Series(value).is_in(pl.Series(known).implode()).to_numpy()
    searchsorted = np.searchsorted(known, value)
    return known[np.minimum(searchsorted, len(known) - 1)] == value
