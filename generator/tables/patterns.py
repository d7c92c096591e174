"""Regular expressions that make Frictionless read a string exactly as the kinds do.

Frictionless puts ``^`` and ``$`` around a pattern without a group, so that ``a|b`` would match a
prefix, and ``$`` lets a last line break pass. ``whole`` closes both gaps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from forms_spec.kinds.characters import BLANKS
from forms_spec.kinds.pattern import portable
from forms_spec.model import Codelist, Field


def _ranges(characters: str) -> str:
    """The characters as the inside of a class, neighbours joined to ranges."""
    spans: list[tuple[int, int]] = []
    for point in sorted(map(ord, characters)):
        if spans and spans[-1][1] == point - 1:
            spans[-1] = (spans[-1][0], point)
        else:
            spans.append((point, point))
    return "".join(_code(low) + (f"-{_code(high)}" if high > low else "") for low, high in spans)


def _code(point: int) -> str:
    return f"\\u{point:04x}"


END = r"(?![\s\S])"
_CONTROL = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff"
_CONTROL_BUT_LINES = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff"
_UNSAFE_IN_NAMES = r'/\\:*?"<>|' + _CONTROL
_BLANK = _ranges(BLANKS)

_MONTH = "(?:0[1-9]|1[0-2])"
_YEAR = "[1-9][0-9]{3}"
_LEAP_YEAR = (
    "(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:1[26]|[2468][048]|[3579][26])00)"  # years from 1000
)
_DAY = (
    f"(?:{_YEAR}-(?:{_MONTH}-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    f"|{_LEAP_YEAR}-02-29)"
)

PARTIAL_DATE = f"(?:{_YEAR}(?:-{_MONTH})?|{_DAY}){END}"


def whole(expression: str) -> str:
    """The expression, matched against the whole text however the reader anchors it."""
    return f"(?:{expression}){END}"


def text_pattern(field: Field) -> str:
    """Something to see, no control characters, and the field's own pattern."""
    allowed = f"[^{_CONTROL_BUT_LINES if field.type.multiline else _CONTROL}]*"
    if field.pattern is None:
        return f"(?=[{_BLANK}]*[^{_BLANK}]){allowed}{END}"
    return f"(?=[{_BLANK}]*[^{_BLANK}])(?={allowed}{END}){whole(portable(field.pattern.expression))}"


def choices_pattern(codelist: Codelist, most: int | None = None) -> str:
    """Codes joined by ``;``, none twice, an exclusive one alone, ``most`` of them at most."""
    exclusive = [re.escape(code.code) for code in codelist.codes if code.exclusive]
    shared = "|".join(re.escape(code.code) for code in codelist.codes if not code.exclusive)
    again = "*" if most is None else f"{{0,{most - 1}}}"
    together = (
        [f"(?!(?:[^;]*;)*([^;]+);(?:[^;]*;)*\\1(?:;|{END}))(?:{shared})(?:;(?:{shared})){again}"]
        if shared
        else []
    )
    return whole("|".join([*exclusive, *together]))


def file_pattern(endings: Iterable[str]) -> str:
    """``files/<16 hex digits>/<name>``: a name that every file system takes, with an allowed ending."""
    name = f"(?=[\\s\\S]{{1,200}}{END})(?![.{_BLANK}])[^{_UNSAFE_IN_NAMES}]*"
    tail = "|".join(_any_case(ending) for ending in endings)
    last = f"\\.(?:{tail})" if tail else f"[^{_UNSAFE_IN_NAMES}.{_BLANK}]"
    return f"files/[0-9a-f]{{16}}/{name}{last}{END}"


def _any_case(ending: str) -> str:
    return "".join(
        f"[{character.lower()}{character.upper()}]"
        if character.isascii() and character.isalpha()
        else re.escape(character)
        for character in ending
    )
