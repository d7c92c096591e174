"""Every example of docs/rules.md gives what is written: on the server, in the browser,
over columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from forms_spec.model.captured_data import FormKey, Record, Row
from forms_spec.model.study import Study
from forms_spec.rule_syntax.limits import SCALE
from forms_spec.rule_syntax.tokenizer import TokenKind, tokenize
from forms_spec.rules import FUNCTIONS, KEYWORDS
from forms_spec.rules.semantics.resolved import FOLDS, OPERATORS
from generator.browser.expression_json import encode
from tests.docs.fences import blocks
from tests.parity.column_engine import ColumnEngine
from tests.parity.rule_engines import BrowserEngine, Rule, plain
from tests.studies import study_of

FILE = Path(__file__).parents[2] / "docs" / "rules.md"
TODAY = date(2024, 8, 31)
HOME = FormKey("vs", "M3", 0)


def examples() -> Iterator[tuple[str, str]]:
    for block in blocks(FILE):
        if block.language == "rules":
            for line in block.text.splitlines():
                rule, _, gives = line.rpartition(" → ")
                yield rule, gives


@cache
def _yaml() -> tuple[list[str], str]:
    """The example study, and its subject behind it; later blocks belong to no study."""
    found = [block.text for block in blocks(FILE) if block.language == "yaml"]
    at = next(
        number for number, text in enumerate(found) if text.startswith("dm at SCR")
    )
    return found[:at], found[at]


@cache
def study() -> Study:
    files = {f"{number}.yaml": text for number, text in enumerate(_yaml()[0])}
    tables = [block.text for block in blocks(FILE) if block.language == "csv"]
    return study_of({**files, "tables/limits.csv": tables[0]})


@cache
def subject() -> dict[FormKey, Record]:
    said = yaml.load(_yaml()[1], yaml.CBaseLoader)
    texts: dict[FormKey, dict[str, str]] = {}
    rows: dict[FormKey, dict[str, tuple[Row, ...]]] = {}
    for head, held in said.items():
        table, form, visit = _head(head)
        if table is None:
            texts[FormKey(form, visit, 0)] = held
        else:
            found = tuple(
                Row(number=number, texts=row) for number, row in enumerate(held, 1)
            )
            rows.setdefault(FormKey(form, visit, 0), {})[table] = found
    return {
        key: Record(texts=held, rows=rows.get(key, {})) for key, held in texts.items()
    }


def _head(head: str) -> tuple[str | None, str, str]:
    """``vs at M3`` or ``pills of vs at M3``."""
    where, visit = head.split(" at ")
    table, _, form = where.rpartition(" of ")
    return table or None, form, visit


def shown(value: Any) -> str:
    """A value as the document writes it."""
    if value is None:
        return "UNKNOWN"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, list):
        low, high = (
            shown(one) if isinstance(one, dict) else _day(one) for one in value
        )
        return low if low == high else f"{low} to {high}"
    if isinstance(value, dict):
        text = f"{int(value['bigint']) / SCALE:.9f}"
        return text.rstrip("0").rstrip(".")
    return str(value)


def _day(days: int) -> str:
    return date.fromordinal(days + date(1970, 1, 1).toordinal()).isoformat()


@pytest.fixture(scope="module")
def browser() -> BrowserEngine:
    return BrowserEngine(study(), "vs")


@pytest.fixture(scope="module")
def columns() -> ColumnEngine:
    return ColumnEngine(
        study(), [Rule("true", study(), HOME, TODAY).captured(subject())], HOME, TODAY
    )


@pytest.mark.parametrize(("text", "gives"), list(examples()))
def test_an_example_gives_what_is_written(
    text: str, gives: str, browser: BrowserEngine, columns: ColumnEngine
) -> None:
    rule = Rule(text, study(), HOME, TODAY)
    here = rule.captured(subject())
    assert shown(rule.python(here)) == gives
    assert shown(browser.values(rule, [rule.case(here)])[0]) == gives
    type_ = rule.resolved.core.type
    (in_columns,) = columns.values(rule)
    assert shown(plain(encode(in_columns, type_), type_)) == gives


def test_every_word_function_and_operator_has_an_example() -> None:
    words = {
        word.text.lower()
        for text, _ in examples()
        for word in tokenize(text)
        if word.kind is not TokenKind.TEXT
    }
    assert words >= KEYWORDS | set(FUNCTIONS)
    met = {
        name
        for text, _ in examples()
        for name in _operators(Rule(text, study(), HOME, TODAY).json)
    }
    assert met >= {*OPERATORS, *FOLDS} - {
        "span_neg",
        "span_add",
        "span_least",
        "span_greatest",
        "span_min",
    }


def _operators(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (
            node[name] for name in ("op", "fold") if isinstance(node.get(name), str)
        )
    for one in (
        node.values()
        if isinstance(node, dict)
        else node
        if isinstance(node, list)
        else ()
    ):
        yield from _operators(one)
