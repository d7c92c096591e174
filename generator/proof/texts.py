"""Texts are numbers under which they are noted; of a function of texts is known that
equal texts give equal results, and how long they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from forms_spec.rules.runtime.operators import STRICT
from forms_spec.rules.semantics.types import Type
from generator.heavy_libraries import z3
from generator.proof.arithmetic import known_all
from generator.proof.logic import Bool, ThreeValued, conj, implies, neg
from generator.proof.values import Interval, Scalar, real
from generator.proof.world import SubjectWorld

LONGEST = Fraction(10**9)


def constant_text(world: SubjectWorld, value: Scalar) -> str | None:
    """The text that a value always is; None where it may be several."""
    if not z3.is_int_value(value.value):
        return None

    noted = value.value.as_long()
    for word, number in world.texts.items():
        if number == noted:
            return word

    return None


def length_of(world: SubjectWorld, value: Scalar) -> Any:
    """The characters of a text."""
    length = world.call("length", (value.value,), z3.IntSort())
    word = constant_text(world, value)
    world.blocks.demand(length == len(word) if word is not None else length >= 0)
    return length


def length(world: SubjectWorld, values: Sequence[Scalar]) -> Scalar:
    (value,) = values
    return Scalar(
        known=value.known,
        value=length_of(world, value),
        hull=(Fraction(0), LONGEST),
        step=Fraction(1),
    )


def concat(world: SubjectWorld, values: Sequence[Scalar]) -> Scalar:
    if len(values) == 1:
        return values[0]

    result = _text(world, "concat", values)
    lengths = [length_of(world, value) for value in values]
    whole = world.call("length", (result,), z3.IntSort())
    world.blocks.demand(implies(known_all(values), whole == z3.Sum(lengths)))
    return Scalar(known=known_all(values), value=result)


def _arguments(values: Sequence[Any]) -> tuple[Any, ...]:
    """The values as arguments of a function; numbers are real."""
    parts: list[Any] = []
    for value in values:
        if isinstance(value, Interval):
            parts += [value.low, value.high]
        else:
            parts.append(value.value)

    return tuple(real(part) if z3.is_arith(part) else part for part in parts)


def _text(world: SubjectWorld, name: str, values: Sequence[Any]) -> Any:
    return world.call(name, _arguments(values), z3.IntSort())


def text_function(name: str, *, always: bool) -> Callable[..., Scalar]:
    """A function that gives a text; ``always``: where its arguments are known."""

    def apply(world: SubjectWorld, values: Sequence[Any]) -> Scalar:
        known = known_all(values)
        if not always:
            arguments = _arguments(values)
            perhaps = world.call(f"{name} is known", arguments, z3.BoolSort())
            known = conj((known, perhaps))

        return Scalar(known=known, value=_text(world, name, values))

    return apply


def text_test(name: str) -> Callable[..., ThreeValued]:
    """A condition about two texts."""

    def apply(world: SubjectWorld, values: Sequence[Scalar]) -> ThreeValued:
        words = [constant_text(world, value) for value in values]
        known = known_all(values)
        holds: Bool
        if None in words:
            holds = world.call(name, _arguments(values), z3.BoolSort())
            world.blocks.demand(_needs_room(world, name, values, holds))
        else:
            holds = bool(STRICT[name](*words))

        return ThreeValued(conj((known, holds)), conj((known, neg(holds))))

    return apply


def _needs_room(
    world: SubjectWorld, name: str, values: Sequence[Scalar], holds: Bool
) -> Bool:
    """A text holds another only if it is not shorter."""
    if name not in ("contains", "starts_with", "ends_with"):
        return True

    whole, part = (length_of(world, value) for value in values)
    return implies(holds, whole >= part)


def find(world: SubjectWorld, values: Sequence[Scalar]) -> Scalar:
    place = world.call("find", _arguments(values), z3.IntSort())
    world.blocks.demand(place >= 0)
    hull = (Fraction(0), LONGEST)
    return Scalar(known=known_all(values), value=place, hull=hull, step=Fraction(1))


def number_in(world: SubjectWorld, values: Sequence[Scalar]) -> Scalar:
    """The number that a text says; known of texts that are constants."""
    arguments = _arguments(values)
    result = world.call("number_in", arguments, z3.RealSort())
    perhaps = world.call("number_in is known", arguments, z3.BoolSort())
    return Scalar(known=conj((known_all(values), perhaps)), value=result)


def ordered(type_: Type) -> bool:
    """Whether values of a type are compared by code point, which is left open."""
    return type_ in (Type.TEXT, Type.CHOICE, Type.FILE)
