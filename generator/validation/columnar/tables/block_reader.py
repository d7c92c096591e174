"""One table, block by block: counts for all rows at once, Python only for what is in
doubt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from generator.package.csv_records import CsvRecord, Records
from generator.tables import layout
from generator.validation.audit_trail import CHANGE, STATUS_KEY
from generator.validation.columnar.tables.audit_trail import BlockTrail
from generator.validation.columnar.tables.blocks import Block, count, read_block
from generator.validation.columnar.tables.doubtful_cells import (
    ColumnGuard,
    column_guard,
    doubtful_rows,
)
from generator.validation.columnar.tables.key_hashes import (
    FrameVisitor,
    KeyHashes,
    LineNumbers,
)
from generator.validation.row_reader import NUMBER, TableReading, cell_fault

LARGEST_BLOCK = 1 << 23
SMALLEST_BLOCK = 1 << 16

_TRAIL = {layout.AUDIT: CHANGE, layout.FORMS: (layout.SITE, *STATUS_KEY)}
"""The columns of which the trail speaks, beside those of the tables of answers."""


class PlacedBlock(NamedTuple):
    """A block and the line that it begins on."""

    block: Block
    first: int


def read_ahead(
    pieces: Iterator[PlacedBlock | bytes],
) -> Iterator[PlacedBlock | bytes]:
    """The next block is read in a second thread while this one is judged.

    Bytes that are not understood are read by the one who gets them, so nothing is read
    after them.
    """
    with ThreadPoolExecutor(max_workers=1) as reader:
        coming = reader.submit(next, pieces, None)
        while (piece := coming.result()) is not None:
            if isinstance(piece, PlacedBlock):
                coming = reader.submit(next, pieces, None)
                yield piece
            else:
                yield piece
                coming = reader.submit(next, pieces, None)


@dataclass(kw_only=True)
class BlockReading(TableReading):
    """Reads what it is sure of in blocks, and hands the rest to the reference record by
    record.
    """

    hashes: KeyHashes | None = None
    _guards: list[ColumnGuard] = field(default_factory=list)
    _wanted: list[int] | None = None
    _waiting_keys: list[tuple[int, list[str]]] = field(default_factory=list)

    def start_keys(self, parents: Sequence[Any]) -> None:
        if self.checked.columns:
            self.hashes = KeyHashes(reading=self, keys=self.checked, parents=parents)

    def body(self, records: Records) -> None:
        self._guards = list(self._column_guards())
        wanted = {*self.checked.columns, *(guard.name for guard in self._guards)}
        if self.trail:
            wanted.update(_TRAIL.get(self.plan.name, ()))

        self._want(wanted)
        self._read_blocks(records, self._judge_block, self._take_records)
        if self.hashes:
            self.hashes.finish()

    def again(self, visit: FrameVisitor) -> None:
        """Reads the file a second time, silently, until ``visit`` has seen enough."""
        with self.reopen() as records:
            records.next()
            self.frames(records, visit, self.checked.columns)

    def frames(
        self, records: Records, visit: FrameVisitor, columns: Collection[str]
    ) -> None:
        """Every row after the header, in frames of texts of at least these columns."""

        def visit_block(block: Block, first: int) -> bool:
            return visit(*self._named(block, first))

        def visit_records(piece: Iterable[CsvRecord]) -> bool:
            rows = [
                (record.line, self.aligned(record.cells))
                for record in piece
                if not self.is_blank(record.cells)
            ]

            return visit(*self._framed(rows)) if rows else True

        self._want(columns)
        self._read_blocks(records, visit_block, visit_records)

    def _want(self, columns: Collection[str]) -> None:
        """Only these columns are looked at, unless it takes all of them to tell which
        rows are blank.
        """
        self._wanted = None
        # Rows that are stored are stored whole.
        if self.make or not self.there:
            return
        if not self._knows_blanks:
            return

        # The last column shows which rows are too short, the first that counts which
        # may be blank.
        wanted = {self.width - 1, min(self._missing_by_place)}
        for index, name in self._known():
            if name in columns:
                wanted.add(index)

        if len(wanted) < self.width:
            self._wanted = sorted(wanted)

    def _read_blocks(
        self,
        records: Records,
        on_block: Callable[[Block, int], bool],
        on_records: Callable[[Iterable[CsvRecord]], bool],
    ) -> None:
        """Every block with the line that it begins on, until one of the functions gives
        False; what is not understood goes to ``on_records``.
        """
        for piece in read_ahead(self._pieces(records)):
            if isinstance(piece, PlacedBlock):
                going_on = on_block(piece.block, piece.first)
            else:
                going_on = on_records(records.one_by_one(piece))

            if not going_on:
                return

    def _pieces(self, records: Records) -> Iterator[PlacedBlock | bytes]:
        """Blocks that are understood with the line that they begin on, and bytes that
        are not.

        What is not understood is tried again in smaller blocks.
        """
        size = LARGEST_BLOCK
        while raw := records.block(size, count):
            block = self._read_block(raw)
            if block is not None and self._is_clear(block):
                first = records.line + 1
                records.passed(block.lines)
                size = min(size * 2, LARGEST_BLOCK)
                yield PlacedBlock(block, first)
            elif min(size, len(raw)) > SMALLEST_BLOCK:
                records.push_back(raw)
                size = min(size, len(raw)) // 4
            else:
                yield raw

    def _read_block(self, raw: bytes) -> Block | None:
        """The block with the wanted columns, or with all of them where it takes all to
        tell which rows are blank.
        """
        delimiter = self.plan.delimiter
        block = read_block(raw, self.width, delimiter, self._wanted)
        if self._wanted is None or block is None:
            return block
        if not self._may_have_blank_rows(block.frame):
            return block

        return read_block(raw, self.width, delimiter)

    def _may_have_blank_rows(self, frame: pl.DataFrame) -> bool:
        """False where the first column that counts is filled in every row."""
        place = min(self._missing_by_place)
        return bool(frame.select(self._is_blank(place).any()).item())

    def _is_blank(self, place: int) -> pl.Expr:
        column, missing = pl.col(f"c{place}"), self._missing_by_place[place]
        # In a study's package the empty text is the only one, and the quicker test.
        if missing == ("",):
            return column == ""

        return column.is_in(missing)

    def _take_records(self, records: Iterable[CsvRecord]) -> bool:
        for record in records:
            self.take(record)

        if self.hashes and self._waiting_keys:
            self.hashes.add(*self._framed(self._waiting_keys))
            self._waiting_keys.clear()

        return True

    def compare(self, line: int, cells: list[str]) -> None:
        """Keys of rows that are read one by one wait until their block has been read."""
        self._waiting_keys.append((line, cells))

    def _framed(
        self, rows: Sequence[tuple[int, list[str]]]
    ) -> tuple[pl.DataFrame, LineNumbers]:
        """Aligned rows with their lines, as a frame of the columns that the file has."""
        texts: dict[str, list[str]] = {}
        for index, name in enumerate(self.plan.columns):
            if name in self.there:
                texts[name] = [cells[index] for _, cells in rows]

        frame = pl.DataFrame(texts, pl.Schema(dict.fromkeys(texts, pl.String)))
        lines = np.array([line for line, _ in rows])

        return frame, LineNumbers(first=0, starts=lines)

    def _named(self, block: Block, first: int) -> tuple[pl.DataFrame, LineNumbers]:
        """The rows that hold anything, by the names of the schema."""
        frame, rows = block.frame, None
        # A block has all its columns wherever it may have blank rows.
        if frame.width == self.width and self._may_have_blank_rows(frame):
            blank = pl.all_horizontal(map(self._is_blank, self._missing_by_place))
            filled = ~frame.select(blank).to_series()
            frame, rows = frame.filter(filled), filled.arg_true().to_numpy()

        there = set(frame.columns)
        renamed: list[pl.Expr] = []
        for index, name in self._known():
            if f"c{index}" in there:
                renamed.append(pl.col(f"c{index}").alias(name))

        lines = LineNumbers(first=first, starts=block.starts, rows=rows)

        return frame.select_seq(renamed), lines

    def _column_guards(self) -> Iterator[ColumnGuard]:
        """For each column that the file and the schema have: what is in doubt."""
        for name, item in zip(self.plan.columns, self.schema.fields, strict=True):
            if name not in self.there:
                continue

            guard = column_guard(item, is_key_number=name in self.numbers)
            if guard is not None:
                yield guard

    @cached_property
    def _missing_by_place(self) -> Mapping[int, tuple[str, ...]]:
        """The columns that count for a blank row, by their places in the file, and
        their texts without a value.
        """
        if self.ours or not self.there:
            return dict.fromkeys(range(self.width), ("",))

        pairs = zip(self.order, self.missing, strict=True)

        return {index: missing for index, missing in pairs if index is not None}

    @cached_property
    def _knows_blanks(self) -> bool:
        """True when a row without any text is a blank one, however the file writes it."""
        return all("" in missing for missing in self._missing_by_place.values())

    def _is_clear(self, block: Block) -> bool:
        """False where a blank line may be a row of texts that are empty, and a row may
        be a blank line.
        """
        if self._knows_blanks:
            return True

        empty = pl.all_horizontal(pl.col(name) == "" for name in block.frame.columns)

        return not block.frame.select(empty).to_series().any()

    def _judge_block(self, block: Block, first: int) -> bool:
        frame, lines = self._named(block, first)
        if isinstance(self.trail, BlockTrail):
            self.trail.frame(self.plan, frame)

        self.rows += block.frame.height - self._note_blanks(block, first, lines)
        past = np.flatnonzero(self._past(frame)).tolist()
        self.past_lines.update(map(lines, past))

        refused = self._judge_columns(frame, lines)
        if self.hashes:
            self.hashes.add(frame, lines)
        if self.make:
            self._keep_rows(frame, lines, refused)

        self.progress()

        return True

    def _note_blanks(self, block: Block, first: int, lines: LineNumbers) -> int:
        """Reports the rows of the block that its named frame lacks, and counts them."""
        if lines.rows is None:
            return 0

        blank = np.ones(block.frame.height, bool)
        blank[lines.rows] = False
        rows = np.flatnonzero(blank).tolist()
        numbers = LineNumbers(first=first, starts=block.starts)

        for row in rows:
            self.note_blank(numbers(row), block.frame.row(row))

        return len(rows)

    def _known(self) -> Iterator[tuple[int, str]]:
        """The columns of the schema that the file has: place in the file, and name."""
        for index, name in zip(self.order, self.plan.columns, strict=True):
            if index is not None:
                yield index, name

    def _judge_columns(
        self, frame: pl.DataFrame, lines: LineNumbers
    ) -> dict[int, set[str]]:
        """Reports what is refused; gives the refused columns of each row that is kept."""
        refused: dict[int, set[str]] = {}
        for name, rows in doubtful_rows(frame, self._guards):
            for row in self._judge_texts(frame.get_column(name), rows, lines):
                refused.setdefault(row, set()).add(name)

        return refused

    def _judge_texts(
        self, column: pl.Series, rows: Any, lines: LineNumbers
    ) -> list[int]:
        """The rows whose text is refused. ``rows`` are those in doubt, None for all."""
        name = column.name
        if rows is None:
            rows = np.arange(len(column))
        else:
            column = column[rows]

        texts = column.to_list()
        faults = self._faults(name, set(texts))
        if not faults:
            return []

        located = zip(rows.tolist(), texts, strict=True)
        refused = [(row, text) for row, text in located if text in faults]
        waits = self.waits(name)
        unlisted: Counter[str] = Counter()

        for row, text in refused:
            code, words = faults[text]
            # Once a code has no room, it is only counted.
            if waits or (code not in unlisted and self._has_room(code, name)):
                self._say(lines(row), name, text, code, words)
            else:
                unlisted[code] += 1

        for code, more in unlisted.items():
            reported = self.reported(code, 0, name=name, value="", says="")
            self.collector.more(reported, more)

        return [row for row, _ in refused]

    def _has_room(self, code: str, name: str) -> bool:
        return self.collector.has_room(code, self.plan.name, name)

    def _faults(self, name: str, texts: Iterable[str]) -> dict[str, tuple[str, str]]:
        """The code and the words of what is wrong with each text, if anything is."""
        read = self.readers[self.plan.columns.index(name)]
        is_number = name in self.numbers
        results: dict[str, tuple[str, str]] = {}

        for text in texts:
            if is_number and text and not NUMBER.fullmatch(text):
                results[text] = ("bad-key-number", "")
                continue

            fault = cell_fault(text, read, ours=self.ours)
            if fault:
                results[text] = fault

        return results

    def _say(self, line: int, name: str, text: str, code: str, words: str) -> None:
        if code == "bad-key-number":
            self.note(code, line, name=name, value=text)
        else:
            self.doubt(line, name, text, code, words)

    def _keep_rows(
        self, frame: pl.DataFrame, lines: LineNumbers, refused: Mapping[int, set[str]]
    ) -> None:
        absent = [name for name in self.plan.columns if name not in frame.columns]
        filled = frame.with_columns(pl.lit("").alias(name) for name in absent)
        full = filled.select(self.plan.columns)

        if self.store.takes_frames and self.plan.name != layout.QUERIES:
            # A row whose subject is refused belongs nowhere.
            belongs_nowhere = {layout.SUBJECT}
            unplaced = dict.fromkeys(self._without_place(full, lines), belongs_nowhere)
            numbers = lines.of(np.arange(full.height))
            self.store.add_frame(self.plan, full, numbers, {**refused, **unplaced})
            return

        none: frozenset[str] = frozenset()

        for row, cells in enumerate(full.iter_rows()):
            bad = frozenset(refused[row]) if row in refused else none
            self.keep(lines(row), list(cells), bad)

    def _past(self, frame: pl.DataFrame) -> Any:
        """Which rows are of forms or visits that the dictionary has no more."""
        past = np.zeros(frame.height, bool)
        for name, _, names in self.retiring:
            if name in frame.columns:
                past |= frame.get_column(name).is_in(list(names)).to_numpy()

        return past

    def _without_place(self, full: pl.DataFrame, lines: LineNumbers) -> list[int]:
        """The rows of forms and visits that the dictionary has no more; subjects are
        all looked at.
        """
        looked_at = self._past(full)
        # Every subject's number and site are compared with what the study knows.
        if self.plan.name == layout.SUBJECTS:
            looked_at |= True

        unplaced: list[int] = []
        for row in np.flatnonzero(looked_at).tolist():
            if not self.has_place(lines(row), full.row(row)):
                unplaced.append(row)

        return unplaced
