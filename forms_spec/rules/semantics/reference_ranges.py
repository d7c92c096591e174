"""Reference ranges: the study's table written out as a choice among its rows, for one
field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType

from forms_spec.model.criteria import ReferenceRange, References
from forms_spec.model.facets import UnitChoice
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules.semantics import comparisons
from forms_spec.rules.semantics.calendar import date_interval
from forms_spec.rules.semantics.functions import Function
from forms_spec.rules.semantics.numbers import scaled
from forms_spec.rules.semantics.resolve_context import UNKNOWN_NUMBER, ResolveContext
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
    if table is None or not isinstance(cell, Read) or not _is_result(context, cell):
        return context.fault(
            "rule-no-reference",
            node.arguments[0],
            name=context.source_text(node.arguments[0]),
        )

    rows = [row for row in table.ranges if row.test == cell.field.lab_test]
    result = _Result(context, node, cell)
    conditions = _conditions(context, node, table, rows)
    branches: list[Core] = []
    for row, applies in zip(rows, conditions, strict=True):
        branches += (applies, GIVES[function.name](result, row))

    unknown = Constant(type=function.gives, value=None)
    if not branches:
        return unknown

    return context.apply(function.gives, "case", *branches, unknown)


def _is_result(context: ResolveContext, cell: Read) -> bool:
    """Whether the cell is a laboratory result of the row or form that is looked at."""
    if cell.field.lab_test is None:
        return False

    innermost = len(context.names.frames) - 1
    return cell.depth == innermost


def _conditions(
    context: ResolveContext,
    node: syntax_tree.Call,
    table: References,
    rows: list[ReferenceRange],
) -> Iterator[Core]:
    """``lab = 'A' and sex = 'M' and age >= 18``, for each row."""
    sources = _sources(context, table)
    labs = dict.fromkeys(row.lab for row in rows if row.lab)
    named = [Constant(type=Type.TEXT, value=lab) for lab in labs]

    for row in rows:
        holds: list[Core] = []
        for name, operator, end in _ends(row):
            if name in sources:
                source = sources[name]
                condition = comparisons.compared(context, node, operator, source, end)
                holds.append(condition)

        if row.lab is None:
            holds.append(_elsewhere(context, sources["lab"], named))

        yield context.apply(Type.CONDITION, "and", *holds)


def _elsewhere(context: ResolveContext, lab: Core, named: list[Constant]) -> Core:
    """A laboratory that has no row of its own for the test."""
    if not named:
        return context.apply(Type.CONDITION, "known", lab)

    among_named = context.apply(Type.CONDITION, "in", lab, *named)
    return context.negated(among_named)


def _sources(context: ResolveContext, table: References) -> dict[str, Core]:
    """What the table compares its rows with: those of its sources that it names."""
    expressions = {
        "lab": table.lab,
        "sex": table.sex,
        "age": table.age,
        "date": table.date,
    }
    sources: dict[str, Core] = {}

    for name, expression in expressions.items():
        if expression is None:
            continue

        with context.standing_in(expression, {}):
            sources[name] = context.core(expression.tree)

    return sources


def _ends(row: ReferenceRange) -> list[tuple[str, str, Core]]:
    """What has to hold of the sources for a row to apply."""
    conditions: list[tuple[str, str, Core]] = []
    for name, text in (("lab", row.lab), ("sex", row.sex)):
        if text is not None:
            conditions.append((name, "=", Constant(type=Type.TEXT, value=text)))

    for operator, years in ((">=", row.age_low), ("<=", row.age_high)):
        if years is not None:
            age = Constant(type=Type.NUMBER, value=scaled(years))
            conditions.append(("age", operator, age))

    for operator, day in ((">=", row.valid_from), ("<=", row.valid_to)):
        if day is not None:
            date = Constant(type=Type.DATE, value=date_interval(day))
            conditions.append(("date", operator, date))

    return conditions


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
        self.base: UnitChoice | None = None
        self.units: dict[str, UnitChoice] = {}
        unit = cell.field.unit
        if unit is not None:
            self.base = unit.base
            self.units = {choice.code: choice for choice in unit.choices}

    @cached_property
    def in_base(self) -> Core:
        """The result in the unit that all others convert into."""
        if self.base is None:
            return self.cell

        code = syntax_tree.Literal(
            kind="text",
            value=self.base.code,
            start=self.node.start,
            end=self.node.end,
        )
        return converted(self.context, self.node, self.cell, code)

    def end(self, row: ReferenceRange, text: str | None) -> Core:
        """An end of a row; UNKNOWN where it is open, or in none of the units to choose."""
        limit = _limit(text)
        if text is None or self.base is None:
            return limit

        unit = self.units.get(row.unit or "")
        if unit is None:
            return UNKNOWN_NUMBER

        # The rows of the table do not count as parts of the rule: a study may have
        # thousands.
        nodes = self.context.nodes
        end = through(self.context, limit, self.cell.field, unit, self.base.code)
        self.context.nodes = nodes

        return end or UNKNOWN_NUMBER

    def word(self, row: ReferenceRange) -> Core:
        """Where the result lies: below the row, in it, or above."""
        low, high = self.end(row, row.low), self.end(row, row.high)
        general = _word(row, self.in_base, low, high)
        if self.base is None or row.unit == self.base.code:
            return general
        if row.unit not in self.units:
            return general

        # In the row's own unit nothing is converted, so that nothing is rounded.
        context = self.context
        unit = Constant(type=Type.TEXT, value=row.unit)
        companion = companion_of(context, self.cell)
        same_unit = context.apply(Type.CONDITION, "eq", companion, unit)
        plain = _word(row, self.cell, _limit(row.low), _limit(row.high))

        return context.apply(Type.TEXT, "case", same_unit, plain, general)


def _limit(text: str | None) -> Core:
    if text is None:
        return UNKNOWN_NUMBER

    return Constant(type=Type.NUMBER, value=scaled(text))


def _word(row: ReferenceRange, value: Core, low: Core, high: Core) -> Core:
    """``case when value < low then 'LOW' when value > high then 'HIGH' else 'NORMAL'
    end``
    """
    # A result with a comparator is an interval: so is an end beside it.
    operator = "lt"
    if value.type is Type.SPREAD:
        operator = "span_lt"
        low = Apply(type=Type.SPREAD, operator="point", arguments=(low,))
        high = Apply(type=Type.SPREAD, operator="point", arguments=(high,))

    branches: list[Core] = []
    for word, limit, pair in (
        (LOW, row.low, (value, low)),
        (HIGH, row.high, (high, value)),
    ):
        if limit is None:
            continue

        beyond = Apply(type=Type.CONDITION, operator=operator, arguments=pair)
        branches += (beyond, Constant(type=Type.TEXT, value=word))

    normal = Constant(type=Type.TEXT, value=NORMAL)
    return Apply(type=Type.TEXT, operator="case", arguments=(*branches, normal))


GIVES: Mapping[str, Callable[[_Result, ReferenceRange], Core]] = MappingProxyType(
    {
        "reference_low": lambda result, row: result.end(row, row.low),
        "reference_high": lambda result, row: result.end(row, row.high),
        "in_reference": _Result.word,
    }
)
"""What each function gives of the row that applies, by the name of the function."""
