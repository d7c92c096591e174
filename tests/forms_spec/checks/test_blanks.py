"""Conditions that a blank makes true."""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import findings, said


@pytest.mark.parametrize(
    ("shown", "trap"),
    [
        ("p is not 'Y'", True),
        ("p is not in ('Y')", True),
        ("entered(p) is not 'Y'", True),
        ("n > 1 or p is not 'Y'", True),
        ("p is known and p is not 'Y'", False),
        ("p is known and (n > 1 or p is not 'Y')", False),
        ("p <> 'Y'", False),
        ("p is 'Y'", False),
        ("(m has 'A') is not true", False),
        ("p is not known", False),
        # One word mends both: it is said of the first.
        ("p is not 'Y' and (n > 1 or p is not 'N')", True),
    ],
)
def test_a_comparison_that_is_true_for_a_blank_is_a_warning(
    shown: str, trap: bool
) -> None:
    text = (
        "form: x\ntitle: X\nfields:\n  p: {label: P, type: yes_no}\n  n: {label: N, "
        "type: integer}\n"
        f"  m: {{label: M, type: multiple_choice, codes: [A, B]}}\n"
        f'  a:\n    label: A\n    show_when: "{shown}"\n'
    )
    at = (
        17 + shown.find("entered(p) is")
        if "entered" in shown
        else 17 + shown.find("p is not")
    )
    assert said(text) == ([f"1.yaml:9:{at} true-when-blank"] if trap else [])


@pytest.mark.parametrize(
    "shown",
    ["p is not 'Y'", "(p = 'Y') is not true", "(p in ('Y', 'N')) is not true"],
)
def test_the_warning_quotes_the_condition_and_names_the_field(shown: str) -> None:
    (warning,) = findings(
        "form: x\ntitle: X\nfields:\n  p: {label: P, type: yes_no}\n"
        f'  a: {{label: A, show_when: "{shown}"}}\n'
    )
    assert warning.message == f'"{shown}" is also true while p is blank'
