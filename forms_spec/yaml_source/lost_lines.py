"""What of a file is left out around a fault, so that the rest of it can be read.

A fault costs the entry that it stands in: its line and all lines that are indented
deeper. They are blanked and not cut, so that everything else keeps its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml

WORD = re.compile(r"\w+")
_KEY = re.compile(r"(\w+)['\"]?:")
_COLON = re.compile(r":(?=\s|$)")
_FORM = re.compile(r"^form:? *(\w+)", re.MULTILINE)
_TEXT = re.compile(r"[^\n\r\x85\u2028\u2029]")
_INDENT = re.compile(r"[ \t]*(?:- +)*")
_WHERE_IT_BEGAN = frozenset(
    {
        "while parsing a flow mapping",
        "while parsing a flow sequence",
        "while scanning a quoted scalar",
        "while scanning a simple key",
    }
)
"""Contexts of the parser whose beginning has the fault, not the line where it stopped."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LostLines:
    """Lines of a file that could not be read, counted from 1, both included.

    ``owner`` is the line of the key that they stand below, 0 at the top of a file.
    """

    first: int
    last: int
    owner: int
    text: str

    @property
    def words(self) -> frozenset[str]:
        """Every word of the lines: what they may have used."""
        return frozenset(WORD.findall(self.text))

    @property
    def names(self) -> frozenset[str]:
        """What the lines may have defined: their keys, and the name of a form."""
        keys = _KEY.findall(self.text)
        forms = _FORM.findall(self.text)
        return frozenset((*keys, *forms))


def lines_of_fault(
    lines: Sequence[str], error: yaml.MarkedYAMLError
) -> LostLines | None:
    """The entry that the parser could not read; None when nothing is left to leave out."""
    mark = error.problem_mark or error.context_mark
    if error.context in _WHERE_IT_BEGAN and error.context_mark:
        mark = error.context_mark
    if mark is None:
        return None

    index = mark.line
    if error.context == "while parsing a block mapping":
        odd = first_of_odd_indent(lines, index)
        index = index if odd is None else odd

    # A line without its colon is a text, which the next line seems to go on with.
    if "mapping values are not allowed" in (error.problem or ""):
        above = line_with_text(lines, index - 1)
        index = above if above >= 0 and not has_colon(lines[above]) else index

    return entry_at(lines, index)


def first_of_odd_indent(lines: Sequence[str], stopped: int) -> int | None:
    """The first line of a block, where not the line at which the parser stopped is
    indented unlike the rest, but the few before it; None otherwise.
    """
    if stopped >= len(lines) or is_silent(lines[stopped]):
        return None

    indent = indent_of(lines[stopped])
    owner = next(owners(lines, stopped), -1)
    first = next(
        (line for line in range(owner + 1, stopped) if not is_silent(lines[line])), None
    )
    if first is None or indent_of(lines[first]) <= indent:
        return None

    before = _siblings(lines[first:stopped], indent_of(lines[first]))
    after = _siblings(lines[stopped:], indent)
    return first if before < after else None


def _siblings(lines: Sequence[str], indent: int) -> int:
    """How many lines of one indentation follow, until one is indented less."""
    count = 0
    for line in lines:
        if is_silent(line):
            continue
        if indent_of(line) < indent:
            break
        count += indent_of(line) == indent

    return count


def entry_at(lines: Sequence[str], index: int) -> LostLines | None:
    """The entry that begins at a line, or at the last line with text before it.

    ``index`` counts from 0. None when there is no text up to there.
    """
    first = line_with_text(lines, index)
    if first < 0:
        return None

    indent = indent_of(lines[first])
    last = first
    for number in range(first + 1, len(lines)):
        if not is_silent(lines[number]) and indent_of(lines[number]) <= indent:
            break
        last = number

    text = "\n".join(lines[first : last + 1])
    return LostLines(
        first=first + 1,
        last=last + 1,
        owner=next(owners(lines, first), -1) + 1,
        text=text,
    )


def indent_of(line: str) -> int:
    """How far a line is indented; the dash of a list counts."""
    found = _INDENT.match(line)
    return len(found[0]) if found else 0


def line_with_text(lines: Sequence[str], index: int) -> int:
    """The last line with more than a comment, from this one upwards; -1 when none has."""
    for number in range(min(index, len(lines) - 1), -1, -1):
        if not is_silent(lines[number]):
            return number

    return -1


def owners(lines: Sequence[str], index: int) -> Iterator[int]:
    """The lines that a line stands below, from the nearest to the top of the file."""
    indent = indent_of(lines[index])
    for number in range(index - 1, -1, -1):
        if not is_silent(lines[number]) and indent_of(lines[number]) < indent:
            indent = indent_of(lines[number])
            yield number


def has_colon(line: str) -> bool:
    """Whether a line has a colon that ends a key."""
    return _COLON.search(line) is not None


def is_silent(line: str) -> bool:
    """Whether a line has nothing, or nothing but a comment."""
    text = line.strip()
    return not text or text.startswith("#")


def blanked(text: str, lines: Sequence[str], lost: LostLines) -> str:
    """The text with spaces for the lost lines; every other character keeps its place.

    ``lines`` are the text's own, without their ends.
    """
    start = 0
    for line in lines[: lost.first - 1]:
        start = _next_line(text, start + len(line))
    end = start
    for line in lines[lost.first - 1 : lost.last]:
        end = _next_line(text, end + len(line))

    return text[:start] + _TEXT.sub(" ", text[start:end]) + text[end:]


def _next_line(text: str, end: int) -> int:
    """Where the line after the one that ends here begins."""
    return end + (2 if text.startswith("\r\n", end) else 1)
