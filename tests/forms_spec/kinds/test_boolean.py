"""A box is ticked or it is not."""

from __future__ import annotations

import pytest

from forms_spec.kinds import Refusal
from forms_spec.model.values import Value
from tests.parity.fields import field_of

FIELD = field_of("checkbox")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
    ],
)
def test_reads(text: str, value: object) -> None:
    assert FIELD.kind.parse(text, FIELD) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("True", "not-a-boolean"),
        ("on", "not-a-boolean"),
        ("1", "not-a-boolean"),
        (" ", "not-a-boolean"),
    ],
)
def test_refuses(text: str, code: str) -> None:
    refusal = FIELD.kind.parse(text, FIELD)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
    ],
)
def test_writes(value: Value, text: str) -> None:
    assert FIELD.kind.write(value, FIELD) == text
