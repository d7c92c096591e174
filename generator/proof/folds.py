"""Aggregates over some rows that are looked at, and more that are free."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from types import MappingProxyType
from typing import Any, TypeAlias

from forms_spec.rules.semantics.types import Type
from generator.heavy_libraries import z3
from generator.proof.logic import (
    Bool,
    ThreeValued,
    conj,
    disj,
    implies,
    neg,
    pick,
    same_truth,
    whole,
)
from generator.proof.values import (
    ANYWHERE,
    BOUND,
    DurationTerms,
    Hull,
    Interval,
    Members,
    Scalar,
    Term,
    around,
    bounded,
    common_step,
    either,
    number,
    unknown,
)
from generator.proof.world import SubjectWorld

RowPart: TypeAlias = tuple[Bool, ThreeValued, Any]
"""A row: whether it is there, whether it counts, and its value."""
Parts: TypeAlias = Sequence[RowPart]
Folder: TypeAlias = Callable[[SubjectWorld, str, Parts, Any], Any]


def _any(world: SubjectWorld, name: str, parts: Parts, more: Any) -> ThreeValued:
    yes = disj(conj((there, counts.yes)) for there, counts, _ in parts)
    no = conj(disj((neg(there), counts.no)) for there, counts, _ in parts)
    rest_yes, rest_no = _of_more(world, name, more)
    return ThreeValued(disj((yes, rest_yes)), conj((no, rest_no)))


def _every(world: SubjectWorld, name: str, parts: Parts, more: Any) -> ThreeValued:
    no = disj(conj((there, counts.no)) for there, counts, _ in parts)
    yes = conj(disj((neg(there), counts.yes)) for there, counts, _ in parts)
    rest_no, rest_yes = _of_more(world, name, more)
    return ThreeValued(conj((yes, rest_yes)), disj((no, rest_no)))


def _of_more(world: SubjectWorld, name: str, more: Any) -> tuple[Bool, Bool]:
    """Whether one of the rows that are not looked at decides, and whether none may."""
    if more is None:
        return False, True

    decides, none = z3.Bool(f"{name} one of more"), z3.Bool(f"{name} none of more")
    world.blocks.demand(neg(conj((decides, none))))
    world.blocks.demand(implies(more == 0, none))
    return decides, none


def _count(world: SubjectWorld, name: str, parts: Parts, more: Any) -> Interval:
    zero = whole(0)
    sure = [_one(_counts(part)) for part in parts]
    perhaps = [_one(conj((there, neg(counts.no)))) for there, counts, _ in parts]
    low, high = z3.Sum([zero, *sure]), z3.Sum([zero, *perhaps])
    most = Fraction(len(parts))
    if more is not None:
        least_more, most_more = z3.Int(f"{name} least"), z3.Int(f"{name} most")
        within = conj((least_more >= 0, least_more <= most_more, most_more <= more))
        world.blocks.demand(within)
        # Where every row counts, the rest counts too.
        if parts and all(counts.yes is True for _, counts, _ in parts):
            world.blocks.demand(least_more == more)
        low, high, most = low + least_more, high + most_more, Fraction(10**9)

    return Interval(known=True, low=low, high=high, hull=(Fraction(0), most))


def _one(condition: Bool) -> Any:
    if isinstance(condition, bool):
        return whole(int(condition))

    return z3.If(condition, 1, 0)


def _count_distinct(
    world: SubjectWorld, name: str, parts: Parts, more: Any
) -> Interval:
    """Between 1, where a row counts, and all rows that may count."""
    whole = _count(world, f"{name} rows", parts, more)
    low, high = z3.Int(f"{name} low"), z3.Int(f"{name} high")
    world.blocks.demand(conj((low >= 0, low <= high, high <= whole.high)))
    world.blocks.demand(implies(whole.low > 0, low > 0))
    return Interval(known=True, low=low, high=high, hull=whole.hull)


def _sum(world: SubjectWorld, name: str, parts: Parts, more: Any) -> Scalar:
    known = conj(_is_clear(part) for part in parts)
    zero = whole(0)
    total = reduce(
        lambda left, part: left + pick(_counts(part), part[2].value, zero), parts, zero
    )
    step = reduce(common_step, (body.step for _, _, body in parts), BOUND)
    hull = _sum_hull(parts)
    if more is None:
        return bounded(total, known, hull, step)

    rest, clear = z3.Real(f"{name} rest"), z3.Bool(f"{name} rest is known")
    world.blocks.demand(implies(more == 0, conj((rest == 0, clear))))
    low, high = _each_hull(parts)
    if (low, high) != ANYWHERE:
        least = z3.ToReal(more) * number(min(low, Fraction(0)))
        most = z3.ToReal(more) * number(max(high, Fraction(0)))
        world.blocks.demand(conj((rest >= least, rest <= most)))

    wide = (2 * ANYWHERE[0], 2 * ANYWHERE[1])
    return bounded(total + rest, conj((known, clear)), wide)


def _counts(part: RowPart) -> Bool:
    there, counts, _ = part
    return conj((there, counts.yes))


def _is_clear(part: RowPart) -> Bool:
    """A row that does not count, or counts with a known value."""
    there, counts, body = part
    return disj((neg(there), counts.no, conj((counts.yes, body.known))))


def _each_hull(parts: Parts) -> Hull:
    return around(*(body.hull for _, _, body in parts)) if parts else ANYWHERE


def _sum_hull(parts: Parts) -> Hull:
    low = sum((min(body.hull[0], Fraction(0)) for _, _, body in parts), Fraction(0))
    high = sum((max(body.hull[1], Fraction(0)) for _, _, body in parts), Fraction(0))
    return low, high


def _extreme(before: Callable[[Any, Any], Any]) -> Folder:
    """The smallest or the largest value; UNKNOWN without rows."""

    def fold(world: SubjectWorld, name: str, parts: Parts, more: Any) -> Any:
        if not parts:
            return _extreme_of_more(world, name, more)

        clear = conj(_is_clear(part) for part in parts)
        some = disj(_counts(part) for part in parts)
        value = _best(parts, before, lambda body: body.value)
        hull = _each_hull(parts)
        if more is None:
            return Scalar(known=conj((clear, some)), value=value, hull=hull)

        known = _rest_known(world, name, more, some)
        rest = Rest(world=world, more=more, some=some, before=before)
        best = rest.extreme(f"{name} best", value)
        return Scalar(known=conj((clear, known)), value=best)

    return fold


def _extreme_of_more(world: SubjectWorld, name: str, more: Any) -> Scalar:
    known = z3.Bool(f"{name} is known")
    if more is None:
        return Scalar(known=False, value=whole(0))

    world.blocks.demand(implies(more == 0, neg(known)))
    return Scalar(known=known, value=z3.Real(name))


def _rest_known(world: SubjectWorld, name: str, more: Any, some: Bool) -> Bool:
    """Whether the extreme is known with the rows that are not looked at."""
    known = z3.Bool(f"{name} is known")
    world.blocks.demand(implies(more == 0, same_truth(known, some)))
    return known


def _best(
    parts: Parts, before: Callable[[Any, Any], Any], value_of: Callable[[Any], Any]
) -> Any:
    """The extreme of the rows that count; anything where none does."""
    best = value_of(parts[0][2])
    begun = _counts(parts[0])
    for part in parts[1:]:
        value, counts = value_of(part[2]), _counts(part)
        better = conj((counts, disj((neg(begun), before(value, best)))))
        best = pick(better, value, best)
        begun = disj((begun, counts))

    return best


@dataclass(frozen=True, kw_only=True, slots=True)
class Rest:
    """The rows that are not looked at: how many, whether ``some`` of the others counts,
    and which of two values goes before.
    """

    world: SubjectWorld
    more: Any
    some: Bool
    before: Callable[[Any, Any], Any]

    def extreme(self, name: str, value: Any) -> Any:
        """The extreme of all rows, where ``value`` is that of those looked at."""
        best = z3.Real(name) if z3.is_real(value) else z3.Int(name)
        reached = disj((best == value, self.before(best, value)))
        self.world.blocks.demand(implies(self.more == 0, best == value))
        self.world.blocks.demand(implies(self.some, reached))
        return best


def _span_extreme(before: Callable[[Any, Any], Any]) -> Folder:
    """The same of dates, end by end."""

    def fold(world: SubjectWorld, name: str, parts: Parts, more: Any) -> Interval:
        if not parts:
            low, high = z3.Int(f"{name} low"), z3.Int(f"{name} high")
            known = _extreme_of_more(world, name, more).known
            world.blocks.demand(low <= high)
            return Interval(known=known, low=low, high=high)

        clear = conj(_is_clear(part) for part in parts)
        some = disj(_counts(part) for part in parts)
        low = _best(parts, before, lambda body: body.low)
        high = _best(parts, before, lambda body: body.high)
        exact = all(body.exact for _, _, body in parts)
        if more is None:
            known = conj((clear, some))
            return Interval(known=known, low=low, high=low if exact else high)

        known = conj((clear, _rest_known(world, name, more, some)))
        rest = Rest(world=world, more=more, some=some, before=before)
        first = rest.extreme(f"{name} low", low)
        last = rest.extreme(f"{name} high", high)
        world.blocks.demand(first <= last)
        return Interval(known=known, low=first, high=first if exact else last)

    return fold


def nth(world: SubjectWorld, name: str, parts: Parts, more: Any, type_: Type) -> Term:
    """The value of one of the rows that count, or UNKNOWN. Which row it is stays open:
    not all rows are in an order here.
    """
    choice = z3.Int(f"{name} row")
    value = unknown(type_)
    if more is not None and parts:
        value = either(choice == len(parts), _free(world, name, parts[0][2]), value)
        world.blocks.demand(implies(choice == len(parts), more > 0))

    for index, part in enumerate(parts):
        world.blocks.demand(implies(choice == index, _counts(part)))
        value = either(choice == index, part[2], value)

    return value


def _free(world: SubjectWorld, name: str, like: Any) -> Term:
    """Any value of the type of another."""
    if isinstance(like, ThreeValued):
        yes, no = z3.Bool(f"{name} is true"), z3.Bool(f"{name} is false")
        world.blocks.demand(neg(conj((yes, no))))
        return ThreeValued(yes, no)

    known = z3.Bool(f"{name} is known")
    if isinstance(like, Members):
        codes = {code: z3.Bool(f"{name} has {code}") for code in like.codes}
        return Members(known=known, codes=codes)
    if isinstance(like, DurationTerms):
        months, seconds = z3.Int(f"{name} months"), z3.Int(f"{name} seconds")
        return DurationTerms(known=known, months=months, seconds=seconds)
    if isinstance(like, Interval):
        low, high = (_alike(f"{name} {end}", like.low) for end in ("low", "high"))
        world.blocks.demand(low <= high)
        return Interval(known=known, low=low, high=high)

    return Scalar(known=known, value=_alike(f"{name} value", like.value))


def _alike(name: str, value: Any) -> Any:
    return z3.Real(name) if z3.is_real(value) else z3.Int(name)


FOLDERS: Mapping[str, Folder] = MappingProxyType(
    {
        "any": _any,
        "every": _every,
        "count": _count,
        "count_distinct": _count_distinct,
        "sum": _sum,
        "min": _extreme(lambda left, right: left < right),
        "max": _extreme(lambda left, right: left > right),
        "span_min": _span_extreme(lambda left, right: left < right),
        "span_max": _span_extreme(lambda left, right: left > right),
    }
)
