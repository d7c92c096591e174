"""How the checker reads comparisons, lists, sums, and values that have to be alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from forms_spec.model import Codelist
from forms_spec.nearness import did_you_mean
from forms_spec.rules import tree
from forms_spec.rules.core import Apply, Constant, Core
from forms_spec.rules.types import Type

if TYPE_CHECKING:
    from forms_spec.rules.checker import Checker

_WORDS = (Type.TEXT, Type.CHOICE)
_NUMBERS = (Type.NUMBER, Type.SPREAD)
_MIRRORED = {">": "<", ">=": "<="}
_EXACT = {"=": "eq", "<": "lt", "<=": "le"}
_INTERVAL = {"=": "span_eq", "<": "span_lt", "<=": "span_le"}
_SETS = frozenset(("has", "has any", "has all", "within", "overlaps"))


def comparison(checker: Checker, node: tree.Compare) -> Core:
    if node.operator in _SETS:
        return sets(checker, node)
    left, right = checker.core(node.left), checker.core(node.right)
    return compared(checker, node, node.operator, left, right)


def compared(checker: Checker, node: tree.Node, operator: str, left: Core, right: Core) -> Core:
    """``left operator right`` by the types of both."""
    if operator == "<>":
        equal = compared(checker, node, "=", left, right)
        return equal if equal.type is Type.ANY else checker.apply(Type.CONDITION, "not", equal)
    pair = None if Type.ANY in (left.type, right.type) else paired(checker, node, left, right)
    if pair is None:
        return Constant(type=Type.ANY, value=None)
    left, right = pair
    for one in pair:
        if operator != "=" and one.type in (Type.CHOICE, Type.CONDITION):
            return checker.fault("rule-no-order", node, name=checker.said(node), found=one.type.value)
    if operator in _MIRRORED:
        operator, left, right = _MIRRORED[operator], right, left
    table = _INTERVAL if left.type in (Type.DATE, Type.SPREAD) else _EXACT
    return checker.apply(Type.CONDITION, table[operator], left, right)


def paired(checker: Checker, node: tree.Node, left: Core, right: Core) -> tuple[Core, Core] | None:
    """Both values in one type, or None after a finding."""
    if left.type in _WORDS and right.type in _WORDS:
        return _words(checker, node, left, right)
    if left.type in _NUMBERS and right.type in _NUMBERS:
        if left.type is right.type:
            return left, right
        return checker.want(left, node, Type.SPREAD), checker.want(right, node, Type.SPREAD)
    if left.type is right.type and left.type not in (Type.CHOICES, Type.FILE):
        return left, right
    checker.fault(
        "rule-compare-types",
        node,
        left=left.type.value,
        right=right.type.value,
        near=_advice(left, right),
    )
    return None


def _words(checker: Checker, node: tree.Node, left: Core, right: Core) -> tuple[Core, Core]:
    for one, other in ((left, right), (right, left)):
        if one.type is Type.CHOICE and one.codelist is not None and isinstance(other, Constant):
            check_code(checker, other, one.codelist, _written(node, other))
    return left, right


def _written(node: tree.Node, constant: Constant) -> tree.Node:
    """Where a comparison writes a constant; the comparison itself where it stands deeper."""
    sides = (getattr(node, name, None) for name in ("left", "right", "low", "high"))
    literals = (side for side in sides if isinstance(side, tree.Literal))
    return next((side for side in literals if side.value == constant.value), node)


def _advice(left: Core, right: Core) -> str:
    """What was probably meant by two types that do not compare."""
    types = (left.type, right.type)
    if Type.CHOICES in types:
        return "A multiple choice is asked with: has 'CODE', has any ('A', 'B'), within, overlaps."
    if Type.CHOICE in types and Type.NUMBER in types:
        return "Codes are texts: write '3' in quotes, or number_of(field) for the number of the code."
    if Type.DATE in types and Type.TEXT in types:
        return "Dates are written without quotes: 2024-01-31."
    if Type.DATE in types and Type.DATETIME in types:
        return "Take the day of the date with time: date_of(...)."
    if Type.CHOICE in types and Type.CONDITION in types:
        return "A yes/no question holds a code: write = 'Y' or = 'N'."
    return ""


def check_code(checker: Checker, constant: Constant, codelist: Codelist, node: tree.Node) -> None:
    """A finding when the codelist lacks a text that stands for a code."""
    code = constant.value
    if isinstance(code, str) and code not in codelist.by_code:
        checker.fault(
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
        for at, one in enumerate(core.arguments):
            if at % 2 or at == len(core.arguments) - 1:
                yield from constants(one)
    elif isinstance(core, Apply) and core.operator == "coalesce":
        for one in core.arguments:
            yield from constants(one)


def between(checker: Checker, node: tree.Between) -> Core:
    """``low <= x and x <= high``"""
    operand = checker.core(node.operand)
    low = compared(checker, node, "<=", checker.core(node.low), operand)
    high = compared(checker, node, "<=", operand, checker.core(node.high))
    if Type.ANY in (low.type, high.type):
        return low if low.type is Type.ANY else high
    found = checker.apply(Type.CONDITION, "and", low, high)
    return checker.apply(Type.CONDITION, "not", found) if node.negated else found


def membership(checker: Checker, node: tree.In) -> Core:
    found = _in_list(checker, node) if isinstance(node.among, tree.Listing) else _in_set(checker, node)
    if node.negated and found.type is not Type.ANY:
        return checker.apply(Type.CONDITION, "not", found)
    return found


def _in_list(checker: Checker, node: tree.In) -> Core:
    """Equal to one of the items."""
    assert isinstance(node.among, tree.Listing)
    operand = checker.core(node.operand)
    items = [checker.core(one) for one in node.among.items]
    if operand.type is Type.CHOICES:
        return checker.fault(
            "rule-compare-types",
            node,
            left=operand.type.value,
            right="a list",
            near="A multiple choice is asked with: has any ('A', 'B'), has all, within, overlaps.",
        )
    equals = [
        compared(checker, where, "=", operand, item)
        for where, item in zip(node.among.items, items, strict=True)
    ]
    if any(one.type is Type.ANY for one in equals):
        return Constant(type=Type.ANY, value=None)
    if all(isinstance(one, Apply) and one.operator == "eq" for one in equals):
        return checker.apply(Type.CONDITION, "in", operand, *items)
    return checker.apply(Type.CONDITION, "or", *equals)


def _in_set(checker: Checker, node: tree.In) -> Core:
    """``code in multiple_choice``"""
    among = checker.want(checker.core(node.among), node.among, Type.CHOICES)
    operand = checker.want(checker.core(node.operand), node.operand, Type.CHOICE, Type.TEXT)
    if isinstance(operand, Constant) and among.codelist is not None:
        check_code(checker, operand, among.codelist, node.operand)
    return checker.apply(Type.CONDITION, "member", operand, among)


def sets(checker: Checker, node: tree.Compare) -> Core:
    """``has``, ``has any``, ``has all``, ``within``, ``overlaps`` on multiple choices."""
    left = checker.want(checker.core(node.left), node.left, Type.CHOICES)
    if node.operator == "has":
        code = checker.want(checker.core(node.right), node.right, Type.CHOICE, Type.TEXT)
        if isinstance(code, Constant) and left.codelist is not None:
            check_code(checker, code, left.codelist, node.right)
        return checker.apply(Type.CONDITION, "member", code, left)
    right = codes(checker, node.right, left.codelist)
    if node.operator == "within":
        return checker.apply(Type.CONDITION, "subset", left, right)
    if node.operator == "has all":
        return checker.apply(Type.CONDITION, "subset", right, left)
    return checker.apply(Type.CONDITION, "overlaps", left, right)


def codes(checker: Checker, node: tree.Node, codelist: Codelist | None) -> Core:
    """A multiple choice: a field, or a list of codes."""
    if not isinstance(node, tree.Listing):
        return checker.want(checker.core(node), node, Type.CHOICES)
    found = []
    for item in node.items:
        core = checker.core(item)
        if not isinstance(core, Constant) or not isinstance(core.value, str):
            return checker.fault("rule-listed-code", item, name=checker.said(item))
        if codelist is not None:
            check_code(checker, core, codelist, item)
        found.append(core.value)
    return Constant(type=Type.CHOICES, codelist=codelist, value=frozenset(found))


def listing(checker: Checker, node: tree.Listing) -> Core:
    return checker.fault("rule-stray-list", node, name=checker.said(node))


def total(checker: Checker, node: tree.Sum) -> Core:
    """Sums of numbers; a date plus or minus durations; the days between two dates."""
    first = checker.core(node.terms[0])
    if first.type is Type.DATE:
        return moved(checker, node, first)
    terms = [first, *(checker.core(one) for one in node.terms[1:])]
    terms = [
        checker.want(one, where, Type.NUMBER, Type.SPREAD)
        for one, where in zip(terms, node.terms, strict=True)
    ]
    if any(one.type is Type.ANY for one in terms):
        return Constant(type=Type.ANY, value=None)
    spread = any(one.type is Type.SPREAD for one in terms)
    type_, prefix = (Type.SPREAD, "span_") if spread else (Type.NUMBER, "")
    signed = []
    for sign, term, where in zip(node.signs, terms, node.terms, strict=True):
        one = checker.want(term, where, type_)
        signed.append(one if sign == "+" else checker.apply(type_, f"{prefix}neg", one))
    return checker.apply(type_, f"{prefix}add", *signed)


def moved(checker: Checker, node: tree.Sum, found: Core) -> Core:
    """``visdat + 14 days - 3 months``, ``end - start``"""
    for sign, term in zip(node.signs[1:], node.terms[1:], strict=True):
        if isinstance(term, tree.Duration):
            found = shifted(checker, found, term, backwards=sign == "-")
            continue
        other = checker.core(term)
        if other.type is Type.DATE and sign == "-" and len(node.terms) == 2:
            return checker.apply(Type.SPREAD, "days_between", other, found)
        if other.type is not Type.ANY:
            checker.fault("rule-date-arithmetic", term, name=checker.said(term))
        return Constant(type=Type.ANY, value=None)
    return found


def shifted(checker: Checker, date: Core, by: tree.Duration, *, backwards: bool) -> Core:
    """A date moved by a duration."""
    count = checker.want(checker.core(by.count), by.count, Type.NUMBER)
    if by.times != 1:
        times = Constant(type=Type.NUMBER, value=by.times * 10**9)
        count = checker.apply(Type.NUMBER, "mul", count, times)
    if backwards:
        count = checker.apply(Type.NUMBER, "neg", count)
    return checker.apply(Type.DATE, f"add_{by.unit}s", date, count)


def alike(checker: Checker, nodes: Sequence[tree.Node]) -> list[Core]:
    """Values of one type: of the branches of a case, or the arguments of coalesce."""
    values = [checker.core(one) for one in nodes]
    types = {one.type for one in values} - {Type.ANY}
    if types == {Type.NUMBER, Type.SPREAD}:
        return [checker.want(one, where, Type.SPREAD) for one, where in zip(values, nodes, strict=True)]
    if len(types) > 1 and not types <= set(_WORDS):
        for one, where in zip(values, nodes, strict=True):
            if one.type not in (values[0].type, Type.ANY):
                return [checker.want(one, where, values[0].type)] * len(values)
    if types == set(_WORDS):
        chosen = next(one for one in values if one.type is Type.CHOICE)
        for one, where in zip(values, nodes, strict=True):
            if isinstance(one, Constant) and chosen.codelist is not None:
                check_code(checker, one, chosen.codelist, where)
    return values


def shared(values: Sequence[Core]) -> Codelist | None:
    """The codelist of the values that have one, when there is only one."""
    found = {one.codelist.name: one.codelist for one in values if one.codelist is not None}
    return next(iter(found.values())) if len(found) == 1 else None
