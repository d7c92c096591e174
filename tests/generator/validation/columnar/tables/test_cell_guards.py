"""A guard may stop a right cell, and never passes one that Frictionless refuses."""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl
import pytest
from frictionless import Schema
from hypothesis import given
from hypothesis import strategies as st

from generator.validation.columnar.tables.cell_guards import suspicion
from generator.validation.pattern_translation import translated
from generator.validation.table_plan import SCHEMA_PROFILE

FIELDS: list[dict[str, Any]] = [
    {"type": "integer"},
    {"type": "integer", "constraints": {"minimum": 0, "maximum": 300}},
    {
        "type": "integer",
        "constraints": {"required": True, "enum": [1, 2, -3]},
        "missingValues": ["", "-9"],
    },
    {"type": "number"},
    {"type": "number", "constraints": {"minimum": 0, "maximum": 1}},
    {"type": "number", "constraints": {"exclusiveMinimum": 0, "maximum": 99.5}},
    {"type": "number", "constraints": {"exclusiveMinimum": -1, "exclusiveMaximum": 0}},
    {"type": "date"},
    {"type": "date", "constraints": {"minimum": "2000-01-01", "maximum": "2024-02-29"}},
    {"type": "datetime"},
    {"type": "year", "constraints": {"maximum": 2024}},
    {"type": "boolean"},
    {"type": "any", "constraints": {"required": True}},
    {"type": "string", "constraints": {"pattern": r"[A-C]\d{1,2}|x.?"}},
    {
        "type": "string",
        "constraints": {"pattern": r"(?=[ ]*[^ ])[^\x00-\x1f]*(?![\s\S])"},
    },
    {"type": "string", "constraints": {"minLength": 2, "maxLength": 3}},
    {"type": "string", "constraints": {"enum": ["a", "b", ""], "required": True}},
]

PLAIN = st.from_regex(
    r"[+-]?[0-9]{1,4}([.][0-9]{0,3})?([eE]-?[0-9]{1,3})?", fullmatch=True
)
DAYS = st.from_regex(
    r"[+ -]?[0-9]{1,5}[-/ ][ +]?[0-9]{1,3}[-/ ][ +]?[0-9]{1,2}([T ]2[0-9]:[0-6][0-9]:[0-9]{2}Z?)?"
)
ODD = st.sampled_from(
    ["", " ", "-9", "NaN", "inf", "-0", "007", "1_0", "٣", "1e-400", "-1e-400", "1e400", "0.1e1", "true",
     "TRUE", "a", "b", "ab", "x", "xy", "x\n", "A1\n", "A12", "éé", "2024-02-30", "0000-01-01",
     "1.0000000000000001",
     "99.50000000000000001", "9223372036854775808", "2024-01-05T10:00:60", "2024-01-05T24:00:00",
     "2024-01-05T10:00:00.123456Z", "2024-02-30T10:00:00.123456Z", "2024-01-05T10:00:60.123456",
     "2024-01-05T24:00:00.000000Z", "2024-01-05T10:00:00.12", "2024-01-05T10:00:00.12345٣Z",
     "20٢4-01-05", "2024- 9-07", "2024-01- 5", "02024-1-01", " 024-01-05", "+024-01-05"]
)  # fmt: skip
TEXTS = PLAIN | DAYS | ODD | st.text(max_size=5)


@cache
def guards() -> list[tuple[Any, Any, Any]]:
    """Each field, its guard, and how Frictionless reads its cells."""
    schemas = [
        Schema.from_descriptor(
            {"$schema": SCHEMA_PROFILE, "fields": [{"name": "f", **field}]}
        )
        for field in FIELDS
    ]
    items = [schema.fields[0] for schema in schemas]
    readers = [item.create_cell_reader() for item in items]
    return list(zip(FIELDS, map(suspicion, items), readers, strict=True))


# Drawing texts takes longer than reading them: every field reads the same ones.
@given(texts=st.lists(TEXTS, min_size=1, max_size=30))
def test_what_a_guard_passes_frictionless_passes(texts: list[str]) -> None:
    frame = pl.DataFrame({"f": texts}, {"f": pl.String})
    for field, guard, read in guards():
        doubtful = (
            frame.select(guard).to_series().to_list()
            if isinstance(guard, pl.Expr)
            else [guard] * len(texts)
        )
        passed = [
            text for text, doubt in zip(texts, doubtful, strict=True) if not doubt
        ]
        assert (field, [text for text in passed if read(text)[1]]) == (field, [])


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ({"type": "integer", "constraints": {"minimum": 0}}, "12"),
        ({"type": "number", "constraints": {"minimum": 0}}, "0.5"),
        ({"type": "date"}, "2024-02-29"),
        ({"type": "datetime"}, "2024-02-29T10:00:00Z"),
        ({"type": "string", "constraints": {"pattern": "[a-z]{2}"}}, "ab"),
        ({"type": "string", "constraints": {"enum": ["M", "F"]}}, "F"),
    ],
    ids=str,
)
def test_plain_cells_are_passed_at_once(field: dict[str, Any], text: str) -> None:
    guard = suspicion(
        Schema.from_descriptor(
            {"$schema": SCHEMA_PROFILE, "fields": [{"name": "f", **field}]}
        ).fields[0]
    )
    assert isinstance(guard, pl.Expr)
    assert pl.DataFrame({"f": [text, ""]}).select(guard).to_series().to_list() == [
        False,
        False,
    ]


@pytest.mark.parametrize(
    "pattern",
    [r"(a)\1", "^a$", r"(?<=a)b", "(?i)a", r"a(?!b)", r"[^\d]", "(", "a{2000}"],
)
def test_a_pattern_that_the_other_engine_may_read_differently_is_left_to_python(
    pattern: str,
) -> None:
    assert translated(pattern) is None
