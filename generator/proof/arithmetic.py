"""Numbers: exact where the language computes exactly, within half of 10^-9 where it
rounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from itertools import product
from typing import Any

from generator.heavy_libraries import z3
from generator.proof.logic import Bool, conj, disj, implies, neg
from generator.proof.values import (
    ANYWHERE,
    GRID,
    Hull,
    Scalar,
    around,
    bounded,
    common_step,
    number,
    real,
)
from generator.proof.world import SubjectWorld

HALF = GRID / 2


def known_all(values: Sequence[Any]) -> Bool:
    return conj(value.known for value in values)


def add(_world: SubjectWorld, values: Sequence[Scalar]) -> Scalar:
    low = sum((value.hull[0] for value in values), Fraction(0))
    high = sum((value.hull[1] for value in values), Fraction(0))
    total = reduce(lambda left, right: left + right, (value.value for value in values))
    step = reduce(common_step, (value.step for value in values))
    return bounded(total, known_all(values), (low, high), step)


def negative(_world: SubjectWorld, values: Sequence[Scalar]) -> Scalar:
    (value,) = values
    low, high = value.hull
    return replace(value, value=-value.value, hull=(-high, -low))


def size(_world: SubjectWorld, values: Sequence[Scalar]) -> Scalar:
    (value,) = values
    low, high = value.hull
    least = Fraction(0) if low <= 0 <= high else min(abs(low), abs(high))
    result = z3.If(value.value >= 0, value.value, -value.value)
    return replace(value, value=result, hull=(least, max(abs(low), abs(high))))


def multiply(world: SubjectWorld, values: Sequence[Scalar]) -> Scalar:
    first, other = values
    corners = [left * right for left, right in product(first.hull, other.hull)]
    step, hull = first.step * other.step, (min(corners), max(corners))
    exact = first.value * other.value
    known = known_all(values)
    if (step / GRID).denominator == 1:
        return bounded(exact, known, hull, step)

    return _near(world, "mul", values, exact, hull)


def _near(
    world: SubjectWorld, name: str, values: Sequence[Scalar], exact: Any, hull: Hull
) -> Scalar:
    """A number that is rounded to 9 places: at most half of the last one away."""
    known = known_all(values)
    result = world.call(name, tuple(real(item.value) for item in values), z3.RealSort())
    away = number(HALF)
    world.blocks.demand(
        implies(known, conj((result - exact <= away, exact - result <= away)))
    )
    wider = (hull[0] - HALF, hull[1] + HALF)
    return bounded(result, known, wider)


def divide(world: SubjectWorld, values: Sequence[Scalar]) -> Scalar:
    top, bottom = values
    known = conj((*(value.known for value in values), bottom.value != number(0)))
    constant = _constant(bottom)
    if constant == 0:
        return replace(top, known=False)
    if constant is not None:
        return _divided_by(world, values, constant, known)

    # The quotient is the number whose product with the divisor is near the dividend.
    result = world.call("div", (real(top.value), real(bottom.value)), z3.RealSort())
    low, high = bottom.hull
    hull = ANYWHERE
    if low > 0 or high < 0:
        corners = [left / right for left, right in product(top.hull, bottom.hull)]
        hull = (min(corners) - HALF, max(corners) + HALF)

    exact = real(top.value) / real(bottom.value)
    away = number(HALF)
    close = conj((result - exact <= away, exact - result <= away))
    world.blocks.demand(implies(known, close))
    if hull is ANYWHERE:
        # A divisor near 0 may give more than the language can hold.
        hull = (2 * ANYWHERE[0], 2 * ANYWHERE[1])
    return bounded(result, known, hull)


def _divided_by(
    world: SubjectWorld, values: Sequence[Scalar], by: Fraction, known: Bool
) -> Scalar:
    top = values[0]
    ends = (top.hull[0] / by, top.hull[1] / by)
    hull = (min(ends), max(ends))
    exact = real(top.value) / number(by)
    step = top.step / abs(by)
    if (step / GRID).denominator == 1:
        return bounded(exact, known, hull, _decimal_step(step))

    return _near(world, "div", values, exact, hull)


def _decimal_step(step: Fraction) -> Fraction:
    """A power of ten that divides the step."""
    divisor = Fraction(10**6)
    while (step / divisor).denominator != 1:
        divisor /= 10

    return divisor


def _constant(value: Scalar) -> Fraction | None:
    low, high = value.hull
    return low if low == high else None


def rounded_to(value: Scalar, places: int) -> Scalar:
    """Rounded half away from zero to so many places."""
    step = Fraction(1, 10**places) if places >= 0 else Fraction(10**-places)
    if (value.step / step).denominator == 1:
        return value

    half = step / 2
    hull = (value.hull[0] - half, value.hull[1] + half)
    scaled = real(value.value) / number(step)
    steps = z3.If(
        scaled >= 0,
        z3.ToInt(scaled + number(Fraction(1, 2))),
        -z3.ToInt(number(Fraction(1, 2)) - scaled),
    )
    return bounded(z3.ToReal(steps) * number(step), value.known, hull, step)


def round_number(_world: SubjectWorld, values: Sequence[Scalar]) -> Scalar:
    value, places = values
    count = _constant(places)
    if count is not None and count.denominator == 1 and places.known is True:
        return rounded_to(value, int(count))

    result = z3.FreshReal("rounded")
    return bounded(result, conj((value.known, places.known)), _twice(value.hull))


def _twice(hull: Hull) -> Hull:
    size_of_it = 2 * max(abs(hull[0]), abs(hull[1])) + 10**9
    return -size_of_it, size_of_it


def least(_world: SubjectWorld, values: Sequence[Scalar]) -> Scalar:
    return _extreme(values, lambda left, right: left <= right, min)


def greatest(_world: SubjectWorld, values: Sequence[Scalar]) -> Scalar:
    return _extreme(values, lambda left, right: left >= right, max)


def _extreme(values: Sequence[Scalar], before: Any, choose: Any) -> Scalar:
    result = values[0].value
    for value in values[1:]:
        result = z3.If(before(result, value.value), result, value.value)

    hull = tuple(choose(value.hull[end] for value in values) for end in (0, 1))
    step = reduce(common_step, (value.step for value in values))
    return Scalar(known=known_all(values), value=result, hull=hull, step=step)


def remainder(world: SubjectWorld, values: Sequence[Scalar]) -> Scalar:
    """What a division leaves, with the sign of the number."""
    top, by = values
    known = conj((top.known, by.known, by.value != number(0)))
    constant = _constant(by)
    whole = z3.is_int(top.value) and constant is not None
    if whole and constant and constant > 0 and constant.denominator == 1:
        unit = number(constant)
        rest = z3.If(top.value >= 0, top.value % unit, -((-top.value) % unit))
    else:
        arguments = (real(top.value), real(by.value))
        rest = world.call("mod", arguments, z3.RealSort())
        limits = conj((rest < _size(by.value), -rest < _size(by.value)))
        signs = conj(
            (
                implies(top.value >= 0, rest >= 0),
                implies(top.value <= 0, rest <= 0),
            )
        )
        world.blocks.demand(implies(known, conj((limits, signs))))

    most = max(abs(by.hull[0]), abs(by.hull[1]))
    return Scalar(known=known, value=rest, hull=(-most, most))


def _size(value: Any) -> Any:
    return z3.If(value >= 0, value, -value)


def root(world: SubjectWorld, values: Sequence[Scalar]) -> Scalar:
    (value,) = values
    known = conj((value.known, value.value >= 0))
    result = world.call("sqrt", (real(value.value),), z3.RealSort())
    away = number(HALF)
    above, below = result + away, result - away
    world.blocks.demand(
        implies(
            known,
            conj(
                (
                    result >= 0,
                    above * above >= value.value,
                    disj((below <= 0, below * below <= value.value)),
                )
            ),
        )
    )
    most = max(value.hull[1], Fraction(1))
    return Scalar(known=known, value=result, hull=(Fraction(0), most))


def power(world: SubjectWorld, values: Sequence[Scalar]) -> Scalar:
    """Squares and cubes are products; of other powers only little is known."""
    base, exponent = values
    count = _constant(exponent)
    if count == 1:
        return replace(base, known=known_all(values))
    if count == 2 and base.value is not None:
        corners = [end * end for end in base.hull]
        low = Fraction(0) if base.hull[0] <= 0 <= base.hull[1] else min(corners)
        known, exact = known_all(values), base.value * base.value
        hull = (low, max(corners))
        if (base.step * base.step / GRID).denominator == 1:
            return bounded(exact, known, hull, base.step * base.step)
        return _near(world, "power", values, exact, hull)

    return some_number(world, "power", values)


def some_number(world: SubjectWorld, name: str, values: Sequence[Any]) -> Scalar:
    """A number of which only is known that it hangs on its arguments; it may be
    UNKNOWN.
    """
    arguments = tuple(real(value.value) for value in values)
    result = world.call(name, arguments, z3.RealSort())
    perhaps = world.call(f"{name} is known", arguments, z3.BoolSort())
    return Scalar(known=conj((known_all(values), perhaps)), value=result)


def middle(world: SubjectWorld, values: Sequence[Scalar]) -> Scalar:
    """The median lies between the known numbers."""
    result = z3.FreshReal("median")
    known = disj(value.known for value in values)
    above = disj(conj((v.known, result >= v.value)) for v in values)
    below = disj(conj((v.known, result <= v.value)) for v in values)
    world.blocks.demand(implies(known, conj((above, below))))
    hull = around(*(value.hull for value in values))
    return Scalar(known=known, value=result, hull=hull)


def not_zero(value: Scalar) -> Bool:
    return neg(value.value == number(0))
