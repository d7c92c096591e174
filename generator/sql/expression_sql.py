"""Rules as sqlglot nodes over the relations of ``relations.py``; identifiers are always quoted.

Frame ``n`` is the alias ``fn`` for the form and ``rn`` for its row. Aggregates and other forms are correlated
subqueries. UNKNOWN is NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache, reduce
from types import MappingProxyType
from typing import Any

from sqlglot import exp, parse_one

from forms_spec.judge.world import nearest_visit
from forms_spec.model import Study
from forms_spec.record import LOG
from forms_spec.rules import core
from forms_spec.rules.limits import FRACTION_DIGITS, SCALE
from forms_spec.rules.types import Type
from generator.sql.functions import SIGNATURES
from generator.sql.relations import ORDER, constant, entered_column, missing_column, relation

Sql = Any
FORM_KEY = ("subjid", "visitid", "unsno")


def rule_query(node: core.Core, study: Study, today: date, form: str, group: str | None = None) -> str:
    """``SELECT`` of the rule's value for every captured instance of a form, or every row of its group."""
    writer = ToSql(study, today.toordinal(), in_row=group is not None)
    found = exp.select(writer.node(node)).from_(writer.table(form, "f0", group=False))
    if group is not None:
        keys = condition(*(exp.EQ(this=column("r0", k), expression=column("f0", k)) for k in FORM_KEY))
        found = found.join(writer.table(group, "r0", group=True), on=keys)
    return found.where(exp.true()).sql("duckdb")


def column(alias: str, name: str) -> Sql:
    return exp.column(name, table=alias, quoted=True)


def call(name: str, *arguments: Sql) -> Sql:
    return exp.Anonymous(this=name, expressions=list(arguments))


def scaled(number: Sql) -> Sql:
    """A whole number as a number of the rule language."""
    whole = exp.cast(number, exp.DataType.build("INT128"))
    return exp.Mul(this=whole, expression=exp.Literal.number(SCALE))


def _paren(node: Sql) -> Sql:
    """Around a node itself: sqlglot's own way copies it, again and again in a deep expression."""
    return exp.Paren(this=node)


def condition(*parts: Sql) -> Sql:
    return exp.and_(*parts, copy=False)


class ToSql:
    """Turns a resolved expression into SQL. ``today`` is a day number; ``in_row``: which frames have rows."""

    def __init__(self, study: Study, today: int, *, in_row: bool = False) -> None:
        self.study = study
        self.today = today
        self.in_row = [in_row]

    def node(self, node: core.Core) -> Sql:
        return _WRITERS[type(node)](self, node)

    def constant(self, node: core.Constant) -> Sql:
        assert not isinstance(node.value, Mapping)
        return constant(node.value, node.type)

    def read(self, node: core.Read) -> Sql:
        return column(f"{'r' if node.row else 'f'}{node.depth}", self.column_of(node))

    def column_of(self, node: core.Read | core.Remote) -> str:
        return entered_column(self.study, node.field) if node.entered else node.field.name

    def key(self, node: core.Key) -> Sql:
        if node.name == "rowno":
            row = column(f"r{node.depth}", "rowno") if self.in_row[node.depth] else exp.Null()
            return scaled(row)
        if node.name == "unsno":
            return scaled(column(f"f{node.depth}", "unsno"))
        if node.name == "siteid":
            subject = column(f"f{node.depth}", "subjid")
            return call("split_part", subject, exp.Literal.string("-"), exp.Literal.number(1))
        return column(f"f{node.depth}", node.name)

    def missing(self, node: core.Missing) -> Sql:
        cell = node.cell
        name = missing_column(cell.field.name)
        if isinstance(cell, core.Read):
            held = column(f"{'r' if cell.row else 'f'}{cell.depth}", name)
        else:
            held = self.elsewhere(cell, name)
        if node.code is None:
            return exp.not_(exp.Is(this=held, expression=exp.Null()))
        is_code = exp.EQ(this=held, expression=exp.Literal.string(node.code))
        return exp.Coalesce(this=is_code, expressions=[exp.false()])

    def remote(self, node: core.Remote) -> Sql:
        return self.elsewhere(node, self.column_of(node))

    def elsewhere(self, node: core.Remote, name: str) -> Sql:
        """A cell of another form, as a scalar subquery."""
        here, there = f"f{node.depth}", "there"
        value = column(there, name)
        same = exp.EQ(this=column(there, "subjid"), expression=column(here, "subjid"))
        if node.visit == "previous":
            known = exp.not_(exp.Is(this=column(there, node.field.name), expression=exp.Null()))
            earlier = exp.LT(this=column(there, ORDER), expression=column(here, ORDER))
            value = call("arg_max", value, column(there, ORDER))
            where = condition(same, earlier, known)
        else:
            where = condition(same, self.visit_is(node, here, there))
        source = exp.to_table(relation(node.form, group=False)).as_(there)
        source.this.set("quoted", True)
        return exp.select(value).from_(source).where(where).subquery()

    def visit_is(self, node: core.Remote, here: str, there: str) -> Sql:
        if self.study.forms[node.form].log:
            return exp.EQ(this=column(there, "visitid"), expression=exp.Literal.string(LOG))
        if node.visit is not None:
            return self.at_visit(there, exp.Literal.string(node.visit), exp.Literal.number(0))
        visits = {name: nearest_visit(self.study, node.form, name) for name in (*self.study.visits, LOG)}
        chosen, number = exp.Case(this=column(here, "visitid")), exp.Case(this=column(here, "visitid"))
        for name, nearest in visits.items():
            if nearest is not None:
                chosen = chosen.when(exp.Literal.string(name), exp.Literal.string(nearest))
                own = column(here, "unsno") if nearest == name else exp.Literal.number(0)
                number = number.when(exp.Literal.string(name), own)
        if all(nearest is None for nearest in visits.values()):
            return exp.false()
        return self.at_visit(there, chosen, number)

    def at_visit(self, there: str, visit: Sql, number: Sql) -> Sql:
        return condition(
            exp.EQ(this=column(there, "visitid"), expression=visit),
            exp.EQ(this=column(there, "unsno"), expression=number),
        )

    def apply(self, node: core.Apply) -> Sql:
        if node.operator == "lookup":
            return self.lookup(node)
        if node.operator == "today":
            return constant((self.today, self.today), Type.DATE)
        return OPERATORS[node.operator](*(self.node(one) for one in node.arguments))

    def lookup(self, node: core.Apply) -> Sql:
        table = node.arguments[1]
        assert isinstance(table, core.Constant)
        assert isinstance(table.value, Mapping)
        found = exp.Case(this=self.node(node.arguments[0]))
        for code, number in table.value.items():
            found = found.when(exp.Literal.string(code), constant(number, Type.NUMBER))
        return found

    def fold(self, node: core.Fold) -> Sql:
        before = self.in_row
        self.in_row = [*before[: node.depth], node.source.group]
        held = exp.true() if node.where is None else self.node(node.where)
        body = exp.Null() if node.body is None else self.node(node.body)
        self.in_row = before
        rows = self.rows(node.source, node.depth, held, body)
        return self.aggregate(node).from_(rows.subquery("rows")).subquery()

    def aggregate(self, node: core.Fold) -> exp.Select:
        """What an aggregate makes of ``rows``: whether each counts (``c``) and its value (``b``)."""
        exact = exp.not_(exp.Is(this=column("rows", "b"), expression=exp.Null()))
        if node.body is not None and node.body.type is Type.DATE:
            exact = call("coalesce", exp.EQ(this=_end("lo"), expression=_end("hi")), exp.false())
        return exp.select(FOLDS[node.operator](exact))

    def rows(self, source: core.Source, depth: int, held: Sql, body: Sql) -> exp.Select:
        """One line for each row: whether it counts (``c``) and its value (``b``)."""
        form, row, here = f"f{depth}", f"r{depth}", f"f{source.depth}"
        chosen = exp.select(held.as_("c", quoted=True), body.as_("b", quoted=True))
        found = chosen.from_(self.table(source.form, form, group=False))
        if source.group:
            joined = condition(*(exp.EQ(this=column(row, k), expression=column(form, k)) for k in FORM_KEY))
            found = found.join(self.table(source.table, row, group=True), on=joined)
        same = [exp.EQ(this=column(form, "subjid"), expression=column(here, "subjid"))]
        return found.where(condition(*same, *self.of_visit(source, form, here)))

    def table(self, name: str, alias: str, *, group: bool) -> Sql:
        return exp.Table(
            this=exp.to_identifier(relation(name, group=group), quoted=True),
            alias=exp.TableAlias(this=exp.to_identifier(alias, quoted=True)),
        )

    def of_visit(self, source: core.Source, form: str, here: str) -> list[Sql]:
        if source.visit == "all":
            return []
        if source.visit == "this":
            return [exp.EQ(this=column(form, k), expression=column(here, k)) for k in FORM_KEY[1:]]
        if source.visit == "previous":
            return [exp.EQ(this=column(form, ORDER), expression=self.latest_before(source, here))]
        return [exp.EQ(this=column(form, "visitid"), expression=exp.Literal.string(source.visit))]

    def latest_before(self, source: core.Source, here: str) -> Sql:
        where = condition(
            exp.EQ(this=column("before", "subjid"), expression=column(here, "subjid")),
            exp.LT(this=column("before", ORDER), expression=column(here, ORDER)),
        )
        latest = exp.select(exp.Max(this=column("before", ORDER)))
        return latest.from_(self.table(source.form, "before", group=False)).where(where).subquery()


def _end(name: str) -> Sql:
    return call("struct_extract", column("rows", "b"), exp.Literal.string(name))


def _binary(node: type[exp.Binary]) -> Callable[..., Sql]:
    return lambda left, right: _paren(node(this=left, expression=right))


def _macro(name: str) -> Callable[..., Sql]:
    return lambda *arguments: call(f"crf_{name}", *arguments)


def _chain(name: str) -> Callable[..., Sql]:
    """A macro of two arguments, over any number of them."""
    return lambda *arguments: reduce(lambda one, other: call(f"crf_{name}", one, other), arguments)


def _add(*terms: Sql) -> Sql:
    return call("crf_bounded", reduce(lambda one, other: _paren(exp.Add(this=one, expression=other)), terms))


def _round(number: Sql, places: Sql) -> Sql:
    """The places are a literal: the checker takes nothing else."""
    digits = int(str(places.this.this)) // SCALE
    step = constant(10 ** (FRACTION_DIGITS - digits), Type.NUMBER)
    return call("crf_round", number, step)


def _in(first: Sql, *items: Sql) -> Sql:
    return exp.In(this=_paren(first), expressions=list(items))


def _if(condition: Sql, value: Sql) -> Sql:
    return exp.If(this=condition, true=value)


def _case(*arguments: Sql) -> Sql:
    """Branch by branch: a condition that is NULL ends the search with NULL."""
    found = arguments[-1]
    for at in range(len(arguments) - 3, -1, -2):
        found = exp.Case(
            this=arguments[at], ifs=[_if(exp.true(), arguments[at + 1]), _if(exp.false(), found)]
        )
    return found


OPERATORS: Mapping[str, Callable[..., Sql]] = MappingProxyType(
    {
        "and": lambda *operands: _paren(exp.and_(*operands, copy=False)),
        "or": lambda *operands: _paren(exp.or_(*operands, copy=False)),
        "not": lambda operand: _paren(exp.Not(this=_paren(operand))),
        "eq": _binary(exp.EQ),
        "lt": _binary(exp.LT),
        "le": _binary(exp.LTE),
        "span_eq": _macro("span_eq"),
        "span_lt": _macro("span_lt"),
        "span_le": _macro("span_le"),
        "in": _in,
        "add": _add,
        "neg": lambda number: _paren(exp.Neg(this=_paren(number))),
        "mul": _macro("mul"),
        "div": _macro("div"),
        "abs": lambda number: exp.Abs(this=number),
        "round": _round,
        "least": _chain("least"),
        "greatest": _chain("greatest"),
        "point": _macro("point"),
        "settle": _macro("settle"),
        "span_add": _chain("span_add"),
        "limit_of": _macro("limit_of"),
        "comparator_of": _macro("comparator_of"),
        "span_neg": _macro("span_neg"),
        "span_least": _chain("span_least"),
        "span_greatest": _chain("span_greatest"),
        "case": _case,
        "coalesce": lambda first, *others: exp.Coalesce(this=first, expressions=list(others)),
        "known": lambda operand: _paren(exp.Not(this=exp.Is(this=_paren(operand), expression=exp.Null()))),
        "length": lambda text: scaled(call("length", text)),
        "concat": lambda *texts: _paren(
            reduce(lambda one, other: exp.DPipe(this=one, expression=other, safe=False), texts)
        ),
        "add_days": _macro("add_days"),
        "add_months": _macro("add_months"),
        "days_between": _macro("days_between"),
        "months_between": _macro("months_between"),
        "age_years": _macro("age_years"),
        "minutes_between": _macro("minutes"),
        "date_of": _macro("date_of"),
        "time_of": lambda moment: call("crf_time_of", _paren(moment)),
        "subset": lambda left, right: call("list_has_all", right, left),
        "overlaps": lambda left, right: call("list_has_any", left, right),
        "member": _macro("member"),
        "median": lambda *numbers: call("crf_median", exp.Array(expressions=list(numbers))),
        **{name: _macro(name) for name in SIGNATURES},
    }
)


def _sql(text: str) -> Sql:
    """A constant piece of SQL."""
    return _parsed(text).copy()


@lru_cache(maxsize=256)
def _parsed(text: str) -> Sql:
    return parse_one(text, dialect="duckdb")


def _fixed(text: str) -> Callable[[Sql], Sql]:
    return lambda _exact: _sql(text)


_TOLD = "count(*) FILTER (WHERE c IS NULL OR (c AND b IS NULL)) = 0"
_UNTOLD = "count(*) FILTER (WHERE c IS NULL) > 0"
_KNOWN = f"{_TOLD} AND count(*) FILTER (WHERE c) > 0"


def _distinct(exact: Sql) -> Sql:
    """At least the values that surely count; at most every value and every unknown one a new one."""
    e = exact.sql("duckdb")
    return _sql(
        "{'lo': greatest("
        f"count(DISTINCT b) FILTER (WHERE c AND {e}), count(*) FILTER (WHERE c AND NOT {e}) > 0"
        f")::HUGEINT * {SCALE}, 'hi': (count(DISTINCT b) FILTER (WHERE c IS DISTINCT FROM FALSE AND {e}) "
        f"+ count(*) FILTER (WHERE c IS DISTINCT FROM FALSE AND NOT {e}))::HUGEINT * {SCALE}}}"
    )


FOLDS: Mapping[str, Callable[[Sql], Sql]] = MappingProxyType(
    {
        "any": _fixed(f"CASE WHEN bool_or(c) THEN TRUE WHEN {_UNTOLD} THEN NULL ELSE FALSE END"),
        "every": _fixed(f"CASE WHEN NOT bool_and(c) THEN FALSE WHEN {_UNTOLD} THEN NULL ELSE TRUE END"),
        "count": _fixed(
            f"{{'lo': count(*) FILTER (WHERE c)::HUGEINT * {SCALE}, "
            f"'hi': count(*) FILTER (WHERE c IS DISTINCT FROM FALSE)::HUGEINT * {SCALE}}}"
        ),
        "count_distinct": _distinct,
        "sum": _fixed(
            f"CASE WHEN {_TOLD} THEN crf_bounded(coalesce(sum(b) FILTER (WHERE c), 0)::HUGEINT) END"
        ),
        "min": _fixed(f"CASE WHEN {_KNOWN} THEN min(b) FILTER (WHERE c) END"),
        "max": _fixed(f"CASE WHEN {_KNOWN} THEN max(b) FILTER (WHERE c) END"),
        "span_min": _fixed(
            f"CASE WHEN {_KNOWN} THEN "
            "{'lo': min(b.lo) FILTER (WHERE c), 'hi': min(b.hi) FILTER (WHERE c)} END"
        ),
        "span_max": _fixed(
            f"CASE WHEN {_KNOWN} THEN "
            "{'lo': max(b.lo) FILTER (WHERE c), 'hi': max(b.hi) FILTER (WHERE c)} END"
        ),
    }
)
_WRITERS: Mapping[type[core.Core], Callable[[ToSql, Any], Sql]] = MappingProxyType(
    {
        core.Constant: ToSql.constant,
        core.Read: ToSql.read,
        core.Remote: ToSql.remote,
        core.Key: ToSql.key,
        core.Missing: ToSql.missing,
        core.Apply: lambda writer, node: writer.apply(node),
        core.Fold: lambda writer, node: writer.fold(node),
    }
)
if {*OPERATORS, "lookup", "today"} != set(core.OPERATORS) or set(FOLDS) != set(core.FOLDS):
    raise TypeError(
        f"SQL and the operators differ: { ({*OPERATORS, 'lookup', 'today'} ^ set(core.OPERATORS)) }"
    )
