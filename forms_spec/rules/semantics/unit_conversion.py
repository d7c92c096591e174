"""A value in another of its units, by the formulas of the dictionary."""

from __future__ import annotations

from dataclasses import replace

from forms_spec.findings.suggestions import did_you_mean
from forms_spec.model.facets import UnitChoice
from forms_spec.model.fields import Field
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules.semantics.resolve_context import UNKNOWN_NUMBER, ResolveContext
from forms_spec.rules.semantics.resolved import Constant, Core, Read, Remote
from forms_spec.rules.semantics.types import Type


def converted(
    context: ResolveContext,
    node: syntax_tree.Node,
    cell: Read | Remote,
    wanted: syntax_tree.Literal,
) -> Core:
    """The value in another unit of the field, by the formulas of the dictionary."""
    unit = str(wanted.value)
    field = cell.field
    known = _units(field)

    if unit not in known:
        return context.fault(
            "rule-unknown-unit",
            wanted,
            name=unit,
            field=field.name,
            units=", ".join(known) or "none",
            near=did_you_mean(unit, known),
        )

    if field.unit is not None and field.unit.fixed == unit:
        return cell

    return _converted(context, node, cell, field, unit)


def _units(field: Field) -> list[str]:
    if field.unit is None:
        return []
    if field.unit.fixed:
        return [field.unit.fixed]

    return [choice.code for choice in field.unit.choices]


def _converted(
    context: ResolveContext,
    node: syntax_tree.Node,
    cell: Read | Remote,
    field: Field,
    unit: str,
) -> Core:
    """``case when unit = 'F' then (value - 32) * 5 / 9 when unit = 'C' then value end``"""
    assert field.unit is not None
    companion = companion_of(context, cell)
    branches: list[Core] = []

    for choice in field.unit.choices:
        step = through(context, cell, field, choice, unit)
        if step is None:
            return context.fault(
                "rule-no-conversion",
                node,
                field=field.name,
                left=choice.code,
                right=unit,
            )

        code = Constant(type=Type.TEXT, value=choice.code)
        value = context.want(step, node, cell.type)
        branches += (context.apply(Type.CONDITION, "eq", companion, code), value)

    # As long as no unit is chosen.
    unknown = context.want(UNKNOWN_NUMBER, node, cell.type)
    return context.apply(cell.type, "case", *branches, unknown)


def companion_of(context: ResolveContext, cell: Read | Remote) -> Core:
    """The field that holds the unit, read where the value is read."""
    field = cell.field
    assert field.unit is not None
    assert field.unit.companion is not None
    table = field_table(context, field)
    companion = context.study.field(table, field.unit.companion)
    assert companion is not None

    return replace(
        cell,
        type=Type.CHOICE,
        codelist=companion.codelist,
        field=companion,
        entered=False,
    )


def field_table(context: ResolveContext, field: Field) -> str:
    """The table whose column a field is."""
    form = context.study.forms[field.form]
    if form.row_group(field.group) is None:
        return form.name

    return field.group


def through(
    context: ResolveContext, value: Core, field: Field, choice: UnitChoice, unit: str
) -> Core | None:
    """The value converted step by step; None when the formulas do not lead to the unit."""
    assert field.unit is not None
    by_code = {other.code: other for other in field.unit.choices}
    seen: set[str] = set()

    while choice.code != unit:
        formula = choice.formula
        if formula is None or choice.to not in by_code or choice.code in seen:
            return None

        seen.add(choice.code)
        with context.in_any_unit(), context.standing_in(formula, {"value": value}):
            result = context.core(formula.tree)
            value = context.want(result, formula.tree, Type.NUMBER)

        choice = by_code[choice.to]

    return value
