"""Words, marks and letters as programs spell them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from generator.rewritings.expected import Expected

NOTHING = frozenset({
    "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "NONE", "#N/A", "<NA>", "\\N", "nil", "NaT",
    "n/a",
})  # fmt: skip
"""What programs write for a cell without a value, or read as one."""
_NOTHING_IN_ANY_CASE = frozenset(text.lower() for text in NOTHING)
_TRUE = frozenset({"true", "t", "yes", "y", "1", "1.0"})
_FALSE = frozenset({"false", "f", "no", "n", "0", "0.0"})
_WRITTEN = frozenset({"true", "false", "t", "f", "1", "0"})
"""The truth values that programs write; the others they only read."""
_AS_DIGITS = {"true": ("1",), "false": ("0",)}
_FORMULA = ("=", "+", "-", "@")
_BREAK = re.compile(r"\r\n|\r|\n")
_ANY_TEXT = Expected(accepts=bool)


def became_nothing(before: str, after: str) -> bool:
    """A blank became ``NA``."""
    return is_blank(before) and is_nothing(after)


def blanks(text: str, expected: Expected) -> Iterator[str]:
    """A blank, unless ``NA`` or the like is a missing code here."""
    if is_nothing(text) and text not in expected.missing:
        yield ""


def is_blank(text: str) -> bool:
    return text == ""


def is_nothing(text: str) -> bool:
    return text in NOTHING


def code_erased(before: str, after: str) -> bool:
    """``NA`` became a blank."""
    return is_blank(after) and before.lower() in _NOTHING_IN_ANY_CASE


def erased(before: str, after: str) -> bool:
    return is_blank(after) and not is_blank(before)


def truth(before: str, after: str) -> bool:
    """``F`` became ``FALSE``, ``true`` became ``TRUE``, ``N`` became ``False``."""
    if after.lower() not in _WRITTEN:
        return False

    words = {before.lower(), after.lower()}
    return words <= _TRUE or words <= _FALSE


def truths(text: str, expected: Expected) -> Iterator[str]:
    word = text.lower()
    if expected.kind != "boolean":
        # A program took a column of 1 and 0 for truth values.
        yield from _AS_DIGITS.get(word, ())
        return

    if word in _WRITTEN:
        yield "true" if word in _TRUE else "false"


def formula(before: str, after: str) -> bool:
    """``=1+1`` became ``2``."""
    return not is_blank(after) and before.startswith(_FORMULA)


def doubled(before: str, after: str) -> bool:
    """``say "hi"`` became ``say ""hi""``."""
    if '"' not in before:
        return False

    return _undoubled(before) == _undoubled(after)


def _undoubled(text: str) -> str:
    return text.replace('""', '"')


def trimmed(before: str, after: str) -> bool:
    return not is_blank(after) and before.strip() == after


def breaks(before: str, after: str) -> bool:
    """The line breaks of a text are others, or blanks."""
    if not _BREAK.search(before):
        return False

    # After blanks have taken the place of breaks, nobody knows which were breaks.
    in_one_line = _BREAK.sub(" ", before) == _BREAK.sub(" ", after)
    if in_one_line:
        return True

    return _BREAK.sub("\n", before) == _BREAK.sub("\n", after)


def garbled(before: str, after: str) -> bool:
    """``é`` became ``Ã©``: UTF-8 was read as Windows-1252."""
    return before in ungarbled(after, _ANY_TEXT)


def ungarbled(text: str, expected: Expected) -> Iterator[str]:  # noqa: ARG001
    if text.isascii():
        return

    # Windows-1252 has no letter for five of the bytes, Latin-1 has one for each.
    for encoding in ("cp1252", "latin-1"):
        try:
            original = text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue

        if original != text:
            yield original
            return


def composed(before: str, after: str) -> bool:
    """The same letters, an accent apart from its letter or together with it."""
    return _composed(before) == _composed(after)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def other_case(before: str, after: str) -> bool:
    return before.casefold() == after.casefold()
