"""From tokens to a tree: a Pratt parser.

Each function's docstring is its part of the grammar.
"""

from __future__ import annotations

import re

from generator.redcap.logic import tree
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.tokens import LogicToken, LogicTokenKind, tokens_of

_PRIMARY = "a field in brackets, a number, a text or a parenthesis"
OR, AND, NOT, COMPARE, ADD, MULTIPLY, POWER, NEGATE = range(1, 9)
DEEPEST = 120

_BINDING = {
    "or": OR,
    "and": AND,
    **dict.fromkeys(("=", "<>", "<", "<=", ">", ">="), COMPARE),
    "+": ADD,
    "-": ADD,
    "*": MULTIPLY,
    "/": MULTIPLY,
    "%": MULTIPLY,
    "^": POWER,
}
_FIELD = re.compile(
    r"\s*([A-Za-z0-9_]+|[a-z][a-z-]*[a-z])(?:\s*\(([^()]*)\))?((?::[A-Za-z0-9_,-]+)*)\s*"
)
_INSTANCE = re.compile(r"\s*(\d+|(?:current|first|last|previous|next|new)-instance)\s*")
_EVENT = re.compile(
    r"\s*([a-z0-9_]+_arm_\d+[a-z]?|(?:(?:first|last|previous|next)-)?event-name)\s*"
)


def parse_logic(text: str) -> tree.LogicNode:
    """The tree of a whole expression. Raises ``LogicFault``."""
    return _LogicParser(tokens_of(text)).whole()


class _LogicParser:
    """A walk over the tokens of one text; ``index`` is the one that comes next."""

    def __init__(self, tokens: tuple[LogicToken, ...]) -> None:
        self.tokens = tokens
        self.index = 0
        self.depth = 0

    @property
    def token(self) -> LogicToken:
        return self.tokens[self.index]

    def whole(self) -> tree.LogicNode:
        """``logic = expression END``"""
        if self.token.kind is LogicTokenKind.END:
            raise LogicFault("it contains only comments")

        expression = self.expression(OR)
        if self.index < len(self.tokens) - 1:
            raise self.unexpected("an operator or the end")

        return expression

    def expression(self, power: int) -> tree.LogicNode:
        """``expression = prefix (infix)*``, as long as the infix binds at least as
        tightly.
        """
        # Every level takes several of Python's frames, and there are a thousand.
        self.depth += 1
        if self.depth > DEEPEST:
            raise LogicFault(
                "it is nested too deeply", self.token.start, self.token.end
            )

        left = self.prefix()
        while (binding := self.binding()) >= power:
            combine = self.logic if binding <= AND else self.binary
            left = combine(left, binding)

        self.depth -= 1
        return left

    def binding(self) -> int:
        """How tightly the next token binds two operands, 0 for what is no operator."""
        if self.token.kind is not LogicTokenKind.SIGN:
            return 0
        return _BINDING.get(self.token.text, 0)

    def logic(self, left: tree.LogicNode, binding: int) -> tree.LogicNode:
        """``logic = operand ("and" operand)+ | operand ("or" operand)+``"""
        operator = self.token.text
        operands = [left]
        while self.is_sign(operator):
            self.take()
            operands.append(self.expression(binding + 1))

        return tree.JunctionNode(
            operator=operator,
            operands=tuple(operands),
            start=left.start,
            end=operands[-1].end,
        )

    def binary(self, left: tree.LogicNode, binding: int) -> tree.LogicNode:
        """``binary = left sign right``; ``^`` groups from the right"""
        sign = self.take().text
        right_power = binding if binding == POWER else binding + 1
        right = self.expression(right_power)

        return tree.BinaryNode(
            operator=sign,
            left=left,
            right=right,
            start=left.start,
            end=right.end,
        )

    def prefix(self) -> tree.LogicNode:
        """``prefix = ("not" | "-" | "+") value | primary``"""
        token = self.token
        if self.is_sign("not"):
            self.take()
            operand = self.expression(NOT)
            return tree.UnaryNode(
                operator="not",
                operand=operand,
                start=token.start,
                end=operand.end,
            )

        if self.is_sign("-") or self.is_sign("+"):
            self.take()
            operand = self.expression(NEGATE)
            if token.text == "+":
                return operand

            return tree.UnaryNode(
                operator="-",
                operand=operand,
                start=token.start,
                end=operand.end,
            )

        return self.primary()

    def primary(self) -> tree.LogicNode:
        """``primary = number | text | reference | call | "(" expression ")"``"""
        token = self.token
        if token.kind is LogicTokenKind.NUMBER:
            self.take()
            return tree.NumberNode(
                text=token.text,
                start=token.start,
                end=token.end,
            )

        if token.kind is LogicTokenKind.TEXT:
            self.take()
            return tree.TextNode(
                value=token.text,
                start=token.start,
                end=token.end,
            )

        if token.kind is LogicTokenKind.REFERENCE:
            return self.reference()
        if token.kind is LogicTokenKind.NAME:
            return self.named()
        if self.is_sign("("):
            self.take()
            inside = self.expression(OR)
            self.expect(")")

            return inside

        raise self.unexpected(_PRIMARY)

    def named(self) -> tree.LogicNode:
        """``call = name "(" [expression ("," expression)*] ")"``; ``true``, ``false``"""
        name = self.token.text.lower()
        start, end = self.token.start, self.token.end

        following = self.tokens[self.index + 1]
        if following.kind is LogicTokenKind.SIGN and following.text == "(":
            return self.call(name)

        if name in ("true", "false"):
            self.take()
            return tree.NumberNode(
                text=str(int(name == "true")),
                start=start,
                end=end,
            )

        if name in ("null", "nan"):
            self.take()
            return tree.TextNode(
                value="",
                start=start,
                end=end,
            )

        raise self.unexpected(_PRIMARY)

    def call(self, name: str) -> tree.LogicNode:
        start = self.take().start
        self.expect("(")
        arguments = []

        while not self.is_sign(")"):
            arguments.append(self.expression(OR))
            if not self.is_sign(")"):
                self.expect(",")

        end = self.take().end
        return tree.CallNode(
            function=name,
            arguments=tuple(arguments),
            start=start,
            end=end,
        )

    def reference(self) -> tree.LogicNode:
        """``reference = ["[" event "]"] "[" field ["(" code ")"] "]" ["[" instance
        "]"]``
        """
        first = self.take()
        event, bracket = None, first
        if self.is_event(first):
            event = first.text.strip()
            bracket = self.take()

        field = _FIELD.fullmatch(bracket.text)
        if field is None:
            why = f"[{bracket.text}] is not a field"
            raise LogicFault(why, bracket.start, bracket.end)

        name, code, _modifiers = field.groups()
        instance, end = None, bracket.end
        if self.is_joined_to(bracket):
            number = _INSTANCE.fullmatch(self.token.text)
            if number is not None:
                instance, end = number[1], self.take().end

        return tree.ReferenceNode(
            event=event,
            field=name,
            code=code.strip() if code is not None else None,
            instance=instance,
            start=first.start,
            end=end,
        )

    def is_event(self, first: LogicToken) -> bool:
        """``[baseline][x]``: what is followed by a field can only be an event."""
        if not self.is_joined_to(first):
            return False
        if _EVENT.fullmatch(first.text):
            return True

        return _INSTANCE.fullmatch(self.token.text) is None

    def is_joined_to(self, before: LogicToken) -> bool:
        """Whether the next token is in brackets too, right behind the one before."""
        follows = self.token.start == before.end
        return follows and self.token.kind is LogicTokenKind.REFERENCE

    def take(self) -> LogicToken:
        token = self.tokens[self.index]
        if token.kind is not LogicTokenKind.END:
            self.index += 1

        return token

    def is_sign(self, text: str) -> bool:
        if self.token.kind is not LogicTokenKind.SIGN:
            return False

        return self.token.text == text

    def expect(self, text: str) -> LogicToken:
        if not self.is_sign(text):
            raise self.unexpected(text)
        return self.take()

    def unexpected(self, wanted: str) -> LogicFault:
        token = self.token
        if token.kind is LogicTokenKind.END:
            return LogicFault(
                f"it ends where {wanted} was expected", token.start, token.end
            )

        return LogicFault(
            f"{token.text!r} was found where {wanted} was expected",
            token.start,
            token.end,
        )
