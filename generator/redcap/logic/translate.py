"""From the tree of REDCap's logic to the text of our rule language."""

from __future__ import annotations

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
        """The value as the type that is wanted."""
        if value.type is ValueType.BLANK:
            raise LogicFault("it is always blank")
        if wanted is ValueType.NUMBER:
            return as_number(value).text
        if wanted is ValueType.DATE:
            result = as_moment(value, self.scope)
            return (
                f"date_of({result.text})"
                if result.type is ValueType.DATETIME
                else result.text
            )

        if value.missing:
            self.scope.note(
                "missing-as-text",
                f"a code of missing data of {value.text} is no text here",
            )

        return as_text(value)

    def condition(self, node: tree.LogicNode) -> Condition:
        if isinstance(node, tree.JunctionNode):
            return joined(
                node.operator, [self.condition(operand) for operand in node.operands]
            )

        if isinstance(node, tree.UnaryNode) and node.operator == "not":
            return negated(self.condition(node.operand))
        if isinstance(node, tree.BinaryNode) and node.operator in _COMPARISONS:
            return self.comparison(node)
        if isinstance(node, tree.CallNode):
            if node.function in CONDITIONS:
                return CONDITIONS[node.function](self, node)
            if node.function == "if" and len(node.arguments) == 3:
                return self.either(node)

        return as_condition(self.value(node))

    def either(self, node: tree.CallNode) -> Condition:
        """``if(a, b, c)`` where yes or no is wanted."""
        asked, then, otherwise = (
            self.condition(argument) for argument in node.arguments
        )
        return joined(
            "or",
            [joined("and", [asked, then]), joined("and", [negated(asked), otherwise])],
        )

    def comparison(self, node: tree.BinaryNode) -> Condition:
        for first, other in ((node.left, node.right), (node.right, node.left)):
            if self.asks(first) and node.operator in ("=", "<>"):
                return self.truth(node.operator, self.condition(first), other)

        return compared(
            self.scope, node.operator, self.value(node.left), self.value(node.right)
        )

    def asks(self, node: tree.LogicNode) -> bool:
        """True for what is a condition by itself."""
        if isinstance(node, tree.CallNode):
            return node.function in CONDITIONS
        if isinstance(node, tree.UnaryNode):
            return node.operator == "not"
        return isinstance(node, tree.JunctionNode) or (
            isinstance(node, tree.BinaryNode) and node.operator in _COMPARISONS
        )

    def truth(
        self, operator: str, asked: Condition, other: tree.LogicNode
    ) -> Condition:
        """``contains([x], 'a') = 1``"""
        if self.asks(other):
            left, right = counted(asked), counted(self.condition(other))
            return compared(self.scope, operator, left, right)

        value = self.value(other)
        text = number_text(value.literal or "") if value.literal is not None else None
        if text not in ("0", "1"):
            return compared(self.scope, operator, counted(asked), value)
        return asked if (text == "1") == (operator == "=") else negated(asked)

    def value(self, node: tree.LogicNode, wanted: ValueType | None = None) -> Value:
        """A value; ``wanted`` is the type that will be asked of it, where that is known."""
        if isinstance(node, tree.NumberNode):
            number = number_text(node.text)
            if number is None:
                raise LogicFault(
                    f"{node.text} has too many digits", node.start, node.end
                )

            return constant(number)

        if isinstance(node, tree.TextNode):
            blank = node.value in ("", "NaN")
            return (
                BLANK
                if blank
                else Value(text="", type=ValueType.LITERAL, literal=node.value)
            )

        if isinstance(node, tree.ReferenceNode):
            return self.scope.value(node)
        if self.asks(node):
            return counted(self.condition(node))
        if isinstance(node, tree.CallNode):
            return self.call(node, wanted)
        if isinstance(node, tree.UnaryNode):
            return self.negative(node)
        assert isinstance(node, tree.BinaryNode)

        return self.arithmetic(node)

    def call(self, node: tree.CallNode, wanted: ValueType | None) -> Value:
        if node.function == "if":
            return self.chosen(node, wanted)
        maker = VALUES.get(node.function)
        if maker is None:
            raise LogicFault(
                f"there is no function {node.function}", node.start, node.end
            )

        return maker(self, node)

    def number(self, node: tree.LogicNode) -> Value:
        """A number; a blank one is refused, since nothing could be computed with it."""
        value = self.value(node, ValueType.NUMBER)
        if value.type is ValueType.BLANK:
            raise LogicFault(
                "a blank is computed with: the result is always blank",
                node.start,
                node.end,
            )

        return as_number(value)

    def negative(self, node: tree.UnaryNode) -> Value:
        number = self.number(node.operand)
        if number.literal is not None:
            return constant(number_text(f"-{number.literal}".replace("--", "")) or "0")
        return Value(
            text=f"-{number.within(ATOM)}", type=ValueType.NUMBER, power=MULTIPLY
        )

    def arithmetic(self, node: tree.BinaryNode) -> Value:
        """``+ - * /``; a blank operand makes a blank result in both languages."""
        left, right = self.number(node.left), self.number(node.right)
        if node.operator in ("^", "%"):
            function = {"^": "power", "%": "mod"}[node.operator]
            return Value(
                text=f"{function}({left.text}, {right.text})", type=ValueType.NUMBER
            )

        power = _POWERS[node.operator]
        text = f"{left.within(power)} {node.operator} {right.within(power + 1)}"

        return Value(text=text, type=ValueType.NUMBER, power=power)

    def chosen(self, node: tree.CallNode, wanted: ValueType | None) -> Value:
        """``if(a, b, if(c, d, e))`` as one case; the blank is the case without
        ``else``.
        """
        if len(node.arguments) != 3:
            raise LogicFault(
                "if takes a condition and two values", node.start, node.end
            )

        branches: list[tuple[Condition, Value]] = []
        rest: tree.LogicNode = node

        while (
            isinstance(rest, tree.CallNode)
            and rest.function == "if"
            and len(rest.arguments) == 3
        ):
            asked = self.condition(rest.arguments[0])
            then = self.value(rest.arguments[1], wanted)
            if then.type is ValueType.BLANK:
                then, asked = self.value(rest.arguments[2], wanted), negated(asked)
                branches.append((asked, then))
                return self.case(branches, BLANK, wanted)

            branches.append((asked, then))
            rest = rest.arguments[2]

        return self.case(branches, self.value(rest, wanted), wanted)

    def case(
        self,
        branches: list[tuple[Condition, Value]],
        otherwise: Value,
        wanted: ValueType | None,
    ) -> Value:
        open_branches = [(asked, value) for asked, value in branches if asked != FALSE]
        for index, (asked, value) in enumerate(open_branches):
            if asked == TRUE:
                otherwise, open_branches = value, open_branches[:index]
                break

        if not open_branches:
            return otherwise
        values = [value for _, value in open_branches]
        given = [
            item for item in (*values, otherwise) if item.type is not ValueType.BLANK
        ]
        if not given:
            return BLANK
        wanted = (
            wanted
            if wanted in (ValueType.NUMBER, ValueType.TEXT, ValueType.DATE)
            else _shared(given)
        )
        words = [
            f"when {certain(asked)} then {self.given(value, wanted)}"
            for asked, value in open_branches
            if value.type is not ValueType.BLANK
        ]
        last = (
            f" else {self.given(otherwise, wanted)}"
            if otherwise.type is not ValueType.BLANK
            else ""
        )
        sure = bool(last) and all(
            item.never_blank or item.literal is not None for item in given
        )

        return Value(
            text=f"case {' '.join(words)}{last} end", type=wanted, never_blank=sure
        )


def _shared(values: list[Value]) -> ValueType:
    """The type that branches have in common: numbers if all can be, else dates, else
    texts.
    """
    if all(_numeric(value) for value in values):
        return ValueType.NUMBER
    if all(
        value.type is ValueType.DATE or value.literal is not None for value in values
    ) and any(value.type is ValueType.DATE for value in values):
        return ValueType.DATE

    return ValueType.TEXT


def _numeric(value: Value) -> bool:
    if value.type is ValueType.LITERAL:
        return number_text(value.literal or "") is not None
    return value.type in (ValueType.NUMBER, ValueType.TICK)
