"""A text means the same to the kinds and to Frictionless, but for the listed Losses."""

from __future__ import annotations

import json
from functools import cache

import pytest
from frictionless import Schema
from hypothesis import example, given
from hypothesis import strategies as st

from forms_spec.field_types import FieldType, Sample
from forms_spec.kinds import Refusal
from forms_spec.model.fields import Field
from generator.tables.kinds import laxities
from generator.tables.schema import field_schema
from tests.parity.fields import accepted, distinct_fields, field_of, rejected, samples
from tests.studies import small_study

PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"

typed = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
near = st.text(
    st.sampled_from("0123456789-+.,:;T eEtN_/aAYN\n\t \u0663\u00a0"),
    min_size=1,
    max_size=20,
)
digits = st.from_regex(r"-?[0-9]{1,4}([-.:][0-9]{1,3}){0,5}", fullmatch=True)


def schema_of(field: Field) -> Schema:
    """Frictionless's schema of a field; read anew where another field has another
    descriptor.
    """
    return read_schema(json.dumps(field_schema(small_study(), field)))


@cache
def read_schema(descriptor: str) -> Schema:
    return Schema.from_descriptor(
        {"$schema": PROFILE, "fields": [json.loads(descriptor)]}
    )


def frictionless_accepts(field: Field, text: str) -> bool:
    try:
        return schema_of(field).fields[0].read_cell(text)[1] is None
    except Exception:
        return any(laxity.texts.fullmatch(text) for laxity in laxities(field))


def disagreement(field: Field, text: str) -> str | None:
    ours = not isinstance(field.kind.parse(text, field), Refusal)
    theirs = frictionless_accepts(field, text)
    if ours == theirs:
        return None
    if ours:
        return (
            f"{field.type.name}: Frictionless refuses {text!r}, which is a right answer"
        )
    if any(laxity.texts.fullmatch(text) for laxity in laxities(field)):
        return None
    return f"{field.type.name}: Frictionless lets {text!r} pass, and no Loss says so"


@pytest.mark.parametrize("cases", samples(accepted() + rejected()))
def test_every_sample_is_judged_alike(cases: list[tuple[FieldType, Sample]]) -> None:
    for field_type, sample in cases:
        if any("\ud800" <= character <= "\udfff" for character in sample.text):
            continue  # half a character: no file can hold it
        field = field_of(field_type.name, sample.keys)
        assert disagreement(field, sample.text) is None


# Drawing a text takes longer than judging it: every field judges the same ones.
@given(text=typed | near | digits)
@example(text="sNaN")
@example(text="2024-4-5")
@example(text="\u0662\u0660\u0662\u0664-04-05")
def test_any_text_is_judged_alike(text: str) -> None:
    disagreements = (disagreement(field, text) for field in distinct_fields())
    assert [*filter(None, disagreements)] == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("integer", " 5 "), ("integer", "+5"), ("integer", "1_000"), ("integer", "\u0661\u0662"),
        ("integer", "007"), ("integer", "-0"), ("decimal", ".5"), ("decimal", "1e3"), ("decimal", "1.25"),
        ("date", "2024-4-5"), ("time", "9:3"), ("datetime", "2024-04-05t09:30"),
        ("text", "ache\n"), ("partial_date", "2024-04\n"), ("multiple_choice", "A;A"),
    ],
)  # fmt: skip
def test_a_listed_loss_is_really_there(kind: str, text: str) -> None:
    field = field_of(
        kind,
        {"decimal": {"places": 1}, "multiple_choice": {"codes": ["A", "B"]}}.get(
            kind, {}
        ),
    )
    assert isinstance(field.kind.parse(text, field), Refusal)
    assert frictionless_accepts(field, text)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-inf", "1000000000000000"])
def test_numbers_that_are_none_are_kept_out_by_the_schema(text: str) -> None:
    assert not frictionless_accepts(field_of("decimal"), text)


def test_a_pattern_has_to_match_the_whole_text() -> None:
    field = field_of("text", {"pattern": "a|bc"})
    assert [frictionless_accepts(field, text) for text in ("a", "bc", "abc", "ab")] == [
        True,
        True,
        False,
        False,
    ]


def test_a_missing_code_is_no_value_of_the_field() -> None:
    field = field_of("integer", {"missing": ["ND"]})
    schema = schema_of(field)
    assert schema.fields[0].read_cell("ND") == (None, None)
    assert schema.fields[0].missing_values == ["", "ND"]
