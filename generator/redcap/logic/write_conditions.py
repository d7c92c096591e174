"""Conditions of our language in REDCap's logic, a function for each kind of node.

Each gives what is true in REDCap where the condition is TRUE here, or where it is FALSE
(``wanted``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from forms_spec.model.fields import Field
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules.semantics.functions import FUNCTIONS
from forms_spec.rules.semantics.types import Type
from generator.redcap.box_codes import redcap_codes
from generator.redcap.logic import write_calls, write_fields
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.redcap_text import (
    FALSE,
    TRUE,
    RedcapCondition,
    RedcapValue,
    compared,
    every,
    some,
)
from generator.redcap.logic.write_context import WriteContext
from generator.redcap.logic.write_names import ROW_NAMES, derived
from generator.redcap.logic.write_values import unit_of

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_SETS = frozenset(("has", "has any", "has all", "within", "overlaps"))
_EMPTY_TEXT = "an empty text is a blank in REDCap"
_CONDITION_NODES = (
    syntax_tree.Logic,
    syntax_tree.Not,
    syntax_tree.Compare,
    syntax_tree.Between,
    syntax_tree.In,
    syntax_tree.Is,
)


# What is a condition


def is_condition(writer: WriteContext, node: syntax_tree.Node) -> bool:
    """Whether a node gives TRUE or FALSE rather than a value."""
    # All branches of a case are alike, so that the first one tells.
    if isinstance(node, syntax_tree.Case):
        _, first_then = node.branches[0]
        return is_condition(writer, first_then)

    if isinstance(node, syntax_tree.Call):
        return _is_condition_call(writer, node)
    if isinstance(node, syntax_tree.Reference):
        return _is_condition_name(writer, node)

    if isinstance(node, syntax_tree.Literal):
        return node.kind == "boolean"
    if isinstance(node, syntax_tree.Aggregate):
        return node.function in ("any", "every")

    # `weight in kg` looks like a membership and is a value.
    if isinstance(node, syntax_tree.In) and unit_of(writer, node) is not None:
        return False

    return isinstance(node, _CONDITION_NODES)


def _is_condition_call(writer: WriteContext, node: syntax_tree.Call) -> bool:
    if node.function == "coalesce":
        return is_condition(writer, node.arguments[0])

    function = FUNCTIONS.get(node.function)
    if function is None:
        return False

    return function.gives is Type.CONDITION


def _is_condition_name(writer: WriteContext, node: syntax_tree.Reference) -> bool:
    derivation = derived(writer, node)
    if derivation is not None:
        return is_condition(writer, derivation)
    if node.field in ROW_NAMES:
        return False

    return writer.value(node).type is Type.CONDITION


# Logic


def _logic(
    writer: WriteContext, node: syntax_tree.Logic, wanted: bool
) -> RedcapCondition:
    parts = [writer.condition(operand, wanted) for operand in node.operands]
    # De Morgan: an `and` is FALSE where one of its parts is.
    if (node.operator == "and") == wanted:
        return every(parts)

    return some(parts)


def _negation(
    writer: WriteContext, node: syntax_tree.Not, wanted: bool
) -> RedcapCondition:
    return writer.condition(node.operand, not wanted)


def _truth(
    writer: WriteContext, node: syntax_tree.Literal, wanted: bool
) -> RedcapCondition:
    if node.kind != "boolean":
        raise writer.fault(node)

    if node.value == wanted:
        return TRUE

    return FALSE


def _ticked(
    writer: WriteContext, node: syntax_tree.Reference, wanted: bool
) -> RedcapCondition:
    """A tick field, which is true/false in REDCap, or a derivation that is a
    condition.
    """
    derivation = derived(writer, node)
    if derivation is not None:
        return writer.condition(derivation, wanted)

    value = writer.value(node)
    if value.type is not Type.CONDITION:
        raise writer.fault(node)

    number = "1" if wanted else "0"
    return RedcapCondition(
        text=f"{value.text} = '{number}'", other=f"{value.text} <> '{number}'"
    )


# Comparisons


def _comparison(
    writer: WriteContext, node: syntax_tree.Compare, wanted: bool
) -> RedcapCondition:
    if node.operator in _SETS:
        return write_fields.compare_sets(writer, node, wanted)

    sides = (node.left, node.right)
    has_condition = any(is_condition(writer, side) for side in sides)
    if has_condition:
        return _same_truth(writer, node, wanted)

    if node.operator == "=":
        return _equal(writer, node.left, node.right, wanted)
    if node.operator == "<>":
        return _equal(writer, node.left, node.right, not wanted)

    return _ordered(writer, node, wanted)


def _same_truth(
    writer: WriteContext, node: syntax_tree.Compare, wanted: bool
) -> RedcapCondition:
    """Two conditions that are equal, or not."""
    # Both known, and the same or not: REDCap cannot compare conditions as such.
    same = wanted == (node.operator == "=")
    ways = []
    for left_true in (True, False):
        left = writer.condition(node.left, left_true)
        right = writer.condition(node.right, left_true if same else not left_true)
        ways.append(every([left, right]))

    return some(ways)


def _equal(
    writer: WriteContext, left: syntax_tree.Node, right: syntax_tree.Node, wanted: bool
) -> RedcapCondition:
    """Equal, or different, and both known: two blanks are equal in REDCap, and a
    blank is not 4.
    """
    first, second = _sides(writer, left, right)
    for constant_side, beside in ((first, second), (second, first)):
        if _is_never_equal(constant_side, beside, left, right):
            return FALSE if wanted else beside.known

    same = compared(first, "=", second)
    if not wanted:
        return every([same.opposite(), first.known, second.known])

    # What equals a constant is not blank, and neither is what equals a value that
    # never is. Of two others one has to be asked, since both may be blank.
    sides = (first, second)
    has_constant = any(side.literal is not None for side in sides)
    if has_constant:
        needs = [side.needs for side in sides if side.field is None]
        return every([same, *needs])

    if first.sure or second.sure:
        return every([same, first.needs, second.needs])

    return every([same, first.known, second.needs])


def _is_never_equal(
    constant_side: RedcapValue,
    beside: RedcapValue,
    left: syntax_tree.Node,
    right: syntax_tree.Node,
) -> bool:
    """Whether one side is a constant that the field on the other never has here:
    the empty text, or a code of missing data.
    """
    if constant_side.literal is None:
        return False

    is_empty_text = constant_side.literal == "" and constant_side.type is Type.TEXT

    if beside.field is None:
        if is_empty_text:
            raise LogicFault(_EMPTY_TEXT, left.start, right.end)

        return False

    return is_empty_text or _is_missing_code(constant_side.literal, beside.field)


def _is_missing_code(literal: str, field: Field) -> bool:
    """Whether a text is a code of missing data of a field, and none of its answers."""
    codelist = field.codelist
    if codelist is not None and literal in codelist.by_code:
        return False

    missing_codes = {code.in_redcap for code in field.missing}
    return literal in missing_codes


def _ordered(
    writer: WriteContext, node: syntax_tree.Compare, wanted: bool
) -> RedcapCondition:
    left, right = _sides(writer, node.left, node.right)
    if "" in (left.literal, right.literal):
        raise LogicFault(_EMPTY_TEXT, node.start, node.end)

    operator = node.operator if wanted else _OPPOSITE[node.operator]
    return every([compared(left, operator, right), left.needs, right.needs])


def _sides(
    writer: WriteContext, left: syntax_tree.Node, right: syntax_tree.Node
) -> tuple[RedcapValue, RedcapValue]:
    """Both sides of a comparison, as REDCap compares them like we do."""
    if _is_visit(left) or _is_visit(right):
        return _visit(writer, left), _visit(writer, right)

    first = writer.value(left, moment=True)
    second = writer.value(right, moment=True)
    if {first.type, second.type} == {Type.DATE, Type.DATETIME}:
        why = "REDCap compares dates with dates only, and dates with time likewise"
        raise LogicFault(why, left.start)

    # Both are taken from the values as they came, since each looks at the other.
    first, second = _coded(writer, first, second), _coded(writer, second, first)
    return _beside(first, second), _beside(second, first)


def _is_visit(node: syntax_tree.Node) -> bool:
    if not isinstance(node, syntax_tree.Reference):
        return False
    if node.table is not None:
        return False

    return node.field == "visitid"


def _beside(value: RedcapValue, other: RedcapValue) -> RedcapValue:
    """A value as it is compared: a code beside a constant stays as it is, which REDCap
    takes as a number too.
    """
    is_code = value.field is not None and value.field.codelist is not None
    if is_code and other.literal is not None:
        return value

    return write_calls.as_number(value)


def _coded(
    writer: WriteContext, value: RedcapValue, beside: RedcapValue
) -> RedcapValue:
    """A constant beside a field with answers is the code that the answer has in
    REDCap.
    """
    if value.literal is None or beside.field is None:
        return value
    if beside.field.codelist is None:
        return value

    codes = redcap_codes(writer.study, beside.field)
    return writer.text_constant(codes.get(value.literal, value.literal))


def _visit(writer: WriteContext, node: syntax_tree.Node) -> RedcapValue:
    """A visit beside ``visitid`` is its event."""
    if not isinstance(node, syntax_tree.Literal) or node.kind != "text":
        return writer.value(node)

    event = writer.events.get(str(node.value))
    if event is None:
        return writer.value(node)

    return writer.text_constant(event)


def _between(
    writer: WriteContext, node: syntax_tree.Between, wanted: bool
) -> RedcapCondition:
    """``x between a and b`` as two comparisons."""
    wanted = wanted != node.negated
    parts = []
    for sign, end in ((">=", node.low), ("<=", node.high)):
        comparison = syntax_tree.Compare(
            operator=sign,
            left=node.operand,
            right=end,
            start=node.start,
            end=node.end,
        )
        parts.append(_ordered(writer, comparison, wanted))

    if wanted:
        return every(parts)

    return some(parts)


def _membership(
    writer: WriteContext, node: syntax_tree.In, wanted: bool
) -> RedcapCondition:
    """``x in (1, 2)``, or ``'A' in field`` for a multiple choice."""
    wanted = wanted != node.negated
    if isinstance(node.among, syntax_tree.Listing):
        parts = [
            _equal(writer, node.operand, item, wanted) for item in node.among.items
        ]

        if wanted:
            return some(parts)

        return every(parts)

    has = syntax_tree.Compare(
        operator="has",
        left=node.among,
        right=node.operand,
        start=node.start,
        end=node.end,
    )

    return write_fields.compare_sets(writer, has, wanted)


# What is never UNKNOWN


def _state(writer: WriteContext, node: syntax_tree.Is, wanted: bool) -> RedcapCondition:
    """``is known``, ``is true``, ``is missing``: never UNKNOWN."""
    if node.state == "known":
        holds = _known(writer, node.operand)
    elif node.state == "true":
        holds = writer.condition(node.operand, True)
    else:
        holds = write_fields.missing(writer, node)

    if node.negated == wanted:
        return holds.opposite()

    return holds


def _known(writer: WriteContext, node: syntax_tree.Node) -> RedcapCondition:
    # A tick field is a condition too, but simply blank where it is not known.
    is_field = isinstance(node, syntax_tree.Reference) and derived(writer, node) is None
    if is_field or not is_condition(writer, node):
        return writer.value(node, partial=True).known

    true = writer.condition(node, True)
    false = writer.condition(node, False)
    return some([true, false])


# Several parts


def _condition_case(
    writer: WriteContext, node: syntax_tree.Case, wanted: bool
) -> RedcapCondition:
    """A case whose branches are conditions: UNKNOWN from the first condition on
    that is.
    """
    all_before_false: list[RedcapCondition] = []
    ways: list[RedcapCondition] = []
    for when, then in node.branches:
        taken = [*all_before_false, writer.condition(when, True)]
        ways.append(every([*taken, writer.condition(then, wanted)]))
        all_before_false.append(writer.condition(when, False))

    if node.otherwise is not None:
        otherwise = writer.condition(node.otherwise, wanted)
        ways.append(every([*all_before_false, otherwise]))

    return some(ways)


def _condition_call(
    writer: WriteContext, node: syntax_tree.Call, wanted: bool
) -> RedcapCondition:
    if node.function == "coalesce":
        return write_calls.first_known_condition(writer, node, wanted)
    if node.function in write_calls.CONDITIONS:
        return write_calls.text_test(writer, node, wanted)

    raise writer.no_function(node)


CONDITIONS: Mapping[type[syntax_tree.Node], Callable[..., RedcapCondition]] = (
    MappingProxyType(
        {
            syntax_tree.Literal: _truth,
            syntax_tree.Reference: _ticked,
            syntax_tree.Not: _negation,
            syntax_tree.Logic: _logic,
            syntax_tree.Compare: _comparison,
            syntax_tree.Between: _between,
            syntax_tree.In: _membership,
            syntax_tree.Is: _state,
            syntax_tree.Case: _condition_case,
            syntax_tree.Call: _condition_call,
        }
    )
)
