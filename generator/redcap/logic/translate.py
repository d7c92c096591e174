"""From the tree of REDCap's logic to the text of our rule language."""

from __future__ import annotations

from typing import TypeGuard

from generator.redcap.logic import tree
from generator.redcap.logic.coerce import (
    as_condition,
    as_moment,
    as_number,
    as_text,
    constant,
    counted,
    number_text,
)
from generator.redcap.logic.compare import compared
from generator.redcap.logic.conditions import (
    FALSE,
    TRUE,
    Condition,
    certain,
    joined,
    negated,
)
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.functions import CONDITIONS, VALUES
from generator.redcap.logic.parser import parse_logic
from generator.redcap.logic.scope import LogicScope
from generator.redcap.logic.values import ADD, ATOM, BLANK, MULTIPLY, Value, ValueType

_COMPARISONS = frozenset(("=", "<>", "<", "<=", ">", ">="))
_POWERS = {"+": ADD, "-": ADD, "*": MULTIPLY, "/": MULTIPLY}
_OPERATOR_FUNCTIONS = {"^": "power", "%": "mod"}
"""Operators of REDCap that are functions here."""


def translate_condition(text: str, scope: LogicScope) -> str:
    """A branching logic as a condition that is never UNKNOWN. Raises ``LogicFault``."""
    return certain(Translator(scope).condition(parse_logic(text)))


def translate_value(text: str, scope: LogicScope, wanted: ValueType) -> str:
    """An equation as a formula that gives a number, text or date.

    Raises ``LogicFault``.
    """
    translator = Translator(scope)
    return translator.given(translator.value(parse_logic(text), wanted), wanted)


class Translator:
    """One walk over one tree. What only nearly fits is noted in the scope."""

    def __init__(self, scope: LogicScope) -> None:
        self.scope = scope

    def given(self, value: Value, wanted: ValueType) -> str:
        """The value as the text of a formula that gives the wanted type."""
        if value.type is ValueType.BLANK:
            raise LogicFault("it is always blank")
        if wanted is ValueType.NUMBER:
            return as_number(value).text

        if wanted is ValueType.DATE:
            moment = as_moment(value, self.scope)
            if moment.type is ValueType.DATETIME:
                return f"date_of({moment.text})"

            return moment.text

        if value.missing:
            self.scope.note(
                "missing-as-text",
                f"a missing code of {value.text} is text in REDCap, but blank here",
            )

        return as_text(value)

    # Conditions

    def condition(self, node: tree.LogicNode) -> Condition:
        """What decides yes or no. Raises ``LogicFault``."""
        if isinstance(node, tree.JunctionNode):
            parts = [self.condition(operand) for operand in node.operands]
            return joined(node.operator, parts)

        if isinstance(node, tree.UnaryNode):
            if node.operator == "not":
                return negated(self.condition(node.operand))
        elif isinstance(node, tree.BinaryNode):
            if node.operator in _COMPARISONS:
                return self.comparison(node)
        elif isinstance(node, tree.CallNode):
            make = CONDITIONS.get(node.function)
            if make is not None:
                return make(self, node)

        if _is_if(node):
            return self.either(node)

        # A number decides too: REDCap takes 0 and a blank for no.
        return as_condition(self.value(node))

    def either(self, node: tree.CallNode) -> Condition:
        """``if(a, b, c)`` where yes or no is wanted."""
        test, then, otherwise = (
            self.condition(argument) for argument in node.arguments
        )
        where_true = joined("and", [test, then])
        where_false = joined("and", [negated(test), otherwise])

        return joined("or", [where_true, where_false])

    def comparison(self, node: tree.BinaryNode) -> Condition:
        if node.operator in ("=", "<>"):
            if self.is_condition(node.left):
                return self.truth(node.operator, node.left, node.right)
            if self.is_condition(node.right):
                return self.truth(node.operator, node.right, node.left)

        # With < and > a condition is the number that REDCap makes of it.
        left = self.value(node.left)
        right = self.value(node.right)
        return compared(self.scope, node.operator, left, right)

    def is_condition(self, node: tree.LogicNode) -> bool:
        """True for what is a condition by itself."""
        if isinstance(node, tree.CallNode):
            return node.function in CONDITIONS
        if isinstance(node, tree.UnaryNode):
            return node.operator == "not"
        if isinstance(node, tree.BinaryNode):
            return node.operator in _COMPARISONS

        return isinstance(node, tree.JunctionNode)

    def truth(
        self, operator: str, asked: tree.LogicNode, other: tree.LogicNode
    ) -> Condition:
        """``contains([x], 'a') = 1``: a condition beside a value or another one."""
        condition = self.condition(asked)
        if self.is_condition(other):
            left = counted(condition)
            right = counted(self.condition(other))
            return compared(self.scope, operator, left, right)

        value = self.value(other)
        number = None
        if value.literal is not None:
            number = number_text(value.literal)

        # Only 0 and 1 spare the detour by a number.
        if number not in ("0", "1"):
            return compared(self.scope, operator, counted(condition), value)

        true_is_wanted = (number == "1") == (operator == "=")
        if true_is_wanted:
            return condition

        return negated(condition)

    # Values

    def value(self, node: tree.LogicNode, wanted: ValueType | None = None) -> Value:
        """A value; ``wanted`` is the type that will be asked of it, where that is known."""
        if isinstance(node, tree.NumberNode):
            return self.number_constant(node)
        if isinstance(node, tree.TextNode):
            return self.text_constant(node)
        if isinstance(node, tree.ReferenceNode):
            return self.scope.value(node)

        if self.is_condition(node):
            return counted(self.condition(node))
        if isinstance(node, tree.CallNode):
            return self.call(node, wanted)
        if isinstance(node, tree.UnaryNode):
            return self.negative(node)

        assert isinstance(node, tree.BinaryNode)
        return self.arithmetic(node)

    def number_constant(self, node: tree.NumberNode) -> Value:
        number = number_text(node.text)
        if number is None:
            why = f"{node.text} has too many digits"
            raise LogicFault(why, node.start, node.end)

        return constant(number)

    def text_constant(self, node: tree.TextNode) -> Value:
        if node.value in ("", "NaN"):
            return BLANK

        return Value(
            text="",
            type=ValueType.LITERAL,
            literal=node.value,
        )

    def call(self, node: tree.CallNode, wanted: ValueType | None) -> Value:
        if node.function == "if":
            return self.chosen(node, wanted)

        make = VALUES.get(node.function)
        if make is None:
            why = f"the function {node.function} is unknown"
            raise LogicFault(why, node.start, node.end)

        return make(self, node)

    def number(self, node: tree.LogicNode) -> Value:
        """A number. Raises ``LogicFault`` for a blank, with which nothing can be
        computed.
        """
        value = self.value(node, ValueType.NUMBER)
        if value.type is ValueType.BLANK:
            why = "a calculation with a blank always gives a blank"
            raise LogicFault(why, node.start, node.end)

        return as_number(value)

    def negative(self, node: tree.UnaryNode) -> Value:
        number = self.number(node.operand)
        if number.literal is not None:
            literal = f"-{number.literal}".replace("--", "")
            return constant(number_text(literal) or "0")

        text = f"-{number.within(ATOM)}"
        return Value(
            text=text,
            type=ValueType.NUMBER,
            power=MULTIPLY,
        )

    def arithmetic(self, node: tree.BinaryNode) -> Value:
        """``+ - * / ^ %``; a blank operand makes a blank result in both languages."""
        left = self.number(node.left)
        right = self.number(node.right)
        function = _OPERATOR_FUNCTIONS.get(node.operator)
        if function is not None:
            text = f"{function}({left.text}, {right.text})"
            return Value(text=text, type=ValueType.NUMBER)

        # The right side needs parentheses where it is bound as tightly: a - (b - c).
        power = _POWERS[node.operator]
        text = f"{left.within(power)} {node.operator} {right.within(power + 1)}"

        return Value(
            text=text,
            type=ValueType.NUMBER,
            power=power,
        )

    # if(a, b, c) as a value

    def chosen(self, node: tree.CallNode, wanted: ValueType | None) -> Value:
        """``if(a, b, if(c, d, e))`` as one case; the blank is the case without
        ``else``.
        """
        if not _is_if(node):
            why = "if takes a condition and two values"
            raise LogicFault(why, node.start, node.end)

        branches: list[tuple[Condition, Value]] = []
        rest: tree.LogicNode = node
        while _is_if(rest):
            condition_node, then_node, rest = rest.arguments
            condition = self.condition(condition_node)
            then = self.value(then_node, wanted)

            # A case has no branch that gives a blank, but may lack its `else`.
            if then.type is ValueType.BLANK:
                branches.append((negated(condition), self.value(rest, wanted)))
                return self.case(branches, BLANK, wanted)

            branches.append((condition, then))

        return self.case(branches, self.value(rest, wanted), wanted)

    def case(
        self,
        branches: list[tuple[Condition, Value]],
        otherwise: Value,
        wanted: ValueType | None,
    ) -> Value:
        branches, otherwise = _reachable(branches, otherwise)
        if not branches:
            return otherwise

        values = [value for _, value in branches]
        given = [value for value in values if value.type is not ValueType.BLANK]

        has_else = otherwise.type is not ValueType.BLANK
        if has_else:
            given.append(otherwise)
        if not given:
            return BLANK

        # All branches of a case have to be of one type.
        if wanted not in (ValueType.NUMBER, ValueType.TEXT, ValueType.DATE):
            wanted = _shared_type(given)

        arms = [
            f"when {certain(condition)} then {self.given(value, wanted)}"
            for condition, value in branches
            if value.type is not ValueType.BLANK
        ]

        if has_else:
            arms.append(f"else {self.given(otherwise, wanted)}")

        return Value(
            text=f"case {' '.join(arms)} end",
            type=wanted,
            never_blank=has_else and all(map(_is_never_blank, given)),
        )


def _is_if(node: tree.LogicNode) -> TypeGuard[tree.CallNode]:
    if not isinstance(node, tree.CallNode):
        return False

    return node.function == "if" and len(node.arguments) == 3


def _reachable(
    branches: list[tuple[Condition, Value]], otherwise: Value
) -> tuple[list[tuple[Condition, Value]], Value]:
    """The branches that may be taken, and what remains when none is."""
    reachable: list[tuple[Condition, Value]] = []
    for condition, value in branches:
        if condition == TRUE:
            return reachable, value
        if condition != FALSE:
            reachable.append((condition, value))

    return reachable, otherwise


def _is_never_blank(value: Value) -> bool:
    if value.never_blank:
        return True

    return value.literal is not None


def _shared_type(values: list[Value]) -> ValueType:
    """The type that branches have in common: numbers if all can be, else dates, else
    texts.
    """
    if all(map(_is_numeric, values)):
        return ValueType.NUMBER

    others = [value for value in values if value.type is not ValueType.DATE]
    has_dates = len(others) < len(values)
    # A constant beside a date may be one as well.
    are_constants = all(value.literal is not None for value in others)
    if has_dates and are_constants:
        return ValueType.DATE

    return ValueType.TEXT


def _is_numeric(value: Value) -> bool:
    if value.type is ValueType.LITERAL:
        number = number_text(value.literal or "")
        return number is not None

    return value.type in (ValueType.NUMBER, ValueType.TICK)
