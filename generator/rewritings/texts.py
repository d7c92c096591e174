"""Words, marks and letters as programs spell them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from generator.rewritings.expected import Expected

NOTHING = frozenset(
    {
        "NA",
        "N/A",
        "NaN",
        "nan",
        "NULL",
        "null",
        "None",
        "NONE",
        "#N/A",
        "<NA>",
        "\\N",
        "nil",
        "NaT",
        "n/a",
    }
)
"""What programs write for a cell without a value, or read as one."""
_TRUE = frozenset({"true", "t", "yes", "y", "1", "1.0"})
_FALSE = frozenset({"false", "f", "no", "n", "0", "0.0"})
_WRITTEN = frozenset({"true", "false", "t", "f", "1", "0"})
_FORMULA = ("=", "+", "-", "@")
_BREAK = re.compile(r"\r\n|\r|\n")


def became_nothing(before: str, after: str) -> bool:
    """A blank became ``NA``."""
    return not before and after in NOTHING


def blanks(text: str, expected: Expected) -> Iterator[str]:
    """A blank, unless ``NA`` or the like is a missing code here."""
    if text in NOTHING and text not in expected.missing:
        yield ""


def is_blank(text: str) -> bool:
    return not text


def code_erased(before: str, after: str) -> bool:
    """``NA`` became a blank."""
    return not after and before.lower() in _ERASED


_ERASED = frozenset(item.lower() for item in NOTHING)


def is_nothing(text: str) -> bool:
    return text in NOTHING


def erased(before: str, after: str) -> bool:
    return bool(before) and not after


def truth(before: str, after: str) -> bool:
    """``F`` became ``FALSE``, ``true`` became ``TRUE``, ``N`` became ``False``."""
    first, second = before.lower(), after.lower()
    if before == after or second not in _WRITTEN:
        return False
    return {first, second} <= _TRUE or {first, second} <= _FALSE


def truths(text: str, expected: Expected) -> Iterator[str]:
    low = text.lower()
    if expected.kind == "boolean" and low in _WRITTEN:
        yield "true" if low in _TRUE else "false"
    if expected.kind in ("integer", "decimal") and low in ("true", "false"):
        yield "1" if low == "true" else "0"


def formula(before: str, after: str) -> bool:
    """``=1+1`` became ``2``."""
    return before.startswith(_FORMULA) and before != after and bool(after)


def doubled(before: str, after: str) -> bool:
    """``say "hi"`` became ``say ""hi""``."""
    return (
        '"' in before
        and before != after
        and after.replace('""', '"') == before.replace('""', '"')
    )


def trimmed(before: str, after: str) -> bool:
    return before != after and bool(after) and before.strip() == after


def breaks(before: str, after: str) -> bool:
    """The line breaks of a text are others, or blanks."""
    if before == after or not _BREAK.search(before):
        return False
    return any(
        _BREAK.sub(item, before) == _BREAK.sub(item, after) for item in (" ", "\n")
    )


def garbled(before: str, after: str) -> bool:
    """``é`` became ``Ã©``: UTF-8 was read as Windows-1252."""
    return before != after and before in ungarbled(after, _TEXT)


def ungarbled(text: str, expected: Expected) -> Iterator[str]:  # noqa: ARG001
    if text.isascii():
        return
    for encoding in ("cp1252", "latin-1"):
        try:
            read = text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue

        if read != text:
            yield read
            return


def composed(before: str, after: str) -> bool:
    """The same letters, an accent apart from its letter or together with it."""
    return before != after and unicodedata.normalize(
        "NFC", before
    ) == unicodedata.normalize("NFC", after)


def other_case(before: str, after: str) -> bool:
    return before != after and before.casefold() == after.casefold()


_TEXT = Expected(accepts=bool)
