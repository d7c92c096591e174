"""Constants of the rule language as terms of the solver."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from forms_spec.rule_syntax.limits import SCALE
from forms_spec.rules.semantics.resolved import Constant, Lookup
from forms_spec.rules.semantics.types import Type
from generator.heavy_libraries import z3
from generator.proof.logic import ThreeValued, conj, whole
from generator.proof.values import (
    BOUND,
    DurationTerms,
    Interval,
    Members,
    Scalar,
    Term,
    number,
    unknown,
)
from generator.proof.world import SubjectWorld


def constant_term(world: SubjectWorld, node: Constant) -> Term:
    """The constant as a term; UNKNOWN has a type too."""
    value: Any = node.value
    if value is None or isinstance(value, Mapping):
        return unknown(node.type)
    if isinstance(value, bool):
        return ThreeValued(value, not value)
    if isinstance(value, str):
        word = world.word(value)
        if node.type is Type.TEXT:
            # Codes have no length that anybody asks for.
            length = world.call("length", (word.value,), z3.IntSort())
            world.blocks.demand(length == len(value))
        return word
    if isinstance(value, frozenset):
        return Members(known=True, codes=dict.fromkeys(sorted(value), True))
    if isinstance(value, tuple):
        return _constant_span(node.type, *value)
    if isinstance(value, int):
        return _constant_number(node.type, value)

    months, seconds = number(value.months), number(value.seconds)
    return DurationTerms(known=True, months=months, seconds=seconds)


def _constant_span(type_: Type, low: int, high: int) -> Interval:
    scale = SCALE if type_ is Type.SPREAD else 1
    first, last = Fraction(low, scale), Fraction(high, scale)
    start = number(first)
    end = start if first == last else number(last)
    return Interval(known=True, low=start, high=end, hull=(first, last))


def _constant_number(type_: Type, value: int) -> Scalar:
    if type_ is not Type.NUMBER:
        return Scalar(known=True, value=whole(value))

    exact = Fraction(value, SCALE)
    step = Fraction(1)
    while value and (exact / step).denominator != 1:
        step /= 10
    return Scalar(
        known=True,
        value=number(exact),
        hull=(exact, exact),
        step=step if value else BOUND,
    )


def lookup_term(world: SubjectWorld, code: Scalar, table: Lookup) -> Scalar:
    """The number of a code; UNKNOWN for a code without one."""
    numbers = {name: Fraction(value, SCALE) for name, value in table.items()}
    known = conj((code.known, world.among(code.value, numbers)))
    value = number(0)
    for name, stands_for in numbers.items():
        is_it = code.value == world.text(name)
        value = z3.If(is_it, number(stands_for), value)

    hull = (
        min(numbers.values(), default=Fraction(0)),
        max(numbers.values(), default=Fraction(0)),
    )
    return Scalar(known=known, value=value, hull=hull)
