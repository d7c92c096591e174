"""Rules in Spark's SQL: the nodes of ``generator.sql``, over one row for each subject.

Every relation is a column of the subject's row, an array of its lines, so that other forms and aggregates are
functions over arrays: a subquery of Spark's sees only the query around it, not the one around that. Whole
numbers, times and day numbers are DECIMAL(38, 0). DuckDB's macros are written out where they are used.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlglot import exp, parse_one

from forms_spec.model import Study
from forms_spec.rules import core
from forms_spec.rules.limits import SCALE
from forms_spec.rules.types import Type
from generator.spark.dialect import NotOnSpark, in_spark
from generator.sql.expression_sql import ToSql, call, column, condition
from generator.sql.relations import ORDER, relation

__all__ = ["CASEBOOKS", "NotOnSpark", "rules_query"]

Sql = Any
CASEBOOKS = "casebooks"
"""The relation: ``subjid``, and an array of lines for each relation of the study."""
_LINES, _LINE = "lines", "line"


def rules_query(
    nodes: Mapping[str, core.Core], study: Study, today: date, form: str, group: str | None = None
) -> str:
    """``SELECT`` of some rules' values, by name, after the keys of each form or each row of its group.

    Raises ``NotOnSpark``.
    """
    writer = ToSpark(study, today.toordinal(), in_row=group is not None)
    keys = [exp.column("subjid", quoted=True), column("f0", "visitid"), column("f0", "unsno")]
    said = [in_spark(writer.node(node)).as_(name, quoted=True) for name, node in nodes.items()]
    query = exp.select(*keys, *([column("r0", "rowno")] if group else []), *said).from_(_table(CASEBOOKS))
    query = query.lateral(_exploded(_relation(form, group=False), "f0"))
    if group is not None:
        rows = filtered(_relation(group, group=True), "r0", _same_form("r0", "f0"))
        query = query.lateral(_exploded(rows, "r0"))
    return query.sql("spark")


class ToSpark(ToSql):
    """Turns a resolved expression into nodes that ``in_spark`` makes Spark's."""

    def elsewhere(self, node: core.Remote, name: str) -> Sql:
        """A cell of another form of the subject."""
        here, there, held = f"f{node.depth}", "there", _relation(node.form, group=False)
        if node.visit != "previous":
            found = filtered(held, there, self.visit_is(node, here, there))
            return _field(call("get", found, _number(0)), name)
        known = exp.not_(exp.Is(this=column(there, node.field.name), expression=exp.Null()))
        earlier = exp.LT(this=column(there, ORDER), expression=column(here, ORDER))
        placed = _struct(at=column(there, ORDER), held=column(there, name))
        found = mapped(filtered(held, there, condition(earlier, known)), there, placed)
        return _field(call("array_max", found), "held")

    def fold(self, node: core.Fold) -> Sql:
        before = self.in_row
        self.in_row = [*before[: node.depth], node.source.group]
        counts = exp.true() if node.where is None else self.node(node.where)
        body = exp.cast(exp.Null(), "text") if node.body is None else self.node(node.body)
        self.in_row = before
        lines = self.lines(node.source, node.depth, _struct(c=counts, b=body))
        exact = "coalesce(l.b.lo = l.b.hi, FALSE)" if _is_date(node.body) else "l.b IS NOT NULL"
        folded = parse_one(FOLDS[node.operator].replace("EXACT", exact), dialect="spark")
        return _let(_LINES, lines, folded)

    def lines(self, source: core.Source, depth: int, chosen: Sql) -> Sql:
        """An array of whether each row counts (``c``) and its value (``b``)."""
        form, row, here = f"f{depth}", f"r{depth}", f"f{source.depth}"
        forms = _relation(source.form, group=False)
        if of_visit := self.of_visit(source, form, here):
            forms = filtered(forms, form, condition(*of_visit))
        if not source.group:
            return mapped(forms, form, chosen)
        rows = filtered(_relation(source.table, group=True), row, _same_form(row, form))
        return call("flatten", mapped(forms, form, mapped(rows, row, chosen)))

    def latest_before(self, source: core.Source, here: str) -> Sql:
        earlier = exp.LT(this=column("before", ORDER), expression=column(here, ORDER))
        held = filtered(_relation(source.form, group=False), "before", earlier)
        return call("array_max", mapped(held, "before", column("before", ORDER)))


def _is_date(body: core.Core | None) -> bool:
    return body is not None and body.type is Type.DATE


def _table(name: str) -> exp.Table:
    return exp.Table(this=exp.to_identifier(name, quoted=True))


def _relation(name: str, *, group: bool) -> Sql:
    return column(CASEBOOKS, relation(name, group=group))


def _number(number: int) -> Sql:
    return exp.Literal.number(number)


def _same_form(row: str, form: str) -> Sql:
    return condition(
        *(exp.EQ(this=column(row, key), expression=column(form, key)) for key in ("visitid", "unsno"))
    )


def _exploded(lines: Sql, alias: str) -> exp.Lateral:
    named = exp.TableAlias(
        this=exp.to_identifier(f"{alias}_lines", quoted=True), columns=[exp.to_identifier(alias, quoted=True)]
    )
    return exp.Lateral(this=exp.Explode(this=in_spark(lines)), view=True, alias=named)


def filtered(lines: Sql, name: str, holds: Sql) -> Sql:
    """The lines for which a condition over ``name`` holds."""
    return call("filter", lines, _lambda(name, holds))


def mapped(lines: Sql, name: str, value: Sql) -> Sql:
    """The value of each line ``name``."""
    return call("transform", lines, _lambda(name, value))


def _lambda(name: str, body: Sql) -> exp.Lambda:
    return exp.Lambda(this=body, expressions=[exp.to_identifier(name, quoted=True)])


def _let(name: str, value: Sql, body: Sql) -> Sql:
    return call("get", mapped(call("array", value), name, body), _number(0))


def _struct(**parts: Sql) -> exp.Struct:
    return exp.Struct(
        expressions=[
            exp.PropertyEQ(this=exp.to_identifier(name), expression=part) for name, part in parts.items()
        ]
    )


def _field(struct: Sql, name: str) -> Sql:
    return exp.Dot(this=struct, expression=exp.to_identifier(name, quoted=True))


_WHOLE = "DECIMAL(38, 0)"
_COUNTED, _OPEN = "filter(lines, l -> l.c)", "filter(lines, l -> coalesce(l.c, TRUE))"
_NO = "filter(lines, l -> NOT l.c)"
_VAGUE, _MAYBE_VAGUE = (f"filter({held}, l -> NOT EXACT)" for held in (_COUNTED, _OPEN))
_TOLD = "size(filter(lines, l -> l.c IS NULL OR (l.c AND l.b IS NULL))) = 0"
_UNTOLD = "size(filter(lines, l -> l.c IS NULL)) > 0"
_KNOWN = f"{_TOLD} AND size({_COUNTED}) > 0"


def _scaled(number: str) -> str:
    return f"CAST({number} AS {_WHOLE}) * CAST({SCALE} AS {_WHOLE})"


def _between(low: str, high: str) -> str:
    return f"named_struct('lo', {low}, 'hi', {high})"


def _different(held: str) -> str:
    return f"size(array_distinct(transform(filter({held}, l -> EXACT), l -> l.b)))"


def _ends(which: str) -> str:
    low, high = (f"array_{which}(transform({_COUNTED}, l -> l.b.{end}))" for end in ("lo", "hi"))
    return f"CASE WHEN {_KNOWN} THEN {_between(low, high)} END"


FOLDS: Mapping[str, str] = MappingProxyType(
    {
        "any": f"CASE WHEN size({_COUNTED}) > 0 THEN TRUE WHEN {_UNTOLD} THEN NULL ELSE FALSE END",
        "every": f"CASE WHEN size({_NO}) > 0 THEN FALSE WHEN {_UNTOLD} THEN NULL ELSE TRUE END",
        "count": _between(_scaled(f"size({_COUNTED})"), _scaled(f"size({_OPEN})")),
        "count_distinct": _between(
            _scaled(f"greatest({_different(_COUNTED)}, CASE WHEN size({_VAGUE}) > 0 THEN 1 ELSE 0 END)"),
            _scaled(f"({_different(_OPEN)} + size({_MAYBE_VAGUE}))"),
        ),
        "sum": f"CASE WHEN {_TOLD} THEN crf_bounded(aggregate({_COUNTED}, CAST(0 AS {_WHOLE}), "
        f"(so_far, l) -> CAST(so_far + l.b AS {_WHOLE}))) END",
        "min": f"CASE WHEN {_KNOWN} THEN array_min(transform({_COUNTED}, l -> l.b)) END",
        "max": f"CASE WHEN {_KNOWN} THEN array_max(transform({_COUNTED}, l -> l.b)) END",
        "span_min": _ends("min"),
        "span_max": _ends("max"),
    }
)
"""Aggregates over ``lines`` of ``c`` and ``b``; EXACT holds for a value that is surely one value."""
if set(FOLDS) != set(core.FOLDS):
    raise TypeError(f"Spark and the aggregates differ: {set(FOLDS) ^ set(core.FOLDS)}")
