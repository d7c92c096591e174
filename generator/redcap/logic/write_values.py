"""Values of our language in REDCap's logic, a function for each kind of node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from forms_spec.model.study import Parameter
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules.semantics.types import Type
from generator.redcap.logic import write_calls
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.redcap_text import (
    ADD,
    ATOM,
    MULTIPLY,
    RedcapValue,
    computed,
    constant,
    not_blank,
)
from generator.redcap.logic.write_context import WriteContext, quoted

_LITERALS = {"date": Type.DATE, "time": Type.TIME, "datetime": Type.DATETIME}


# Constants


def _literal(writer: WriteContext, node: syntax_tree.Literal) -> RedcapValue:
    if node.kind == "number":
        assert isinstance(node.value, Decimal)
        return constant(format(node.value, "f"), Type.NUMBER)

    if node.kind == "text":
        return writer.text_constant(str(node.value))

    text = str(node.value)
    if node.kind == "date" and not _is_whole_date(text):
        raise _no_partial_dates(node)

    text = text.replace("T", " ")
    return constant(quoted(text), _LITERALS[node.kind], text)


def _parameter(
    writer: WriteContext, node: syntax_tree.ParameterReference
) -> RedcapValue:
    parameter = writer.study.parameters[node.name]
    if parameter.sites:
        return writer.value(_by_site(parameter, node))
    if parameter.kind in ("integer", "decimal"):
        return constant(parameter.value, Type.NUMBER)
    if parameter.kind != "date":
        return writer.text_constant(parameter.value)

    if not _is_whole_date(parameter.value):
        raise _no_partial_dates(node)

    return constant(quoted(parameter.value), Type.DATE)


def _by_site(
    parameter: Parameter, node: syntax_tree.ParameterReference
) -> syntax_tree.Case:
    """The values by data access group, as a designer would write them."""
    start, end = node.start, node.end
    site = syntax_tree.Reference(
        table=None, selector=None, field="siteid", start=start, end=end
    )
    is_known = syntax_tree.Is(
        operand=site, state="known", code=None, negated=False, start=start, end=end
    )

    def literal(text: str, kind: str) -> syntax_tree.Literal:
        is_number = kind in ("integer", "decimal")
        return syntax_tree.Literal(
            kind="number" if is_number else kind,
            value=Decimal(text) if is_number else text,
            start=start,
            end=end,
        )

    branches: list[tuple[syntax_tree.Node, syntax_tree.Node]] = []
    for name, value in parameter.sites.items():
        is_there = syntax_tree.Compare(
            operator="=", left=site, right=literal(name, "text"), start=start, end=end
        )
        branches.append((is_there, literal(value, parameter.kind)))

    branches.append((is_known, literal(parameter.value, parameter.kind)))
    return syntax_tree.Case(
        branches=tuple(branches), otherwise=None, start=start, end=end
    )


def _today(_writer: WriteContext, _node: syntax_tree.Today) -> RedcapValue:
    return constant("'today'", Type.DATE)


def _no_partial_dates(node: syntax_tree.Node) -> LogicFault:
    return LogicFault("REDCap has no partial dates", node.start, node.end)


def _is_whole_date(text: str) -> bool:
    return len(text) == len("2024-01-31")


# Units


def unit_of(writer: WriteContext, node: syntax_tree.In) -> syntax_tree.Call | None:
    """``weight in kg`` as the call that it is short for."""
    cell, unit = node.operand, node.among
    if not isinstance(unit, syntax_tree.Reference) or unit.table is not None:
        return None
    if not isinstance(cell, syntax_tree.Reference):
        return None

    field = writer.value(cell).field
    if field is None or field.unit is None:
        return None

    code = syntax_tree.Literal(
        kind="text",
        value=unit.field or "",
        start=unit.start,
        end=unit.end,
    )

    return syntax_tree.Call(
        function="in_unit",
        arguments=(cell, code),
        start=node.start,
        end=node.end,
    )


def _in_unit(writer: WriteContext, node: syntax_tree.In) -> RedcapValue:
    call = unit_of(writer, node)
    if call is None:
        raise writer.fault(node)

    return writer.value(call)


# Arithmetic


def _negative(writer: WriteContext, node: syntax_tree.Negative) -> RedcapValue:
    value = writer.value(node.operand)
    return computed(f"-{value.within(ATOM)}", [value], MULTIPLY)


def _sum(writer: WriteContext, node: syntax_tree.Sum) -> RedcapValue:
    if any(isinstance(term, syntax_tree.DurationTerm) for term in node.terms):
        raise writer.fault(node)

    terms = [writer.value(term) for term in node.terms]
    # The only sum of a date that rules allow besides is the difference of two.
    if terms[0].type is Type.DATE:
        return write_calls.days(terms[1], terms[0])

    text = terms[0].within(ADD)
    for sign, term in zip(node.signs[1:], terms[1:], strict=True):
        text += f" {sign} {term.within(MULTIPLY)}"

    return computed(text, terms, ADD)


def _product(writer: WriteContext, node: syntax_tree.Product) -> RedcapValue:
    left = writer.value(node.left)
    right = writer.value(node.right)
    text = f"{left.within(MULTIPLY)} {node.operator} {right.within(ATOM)}"
    return computed(text, [left, right], MULTIPLY)


# Several parts


def _case(writer: WriteContext, node: syntax_tree.Case) -> RedcapValue:
    """Blank where a condition is UNKNOWN, and so is everything after it."""
    values = [write_calls.as_number(writer.value(then)) for _, then in node.branches]
    text = "''"
    if node.otherwise is not None:
        text = write_calls.as_number(writer.value(node.otherwise)).guarded()

    # From the last branch to the first: each becomes the `else` of the one before.
    for (when, _), then in zip(reversed(node.branches), reversed(values), strict=True):
        true = writer.condition(when, True)
        false = writer.condition(when, False)
        may_be_unknown = false != true.opposite()
        if text != "''" and may_be_unknown:
            text = f"if({false.written()}, {text}, '')"

        text = f"if({true.written()}, {then.guarded()}, {text})"

    return RedcapValue(
        text=text,
        type=values[0].type,
        known=not_blank(text),
    )


def _call(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    make = write_calls.VALUES.get(node.function)
    if make is None:
        raise writer.no_function(node)

    return make(writer, node)


def _fold(writer: WriteContext, node: syntax_tree.Aggregate) -> RedcapValue:
    return write_calls.instance(writer, node)


VALUES: Mapping[type[syntax_tree.Node], Callable[..., RedcapValue]] = MappingProxyType(
    {
        syntax_tree.In: _in_unit,
        syntax_tree.Literal: _literal,
        syntax_tree.ParameterReference: _parameter,
        syntax_tree.Today: _today,
        syntax_tree.Negative: _negative,
        syntax_tree.Sum: _sum,
        syntax_tree.Product: _product,
        syntax_tree.Case: _case,
        syntax_tree.Call: _call,
        syntax_tree.Aggregate: _fold,
    }
)
