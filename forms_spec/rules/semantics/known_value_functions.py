"""How the checker builds the functions of the values that are known, from plain
operators.

Nothing is known when no value is: then they are UNKNOWN, all but the count, which is 0.
``min_known`` and
``max_known`` put the first known value in the place of each one that is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from forms_spec.rule_syntax.limits import SCALE
from forms_spec.rules.semantics.resolved import Apply, Constant, Core
from forms_spec.rules.semantics.types import Type

ZERO = Constant(type=Type.NUMBER, value=0)
ONE = Constant(type=Type.NUMBER, value=SCALE)
EMPTY = Constant(type=Type.TEXT, value="")


def _number(operator: str, *arguments: Core) -> Core:
    return Apply(type=Type.NUMBER, operator=operator, arguments=arguments)


def _known(value: Core) -> Core:
    return Apply(type=Type.CONDITION, operator="known", arguments=(value,))


def _any_known(values: Sequence[Core]) -> Core:
    if len(values) == 1:
        return _known(values[0])

    return Apply(
        type=Type.CONDITION,
        operator="or",
        arguments=tuple(map(_known, values)),
    )


def _case(type_: Type, when: Core, then: Core, otherwise: Core) -> Core:
    return Apply(type=type_, operator="case", arguments=(when, then, otherwise))


def _where_any(values: Sequence[Core], core: Core) -> Core:
    """The value, UNKNOWN where nothing is known."""
    unknown = Constant(type=core.type, value=None)
    return _case(core.type, _any_known(values), core, unknown)


def _total(values: Sequence[Core]) -> Core:
    terms = [_number("coalesce", value, ZERO) for value in values]
    return _number("add", *terms)


def count(values: Sequence[Core]) -> Core:
    """How many values are known: 0 when none is."""
    ones = [_case(Type.NUMBER, _known(value), ONE, ZERO) for value in values]
    return _number("add", *ones)


def total(values: Sequence[Core]) -> Core:
    return _where_any(values, _total(values))


def mean(values: Sequence[Core]) -> Core:
    return _where_any(values, _number("div", _total(values), count(values)))


def median(values: Sequence[Core]) -> Core:
    return _number("median", *values)


def deviation(values: Sequence[Core]) -> Core:
    """The root of the squared distances from the mean, divided by one less than their
    number.
    """
    middle = mean(values)
    distances = [_number("add", value, _number("neg", middle)) for value in values]
    squares = [_number("mul", distance, distance) for distance in distances]
    fewer = _number("add", count(values), Constant(type=Type.NUMBER, value=-SCALE))
    return _where_any(values, _number("sqrt", _number("div", _total(squares), fewer)))


def extreme(operator: str) -> Callable[[Sequence[Core]], Core]:
    def build(values: Sequence[Core]) -> Core:
        if len(values) == 1:
            return values[0]

        first = _number("coalesce", *values)
        known = [_number("coalesce", value, first) for value in values]
        return _number(operator, *known)

    return build


def joined(values: Sequence[Core]) -> Core:
    """The known texts one after the other."""
    texts = tuple(
        Apply(type=Type.TEXT, operator="coalesce", arguments=(value, EMPTY))
        for value in values
    )
    return _where_any(values, Apply(type=Type.TEXT, operator="concat", arguments=texts))


def parted(values: Sequence[Core]) -> Core:
    """The known texts with the first value between them."""
    between, *texts = values
    parts: list[Core] = []

    for index, text in enumerate(texts):
        # Nothing stands before the first text that is known.
        before: Core = EMPTY
        if index:
            before = _case(Type.TEXT, _any_known(texts[:index]), between, EMPTY)

        part = Apply(type=Type.TEXT, operator="concat", arguments=(before, text))
        parts.append(_case(Type.TEXT, _known(text), part, EMPTY))

    whole = Apply(type=Type.TEXT, operator="concat", arguments=tuple(parts))
    return _where_any(texts, whole)


KNOWN: Mapping[str, Callable[[Sequence[Core]], Core]] = MappingProxyType(
    {
        "sum_known": total,
        "mean_known": mean,
        "median_known": median,
        "stdev_known": deviation,
        "min_known": extreme("least"),
        "max_known": extreme("greatest"),
        "concat_known": joined,
        "join_known": parted,
    }
)
