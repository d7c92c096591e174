"""``lookup(table.column, key, ...)``: a table of the study written out as a choice among
its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from forms_spec.findings.suggestions import did_you_mean
from forms_spec.model.lookup_tables import LookupKey, LookupTable
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules.semantics import comparisons
from forms_spec.rules.semantics.calendar import date_interval
from forms_spec.rules.semantics.functions import Function
from forms_spec.rules.semantics.numbers import scaled
from forms_spec.rules.semantics.resolve_context import WRONG, ResolveContext
from forms_spec.rules.semantics.resolved import Constant, Core
from forms_spec.rules.semantics.types import Type

TYPES: Mapping[str, tuple[Type, ...]] = MappingProxyType(
    {
        "text": (Type.TEXT, Type.CHOICE),
        "number": (Type.NUMBER, Type.SPREAD),
        "date": (Type.DATE,),
    }
)


def lookup(
    context: ResolveContext, node: syntax_tree.Call, _function: Function
) -> Core:
    """The value of the first row that the keys find; UNKNOWN where none does."""
    reference, *arguments = node.arguments
    table = _table(context, reference)
    if table is None:
        return WRONG

    if len(arguments) != len(table.keys):
        names = [f"{table.name}.column", *(key.name for key in table.keys)]
        says = f"lookup({', '.join(names)})"
        return context.fault("rule-argument-count", node, name="lookup", says=says)

    values = [
        context.want(context.core(argument), argument, *TYPES[key.kind])
        for key, argument in zip(table.keys, arguments, strict=True)
    ]
    if any(value.type is Type.ANY for value in values):
        return WRONG

    assert isinstance(reference, syntax_tree.Reference)
    column = reference.field or ""
    kind = table.columns[column]
    type_ = TYPES[kind][0]
    branches: list[Core] = []
    for row in table.rows:
        conditions = list(_conditions(context, node, table.keys, values, row))
        if _NEVER in conditions:
            continue

        branches.append(_all(context, conditions))
        branches.append(_constant(kind, row.get(column)))

    unknown = Constant(type=type_, value=None)
    if not branches:
        return unknown

    return context.apply(type_, "case", *branches, unknown)


def _table(context: ResolveContext, node: syntax_tree.Node) -> LookupTable | None:
    """The table whose column is named; None after a finding."""
    tables = context.study.lookup_tables
    name = context.source_text(node)
    if not isinstance(node, syntax_tree.Reference) or node.field is None:
        context.fault("rule-no-lookup-table", node, name=name, near="")
        return None

    table = tables.get(node.table or "")
    if table is None:
        near = did_you_mean(node.table or node.field, tables)
        context.fault("rule-no-lookup-table", node, name=name, near=near)
        return None

    if node.field not in table.columns:
        columns = ", ".join(table.columns)
        context.fault("rule-no-lookup-column", node, name=name, columns=columns)
        return None

    return table


_NEVER = Constant(type=Type.CONDITION, value=False)


def _conditions(
    context: ResolveContext,
    node: syntax_tree.Call,
    keys: Sequence[LookupKey],
    values: Sequence[Core],
    row: Mapping[str, str],
) -> Iterator[Core]:
    """What has to hold for a row to be found; a blank cell asks for nothing."""
    for key, value in zip(keys, values, strict=True):
        for operator, column in key.limits:
            if column not in row:
                continue

            end = _constant(key.kind, row[column])
            if key.kind != "text":
                yield comparisons.compared(context, node, operator, value, end)
            elif not isinstance(value, Constant):
                yield context.apply(Type.CONDITION, "eq", value, end)
            elif value.value != end.value:
                # Most tables are asked for one test, so most rows are left out here.
                yield _NEVER


def _all(context: ResolveContext, conditions: Sequence[Core]) -> Core:
    if not conditions:
        return Constant(type=Type.CONDITION, value=True)
    if len(conditions) == 1:
        return conditions[0]

    return context.apply(Type.CONDITION, "and", *conditions)


def _constant(kind: str, text: str | None) -> Constant:
    """A cell as a value; UNKNOWN for a blank one."""
    type_ = TYPES[kind][0]
    if text is None:
        return Constant(type=type_, value=None)
    if kind == "number":
        return Constant(type=type_, value=scaled(text))
    if kind == "date":
        return Constant(type=type_, value=date_interval(text))

    return Constant(type=type_, value=text)
