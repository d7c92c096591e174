"""Two questions of a section are told apart by their labels."""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import said


@pytest.mark.parametrize(
    ("second", "found"),
    [
        ("{label: Result, type: integer}", True),
        ("{label: ' result ', type: integer}", True),
        ("{label: Result again}", False),
        ("{label: Result, show_when: base.n > 3}", False),
        ("{label: Result, entry: hidden}", False),
        ("{label: Result, type: calculated, value: base.n + 1}", False),
    ],
)
def test_two_questions_with_one_label_are_a_warning(second: str, found: bool) -> None:
    text = f"form: x\ntitle: X\nfields:\n  a: {{label: Result}}\n  b: {second}\n"
    assert said(text) == (["1.yaml:5:14 field-label-twice"] if found else [])


def test_each_section_has_its_own_labels() -> None:
    text = (
        "form: x\ntitle: X\ngroups:\n"
        "  g: {title: Before, fields: {a: {label: Pulse}}}\n"
        "  h: {title: After, fields: {b: {label: Pulse}}}\n"
    )
    assert said(text) == []
