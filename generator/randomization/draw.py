"""Draws a randomization list: permuted blocks of random size in each stratum."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, product

from forms_spec.model.randomization import SITE, RandomizationPlan
from forms_spec.model.study import Study
from generator.randomization.random_stream import RandomStream

SEPARATOR = ";"
"""Between the levels of a stratum. No code of a codelist contains it."""
LEAST_SEED = 12
"""A shorter seed can be found by trying all of them on a few known allocations."""
MOST_ENTRIES = 100_000


class ListRefused(ValueError):
    """No such list can be drawn. The words say what to do instead."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListEntry:
    """One line of a list. ``levels`` are the site, if the list has a part for each, and
    the codes of the strata; ``block`` counts from 1 within its stratum, and is 0 where
    nobody says it.
    """

    number: str
    levels: tuple[str, ...]
    arm: str
    block: int = 0

    @property
    def stratum(self) -> str:
        """The levels as one text."""
        return stratum_text(self.levels)


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawRequest:
    """What a list is drawn with.

    ``size`` is how many entries each stratum has at least: the last block is complete.
    ``first`` is the first randomization number; its last digits count on.
    """

    seed: str
    blocks: tuple[int, ...]
    size: int
    first: str


def stratum_text(levels: Sequence[str]) -> str:
    """The levels of a stratum as one text, such as ``401;0;Y``."""
    return SEPARATOR.join(levels)


def strata_of(study: Study, plan: RandomizationPlan) -> list[tuple[str, ...]]:
    """The levels of every stratum, in the order of the dictionary; one without levels
    where the study is not stratified.
    """
    return list(product(*(levels_of(study, plan, name) for name in plan.factors)))


def levels_of(study: Study, plan: RandomizationPlan, factor: str) -> tuple[str, ...]:
    """The sites, or the answers of a field that may be chosen."""
    if factor == SITE:
        return tuple(study.sites)

    field = study.forms[plan.form].by_name[factor]
    return tuple(code.code for code in field.offered)


def draw_list(
    study: Study, plan: RandomizationPlan, request: DrawRequest
) -> list[ListEntry]:
    """A list for every stratum, the same for the same request and dictionary.

    ``ListRefused`` says what cannot be drawn.
    """
    strata = strata_of(study, plan)
    _check(plan, request, len(strata))

    entries: list[ListEntry] = []
    numbers = _numbers(request.first)
    for levels in strata:
        arms = _arms(plan.ratio, request, stratum_text(levels))
        entries += (
            ListEntry(number=next(numbers), levels=levels, arm=arm, block=block)
            for block, arm in arms
        )

    return entries


def _check(plan: RandomizationPlan, request: DrawRequest, strata: int) -> None:
    """Refuses what gives no list, or one that is easy to guess."""
    share = sum(plan.ratio.values())
    odd = [size for size in request.blocks if size < 1 or size % share]
    if not request.blocks or odd:
        words = ", ".join(map(str, odd)) or "None"
        raise ListRefused(
            f"{words} cannot be a block size. Each block has every arm in its share, so "
            f"its size is a multiple of {share}, such as {2 * share} or {3 * share}."
        )

    if len(request.seed) < LEAST_SEED:
        raise ListRefused(
            f"The seed has {len(request.seed)} characters, and needs {LEAST_SEED}. "
            "Whoever knows a few allocations could try all shorter ones."
        )

    if request.size < 1 or request.size * strata > MOST_ENTRIES:
        raise ListRefused(
            f"A list has 1 to {MOST_ENTRIES:,} entries. This one would have "
            f"{request.size * strata:,} in {strata:,} strata."
        )


def _arms(
    ratio: Mapping[str, int], request: DrawRequest, stratum: str
) -> Iterator[tuple[int, str]]:
    """The block and the arm of each entry of a stratum."""
    stream = RandomStream(request.seed, stratum)
    sizes = sorted(set(request.blocks))
    share = sum(ratio.values())
    drawn = 0

    for block in count(1):
        size = sizes[stream.below(len(sizes))]
        times = size // share
        arms = [arm for arm, part in ratio.items() for _ in range(part * times)]
        for arm in stream.shuffled(arms):
            yield block, arm

        drawn += size
        if drawn >= request.size:
            return


def _numbers(first: str) -> Iterator[str]:
    """The first number, and those that follow it: ``R-0099``, ``R-0100``."""
    digits = re.search(r"[0-9]+\Z", first)
    if digits is None:
        raise ListRefused(
            f"The first number {first!r} has no digits at its end that could be counted "
            "up. Write it like R-0001."
        )

    head, width = first[: digits.start()], len(digits.group())
    for number in count(int(digits.group())):
        text = f"{number:0{width}}"
        if len(text) > width:
            raise ListRefused(
                f"The numbers from {first} on run out of digits. Begin with more of "
                f"them, such as {head}{1:0{width + 2}}."
            )

        yield f"{head}{text}"
