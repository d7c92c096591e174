"""Numbers as they come in with a request: whole, not negative, and not endless."""

from __future__ import annotations

from collections.abc import Mapping

PAGE_DIGITS = 6
VERSION_DIGITS = 9


def typed_number(text: str, *, digits: int) -> int | None:
    """A whole number of at most so many ASCII digits; None for every other text.

    Anybody may put anything into an address: digits of other scripts, and numbers that
    are too large for a column of the database.
    """
    is_number = text.isascii() and text.isdecimal() and len(text) <= digits
    return int(text) if is_number else None


def version_number(text: str) -> int:
    """The version that a page was made from; 0 where it says none."""
    return typed_number(text, digits=VERSION_DIGITS) or 0


def page_number(arguments: Mapping[str, str]) -> int:
    """The page of a list that a request asks for, from 1 on."""
    text = arguments.get("page", "")
    return max(1, typed_number(text, digits=PAGE_DIGITS) or 1)
