"""From words to a tree: a Pratt parser.

Each function's docstring is its part of the grammar.
"""

from __future__ import annotations

import re

from generator.redcap.logic import tree
from generator.redcap.logic.words import Kind, LogicFault, Word, words_of

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


def parse_logic(text: str) -> tree.Node:
    """The tree of a whole expression. Raises ``LogicFault``."""
    return _Parser(words_of(text)).whole()


class _Parser:
    def __init__(self, words: tuple[Word, ...]) -> None:
        self.words = words
        self.at = 0
        self.depth = 0

    @property
    def word(self) -> Word:
        return self.words[self.at]

    def whole(self) -> tree.Node:
        """``logic = expression END``"""
        if self.word.kind is Kind.END:
            raise LogicFault("there is nothing but comments")
        expression = self.expression(OR)
        if self.at < len(self.words) - 1:
            raise self.unexpected("an operator or the end")
        return expression

    def expression(self, power: int) -> tree.Node:
        """``expression = prefix (infix)*``, as long as the infix binds at least as
        tightly.
        """
        self.depth += 1
        if self.depth > DEEPEST:
            raise LogicFault("nested too deeply", self.word.start, self.word.end)
        left = self.prefix()

        while (
            self.word.kind is Kind.SIGN
            and (binding := _BINDING.get(self.word.text, 0)) >= power
        ):
            left = (
                self.logic(left, binding)
                if binding <= AND
                else self.binary(left, binding)
            )

        self.depth -= 1

        return left

    def logic(self, left: tree.Node, binding: int) -> tree.Node:
        """``logic = operand ("and" operand)+ | operand ("or" operand)+``"""
        operator = self.word.text
        operands = [left]
        while self.is_sign(operator):
            self.take()
            operands.append(self.expression(binding + 1))

        return tree.Logic(
            operator=operator,
            operands=tuple(operands),
            start=left.start,
            end=operands[-1].end,
        )

    def binary(self, left: tree.Node, binding: int) -> tree.Node:
        """``binary = left sign right``; ``^`` groups from the right"""
        sign = self.take().text
        right = self.expression(binding if binding == POWER else binding + 1)
        return tree.Binary(
            operator=sign, left=left, right=right, start=left.start, end=right.end
        )

    def prefix(self) -> tree.Node:
        """``prefix = ("not" | "-" | "+") value | primary``"""
        word = self.word
        if self.is_sign("not"):
            self.take()
            operand = self.expression(NOT)
            return tree.Unary(
                operator="not", operand=operand, start=word.start, end=operand.end
            )

        if self.is_sign("-") or self.is_sign("+"):
            self.take()
            operand = self.expression(NEGATE)
            if word.text == "+":
                return operand
            return tree.Unary(
                operator="-", operand=operand, start=word.start, end=operand.end
            )

        return self.primary()

    def primary(self) -> tree.Node:
        """``primary = number | text | reference | call | "(" expression ")"``"""
        word = self.word
        if word.kind is Kind.NUMBER:
            self.take()
            return tree.Number(text=word.text, start=word.start, end=word.end)

        if word.kind is Kind.TEXT:
            self.take()
            return tree.Text(value=word.text, start=word.start, end=word.end)

        if word.kind is Kind.REFERENCE:
            return self.reference()
        if word.kind is Kind.NAME:
            return self.named()
        if self.is_sign("("):
            self.take()
            inside = self.expression(OR)
            self.expect(")")
            return inside

        raise self.unexpected("a field in brackets, a number, a text or a parenthesis")

    def named(self) -> tree.Node:
        """``call = name "(" [expression ("," expression)*] ")"``; ``true``, ``false``"""
        word = self.take()
        name = word.text.lower()
        if not self.is_sign("("):
            if name in ("true", "false"):
                return tree.Number(
                    text=str(int(name == "true")), start=word.start, end=word.end
                )

            if name in ("null", "nan"):
                return tree.Text(value="", start=word.start, end=word.end)
            self.at -= 1
            raise self.unexpected(
                "a field in brackets, a number, a text or a parenthesis"
            )

        self.take()
        arguments = []

        while not self.is_sign(")"):
            arguments.append(self.expression(OR))
            if not self.is_sign(")"):
                self.expect(",")

        end = self.take().end

        return tree.Call(
            function=name, arguments=tuple(arguments), start=word.start, end=end
        )

    def reference(self) -> tree.Node:
        """``reference = ["[" event "]"] "[" field ["(" code ")"] "]" ["[" instance
        "]"]``
        """
        first = self.take()
        event = instance = None
        entry = first
        named = _EVENT.fullmatch(first.text)
        if named and self.word.kind is Kind.REFERENCE and self.word.start == entry.end:
            event, entry = named[1], self.take()
        elif self.other_event(first):
            event, entry = first.text.strip(), self.take()

        field = _FIELD.fullmatch(entry.text)
        if field is None:
            raise LogicFault(f"[{entry.text}] is no field", entry.start, entry.end)
        end = entry.end
        if self.word.kind is Kind.REFERENCE and self.word.start == entry.end:
            number = _INSTANCE.fullmatch(self.word.text)
            if number is not None:
                instance, end = number[1], self.take().end

        code = field[2].strip() if field[2] is not None else None

        return tree.Reference(
            event=event,
            field=field[1],
            code=code,
            instance=instance,
            start=first.start,
            end=end,
        )

    def other_event(self, first: Word) -> bool:
        """``[baseline][x]``: what is followed by a field can only be an event."""
        follows = self.word
        return (
            follows.kind is Kind.REFERENCE
            and follows.start == first.end
            and _INSTANCE.fullmatch(follows.text) is None
        )

    def take(self) -> Word:
        word = self.words[self.at]
        if word.kind is not Kind.END:
            self.at += 1
        return word

    def is_sign(self, text: str) -> bool:
        return self.word.kind is Kind.SIGN and self.word.text == text

    def expect(self, text: str) -> Word:
        if not self.is_sign(text):
            raise self.unexpected(text)
        return self.take()

    def unexpected(self, wanted: str) -> LogicFault:
        word = self.word
        if word.kind is Kind.END:
            return LogicFault(f"it ends where {wanted} is wanted", word.start, word.end)
        return LogicFault(
            f"{word.text!r} stands where {wanted} is wanted", word.start, word.end
        )
