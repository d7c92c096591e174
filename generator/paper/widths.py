"""How many millimetres a column of a printed table needs, and whether all of them fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from generator.paper.layout import (
    CharacterBoxes,
    NotByHand,
    PaperQuestion,
    Ruler,
    Ticks,
    WritingLines,
)

PAGE_WIDTH = 174
"""Millimetres between the margins of the narrower sheet."""
MOST_COLUMNS = 9
LETTER = 1.75
"""Millimetres of a letter in a table."""
BOX = 3.9
"""Millimetres of a box for one character in a table."""
NARROWEST, WIDEST = 14, 45


def fits_page(widths: Sequence[int]) -> bool:
    """Whether columns of these millimetres fit beside each other."""
    return len(widths) <= MOST_COLUMNS and sum(widths) <= PAGE_WIDTH


def column_width(question: PaperQuestion) -> int:
    """What a column to write in needs."""
    options = [*question.missing, *question.units, *question.comparators]
    space = question.space
    if isinstance(space, CharacterBoxes):
        needed = BOX * len(space.pattern)
    elif isinstance(space, Ticks):
        options += space.options
        needed = 0.0
    else:
        needed = _SPACES[type(space)]

    for option in options:
        needed = max(needed, 5 + LETTER * (len(option.label) + len(option.code) + 3))

    return max(NARROWEST, round(needed) + 4, text_width([question.label]))


_SPACES = {WritingLines: 28.0, Ruler: 110.0, NotByHand: 14.0}


def text_width(texts: Iterable[str]) -> int:
    """What a column of texts needs: its longest word, and room for its longest text."""
    longest_word = longest_text = 0
    for text in texts:
        longest_text = max(longest_text, len(text))
        longest_word = max([longest_word, *map(len, text.split())])

    # Words beyond this are broken, and a long text takes several lines.
    words = min(longest_word, 20) * LETTER
    return round(max(NARROWEST, words + 3, min(WIDEST, longest_text * LETTER / 2)))
