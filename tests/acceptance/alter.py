"""Every small alteration of an expression: operator, bound, unit, connective, field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.rule_syntax import syntax_tree

Altered = tuple[str, syntax_tree.Node]
"""What was done, and the altered tree."""

SWAPS = {
    "<": ("<=", ">"),
    "<=": ("<", ">="),
    ">": (">=", "<"),
    ">=": (">", "<="),
    "=": ("<>",),
    "<>": ("=",),
    "has all": ("has any",),
    "has any": ("has all",),
    "within": ("overlaps",),
    "overlaps": ("within",),
}
FOLDS = {"any": "every", "every": "any", "min": "max", "max": "min"}
CALLS = {"within": "since", "since": "within", "min": "max", "max": "min"}


class Alter:
    """Alters expressions of one study, as seen from one form or row."""

    def __init__(self, study: Study, tables: tuple[str, ...]) -> None:
        self.study = study
        self.tables = tables

    def alterations(self, node: syntax_tree.Node) -> Iterator[Altered]:
        """The node altered itself, then each of its parts."""
        make = _MAKERS.get(type(node))
        if make is not None:
            yield from make(self, node)
        for name in node.__dataclass_fields__:
            yield from self._below(node, name, getattr(node, name))

    def _below(self, node: syntax_tree.Node, name: str, held: Any) -> Iterator[Altered]:
        if isinstance(held, syntax_tree.Node):
            for what, one in self.alterations(held):
                yield what, _with(node, name, one)
        elif isinstance(held, tuple):
            for at, item in enumerate(held):
                for what, one in self._item(item):
                    yield what, _with(node, name, (*held[:at], one, *held[at + 1 :]))

    def _item(self, item: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(item, syntax_tree.Node):
            yield from self.alterations(item)
        elif isinstance(item, tuple):
            for at, part in enumerate(item):
                for what, one in self._item(part):
                    yield what, (*item[:at], one, *item[at + 1 :])

    def literal(self, node: syntax_tree.Literal) -> Iterator[Altered]:
        if node.kind == "number":
            assert isinstance(node.value, Decimal)
            for step in (1, -1):
                yield (
                    f"{node.value} -> {node.value + step}",
                    replace(node, value=node.value + step),
                )
        elif node.kind == "boolean":
            yield (
                f"{node.value} -> {not node.value}",
                replace(node, value=not node.value),
            )

    def parameter(self, node: syntax_tree.ParameterReference) -> Iterator[Altered]:
        for sign in ("+", "-"):
            one = syntax_tree.Literal(
                kind="number", value=Decimal(1), start=node.start, end=node.end
            )
            terms = syntax_tree.Sum(
                signs=("+", sign), terms=(node, one), start=node.start, end=node.end
            )
            yield f"${node.name} {sign} 1", terms

    def duration(self, node: syntax_tree.DurationTerm) -> Iterator[Altered]:
        unit = {"day": "month", "month": "day"}[node.unit]
        yield f"{node.unit}s -> {unit}s", replace(node, unit=unit)

    def negation(self, node: syntax_tree.Not) -> Iterator[Altered]:
        yield "without not", node.operand

    def logic(self, node: syntax_tree.Logic) -> Iterator[Altered]:
        other = {"and": "or", "or": "and"}[node.operator]
        yield f"{node.operator} -> {other}", replace(node, operator=other)
        for at in range(len(node.operands)):
            left = (*node.operands[:at], *node.operands[at + 1 :])
            yield (
                f"{node.operator} without part {at + 1}",
                left[0] if len(left) == 1 else replace(node, operands=left),
            )

    def compare(self, node: syntax_tree.Compare) -> Iterator[Altered]:
        for other in SWAPS.get(node.operator, ()):
            yield f"{node.operator} -> {other}", replace(node, operator=other)
        if node.operator == "has":
            yield (
                "not has",
                syntax_tree.Not(operand=node, start=node.start, end=node.end),
            )

    def between(self, node: syntax_tree.Between) -> Iterator[Altered]:
        span = {"start": node.start, "end": node.end}
        low = syntax_tree.Compare(
            operator=">=", left=node.operand, right=node.low, **span
        )
        high = syntax_tree.Compare(
            operator="<=", left=node.operand, right=node.high, **span
        )
        yield "between negated", replace(node, negated=not node.negated)
        yield "only the upper end", high
        yield "only the lower end", low
        for one, other in (
            (replace(low, operator=">"), high),
            (low, replace(high, operator="<")),
        ):
            yield (
                "end left out",
                syntax_tree.Logic(operator="and", operands=(one, other), **span),
            )

    def membership(self, node: syntax_tree.In) -> Iterator[Altered]:
        yield "in negated", replace(node, negated=not node.negated)

    def listing(self, node: syntax_tree.Listing) -> Iterator[Altered]:
        for at in range(len(node.items)):
            if len(node.items) > 1:
                yield (
                    f"list without {at + 1}",
                    replace(node, items=(*node.items[:at], *node.items[at + 1 :])),
                )

    def state(self, node: syntax_tree.Is) -> Iterator[Altered]:
        yield "is negated", replace(node, negated=not node.negated)
        if node.state == "true":
            yield "without is true", node.operand

    def sum(self, node: syntax_tree.Sum) -> Iterator[Altered]:
        for at in range(1, len(node.signs)):
            sign = {"+": "-", "-": "+"}[node.signs[at]]
            signs = (*node.signs[:at], sign, *node.signs[at + 1 :])
            yield f"{sign} part {at + 1}", replace(node, signs=signs)

    def product(self, node: syntax_tree.Product) -> Iterator[Altered]:
        other = {"*": "/", "/": "*"}[node.operator]
        yield f"{node.operator} -> {other}", replace(node, operator=other)

    def case(self, node: syntax_tree.Case) -> Iterator[Altered]:
        for at in range(len(node.branches)):
            if len(node.branches) > 1:
                yield (
                    f"case without branch {at + 1}",
                    replace(
                        node, branches=(*node.branches[:at], *node.branches[at + 1 :])
                    ),
                )
        if node.otherwise is not None:
            yield "case without else", replace(node, otherwise=None)

    def call(self, node: syntax_tree.Call) -> Iterator[Altered]:
        if node.function in CALLS:
            yield (
                f"{node.function} -> {CALLS[node.function]}",
                replace(node, function=CALLS[node.function]),
            )
        if node.function == "coalesce":
            for at, one in enumerate(node.arguments):
                yield f"only part {at + 1} of coalesce", one
        if node.function in ("abs", "round"):
            yield f"without {node.function}", node.arguments[0]

    def fold(self, node: syntax_tree.Aggregate) -> Iterator[Altered]:
        if node.function in FOLDS:
            yield (
                f"{node.function} -> {FOLDS[node.function]}",
                replace(node, function=FOLDS[node.function]),
            )
        if node.where is not None:
            yield f"{node.function} without where", replace(node, where=None)
        if node.distinct:
            yield (
                "without distinct",
                replace(node, distinct=False, over=_table(node.over)),
            )

    def reference(self, node: syntax_tree.Reference) -> Iterator[Altered]:
        """The next field of the same kind and codes in the same table."""
        if node.field is None:
            return
        for name in (
            (node.table,)
            if node.table not in (None, "this")
            else (*self.tables, *self.study.tables)
        ):
            table = self.study.tables.get(name or "")
            if table is not None and any(f.name == node.field for f in table.fields):
                other = _next_alike(table.fields, node.field)
                if other is not None:
                    yield f"{node.field} -> {other}", replace(node, field=other)
                return


def _with(node: syntax_tree.Node, name: str, part: Any) -> syntax_tree.Node:
    changed: dict[str, Any] = {name: part}
    return replace(node, **changed)


def _table(over: syntax_tree.Node) -> syntax_tree.Node:
    assert isinstance(over, syntax_tree.Reference)
    return (
        replace(over, field=None)
        if over.selector
        else replace(over, table=None, field=over.table)
    )


def _next_alike(fields: tuple[Field, ...], name: str) -> str | None:
    own = next(f for f in fields if f.name == name)
    codes = own.codelist and own.codelist.name
    alike = [
        f.name
        for f in fields
        if f.kind is own.kind and (f.codelist and f.codelist.name) == codes
    ]
    return alike[(alike.index(name) + 1) % len(alike)] if len(alike) > 1 else None


_MAKERS: Mapping[type[syntax_tree.Node], Callable[[Alter, Any], Iterator[Altered]]] = {
    syntax_tree.Literal: Alter.literal,
    syntax_tree.ParameterReference: Alter.parameter,
    syntax_tree.DurationTerm: Alter.duration,
    syntax_tree.Not: Alter.negation,
    syntax_tree.Logic: Alter.logic,
    syntax_tree.Compare: Alter.compare,
    syntax_tree.Between: Alter.between,
    syntax_tree.In: Alter.membership,
    syntax_tree.Listing: Alter.listing,
    syntax_tree.Is: Alter.state,
    syntax_tree.Sum: Alter.sum,
    syntax_tree.Product: Alter.product,
    syntax_tree.Case: Alter.case,
    syntax_tree.Call: Alter.call,
    syntax_tree.Aggregate: Alter.fold,
    syntax_tree.Reference: Alter.reference,
}
