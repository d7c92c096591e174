"""Cells for a spreadsheet, which takes a text that begins like a formula for one and
carries it out.
"""

from __future__ import annotations

import re

_NUMBER = re.compile(r"-[0-9]+(?:\.[0-9]+)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"
"""Without it a spreadsheet reads the bytes in the code page of its computer."""


def harmless(cell: str) -> str:
    """The text, after an apostrophe where it begins like a formula; a negative number
    stays as it is.
    """
    # Apostrophes before a formula are doubled, so that one of them can be taken off.
    begin = cell.lstrip("'")
    is_formula = begin.startswith(_FORMULA) and not _NUMBER.fullmatch(cell)
    if not is_formula:
        return cell

    return f"'{cell}"


def as_written(cell: str) -> str:
    """The text that became this cell, whether or not the spreadsheet took away its
    apostrophe.
    """
    text = cell.removeprefix("'")
    return text if text != cell and harmless(text) == cell else cell
