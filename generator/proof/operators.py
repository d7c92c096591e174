"""Each operator as terms of the solver: exact, or free in the direction in which a
"never" stays right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from forms_spec.rules.semantics.resolved import Apply
from generator.heavy_libraries import z3
from generator.proof import arithmetic, spans, texts
from generator.proof.arithmetic import known_all
from generator.proof.logic import (
    Bool,
    ThreeValued,
    all_true,
    any_true,
    conj,
    disj,
    inverse,
    neg,
    same,
    whole,
)
from generator.proof.values import (
    Interval,
    Members,
    Scalar,
    Term,
    either,
    equal,
    real,
    unknown,
    where,
)
from generator.proof.world import SubjectWorld

Operation = Callable[[SubjectWorld, Apply, Sequence[Any]], Term]


def _plain(function: Callable[[SubjectWorld, Sequence[Any]], Term]) -> Operation:
    """An operation that needs its arguments alone."""
    return lambda world, _node, values: function(world, values)


def _equal(_world: SubjectWorld, values: Sequence[Any]) -> ThreeValued:
    known = known_all(values)
    same = equal(*values)
    return ThreeValued(conj((known, same)), conj((known, neg(same))))


def _order(strict: bool) -> Operation:
    def compare(world: SubjectWorld, node: Apply, values: Sequence[Any]) -> ThreeValued:
        if texts.ordered(node.arguments[0].type):
            result: ThreeValued = texts.text_test("lt" if strict else "le")(
                world, values
            )
            return result

        left, right = values
        known = known_all(values)
        if strict:
            holds, fails = left.value < right.value, left.value >= right.value
        else:
            holds, fails = left.value <= right.value, left.value > right.value
        return ThreeValued(conj((known, holds)), conj((known, fails)))

    return compare


def _among(_world: SubjectWorld, values: Sequence[Any]) -> ThreeValued:
    """``x in (..)``: FALSE only where it differs from all."""
    first, *items = values
    same = [conj((item.known, equal(first, item))) for item in items]
    apart = [conj((item.known, neg(equal(first, item)))) for item in items]
    return ThreeValued(
        conj((first.known, disj(same))), conj((first.known, conj(apart)))
    )


def _case(_world: SubjectWorld, values: Sequence[Any]) -> Term:
    """The first branch whose condition is TRUE; an UNKNOWN one ends the search."""
    *branches, result = values
    pairs = list(zip(branches[::2], branches[1::2], strict=True))
    for condition, value in reversed(pairs):
        result = where(condition.known, either(condition.yes, value, result))

    term: Term = result
    return term


def _coalesce(_world: SubjectWorld, values: Sequence[Any]) -> Term:
    *firsts, result = values
    for value in reversed(firsts):
        result = either(value.known, value, result)

    term: Term = result
    return term


def _known(_world: SubjectWorld, values: Sequence[Any]) -> ThreeValued:
    known = values[0].known
    return ThreeValued(known, neg(known))


def _today(world: SubjectWorld, _values: Sequence[Any]) -> Interval:
    return world.today()


def _subset(_world: SubjectWorld, values: Sequence[Members]) -> ThreeValued:
    left, right = values
    holds = conj(disj((neg(has), right.has(code))) for code, has in left.codes.items())
    return _surely(values, holds)


def _overlaps(_world: SubjectWorld, values: Sequence[Members]) -> ThreeValued:
    left, right = values
    holds = disj(conj((has, right.has(code))) for code, has in left.codes.items())
    return _surely(values, holds)


def _member(world: SubjectWorld, values: Sequence[Any]) -> ThreeValued:
    code, members = values
    holds = disj(
        conj((same(code.value, whole(world.text(name))), has))
        for name, has in members.codes.items()
    )
    return _surely(values, holds)


def _surely(values: Sequence[Any], holds: Bool) -> ThreeValued:
    known = known_all(values)
    return ThreeValued(conj((known, holds)), conj((known, neg(holds))))


def _limit_of(world: SubjectWorld, values: Sequence[Interval]) -> Scalar:
    """The number beside a comparator; only of an exact one it is sure."""
    (value,) = values
    arguments = (real(value.low), real(value.high))
    other = world.call("limit_of", arguments, z3.RealSort())
    perhaps = world.call("limit_of is known", arguments, z3.BoolSort())
    known = conj((value.known, disj((value.single, perhaps))))
    single = value.single
    number = value.low if single is True else z3.If(single, value.low, other)
    return Scalar(known=known, value=number)


def _comparator_of(world: SubjectWorld, values: Sequence[Interval]) -> Scalar:
    (value,) = values
    arguments = (real(value.low), real(value.high))
    other = world.call("comparator_of", arguments, z3.IntSort())
    perhaps = world.call("limit_of is known", arguments, z3.BoolSort())
    equals = whole(world.text("="))
    single = value.single
    sign = equals if single is True else z3.If(single, equals, other)
    known = conj((value.known, disj((single, perhaps))))
    return Scalar(known=known, value=sign)


def _duration_minus(_world: SubjectWorld, values: Sequence[Any]) -> Interval:
    """Seconds by which a duration is longer; a month has 28 to 31 days."""
    first, second = values
    months = first.months - second.months
    rest = first.seconds - second.seconds
    low, high = z3.FreshInt("shortest"), z3.FreshInt("longest")
    _world.blocks.demand(
        conj(
            (
                low <= high,
                disj((months != 0, conj((low == rest, high == rest)))),
                disj((months < 0, low >= months * 28 * 86_400 + rest)),
                disj((months < 0, high <= months * 31 * 86_400 + rest)),
                disj((months > 0, low >= months * 31 * 86_400 + rest)),
                disj((months > 0, high <= months * 28 * 86_400 + rest)),
            )
        )
    )
    hull = (Fraction(-(10**12)), Fraction(10**12))
    return Interval(known=known_all(values), low=low, high=high, hull=hull)


def _some_number(name: str) -> Operation:
    return lambda world, _node, values: arithmetic.some_number(world, name, values)


def _lookup_elsewhere(
    _world: SubjectWorld, node: Apply, _values: Sequence[Any]
) -> Term:
    """The encoder reads tables itself."""
    return unknown(node.type)


OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "and": _plain(lambda _world, values: all_true(values)),
        "or": _plain(lambda _world, values: any_true(values)),
        "not": _plain(lambda _world, values: inverse(values[0])),
        "eq": _plain(_equal),
        "lt": _order(strict=True),
        "le": _order(strict=False),
        "span_eq": _plain(spans.span_equal),
        "span_lt": _plain(spans.span_less),
        "span_le": _plain(spans.span_less_equal),
        "in": _plain(_among),
        "add": _plain(arithmetic.add),
        "neg": _plain(arithmetic.negative),
        "mul": _plain(arithmetic.multiply),
        "div": _plain(arithmetic.divide),
        "abs": _plain(arithmetic.size),
        "round": _plain(arithmetic.round_number),
        "least": _plain(arithmetic.least),
        "greatest": _plain(arithmetic.greatest),
        "point": _plain(spans.point),
        "settle": _plain(spans.settle),
        "span_add": _plain(spans.span_add),
        "limit_of": _plain(_limit_of),
        "comparator_of": _plain(_comparator_of),
        "span_neg": _plain(spans.span_negative),
        "span_least": _plain(spans.span_least),
        "span_greatest": _plain(spans.span_greatest),
        "case": _plain(_case),
        "coalesce": _plain(_coalesce),
        "known": _plain(_known),
        "length": _plain(texts.length),
        "concat": _plain(texts.concat),
        "today": _plain(_today),
        "add_days": _plain(spans.add_days),
        "add_months": _plain(spans.add_months),
        "days_between": _plain(spans.days_between),
        "months_between": _plain(spans.months_between),
        "age_years": _plain(spans.age_years),
        "minutes_between": _plain(spans.minutes_between),
        "date_of": _plain(spans.date_of),
        "time_of": _plain(spans.time_of),
        "subset": _plain(_subset),
        "overlaps": _plain(_overlaps),
        "member": _plain(_member),
        "sqrt": _plain(arithmetic.root),
        "mod": _plain(arithmetic.remainder),
        "ln": _some_number("ln"),
        "log": _some_number("log"),
        "exp": _some_number("exp"),
        "power": _plain(arithmetic.power),
        "median": _plain(arithmetic.middle),
        "upper": _plain(texts.text_function("upper", always=True)),
        "lower": _plain(texts.text_function("lower", always=True)),
        "trim": _plain(texts.text_function("trim", always=False)),
        "mid": _plain(texts.text_function("mid", always=False)),
        "left": _plain(texts.text_function("left", always=False)),
        "right": _plain(texts.text_function("right", always=False)),
        "find": _plain(texts.find),
        "replace": _plain(texts.text_function("replace", always=False)),
        "contains": _plain(texts.text_test("contains")),
        "starts_with": _plain(texts.text_test("starts_with")),
        "ends_with": _plain(texts.text_test("ends_with")),
        "number_in": _plain(texts.number_in),
        "number_text": _plain(texts.text_function("number_text", always=True)),
        "date_text": _plain(texts.text_function("date_text", always=False)),
        "time_text": _plain(texts.text_function("time_text", always=True)),
        "moment_text": _plain(texts.text_function("moment_text", always=True)),
        "year": _plain(spans.year),
        "month": _plain(spans.month),
        "day_of_month": _plain(spans.day_of_month),
        "day_of_week": _plain(spans.day_of_week),
        "duration_minus": _plain(_duration_minus),
        "seconds_between": _plain(spans.seconds_between),
        "datetime_of": _plain(spans.datetime_of),
    }
)
