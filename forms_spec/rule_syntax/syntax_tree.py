"""The syntax tree of a rule: what was written, and where.

Nodes are frozen and know nothing of a study; ``start`` and ``end`` are offsets into the
text. Chains of ``and``, ``or`` and ``+`` are kept flat, so that a long list of terms
does not make a deep tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

LiteralValue = Decimal | str | bool
ROW_LOOKUPS = frozenset(("first", "last", "nth"))
"""Aggregates that are no words of the language: a field may bear such a name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A piece of the text, from ``start`` up to but not including ``end``."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Literal(Node):
    """``40``, ``'POS'``, ``true``, ``2024-01-31``, ``09:30``; dates and times stay
    canonical text.

    ``kind`` is number, text, boolean, date, time or datetime. A date may be partial:
    ``date '2024-03'``.
    """

    kind: str
    value: LiteralValue


@dataclass(frozen=True, kw_only=True, slots=True)
class DurationTerm(Node):
    """``3 months``, ``$rfa_months months``; ``unit`` is second, day or month, ``count`` is in
    ``times`` of it.
    """

    count: Node
    unit: str
    times: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference(Node):
    """``weight``, ``vs.bmi``, ``vs[SCR].bmi``, ``this.mbbses``, ``pt``, ``pt[all]``.

    Without a dot ``table`` is None and ``field`` is the name, unless a selector makes
    it a table.
    """

    table: str | None
    selector: str | None
    field: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ParameterReference(Node):
    """``$bmi_max``"""

    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Today(Node):
    """``today``: the day of entry, or the data cut."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Not(Node):
    operand: Node


@dataclass(frozen=True, kw_only=True, slots=True)
class Logic(Node):
    """``a and b and c`` or ``a or b or c``."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Compare(Node):
    """``=``, ``<>``, ``<``, ``<=``, ``>``, ``>=``, and on multiple choice ``has`` (one
    code), ``has any``, ``has all``, ``within`` and ``overlaps``.
    """

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, kw_only=True, slots=True)
class Between(Node):
    operand: Node
    low: Node
    high: Node
    negated: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing(Node):
    """``('A', 'B')``: the right side of ``in``, ``has any``, ``has all``, ``within``,
    ``overlaps``.
    """

    items: tuple[Node, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class In(Node):
    """``x in ('A', 'B')``; ``x in field`` when the field is a multiple choice."""

    operand: Node
    among: Node
    negated: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Is(Node):
    """``is known``, ``is missing``, ``is missing('ND')``, ``is true``, and their ``is
    not``.

    ``x is 'A'`` has the comparison ``x = 'A'`` as its operand, and the state true.
    """

    operand: Node
    state: str
    code: Literal | None
    negated: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Negative(Node):
    operand: Node


@dataclass(frozen=True, kw_only=True, slots=True)
class Sum(Node):
    """``a + b - c``, from left to right; ``signs`` holds ``+`` or ``-`` for every term."""

    signs: tuple[str, ...]
    terms: tuple[Node, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Product(Node):
    """``a * b`` or ``a / b``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, kw_only=True, slots=True)
class Case(Node):
    """``case when .. then .. else .. end``; without ``else`` the rest is UNKNOWN."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Call(Node):
    """``round(x, 1)``, or a derivation with its arguments: ``ix(mbblev)``."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Aggregate(Node):
    """``any(pt where ptres = 'POS')``, ``sum(op.opmme)``, ``count(distinct mbb.mbbses
    where ..)``, ``nth(pt.ptdat, 2 where ..)``.

    ``place`` is the number that ``nth`` is given. ``alias`` is the name of the row,
    as in ``any(pt as a where ..)``.
    """

    function: str
    distinct: bool
    over: Node
    where: Node | None
    place: Node | None = None
    alias: str | None = None


NodeType = TypeVar("NodeType", bound=Node)
_WITH_NODES = (Node, tuple)


def nodes_of(tree: object, kind: type[NodeType]) -> Iterator[NodeType]:
    """A node and all nodes below it that are of a kind, in reading order.

    A tree's depth is bounded by the parser, so this recursion is bounded too.
    """
    if isinstance(tree, kind):
        yield tree

    parts: Iterable[object] = ()
    if isinstance(tree, Node):
        parts = [getattr(tree, attribute) for attribute in tree.__dataclass_fields__]
    elif isinstance(tree, tuple):
        parts = tree

    for part in parts:
        # Most attributes are names, signs and places in the text.
        if isinstance(part, _WITH_NODES):
            yield from nodes_of(part, kind)


NODE_NAMES = frozenset(subclass.__name__ for subclass in Node.__subclasses__())
"""Every class above; a back end that lacks one fails at import."""
