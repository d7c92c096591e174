"""What a column may hold, for those who look at its texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """A column by its grammar.

    ``accepts`` is True for a text that is right as it is. ``kind`` is the name of a
    kind (``integer``, ``partial_date`` ...), ``key`` for one that names subjects, or
    ``timestamp`` in UTC. ``texts`` is the closed list of a column that has one: codes,
    sites, subjects that are known. ``missing`` are its missing codes, ``seconds``
    whether its times have seconds.
    """

    accepts: Callable[[str], bool]
    kind: str = "text"
    texts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    seconds: bool = False
