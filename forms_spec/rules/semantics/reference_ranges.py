"""Reference ranges: the study's table written out as a choice among its rows, for one
field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType

from forms_spec.model.criteria import ReferenceRange, References
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules.semantics import comparisons
from forms_spec.rules.semantics.calendar import date_interval
from forms_spec.rules.semantics.functions import Function
from forms_spec.rules.semantics.numbers import scaled
from forms_spec.rules.semantics.resolve_context import ResolveContext
from forms_spec.rules.semantics.resolved import Apply, Constant, Core, Read
from forms_spec.rules.semantics.types import Type
from forms_spec.rules.semantics.unit_conversion import companion_of, converted, through

LOW, NORMAL, HIGH = "LOW", "NORMAL", "HIGH"


def reference(
    context: ResolveContext, node: syntax_tree.Call, function: Function
) -> Core:
    """``reference_low(x)``, ``reference_high(x)``, ``in_reference(x)``; UNKNOWN where
    no row applies.
    """
    with context.in_any_unit():
        cell = context.core(node.arguments[0])
    if cell.type is Type.ANY:
        return cell
    table = context.study.references
    here = isinstance(cell, Read) and cell.depth == len(context.names.frames) - 1
    field = cell.field if isinstance(cell, Read) else None
    if (
        not isinstance(cell, Read)
        or table is None
        or field is None
        or field.lab_test is None
        or not here
    ):
        return context.fault(
            "rule-no-reference", node.arguments[0], name=context.said(node.arguments[0])
        )

    rows = [row for row in table.ranges if row.test == field.lab_test]
    result = _Result(context, node, cell)
    branches: list[Core] = []
    for row, applies in zip(rows, _conditions(context, node, table, rows), strict=True):
        branches += (applies, _GIVES[function.name](result, row))
    unknown = Constant(type=function.gives, value=None)
    if not branches:
        return unknown
    return Apply(type=function.gives, operator="case", arguments=(*branches, unknown))


def _conditions(
    context: ResolveContext,
    node: syntax_tree.Call,
    table: References,
    rows: list[ReferenceRange],
) -> Iterator[Core]:
    """``lab = 'A' and sex = 'M' and age >= 18``, for each row."""
    sources = {
        name: _source(context, source) for name, source in _sources(table).items()
    }
    named = [
        Constant(type=Type.TEXT, value=lab)
        for lab in dict.fromkeys(row.lab for row in rows)
        if lab
    ]
    for row in rows:
        ends = [
            comparisons.compared(context, node, operator, sources[name], end)
            for name, operator, end in _ends(row)
            if name in sources
        ]
        if row.lab is None:
            ends.append(_elsewhere(context, sources["lab"], named))
        yield context.apply(Type.CONDITION, "and", *ends)


def _elsewhere(context: ResolveContext, lab: Core, named: list[Constant]) -> Core:
    """A laboratory that has no row of its own for the test."""
    if not named:
        return context.apply(Type.CONDITION, "known", lab)
    return context.apply(
        Type.CONDITION, "not", context.apply(Type.CONDITION, "in", lab, *named)
    )


def _sources(table: References) -> dict[str, Expression]:
    data = {"lab": table.lab, "sex": table.sex, "age": table.age, "date": table.date}
    return {name: item for name, item in data.items() if item is not None}


def _source(context: ResolveContext, expression: Expression) -> Core:
    with context.standing_in(expression, {}):
        return context.core(expression.tree)


def _ends(row: ReferenceRange) -> list[tuple[str, str, Core]]:
    """What has to hold of the sources for a row to apply."""
    conditions: list[tuple[str, str, Core]] = []
    for name, text in (("lab", row.lab), ("sex", row.sex)):
        if text is not None:
            conditions.append((name, "=", Constant(type=Type.TEXT, value=text)))

    for operator, years in ((">=", row.age_low), ("<=", row.age_high)):
        if years is not None:
            conditions.append(
                ("age", operator, Constant(type=Type.NUMBER, value=scaled(years)))
            )

    for operator, day in ((">=", row.valid_from), ("<=", row.valid_to)):
        if day is not None:
            conditions.append(
                ("date", operator, Constant(type=Type.DATE, value=date_interval(day)))
            )

    return conditions


_NOTHING = Constant(type=Type.NUMBER, value=None)


class _Result:
    """A result beside its rows; where its unit is chosen, both in the unit that all
    others convert into.
    """

    def __init__(
        self, context: ResolveContext, node: syntax_tree.Call, cell: Read
    ) -> None:
        self.context = context
        self.node = node
        self.cell = cell
        unit = cell.field.unit
        self.base = unit.base if unit is not None else None
        self.units = (
            {choice.code: choice for choice in unit.choices} if unit is not None else {}
        )

    @cached_property
    def in_base(self) -> Core:
        if self.base is None:
            return self.cell
        code = syntax_tree.Literal(
            kind="text", value=self.base.code, start=self.node.start, end=self.node.end
        )
        return converted(self.context, self.node, self.cell, code)

    def end(self, row: ReferenceRange, text: str | None) -> Core:
        """An end of a row; UNKNOWN where it is open, or in none of the units to choose."""
        limit = _limit(text)
        if text is None or self.base is None:
            return limit
        unit = self.units.get(row.unit or "")
        if unit is None:
            return _NOTHING
        # The rows of the table do not count as parts of the rule: a study may have
        # thousands.
        nodes = self.context.nodes
        end = through(self.context, limit, self.cell.field, unit, self.base.code)
        self.context.nodes = nodes

        return end or _NOTHING

    def word(self, row: ReferenceRange) -> Core:
        low, high = self.end(row, row.low), self.end(row, row.high)
        general = _word(row, self.in_base, low, high)
        if (
            self.base is None
            or row.unit == self.base.code
            or row.unit not in self.units
        ):
            return general

        # In the row's own unit nothing is converted, so that nothing is rounded.
        code = Constant(type=Type.TEXT, value=row.unit)
        alike = self.context.apply(
            Type.CONDITION, "eq", companion_of(self.context, self.cell), code
        )
        plain = _word(row, self.cell, _limit(row.low), _limit(row.high))

        return Apply(type=Type.TEXT, operator="case", arguments=(alike, plain, general))


def _limit(text: str | None) -> Core:
    return _NOTHING if text is None else Constant(type=Type.NUMBER, value=scaled(text))


def _word(row: ReferenceRange, value: Core, low: Core, high: Core) -> Core:
    """``case when value < low then 'LOW' when value > high then 'HIGH' else 'NORMAL'
    end``
    """
    branches: list[Core] = []
    for word, limit, number in ((LOW, row.low, low), (HIGH, row.high, high)):
        if limit is not None:
            end, operator = number, "lt"
            if value.type is Type.SPREAD:
                end = Apply(type=Type.SPREAD, operator="point", arguments=(number,))
                operator = "span_lt"

            pair = (value, end) if word == LOW else (end, value)
            branches.append(
                Apply(type=Type.CONDITION, operator=operator, arguments=pair)
            )
            branches.append(Constant(type=Type.TEXT, value=word))

    normal = Constant(type=Type.TEXT, value=NORMAL)

    return Apply(type=Type.TEXT, operator="case", arguments=(*branches, normal))


_GIVES: Mapping[str, Callable[[_Result, ReferenceRange], Core]] = MappingProxyType(
    {
        "reference_low": lambda result, row: result.end(row, row.low),
        "reference_high": lambda result, row: result.end(row, row.high),
        "in_reference": _Result.word,
    }
)
