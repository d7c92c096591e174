"""The syntax tree of REDCap's logic; ``start`` and ``end`` are offsets into the text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(
    frozen=True,
    kw_only=True,
    slots=True,
)
class LogicNode:
    start: int
    end: int


@dataclass(
    frozen=True,
    kw_only=True,
    slots=True,
)
class NumberNode(LogicNode):
    """``5``, ``.5``"""

    text: str


@dataclass(
    frozen=True,
    kw_only=True,
    slots=True,
)
class TextNode(LogicNode):
    """``'1'`` or ``"1"``; the empty one is the blank."""

    value: str


@dataclass(
    frozen=True,
    kw_only=True,
    slots=True,
)
class ReferenceNode(LogicNode):
    """``[x]``, ``[f(3)]``, ``[event_1_arm_1][x]``, ``[x][2]``,
    ``[previous-event-name][x][last-instance]``.

    A smart variable that stands alone is a ``field`` with a hyphen in its name.
    """

    event: str | None
    field: str
    code: str | None
    instance: str | None


@dataclass(
    frozen=True,
    kw_only=True,
    slots=True,
)
class CallNode(LogicNode):
    """``round([x], 1)``; the name is in small letters."""

    function: str
    arguments: tuple[LogicNode, ...]


@dataclass(
    frozen=True,
    kw_only=True,
    slots=True,
)
class BinaryNode(LogicNode):
    """A comparison or arithmetic: ``= <> < <= > >= + - * / % ^``."""

    operator: str
    left: LogicNode
    right: LogicNode


@dataclass(
    frozen=True,
    kw_only=True,
    slots=True,
)
class UnaryNode(LogicNode):
    """``-x``, ``not x``"""

    operator: str
    operand: LogicNode


@dataclass(
    frozen=True,
    kw_only=True,
    slots=True,
)
class JunctionNode(LogicNode):
    """``a and b and c`` or ``a or b or c``, kept flat."""

    operator: str
    operands: tuple[LogicNode, ...]
