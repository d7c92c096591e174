"""Twenty faults of logic, planted one at a time: what is found without a solver, and what
needs one.
"""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import findings

FORM = """form: x
title: X
fields:
  a: {label: A, type: integer, range: [0, 10]}
  b: {label: B, type: integer, range: [0, 10]}
  s: {label: Sex, type: choice, codes: [M, F], required: true}
  d: {label: From, type: date}
  e: {label: To, type: date}
"""


def asks(condition: str, *before: str) -> str:
    """The form with a question that a condition shows."""
    lines = "".join(f"  {line}\n" for line in before)
    return f'{FORM}{lines}  z: {{label: Z, show_when: "{condition}"}}\n'


def checks(*conditions: str) -> str:
    """The form with rules that must hold."""
    rules = "".join(
        f"  C{number}: {{message: As it is, assert: {condition}, on: [x.a], "
        "severity: query}\n"
        for number, condition in enumerate(conditions, start=1)
    )
    return f"{FORM}---\nrules:\n{rules}"


FOUND = {
    "one field above 5 and below 3": (asks("a > 5 and a < 3"), "conditions-exclude"),
    "code not in the list": (asks("s = 'X'"), "rule-unknown-code"),
    "unknown name": (asks("weight > 3"), "rule-unknown-name"),
    "condition outside the field's own range": (asks("a > 20"), "condition-never-true"),
    "two codes at once": (asks("s = 'M' and s = 'F'"), "conditions-exclude"),
    "low end above high end": (
        f"{FORM}  z: {{label: Z, type: integer, range: [9, 2]}}\n",
        "range-reversed",
    ),
    "child of a question that is never shown": (
        asks("p = 'Y'", 'p: {label: P, type: yes_no, show_when: "1 > 2"}'),
        "source-never-shown",
    ),
    "blank trap": (asks("a is not 0"), "true-when-blank"),
    "whole-number gap": (asks("a > 5 and a < 6"), "conditions-exclude"),
    "child shown only where its parent is hidden": (
        asks(
            "p = 'Y' and s = 'F'",
            "p: {label: P, type: yes_no, show_when: \"s = 'M'\"}",
        ),
        "source-hidden",
    ),
    "a > b and b > a": (asks("a > b and b > a"), "conditions-exclude"),
    "sum out of reach of the ranges": (asks("a + b > 20"), "condition-never-true"),
    "calculated value out of reach": (
        asks("c > 20", "c: {label: C, type: calculated, value: a + b}"),
        "condition-never-true",
    ),
    "date order against itself": (asks("d < e and e < d"), "conditions-exclude"),
    "two checks that contradict each other": (
        checks("x.a > 5", "x.a < 3"),
        "rules-contradict",
    ),
    "a check implied by another": (checks("x.a > 5", "x.a > 3"), "rule-implied"),
    "always true by codes": (asks("s = 'M' or s <> 'M'"), "conditions-cover"),
    "always true by range": (asks("a < 100"), "condition-always-true"),
    "calculation in a circle": (
        f"{FORM}  f: {{label: F, type: calculated, value: g}}\n"
        "  g: {label: G, type: calculated, value: f}\n",
        "cycle",
    ),
}
"""The twentieth, an option that only shows in the other branch, cannot be written: the
language has no options with a condition.
"""


@pytest.mark.parametrize(("text", "code"), FOUND.values(), ids=FOUND)
def test_a_planted_fault_is_found_and_named(text: str, code: str) -> None:
    found = findings(text)
    assert code in {one.code for one in found}
    for one in found:
        assert one.text is not None
        assert one.text.line > 1


NEEDS_A_SOLVER = {
    "two fields in arithmetic": asks("a + b > 15 and a < 3 and b < 3"),
    "a chain of three": asks("a > b and b > x.c and x.c > a", "c: {label: C, type: integer}"),
    "an order that a shift reverses": asks("d > e + 3 days and d < e"),
    "an equality of two conditions": asks("(a > 5) = (s = 'M') and a > 5 and s = 'F'"),
}  # fmt: skip


@pytest.mark.parametrize("text", NEEDS_A_SOLVER.values(), ids=NEEDS_A_SOLVER)
def test_what_only_a_solver_finds_gives_no_false_word(text: str) -> None:
    """One pass follows each cell, and each pair of cells, but not what joins three."""
    assert findings(text) == ()
