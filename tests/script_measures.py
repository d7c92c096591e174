"""The scripts of the pages, as the guards of ``test_house.py`` look at them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.code_measures import PACKAGES, ROOT

COMMENT_OR_TEXT = re.compile(
    r"""/\*.*?\*/ | //[^\n]* | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'""",
    re.DOTALL | re.VERBOSE,
)
PATTERN = re.compile(r"/(?:\\.|\[(?:\\.|[^]\\\n])*]|[^/\\\n[])+/[a-z]*")
BEFORE_PATTERN = frozenset("=(,:!&|?;{}[")
"""A slash after one of these begins a regular expression; elsewhere it divides."""
TEMPLATE_TEXT = re.compile(r"(?:\\.|\$(?!\{)|[^`\\$])*", re.DOTALL)
KEY = re.compile(r"[{,]\s*([\w$]+)\s*:")
NAME = re.compile(r"(?<![.\w$])[A-Za-z_$][\w$]*")


def script_files() -> Iterator[Path]:
    """Every script of the three packages."""
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.js"))


def script_names(text: str) -> Iterator[tuple[int, str]]:
    """The names that a script uses, each with its line: no text, no comment, no key of
    an object and no property.
    """
    code = code_of(text)
    keys = {match.start(1) for match in KEY.finditer(code)}
    for match in NAME.finditer(code):
        if match.start() not in keys:
            yield code.count("\n", 0, match.start()) + 1, match[0]


def code_of(text: str) -> str:
    """The script with its texts, patterns and comments blanked out, line for line."""
    pieces: list[str] = []
    # How many braces are open in each template that the scanner is inside of.
    open_braces: list[int] = []
    position = 0
    while position < len(text):
        sign = text[position]
        closes_slot = sign == "}" and open_braces[-1:] == [0]
        if sign == "`" or closes_slot:
            if closes_slot:
                open_braces.pop()
            end = template_end(text, position + 1)
            if text.startswith("${", end - 2):
                open_braces.append(0)
            pieces.append(blank(text[position:end]))
            position = end
            continue

        match = COMMENT_OR_TEXT.match(text, position)
        if match is None and sign == "/" and begins_pattern(pieces):
            match = PATTERN.match(text, position)
        if match is not None:
            pieces.append(blank(match[0]))
            position = match.end()
            continue

        if open_braces and sign in "{}":
            open_braces[-1] += 1 if sign == "{" else -1
        pieces.append(sign)
        position += 1

    return "".join(pieces)


def template_end(text: str, start: int) -> int:
    """Behind the text of a template: after its end, or after the ``${`` of a slot."""
    match = TEMPLATE_TEXT.match(text, start)
    assert match is not None
    end = match.end()
    return end + (2 if text.startswith("${", end) else 1)


def begins_pattern(pieces: list[str]) -> bool:
    """Whether a slash after these pieces can only begin a regular expression."""
    before = "".join(pieces[-200:]).rstrip()
    return not before or before[-1] in BEFORE_PATTERN


def blank(text: str) -> str:
    """As many lines with nothing in them but a number, which ends no expression."""
    return " 0 " + "\n" * text.count("\n")
