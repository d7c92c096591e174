"""How the checker builds each function from operators."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from forms_spec.findings.suggestions import did_you_mean
from forms_spec.model.codes import Codelist
from forms_spec.model.study import Parameter
from forms_spec.model.values import Duration
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rule_syntax.limits import FRACTION_DIGITS, SCALE
from forms_spec.rules.semantics import comparisons
from forms_spec.rules.semantics.calendar import date_interval
from forms_spec.rules.semantics.functions import FUNCTIONS, PLAIN, Function
from forms_spec.rules.semantics.known_value_functions import KNOWN
from forms_spec.rules.semantics.numbers import number_in, scaled
from forms_spec.rules.semantics.reference_ranges import reference
from forms_spec.rules.semantics.resolve_context import ResolveContext
from forms_spec.rules.semantics.resolved import Apply, Constant, Core, Read, Remote
from forms_spec.rules.semantics.types import Type
from forms_spec.rules.semantics.unit_conversion import converted

Arguments = Sequence[Core]


def parameter(value: Parameter) -> Constant:
    """A study parameter as the constant that it is."""
    if value.kind == "date":
        return Constant(type=Type.DATE, value=date_interval(value.value))
    if value.kind in ("integer", "decimal"):
        return Constant(type=Type.NUMBER, value=scaled(value.value))
    return Constant(type=Type.TEXT, value=value.value)


def call(context: ResolveContext, node: syntax_tree.Call) -> Core:
    """A function's meaning; its arguments are checked against its signature."""
    function = FUNCTIONS.get(node.function)
    if function is None:
        near = did_you_mean(
            node.function, [*FUNCTIONS, *context.study.derivations, *_FOLD_NAMES]
        )
        return context.fault(
            "rule-unknown-function", node, name=node.function, near=near
        )

    given = len(node.arguments)
    if given < len(function.takes) or (
        given > len(function.takes) and not function.more
    ):
        return context.fault(
            "rule-argument-count", node, name=function.name, says=function.says
        )

    return _BUILDERS[function.name](context, node, function)


def _typed(
    context: ResolveContext, node: syntax_tree.Call, function: Function
) -> list[Core] | None:
    """The arguments in the types that the function takes, None after a finding."""
    results = []
    for index, argument in enumerate(node.arguments):
        takes = function.takes[min(index, len(function.takes) - 1)]
        results.append(context.want(context.core(argument), argument, *takes))

    return None if any(item.type is Type.ANY for item in results) else results


def _wrong() -> Core:
    return Constant(type=Type.ANY, value=None)


def _plain(context: ResolveContext, node: syntax_tree.Call, function: Function) -> Core:
    """The operator bears the function's name."""
    arguments = _typed(context, node, function)
    if arguments is None:
        return _wrong()
    return Apply(
        type=function.gives, operator=function.name, arguments=tuple(arguments)
    )


def _round(context: ResolveContext, node: syntax_tree.Call, function: Function) -> Core:
    arguments = _typed(context, node, function)
    if arguments is None:
        return _wrong()
    places = arguments[1]
    allowed = [n * SCALE for n in range(FRACTION_DIGITS + 1)]
    if not isinstance(places, Constant) or places.value not in allowed:
        return context.fault(
            "rule-places",
            node.arguments[1],
            name=context.said(node.arguments[1]),
            most=str(FRACTION_DIGITS),
        )

    return Apply(type=Type.NUMBER, operator="round", arguments=tuple(arguments))


def _rounded_away(
    context: ResolveContext, node: syntax_tree.Call, function: Function
) -> Core:
    """The rounded number, moved by one step where it lies on the wrong side."""
    rounded = _round(context, node, function)
    if not isinstance(rounded, Apply):
        return rounded
    number, places = rounded.arguments
    assert isinstance(places, Constant)
    assert isinstance(places.value, int)
    size = 10 ** (FRACTION_DIGITS - places.value // SCALE)
    down = function.name == "round_down"
    step = Constant(type=Type.NUMBER, value=-size if down else size)
    beyond = context.apply(
        Type.CONDITION, "lt", *((number, rounded) if down else (rounded, number))
    )
    moved = context.apply(Type.NUMBER, "add", rounded, step)

    return context.apply(Type.NUMBER, "case", beyond, moved, rounded)


def _of_known(
    context: ResolveContext, node: syntax_tree.Call, function: Function
) -> Core:
    arguments = _typed(context, node, function)
    return _wrong() if arguments is None else KNOWN[function.name](arguments)


_TEXTS = {
    Type.NUMBER: "number_text",
    Type.DATE: "date_text",
    Type.TIME: "time_text",
    Type.DATETIME: "moment_text",
}


def _text_of(
    context: ResolveContext, node: syntax_tree.Call, function: Function
) -> Core:
    """A value as it is written in a cell; texts and codes stay what they are."""
    arguments = _typed(context, node, function)
    if arguments is None:
        return _wrong()
    value = context.want(
        arguments[0], node, Type.NUMBER, *_TEXTS, Type.TEXT, Type.CHOICE
    )

    return Apply(
        type=Type.TEXT, operator=_TEXTS.get(value.type, "concat"), arguments=(value,)
    )


def _entered(
    context: ResolveContext, node: syntax_tree.Call, _function: Function
) -> Core:
    """A field as it was typed, whether it is shown or hidden; what is calculated is not
    typed.
    """
    cell = context.core(node.arguments[0])
    if cell.type is Type.ANY:
        return _wrong()
    if not isinstance(cell, Read | Remote):
        return context.fault(
            "rule-not-a-field", node.arguments[0], name=context.said(node.arguments[0])
        )

    return cell if cell.field.value is not None else replace(cell, entered=True)


def _day(context: ResolveContext, node: syntax_tree.Call, function: Function) -> Core:
    arguments = _typed(context, node, function)
    if arguments is None:
        return _wrong()
    return Apply(type=Type.NUMBER, operator="day_of_month", arguments=tuple(arguments))


def _extreme(
    context: ResolveContext, node: syntax_tree.Call, function: Function
) -> Core:
    """``min(a, b, ...)``, ``max(a, b, ...)``"""
    arguments = comparisons.alike(context, node.arguments)
    arguments = [
        context.want(argument, where, *function.takes[0])
        for argument, where in zip(arguments, node.arguments, strict=True)
    ]
    if any(argument.type is Type.ANY for argument in arguments):
        return _wrong()
    prefix = "span_" if arguments[0].type in (Type.DATE, Type.SPREAD) else ""
    operator = prefix + {"min": "least", "max": "greatest"}[function.name]

    return Apply(type=arguments[0].type, operator=operator, arguments=tuple(arguments))


def _coalesce(
    context: ResolveContext, node: syntax_tree.Call, _function: Function
) -> Core:
    arguments = comparisons.alike(context, node.arguments)
    if any(argument.type is Type.ANY for argument in arguments):
        return _wrong()
    return Apply(
        type=arguments[0].type,
        codelist=comparisons.shared(arguments),
        operator="coalesce",
        arguments=tuple(arguments),
    )


def _minutes(
    context: ResolveContext, node: syntax_tree.Call, function: Function
) -> Core:
    arguments = _typed(context, node, function)
    if arguments is None:
        return _wrong()
    if arguments[0].type is not arguments[1].type:
        return context.fault(
            "rule-compare-types",
            node,
            left=arguments[0].type.value,
            right=arguments[1].type.value,
            near="",
        )

    return Apply(type=Type.NUMBER, operator=function.name, arguments=tuple(arguments))


def _seconds_of(
    context: ResolveContext, node: syntax_tree.Call, function: Function
) -> Core:
    """How much longer a duration is than none."""
    arguments = _typed(context, node, function)
    if arguments is None:
        return _wrong()
    nothing = Constant(type=Type.DURATION, value=Duration(0, 0))
    return context.apply(Type.SPREAD, "duration_minus", arguments[0], nothing)


def _since(context: ResolveContext, node: syntax_tree.Call, function: Function) -> Core:
    """``since(d, anchor, span)`` is ``d > anchor - span``; ``within`` adds ``d <=
    anchor``.
    """
    day, anchor = (
        context.want(context.core(argument), argument, Type.DATE)
        for argument in node.arguments[:2]
    )
    span = node.arguments[2]
    if not isinstance(span, syntax_tree.Duration):
        return context.fault(
            "rule-needs-duration", span, name=context.said(span), says=function.says
        )

    start = comparisons.shifted(context, anchor, span, backwards=True)
    if Type.ANY in (day.type, anchor.type):
        return _wrong()
    after = context.apply(Type.CONDITION, "span_lt", start, day)
    if function.name == "since":
        return after
    before = context.apply(Type.CONDITION, "span_le", day, anchor)

    return context.apply(Type.CONDITION, "and", after, before)


def _number_of(
    context: ResolveContext, node: syntax_tree.Call, function: Function
) -> Core:
    arguments = _typed(context, node, function)
    if arguments is None:
        return _wrong()
    if arguments[0].type is Type.TEXT:
        return Apply(type=Type.NUMBER, operator="number_in", arguments=tuple(arguments))
    codelist = arguments[0].codelist
    numbers = code_numbers(codelist) if codelist is not None else {}
    if not numbers:
        return context.fault(
            "rule-no-numbers",
            node,
            name=codelist.name if codelist else context.said(node.arguments[0]),
        )

    table = Constant(type=Type.ANY, value=MappingProxyType(numbers))

    return Apply(type=Type.NUMBER, operator="lookup", arguments=(arguments[0], table))


def code_numbers(codelist: Codelist) -> dict[str, int]:
    """What each code counts for: its ``number``, else the code itself where that is a
    number.
    """
    results = {}
    for code in codelist.codes:
        number = scaled(code.number) if code.number is not None else None
        if code.number is None:
            number = number_in(code.code)
        if number is not None:
            results[code.code] = number

    return results


def _part_of_limit(
    context: ResolveContext, node: syntax_tree.Call, function: Function
) -> Core:
    """``limit_of(crp)``, ``comparator_of(crp)``: of a field that takes comparators."""
    cell = context.core(node.arguments[0])
    if cell.type is Type.ANY:
        return _wrong()
    if not isinstance(cell, Read | Remote) or not cell.field.comparators:
        return context.fault(
            "rule-no-comparator",
            node.arguments[0],
            name=context.said(node.arguments[0]),
        )

    return context.apply(function.gives, function.name, cell)


def _in_unit(
    context: ResolveContext, node: syntax_tree.Call, function: Function
) -> Core:
    """``in_unit(weight, 'kg')`` and ``weight in 'kg'``"""
    with context.in_any_unit():
        cell = context.core(node.arguments[0])
    wanted = node.arguments[1]
    if cell.type is Type.ANY:
        return _wrong()
    if not isinstance(cell, Read | Remote):
        return context.fault(
            "rule-not-a-field", node.arguments[0], name=context.said(node.arguments[0])
        )

    if not isinstance(wanted, syntax_tree.Literal) or wanted.kind != "text":
        return context.fault(
            "rule-argument-count", node, name=function.name, says=function.says
        )

    return converted(context, node, cell, wanted)


_FOLD_NAMES = ("any", "every", "count", "sum", "min", "max")
_BUILDERS: Mapping[
    str, Callable[[ResolveContext, syntax_tree.Call, Function], Core]
] = MappingProxyType(
    {
        "round": _round,
        "abs": _plain,
        "min": _extreme,
        "max": _extreme,
        "coalesce": _coalesce,
        "length": _plain,
        "concat": _plain,
        "age_years": _plain,
        "add_days": _plain,
        "add_months": _plain,
        "days_between": _plain,
        "months_between": _plain,
        "minutes_between": _minutes,
        "date_of": _plain,
        "time_of": _plain,
        "within": _since,
        "since": _since,
        "number_of": _number_of,
        "in_unit": _in_unit,
        "limit_of": _part_of_limit,
        "comparator_of": _part_of_limit,
        **dict.fromkeys(PLAIN, _plain),
        "entered": _entered,
        **dict.fromkeys(KNOWN, _of_known),
        "round_up": _rounded_away,
        "round_down": _rounded_away,
        "text_of": _text_of,
        "day": _day,
        "seconds_between": _minutes,
        "seconds_of": _seconds_of,
        "reference_low": reference,
        "reference_high": reference,
        "in_reference": reference,
    }
)
if _BUILDERS.keys() != FUNCTIONS.keys():
    raise TypeError(
        f"functions and their builders differ: {_BUILDERS.keys() ^ FUNCTIONS.keys()}"
    )
