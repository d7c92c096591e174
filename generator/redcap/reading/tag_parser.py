"""Action tags of a field's annotation: ``@DEFAULT='1'``, ``@CALCTEXT(if([a]=1, 'x',
'y'))``.
"""

from __future__ import annotations

import re
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
    parts, depth, quote = [""], 0, ""
    for character in argument:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        else:
            depth += (character in "([") - (character in ")]")

        if character == "," and not quote and depth == 0:
            parts.append("")
        else:
            parts[-1] += character

    return [part.strip() for part in parts]


def _argument(text: str, position: int) -> tuple[str | None, int]:
    if text[position : position + 1] == "(":
        return _bracketed(text, position)
    equals = _EQUALS.match(text, position)
    if equals is None:
        return None, position
    start = equals.end()
    first = text[start : start + 1]
    if first and first in "'\"":
        end = text.find(first, start + 1)
        if end < 0:
            return text[start + 1 :], len(text)
        return text[start + 1 : end], end + 1

    if first == "(":
        return _bracketed(text, start)
    bare = _BARE.match(text, start)

    return (bare[0], bare.end()) if bare else (None, position)


def _bracketed(text: str, index: int) -> tuple[str | None, int]:
    """What stands between parentheses; those in quotes do not count."""
    depth, quote = 0, ""
    for position in range(index, len(text)):
        character = text[position]
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                return text[index + 1 : position], position + 1

    return text[index + 1 :], len(text)
