"""How the checker reads comparisons, lists, sums, and values that have to be alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forms_spec.findings.suggestions import did_you_mean
from forms_spec.model.codes import Codelist
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules.semantics.resolve_context import ResolveContext
from forms_spec.rules.semantics.resolved import Apply, Constant, Core
from forms_spec.rules.semantics.types import Type

_WORDS = (Type.TEXT, Type.CHOICE)
_NUMBERS = (Type.NUMBER, Type.SPREAD)
_NOTHING = Constant(type=Type.SPREAD, value=(0, 0))
_MIRRORED = {">": "<", ">=": "<="}
_EXACT = {"=": "eq", "<": "lt", "<=": "le"}
_INTERVAL = {"=": "span_eq", "<": "span_lt", "<=": "span_le"}
_SETS = frozenset(("has", "has any", "has all", "within", "overlaps"))


def comparison(context: ResolveContext, node: syntax_tree.Compare) -> Core:
    if node.operator in _SETS:
        return sets(context, node)
    left, right = context.core(node.left), context.core(node.right)
    return compared(context, node, node.operator, left, right)


def compared(
    context: ResolveContext,
    node: syntax_tree.Node,
    operator: str,
    left: Core,
    right: Core,
) -> Core:
    """``left operator right`` by the types of both."""
    if operator == "<>":
        equal = compared(context, node, "=", left, right)
        return (
            equal
            if equal.type is Type.ANY
            else context.apply(Type.CONDITION, "not", equal)
        )

    pair = (
        None
        if Type.ANY in (left.type, right.type)
        else paired(context, node, left, right)
    )
    if pair is None:
        return Constant(type=Type.ANY, value=None)
    left, right = pair

    for item in pair:
        if operator != "=" and item.type in (Type.CHOICE, Type.CONDITION):
            return context.fault(
                "rule-no-order", node, name=context.said(node), found=item.type.value
            )

    if left.type is Type.DURATION:
        # Only the difference tells: 2 months exceed 1 month, whatever their days.
        left, right = (
            context.apply(Type.SPREAD, "duration_minus", left, right),
            _NOTHING,
        )

    if operator in _MIRRORED:
        operator, left, right = _MIRRORED[operator], right, left
    table = _INTERVAL if left.type in (Type.DATE, Type.SPREAD) else _EXACT

    return context.apply(Type.CONDITION, table[operator], left, right)


def paired(
    context: ResolveContext, node: syntax_tree.Node, left: Core, right: Core
) -> tuple[Core, Core] | None:
    """Both values in one type, or None after a finding."""
    if left.type in _WORDS and right.type in _WORDS:
        return _words(context, node, left, right)
    if left.type in _NUMBERS and right.type in _NUMBERS:
        if left.type is right.type:
            return left, right
        return context.want(left, node, Type.SPREAD), context.want(
            right, node, Type.SPREAD
        )

    if left.type is right.type and left.type not in (Type.CHOICES, Type.FILE):
        return left, right
    if Type.DURATION in (left.type, right.type):
        for side in (
            (node.left, node.right) if isinstance(node, syntax_tree.Compare) else ()
        ):
            if isinstance(side, syntax_tree.Duration):
                context.fault("rule-stray-duration", side, name=context.said(side))
                return None

    context.fault(
        "rule-compare-types",
        node,
        left=left.type.value,
        right=right.type.value,
        near=_advice(left, right),
    )

    return None


def _words(
    context: ResolveContext, node: syntax_tree.Node, left: Core, right: Core
) -> tuple[Core, Core]:
    for first, other in ((left, right), (right, left)):
        if (
            first.type is Type.CHOICE
            and first.codelist is not None
            and isinstance(other, Constant)
        ):
            check_code(context, other, first.codelist, _written(node, other))

    return left, right


def _written(node: syntax_tree.Node, constant: Constant) -> syntax_tree.Node:
    """Where a comparison writes a constant; the comparison itself where it stands
    deeper.
    """
    sides = (getattr(node, name, None) for name in ("left", "right", "low", "high"))
    literals = (side for side in sides if isinstance(side, syntax_tree.Literal))
    return next((side for side in literals if side.value == constant.value), node)


def _advice(left: Core, right: Core) -> str:
    """What was probably meant by two types that do not compare."""
    types = (left.type, right.type)
    if Type.CHOICES in types:
        return (
            "For a multiple choice use: has 'CODE', has any ('A', 'B'), within, "
            "overlaps."
        )

    if Type.CHOICE in types and Type.NUMBER in types:
        return (
            "Codes are texts: write '3' in quotes, or number_of(field) for the number "
            "of the code."
        )

    if Type.DATE in types and Type.TEXT in types:
        return "Dates are written without quotes: 2024-01-31."
    if Type.DATE in types and Type.DATETIME in types:
        return "Use the date of the date with time: date_of(...)."
    if Type.CHOICE in types and Type.CONDITION in types:
        return "The answer to a yes/no question is a code: write = 'Y' or = 'N'."
    return ""


def check_code(
    context: ResolveContext,
    constant: Constant,
    codelist: Codelist,
    node: syntax_tree.Node,
) -> None:
    """A finding when the codelist lacks a text that stands for a code."""
    code = constant.value
    if isinstance(code, str) and code not in codelist.by_code:
        context.fault(
            "rule-unknown-code",
            node,
            name=code,
            codelist=codelist.name,
            near=did_you_mean(code, codelist.by_code),
            codes=", ".join(list(codelist.by_code)[:12]),
        )


def constants(core: Core) -> Iterator[Constant]:
    """The texts that an expression may give as its own value."""
    if isinstance(core, Constant):
        yield core
    elif isinstance(core, Apply) and core.operator == "case":
        for index, argument in enumerate(core.arguments):
            if index % 2 or index == len(core.arguments) - 1:
                yield from constants(argument)
    elif isinstance(core, Apply) and core.operator == "coalesce":
        for argument in core.arguments:
            yield from constants(argument)


def between(context: ResolveContext, node: syntax_tree.Between) -> Core:
    """``low <= x and x <= high``"""
    operand = context.core(node.operand)
    low = compared(context, node, "<=", context.core(node.low), operand)
    high = compared(context, node, "<=", operand, context.core(node.high))
    if Type.ANY in (low.type, high.type):
        return low if low.type is Type.ANY else high
    result = context.apply(Type.CONDITION, "and", low, high)

    return context.apply(Type.CONDITION, "not", result) if node.negated else result


def membership(context: ResolveContext, node: syntax_tree.In) -> Core:
    result = (
        _in_list(context, node)
        if isinstance(node.among, syntax_tree.Listing)
        else _in_set(context, node)
    )
    if node.negated and result.type is not Type.ANY:
        return context.apply(Type.CONDITION, "not", result)
    return result


def _in_list(context: ResolveContext, node: syntax_tree.In) -> Core:
    """Equal to one of the items."""
    assert isinstance(node.among, syntax_tree.Listing)
    operand = context.core(node.operand)
    items = [context.core(entry) for entry in node.among.items]
    if operand.type is Type.CHOICES:
        return context.fault(
            "rule-compare-types",
            node,
            left=operand.type.value,
            right="a list",
            near=(
                "For a multiple choice use: has any ('A', 'B'), has all, within, "
                "overlaps."
            ),
        )

    equals = [
        compared(context, where, "=", operand, item)
        for where, item in zip(node.among.items, items, strict=True)
    ]
    if any(equal.type is Type.ANY for equal in equals):
        return Constant(type=Type.ANY, value=None)
    if all(isinstance(equal, Apply) and equal.operator == "eq" for equal in equals):
        return context.apply(Type.CONDITION, "in", operand, *items)
    return context.apply(Type.CONDITION, "or", *equals)


def _in_set(context: ResolveContext, node: syntax_tree.In) -> Core:
    """``code in multiple_choice``"""
    among = context.want(context.core(node.among), node.among, Type.CHOICES)
    operand = context.want(
        context.core(node.operand), node.operand, Type.CHOICE, Type.TEXT
    )
    if isinstance(operand, Constant) and among.codelist is not None:
        check_code(context, operand, among.codelist, node.operand)
    return context.apply(Type.CONDITION, "member", operand, among)


def sets(context: ResolveContext, node: syntax_tree.Compare) -> Core:
    """``has``, ``has any``, ``has all``, ``within``, ``overlaps`` on multiple choices."""
    left = context.want(context.core(node.left), node.left, Type.CHOICES)
    if node.operator == "has":
        code = context.want(
            context.core(node.right), node.right, Type.CHOICE, Type.TEXT
        )
        if isinstance(code, Constant) and left.codelist is not None:
            check_code(context, code, left.codelist, node.right)
        return context.apply(Type.CONDITION, "member", code, left)

    right = codes(context, node.right, left.codelist)
    if node.operator == "within":
        return context.apply(Type.CONDITION, "subset", left, right)
    if node.operator == "has all":
        return context.apply(Type.CONDITION, "subset", right, left)
    return context.apply(Type.CONDITION, "overlaps", left, right)


def codes(
    context: ResolveContext, node: syntax_tree.Node, codelist: Codelist | None
) -> Core:
    """A multiple choice: a field, or a list of codes."""
    if not isinstance(node, syntax_tree.Listing):
        return context.want(context.core(node), node, Type.CHOICES)
    results = []
    for item in node.items:
        core = context.core(item)
        if not isinstance(core, Constant) or not isinstance(core.value, str):
            return context.fault("rule-listed-code", item, name=context.said(item))
        if codelist is not None:
            check_code(context, core, codelist, item)
        results.append(core.value)

    return Constant(type=Type.CHOICES, codelist=codelist, value=frozenset(results))


def listing(context: ResolveContext, node: syntax_tree.Listing) -> Core:
    return context.fault("rule-stray-list", node, name=context.said(node))


def total(context: ResolveContext, node: syntax_tree.Sum) -> Core:
    """Sums of numbers; a date plus or minus durations; the days between two dates."""
    first = context.core(node.terms[0])
    if first.type is Type.DATE:
        return moved(context, node, first)
    terms = [first, *(context.core(item) for item in node.terms[1:])]
    terms = [
        context.want(item, where, Type.NUMBER, Type.SPREAD)
        for item, where in zip(terms, node.terms, strict=True)
    ]
    if any(item.type is Type.ANY for item in terms):
        return Constant(type=Type.ANY, value=None)
    spread = any(item.type is Type.SPREAD for item in terms)
    type_, prefix = (Type.SPREAD, "span_") if spread else (Type.NUMBER, "")
    signed = []

    for sign, term, where in zip(node.signs, terms, node.terms, strict=True):
        entry = context.want(term, where, type_)
        signed.append(
            entry if sign == "+" else context.apply(type_, f"{prefix}neg", entry)
        )

    return context.apply(type_, f"{prefix}add", *signed)


def moved(context: ResolveContext, node: syntax_tree.Sum, core: Core) -> Core:
    """``visdat + 14 days - 3 months``, ``end - start``"""
    for sign, term in zip(node.signs[1:], node.terms[1:], strict=True):
        if isinstance(term, syntax_tree.Duration):
            core = shifted(context, core, term, backwards=sign == "-")
            continue

        other = context.core(term)
        if other.type is Type.DATE and sign == "-" and len(node.terms) == 2:
            return context.apply(Type.SPREAD, "days_between", other, core)
        if other.type is not Type.ANY:
            context.fault("rule-date-arithmetic", term, name=context.said(term))
        return Constant(type=Type.ANY, value=None)

    return core


def shifted(
    context: ResolveContext, date: Core, by: syntax_tree.Duration, *, backwards: bool
) -> Core:
    """A date moved by a duration."""
    if by.unit == "second":
        return context.fault("rule-date-arithmetic", by, name=context.said(by))
    count = context.want(context.core(by.count), by.count, Type.NUMBER)
    if by.times != 1:
        times = Constant(type=Type.NUMBER, value=by.times * 10**9)
        count = context.apply(Type.NUMBER, "mul", count, times)

    if backwards:
        count = context.apply(Type.NUMBER, "neg", count)
    return context.apply(Type.DATE, f"add_{by.unit}s", date, count)


def alike(context: ResolveContext, nodes: Sequence[syntax_tree.Node]) -> list[Core]:
    """Values of one type: of the branches of a case, or the arguments of coalesce."""
    values = [context.core(node) for node in nodes]
    types = {item.type for item in values} - {Type.ANY}
    if types == {Type.NUMBER, Type.SPREAD}:
        return [
            context.want(item, where, Type.SPREAD)
            for item, where in zip(values, nodes, strict=True)
        ]

    if len(types) > 1 and not types <= set(_WORDS):
        for value, where in zip(values, nodes, strict=True):
            if value.type not in (values[0].type, Type.ANY):
                return [context.want(value, where, values[0].type)] * len(values)

    if types == set(_WORDS):
        chosen = next(item for item in values if item.type is Type.CHOICE)
        for value, where in zip(values, nodes, strict=True):
            if isinstance(value, Constant) and chosen.codelist is not None:
                check_code(context, value, chosen.codelist, where)

    return values


def shared(values: Sequence[Core]) -> Codelist | None:
    """The codelist of the values that have one, when there is only one."""
    results = {
        value.codelist.name: value.codelist
        for value in values
        if value.codelist is not None
    }
    return next(iter(results.values())) if len(results) == 1 else None
