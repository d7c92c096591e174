"""A shape may stop a right cell, and never passes one that Frictionless refuses."""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl
import pytest
from frictionless import Schema
from hypothesis import given
from hypothesis import strategies as st

from generator.validation.columnar.tables.byte_shapes import ByteShape, byte_shape
from generator.validation.pattern_translation import positions
from generator.validation.table_plan import SCHEMA_PROFILE

CODE = {"type": "string", "constraints": {"pattern": "[A-C]{2}[0-9]{2}"}}
FIELDS: list[dict[str, Any]] = [
    {"type": "date"},
    {"type": "date", "constraints": {"minimum": "2000-01-01", "maximum": "2024-02-28"}},
    {
        "type": "date",
        "constraints": {
            "exclusiveMinimum": "2023-12-31",
            "exclusiveMaximum": "2024-02-28",
        },
    },
    {"type": "date", "constraints": {"required": True}, "missingValues": ["", "x"]},
    CODE,
    {
        "type": "string",
        "constraints": {"pattern": r"(?:S\d)\w[x-z_a]{2}", "required": True},
    },
]
DAYS = st.builds(
    "{:04}-{:02}-{:02}".format, st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32)
) | st.sampled_from(
    ["2024-02-29", "2023-12-31", "2024-01-01", "2024-02-28", "2000-01-01", "0000-01-01", "0001-01-01",
     "9999-12-28", "2024-1-05", "20240-1-05", "2024- 1-05", "2024/01/05", "2024-01-05\n", "2024-:1-05",
     "2024-01-0:", "20é4-01-05", "２024-1-5", "\0\0\0\0-\0\0-\0\0"]
)  # fmt: skip
CODES = st.from_regex(r"[A-D]{1,3}[0-9:]{1,3}", fullmatch=True) | st.from_regex(
    r"S[0-9]\w[`-z_]{2}", fullmatch=True
)
ODD = st.sampled_from(
    ["", " ", "x", "A", "AB1", "AB1\n", "ABé", "AB1٣", "S1éa", "\0\0\0\0", "\xff\xff"]
)
TEXTS = DAYS | CODES | ODD | st.text(max_size=11)


def field_of(described: dict[str, Any]) -> Any:
    schema = Schema.from_descriptor(
        {"$schema": SCHEMA_PROFILE, "fields": [{"name": "f", **described}]}
    )
    return schema.fields[0]


def passed_by(made: ByteShape, texts: list[str]) -> list[str]:
    held = pl.DataFrame({"f": texts}, {"f": pl.String}).select(made.held).to_series()
    stopped = set(made.misfits(held).tolist())
    return [text for at, text in enumerate(texts) if at not in stopped]


@cache
def shapes() -> list[tuple[Any, Any, Any]]:
    """Each field, its shape, and how Frictionless reads its cells."""
    fields = [field_of(described) for described in FIELDS]
    readers = [field.create_cell_reader() for field in fields]
    return list(zip(FIELDS, map(byte_shape, fields), readers, strict=True))


# Drawing texts takes longer than reading them: every field reads the same ones.
@given(texts=st.lists(TEXTS, min_size=1, max_size=30))
def test_what_a_shape_passes_frictionless_passes(texts: list[str]) -> None:
    for described, shape, read in shapes():
        assert shape is not None
        refused = [text for text in passed_by(shape, texts) if read(text)[1]]
        assert (described, refused) == (described, [])


@pytest.mark.parametrize("month", range(1, 13))
def test_every_day_of_a_month_is_passed_but_for_leap_days(month: int) -> None:
    days = [f"2023-{month:02}-{day:02}" for day in range(1, 32)]
    made, read = (
        byte_shape(field_of({"type": "date"})),
        field_of({"type": "date"}).create_cell_reader(),
    )
    assert made is not None
    assert passed_by(made, days) == [day for day in days if not read(day)[1]]


def test_codes_of_one_length_are_passed() -> None:
    made = byte_shape(field_of(CODE))
    assert made is not None
    assert passed_by(made, ["AB12", "", "AB123", "AD12", "CC99", "AB1"]) == [
        "AB12",
        "CC99",
    ]


@pytest.mark.parametrize(
    "described",
    [
        {
            "type": "date",
            "constraints": {"required": True},
            "missingValues": ["", "1900-01-01"],
        },
        {"type": "date", "constraints": {"enum": ["2024-01-01"]}},
        {"type": "date", "format": "%d/%m/%Y"},
        {"type": "string", "constraints": {"pattern": "[A-C]{2}", "enum": ["AB"]}},
        {"type": "string", "constraints": {"pattern": "[A-C]{2}", "minLength": 3}},
        {
            "type": "string",
            "constraints": {"pattern": "[A-C]{2}", "required": True},
            "missingValues": ["AB"],
        },
        {"type": "string", "format": "email", "constraints": {"pattern": "[A-C]{2}"}},
        {"type": "string"},
        {"type": "integer"},
    ],
    ids=str,
)
def test_what_bytes_alone_do_not_tell_has_no_shape(described: dict[str, Any]) -> None:
    assert byte_shape(field_of(described)) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "a*",
        "a{1,2}",
        "a|bc",
        "[^a]",
        "[é]",
        "é",
        ".",
        "(?i)a",
        r"\s",
        "^a",
        r"(a)\1",
        "(?=a)b",
        "(",
    ],
)
def test_a_pattern_without_one_length_of_known_bytes_has_no_positions(
    pattern: str,
) -> None:
    assert not positions(pattern)


def test_positions_of_a_pattern() -> None:
    assert positions(r"(?:S[0-9]{2})[A-C_](?![\s\S])") == [
        [(83, 83)],
        [(48, 57)],
        [(48, 57)],
        [(65, 67), (95, 95)],
    ]
