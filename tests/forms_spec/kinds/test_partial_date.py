"""Dates known in part are intervals."""

from __future__ import annotations

from datetime import date

import pytest

from forms_spec.kinds import Refusal
from forms_spec.model.values import PartialDate, Value
from tests.parity.fields import field_of

FIELD = field_of("partial_date")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024", PartialDate(date(2024, 1, 1), date(2024, 12, 31))),
        ("2024-02", PartialDate(date(2024, 2, 1), date(2024, 2, 29))),
        ("2024-04-15", PartialDate(date(2024, 4, 15), date(2024, 4, 15))),
        ("9999-12", PartialDate(date(9999, 12, 1), date(9999, 12, 31))),
    ],
)
def test_reads(text: str, value: object) -> None:
    assert FIELD.kind.parse(text, FIELD) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2024-13", "not-a-partial-date"),
        ("0999", "not-a-partial-date"),
        ("2024-02-30", "no-such-day"),
        ("2024-UN-UN", "not-a-partial-date"),
        ("03/04/2024", "ambiguous-date"),
    ],
)
def test_refuses(text: str, code: str) -> None:
    refusal = FIELD.kind.parse(text, FIELD)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (PartialDate(date(2024, 1, 1), date(2024, 12, 31)), "2024"),
        (PartialDate(date(2024, 2, 1), date(2024, 2, 29)), "2024-02"),
        (PartialDate(date(2024, 2, 3), date(2024, 2, 3)), "2024-02-03"),
    ],
)
def test_writes(value: Value, text: str) -> None:
    assert FIELD.kind.write(value, FIELD) == text
