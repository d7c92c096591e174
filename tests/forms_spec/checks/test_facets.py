"""Lengths, decimal places and patterns that can be met."""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import said


@pytest.mark.parametrize(
    ("keys", "finding"),
    [
        ("length: 200", ""),
        ("length: [2, 2]", ""),
        ("length: [20, 2]", "25 length-reversed"),
        ("length: '-1'", "25 not-whole"),
        ("type: decimal, places: 9", ""),
        ("type: decimal, places: 10", "40 too-many-decimal-places"),
        (r"pattern: '\d{2}-\d{3}'", ""),
        (r"pattern: {matches: '[A-Z]+', message: capital letters}", ""),
        (r"pattern: '(a+)+'", "26 pattern-refused"),
        (r"pattern: {matches: '(?<=a)b', message: b}", "36 pattern-refused"),
        (r"pattern: '['", "26 pattern-refused"),
    ],
)
def test_a_facet_can_be_met(keys: str, finding: str) -> None:
    text = f"form: x\ntitle: X\nfields:\n  a: {{label: A, {keys}}}\n"
    assert said(text) == ([f"1.yaml:4:{finding}"] if finding else [])
