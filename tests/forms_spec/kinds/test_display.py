"""Answers are shown as the study writes them."""

from __future__ import annotations

import pytest

from forms_spec.kinds.display import shown_as
from tests.parity.fields import field_of

SIDES = {"codes": {"L": "Left", "R": "Right"}, "missing": ["ND"]}


@pytest.mark.parametrize(
    ("type_name", "keys", "text", "shown"),
    [
        ("date", {}, "2024-04-15", "15-Apr-2024"),
        ("partial_date", {}, "2024-04", "UN-Apr-2024"),
        ("partial_date", {}, "2019", "UN-UNK-2019"),
        ("partial_date", {}, "2024-04-15", "15-Apr-2024"),
        ("datetime", {}, "2024-04-15T09:30", "15-Apr-2024 09:30"),
        ("time", {}, "09:30", "09:30"),
        ("decimal", {}, "38.10", "38.10"),
        ("yes_no", {}, "Y", "Yes"),
        ("checkbox", {}, "true", "Yes"),
        ("checkbox", {}, "false", "No"),
        ("choice", SIDES, "L", "Left"),
        ("choice", SIDES, "ND", "Because ND"),
        ("multiple_choice", SIDES, "L;R", "Left, Right"),
        ("file", {}, "files/0123456789abcdef/scan.pdf", "scan.pdf"),
        ("text", {}, "2024-04-15", "2024-04-15"),
    ],
)
def test_shows(type_name: str, keys: dict[str, object], text: str, shown: str) -> None:
    assert shown_as(text, field_of(type_name, keys)) == shown


@pytest.mark.parametrize("text", ["2024-02-30", "15apr2024", "", " ", "ND"])
def test_leaves_what_it_does_not_understand_as_typed(text: str) -> None:
    assert shown_as(text, field_of("date")) == text
