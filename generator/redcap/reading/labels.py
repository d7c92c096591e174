"""Texts to the reader: HTML taken out by a sanitiser, line breaks kept, piped names
found.
"""

from __future__ import annotations

import html
import re

import nh3

_BREAKS = re.compile(
    r"<\s*(?:br\s*/?|/\s*(?:p|div|li|tr|h[1-6]|ul|ol|table))\s*>", re.IGNORECASE
)
_TAG = re.compile(r"<\s*/?\s*[a-zA-Z!][^>]*>?")
_ENTITY = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]*|#\d+|#x[0-9a-fA-F]+);")
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]|[\ud800-\udfff]"
)
_PIPED = re.compile(
    r"\[[A-Za-z][A-Za-z0-9_:-]*(?:\([^()\[\]]*\))?(?::[a-z-]+)?\]|\{[a-z][a-z0-9_]*(?::icons)?\}"
)
_SPACES = re.compile(r"[ \t\xa0]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_LINE = re.compile("\r\n|[\r\x85\u2028\u2029]")


def plain_text(text: str) -> str:
    """What a reader sees of a label: no markup, no control characters, no blank lines
    at its ends.
    """
    text = _LINE.sub("\n", _CONTROL.sub("", text))
    if "<" in text and _TAG.search(text):
        # Line breaks are markup too, and would go with it.
        text = html.unescape(nh3.clean(_BREAKS.sub("\n", text), tags=set()))
    elif "&" in text:
        text = html.unescape(text)

    # Entities may stand for control characters.
    text = _CONTROL.sub("", text)
    lines = [_SPACES.sub(" ", line).strip() for line in text.split("\n")]

    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def has_markup(text: str) -> bool:
    """True where the text holds tags or entities."""
    return bool(_TAG.search(text) or _ENTITY.search(text))


def piped(text: str) -> list[str]:
    """Names in brackets, or embedded fields in braces, that REDCap replaces by answers."""
    return _PIPED.findall(text)


def plain_lines(text: str) -> str:
    """A cell as it is, with line ends and characters that a dictionary can hold."""
    return _CONTROL.sub("", re.sub("\r\n?", "\n", text)).strip()
