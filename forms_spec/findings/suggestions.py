"""The name that somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MOST_COMPARED = 5_000
LONGEST_COMPARED = 80


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The known name most like ``name``, or None when none is near."""
    if not name or len(name) > LONGEST_COMPARED:
        return None

    # The comparison is slow: a hostile file could hold names without end.
    compared = list(names)[:MOST_COMPARED]
    known = {other.casefold(): other for other in compared}
    wanted = name.casefold()
    if wanted in known:
        return known[wanted]

    matches = get_close_matches(wanted, known, n=1, cutoff=0.6)
    if not matches:
        return None

    return known[matches[0]]


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """A question that names the nearest known name, or an empty text."""
    near = nearest(name, names)
    if near is None:
        return ""

    return f'Did you mean "{near}"?'
