"""One query for each relation: of every cell its state, of every facet and rule what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import NamedTuple

from forms_spec.catalogue import entry
from forms_spec.findings import Finding, Severity
from forms_spec.judge.judgement import CellState
from forms_spec.judge.protocol import under_check
from forms_spec.model import Field, Group, Range, Rule
from forms_spec.rules import core
from forms_spec.rules.types import Type, type_of
from generator.casebooks.names import (
    COMPLETE,
    LINE,
    SUBJECT_NUMBER,
    VISIT_NUMBER,
    beside_column,
    class_column,
    given_column,
    shown_column,
)
from generator.casebooks.reads import (
    Shape,
    companion_of,
    conditions,
    is_fixed,
    limits,
    required_condition,
    resolved,
)
from generator.casebooks.relations import Relations
from generator.casebooks.scene_sql import Scene
from generator.casebooks.texts import ANSWERED, BLANK
from generator.casebooks.told import asked_by, told
from generator.sql.expression_sql import FORM_KEY, OPERATORS, column
from generator.sql.names import quoted, text_literal
from generator.sql.relations import relation

ASK = 255
"""The verdict that asks the judge; 0 says nothing, the others are places in a list of constraints, from 1."""
HIDDEN_STATE, EXPECTED_STATE = 254, 253
"""States of a cell beside the classes of its field: hidden, and blank though required."""


class Constraint(NamedTuple):
    """A finding that a column may give: what is counted of it."""

    code: str
    severity: Severity
    rule: str | None
    table: str
    field: str | None


@dataclass(kw_only=True)
class Query:
    """The select of one relation, and statements before and after it.

    ``states`` names the column of each field's state, ``verdicts`` the constraints of each other column.
    """

    before: tuple[str, ...]
    sql: str
    after: tuple[str, ...]
    states: Mapping[str, str]
    verdicts: Mapping[str, list[Constraint]]


@dataclass(kw_only=True)
class VerdictQuery:
    """Writes the query of one relation."""

    shape: Shape
    relations: Relations
    scene: Scene = field(init=False)
    _columns: dict[str, str] = field(default_factory=dict)
    _states: dict[str, str] = field(default_factory=dict)
    _verdicts: dict[str, list[Constraint]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.scene = Scene(self.shape, self.relations.study, self.relations.today)

    def query(self) -> Query:
        for one in self.shape.fields:
            self._field(one)
        for rule in self.shape.rules:
            self._rule(rule)
        joins = [] if self.shape.group else [self._rows(group) for group in self.shape.form.row_groups]
        here = self.scene.here
        keys = [f"f0.{quoted(name)} AS {quoted(alias)}" for name, alias in _KEYS.items()]
        keys += [f"{here}.{quoted(LINE)} AS line"]
        columns = [f"({text})::UTINYINT AS {quoted(name)}" for name, text in self._columns.items()]
        source = self.scene.source_sql()
        sql = f"SELECT {', '.join([*keys, *columns])} {source} {' '.join(joins)}"
        return Query(
            before=tuple(self.scene.statements()),
            sql=sql,
            after=tuple(self.scene.leftovers()),
            states=self._states,
            verdicts=self._verdicts,
        )

    # Cells

    def _field(self, one: Field) -> None:
        has_condition = bool(conditions(self.shape, one))
        shown = f"{self.scene.here}.{quoted(shown_column(one.name))}" if has_condition else None
        required = self._required(one)
        self._state(one, shown, required)
        self._main(one, shown, required)
        if one.value is not None:
            self._differing(one)
        elif shown:
            said = _Verdict(self, f"{one.name} shown-unknown")
            said.set(
                f"CASE WHEN {shown} IS NULL AND {self._class(one)} <> {BLANK} THEN "
                f"{said.number('shown-unknown', one)} ELSE 0 END"
            )

    def _class(self, one: Field) -> str:
        return f"{self.scene.here}.{quoted(class_column(one.name))}"

    def _value(self, name: str) -> str:
        return f"{self.scene.here}.{quoted(name)}"

    def _required(self, one: Field) -> str:
        if one.value is not None:
            return "FALSE"
        if isinstance(one.required, bool):
            return str(one.required).upper()
        return self._sql(*required_condition(self.shape, one))

    def _sql(self, node: core.Core) -> str:
        text: str = self.scene.node(node).sql("duckdb", copy=False)
        return f"({text})"

    def _state(self, one: Field, shown: str | None, required: str) -> None:
        cases = [f"WHEN {shown} IS FALSE THEN {HIDDEN_STATE}"] if shown else []
        if required != "FALSE":
            asked = "" if required == "TRUE" else f" AND {required} IS TRUE"
            cases.append(f"WHEN {self._class(one)} = {BLANK}{asked} THEN {EXPECTED_STATE}")
        name = f"{one.name} state"
        self._states[one.name] = name
        self._columns[name] = (
            f"CASE {' '.join(cases)} ELSE {self._class(one)} END" if cases else self._class(one)
        )

    def _main(self, one: Field, shown: str | None, required: str) -> None:
        said, of_class = _Verdict(self, f"{one.name} verdict"), self._class(one)
        cases: list[str] = []
        if shown:
            hidden = (
                f"CASE WHEN {of_class} <> {BLANK} THEN {said.number('hidden-with-value', one)} ELSE 0 END"
            )
            cases.append(f"WHEN {shown} IS FALSE THEN {hidden if one.value is None else '0'}")
        if required != "FALSE":
            cases.append(f"WHEN {of_class} = {BLANK} THEN {self._blank(one, shown, required, said)}")
        for at, outcome in enumerate(self.relations.outcomes(self.shape, one)):
            if outcome.state is CellState.INVALID and one.value is not None:
                cases.append(f"WHEN {of_class} = {at} THEN {ASK}")
            elif outcome.code is not None:
                number = str(said.number(outcome.code, one))
                told = (
                    f"CASE WHEN f0.{quoted(COMPLETE)} THEN {number} ELSE 0 END"
                    if outcome.draft_only
                    else number
                )
                cases.append(f"WHEN {of_class} = {at} THEN {told}")
        if not self.relations.reader(self.shape, one).fixed:
            cases.append(f"WHEN {of_class} = {ANSWERED} THEN {self._ranges(one, said)}")
        if cases:
            said.set(f"CASE {' '.join(cases)} ELSE 0 END")

    def _blank(self, one: Field, shown: str | None, required: str, said: _Verdict) -> str:
        """Asked at completion; where it cannot be told whether it is asked, the judge knows what to say."""
        surely = " AND ".join(f"{part} IS TRUE" for part in (shown, required) if part)
        asks = str(ASK)
        if shown or required != "TRUE":
            asks = f"CASE WHEN {self._told(*asked_by(self.shape, one))} THEN 0 ELSE {ASK} END"
        return (
            f"CASE WHEN NOT f0.{quoted(COMPLETE)} OR {required} IS FALSE THEN 0 "
            f"WHEN {surely} THEN {said.number('required-blank', one)} ELSE {asks} END"
        )

    def _told(self, *nodes: core.Core) -> str:
        return told(self.shape, nodes, self.relations, self.scene)

    def _ranges(self, one: Field, said: _Verdict) -> str:
        companion = companion_of(one)
        unit = self._value(companion) if companion else None
        told = list(limits(self.shape, one))
        cases = [f"WHEN {unit} IS NULL THEN {said.number('unit-missing', one)}"] if unit else []
        for _, of_unit, _, low, high in told:
            for end in (low, high):
                if end is not None and not is_fixed(end):
                    cases.append(
                        f"WHEN f0.{quoted(COMPLETE)} AND {_of(unit, of_unit)} AND "
                        f"{self._sql(end)} IS NULL THEN {ASK}"
                    )
        for word, of_unit, held, low, high in told:
            for side, end in (("below", low), ("above", high)):
                if end is not None:
                    beyond = self._beyond(one, side, held, end)
                    number = said.number(f"{side}-{word}", one)
                    cases.append(f"WHEN {_of(unit, of_unit)} AND {beyond} THEN {number}")
        return f"CASE {' '.join(cases)} ELSE 0 END" if cases else "0"

    def _beyond(self, one: Field, side: str, held: Range, end: core.Core) -> str:
        """Where the value surely lies before the low end, or after the high one."""
        strictly = not (held.low_open if side == "below" else held.high_open)
        limit, value = self.scene.node(end), column(self.scene.here, one.name)
        earlier, later = (limit, value) if side == "below" else (value, limit)
        if type_of(one) is Type.DATE:
            said = OPERATORS["span_le" if strictly else "span_lt"](earlier, later)
            return f"({said.sql('duckdb')}) IS FALSE"
        sign = ">" if strictly else ">="
        return f"(({earlier.sql('duckdb')}) {sign} ({later.sql('duckdb')})) IS TRUE"

    def _differing(self, one: Field) -> None:
        said = _Verdict(self, f"{one.name} differing")
        value, given = self._value(one.name), self._value(given_column(one.name))
        unknown, differs = said.number("calculated-unknown", one), said.number("calculated-differs", one)
        said.set(
            f"CASE WHEN {self._value(beside_column(one.name))} THEN CASE WHEN {value} IS NULL "
            f"THEN {unknown} WHEN {given} IS NULL OR {given} <> {value} THEN {differs} ELSE 0 END "
            "ELSE 0 END"
        )

    # Rules and rows

    def _rule(self, rule: Rule) -> None:
        study, home = self.shape.study, self.shape.home
        said = _Verdict(self, f"rule {rule.name}")
        table, name = rule.on[0]
        broken = said.add(Constraint(rule.check, rule.severity, rule.name, table, name))
        holds = self._sql(resolved(rule.holds, study, home, Type.CONDITION))
        untold = ""
        completing = f"f0.{quoted(COMPLETE)}"
        if rule.unknown:
            severity = entry("rule-untold").severity
            number = said.add(Constraint(rule.unknown, severity, rule.name, table, name))
            untold = f" WHEN {holds} IS NULL AND {completing} THEN {number}"
        told = f"CASE WHEN {holds} IS FALSE THEN {broken}{untold} ELSE 0 END"
        if rule.applies is not None:
            node = resolved(rule.applies, study, home, Type.CONDITION)
            applies = self._sql(node)
            ask = ""
            if rule.unknown:
                open_ = f"{applies} IS NULL AND {completing} AND {holds} IS NOT TRUE"
                ask = f" WHEN {open_} AND NOT ({self._told(node)}) THEN {ASK}"
            told = f"CASE WHEN {applies} IS TRUE THEN {told}{ask} ELSE 0 END"
        said.set(told)

    def _rows(self, group: Group) -> str:
        """Asks the judge about forms that may have too few rows of a group, too many, or a row twice."""
        assert group.rows is not None
        alias, at = f"g{len(self._verdicts)}", f"rows of {group.name}"
        counted, codes = f"coalesce({alias}.counted, 0)", [quoted(name) for name in group.rows.fixed]
        known = " AND ".join(f"{one} IS NOT NULL" for one in codes)
        fixed = (
            (
                f", count(DISTINCT CASE WHEN {known} THEN ({', '.join(codes)}, 0) END) AS different, "
                f"count(CASE WHEN {known} THEN 1 END) AS told"
            )
            if codes
            else ""
        )
        asked = [f"{counted} > {group.rows.maximum}"]
        least = group.rows.minimum
        if codes:
            least = _combinations(group)
            asked.append(f"{alias}.different <> {alias}.told")
        few = f"{alias}.different IS DISTINCT FROM {least}" if codes else f"{counted} < {least}"
        asked.append(f"(f0.{quoted(COMPLETE)} AND {few} AND {self._shown_group(group)})")
        said = _Verdict(self, at)
        said.set(f"CASE WHEN {' OR '.join(asked)} THEN {ASK} ELSE 0 END")
        rows = quoted(relation(group.name, group=True))
        on = " AND ".join(f"{alias}.{key} = f0.{key}" for key in FORM_KEY)
        key = ", ".join(FORM_KEY)
        return (
            f"LEFT JOIN (SELECT {key}, count(*) AS counted{fixed} FROM {rows} GROUP BY {key}) {alias} ON {on}"
        )

    def _shown_group(self, group: Group) -> str:
        if group.shown is None:
            return "TRUE"
        node = resolved(group.shown, self.shape.study, self.shape.home, Type.CONDITION)
        return f"{self._sql(node)} IS NOT FALSE"


_KEYS = {SUBJECT_NUMBER: "subject", VISIT_NUMBER: "visit", "unsno": "unsno"}


class _Verdict:
    """One column of verdicts in the making."""

    def __init__(self, query: VerdictQuery, name: str) -> None:
        self._query = query
        self._name = name
        self._constraints: list[Constraint] = []

    def add(self, constraint: Constraint) -> int:
        """The number of a constraint in this column."""
        if constraint not in self._constraints:
            self._constraints.append(constraint)
        return self._constraints.index(constraint) + 1

    def number(self, code: str, one: Field) -> int:
        """The number of a facet's finding, under the check that it implements."""
        plain = Finding(code=code, severity=entry(code).severity, message="", remedy="")
        said = under_check(plain, one.checks)
        return self.add(Constraint(said.code, said.severity, said.rule, self._query.shape.name, one.name))

    def set(self, text: str) -> None:
        self._query._columns[self._name] = text
        self._query._verdicts[self._name] = self._constraints


def _of(unit: str | None, of_unit: str | None) -> str:
    """Where a range is meant: everywhere, or with the unit that was chosen."""
    if unit is None:
        return "TRUE" if of_unit is None else "FALSE"
    return "FALSE" if of_unit is None else f"{unit} = {text_literal(of_unit)}"


def _combinations(group: Group) -> int:
    assert group.rows is not None
    lists = {one.name: one.codelist for one in group.fields if one.codelist is not None}
    return prod(len(lists[name].codes) for name in group.rows.fixed)
