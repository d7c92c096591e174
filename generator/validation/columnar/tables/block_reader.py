"""One table, block by block: counts for all rows at once, Python only for what is in
doubt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import polars.selectors as cs

from generator.package.csv_records import Record, Records
from generator.tables import layout
from generator.validation.audit_trail import CHANGE, STATUS_KEY
from generator.validation.columnar.tables.audit_trail import BlockTrail
from generator.validation.columnar.tables.blocks import Block, count, read_block
from generator.validation.columnar.tables.byte_shapes import Shape, shape
from generator.validation.columnar.tables.cell_guards import one_of, suspicion
from generator.validation.columnar.tables.key_hashes import KeyHashes, Lines, Look
from generator.validation.row_reader import NUMBER, TableReading, cell_fault

LARGEST_BLOCK = 1 << 23
SMALLEST_BLOCK = 1 << 16
FEW_MISFITS = 64
"""Of a column's texts one in so many may be in doubt before that is looked into."""

_TRAIL = {layout.AUDIT: CHANGE, layout.FORMS: (layout.SITE, *STATUS_KEY)}
"""The columns of which the trail speaks, beside those of the tables of answers."""


class Placed(NamedTuple):
    """A block and the line that it begins on."""

    block: Block
    first: int


def ahead(pieces: Iterator[Placed | bytes]) -> Iterator[Placed | bytes]:
    """The next block is read in a second thread while this one is judged.

    Bytes that are not understood are read by the one who gets them, so nothing is read
    after them.
    """
    with ThreadPoolExecutor(max_workers=1) as reader:
        coming = reader.submit(next, pieces, None)
        while (result := coming.result()) is not None:
            if isinstance(result, Placed):
                coming = reader.submit(next, pieces, None)
                yield result
            else:
                yield result
                coming = reader.submit(next, pieces, None)


@dataclass(kw_only=True)
class BlockReading(TableReading):
    """Reads what it is sure of in blocks, and hands the rest to the reference record by
    record.
    """

    hashes: KeyHashes | None = None
    _guards: list[tuple[str, pl.Expr | bool]] = field(default_factory=list)
    _shapes: dict[str, Shape] = field(default_factory=dict)
    _wanted: list[int] | None = None
    _slow: list[tuple[int, list[str]]] = field(default_factory=list)

    def start_keys(self, parents: Sequence[Any]) -> None:
        if self.checked.columns:
            self.hashes = KeyHashes(reading=self, keys=self.checked, parents=parents)

    def body(self, records: Records) -> None:
        self._guards = list(self._made_guards())
        trail = _TRAIL.get(self.plan.name, ()) if self.trail else ()
        self._want({*self.checked.columns, *(name for name, _ in self._guards), *trail})
        self._blocks(records, self._judge_block, self._take_slowly)
        if self.hashes:
            self.hashes.finish()

    def again(self, look: Look) -> None:
        """Reads the file a second time, silently, until ``look`` has seen enough."""
        with self.reopen() as records:
            records.next()
            self.frames(records, look, self.checked.columns)

    def frames(self, records: Records, look: Look, columns: Collection[str]) -> None:
        """Every row after the header, in frames of texts of at least these columns."""

        def quickly(block: Block, first: int) -> bool:
            return look(*self._named(block, first))

        def slowly(result: Iterable[Record]) -> bool:
            value = [
                (item.line, self.aligned(item.cells))
                for item in result
                if not self.is_blank(item.cells)
            ]
            return look(*self._framed(value)) if value else True

        self._want(columns)
        self._blocks(records, quickly, slowly)

    def _want(self, columns: Collection[str]) -> None:
        """Only these columns are looked at, unless it takes all of them to tell which
        rows are blank.
        """
        known = dict(self._known())
        places = {index for index, name in known.items() if name in columns} | {
            self.width - 1
        }
        if self.make or not known or not self._knows_blanks():
            self._wanted = None
        else:
            wanted = sorted(places | {self._first_known})
            self._wanted = wanted if len(wanted) < self.width else None

    def _blocks(
        self,
        records: Records,
        quickly: Callable[[Block, int], bool],
        slowly: Callable[[Iterable[Record]], bool],
    ) -> None:
        """Every block with the line that it begins on; what is not understood goes the
        slow way.
        """
        for result in ahead(self._pieces(records)):
            if isinstance(result, Placed):
                going = quickly(result.block, result.first)
            else:
                going = slowly(records.one_by_one(result))

            if not going:
                return

    def _pieces(self, records: Records) -> Iterator[Placed | bytes]:
        """Blocks that are understood with the line that they begin on, and bytes that
        are not.
        """
        size = LARGEST_BLOCK
        while raw := records.block(size, count):
            block = self._read(raw)
            if block is not None and self._is_clear(block):
                first = records.line + 1
                records.passed(block.lines)
                size = min(size * 2, LARGEST_BLOCK)
                yield Placed(block, first)
            elif min(size, len(raw)) > SMALLEST_BLOCK:
                records.push_back(raw)
                size = min(size, len(raw)) // 4
            else:
                yield raw

    def _read(self, raw: bytes) -> Block | None:
        block = read_block(raw, self.width, self.plan.delimiter, self._wanted)
        if (
            self._wanted is None
            or block is None
            or not self._may_have_blank_rows(block.frame)
        ):
            return block

        return read_block(raw, self.width, self.plan.delimiter)

    @property
    def _first_known(self) -> int:
        return min(index for index, _ in self._known())

    def _may_have_blank_rows(self, frame: pl.DataFrame) -> bool:
        first_known = self._first_known
        first, missing = (
            frame.get_column(f"c{first_known}"),
            self.missing[self.order.index(first_known)],
        )

        return bool(
            (
                first == "" if self.ours or missing == ("",) else first.is_in(missing)
            ).any()
        )

    def _take_slowly(self, records: Iterable[Record]) -> bool:
        for record in records:
            self.take(record)
        if self.hashes and self._slow:
            self.hashes.add(*self._framed(self._slow))
            self._slow.clear()

        return True

    def compare(self, line: int, cells: list[str]) -> None:
        """Keys of rows that are read slowly wait until their block has been read."""
        self._slow.append((line, cells))

    def _framed(
        self, records: Sequence[tuple[int, list[str]]]
    ) -> tuple[pl.DataFrame, Lines]:
        columns = {
            name: [cells[index] for _, cells in records]
            for index, name in enumerate(self.plan.columns)
        }
        frame = pl.DataFrame(
            {name: columns[name] for _, name in self._known()},
            pl.Schema(dict.fromkeys([name for _, name in self._known()], pl.String)),
        )

        return frame, Lines(first=0, starts=np.array([line for line, _ in records]))

    def _named(self, block: Block, first: int) -> tuple[pl.DataFrame, Lines]:
        """The rows that hold anything, by the names of the schema."""
        frame, rows = block.frame, None
        blanks = self._blanks(frame.columns) if frame.width == self.width else []
        if blanks and frame.select(blanks[0].any()).item():
            entry = ~frame.select(pl.all_horizontal(blanks)).to_series()
            frame, rows = frame.filter(entry), entry.arg_true().to_numpy()

        there = set(frame.columns)
        named = frame.select_seq(
            pl.col(f"c{index}").alias(name)
            for index, name in self._known()
            if f"c{index}" in there
        )

        return named, Lines(first=first, starts=block.starts, rows=rows)

    def _made_guards(self) -> Iterable[tuple[str, pl.Expr | bool]]:
        """For each column that the file and the schema have: what is in doubt."""
        for name, index, item in zip(
            self.plan.columns, self.order, self.schema.fields, strict=True
        ):
            if index is None:
                continue
            doubtful = suspicion(item)
            if isinstance(doubtful, pl.Expr) and (bytewise := shape(item)):
                self._shapes[name] = bytewise
            if name in self.numbers and doubtful is not True:
                doubtful |= ~pl.col(name).str.contains(rf"\A(?:{NUMBER.pattern})\z")
            if doubtful is not False:
                yield (
                    name,
                    doubtful.alias(name) if isinstance(doubtful, pl.Expr) else True,
                )

    def _blanks(self, columns: Sequence[str]) -> list[pl.Expr]:
        """For each column that counts: where it says nothing."""
        if self.ours or not self.there:
            return [pl.col(name) == "" for name in columns]
        known = zip(self.order, self.missing, strict=True)

        return [
            pl.col(f"c{index}").is_in(value)
            for index, value in known
            if index is not None
        ]

    def _knows_blanks(self) -> bool:
        """True when a row without any text is a blank one, however the file writes it."""
        return self.ours or not self.there or all("" in value for value in self.missing)

    def _is_clear(self, block: Block) -> bool:
        """False where a blank line may be a row of texts that are empty, and a row may
        be a blank line.
        """
        if self._knows_blanks():
            return True
        frame = block.frame

        return (
            not frame.select(
                pl.all_horizontal(pl.col(name) == "" for name in frame.columns)
            )
            .to_series()
            .any()
        )

    def _judge_block(self, block: Block, first: int) -> bool:
        frame, line = self._named(block, first)
        if isinstance(self.trail, BlockTrail):
            self.trail.frame(self.plan, frame)
        for index in _left_out(block.frame.height, line.rows):
            self.note_blank(
                Lines(first=first, starts=block.starts)(index), block.frame.row(index)
            )

        self.rows += block.frame.height if line.rows is None else len(line.rows)
        self.past_lines.update(
            line(position) for position in np.flatnonzero(self._past(frame)).tolist()
        )
        refused = self._judge_columns(frame, line)
        if self.hashes:
            self.hashes.add(frame, line)
        if self.make:
            self._keep_rows(frame, line, refused)
        self.progress()

        return True

    def _known(self) -> Iterable[tuple[int, str]]:
        pairs = zip(self.order, self.plan.columns, strict=True)
        return ((index, name) for index, name in pairs if index is not None)

    def _judge_columns(self, frame: pl.DataFrame, line: Lines) -> dict[int, set[str]]:
        """Reports what is refused; gives the refused columns of each row that is kept."""
        refused: dict[int, set[str]] = {}
        for name, rows in self._doubtful(frame):
            for row in self._judge_texts(name, frame.get_column(name), rows, line):
                refused.setdefault(row, set()).add(name)

        return refused

    def _doubtful(self, frame: pl.DataFrame) -> Iterator[tuple[str, Any]]:
        """The columns that hold anything in doubt, and its rows; None for all of them."""
        looked_at = [
            self._shapes[name].held.alias(name) if name in self._shapes else guard
            for name, guard in self._guards
            if isinstance(guard, pl.Expr)
        ]
        masks = frame.select_seq(looked_at)
        doubts = masks.select_seq(cs.boolean().any())

        for name, guard in self._guards:
            if guard is True:
                yield name, None
            elif name in self._shapes:
                rows = _in_doubt(
                    frame.get_column(name),
                    masks.get_column(name),
                    self._shapes[name],
                    guard,
                )
                if len(rows):
                    yield name, rows
            elif doubts.item(0, name):
                yield name, np.flatnonzero(masks.get_column(name).to_numpy())

    def _judge_texts(
        self, name: str, texts: pl.Series, rows: Any, line: Lines
    ) -> list[int]:
        """The rows whose text is refused. ``rows`` are those in doubt, None for all."""
        value = (texts if rows is None else texts[rows]).to_list()
        faults = self._faults(name, set(value))
        if not faults:
            return []
        places = range(len(value)) if rows is None else rows.tolist()
        bad = [
            (place, text)
            for place, text in zip(places, value, strict=True)
            if text in faults
        ]
        counts: Counter[str] = Counter()
        waits = self.waits(name)

        for position, text in bad:
            code = faults[text][0]
            full = not waits and (
                code in counts
                or not self.collector.has_room(code, self.plan.name, name)
            )
            if full:
                counts[code] += 1
            else:
                self._say(line(position), name, text, faults[text])

        for code, more in counts.items():
            self.collector.more(
                self.reported(code, 0, name=name, value="", says=""), more
            )

        return [index for index, _ in bad]

    def _faults(self, name: str, texts: Iterable[str]) -> dict[str, tuple[str, str]]:
        read = self.readers[self.plan.columns.index(name)]
        results = {}
        for text in texts:
            if name in self.numbers and text and not NUMBER.fullmatch(text):
                results[text] = ("bad-key-number", "")
            elif fault := cell_fault(text, read, ours=self.ours):
                results[text] = fault

        return results

    def _say(self, line: int, name: str, text: str, fault: tuple[str, str]) -> None:
        code, says = fault
        if code == "bad-key-number":
            self.note(code, line, name=name, value=text)
        else:
            self.doubt(line, name, text, code, says)

    def _keep_rows(
        self, frame: pl.DataFrame, line: Lines, refused: Mapping[int, set[str]]
    ) -> None:
        absent = [name for name in self.plan.columns if name not in frame.columns]
        full = frame.with_columns(pl.lit("").alias(name) for name in absent).select(
            self.plan.columns
        )
        if self.store.takes_frames and self.plan.name != layout.QUERIES:
            nowhere = {
                index: {layout.SUBJECT} for index in self._without_place(full, line)
            }
            self.store.add_frame(
                self.plan, full, line.of(np.arange(full.height)), {**refused, **nowhere}
            )

            return

        none: frozenset[str] = frozenset()

        for position, cells in enumerate(full.iter_rows()):
            bad = frozenset(refused[position]) if position in refused else none
            self.keep(line(position), list(cells), bad)

    def _past(self, frame: pl.DataFrame) -> Any:
        """Which rows are of forms or visits that the dictionary has no more."""
        zeros = np.zeros(frame.height, bool)
        for name, _, names in self.retiring:
            if name in frame.columns:
                zeros |= frame.get_column(name).is_in(list(names)).to_numpy()

        return zeros

    def _without_place(self, full: pl.DataFrame, line: Lines) -> list[int]:
        """The rows of forms and visits that the dictionary has no more; subjects are
        all looked at.
        """
        looked_at = self._past(full) | (self.plan.name == layout.SUBJECTS)
        return [
            index
            for index in np.flatnonzero(looked_at).tolist()
            if not self.has_place(line(index), full.row(index))
        ]


def _in_doubt(texts: pl.Series, series: pl.Series, bytewise: Shape, guard: Any) -> Any:
    """The rows in doubt by their bytes.

    If there are many, their distinct texts are looked at, too.
    """
    rows = bytewise.misfits(series)
    if len(rows) * FEW_MISFITS > len(texts) and len(bytewise.blanks):
        rows = rows[~one_of(texts, bytewise.blanks).to_numpy()[rows]]
    if len(rows) * FEW_MISFITS <= len(texts):
        return rows
    others = texts[rows]
    odd = others.unique().to_frame().filter(guard).to_series()

    return rows[one_of(others, odd).to_numpy()] if len(odd) else rows[:0]


def _left_out(height: int, rows: Any) -> list[int]:
    """The rows of a block that its frame lacks."""
    if rows is None or len(rows) == height:
        return []
    ones = np.ones(height, bool)
    ones[rows] = False
    return np.flatnonzero(ones).tolist()
