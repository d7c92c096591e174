"""A default is an answer like any other."""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import findings


@pytest.mark.parametrize(
    ("keys", "codes"),
    [
        ("type: integer, default: '7'", []),
        ("type: integer, default: seven", ["default-refused"]),
        ("type: integer, default: '07'", ["default-refused"]),
        ("type: integer, range: [1, 9], default: '10'", ["default-out-of-range"]),
        ("type: decimal, range: '(0, 9]', default: '0'", ["default-out-of-range"]),
        ("type: date, default: 2024-02-30", ["default-refused"]),
        (
            "type: date, range: [2024-01-01, null], default: 2023-12-31",
            ["default-out-of-range"],
        ),
        ("type: choice, codes: SIDE, default: L", []),
        ("type: choice, codes: SIDE, default: Left", ["default-refused"]),
        ("type: multiple_choice, codes: SIDE, default: R;L", []),
        ("type: scale, default: '11'", ["default-out-of-range"]),
        ("type: checkbox, default: 'false'", []),
        ("pattern: '[A-Z]+', default: abc", ["default-refused"]),
        ("pattern: '(?=A)', default: abc", ["pattern-refused"]),
        ("length: 2, default: abc", ["default-refused"]),
        ("missing: [ND], type: integer, default: ND", []),
        ("type: integer, default: ND", ["default-refused"]),
        ("type: intger, default: x", ["unknown-type"]),
        ("type: choice, codes: SDE, default: x", ["unknown-codelist"]),
    ],
)
def test_a_default_is_held_to_what_an_answer_is_held_to(
    keys: str, codes: list[str]
) -> None:
    text = f"form: x\ntitle: X\nfields:\n  a: {{label: A, {keys}}}\n"
    assert [one.code for one in findings(text)] == codes


def test_the_finding_says_why() -> None:
    text = (
        "form: x\ntitle: X\nfields:\n  a: {label: A, type: integer, default: seven}\n"
    )
    (found,) = findings(text)
    assert found.message == (
        'The default "seven" is not a valid answer for this field: "seven" is not '
        "a whole number"
    )
    assert str(found.text) == "1.yaml:4:41"
