"""Dates and numbers within limits: intervals, end by end.

Months have no fixed length. What is known of them is told in days, from below and from
above; ``lemmas`` adds what single days really give.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from forms_spec.rules.semantics.calendar import LAST_DAY
from generator.heavy_libraries import z3
from generator.proof.arithmetic import known_all
from generator.proof.logic import Bool, ThreeValued, conj, disj, implies, neg
from generator.proof.values import (
    BOUND,
    Hull,
    Interval,
    Scalar,
    number,
)
from generator.proof.world import SubjectWorld

Unit: TypeAlias = tuple[Fraction, int]
"""A mean length in days, and by how many days real spans differ from it."""
YEAR, MONTH = Fraction(3652425, 10_000), Fraction(30436875, 1_000_000)
"""The mean lengths in days."""
YEAR_SLACK, MONTH_SLACK, CLAMPED = 3, 6, 9
"""By how many days real spans differ from those of mean length, at most."""
CENTURIES = (Fraction(-10_000_000), Fraction(10_000_000))
"""No two dates are as many days apart."""


def span_equal(_world: SubjectWorld, values: Sequence[Interval]) -> ThreeValued:
    left, right = values
    known = known_all(values)
    apart = disj((left.high < right.low, right.high < left.low))
    same = conj((left.low == right.low, left.single, right.single))
    if left.exact and right.exact:
        apart = neg(same)

    return ThreeValued(conj((known, same)), conj((known, apart)))


def span_less(_world: SubjectWorld, values: Sequence[Interval]) -> ThreeValued:
    left, right = values
    known = known_all(values)
    return ThreeValued(
        conj((known, left.high < right.low)), conj((known, left.low >= right.high))
    )


def span_less_equal(_world: SubjectWorld, values: Sequence[Interval]) -> ThreeValued:
    left, right = values
    known = known_all(values)
    return ThreeValued(
        conj((known, left.high <= right.low)), conj((known, left.low > right.high))
    )


def point(_world: SubjectWorld, values: Sequence[Scalar]) -> Interval:
    (value,) = values
    return Interval(
        known=value.known, low=value.value, high=value.value, hull=value.hull
    )


def settle(_world: SubjectWorld, values: Sequence[Interval]) -> Scalar:
    (value,) = values
    known = conj((value.known, value.single))
    return Scalar(known=known, value=value.low, hull=value.hull)


def span_add(_world: SubjectWorld, values: Sequence[Interval]) -> Interval:
    low, high = values[0].low, values[0].high
    for value in values[1:]:
        low, high = low + value.low, high + value.high

    hull: Hull = (
        sum((value.hull[0] for value in values), Fraction(0)),
        sum((value.hull[1] for value in values), Fraction(0)),
    )
    known = known_all(values)
    if all(_has_ends(value) for value in values):
        end = low if all(value.exact for value in values) else high
        return Interval(known=known, low=low, high=end, hull=hull)

    # A side without an end has none in the sum; what is too large is UNKNOWN.
    none_low = disj(value.low == number(-BOUND) for value in values)
    none_high = disj(value.high == number(BOUND) for value in values)
    first = z3.If(none_low, number(-BOUND), low)
    last = z3.If(none_high, number(BOUND), high)
    within = conj(
        (
            disj((none_low, conj((low > number(-BOUND), low < number(BOUND))))),
            disj((none_high, conj((high > number(-BOUND), high < number(BOUND))))),
        )
    )
    return Interval(known=conj((known, within)), low=first, high=last)


def _has_ends(value: Interval) -> bool:
    return value.hull[0] > -BOUND / 1000 and value.hull[1] < BOUND / 1000


def span_negative(_world: SubjectWorld, values: Sequence[Interval]) -> Interval:
    (value,) = values
    hull = (-value.hull[1], -value.hull[0])
    low = -value.high
    high = low if value.exact else -value.low
    return Interval(known=value.known, low=low, high=high, hull=hull)


def span_least(_world: SubjectWorld, values: Sequence[Interval]) -> Interval:
    return _extreme(values, lambda left, right: left <= right, min)


def span_greatest(_world: SubjectWorld, values: Sequence[Interval]) -> Interval:
    return _extreme(values, lambda left, right: left >= right, max)


def _extreme(values: Sequence[Interval], before: Any, choose: Any) -> Interval:
    low, high = values[0].low, values[0].high
    for value in values[1:]:
        low = z3.If(before(low, value.low), low, value.low)
        high = z3.If(before(high, value.high), high, value.high)

    exact = all(value.exact for value in values)
    return Interval(
        known=known_all(values),
        low=low,
        high=low if exact else high,
        hull=(
            choose(value.hull[0] for value in values),
            choose(value.hull[1] for value in values),
        ),
    )


def add_days(_world: SubjectWorld, values: Sequence[Any]) -> Interval:
    day, count = values
    low, high = day.low + count.value, day.high + count.value
    whole: Bool = True
    if not z3.is_int(count.value):
        whole = z3.IsInt(count.value)
        low, high = z3.ToInt(low), z3.ToInt(high)

    known = conj((*_both_known(values), whole, low >= 1, high <= LAST_DAY))
    return Interval(known=known, low=low, high=low if day.exact else high)


def _both_known(values: Sequence[Any]) -> tuple[Bool, ...]:
    return tuple(value.known for value in values)


def add_months(world: SubjectWorld, values: Sequence[Any]) -> Interval:
    day, count = values
    whole: Bool = True
    months = count.value
    if not z3.is_int(months):
        whole, months = z3.IsInt(months), z3.ToInt(months)

    low = _month_later(world, day.low, months)
    high = low if day.exact else _month_later(world, day.high, months)
    if not day.exact:
        world.blocks.demand(implies(day.low <= day.high, low <= high))

    known = conj((*_both_known(values), whole, low >= 1, high <= LAST_DAY))
    return Interval(known=known, low=low, high=high)


def _month_later(world: SubjectWorld, day: Any, months: Any) -> Any:
    later = world.call("add_months", (day, months), z3.IntSort())
    moved = z3.ToReal(later - day) - z3.ToReal(months) * number(MONTH)
    world.blocks.demand(conj((moved >= -CLAMPED, moved <= CLAMPED)))
    return later


def days_between(_world: SubjectWorld, values: Sequence[Interval]) -> Interval:
    first, second = values
    low = second.low - first.high
    exact = first.exact and second.exact
    high = low if exact else second.high - first.low
    return Interval(known=known_all(values), low=low, high=high, hull=CENTURIES)


def months_between(world: SubjectWorld, values: Sequence[Interval]) -> Interval:
    return _counted(world, "months_between", values, (MONTH, MONTH_SLACK))


def age_years(world: SubjectWorld, values: Sequence[Interval]) -> Interval:
    return _counted(world, "age_years", values, (YEAR, YEAR_SLACK))


def _counted(
    world: SubjectWorld, name: str, values: Sequence[Interval], unit: Unit
) -> Interval:
    first, second = values
    low = _count(world, name, first.high, second.low, unit)
    exact = first.exact and second.exact
    high = low
    if not exact:
        high = _count(world, name, first.low, second.high, unit)
        world.blocks.demand(implies(known_all(values), low <= high))

    return Interval(known=known_all(values), low=low, high=high, hull=CENTURIES)


def _count(world: SubjectWorld, name: str, first: Any, second: Any, unit: Unit) -> Any:
    """The completed months or years from one day to another."""
    length, slack = unit
    count = world.call(name, (first, second), z3.IntSort())
    days = z3.ToReal(second - first)
    lived = z3.ToReal(count) * number(length)
    one_more = number(length + slack)
    forward = conj((lived - slack <= days, days <= lived + one_more))
    if name == "age_years":
        world.blocks.demand(forward)
        world.blocks.demand((second >= first) == (count >= 0))
        return count

    # Months are counted from the earlier day, whichever comes first.
    backward = conj((-lived - slack <= -days, -days <= -lived + one_more))
    world.blocks.demand(implies(second >= first, conj((count >= 0, forward))))
    world.blocks.demand(implies(second < first, conj((count <= 0, backward))))
    return count


def minutes_between(world: SubjectWorld, values: Sequence[Scalar]) -> Scalar:
    first, second = values
    seconds = second.value - first.value
    minutes = z3.ToReal(seconds) / 60
    result = world.call("minutes", (seconds,), z3.RealSort())
    away = number(Fraction(1, 10**9))
    world.blocks.demand(conj((result - minutes <= away, minutes - result <= away)))
    return Scalar(known=known_all(values), value=result)


def seconds_between(_world: SubjectWorld, values: Sequence[Scalar]) -> Scalar:
    first, second = values
    most = Fraction(10**12)
    return Scalar(
        known=known_all(values),
        value=second.value - first.value,
        hull=(-most, most),
        step=Fraction(1),
    )


def date_of(_world: SubjectWorld, values: Sequence[Scalar]) -> Interval:
    (moment,) = values
    day = moment.value / 86_400
    return Interval(known=moment.known, low=day, high=day)


def time_of(_world: SubjectWorld, values: Sequence[Scalar]) -> Scalar:
    (moment,) = values
    return Scalar(known=moment.known, value=moment.value % 86_400)


def datetime_of(_world: SubjectWorld, values: Sequence[Any]) -> Scalar:
    day, clock = values
    known = conj((*_both_known(values), day.single))
    return Scalar(known=known, value=day.low * 86_400 + clock.value)


def year(world: SubjectWorld, values: Sequence[Interval]) -> Scalar:
    (day,) = values
    first, last = _year(world, day.low), _year(world, day.high)
    known = conj((day.known, True if day.exact else first == last))
    return _part(first, known, 1, 9999)


def _year(world: SubjectWorld, day: Any) -> Any:
    result = world.call("year", (day,), z3.IntSort())
    begun, ended = _first_day(result), _first_day(result + 1)
    world.blocks.demand(conj((begun <= day, day < ended)))
    return result


def _first_day(year_number: Any) -> Any:
    """The first of January, as ``date.toordinal`` counts days."""
    passed = year_number - 1
    leap_days = passed / 4 - passed / 100 + passed / 400
    return 365 * passed + leap_days + 1


def _part(value: Any, known: Bool, low: int, high: int) -> Scalar:
    hull = (Fraction(low), Fraction(high))
    return Scalar(known=known, value=value, hull=hull, step=Fraction(1))


def month(world: SubjectWorld, values: Sequence[Interval]) -> Scalar:
    (day,) = values
    parts = []
    for end in (day.low, day.high):
        value = world.call("month", (end,), z3.IntSort())
        world.blocks.demand(conj((value >= 1, value <= 12)))
        parts.append(value)

    same: Bool = True
    if not day.exact:
        years = _year(world, day.low) == _year(world, day.high)
        same = conj((parts[0] == parts[1], years))

    return _part(parts[0], conj((day.known, same)), 1, 12)


def day_of_month(world: SubjectWorld, values: Sequence[Interval]) -> Scalar:
    (day,) = values
    value = world.call("day_of_month", (day.low,), z3.IntSort())
    world.blocks.demand(conj((value >= 1, value <= 31)))
    return _part(value, conj((day.known, day.single)), 1, 31)


def day_of_week(_world: SubjectWorld, values: Sequence[Interval]) -> Scalar:
    (day,) = values
    value = (day.low + 6) % 7 + 1
    return _part(value, conj((day.known, day.single)), 1, 7)
