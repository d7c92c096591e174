"""How the checker reads comparisons, lists, sums, and values that have to be alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forms_spec.findings.suggestions import did_you_mean
from forms_spec.model.codes import Codelist
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules.semantics.resolve_context import WRONG, ResolveContext
from forms_spec.rules.semantics.resolved import Apply, Constant, Core
from forms_spec.rules.semantics.types import Type

_WORDS = (Type.TEXT, Type.CHOICE)
_NUMBERS = (Type.NUMBER, Type.SPREAD)
_ADVICE = (
    (
        {Type.CHOICES},
        "For a multiple choice use: has 'CODE', has any ('A', 'B'), within, overlaps.",
    ),
    (
        {Type.CHOICE, Type.NUMBER},
        "Codes are texts: write '3' in quotes, or number_of(field) for the number of "
        "the code.",
    ),
    (
        {Type.DATE, Type.TEXT},
        "Dates are written without quotes: 2024-01-31.",
    ),
    (
        {Type.DATE, Type.DATETIME},
        "Use the date of the date with time: date_of(...).",
    ),
    (
        {Type.CHOICE, Type.CONDITION},
        "The answer to a yes/no question is a code: write = 'Y' or = 'N'.",
    ),
)
"""What was probably meant where these types meet."""
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
        if equal.type is Type.ANY:
            return equal

        return context.negated(equal)

    if Type.ANY in (left.type, right.type):
        return WRONG

    pair = paired(context, node, left, right)
    if pair is None:
        return WRONG

    left, right = pair
    unordered = (Type.CHOICE, Type.CONDITION)

    if operator != "=" and (left.type in unordered or right.type in unordered):
        type_ = left.type if left.type in unordered else right.type
        return context.fault(
            "rule-no-order",
            node,
            name=context.source_text(node),
            found=type_.value,
        )

    if left.type is Type.DURATION:
        # Only the difference tells: 2 months exceed 1 month, whatever their days.
        left = context.apply(Type.SPREAD, "duration_minus", left, right)
        right = _NOTHING

    if operator in _MIRRORED:
        operator, left, right = _MIRRORED[operator], right, left

    table = _INTERVAL if left.type in (Type.DATE, Type.SPREAD) else _EXACT

    return context.apply(Type.CONDITION, table[operator], left, right)


def paired(
    context: ResolveContext, node: syntax_tree.Node, left: Core, right: Core
) -> tuple[Core, Core] | None:
    """Both values in one type, or None after a finding."""
    if left.type in _WORDS and right.type in _WORDS:
        _check_codes(context, node, left, right)
        return left, right

    if left.type is right.type and left.type not in (Type.CHOICES, Type.FILE):
        return left, right

    # A number and a spread: both become spreads.
    if left.type in _NUMBERS and right.type in _NUMBERS:
        left = context.want(left, node, Type.SPREAD)
        right = context.want(right, node, Type.SPREAD)
        return left, right

    if Type.DURATION in (left.type, right.type) and _stray_duration(context, node):
        return None

    context.fault(
        "rule-compare-types",
        node,
        left=left.type.value,
        right=right.type.value,
        near=_advice(left, right),
    )
    return None


def _stray_duration(context: ResolveContext, node: syntax_tree.Node) -> bool:
    """A finding where a written duration is compared with something else."""
    if not isinstance(node, syntax_tree.Compare):
        return False

    for side in (node.left, node.right):
        if isinstance(side, syntax_tree.DurationTerm):
            name = context.source_text(side)
            context.fault("rule-stray-duration", side, name=name)
            return True

    return False


def _check_codes(
    context: ResolveContext, node: syntax_tree.Node, left: Core, right: Core
) -> None:
    """A constant beside a choice has to be one of its codes."""
    for choice, other in ((left, right), (right, left)):
        codelist = choice.codelist
        # A text compared with a text may say anything.
        if choice.type is not Type.CHOICE or codelist is None:
            continue

        if isinstance(other, Constant):
            written = _written(node, other)
            check_code(context, other, codelist, written)


def _written(node: syntax_tree.Node, constant: Constant) -> syntax_tree.Node:
    """Where a comparison writes a constant; the comparison itself where it stands
    deeper.
    """
    for name in ("left", "right", "low", "high"):
        side = getattr(node, name, None)
        if not isinstance(side, syntax_tree.Literal):
            continue
        if side.value == constant.value:
            return side

    return node


def _advice(left: Core, right: Core) -> str:
    """What was probably meant by two types that do not compare."""
    types = {left.type, right.type}
    for mixed, advice in _ADVICE:
        if mixed <= types:
            return advice

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
            # A whole list of thousands of codes would hide the message.
            codes=", ".join(list(codelist.by_code)[:12]),
        )


def constants(core: Core) -> Iterator[Constant]:
    """The texts that an expression may give as its own value."""
    if isinstance(core, Constant):
        yield core

    if not isinstance(core, Apply):
        return

    values: Sequence[Core] = ()
    if core.operator == "coalesce":
        values = core.arguments
    elif core.operator == "case":
        # Conditions and values take turns; the last is the value of "otherwise".
        *branches, otherwise = core.arguments
        values = (*branches[1::2], otherwise)

    for value in values:
        yield from constants(value)


def between(context: ResolveContext, node: syntax_tree.Between) -> Core:
    """``low <= x and x <= high``"""
    operand = context.core(node.operand)
    low = compared(context, node, "<=", context.core(node.low), operand)
    high = compared(context, node, "<=", operand, context.core(node.high))
    if Type.ANY in (low.type, high.type):
        return WRONG

    inside = context.apply(Type.CONDITION, "and", low, high)
    if node.negated:
        return context.negated(inside)

    return inside


def membership(context: ResolveContext, node: syntax_tree.In) -> Core:
    """``x in ('A', 'B')``, ``code in multiple_choice``, and their ``not in``."""
    in_list = isinstance(node.among, syntax_tree.Listing)
    member = _in_list(context, node) if in_list else _in_set(context, node)
    if member.type is Type.ANY or not node.negated:
        return member

    return context.negated(member)


def _in_list(context: ResolveContext, node: syntax_tree.In) -> Core:
    """Equal to one of the items."""
    assert isinstance(node.among, syntax_tree.Listing)
    operand = context.core(node.operand)
    others = list(map(context.core, node.among.items))

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
        compared(context, item, "=", operand, other)
        for item, other in zip(node.among.items, others, strict=True)
    ]
    if any(equal.type is Type.ANY for equal in equals):
        return WRONG

    # ``in`` is for exact values. Dates may be equal in part, each for itself.
    if all(isinstance(equal, Apply) and equal.operator == "eq" for equal in equals):
        return context.apply(Type.CONDITION, "in", operand, *others)

    return context.apply(Type.CONDITION, "or", *equals)


def _in_set(context: ResolveContext, node: syntax_tree.In) -> Core:
    """``code in multiple_choice``"""
    among = context.want(context.core(node.among), node.among, Type.CHOICES)
    return _member(context, node.operand, among)


def _member(context: ResolveContext, node: syntax_tree.Node, among: Core) -> Core:
    """Whether the code that ``node`` gives is among those of a multiple choice."""
    code = context.want(context.core(node), node, Type.CHOICE, Type.TEXT)
    if isinstance(code, Constant) and among.codelist is not None:
        check_code(context, code, among.codelist, node)

    return context.apply(Type.CONDITION, "member", code, among)


def sets(context: ResolveContext, node: syntax_tree.Compare) -> Core:
    """``has``, ``has any``, ``has all``, ``within``, ``overlaps`` on multiple choices."""
    left = context.want(context.core(node.left), node.left, Type.CHOICES)
    if node.operator == "has":
        return _member(context, node.right, left)

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

    listed: set[str] = set()
    for item in node.items:
        code = context.core(item)
        if not isinstance(code, Constant) or not isinstance(code.value, str):
            name = context.source_text(item)
            return context.fault("rule-listed-code", item, name=name)

        if codelist is not None:
            check_code(context, code, codelist, item)

        listed.add(code.value)

    return Constant(type=Type.CHOICES, codelist=codelist, value=frozenset(listed))


def listing(context: ResolveContext, node: syntax_tree.Listing) -> Core:
    return context.fault("rule-stray-list", node, name=context.source_text(node))


def total(context: ResolveContext, node: syntax_tree.Sum) -> Core:
    """Sums of numbers; a date plus or minus durations; the days between two dates."""
    first = context.core(node.terms[0])
    if first.type is Type.DATE:
        return moved(context, node, first)

    # All terms are read before any is checked, so that findings come in this order.
    cores = [first, *map(context.core, node.terms[1:])]
    values = [
        context.want(core, term, Type.NUMBER, Type.SPREAD)
        for core, term in zip(cores, node.terms, strict=True)
    ]
    types = {value.type for value in values}
    if Type.ANY in types:
        return WRONG

    # One spread makes the sum a spread.
    type_, prefix = Type.NUMBER, ""
    if Type.SPREAD in types:
        type_, prefix = Type.SPREAD, "span_"

    signed: list[Core] = []
    for sign, value, term in zip(node.signs, values, node.terms, strict=True):
        positive = context.want(value, term, type_)
        if sign == "-":
            signed.append(context.apply(type_, f"{prefix}neg", positive))
        else:
            signed.append(positive)

    return context.apply(type_, f"{prefix}add", *signed)


def moved(context: ResolveContext, node: syntax_tree.Sum, core: Core) -> Core:
    """``visdat + 14 days - 3 months``, ``end - start``"""
    for sign, term in zip(node.signs[1:], node.terms[1:], strict=True):
        if isinstance(term, syntax_tree.DurationTerm):
            core = shifted(context, core, term, backwards=sign == "-")
            continue

        other = context.core(term)
        is_difference = sign == "-" and len(node.terms) == 2
        if is_difference and other.type is Type.DATE:
            return context.apply(Type.SPREAD, "days_between", other, core)

        if other.type is not Type.ANY:
            context.fault("rule-date-arithmetic", term, name=context.source_text(term))

        return WRONG

    return core


def shifted(
    context: ResolveContext,
    date: Core,
    by: syntax_tree.DurationTerm,
    *,
    backwards: bool,
) -> Core:
    """A date moved by a duration."""
    if by.unit == "second":
        return context.fault("rule-date-arithmetic", by, name=context.source_text(by))

    count = context.want(context.core(by.count), by.count, Type.NUMBER)
    if by.times != 1:
        times = Constant(type=Type.NUMBER, value=by.times * 10**9)
        count = context.apply(Type.NUMBER, "mul", count, times)

    if backwards:
        count = context.apply(Type.NUMBER, "neg", count)

    return context.apply(Type.DATE, f"add_{by.unit}s", date, count)


def alike(context: ResolveContext, nodes: Sequence[syntax_tree.Node]) -> list[Core]:
    """Values of one type: of the branches of a case, or the arguments of coalesce."""
    values = list(map(context.core, nodes))
    types = {value.type for value in values} - {Type.ANY}

    if types == {Type.NUMBER, Type.SPREAD}:
        return [
            context.want(value, node, Type.SPREAD)
            for value, node in zip(values, nodes, strict=True)
        ]

    if types == set(_WORDS):
        _check_alternatives(context, values, nodes)
    elif len(types) > 1:
        return _unlike(context, values, nodes)

    return values


def _unlike(
    context: ResolveContext, values: list[Core], nodes: Sequence[syntax_tree.Node]
) -> list[Core]:
    """A finding for the first value of another type, which stands for all."""
    expected = values[0].type
    for value, node in zip(values, nodes, strict=True):
        if value.type not in (expected, Type.ANY):
            return [context.want(value, node, expected)] * len(values)

    return values


def _check_alternatives(
    context: ResolveContext, values: list[Core], nodes: Sequence[syntax_tree.Node]
) -> None:
    """Texts beside a choice have to be codes of its codelist."""
    choice = next(value for value in values if value.type is Type.CHOICE)
    codelist = choice.codelist
    if codelist is None:
        return

    # Which branch gives a constant is written, so its place is known.
    for value, node in zip(values, nodes, strict=True):
        if isinstance(value, Constant):
            check_code(context, value, codelist, node)


def shared(values: Sequence[Core]) -> Codelist | None:
    """The codelist of the values that have one, when there is only one."""
    codelists: dict[str, Codelist] = {}
    for value in values:
        if value.codelist is not None:
            codelists[value.codelist.name] = value.codelist

    if len(codelists) != 1:
        return None

    return next(iter(codelists.values()))
