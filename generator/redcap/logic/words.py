"""The words of REDCap's logic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

LONGEST_TEXT = 60_000


class Kind(Enum):
    """What a word is. REFERENCE is everything in one pair of brackets."""

    NUMBER = auto()
    TEXT = auto()
    REFERENCE = auto()
    NAME = auto()
    SIGN = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Word:
    """``text`` is what is meant: quotes taken off, signs in one spelling."""

    kind: Kind
    text: str
    start: int
    end: int


class LogicFault(Exception):
    """The text is no logic, or none that can be translated: why, and where."""

    def __init__(self, why: str, start: int = 0, end: int = 0) -> None:
        super().__init__(why)
        self.why = why
        self.start = start
        self.end = end


_WORDS = re.compile(
    r"""(?P<BLANK>[\s\xa0\ufeff]+|//[^\n]*|\#[^\n]*|/\*.*?\*/)
    |(?P<NUMBER>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w]))
    |(?P<TEXT>'[^']*'|"[^"]*"|[‘’][^‘’]*[‘’]|[“”][^“”]*[“”])
    |(?P<REFERENCE>\[\s*[^\[\]]*\])
    |(?P<NAME>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<SIGN><\s*>|!\s*=|<\s*=|>\s*=|=\s*=\s*=|=\s*=|&&|\|\||[=<>+\-*/^(),!%])
    """,
    re.VERBOSE | re.DOTALL,
)
_SIGNS = {"!=": "<>", "==": "=", "===": "=", "&&": "and", "||": "or", "!": "not"}


def words_of(text: str) -> tuple[Word, ...]:
    """All words, comments left out, and an END. Raises ``LogicFault``."""
    if len(text) > LONGEST_TEXT:
        raise LogicFault(f"more than {LONGEST_TEXT} characters")
    words: list[Word] = []
    end = 0

    while end < len(text):
        match = _WORDS.match(text, end)
        if match is None:
            raise LogicFault(
                f"{text[end]!r} is no sign of REDCap's logic", end, end + 1
            )

        kind = match.lastgroup or ""
        if kind != "BLANK":
            words.append(_word(kind, match.group(), end, match.end()))
        end = match.end()

    words.append(Word(Kind.END, "", len(text), len(text)))

    return tuple(words)


def _word(kind: str, text: str, start: int, end: int) -> Word:
    if kind in ("TEXT", "REFERENCE"):
        return Word(Kind[kind], text[1:-1], start, end)
    if kind == "SIGN":
        sign = re.sub(r"\s+", "", text)
        return Word(Kind.SIGN, _SIGNS.get(sign, sign), start, end)

    if kind == "NAME" and text.lower() in ("and", "or", "not"):
        return Word(Kind.SIGN, text.lower(), start, end)
    return Word(Kind[kind], text, start, end)
