"""Decimal numbers, exact."""

from __future__ import annotations

from decimal import Decimal

import pytest

from forms_spec.kinds import Refusal
from forms_spec.model.values import Value
from tests.parity.fields import field_of

FIELD = field_of("decimal")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("38.1", Decimal("38.1")),
        ("38.10", Decimal("38.1")),
        ("-0.5", Decimal("-0.5")),
        ("999999999999999.999999999", Decimal("999999999999999.999999999")),
    ],
)
def test_reads(text: str, value: object) -> None:
    assert FIELD.kind.parse(text, FIELD) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("-0.0", "not-a-number"),
        ("12,5", "not-a-number"),
        ("NaN", "not-a-number"),
        (".5", "not-a-number"),
        ("1000000000000000.5", "number-too-large"),
        ("0.1234567891", "too-many-places"),
    ],
)
def test_refuses(text: str, code: str) -> None:
    refusal = FIELD.kind.parse(text, FIELD)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("38.10"), "38.1"),
        (Decimal("1E-9"), "0.000000001"),
        (Decimal("2E+3"), "2000"),
        (Decimal("-0.00"), "0"),
        (Decimal("100"), "100"),
    ],
)
def test_writes(value: Value, text: str) -> None:
    assert FIELD.kind.write(value, FIELD) == text


def test_keeps_as_many_decimals_as_the_field_has_places() -> None:
    field = field_of("decimal", {"places": 1})
    assert field.kind.parse("38.1", field) == Decimal("38.1")
    assert field.kind.parse("38.12", field) == Refusal(
        code="too-many-places", details=(("given", "2"), ("most", "1"))
    )
