"""Keys of a whole table by hash: 64 bits per row and key wait on disk, equal ones are
looked at again.

Equal values always have equal hashes, so none is missed. Rows whose hash occurs twice
are read a second time and told apart by a second hash of their own, 128 bits in all.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
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
KeyName = tuple[bool, tuple[str, ...]]
"""A key: whether it is the primary one, and its fields."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LineNumbers:
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


FrameVisitor = Callable[[pl.DataFrame, LineNumbers], bool]
"""Sees some rows and where they stand; False when it has seen enough."""


class KeyedTable(Protocol):
    """A table that is read in blocks, as far as its keys are concerned."""

    plan: TablePlan
    schema: Any
    readers: Sequence[CellReader]
    collector: Collector

    @property
    def kinds(self) -> Mapping[str, str]: ...

    def again(self, visit: FrameVisitor) -> None: ...

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
    wanted = list(dict.fromkeys(names))
    plain = frame.select_seq(
        _plain(reading.schema.get_field(name)).alias(name) for name in wanted
    )
    all_plain = plain.select_seq(pl.all().all())
    columns: list[pl.Expr | pl.Series] = []

    for name in wanted:
        if all_plain.item(0, name):
            columns.append(pl.col(name))
        else:
            texts = frame.get_column(name)
            columns.append(_read(texts, plain.get_column(name), reading))

    return frame.select_seq(columns)


def _read(texts: pl.Series, plain: pl.Series, reading: KeyedTable) -> pl.Series:
    """The values of texts of which some are not plain."""
    read = reading.readers[reading.plan.columns.index(texts.name)]
    writings: dict[str, str | None] = {}
    for text in texts.filter(~plain).unique():
        value, _ = read(text)
        writings[text] = None if value is None else written(value)

    others = texts.replace_strict(
        list(writings), list(writings.values()), default=None, return_dtype=pl.String
    )
    column = pl.when(plain).then(texts).otherwise(others).alias(texts.name)

    return pl.select(column).to_series()


def _plain(item: Any) -> pl.Expr:
    """True for a text that is its value's only writing."""
    texts, missing = pl.col(item.name), missing_values(item)
    there: pl.Expr = ~texts.is_in(missing)
    if len(missing) == 1:
        there = texts != missing[0]

    is_default = item.format == "default"
    match item.type:
        case "any":
            return there
        case "string" if is_default:
            return there
        case "integer" if item.bare_number and _has_sound_ends(item):
            return there & _plain_integers(texts)
        case "date" if is_default and _has_sound_ends(item):
            return there & _plain_days(texts)

    # Of other types nobody knows a plain writing.
    return pl.repeat(False, pl.len(), dtype=pl.Boolean)


def _plain_integers(texts: pl.Expr) -> pl.Expr:
    # No sign and no zero in front: the colon comes after the nine.
    starts_well = (texts >= "1") & (texts < ":")
    whole = starts_well & texts.cast(pl.Int64, strict=False).is_not_null()

    return whole | (texts == "0")


def _plain_days(texts: pl.Expr) -> pl.Expr:
    days = texts.str.to_date("%Y-%m-%d", strict=False, cache=False)
    same = days.dt.to_string("%Y-%m-%d") == texts

    # Python knows no year 0.
    return (same & (texts >= "0001")).fill_null(False)


def _has_sound_ends(item: Any) -> bool:
    """False where an end of the range is no value of the field: Frictionless then reads
    none.
    """
    read = item.create_value_reader()
    ends = [item.constraints[name] for name in BOUNDS if name in item.constraints]

    return all(read(end) is not None for end in ends)


def hashes(
    frame: pl.DataFrame, names: Sequence[str], reading: KeyedTable, *, seed: int = 1
) -> Any:
    """One number for each row; the same values in fields of the same families give the
    same one.
    """
    total = np.zeros(frame.height, np.uint64)
    for name in names:
        column = frame.get_column(name)
        # Equal texts of different families are different values.
        salt = np.uint64(sum(family(reading.kinds[name]).encode()))
        own = column.hash(seed).to_numpy() + salt
        if column.null_count():
            own = np.where(column.is_null().to_numpy(), np.uint64(0), own)

        total = total * _FACTOR + own

    return total


def blank(frame: pl.DataFrame, names: Sequence[str]) -> Any:
    """True for rows all of whose fields are blank."""
    blanks = pl.all_horizontal(pl.col(name).is_null() for name in names)
    return frame.select(blanks).to_series().to_numpy()


@dataclass(kw_only=True)
class _WaitingHashes:
    """The hashes of one key: some in memory, more of them on disk in parts by their
    highest bits.
    """

    _arrays: list[Any] = field(default_factory=list)
    _count: int = 0
    _files: list[IO[bytes]] = field(default_factory=list)

    def add(self, numbers: Any) -> None:
        self._arrays.append(numbers)
        self._count += len(numbers)
        if self._count >= MOST_HELD:
            self._spill()

    def _spill(self) -> None:
        self._files = self._files or [_scratch() for _ in range(PIECES)]
        numbers = np.sort(np.concatenate(self._arrays))
        # The highest four bits tell sixteen pieces from each other.
        ends = np.arange(1, PIECES, dtype=np.uint64) << np.uint64(60)
        pieces = np.split(numbers, np.searchsorted(numbers, ends))

        for piece, file in zip(pieces, self._files, strict=True):
            file.write(piece.tobytes())

        self._arrays, self._count = [], 0

    def repeated(self) -> Any:
        """The hashes that occur more than once, sorted."""
        if self._files:
            return np.concatenate(list(self._repeated_in_files()))
        if not self._arrays:
            return np.zeros(0, np.uint64)

        return _repeated(np.concatenate(self._arrays))

    def _repeated_in_files(self) -> Iterator[Any]:
        self._spill()
        for file in self._files:
            with file:
                file.seek(0)
                yield _repeated(np.frombuffer(file.read(), np.uint64))


def _scratch() -> IO[bytes]:
    return tempfile.TemporaryFile(prefix="crfsmith-")


def _repeated(numbers: Any) -> Any:
    # Takes a third of the time of NumPy's own sort.
    ordered = pl.Series(numbers).sort(multithreaded=False).to_numpy()
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


@dataclass(kw_only=True)
class KeyHashes:
    """Collects the keys of a table while it is read, and looks at repeated ones
    afterwards.
    """

    reading: KeyedTable
    keys: TableKeys
    parents: Sequence[Any]
    _waiting: dict[KeyName, _WaitingHashes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.keys.unique:
            self._waiting[False, (name,)] = _WaitingHashes()

        if self.keys.primary:
            self._waiting[True, self.keys.primary] = _WaitingHashes()

    def add(self, frame: pl.DataFrame, lines: LineNumbers) -> None:
        """The rows of a block."""
        key_values = values(frame, sorted(self.keys.columns), self.reading)
        for (_, names), waiting in self._waiting.items():
            numbers = hashes(key_values, names, self.reading)
            blanks = blank(key_values, names)
            # To pick rows makes a copy, and most tables have no blank keys.
            waiting.add(numbers[~blanks] if blanks.any() else numbers)

        self._report_blanks(key_values, lines)
        for key, known in zip(self.keys.foreign, self.parents, strict=True):
            numbers = hashes(key_values, key.fields, self.reading)
            unknown = ~(_among(numbers, known) | blank(key_values, key.fields))
            self._report_unknown(key, unknown, frame, lines)

    def _report_blanks(self, key_values: pl.DataFrame, lines: LineNumbers) -> None:
        primary = self.keys.primary
        if primary:
            rows = np.flatnonzero(blank(key_values, primary))
            self._report(rows, lambda _: blank_key(primary), lines)

    def _report_unknown(
        self, key: ForeignKey, unknown: Any, frame: pl.DataFrame, lines: LineNumbers
    ) -> None:
        texts = frame.select(key.fields)

        def fault(row: int) -> KeyFault:
            return unknown_reference(key, texts.row(row))

        self._report(np.flatnonzero(unknown), fault, lines)

    def finish(self) -> None:
        """Every row of the table is in: repeated keys are looked for and reported."""
        repeats = {}
        for name, waiting in self._waiting.items():
            known = waiting.repeated()
            if len(known):
                repeats[name] = _RepeatedRows(known=known)

        if not repeats:
            return

        def visit(frame: pl.DataFrame, lines: LineNumbers) -> bool:
            key_values = values(frame, sorted(self.keys.columns), self.reading)
            for (_, names), rows in repeats.items():
                numbers = hashes(key_values, names, self.reading)
                others = hashes(key_values, names, self.reading, seed=2)
                rows.add(numbers, others, blank(key_values, names), lines)

            return True

        self.reading.again(visit)
        for name, rows in repeats.items():
            self._report_repeated(name, *rows.later())

    def _report_repeated(self, name: KeyName, lines: Any, firsts: Any) -> None:
        """``lines`` repeat the keys of the lines ``firsts``."""
        limit = self.reading.collector.limit
        listed = lines[:limit]
        if not len(listed):
            return

        texts: dict[int, tuple[str, ...]] = {}

        def visit(frame: pl.DataFrame, numbers: LineNumbers) -> bool:
            here = numbers.of(np.arange(frame.height))
            keys = frame.select(name[1])
            for row in np.flatnonzero(np.isin(here, listed)).tolist():
                texts[int(here[row])] = keys.row(row)

            return len(texts) < len(listed)

        self.reading.again(visit)
        faults = [
            (line, _repeat(name, texts[line], first))
            for line, first in zip(
                listed.tolist(), firsts[:limit].tolist(), strict=True
            )
        ]
        for line, fault in faults:
            self.reading.note_key(line, fault)

        if len(lines) > limit:
            self._count_more(faults[0][1], len(lines) - limit)

    def _report(
        self, rows: Any, fault: Callable[[int], KeyFault], lines: LineNumbers
    ) -> None:
        """Lists the first rows and counts the others."""
        limit = self.reading.collector.limit
        for row in rows[:limit].tolist():
            self.reading.note_key(lines(row), fault(row))

        if len(rows) > limit:
            self._count_more(fault(int(rows[0])), len(rows) - limit)

    def _count_more(self, fault: KeyFault, count: int) -> None:
        reported = self.reading.reported(
            fault.code, 0, name=fault.field, value=fault.value, **fault.words
        )
        self.reading.collector.more(reported, count)


def _repeat(name: KeyName, texts: Sequence[str], first: int) -> KeyFault:
    primary, names = name
    if primary:
        return repeated_key(names, texts, first)

    return repeated_value(names[0], texts[0], first)


@dataclass(kw_only=True)
class _RepeatedRows:
    """The rows whose hash is ``known`` to occur more than once, with a second hash and
    their line.
    """

    known: Any
    _rows: list[Any] = field(default_factory=list)

    def add(self, numbers: Any, others: Any, blanks: Any, lines: LineNumbers) -> None:
        rows = np.flatnonzero(_among(numbers, self.known) & ~blanks)
        line_numbers = lines.of(rows).astype(np.uint64)
        self._rows.append(np.stack([numbers[rows], others[rows], line_numbers]))

    def later(self) -> tuple[Any, Any]:
        """The lines that repeat an earlier one, in order, and the first line of each."""
        first, second, lines = np.concatenate(self._rows, axis=1)
        order = np.lexsort((lines, second, first))
        first, second, lines = first[order], second[order], lines[order]

        # Rows of one key now stand together, and the first of them heads the others.
        equal = (first[1:] == first[:-1]) & (second[1:] == second[:-1])
        repeats = np.concatenate([[False], equal])
        heads = np.maximum.accumulate(np.where(repeats, 0, np.arange(len(lines))))
        later = lines[repeats].astype(np.int64)
        firsts = lines[heads][repeats].astype(np.int64)
        by_line = np.argsort(later, kind="stable")

        return later[by_line], firsts[by_line]


def _among(numbers: Any, known: Any) -> Any:
    """True for the numbers that are among the sorted ones."""
    if not len(known):
        return np.zeros(len(numbers), bool)
    # A set of a few keys is faster than a search for each row.
    if len(known) < len(numbers):
        return pl.Series(numbers).is_in(pl.Series(known).implode()).to_numpy()

    places = np.searchsorted(known, numbers)

    return known[np.minimum(places, len(known) - 1)] == numbers
