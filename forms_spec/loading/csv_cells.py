"""The cells of a CSV text with their places, as RFC 4180 has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CELL = re.compile(r'"((?:[^"]|"")*)"|([^",\r\n]*)')
_END = re.compile(r"\r\n|\n|\r|\Z")
_BREAK = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, kw_only=True, slots=True)
class CsvCell:
    """A cell without blanks at its ends; it begins at a line and column from 1."""

    text: str
    line: int
    column: int


class CsvFault(Exception):
    """A place where the text is no CSV."""

    def __init__(self, line: int, column: int) -> None:
        super().__init__(f"{line}:{column}")
        self.line = line
        self.column = column


def csv_rows(text: str) -> Iterator[list[CsvCell]]:
    """The rows that are not blank. Raises ``CsvFault`` where a quote is out of place."""
    text = text.removeprefix("\ufeff")
    position, line, line_start = 0, 1, 0
    row: list[CsvCell] = []

    while position < len(text) or row:
        match = _CELL.match(text, position)
        assert match is not None, "an empty cell matches anywhere"
        quoted, plain = match.groups()
        content = plain if quoted is None else quoted.replace('""', '"')
        column = position - line_start + 1
        row.append(CsvCell(text=content.strip(), line=line, column=column))

        # A quoted cell may go over several lines.
        for line_break in _BREAK.finditer(quoted or ""):
            line += 1
            line_start = match.start() + 1 + line_break.end()

        position = match.end()
        if text.startswith(",", position):
            position += 1
            continue

        end = _END.match(text, position)
        if end is None:
            raise CsvFault(line, position - line_start + 1)

        if any(cell.text for cell in row):
            yield row

        row = []
        position, line, line_start = end.end(), line + 1, end.end()
