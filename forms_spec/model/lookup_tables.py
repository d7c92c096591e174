"""Tables that rules look values up in, such as the grades of a toxicity scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class LookupKey:
    """What a value that is looked up has to be in a row.

    ``kind`` is text, number or date. ``limits`` are pairs of an operator and a column:
    ``=`` alone, or the ends of a range.
    """

    name: str
    kind: str
    limits: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LookupTable:
    """``rows`` hold the cells by column, without blank ones, in the order of the file.

    ``columns`` are those that can be read, with their kinds.
    """

    name: str
    title: str
    keys: tuple[LookupKey, ...]
    columns: Mapping[str, str]
    rows: tuple[Mapping[str, str], ...]
