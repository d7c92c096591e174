"""A block of a CSV file as a frame of texts, if Polars is sure to read it as the
reference does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from generator.package.csv_records import BOM, LONGEST_CELL

_PROBE = LONGEST_CELL // 2
_PIECE = 1 << 17
_FEW_MARKS = 200
"""Up to so many quotation marks cells are looked at one by one."""
_MARK = b"\0"
"""Stands for a line break inside quotation marks; a block with a NUL of its own is not
read here.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Rows as texts, ``c0``, ``c1`` ... in the order of the file, and where each
    begins.

    ``lines`` counts the block's line ends; ``starts`` is None where row ``i`` begins on
    line ``i``.
    """

    frame: pl.DataFrame
    lines: int
    starts: Any

    def line(self, row: int) -> int:
        """The line, from 0, on which a row begins."""
        return row if self.starts is None else int(self.starts[row])


def read_block(
    raw: bytes, width: int, delimiter: str, wanted: Sequence[int] | None = None
) -> Block | None:
    """The block, or None when there is anything in it that two readers may read
    differently.

    ``wanted`` are the columns that its frame needs, the first and the last among them;
    None for all. It has all where a row may be blank or too short.
    """
    if b"\0" in raw or raw.startswith(BOM):
        return None
    if _has_long_line(raw):
        return None

    inside = quoted(raw, delimiter)
    # Some readers end a line at a single carriage return.
    if inside is None or _single_returns(raw) != inside.returns:
        return None

    lines = count(raw, b"\n")
    records = lines - inside.breaks + (not raw.endswith(b"\n"))
    commas = count(raw, delimiter.encode()) - inside.commas
    frame = None

    # Then no row is too long, unless another is too short.
    is_full = commas == records * (width - 1)
    if wanted and is_full:
        frame = _part(raw, width, delimiter, wanted)

    if frame is None:
        frame = _whole(raw, width, delimiter, records, commas)
    if frame is None or frame.height != records:
        return None

    starts = _starts(raw, delimiter) if inside.breaks else None

    return Block(frame=frame, lines=lines, starts=starts)


def _part(
    raw: bytes, width: int, delimiter: str, wanted: Sequence[int]
) -> pl.DataFrame | None:
    """Some columns of rows none of which is too short, so that by their number none is
    too long.
    """
    # In ASCII, nothing that is left out can be anything but UTF-8.
    if not raw.isascii():
        return None

    frame = _parsed(raw, width, delimiter, wanted)
    if frame is None or _has_blank_ends(frame, width):
        return None

    return frame


def _whole(
    raw: bytes, width: int, delimiter: str, records: int, commas: int
) -> pl.DataFrame | None:
    """All columns; rows that are too long are refused by Polars, those that are too
    short by their number.
    """
    frame = _parsed(raw, width, delimiter)
    if frame is None or width == 1:
        return frame
    if not _has_blank_ends(frame, width):
        return frame

    # A row that is too short looks as if its last cells were blank.
    full, odd = divmod(commas, width - 1)
    if odd:
        return None

    if full != records and full + _blank_lines(raw, delimiter) != records:
        return None

    return frame


def _has_blank_ends(frame: pl.DataFrame, width: int) -> bool:
    return bool((frame.get_column(f"c{width - 1}") == "").any())


def _single_returns(raw: bytes) -> int:
    """Carriage returns that no line feed follows."""
    # Most files have none, and one search tells.
    if b"\r" not in raw:
        return 0

    return raw.count(b"\r") - raw.count(b"\r\n")


def count(raw: bytes, data: bytes) -> int:
    """How often a byte occurs; much faster than ``bytes.count`` for one that is
    everywhere.
    """
    return sum(int(np.count_nonzero(matches)) for _, matches in _matches(raw, data))


def _places(raw: bytes, data: bytes) -> Any:
    """Where a byte occurs."""
    return np.concatenate(
        [np.flatnonzero(matches) + start for start, matches in _matches(raw, data)]
    )


def _matches(raw: bytes, data: bytes) -> Iterator[tuple[int, Any]]:
    """Pieces that stay in the processor's cache: where each begins, and where in it a
    byte occurs.
    """
    content = np.frombuffer(raw, np.uint8)
    for start in range(0, len(content), _PIECE):
        yield start, content[start : start + _PIECE] == ord(data)


def names(width: int) -> Sequence[str]:
    """The columns of a block's frame."""
    return [f"c{index}" for index in range(width)]


def _parsed(
    raw: bytes, width: int, delimiter: str, wanted: Sequence[int] | None = None
) -> pl.DataFrame | None:
    try:
        return pl.read_csv(
            raw,
            has_header=False,
            schema=dict.fromkeys(names(width), pl.String),
            columns=wanted,
            separator=delimiter,
            empty_string_is_null=False,
        )
    except pl.exceptions.PolarsError:
        return None


def _has_long_line(raw: bytes) -> bool:
    """True where a record might be longer than the reference takes a cell to be."""
    # Without a long line, every whole probe has the end of a line.
    return any(
        raw.find(b"\n", start, start + _PROBE) < 0
        for start in range(0, len(raw) - _PROBE, _PROBE)
    )


def _quoted(delimiter: str) -> re.Pattern[bytes]:
    """A whole quoted cell, from the mark that opens it to the one that closes it."""
    comma = re.escape(delimiter.encode())
    body = rb'[^"]*+(?:""[^"]*+)*+"'

    return re.compile(
        rb'"(?<![^' + comma + rb'\n]")' + body + rb"(?=[" + comma + rb"\n]|\r\n|\Z)"
    )


class Inside(NamedTuple):
    """How many separators, line feeds and single carriage returns stand inside
    quotation marks.
    """

    commas: int
    breaks: int
    returns: int


def quoted(raw: bytes, delimiter: str) -> Inside | None:
    """What the quoted cells hold; None where a quotation mark has no meaning or a cell
    is too long.
    """
    marks = count(raw, b'"')
    if marks % 2:
        return None
    if marks > _FEW_MARKS:
        return _quoted_in_columns(raw, ord(delimiter))

    cell, separator = _quoted(delimiter), delimiter.encode()
    commas = breaks = returns = 0
    index = raw.find(b'"')

    while index >= 0:
        match = cell.match(raw, index)
        if match is None or match.end() - index > LONGEST_CELL:
            return None

        text = match[0]
        commas += text.count(separator)
        breaks += text.count(b"\n")
        returns += _single_returns(text)
        index = raw.find(b'"', match.end())

    return Inside(commas, breaks, returns)


def _quoted_in_columns(raw: bytes, comma: int) -> Inside | None:
    """The same at once for all marks: those that open and those that close take turns."""
    marks = _places(raw, b'"')
    opens, closes = marks[0::2], marks[1::2]
    if (closes - opens).max() > LONGEST_CELL:
        return None

    # So that something follows the last mark.
    content = np.frombuffer(raw if raw.endswith(b"\n") else raw + b"\n", np.uint8)
    if not _are_cells(content, opens, closes, comma):
        return None

    places = _between(opens, closes)
    inside = content[places]
    returns = places[inside == ord("\r")]
    single = np.count_nonzero(content[returns + 1] != ord("\n"))

    return Inside(
        commas=int(np.count_nonzero(inside == comma)),
        breaks=int(np.count_nonzero(inside == ord("\n"))),
        returns=int(single),
    )


def _are_cells(content: Any, opens: Any, closes: Any, comma: int) -> bool:
    """True where every mark opens or closes a whole cell, or is doubled inside one."""
    doubled = opens[1:] == closes[:-1] + 1
    # Before a mark that begins the block, the block's last line feed is looked at.
    before, after = content[opens - 1], content[closes + 1]
    starts = (before == comma) | (before == ord("\n"))
    starts[1:] |= doubled

    second = content.take(closes + 2, mode="clip")  # the last byte is a line feed
    ends = (after == comma) | (after == ord("\n"))
    ends |= (after == ord("\r")) & (second == ord("\n"))
    ends[:-1] |= doubled

    return bool(starts.all() and ends.all())


def _between(opens: Any, closes: Any) -> Any:
    """The places of all bytes from each opening mark to before its closing one."""
    lengths = closes - opens
    before = np.concatenate([[0], np.cumsum(lengths)[:-1]])

    return np.repeat(opens - before, lengths) + np.arange(int(lengths.sum()))


def _masked(raw: bytes, delimiter: str) -> bytes:
    """The block with its line breaks inside quotation marks marked."""
    return _quoted(delimiter).sub(lambda cell: cell[0].replace(b"\n", _MARK), raw)


def _blank_lines(raw: bytes, delimiter: str) -> int:
    lines = _masked(raw, delimiter).split(b"\n")
    if raw.endswith(b"\n"):
        lines.pop()

    return lines.count(b"") + lines.count(b"\r")


def _starts(raw: bytes, delimiter: str) -> Any:
    """The line, from 0, on which each record begins."""
    content = np.frombuffer(_masked(raw, delimiter), np.uint8)
    ends = np.flatnonzero(content == ord("\n"))
    inside = np.searchsorted(np.flatnonzero(content == 0), ends)
    after = np.arange(1, len(ends) + 1) + inside

    return np.concatenate([[0], after])
