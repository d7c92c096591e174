"""The words of the rule language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from forms_spec.rule_syntax.limits import LONGEST_TEXT


class TokenKind(Enum):
    """What a word is."""

    NUMBER = auto()
    TEXT = auto()
    DATE = auto()
    TIME = auto()
    DATETIME = auto()
    PARAMETER = auto()
    KEYWORD = auto()
    NAME = auto()
    SIGN = auto()
    END = auto()


KEYWORDS = frozenset(
    (
        "and",
        "or",
        "not",
        "between",
        "in",
        "is",
        "known",
        "missing",
        "has",
        "within",
        "subset",
        "of",
        "overlaps",
        "case",
        "when",
        "then",
        "else",
        "end",
        "true",
        "false",
        "today",
        "date",
        "this",
        "any",
        "every",
        "count",
        "sum",
        "min",
        "max",
        "where",
        "distinct",
        "all",
    )
)
"""Reserved: no field, form or group bears one of these names."""

_WORDS = re.compile(
    r"""(?P<BLANK>[ \t\r\n]+)
    |(?P<DATETIME>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?![\w.]))
    |(?P<DATE>\d{4}-\d\d-\d\d(?![\w.]))
    |(?P<TIME>\d\d:\d\d(?::\d\d)?(?![\w.]))
    |(?P<NUMBER>\d+(?:\.\d+)?(?![\w.]))
    |(?P<TEXT>'(?:[^']|'')*')
    |(?P<PARAMETER>\$[A-Za-z][A-Za-z0-9_]*)
    |(?P<NAME>[A-Za-z][A-Za-z0-9_]*)
    |(?P<SIGN><>|<=|>=|=(?!=)|[<>+\-*/()\[\].,])
    """,
    re.VERBOSE | re.ASCII,
)

_FOREIGN = {
    "!=": "<>",
    "==": "=",
    "&&": "and",
    "||": "or",
    "!": "not",
    "%": "* and / (there is no remainder)",
    '"': "single quotes: 'text'",
    "“": "single quotes: 'text'",
    "‘": "straight quotes: 'text'",
    "≤": "<=",
    "≥": ">=",
    "≠": "<>",
    "×": "*",
    "−": "-",
}


@dataclass(frozen=True, slots=True)
class Token:
    """One word: keywords in small letters, everything else as written."""

    kind: TokenKind
    text: str
    start: int
    end: int


class SyntaxFault(Exception):
    """The text is no expression: a catalogue code, the words of its message, and the
    offset.
    """

    def __init__(self, code: str, start: int, end: int, **words: Any) -> None:
        super().__init__(code)
        self.code = code
        self.start = start
        self.end = end
        self.words = words


def tokenize(text: str) -> tuple[Token, ...]:
    """All words, and an END. Raises ``SyntaxFault``."""
    if len(text) > LONGEST_TEXT:
        raise SyntaxFault("rule-too-long", 0, 1, most=str(LONGEST_TEXT))

    words: list[Token] = []
    end = 0

    while end < len(text):
        match = _WORDS.match(text, end)
        if match is None:
            raise _stranger(text, end)

        kind = match.lastgroup or ""
        if kind != "BLANK":
            words.append(_word(kind, match.group(), end, match.end()))

        end = match.end()

    words.append(Token(TokenKind.END, "", len(text), len(text)))

    return tuple(words)


def _word(kind: str, text: str, start: int, end: int) -> Token:
    if kind == "NAME" and text.lower() in KEYWORDS:
        return Token(TokenKind.KEYWORD, text.lower(), start, end)

    return Token(TokenKind[kind], text, start, end)


def _stranger(text: str, position: int) -> SyntaxFault:
    """A character that begins no word."""
    if text[position] == "'":
        return SyntaxFault("rule-open-text", position, len(text))

    if text[position].isascii() and text[position].isdigit():
        end = position
        while end < len(text) and (text[end].isalnum() or text[end] in "._:"):
            end += 1

        return SyntaxFault("rule-bad-number", position, end, name=text[position:end])

    for foreign in (text[position : position + 2], text[position]):
        if foreign in _FOREIGN:
            written = _FOREIGN[foreign]
            return SyntaxFault(
                "rule-foreign-sign",
                position,
                position + len(foreign),
                name=foreign,
                near=written,
            )

    return SyntaxFault(
        "rule-stray-character", position, position + 1, name=text[position]
    )
