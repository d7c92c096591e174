"""Days of the calendar."""

from __future__ import annotations

from datetime import date

import pytest

from forms_spec.kinds import Refusal
from forms_spec.model.values import Value
from tests.parity.fields import field_of

FIELD = field_of("date")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("1000-01-01", date(1000, 1, 1)),
        ("9999-12-31", date(9999, 12, 31)),
    ],
)
def test_reads(text: str, value: object) -> None:
    assert FIELD.kind.parse(text, FIELD) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2024-02-30", "no-such-day"),
        ("2023-02-29", "no-such-day"),
        ("0999-12-31", "no-such-day"),
        ("15apr24", "two-digit-year"),
        ("15/04/24", "two-digit-year"),
        ("03/04/2024", "ambiguous-date"),
        ("04/04/2024", "not-a-date"),
        ("15/04/2024", "not-a-date"),
        ("20240415", "not-a-date"),
        ("٢٠٢٤-٠٤-١٥", "not-a-date"),
    ],
)
def test_refuses(text: str, code: str) -> None:
    refusal = FIELD.kind.parse(text, FIELD)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2024, 4, 5), "2024-04-05"),
    ],
)
def test_writes(value: Value, text: str) -> None:
    assert FIELD.kind.write(value, FIELD) == text
