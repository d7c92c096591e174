"""What a document cannot show is shown as its code point, and listed at the end.

A comment with one character that no font has would stop the whole print. Texts are
never shortened and no character goes away: it stands as ``U+4E2D`` in a frame.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from forms_spec.model.characters import code_point, without_hidden

LONGEST_WORD = 34
"""A longer run of letters may be broken anywhere, so that it never runs off the page."""
LONGEST_BY_KEY: Mapping[str, int] = MappingProxyType(
    {"head": 6, "rows": 16, "label": 18, "items": 80}
)
"""By the key of a text: narrow columns take less, and a line of its own takes more, so
that a hash stays in one piece.
"""
BREAK = "\u200b"
_LINES = re.compile("\r\n|\n")
_HIDDEN_CATEGORIES = frozenset({"Co", "Cn"})
_SOFT_HYPHEN = "\xad"
_JOINERS = frozenset("\u200c\u200d")


def is_hidden(sign: str) -> bool:
    """Whether a character leaves nothing to see, or stands for no character at all."""
    # They are unseen too, but without them words of some scripts fall apart.
    if sign in _JOINERS:
        return False

    if sign == _SOFT_HYPHEN:
        return True

    if not without_hidden(sign, ""):
        return True

    return unicodedata.category(sign) in {"Cf", *_HIDDEN_CATEGORIES}


@dataclass
class Replacing:
    """Makes texts printable. ``lacking`` are the characters that no font has.

    ``replaced`` counts what was replaced, by character.
    """

    lacking: Collection[str]
    replaced: Counter[str] = field(default_factory=Counter)

    def text(self, text: str, key: str) -> str | dict[str, Any]:
        """The text under a key as the template takes it: itself, or parts."""
        if text.isascii() and text.isprintable():
            return breakable(text, key)

        parts: list[Any] = []
        for number, line in enumerate(_LINES.split(text)):
            if number:
                parts.append({"break": True})

            parts += self._line(line, key)

        if len(parts) == 1 and isinstance(parts[0], str):
            return parts[0]

        return {"parts": parts}

    def _line(self, line: str, key: str) -> Iterator[Any]:
        shown = ""
        for sign in line:
            if sign not in self.lacking and not is_hidden(sign):
                shown += sign
                continue

            if shown:
                yield breakable(shown, key)
                shown = ""

            self.replaced[sign] += 1
            yield {"code": code_point(sign)}

        if shown:
            yield breakable(shown, key)


def breakable(text: str, key: str) -> str:
    """The text with places to break in words that are too long for where it stands."""
    longest = LONGEST_BY_KEY.get(key, LONGEST_WORD)
    if len(text) <= longest:
        return text

    words = re.compile(f"\\S{{{longest + 1},}}")
    return words.sub(lambda match: BREAK.join(match[0]), text)


def printable_data(item: Any, text: Callable[[str, str], Any], *, key: str = "") -> Any:
    """The data of a document with ``text`` done to every text that is printed.

    It is given the text and the key under which it stands.
    """
    if isinstance(item, str):
        if key in UNPRINTED:
            return item

        return text(item, key)

    if isinstance(item, list):
        return [printable_data(part, text, key=key) for part in item]
    if isinstance(item, dict):
        # A text with a tone belongs to the table that it is a cell of.
        return {
            name: printable_data(
                part, text, key=key if (key, name) == ("rows", "text") else name
            )
            for name, part in item.items()
        }

    return item


UNPRINTED = frozenset({"is", "anchor", "tone", "sheet", "pattern"})
"""Texts that the template reads and nobody else."""


def signs_of(data: Any) -> set[str]:
    """Every character that is printed."""
    signs: set[str] = set()

    def look(text: str, _key: str) -> str:
        signs.update(text)
        return text

    printable_data(data, look)

    return signs


def sign_name(sign: str) -> str:
    """``U+4E2D, CJK UNIFIED IDEOGRAPH-4E2D``; controls have no name."""
    name = unicodedata.name(sign, "")
    if name:
        return f"{code_point(sign)}, {name}"

    return code_point(sign)
