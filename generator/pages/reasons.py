"""What counts as a reason: a word, in any script.

A full stop, a dash or a lone letter explains nothing.
"""

from __future__ import annotations

from typing import Final

FEWEST_LETTERS: Final = 2


def is_reason(text: str) -> bool:
    """True for a text with at least two different letters or digits."""
    letters = {sign.casefold() for sign in filter(str.isalnum, text)}
    return len(letters) >= FEWEST_LETTERS
