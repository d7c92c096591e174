"""Places of findings as positions of an editor, and back.

The editor's protocol counts lines and columns from 0, columns in UTF-16 units, and ends
a line at a line feed or carriage return alone. A ``TextPlace`` counts from 1, in
characters, and has the line ends of YAML.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from forms_spec.findings.places import TextPlace
from forms_spec.yaml_source.document import LINE_BREAK

EDITOR_BREAK = re.compile("\r\n|[\n\r]")
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, order=True, slots=True)
class Position:
    """A place between two characters: ``line`` and ``column`` from 0, in UTF-16."""

    line: int
    column: int


@dataclass(frozen=True, order=True, slots=True)
class EditorSpan:
    """From a position up to another."""

    start: Position
    end: Position


class TextPositions:
    """One text, with its places in the three ways of counting.

    Offsets count characters from 0, without a byte order mark.
    """

    def __init__(self, text: str) -> None:
        self.mark = len(text) - len(text.removeprefix(BYTE_ORDER_MARK))
        self.text = text[self.mark :]
        self._yaml_starts = _starts(LINE_BREAK, self.text)
        self._editor_starts = _starts(EDITOR_BREAK, self.text)

    def span(self, place: TextPlace) -> EditorSpan:
        """A finding's place; a place without an end is one character."""
        start = self.offset_of(place.line, place.column)
        if place.end_line:
            end = self.offset_of(place.end_line, place.end_column)
        else:
            end = min(start + 1, self._line_end(start))

        return self.between(start, max(start, end))

    def offsets(self, place: TextPlace) -> tuple[int, int]:
        """The first character of a place and the one after its last."""
        start = self.offset_of(place.line, place.column)
        end = self.offset_of(place.end_line or place.line, place.end_column or 0)
        return start, max(start, end)

    def between(self, start: int, end: int) -> EditorSpan:
        """The span between two offsets."""
        return EditorSpan(self.position(start), self.position(end))

    def offset_of(self, line: int, column: int) -> int:
        """The offset of a line and a column that count from 1."""
        start = self._yaml_starts[min(line, len(self._yaml_starts)) - 1]
        return min(start + column - 1, len(self.text))

    def position(self, offset: int) -> Position:
        """The position of an offset."""
        line = bisect_right(self._editor_starts, offset) - 1
        before = self.text[self._editor_starts[line] : offset]
        # The editor counts the mark as a character of the first line.
        mark = self.mark if line == 0 else 0

        return Position(line, mark + _units(before))

    def offset(self, position: Position) -> int:
        """The offset of a position; one beyond its line is the end of the line."""
        if position.line >= len(self._editor_starts):
            return len(self.text)

        start = self._editor_starts[position.line]
        mark = self.mark if position.line == 0 else 0
        units = max(0, position.column - mark)
        line = self.text[start : self._line_end(start)]
        if line.isascii():
            return start + min(units, len(line))

        for index, character in enumerate(line):
            if units <= 0:
                return start + index

            units -= _units(character)

        return start + len(line)

    def _line_end(self, offset: int) -> int:
        line_break = EDITOR_BREAK.search(self.text, offset)
        if line_break is None:
            return len(self.text)

        return line_break.start()


def _units(text: str) -> int:
    """How many UTF-16 units a text takes: two for a character beyond the first plane."""
    if text.isascii():
        return len(text)

    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _starts(line_break: re.Pattern[str], text: str) -> Sequence[int]:
    return [0, *(match.end() for match in line_break.finditer(text))]
