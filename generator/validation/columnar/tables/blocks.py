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
    if b"\0" in raw or raw.startswith(BOM) or _has_long_line(raw):
        return None
    inside = quoted(raw, delimiter)
    if inside is None or _single_returns(raw) != inside.returns:
        return None
    lines = count(raw, b"\n")
    records = lines - inside.breaks + (not raw.endswith(b"\n"))
    commas = count(raw, delimiter.encode()) - inside.commas
    frame = (
        _part(raw, width, delimiter, wanted)
        if wanted and commas == records * (width - 1)
        else None
    )
    if frame is None:
        frame = _whole(raw, width, delimiter, records, commas)
    if frame is None or frame.height != records:
        return None
    return Block(
        frame=frame,
        lines=lines,
        starts=_starts(raw, delimiter) if inside.breaks else None,
    )


def _part(
    raw: bytes, width: int, delimiter: str, wanted: Sequence[int]
) -> pl.DataFrame | None:
    """Some columns of rows none of which is too short, so that by their number none is
    too long.
    """
    frame = _parsed(raw, width, delimiter, wanted) if raw.isascii() else None
    if frame is None or (frame.get_column(f"c{width - 1}") == "").any():
        return None
    return frame


def _whole(
    raw: bytes, width: int, delimiter: str, records: int, commas: int
) -> pl.DataFrame | None:
    """All columns; rows that are too long are refused by Polars, those that are too
    short by their number.
    """
    frame = _parsed(raw, width, delimiter)
    if (
        frame is not None
        and width > 1
        and (frame.get_column(f"c{width - 1}") == "").any()
    ):
        full, odd = divmod(commas, width - 1)
        if odd or (full != records and full + _blank_lines(raw, delimiter) != records):
            return None

    return frame


def _single_returns(raw: bytes) -> int:
    """Carriage returns that no line feed follows."""
    return raw.count(b"\r") - raw.count(b"\r\n") if b"\r" in raw else 0


def count(raw: bytes, data: bytes) -> int:
    """How often a byte occurs; much faster than ``bytes.count`` for one that is
    everywhere.
    """
    return sum(int(np.count_nonzero(result)) for _, result in _found(raw, data))


def _places(raw: bytes, data: bytes) -> Any:
    """Where a byte occurs."""
    return np.concatenate(
        [np.flatnonzero(result) + index for index, result in _found(raw, data)]
    )


def _found(raw: bytes, data: bytes) -> Iterator[tuple[int, Any]]:
    """Pieces that stay in the processor's cache: where each begins, and where in it a
    byte occurs.
    """
    content = np.frombuffer(raw, np.uint8)
    for index in range(0, len(content), _PIECE):
        yield index, content[index : index + _PIECE] == ord(data)


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
    return any(
        raw.find(b"\n", index, index + _PROBE) < 0 and index + _PROBE < len(raw)
        for index in range(0, len(raw), _PROBE)
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
    if marks > _FEW_MARKS:
        return _quoted_in_columns(raw, ord(delimiter)) if marks % 2 == 0 else None
    cell, separator = _quoted(delimiter), delimiter.encode()
    commas = breaks = returns = 0
    index = raw.find(b'"')

    while index >= 0:
        result = cell.match(raw, index)
        if result is None or result.end() - index > LONGEST_CELL:
            return None
        text = result[0]
        commas += text.count(separator)
        breaks += text.count(b"\n")
        returns += _single_returns(text)
        index = raw.find(b'"', result.end())

    return Inside(commas, breaks, returns)


def _quoted_in_columns(raw: bytes, comma: int) -> Inside | None:
    """The same at once for all marks: those that open and those that close take turns."""
    marks = _places(raw, b'"')
    content = np.frombuffer(raw if raw.endswith(b"\n") else raw + b"\n", np.uint8)
    opens, closes = marks[0::2], marks[1::2]
    doubled = opens[1:] == closes[:-1] + 1
    before, after = content[opens[1:] - 1], content[closes + 1]
    second = content.take(closes + 2, mode="clip")  # the last byte is a line feed
    starts = (before == comma) | (before == ord("\n")) | doubled
    ends = (
        (after == comma)
        | (after == ord("\n"))
        | ((after == ord("\r")) & (second == ord("\n")))
    )
    ends[:-1] |= doubled
    first = opens[0] == 0 or content[opens[0] - 1] in (comma, ord("\n"))
    if (
        not (first and starts.all() and ends.all())
        or (closes - opens).max() > LONGEST_CELL
    ):
        return None

    places = _between(opens, closes)
    value = content[places]
    returns = places[value == ord("\r")]
    single = int(np.count_nonzero(content[returns + 1] != ord("\n")))

    return Inside(
        int(np.count_nonzero(value == comma)),
        int(np.count_nonzero(value == ord("\n"))),
        single,
    )


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
    return sum(
        line in (b"", b"\r") for line in (lines[:-1] if raw.endswith(b"\n") else lines)
    )


def _starts(raw: bytes, delimiter: str) -> Any:
    """The line, from 0, on which each record begins."""
    content = np.frombuffer(_masked(raw, delimiter), np.uint8)
    ends = np.flatnonzero(content == ord("\n"))
    inside = np.searchsorted(np.flatnonzero(content == 0), ends)
    after = np.arange(1, len(ends) + 1) + inside
    return np.concatenate([[0], after])
