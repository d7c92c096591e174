"""Times of the day."""

from __future__ import annotations

from datetime import time

import pytest

from forms_spec.kinds import Refusal
from forms_spec.model.values import Value
from tests.parity.fields import field_of

FIELD = field_of("time")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("09:30", time(9, 30)),
        ("00:00", time(0, 0)),
        ("23:59", time(23, 59)),
    ],
)
def test_reads(text: str, value: object) -> None:
    assert FIELD.kind.parse(text, FIELD) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("9:30", "not-a-time"),
        ("24:00", "not-a-time"),
        ("09:60", "not-a-time"),
        ("09:30Z", "not-a-time"),
        ("09:30:00", "time-has-seconds"),
    ],
)
def test_refuses(text: str, code: str) -> None:
    refusal = FIELD.kind.parse(text, FIELD)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (time(9, 5), "09:05"),
    ],
)
def test_writes(value: Value, text: str) -> None:
    assert FIELD.kind.write(value, FIELD) == text


def test_asks_for_the_seconds_where_the_field_keeps_them() -> None:
    field = field_of("time", {"seconds": True})
    assert field.kind.parse("09:30:15", field) == time(9, 30, 15)
    refused = field.kind.parse("09:30", field)
    assert isinstance(refused, Refusal)
    assert refused.code == "time-lacks-seconds"
    assert field.kind.write(time(9, 30), field) == "09:30:00"
