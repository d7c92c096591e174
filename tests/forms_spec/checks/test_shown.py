"""Fields that nobody will ever see."""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import said


@pytest.mark.parametrize(
    ("shown", "never"),
    [
        ("false", True),
        ("1 = 2", True),
        ("not true", True),
        ("true", False),
        ("base.p = 'Y'", False),
        ("base.p = 'Y' and false", False),
        ("today < 2020-01-01", False),
    ],
)
def test_a_condition_that_is_always_false_is_a_warning(shown: str, never: bool) -> None:
    text = (
        f"form: x\ntitle: X\nfields:\n  a: {{label: A, required: true, show_when: "
        f'"{shown}"}}\n'
    )
    assert said(text) == (["1.yaml:4:44 never-shown"] if never else [])


def test_a_field_that_is_hidden_anyway_need_not_be_shown() -> None:
    field = "a: {label: A, entry: hidden, show_when: false, type: note}"
    assert said(f"form: x\ntitle: X\nfields:\n  {field}\n") == []
