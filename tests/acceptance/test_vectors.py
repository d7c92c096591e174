"""The unit vectors in every back end: Python, the browser's judge, and DuckDB."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import duckdb
import pytest

from forms_spec.judge.world import Subject
from forms_spec.rules.core import RuleValue
from forms_spec.rules.evaluate import compile_core
from forms_spec.rules.references import targets
from generator.browser.expression_json import EPOCH, Givens, ToJson
from generator.browser.form_json import form_spec
from generator.browser.givens import given_values
from generator.sql.expression_sql import rule_query
from generator.sql.functions import register_functions
from generator.sql.macros import create_macros
from generator.sql.relations import create_relations, insert
from tests.acceptance.study import cellkine
from tests.acceptance.vectors import Vector, vectors, worlds
from tests.parity.browser import Browser
from tests.parity.rule_engines import record_json

TODAY = date(2026, 5, 31)
_RUN = """([spec, node, record, env, row]) => {
  const page = crfsmith.openPage(spec, record, env);
  return crfsmith.evaluate(node, [{row}], page);
}"""


@pytest.mark.parametrize("vector", vectors(), ids=str)
def test_python_gives(vector: Vector) -> None:
    assert compile_core(vector.core)(vector.captured.frames(vector.row)) == vector.gives


@cache
def browser() -> Browser:
    return Browser("kinds.js", "functions.js", "rules.js", "told.js", "page.js", "judge.js")


@pytest.mark.parametrize("vector", vectors(), ids=str)
def test_the_browser_gives(vector: Vector) -> None:
    givens, here = Givens(), vector.captured
    node = ToJson(vector.home.form.name, givens).node(vector.core)
    env = {"today": here.world.today - EPOCH, "given": given_values(givens, here)}
    spec = form_spec(cellkine(), vector.home.form)
    found = browser().run(_RUN, [spec, node, record_json(here.record), env, vector.row])
    assert _number(found) == vector.gives


def _number(found: Any) -> Any:
    return int(found["bigint"]) if isinstance(found, dict) else found


class Engine:
    """DuckDB with what the questions read of every subject; each question is put once, to all of them."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute(create_macros())
        register_functions(self.connection)
        for statement in create_relations(cellkine()):
            self.connection.execute(statement)
        for world in worlds().values():
            self.store(world)
        self.found: dict[str, dict[tuple[str, str, int | None], RuleValue | None]] = {}

    def store(self, world: Subject) -> None:
        for key in [key for form in read_forms() for key in world.keys(form)]:
            form = world.form(key)
            assert form is not None
            for statement in insert(form, world.position(key)[0]):
                self.connection.execute(statement)

    def answer(self, vector: Vector) -> RuleValue | None:
        if vector.asks not in self.found:
            self.found[vector.asks] = self.ask(vector)
        return self.found[vector.asks][vector.subject, vector.key.visit, vector.row]

    def ask(self, vector: Vector) -> dict[tuple[str, str, int | None], RuleValue | None]:
        group = vector.home.group and vector.home.group.name
        query = rule_query(vector.core, cellkine(), TODAY, vector.home.form.name, group)
        keys = f"SELECT f0.subjid, f0.visitid, {'r0.rowno' if group else 'NULL'}, "
        found = self.connection.execute(query.replace("SELECT ", keys, 1)).fetchall()
        return {(subject, visit, row): value for subject, visit, row, value in found}


def read_forms() -> tuple[str, ...]:
    """The forms that a question is asked of, and those that it reads."""
    homes = {vector.home.form.name for vector in vectors()}
    read = {target.table for vector in vectors() for target in targets(vector.core)}
    tables = {cellkine().tables[table].form.name for table in read if table is not None}
    return tuple(name for name in cellkine().forms if name in homes | tables)


@cache
def engine() -> Engine:
    return Engine()


@pytest.mark.parametrize("vector", vectors(), ids=str)
def test_duckdb_gives(vector: Vector) -> None:
    assert engine().answer(vector) == vector.gives


def test_every_row_of_the_table_of_vectors_is_there() -> None:
    assert {vector.of for vector in vectors()} == {
        *("age", "body mass index", "temperature", "3 months", "4 weeks", "5 years", "morphine equivalents"),
        *("blocks", "listhesis", "windows", "dating", "three-valued"),
    }
