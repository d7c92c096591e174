"""Keys of whole tables in Spark SQL: unique fields, primary keys and foreign keys.

One relation has the value of every key in every row; a value is one text for equal values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from generator.spark.job import FOREIGN, PRIMARY, REFERENCE, UNIQUE, NamedKey

RELATION = "crfsmith_keys"
COLUMNS = ("key", "row", "n", "value", "texts", "row_key")
FIRST = "first"


def faults(keys: Sequence[NamedKey], limit: int) -> str:
    """The first faulty rows of each key: ``key, row, first, texts, row_key``, and the number of all.

    ``first`` is the earlier row with the same key, NULL where there is none.
    """
    found = [_repeated(keys), _blank(keys), _unknown(keys)]
    columns = [_column(name) for name in ("key", "row", FIRST, "texts", "row_key")]
    each = [exp.select(*columns, _column("n")).from_(one.subquery("fault")) for one in found]
    together = exp.union(exp.union(each[0], each[1], distinct=False), each[2], distinct=False)
    kind = [_column("key"), exp.Is(this=_column(FIRST), expression=exp.Null())]
    by_row = exp.Order(expressions=[exp.Ordered(this=_column("row"), nulls_first=False)])
    number = exp.Window(this=exp.RowNumber(), partition_by=kind, order=by_row)
    total = exp.Window(this=exp.Sum(this=_column("n")), partition_by=kind)
    numbered = exp.select(*columns, number.as_("case", quoted=True), total.as_("cases", quoted=True))
    held = numbered.from_(together.subquery("faults"))
    few = exp.and_(
        exp.LTE(this=_column("case"), expression=exp.Literal.number(limit)),
        exp.not_(exp.Is(this=_column("row"), expression=exp.Null())),
    )
    return exp.select(*columns, _column("cases")).from_(held.subquery("numbered")).where(few).sql("spark")


def _repeated(keys: Sequence[NamedKey]) -> exp.Select:
    """Rows whose unique or primary key stood in an earlier row."""
    value = exp.Window(this=exp.Min(this=_column("row")), partition_by=[_column("key"), _column("value")])
    names = [one.name for one in keys if one.kind in (UNIQUE, PRIMARY)]
    rows = _rows(names, value.as_(FIRST, quoted=True)).where(_known())
    return (
        exp.select("*")
        .from_(rows.subquery("held"))
        .where(exp.LT(this=_column(FIRST), expression=_column("row")))
    )


def _blank(keys: Sequence[NamedKey]) -> exp.Select:
    """Rows without a primary key."""
    names = [one.name for one in keys if one.kind == PRIMARY]
    return _rows(names, _nothing()).where(exp.not_(_known()))


def _unknown(keys: Sequence[NamedKey]) -> exp.Select:
    """Rows whose foreign key names a row that is not there."""
    foreign = [one for one in keys if one.kind == FOREIGN]
    if not foreign:
        return _rows([], _nothing())
    of = exp.Case(this=_column("key"))
    for one in foreign:
        of = of.when(exp.Literal.string(one.name), exp.Literal.string(one.of or ""))
    names = [one.name for one in foreign]
    rows = _rows(names, _nothing(), of.as_("of", quoted=True)).where(_known())
    held = [one.name for one in keys if one.kind == REFERENCE]
    parent, value = _column("key").as_("parent", quoted=True), _column("value").as_("held", quoted=True)
    parents = exp.select(parent, value).from_(_table()).where(_among(held)).distinct()
    same = exp.and_(
        exp.EQ(this=_column("of"), expression=_column("parent")),
        exp.EQ(this=_column("value"), expression=_column("held")),
    )
    named = exp.select("*").from_(rows.subquery("named"))
    return named.join(parents.subquery("parents"), on=same, join_type="left anti")


def _known() -> Any:
    return exp.not_(exp.Is(this=_column("value"), expression=exp.Null()))


def _nothing() -> Any:
    return exp.cast(exp.Null(), exp.DataType.build("bigint")).as_(FIRST, quoted=True)


def _rows(names: list[str], *more: Any) -> exp.Select:
    columns = [_column(name) for name in COLUMNS]
    return exp.select(*columns, *more).from_(_table()).where(_among(names))


def _among(names: list[str]) -> Any:
    if not names:
        return exp.false()
    return exp.In(this=_column("key"), expressions=[exp.Literal.string(name) for name in names])


def _table() -> exp.Table:
    return exp.Table(this=exp.to_identifier(RELATION, quoted=True))


def _column(name: str) -> exp.Column:
    return exp.column(name, quoted=True)
