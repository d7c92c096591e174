"""Whole numbers in ASCII digits."""

from __future__ import annotations

from decimal import Decimal

import pytest

from forms_spec.kinds import Refusal
from forms_spec.model.values import Value
from tests.parity.fields import field_of

FIELD = field_of("integer")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", Decimal("0")),
        ("-12", Decimal("-12")),
        ("999999999999999", Decimal("999999999999999")),
    ],
)
def test_reads(text: str, value: object) -> None:
    assert FIELD.kind.parse(text, FIELD) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("-0", "not-an-integer"),
        ("007", "not-an-integer"),
        ("1_000", "not-an-integer"),
        ("٣", "not-an-integer"),
        ("1e3", "not-an-integer"),
        ("12\n", "not-an-integer"),
        ("12.0", "not-an-integer"),
        ("1000000000000000", "number-too-large"),
    ],
)
def test_refuses(text: str, code: str) -> None:
    refusal = FIELD.kind.parse(text, FIELD)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("-12"), "-12"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0"), "0"),
    ],
)
def test_writes(value: Value, text: str) -> None:
    assert FIELD.kind.write(value, FIELD) == text
