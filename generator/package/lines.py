"""Records of a CSV file with the physical line on which each begins, whatever state the file is in.

A line ends with a line feed, with or without a carriage return before it, as editors and ``sed -n 4p``
count. Nothing here raises for damage: each kind of it is told to ``note`` and reading goes on.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterator
from typing import BinaryIO, Literal, NamedTuple

LONGEST_CELL = 2**20
LONGEST_LINE = 2**24
MOST_REPAIRS = 1000
BOM = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_STAND_INS = {ord("\r"): "\ue00d", ord("\n"): "\ue00a"}
_BACK = {ord("\ue00d"): "\r", ord("\ue00a"): "\n"}

Note = Callable[..., None]
"""``note(code, line, **words)``: one thing that is wrong on a line."""


class Record(NamedTuple):
    """One record and the line on which it begins. ``damaged`` cells, by position, are not UTF-8."""

    line: int
    cells: list[str]
    damaged: frozenset[int] = frozenset()


def read_records(stream: BinaryIO, note: Note) -> Iterator[Record]:
    """Every record of the file, header included; blank lines are empty records."""
    lines = _Lines(stream, note)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(lines, strict=True)
    while True:
        lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reader = csv.reader(lines, strict=True)
            if lines.repairs >= MOST_REPAIRS:
                note("too-much-damage", lines.start, most=MOST_REPAIRS)
                return
            cells = lines.repair(str(error))
        if lines.damaged:
            yield _decoded(lines, cells)
        else:
            yield Record(lines.start, cells)


def _decoded(lines: _Lines, cells: list[str]) -> Record:
    """The record with its undecodable bytes read as Windows-1252, which is what they mostly are."""
    damaged = frozenset(at for at, cell in enumerate(cells) if _undecoded(cell))
    shown = [
        cell.encode("utf-8", "surrogateescape").decode("cp1252", "replace") if at in damaged else cell
        for at, cell in enumerate(cells)
    ]
    return Record(lines.start, shown, damaged)


def _undecoded(text: str) -> bool:
    return not text.isascii() and any("\udc80" <= one <= "\udcff" for one in text)


class _Lines:
    """Feeds the CSV parser, counts lines, and keeps those of the record under way for repairs."""

    def __init__(self, stream: BinaryIO, note: Note) -> None:
        self._stream = stream
        self._note = note
        self._again: deque[str] = deque()
        self._held: list[str] = []
        self._line = 0
        self.start = 1
        self.repairs = 0
        self.damaged = False

    def __iter__(self) -> _Lines:
        return self

    def begin(self) -> None:
        """A new record begins with the next line."""
        self._held.clear()
        self.start = self._line + 1
        self.damaged = False

    def __next__(self) -> str:
        text = self._again.popleft() if self._again else self._read()
        self._line += 1
        self._held.append(text)
        if _undecoded(text):
            self.damaged = True
        return text

    def _read(self) -> str:
        raw = self._stream.readline(LONGEST_LINE)
        if not raw:
            raise StopIteration
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            self._note("line-too-long", self._line + 1, most=LONGEST_LINE)
            while (rest := self._stream.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            raw = raw[:LONGEST_CELL] + b"\n"
        if self._line == 0:
            raw = self._first(raw)
        return raw.decode("utf-8", "surrogateescape")

    def _first(self, raw: bytes) -> bytes:
        """The first line, unless the whole file is written in a way that is not ours."""
        if raw.startswith(UTF_16):
            self._note("utf-16", 1)
            raise StopIteration
        if b"\r" in raw.rstrip(b"\r\n") or (raw.endswith(b"\r") and b'"' not in raw):
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
        if "unexpected end" in error or "field larger" in error:
            open_quote = len(self._held) > 1 or "unexpected end" in error
            self._note("unclosed-quote" if open_quote else "cell-too-long", self.start, most=LONGEST_CELL)
            self._again.extendleft(reversed(self._held[1:]))
            self._line = self.start
            return [cell.strip('"') for cell in self._leniently(self._held[:1], quoting=csv.QUOTE_NONE)]
        self._note("bad-quoting", self.start)
        return self._leniently(self._held)

    def _leniently(self, lines: list[str], *, quoting: Literal[0, 3] = csv.QUOTE_MINIMAL) -> list[str]:
        text = "".join(lines)
        body = text.rstrip("\r\n")
        plain = [body.translate(_STAND_INS)]
        try:
            cells = next(csv.reader(plain, quoting=quoting), [])
        except csv.Error:
            cells = body[:LONGEST_CELL].split(",")
        return [cell.translate(_BACK) for cell in cells]
