"""The tables that rules run over: every cell's value as rules see it, for any number of subjects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlglot import exp

from forms_spec.judge.world import CapturedForm
from forms_spec.model import Field, Study, Table
from forms_spec.rules.core import RuleValue
from forms_spec.rules.types import Type, type_of

SQL_TYPES: Mapping[Type, str] = MappingProxyType(
    {
        Type.CONDITION: "BOOLEAN",
        Type.NUMBER: "HUGEINT",
        Type.SPREAD: "STRUCT(lo HUGEINT, hi HUGEINT)",
        Type.TEXT: "VARCHAR",
        Type.CHOICE: "VARCHAR",
        Type.CHOICES: "VARCHAR[]",
        Type.DATE: "STRUCT(lo BIGINT, hi BIGINT)",
        Type.TIME: "BIGINT",
        Type.DATETIME: "BIGINT",
        Type.FILE: "VARCHAR",
    }
)
ORDER = "visit order"
KEYS = {"subjid": "VARCHAR", "visitid": "VARCHAR", "unsno": "BIGINT", ORDER: "BIGINT", "rowno": "BIGINT"}
"""ORDER puts a subject's visits in order; no field bears such a name. ``rowno`` is NULL outside rows."""

VISIT_STEP = 1_000
"""Numbers of unscheduled visits stay below it."""


def missing_column(field: str) -> str:
    """The column that holds the missing code of a cell. No field's name ends like this."""
    return f"{field} missing"


def entered_column(study: Study, field: Field) -> str:
    """The column that holds what was typed: the field's own, unless the field may be hidden."""
    group = next(one for one in study.forms[field.form].groups if one.name == field.group)
    return field.name if field.shown is None and group.shown is None else f"{field.name} entered"


def relation(table: str, *, group: bool) -> str:
    """A group may bear its form's name."""
    return f"{table} rows" if group else table


def create_relations(study: Study) -> Iterator[str]:
    """One relation for each form's own fields, even where it has none, and for each repeating group."""
    for form in study.forms.values():
        own = tuple(one for one in form.fields if one.collected)
        yield _create(study, relation(form.name, group=False), own)
        for group in form.row_groups:
            fields = tuple(one for one in group.fields if one.collected)
            yield _create(study, relation(group.name, group=True), fields)


def _create(study: Study, name: str, fields: tuple[Field, ...]) -> str:
    columns = [f"{_quoted(key)} {type_}" for key, type_ in KEYS.items()]
    for field in fields:
        columns.append(f"{_quoted(field.name)} {SQL_TYPES[type_of(field)]}")
        columns.append(f"{_quoted(missing_column(field.name))} VARCHAR")
        if (entered := entered_column(study, field)) != field.name:
            columns.append(f"{_quoted(entered)} {SQL_TYPES[type_of(field)]}")
    return f"CREATE TABLE {_quoted(name)} ({', '.join(columns)})"


def insert(captured: CapturedForm, position: int) -> Iterator[str]:
    """The statements that put one captured form into its relations; ``position`` is its visit's place."""
    form = captured.plan.form
    own = Table(name=form.name, form=form, group=None, fields=tuple(f for f in form.fields if f.collected))
    yield _insert(captured, own, None, position)
    for group in form.row_groups:
        table = Table(
            name=group.name, form=form, group=group, fields=tuple(f for f in group.fields if f.collected)
        )
        for row in captured.rows(group.name):
            yield _insert(captured, table, row, position)


def _insert(captured: CapturedForm, table: Table, row: int | None, position: int) -> str:
    key = captured.key
    values: list[Any] = [captured.world.subject, key.visit, key.unsno, position * VISIT_STEP + key.unsno, row]
    said = [constant(one, None if isinstance(one, str) else Type.TIME) for one in values]
    for field in table.fields:
        type_ = type_of(field)
        said.append(constant(captured.value(table.name, row, field.name), type_))
        said.append(constant(captured.missing(table.name, row, field.name), Type.TEXT))
        if entered_column(captured.world.study, field) != field.name:
            said.append(constant(captured.entered(table.name, row, field.name), type_))
    name = _quoted(relation(table.name, group=table.group is not None))
    return f"INSERT INTO {name} VALUES ({', '.join(one.sql('duckdb') for one in said)})"


def constant(value: RuleValue | None, type_: Type | None) -> exp.Expression:
    """A value as a typed literal."""
    said = exp.Null() if value is None else _LITERALS[type_ or Type.TEXT](value)
    return exp.Cast(this=said, to=_sql_type(type_ or Type.TEXT))


@lru_cache
def _sql_type(type_: Type) -> exp.DataType:
    return exp.DataType.build(SQL_TYPES[type_], dialect="duckdb")


def _number(value: Any) -> exp.Expression:
    return exp.Literal.string(str(value))


def _pair(value: Any) -> exp.Expression:
    return exp.Struct(
        expressions=[
            exp.PropertyEQ(this=exp.to_identifier(end), expression=exp.Literal.number(str(one)))
            for end, one in zip(("lo", "hi"), value, strict=True)
        ]
    )


def _list(value: Any) -> exp.Expression:
    return exp.Array(expressions=[exp.Literal.string(one) for one in sorted(value)])


_LITERALS: Mapping[Type, Callable[[Any], exp.Expression]] = MappingProxyType(
    {
        Type.CONDITION: lambda value: exp.Boolean(this=value),
        Type.NUMBER: _number,
        Type.SPREAD: _pair,
        Type.TEXT: exp.Literal.string,
        Type.CHOICE: exp.Literal.string,
        Type.CHOICES: _list,
        Type.DATE: _pair,
        Type.TIME: _number,
        Type.DATETIME: _number,
        Type.FILE: exp.Literal.string,
    }
)
if _LITERALS.keys() != SQL_TYPES.keys():
    raise TypeError("a type has no literal in SQL")


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("duckdb")
