"""Expressions over the relations of values, written so that nothing is looked up row by row.

Another form that expressions read is joined once. An aggregate is worked out in a query of its own, for all
rows of the relation together, and joined too: DuckDB takes minutes to plan some dozens of subqueries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlglot import exp

from forms_spec.model import Study
from forms_spec.rules import core
from forms_spec.rules.types import Type
from generator.casebooks.names import ROW_ID
from generator.casebooks.reads import Shape
from generator.casebooks.spans import compared, fixed_value, moved
from generator.sql.expression_sql import FORM_KEY, ToSql, column, condition
from generator.sql.names import quoted
from generator.sql.relations import ORDER, constant, relation

Sql = Any


class Scene(ToSql):
    """Writes the expressions of one relation, which all select from ``source_sql``.

    ``aggregates`` are the queries to be run before, by the name of the table that each makes.
    """

    def __init__(self, shape: Shape, study: Study, today: date) -> None:
        super().__init__(study, today.toordinal(), in_row=shape.group is not None)
        self.shape = shape
        self.aggregates: dict[str, str] = {}
        self._known: dict[str, str] = {}
        self._joins = _Joins()

    @property
    def here(self) -> str:
        """The alias of the relation itself."""
        return "r0" if self.shape.group else "f0"

    @property
    def name(self) -> str:
        """The name of the relation itself."""
        return relation(self.shape.name, group=self.shape.group is not None)

    def form_name(self) -> str:
        """The relation of the form itself."""
        return relation(self.shape.form.name, group=False)

    def elsewhere(self, node: core.Remote, name: str) -> Sql:
        if node.visit == "previous" or node.depth > self._joins.depth:
            return super().elsewhere(node, name)
        here = f"f{node.depth}"
        key = (node.depth, node.form, node.visit)
        alias = self._joins.alias(key)
        if alias is None:
            alias = self._joins.new(key)
            same = exp.EQ(this=column(alias, "subjid"), expression=column(here, "subjid"))
            on = condition(same, self.visit_is(node, here, alias))
            self._joins.add(self.table(node.form, alias, group=False), on)
        return column(alias, name)

    def apply(self, node: core.Apply) -> Sql:
        """What reads nothing is worked out here, and intervals are compared by their ends."""
        value = fixed_value(node)
        if value is not None and not isinstance(value, Mapping):
            return constant(value, node.type)
        return compared(node, self.node) or moved(node, self.node) or super().apply(node)

    def fold(self, node: core.Fold) -> Sql:
        if node.depth > 1 or self._joins.depth:
            return super().fold(node)
        query = self._aggregate(node)
        name = self._known.get(query)
        if name is None:
            name = self._known[query] = f"aggregate {len(self.aggregates)} of {self.name}"
            self.aggregates[name] = query
        alias = self._joins.alias(name)
        if alias is None:
            alias = self._joins.new(name)
            table = exp.Table(this=exp.to_identifier(name, quoted=True), alias=_alias(alias))
            self._joins.add(table, exp.EQ(this=column(alias, ROW_ID), expression=column(self.here, ROW_ID)))
        none = exp.Is(this=column(alias, ROW_ID), expression=exp.Null())
        return exp.Case(
            ifs=[exp.If(this=none, true=OF_NONE[node.operator].copy())], default=column(alias, "value")
        )

    def _aggregate(self, node: core.Fold) -> str:
        before, self.in_row = self.in_row, [self.in_row[0], node.source.group]
        with self._inner():
            held = exp.true() if node.where is None else self.node(node.where)
            body = exp.Null() if node.body is None else self.node(node.body)
            rows = self._rows(node, held, body)
        self.in_row = before
        of_rows = self.aggregate(node).from_(rows.subquery("rows", copy=False), copy=False)
        of_rows.set("expressions", [exp.alias_(of_rows.expressions[0], "value", copy=False)])
        found: str = (
            of_rows.select(column("rows", ROW_ID), copy=False)
            .group_by(column("rows", ROW_ID), copy=False)
            .sql("duckdb", copy=False)
        )
        return found

    def _rows(self, node: core.Fold, held: Sql, body: Sql) -> exp.Select:
        """One line for each row of the relation and each row that the aggregate looks at."""
        source = node.source
        chosen = (column(self.here, ROW_ID), held.as_("c", quoted=True), body.as_("b", quoted=True))
        found = self._from(exp.select(*chosen))
        same = exp.EQ(this=column("f1", "subjid"), expression=column("f0", "subjid"))
        of_visit = self.of_visit(source, "f1", "f0")
        if source.visit == "previous" and source.form == self.shape.form.name:
            found = self._with_previous(found)
            same = condition(same, exp.EQ(this=column("f1", ORDER), expression=column("p", ORDER)))
            of_visit = []
        found = found.join(self.table(source.form, "f1", group=False), on=same, copy=False)
        if source.group:
            joined = condition(*(exp.EQ(this=column("r1", k), expression=column("f1", k)) for k in FORM_KEY))
            found = found.join(self.table(source.table, "r1", group=True), on=joined, copy=False)
        found = self._joins.added_to(found)
        return found.where(condition(*of_visit), copy=False) if of_visit else found

    def _with_previous(self, found: exp.Select) -> exp.Select:
        """Beside each form, as ``p``, the order of the one before it."""
        order = f"lag({quoted(ORDER)}) OVER (PARTITION BY subjid ORDER BY {quoted(ORDER)})"
        columns = (exp.column(ROW_ID, quoted=True), exp.alias_(exp.Var(this=order), ORDER, quoted=True))
        before = exp.select(*columns).from_(exp.to_identifier(self.form_name(), quoted=True).sql("duckdb"))
        on = exp.EQ(this=column("p", ROW_ID), expression=column("f0", ROW_ID))
        return found.join(before.subquery("p"), on=on, copy=False)

    @contextmanager
    def _inner(self) -> Iterator[None]:
        before, self._joins = self._joins, _Joins(depth=1)
        yield
        self._joins = before

    def _from(self, found: exp.Select) -> exp.Select:
        table = exp.Table(this=exp.to_identifier(self.form_name(), quoted=True), alias=_alias("f0"))
        found = found.from_(table, copy=False)
        if self.shape.group:
            same = (exp.EQ(this=column("r0", key), expression=column("f0", key)) for key in FORM_KEY)
            found = found.join(
                self.table(self.shape.group.name, "r0", group=True), on=condition(*same), copy=False
            )
        return found

    def source_sql(self) -> str:
        """``FROM`` with everything that the expressions read. Call it when they are all written."""
        found = self._joins.added_to(self._from(exp.select("*")))
        return found.sql("duckdb", copy=False).removeprefix("SELECT *")

    def statements(self) -> Iterator[str]:
        """Make the tables of the aggregates; to be run before anything that reads ``source_sql``."""
        for name, query in self.aggregates.items():
            yield f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS {query}"

    def leftovers(self) -> Iterator[str]:
        """Take the tables of the aggregates away."""
        for name in self.aggregates:
            yield f"DROP TABLE {quoted(name)}"


OF_NONE: Mapping[str, Sql] = {
    "any": exp.false(),
    "every": exp.true(),
    "count": constant((0, 0), Type.SPREAD),
    "count_distinct": constant((0, 0), Type.SPREAD),
    "sum": constant(0, Type.NUMBER),
    **dict.fromkeys(("min", "max", "span_min", "span_max"), exp.null()),
}
"""What an aggregate gives where there are no rows."""
if OF_NONE.keys() != core.FOLDS.keys():
    raise TypeError(f"aggregates without a value for no rows: {OF_NONE.keys() ^ core.FOLDS.keys()}")


class _Joins:
    """The tables that a select joins from outside. ``depth`` is the innermost frame that it has."""

    def __init__(self, depth: int = 0) -> None:
        self.depth = depth
        self._aliases: dict[Any, str] = {}
        self._added: list[tuple[Sql, Sql]] = []

    def alias(self, key: Any) -> str | None:
        return self._aliases.get(key)

    def new(self, key: Any) -> str:
        return self._aliases.setdefault(key, f"j{self.depth}_{len(self._aliases)}")

    def add(self, table: Sql, on: Sql) -> None:
        self._added.append((table, on))

    def added_to(self, found: exp.Select) -> exp.Select:
        for table, on in self._added:
            found = found.join(table, on=on, join_type="left", copy=False)
        return found


def _alias(name: str) -> exp.TableAlias:
    return exp.TableAlias(this=exp.to_identifier(name, quoted=True))
