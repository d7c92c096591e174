"""Records of a CSV file with the physical line on which each begins, whatever state the
file is in.

A line ends with a line feed, with or without a carriage return before it, as editors
and ``sed -n 4p`` count. Nothing here raises for damage: each kind of it is told to
``note`` and reading goes on.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Callable, Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

LONGEST_CELL = 2**20
LONGEST_LINE = 2**24
MOST_REPAIRS = 1000
BOM = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_STAND_INS = {ord("\r"): "\ue00d", ord("\n"): "\ue00a"}
_BACK = {ord("\ue00d"): "\r", ord("\ue00a"): "\n"}

MOST_COLUMNS = 2**14
"""As many as the widest spreadsheet has."""
_PIECE = 1 << 20
_SEPARATORS = (b",", b";", b"\t", b"|")

Note = Callable[..., None]
"""``note(code, line, **words)``: one thing that is wrong on a line."""


class CsvRecord(NamedTuple):
    """One record and the line on which it begins.

    ``damaged`` cells, by position, are not UTF-8.
    """

    line: int
    cells: list[str]
    damaged: frozenset[int] = frozenset()


class WideLine(NamedTuple):
    """A line that is not read, and the code of why: it has more than ``most`` bytes or
    cells.
    """

    code: str
    line: int
    most: int


def wide_line(file: Path) -> WideLine | None:
    """The first line too long to be read, or a header of too many cells.

    Reads the file piece by piece.
    """
    if not file.stat().st_size:
        return None

    with (
        file.open("rb") as opened,
        mmap(opened.fileno(), 0, access=ACCESS_READ) as content,
    ):
        end = content.find(b"\n", 0, LONGEST_LINE)
        header = content[: end if end >= 0 else LONGEST_LINE]
        if max(map(header.count, _SEPARATORS)) >= MOST_COLUMNS:
            return WideLine("too-many-columns", 1, MOST_COLUMNS)

        start = 0

        while start + LONGEST_LINE < len(content):
            end = content.rfind(b"\n", start, start + LONGEST_LINE + 1)
            if end < 0:
                return WideLine(
                    "line-too-long", _lines(content, start) + 1, LONGEST_LINE
                )

            start = end + 1

    return None


def _lines(content: mmap, end: int) -> int:
    """The line ends before a place."""
    # Piece by piece: a slice of a map is a copy in memory.
    count = 0
    for start in range(0, end, _PIECE):
        count += content[start : min(start + _PIECE, end)].count(b"\n")

    return count


def holds(file: Path, data: bytes) -> bool:
    """Whether a byte occurs anywhere in a file."""
    if not file.stat().st_size:
        return False

    with (
        file.open("rb") as opened,
        mmap(opened.fileno(), 0, access=ACCESS_READ) as content,
    ):
        return content.find(data) >= 0


def read_records(
    stream: BinaryIO, note: Note, *, delimiter: str = ","
) -> Iterator[CsvRecord]:
    """Every record of the file, header included; blank lines are empty records."""
    return iter(Records(stream, note, delimiter=delimiter))


class Records:
    """A file's records, one by one or, where a reader is sure of what it sees, in
    blocks of whole lines.
    """

    def __init__(self, stream: BinaryIO, note: Note, *, delimiter: str = ",") -> None:
        self._stream = _Refillable(stream)
        self._lines = _LineFeed(self._stream, note, delimiter)
        self._delimiter = delimiter
        self._reader = self._new_reader()

    def __iter__(self) -> Iterator[CsvRecord]:
        while (record := self.next()) is not None:
            yield record

    @property
    def line(self) -> int:
        """The number of lines read so far."""
        return self._lines.line

    def next(self) -> CsvRecord | None:
        """The next record, or None at the end of the file and where too much of it is
        damaged.
        """
        lines = self._lines
        lines.begin()
        try:
            cells = next(self._reader)
        except StopIteration:
            return None
        except csv.Error as error:
            self._reader = self._new_reader()
            if lines.repairs >= MOST_REPAIRS:
                lines.give_up()
                return None

            cells = lines.repair(str(error))

        if lines.damaged:
            return _decoded(lines, cells)

        return CsvRecord(lines.start, cells)

    def block(
        self, size: int, count: Callable[[bytes, bytes], int] = bytes.count
    ) -> bytes:
        """About ``size`` bytes that end with a record, as far as quotation marks tell;
        nothing at the end.

        No line is counted. ``count`` tells how often a byte occurs.
        """
        block = self._stream.read(size)
        if block and not block.endswith(b"\n"):
            block += self._stream.readline(LONGEST_LINE)
        if not count(block, b'"') % 2:
            return block

        # A cell is still open: it ends on the next line with an odd number of quotes.
        lines, size_of_cell = [block], 0
        while size_of_cell < LONGEST_CELL:
            line = self._stream.readline(LONGEST_LINE)
            lines.append(line)
            size_of_cell += len(line)
            if not line or line.count(b'"') % 2:
                break

        return b"".join(lines)

    def passed(self, lines: int) -> None:
        """A block was understood: it held so many lines."""
        self._lines.line += lines

    def push_back(self, block: bytes) -> None:
        """A block was not understood: it is to be read again."""
        self._stream.push_back(block)

    def one_by_one(self, block: bytes) -> Iterator[CsvRecord]:
        """The records that begin in a block; the last may end after it."""
        before = self._stream.pieces
        self._stream.push_back(block)

        while self._stream.pieces > before or self._lines.repeating:
            record = self.next()
            if record is None:
                return

            yield record

    def _new_reader(self) -> Iterator[list[str]]:
        csv.field_size_limit(LONGEST_CELL)
        return csv.reader(self._lines, delimiter=self._delimiter, strict=True)


class _Refillable:
    """A stream that takes bytes back.

    Pieces end with a line, but for the last of the file.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._back: list[io.BytesIO] = []

    @property
    def pieces(self) -> int:
        """How many pieces that were put back are not yet read to their end."""
        return len(self._back)

    def push_back(self, block: bytes) -> None:
        self._back.append(io.BytesIO(block))

    def read(self, size: int) -> bytes:
        if self._back:
            return self._took(self._back[-1].read(size))
        return self._stream.read(size)

    def readline(self, limit: int) -> bytes:
        if not self._back:
            return self._stream.readline(limit)

        raw = self._took(self._back[-1].readline(limit))
        # A line may begin in a piece and end in the stream behind it.
        if len(raw) < limit and not raw.endswith(b"\n"):
            raw += self.readline(limit - len(raw))

        return raw

    def _took(self, raw: bytes) -> bytes:
        piece = self._back[-1]
        if piece.tell() == piece.getbuffer().nbytes:
            self._back.pop()

        return raw


def _decoded(lines: _LineFeed, cells: list[str]) -> CsvRecord:
    """The record with its undecodable bytes read as Windows-1252, which is what they
    mostly are.
    """
    damaged = frozenset(index for index, cell in enumerate(cells) if _undecoded(cell))
    shown = list(cells)
    for index in damaged:
        raw = cells[index].encode("utf-8", "surrogateescape")
        shown[index] = raw.decode("cp1252", "replace")

    return CsvRecord(lines.start, shown, damaged)


def _undecoded(text: str) -> bool:
    # Asked of every line: what is ASCII needs no look at its characters.
    if text.isascii():
        return False

    return any("\udc80" <= item <= "\udcff" for item in text)


class _LineFeed:
    """Feeds the CSV parser, counts lines, and keeps those of the record under way for
    repairs.
    """

    def __init__(self, stream: _Refillable, note: Note, delimiter: str) -> None:
        self._stream = stream
        self._note = note
        self._delimiter = delimiter
        self._again: deque[str] = deque()
        self._held: list[str] = []
        self.line = 0
        self.start = 1
        self.repairs = 0
        self.damaged = False

    def __iter__(self) -> _LineFeed:
        return self

    @property
    def repeating(self) -> bool:
        """Lines that a repair has put back wait to be read."""
        return bool(self._again)

    def give_up(self) -> None:
        self._note("too-much-damage", self.start, most=MOST_REPAIRS)

    def begin(self) -> None:
        """A new record begins with the next line."""
        self._held.clear()
        self.start = self.line + 1
        self.damaged = False

    def __next__(self) -> str:
        text = self._again.popleft() if self._again else self._read()
        self.line += 1
        self._held.append(text)
        if _undecoded(text):
            self.damaged = True

        return text

    def _read(self) -> str:
        raw = self._stream.readline(LONGEST_LINE)
        if not raw:
            raise StopIteration

        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            self._note("line-too-long", self.line + 1, most=LONGEST_LINE)
            self._skip_line()
            raw = raw[:LONGEST_CELL] + b"\n"

        if self.line == 0:
            raw = self._first(raw)

        return raw.decode("utf-8", "surrogateescape")

    def _skip_line(self) -> None:
        """Reads on to the end of a line that is too long to be kept."""
        rest = self._stream.readline(LONGEST_LINE)
        while rest and not rest.endswith(b"\n"):
            rest = self._stream.readline(LONGEST_LINE)

    def _first(self, raw: bytes) -> bytes:
        """The first line, unless the whole file is written in a way that is not ours."""
        if raw.startswith(UTF_16):
            self._note("utf-16", 1)
            raise StopIteration

        if raw.count(self._delimiter.encode()) >= MOST_COLUMNS:
            self._note("too-many-columns", 1, most=MOST_COLUMNS)
            raise StopIteration

        # Carriage returns inside of a line are the line ends of old Macs.
        has_inside = b"\r" in raw.rstrip(b"\r\n")
        is_cut = raw.endswith(b"\r") and b'"' not in raw
        if has_inside or is_cut:
            self._note("mac-line-ends", 1)
            raise StopIteration

        if raw.startswith(BOM):
            self._note("byte-order-mark", 1)

        return raw.removeprefix(BOM)

    def repair(self, error: str) -> list[str]:
        """The cells of a record that is no proper CSV, as far as they can be told."""
        self.repairs += 1
        if "new-line character" in error:
            self._note("bare-carriage-return", self.start)
            return self._leniently(self._held)

        unexpected_end = "unexpected end" in error
        if unexpected_end or "field larger" in error:
            # A cell that fills a line alone is too long; one over several was never closed.
            open_quote = unexpected_end or len(self._held) > 1
            code = "unclosed-quote" if open_quote else "cell-too-long"
            self._note(code, self.start, most=LONGEST_CELL)

            # Only its first line is the record: what an open quote took is read again.
            self._again.extendleft(reversed(self._held[1:]))
            self.line = self.start
            cells = self._leniently(self._held[:1], quoting=csv.QUOTE_NONE)

            return [cell.strip('"') for cell in cells]

        self._note("bad-quoting", self.start)

        return self._leniently(self._held)

    def _leniently(
        self, lines: list[str], *, quoting: Literal[0, 3] = csv.QUOTE_MINIMAL
    ) -> list[str]:
        body = "".join(lines).rstrip("\r\n")
        # The csv module stops at a bare line end, even where it is not strict.
        plain = [body.translate(_STAND_INS)]
        reader = csv.reader(plain, delimiter=self._delimiter, quoting=quoting)
        try:
            cells = next(reader, [])
        except csv.Error:
            cells = body[:LONGEST_CELL].split(self._delimiter)

        return [cell.translate(_BACK) for cell in cells]
