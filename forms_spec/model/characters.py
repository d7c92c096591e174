"""Classes of characters, spelled out so that every language agrees on them.

``str.isspace``, ``\\s`` and ``str.lower`` differ between Python, JavaScript and the
database engines, and change with the Unicode version. These sets do not.
"""

from __future__ import annotations

import re

BLANKS = (
    "\t\n\x0b\x0c\r "
    "\x85\xa0\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
"""Characters that leave nothing to see, zero-width and no-break ones included."""

LINE_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"

_RUN_OF_BLANKS = re.compile(f"[{BLANKS}]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_CONTROL_BUT_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_UNSEEN = re.compile(
    f"{_CONTROL.pattern}|{_SURROGATE.pattern}|[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def strip_blanks(text: str) -> str:
    """The text without blanks at its two ends."""
    return text.strip(BLANKS)


def plain_blanks(text: str) -> str:
    """The text with each run of blanks, of whatever sort, as one space."""
    return _RUN_OF_BLANKS.sub(" ", text)


def is_blank(text: str) -> bool:
    """True for the empty text and for one of nothing but blanks."""
    return not strip_blanks(text)


def ascii_lower(text: str) -> str:
    """A to Z in lower case and everything else untouched: ``İ`` and ``K`` (Kelvin) stay
    themselves.
    """
    return text.translate(_LOWER)


def first_surrogate(text: str) -> str | None:
    """Half of a broken character, which no file can hold, or None."""
    result = _SURROGATE.search(text)
    if not result:
        return None

    return result[0]


def first_control(text: str, *, multiline: bool) -> str | None:
    """The first character that may not stand in a text, or None.

    Control characters, the two Unicode line separators and the two noncharacters that
    XML refuses; ``multiline`` allows line feed and tabulator.
    """
    pattern = _CONTROL_BUT_LINES if multiline else _CONTROL
    result = pattern.search(text)
    if not result:
        return None

    return result[0]


def without_hidden(text: str, instead: str) -> str:
    """The text with ``instead`` for what cannot be seen: controls, half characters,
    turns of direction.
    """
    return _UNSEEN.sub(instead, text)


def code_point(character: str) -> str:
    """How a message names a character that cannot be shown: ``U+0007``."""
    return f"U+{ord(character):04X}"
