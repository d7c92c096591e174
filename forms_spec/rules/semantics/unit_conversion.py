"""A value in another of its units, by the formulas of the dictionary."""

from __future__ import annotations

from forms_spec.findings.suggestions import did_you_mean
from forms_spec.model.facets import UnitChoice
from forms_spec.model.fields import Field
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules.semantics.resolve_context import ResolveContext
from forms_spec.rules.semantics.resolved import Apply, Constant, Core, Read, Remote
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
    if field.unit is None or (field.unit.fixed != unit and not _has_unit(field, unit)):
        known = _units(field)
        near = did_you_mean(unit, known)

        return context.fault(
            "rule-unknown-unit",
            wanted,
            name=unit,
            field=field.name,
            units=", ".join(known) or "none",
            near=near,
        )

    if field.unit.fixed == unit:
        return cell
    return _converted(context, node, cell, field, unit)


def _units(field: Field) -> list[str]:
    if field.unit is None:
        return []
    return (
        [field.unit.fixed]
        if field.unit.fixed
        else [choice.code for choice in field.unit.choices]
    )


def _has_unit(field: Field, unit: str) -> bool:
    return unit in _units(field)


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

    last = context.want(Constant(type=Type.NUMBER, value=None), node, cell.type)

    return Apply(type=cell.type, operator="case", arguments=(*branches, last))


def companion_of(context: ResolveContext, cell: Read | Remote) -> Core:
    """The field that holds the unit, read where the value is read."""
    field = cell.field
    assert field.unit is not None
    assert field.unit.companion is not None
    value = context.study.field(field_table(context, field), field.unit.companion)
    assert value is not None
    if isinstance(cell, Read):
        return Read(
            type=Type.CHOICE,
            codelist=value.codelist,
            depth=cell.depth,
            row=cell.row,
            table=cell.table,
            field=value,
        )

    return Remote(
        type=Type.CHOICE,
        codelist=value.codelist,
        depth=cell.depth,
        form=cell.form,
        visit=cell.visit,
        field=value,
    )


def field_table(context: ResolveContext, field: Field) -> str:
    """The table whose column a field is."""
    form = context.study.forms[field.form]
    return (
        field.group
        if any(group.name == field.group for group in form.row_groups)
        else form.name
    )


def through(
    context: ResolveContext, value: Core, field: Field, choice: UnitChoice, unit: str
) -> Core | None:
    """The value converted step by step; None when the formulas do not lead to the unit."""
    assert field.unit is not None
    by_code = {item.code: item for item in field.unit.choices}
    seen: set[str] = set()

    while choice.code != unit:
        if choice.formula is None or choice.to not in by_code or choice.code in seen:
            return None
        seen.add(choice.code)
        with (
            context.in_any_unit(),
            context.standing_in(choice.formula, {"value": value}),
        ):
            value = context.want(
                context.core(choice.formula.tree), choice.formula.tree, Type.NUMBER
            )

        choice = by_code[choice.to]

    return value
