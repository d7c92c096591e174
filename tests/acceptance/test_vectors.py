"""The unit vectors in every back end: Python, the browser's judge, and over columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

import pytest

from forms_spec.rules.runtime.compiler import compile_core
from forms_spec.rules.semantics.resolved import RuleValue
from generator.browser.expression_json import EPOCH, Givens, ToJson
from generator.browser.form_json import form_spec
from generator.browser.server_values import given_values
from tests.acceptance.vectors import Vector, vectors
from tests.data_dictionary.conftest import cellkine
from tests.parity.browser import Browser
from tests.parity.column_engine import ColumnEngine, Line
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
    return Browser("judge.js")


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


@cache
def columns() -> ColumnEngine:
    """Every subject's forms as columns. Each question is put once, to all of them."""
    captured = {vector.subject: vector.captured for vector in vectors()}
    return ColumnEngine(cellkine(), list(captured.values()), today=TODAY)


@cache
def answers(asks: str) -> Mapping[Line, RuleValue | None]:
    vector = next(vector for vector in vectors() if vector.asks == asks)
    group = vector.home.group and vector.home.group.name
    return columns().values_by_line(vector.core, vector.home.form.name, group)


@pytest.mark.parametrize("vector", vectors(), ids=str)
def test_columns_give(vector: Vector) -> None:
    line = Line(vector.subject, vector.key.visit, vector.key.unsno, vector.row)
    assert answers(vector.asks)[line] == vector.gives


def test_every_row_of_the_table_of_vectors_is_there() -> None:
    assert {vector.of for vector in vectors()} == {
        *(
            "age",
            "body mass index",
            "temperature",
            "3 months",
            "4 weeks",
            "5 years",
            "morphine equivalents",
        ),
        *("blocks", "listhesis", "windows", "dating", "three-valued"),
    }
