"""Ranges that some value can meet, one for each unit."""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import findings, said

TEMPERATURE = "type: decimal, unit: {C: {}, F: {to: C, as: (value - 32) * 5 / 9}}"


def field(keys: str) -> str:
    return f"form: x\ntitle: Example\nfields:\n  a: {{label: A, {keys}}}\n"


@pytest.mark.parametrize(
    "keys",
    [
        "type: integer, range: [60, 260]",
        "type: integer, range: [-5, null]",
        "type: integer, range: [7, 7]",
        "type: decimal, range: '(0, 100]'",
        "type: date, range: [1900-01-01, today]",
        "type: date, range: [base.d, null]",
        "type: time, range: ['09:00', '17:00']",
        "type: integer, range: [base.n, 100]",
        "type: integer, range: [1, 9], expected: [1, 9]",
        "type: date, range: '[add_days(base.d, -3), today]'",
        f"{TEMPERATURE}, range: {{C: [33, 43], F: [91.4, 109.4]}}",
    ],
)
def test_a_range_that_can_be_met_is_right(keys: str) -> None:
    assert said(field(keys)) == []


@pytest.mark.parametrize(
    ("keys", "low", "high"),
    [
        ("type: integer, range: [260, 60]", "260", "60"),
        ("type: decimal, range: [-1, -1.5]", "-1", "-1.5"),
        ("type: decimal, range: '(5, 5]'", "5", "5"),
        ("type: date, range: [2024-02-01, 2024-01-31]", "2024-02-01", "2024-01-31"),
        ("type: time, range: ['17:00', '09:00']", "17:00", "09:00"),
        ("type: integer, range: [2 * 10, 10 + 5]", "2 * 10", "10 + 5"),
    ],
)
def test_a_range_without_a_value_in_it_is_refused(
    keys: str, low: str, high: str
) -> None:
    (found,) = findings(field(keys))
    assert (found.code, found.text and found.text.line) == ("range-reversed", 4)
    assert f"{low} is not below {high}" in found.message


@pytest.mark.parametrize(
    ("expected", "wrong"),
    [("[50, 160]", 1), ("[90, 300]", 1), ("[10, 300]", 2), ("[60, 260]", 0)],
)
def test_expected_ends_lie_inside_the_hard_ones(expected: str, wrong: int) -> None:
    codes = [
        one.code
        for one in findings(
            field(f"type: integer, range: [60, 260], expected: {expected}")
        )
    ]
    assert codes == ["expected-outside-range"] * wrong


def test_a_chosen_unit_has_a_range_for_each() -> None:
    assert said(field(f"{TEMPERATURE}, range: [33, 43]")) == [
        "1.yaml:4:92 range-without-units"
    ]


def test_a_range_names_a_unit_of_the_field() -> None:
    (found,) = findings(field(f"{TEMPERATURE}, range: {{C: [33, 43], K: [306, 316]}}"))
    assert found.code == "range-unknown-unit"


@pytest.mark.parametrize(
    "text", ["60 to 260", "[60; 260]", "60, 260", "(60, 260", "{a}"]
)
def test_what_is_no_range_is_refused(text: str) -> None:
    codes = [
        one.code
        for one in findings(
            "form: x\ntitle: X\nfields:\n  a:\n    label: A\n    type: integer\n "
            f"   range: '{text}'\n"
        )
    ]
    assert codes[0] in ("not-a-range", "range-ends")


def test_an_end_that_is_no_expression_is_shown_where_it_stands() -> None:
    (found,) = findings(field("type: integer, range: '[0, base.x]'"))
    assert str(found.text) == "1.yaml:4:44"


def test_an_end_of_another_kind_is_refused() -> None:
    (found,) = findings(field("type: integer, range: [0, base.d]"))
    assert found.code == "rule-wrong-type"
