"""Conditions for the solver, folded where they are known already.

A ``Bool`` is a Python ``bool`` or a Boolean term of z3. Building terms is most of the
work, so that what is known is never built.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from generator.heavy_libraries import z3

Bool: TypeAlias = Any
Number: TypeAlias = Any
"""A whole or a real number of z3."""


def conj(parts: Iterable[Bool]) -> Bool:
    """All of them."""
    kept = []
    for part in parts:
        if part is False:
            return False
        if part is not True:
            kept.append(part)

    if not kept:
        return True

    return kept[0] if len(kept) == 1 else _joined("Z3_mk_and", kept)


def disj(parts: Iterable[Bool]) -> Bool:
    """One of them."""
    kept = []
    for part in parts:
        if part is True:
            return True
        if part is not False:
            kept.append(part)

    if not kept:
        return False

    return kept[0] if len(kept) == 1 else _joined("Z3_mk_or", kept)


def _joined(make: str, parts: list[Any]) -> Any:
    """All parts as one term."""
    terms = (z3.Ast * len(parts))(*[part.ast for part in parts])
    context = z3.main_ctx().ctx
    return _condition(_raw(make)(context, len(parts), terms))


def neg(part: Bool) -> Bool:
    if isinstance(part, bool):
        return not part

    return _condition(_raw("Z3_mk_not")(z3.main_ctx().ctx, part.ast))


def same(left: Number, right: Number) -> Bool:
    """Whether two numbers are equal."""
    context, sort = z3.main_ctx().ctx, _raw("Z3_get_sort")
    first, other = left.ast, right.ast
    # Only numbers of one sort can be compared without a conversion.
    if sort(context, first).value != sort(context, other).value:
        return left == right

    return _condition(_raw("Z3_mk_eq")(context, first, other))


@cache
def whole(value: int) -> Number:
    """A constant of the solver."""
    return z3.IntVal(value)


@cache
def _raw(name: str) -> Any:
    """A function of the solver itself. Its Python layer looks at the sorts of all parts
    of a term, and for errors after each call, which takes longer than everything else.
    """
    return getattr(z3, name).__defaults__[0].f


def _condition(ast: Any) -> Any:
    """A new term of the solver in the hands of its Python layer, which lets go of it."""
    context = z3.main_ctx()
    _raw("Z3_inc_ref")(context.ctx, ast)
    condition = z3.BoolRef.__new__(z3.BoolRef)
    condition.ast, condition.ctx = ast, context
    return condition


def implies(when: Bool, then: Bool) -> Bool:
    return disj((neg(when), then))


def same_truth(left: Bool, right: Bool) -> Bool:
    if isinstance(left, bool):
        return right if left else neg(right)
    if isinstance(right, bool):
        return left if right else neg(left)

    return left == right


def choose(condition: Bool, first: Bool, other: Bool) -> Bool:
    """``first`` where the condition holds, else ``other``; both conditions."""
    if isinstance(condition, bool):
        return first if condition else other

    return conj((implies(condition, first), disj((condition, other))))


def pick(condition: Bool, first: Number, other: Number) -> Number:
    """The same of two numbers."""
    if isinstance(condition, bool):
        return first if condition else other
    if first is other:
        return first

    return z3.If(condition, first, other)


def term(part: Bool) -> Any:
    """The condition as a term of z3, which it may be already."""
    return z3.BoolVal(part) if isinstance(part, bool) else part


@dataclass(frozen=True, slots=True)
class ThreeValued:
    """A condition of three values: where it is TRUE and where it is FALSE.

    Never both at once; where it is neither it is UNKNOWN.
    """

    yes: Bool
    no: Bool

    @property
    def known(self) -> Bool:
        return disj((self.yes, self.no))


TRUE, FALSE, UNKNOWN = (
    ThreeValued(True, False),
    ThreeValued(False, True),
    ThreeValued(False, False),
)


def all_true(parts: Iterable[ThreeValued]) -> ThreeValued:
    parts = tuple(parts)
    return ThreeValued(
        conj(part.yes for part in parts), disj(part.no for part in parts)
    )


def any_true(parts: Iterable[ThreeValued]) -> ThreeValued:
    parts = tuple(parts)
    return ThreeValued(
        disj(part.yes for part in parts), conj(part.no for part in parts)
    )


def inverse(part: ThreeValued) -> ThreeValued:
    return ThreeValued(part.no, part.yes)
