"""Action tags of a field's annotation: ``@DEFAULT='1'``, ``@CALCTEXT(if([a]=1, 'x',
'y'))``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TAG = re.compile(r"(?<![A-Za-z0-9_.@])@([A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*)")
_EQUALS = re.compile(r"\s*=\s*")
_BARE = re.compile(r"[^\s,;@]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Tag:
    """One tag. ``argument`` is what stands behind ``=`` or between the parentheses,
    without quotes; ``original`` is the whole tag as it is written.
    """

    name: str
    argument: str | None
    original: str


def parse_tags(annotation: str) -> list[Tag]:
    """Every action tag of an annotation, outermost ones only."""
    tags: list[Tag] = []
    index = 0
    while match := _TAG.search(annotation, index):
        argument, index = _argument(annotation, match.end())
        tags.append(
            Tag(
                name=match[1],
                argument=argument,
                original=annotation[match.start() : index],
            )
        )

    return tags


def if_parts(argument: str) -> list[str]:
    """What the commas of ``@IF(condition, tags, tags)`` part; those in quotes or
    parentheses do not count.
    """
    parts = [""]
    for position, depth in _depths(argument, 0, "([", ")]"):
        character = argument[position]
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character

    return [part.strip() for part in parts]


def _depths(
    text: str, start: int, opening: str, closing: str
) -> Iterator[tuple[int, int | None]]:
    """Each position with the number of brackets that are open behind it.

    None within quotes, where brackets are text.
    """
    depth, quote = 0, ""
    for position in range(start, len(text)):
        character = text[position]
        if quote:
            if character == quote:
                quote = ""

            yield position, None
            continue

        if character in "'\"":
            quote = character
        elif character in opening:
            depth += 1
        elif character in closing:
            depth -= 1

        yield position, depth


def _argument(text: str, position: int) -> tuple[str | None, int]:
    """The argument of a tag whose name ends at a position, and where it ends itself."""
    if text[position : position + 1] == "(":
        return _bracketed(text, position)

    equals = _EQUALS.match(text, position)
    if equals is None:
        return None, position

    start = equals.end()
    first = text[start : start + 1]
    if first == "(":
        return _bracketed(text, start)

    if first and first in "'\"":
        end = text.find(first, start + 1)
        # Without its second quote, an argument goes on to the end of the annotation.
        if end < 0:
            return text[start + 1 :], len(text)

        return text[start + 1 : end], end + 1

    bare = _BARE.match(text, start)
    if bare is None:
        return None, position

    return bare[0], bare.end()


def _bracketed(text: str, start: int) -> tuple[str | None, int]:
    """What stands between parentheses; those in quotes do not count."""
    for position, depth in _depths(text, start, "(", ")"):
        if depth == 0 and text[position] == ")":
            return text[start + 1 : position], position + 1

    return text[start + 1 :], len(text)
