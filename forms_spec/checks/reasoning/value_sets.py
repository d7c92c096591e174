"""Sets of values that a cell may have: whole numbers in pieces, or words.

Numbers are those of the rule language (multiples of 10^-9), days, or seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from forms_spec.rules.semantics.resolved import Interval

FAR: Final = 10**40
"""An end that is no end: beyond every number of the language."""

Word: TypeAlias = str | bool


@dataclass(frozen=True, slots=True)
class Spans:
    """Whole numbers: disjoint pieces in ascending order, both ends included."""

    pieces: tuple[Interval, ...]

    @property
    def is_empty(self) -> bool:
        return not self.pieces

    @property
    def hull(self) -> Interval:
        """From the least to the largest number; only of a set that is not empty."""
        return self.pieces[0][0], self.pieces[-1][1]

    def meet(self, other: ValueSet) -> Spans:
        assert isinstance(other, Spans)
        shared: list[Interval] = []
        mine, theirs = self.pieces, other.pieces
        index = there = 0

        # Both are in order, so that the piece which ends first meets nothing more.
        while index < len(mine) and there < len(theirs):
            (low, high), (other_low, other_high) = mine[index], theirs[there]
            start, end = max(low, other_low), min(high, other_high)
            if start <= end:
                shared.append((start, end))

            if high < other_high:
                index += 1
            else:
                there += 1

        return Spans(tuple(shared))

    def join(self, other: ValueSet) -> Spans:
        assert isinstance(other, Spans)
        joined: list[Interval] = []

        for low, high in sorted((*self.pieces, *other.pieces)):
            if joined and low <= joined[-1][1] + 1:
                before, end = joined[-1]
                joined[-1] = before, max(end, high)
            else:
                joined.append((low, high))

        return Spans(tuple(joined))


@dataclass(frozen=True, slots=True)
class CodeSet:
    """Some codes or texts; with ``but`` all others than these."""

    words: frozenset[Word]
    but: bool = False

    @property
    def is_empty(self) -> bool:
        # All words except some are never none.
        if self.but:
            return False

        return not self.words

    def meet(self, other: ValueSet) -> CodeSet:
        assert isinstance(other, CodeSet)
        # With "but", a set is all words except these.
        if self.but and other.but:
            return CodeSet(self.words | other.words, but=True)
        if self.but:
            return CodeSet(other.words - self.words)
        if other.but:
            return CodeSet(self.words - other.words)

        return CodeSet(self.words & other.words)

    def join(self, other: ValueSet) -> CodeSet:
        assert isinstance(other, CodeSet)
        if self.but and other.but:
            return CodeSet(self.words & other.words, but=True)
        if self.but:
            return CodeSet(self.words - other.words, but=True)
        if other.but:
            return CodeSet(other.words - self.words, but=True)

        return CodeSet(self.words | other.words)


ValueSet: TypeAlias = Spans | CodeSet

ALL_NUMBERS: Final = Spans(((-FAR, FAR),))
ALL_WORDS: Final = CodeSet(frozenset(), but=True)
YES: Final = CodeSet(frozenset({True}))
NO: Final = CodeSet(frozenset({False}))
EITHER: Final = CodeSet(frozenset({True, False}))


def at_most(limit: int, step: int) -> Spans:
    """The multiples of ``step`` up to a limit."""
    return Spans(((-FAR, limit // step * step),))


def at_least(limit: int, step: int) -> Spans:
    """The multiples of ``step`` from a limit on."""
    return Spans(((-(-limit // step) * step, FAR),))


def only(number: int, step: int) -> Spans:
    """The number, if it is a multiple of ``step``."""
    is_reached = number % step == 0
    if not is_reached:
        return Spans(())

    return Spans(((number, number),))
