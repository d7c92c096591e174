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
from forms_spec.rule_syntax.syntax_tree import ROW_LOOKUPS
from forms_spec.rules.semantics import comparisons
from forms_spec.rules.semantics.begun_forms import begun
from forms_spec.rules.semantics.calendar import date_interval
from forms_spec.rules.semantics.functions import FUNCTIONS, PLAIN, Function
from forms_spec.rules.semantics.known_value_functions import KNOWN, count
from forms_spec.rules.semantics.numbers import number_in, scaled
from forms_spec.rules.semantics.reference_ranges import reference
from forms_spec.rules.semantics.resolve_context import WRONG, ResolveContext
from forms_spec.rules.semantics.resolved import Apply, Constant, Core, Read, Remote
from forms_spec.rules.semantics.table_lookup import lookup
from forms_spec.rules.semantics.types import Type
from forms_spec.rules.semantics.unit_conversion import converted

Arguments = Sequence[Core]


def parameter(context: ResolveContext, of_study: Parameter) -> Core:
    """A study parameter as the constant that it is, or as that of the subject's site.

    Where the site of a subject is not known, neither is the value.
    """
    value = _constant(of_study.kind, of_study.value)
    if not of_study.sites:
        return value

    site = context.names.key("siteid", 0)
    branches: list[Core] = []
    for name, text in of_study.sites.items():
        is_there = Constant(type=Type.TEXT, value=name)
        branches.append(context.apply(Type.CONDITION, "eq", site, is_there))
        branches.append(_constant(of_study.kind, text))

    branches.append(context.apply(Type.CONDITION, "known", site))
    unknown = Constant(type=value.type, value=None)
    return context.apply(value.type, "case", *branches, value, unknown)


def _constant(kind: str, text: str) -> Constant:
    if kind == "date":
        return Constant(type=Type.DATE, value=date_interval(text))
    if kind in ("integer", "decimal"):
        return Constant(type=Type.NUMBER, value=scaled(text))

    return Constant(type=Type.TEXT, value=text)


def call(context: ResolveContext, node: syntax_tree.Call) -> Core:
    """A function's meaning; its arguments are checked against its signature."""
    function = FUNCTIONS.get(node.function)
    if function is None:
        known = [*FUNCTIONS, *context.study.derivations, *_FOLD_NAMES]
        near = did_you_mean(node.function, known)
        return context.fault(
            "rule-unknown-function", node, name=node.function, near=near
        )

    given, least = len(node.arguments), len(function.takes)
    if given < least or (given > least and not function.more):
        return context.fault(
            "rule-argument-count", node, name=function.name, says=function.says
        )

    if function.name in _BUILDERS:
        return _BUILDERS[function.name](context, node, function)

    arguments = _typed(context, node, function)
    if any(argument.type is Type.ANY for argument in arguments):
        return WRONG

    return _TYPED_BUILDERS[function.name](context, node, function, arguments)


def _typed(
    context: ResolveContext, node: syntax_tree.Call, function: Function
) -> list[Core]:
    """The arguments in the types that the function takes, ANY after a finding."""
    arguments: list[Core] = []
    for index, argument in enumerate(node.arguments):
        # The last type is that of all arguments which follow.
        takes = function.takes[min(index, len(function.takes) - 1)]
        arguments.append(context.want(context.core(argument), argument, *takes))

    return arguments


def _plain(
    context: ResolveContext,
    _node: syntax_tree.Call,
    function: Function,
    arguments: Arguments,
) -> Core:
    """The operator bears the function's name."""
    return context.apply(function.gives, function.name, *arguments)


def _round(
    context: ResolveContext,
    node: syntax_tree.Call,
    _function: Function,
    arguments: Arguments,
) -> Core:
    places = arguments[1]
    allowed = [digits * SCALE for digits in range(FRACTION_DIGITS + 1)]

    if not isinstance(places, Constant) or places.value not in allowed:
        return context.fault(
            "rule-places",
            node.arguments[1],
            name=context.source_text(node.arguments[1]),
            most=str(FRACTION_DIGITS),
        )

    return context.apply(Type.NUMBER, "round", *arguments)


def _rounded_away(
    context: ResolveContext,
    node: syntax_tree.Call,
    function: Function,
    arguments: Arguments,
) -> Core:
    """The rounded number, moved by one step where it lies on the wrong side."""
    rounded = _round(context, node, function, arguments)
    if not isinstance(rounded, Apply):
        return rounded

    number, places = rounded.arguments
    assert isinstance(places, Constant)
    assert isinstance(places.value, int)
    size = 10 ** (FRACTION_DIGITS - places.value // SCALE)

    if function.name == "round_down":
        step = -size
        is_beyond = context.apply(Type.CONDITION, "lt", number, rounded)
    else:
        step = size
        is_beyond = context.apply(Type.CONDITION, "lt", rounded, number)

    one_step = Constant(type=Type.NUMBER, value=step)
    moved = context.apply(Type.NUMBER, "add", rounded, one_step)
    return context.apply(Type.NUMBER, "case", is_beyond, moved, rounded)


def _of_known(
    _context: ResolveContext,
    _node: syntax_tree.Call,
    function: Function,
    arguments: Arguments,
) -> Core:
    return KNOWN[function.name](arguments)


_TEXTS = {
    Type.NUMBER: "number_text",
    Type.DATE: "date_text",
    Type.TIME: "time_text",
    Type.DATETIME: "moment_text",
}


def _text_of(
    context: ResolveContext,
    node: syntax_tree.Call,
    _function: Function,
    arguments: Arguments,
) -> Core:
    """A value as it is written in a cell; texts and codes stay what they are."""
    value = context.want(arguments[0], node, *_TEXTS, Type.TEXT, Type.CHOICE)
    operator = _TEXTS.get(value.type, "concat")
    return context.apply(Type.TEXT, operator, value)


def _entered(
    context: ResolveContext, node: syntax_tree.Call, _function: Function
) -> Core:
    """A field as it was typed, whether it is shown or hidden; what is calculated is not
    typed.
    """
    cell = context.core(node.arguments[0])
    if cell.type is Type.ANY:
        return WRONG

    if not isinstance(cell, Read | Remote):
        return context.fault(
            "rule-not-a-field",
            node.arguments[0],
            name=context.source_text(node.arguments[0]),
        )

    if cell.field.value is not None:
        return cell

    return replace(cell, entered=True)


def _day(
    context: ResolveContext,
    _node: syntax_tree.Call,
    _function: Function,
    arguments: Arguments,
) -> Core:
    return context.apply(Type.NUMBER, "day_of_month", *arguments)


def _extreme(
    context: ResolveContext, node: syntax_tree.Call, function: Function
) -> Core:
    """``min(a, b, ...)``, ``max(a, b, ...)``"""
    values = comparisons.alike(context, node.arguments)
    arguments = [
        context.want(value, argument, *function.takes[0])
        for value, argument in zip(values, node.arguments, strict=True)
    ]
    if any(argument.type is Type.ANY for argument in arguments):
        return WRONG

    type_ = arguments[0].type
    operator = {"min": "least", "max": "greatest"}[function.name]
    if type_ in (Type.DATE, Type.SPREAD):
        operator = f"span_{operator}"

    return context.apply(type_, operator, *arguments)


def _coalesce(
    context: ResolveContext, node: syntax_tree.Call, _function: Function
) -> Core:
    arguments = comparisons.alike(context, node.arguments)
    if any(argument.type is Type.ANY for argument in arguments):
        return WRONG

    return Apply(
        type=arguments[0].type,
        codelist=comparisons.shared(arguments),
        operator="coalesce",
        arguments=tuple(arguments),
    )


def _count_known(
    context: ResolveContext, node: syntax_tree.Call, _function: Function
) -> Core:
    """Of values of any types, which need not be alike, in whatever unit."""
    with context.in_any_unit():
        values = [context.core(argument) for argument in node.arguments]

    if any(value.type is Type.ANY for value in values):
        return WRONG

    return count(values)


def _clock_difference(
    context: ResolveContext,
    node: syntax_tree.Call,
    function: Function,
    arguments: Arguments,
) -> Core:
    """Between two times, or two dates with time, but not one of each."""
    first, second = arguments
    if first.type is not second.type:
        return context.fault(
            "rule-compare-types",
            node,
            left=first.type.value,
            right=second.type.value,
            near="",
        )

    return context.apply(Type.NUMBER, function.name, first, second)


def _seconds_of(
    context: ResolveContext,
    _node: syntax_tree.Call,
    _function: Function,
    arguments: Arguments,
) -> Core:
    """How much longer a duration is than none."""
    nothing = Constant(type=Type.DURATION, value=Duration(0, 0))
    return context.apply(Type.SPREAD, "duration_minus", arguments[0], nothing)


def _since(context: ResolveContext, node: syntax_tree.Call, function: Function) -> Core:
    """``since(d, anchor, span)`` is ``d > anchor - span``; ``within`` adds ``d <=
    anchor``.
    """
    *dates, span = node.arguments
    day, anchor = (
        context.want(context.core(argument), argument, Type.DATE) for argument in dates
    )

    if not isinstance(span, syntax_tree.DurationTerm):
        return context.fault(
            "rule-needs-duration",
            span,
            name=context.source_text(span),
            says=function.says,
        )

    start = comparisons.shifted(context, anchor, span, backwards=True)
    if Type.ANY in (day.type, anchor.type):
        return WRONG

    after = context.apply(Type.CONDITION, "span_lt", start, day)
    if function.name == "since":
        return after

    before = context.apply(Type.CONDITION, "span_le", day, anchor)
    return context.apply(Type.CONDITION, "and", after, before)


def _number_of(
    context: ResolveContext,
    node: syntax_tree.Call,
    _function: Function,
    arguments: Arguments,
) -> Core:
    (value,) = arguments
    if value.type is Type.TEXT:
        return context.apply(Type.NUMBER, "number_in", value)

    codelist = value.codelist
    numbers = code_numbers(codelist) if codelist is not None else {}

    if not numbers:
        source_text = context.source_text(node.arguments[0])
        name = codelist.name if codelist else source_text
        return context.fault("rule-no-numbers", node, name=name)

    table = Constant(type=Type.ANY, value=MappingProxyType(numbers))
    return context.apply(Type.NUMBER, "lookup", value, table)


def code_numbers(codelist: Codelist) -> dict[str, int]:
    """What each code counts for: its ``number``, else the code itself where that is a
    number.
    """
    numbers: dict[str, int] = {}
    for code in codelist.codes:
        own = code.number
        number = scaled(own) if own is not None else number_in(code.code)
        if number is not None:
            numbers[code.code] = number

    return numbers


def _part_of_limit(
    context: ResolveContext, node: syntax_tree.Call, function: Function
) -> Core:
    """``limit_of(crp)``, ``comparator_of(crp)``: of a field that takes comparators."""
    cell = context.core(node.arguments[0])
    if cell.type is Type.ANY:
        return WRONG

    if not isinstance(cell, Read | Remote) or not cell.field.comparators:
        return context.fault(
            "rule-no-comparator",
            node.arguments[0],
            name=context.source_text(node.arguments[0]),
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
        return WRONG

    if not isinstance(cell, Read | Remote):
        return context.fault(
            "rule-not-a-field",
            node.arguments[0],
            name=context.source_text(node.arguments[0]),
        )

    if not isinstance(wanted, syntax_tree.Literal) or wanted.kind != "text":
        return context.fault(
            "rule-argument-count", node, name=function.name, says=function.says
        )

    return converted(context, node, cell, wanted)


_FOLD_NAMES = ("any", "every", "count", "sum", "min", "max", *ROW_LOOKUPS)

_BUILDERS: Mapping[
    str, Callable[[ResolveContext, syntax_tree.Call, Function], Core]
] = MappingProxyType(
    {
        "begun": begun,
        "min": _extreme,
        "max": _extreme,
        "coalesce": _coalesce,
        "lookup": lookup,
        "count_known": _count_known,
        "within": _since,
        "since": _since,
        "in_unit": _in_unit,
        "limit_of": _part_of_limit,
        "comparator_of": _part_of_limit,
        "entered": _entered,
        "reference_low": reference,
        "reference_high": reference,
        "in_reference": reference,
    }
)
"""Functions that read their arguments in their own way."""

_TYPED_BUILDERS: Mapping[
    str, Callable[[ResolveContext, syntax_tree.Call, Function, Arguments], Core]
] = MappingProxyType(
    {
        "round": _round,
        "abs": _plain,
        "length": _plain,
        "concat": _plain,
        "age_years": _plain,
        "add_days": _plain,
        "add_months": _plain,
        "days_between": _plain,
        "months_between": _plain,
        "minutes_between": _clock_difference,
        "date_of": _plain,
        "time_of": _plain,
        "number_of": _number_of,
        **dict.fromkeys(PLAIN, _plain),
        **dict.fromkeys(KNOWN, _of_known),
        "round_up": _rounded_away,
        "round_down": _rounded_away,
        "text_of": _text_of,
        "day": _day,
        "seconds_between": _clock_difference,
        "seconds_of": _seconds_of,
    }
)
"""Functions of values that have the types of their signature."""

_HOLES = {*_BUILDERS, *_TYPED_BUILDERS} ^ FUNCTIONS.keys()
if _HOLES:
    raise TypeError(f"functions and their builders differ: {_HOLES}")
