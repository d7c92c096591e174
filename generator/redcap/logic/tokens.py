"""The tokens of REDCap's logic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from generator.redcap.logic.fault import LogicFault

LONGEST_TEXT = 60_000


class LogicTokenKind(Enum):
    """What a token is. REFERENCE is everything in one pair of brackets."""

    NUMBER = auto()
    TEXT = auto()
    REFERENCE = auto()
    NAME = auto()
    SIGN = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class LogicToken:
    """``text`` is what is meant: quotes taken off, signs in one spelling."""

    kind: LogicTokenKind
    text: str
    start: int
    end: int


_TOKENS = re.compile(
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


def tokens_of(text: str) -> tuple[LogicToken, ...]:
    """All tokens, comments left out, and an END. Raises ``LogicFault``."""
    if len(text) > LONGEST_TEXT:
        raise LogicFault(f"it has more than {LONGEST_TEXT:,} characters")

    tokens: list[LogicToken] = []
    end = 0
    while end < len(text):
        match = _TOKENS.match(text, end)
        if match is None:
            why = f"{text[end]!r} has no meaning in REDCap's logic"
            raise LogicFault(why, end, end + 1)

        kind = match.lastgroup or ""
        if kind != "BLANK":
            tokens.append(_token(kind, match.group(), end, match.end()))

        end = match.end()

    tokens.append(LogicToken(LogicTokenKind.END, "", len(text), len(text)))
    return tuple(tokens)


def _token(kind: str, text: str, start: int, end: int) -> LogicToken:
    if kind in ("TEXT", "REFERENCE"):
        return LogicToken(LogicTokenKind[kind], text[1:-1], start, end)
    if kind == "SIGN":
        sign = re.sub(r"\s+", "", text)
        return LogicToken(LogicTokenKind.SIGN, _SIGNS.get(sign, sign), start, end)

    if kind == "NAME" and text.lower() in ("and", "or", "not"):
        return LogicToken(LogicTokenKind.SIGN, text.lower(), start, end)

    return LogicToken(LogicTokenKind[kind], text, start, end)
