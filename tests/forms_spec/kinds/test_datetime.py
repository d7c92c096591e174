"""A day and a time of it."""

from __future__ import annotations

from datetime import datetime

import pytest

from forms_spec.kinds import Refusal
from forms_spec.model.values import Value
from tests.parity.fields import field_of

FIELD = field_of("datetime")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-04-15T09:30", datetime(2024, 4, 15, 9, 30)),
    ],
)
def test_reads(text: str, value: object) -> None:
    assert FIELD.kind.parse(text, FIELD) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2024-04-15", "not-a-datetime"),
        ("2024-04-15 09:30", "not-a-datetime"),
        ("2024-4-15T09:30", "not-a-datetime"),
        ("2024-02-30T09:30", "no-such-day"),
        ("2024-04-15T09:30:00", "time-has-seconds"),
        ("2024-04-15T09:30Z", "not-a-datetime"),
    ],
)
def test_refuses(text: str, code: str) -> None:
    refusal = FIELD.kind.parse(text, FIELD)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2024, 4, 5, 9, 5), "2024-04-05T09:05"),
    ],
)
def test_writes(value: Value, text: str) -> None:
    assert FIELD.kind.write(value, FIELD) == text


def test_asks_for_the_seconds_where_the_field_keeps_them() -> None:
    field = field_of("datetime", {"seconds": True})
    assert field.kind.parse("2024-04-15T09:30:15", field) == datetime(
        2024, 4, 15, 9, 30, 15
    )
    refused = field.kind.parse("2024-04-15T09:30", field)
    assert isinstance(refused, Refusal)
    assert refused.code == "time-lacks-seconds"
    assert (
        field.kind.write(datetime(2024, 4, 15, 9, 30), field) == "2024-04-15T09:30:00"
    )
