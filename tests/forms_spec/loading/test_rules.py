"""Edit checks and named derivations."""

from __future__ import annotations

import pytest

from forms_spec.findings.finding import Severity
from tests.forms_spec.dictionaries import load, said

RULES = """
derivations:
  start: base.d
  late(day): {label: After the start, value: day > start}
rules:
  C1:
    message: The number is small.
    when: p = 'Y'
    assert: base.n < 10
    severity: query
    on: [base.n, base.p]
  C2: {message: Nothing is late., assert: not late(base.d), severity: warning}
"""


def test_rules_and_derivations_are_loaded() -> None:
    loaded = load(RULES)
    assert loaded.findings == ()
    assert loaded.study is not None
    rule = loaded.study.rules["C1"]
    assert (rule.severity, rule.on) == (Severity.QUERY, (("base", "n"), ("base", "p")))
    assert rule.when is not None
    assert (rule.when.text, rule.assertion.text) == ("p = 'Y'", "base.n < 10")
    late = loaded.study.derivations["late"]
    assert (late.takes, late.label, late.expression.text) == (
        ("day",),
        "After the start",
        "day > start",
    )


def test_a_rule_hangs_on_the_fields_that_it_names_with_their_form() -> None:
    study = load(RULES).study
    assert study is not None
    assert study.rules["C2"].on == (("base", "d"),)


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("on: [base.n, base.p]", "on: [base.m]", "11:10 unknown-field"),
        ("on: [base.n, base.p]", "on: base.n", "11:9 not-a-list"),
        ("severity: query", "severity: fatal", "10:15 not-one-of"),
        ("assert: base.n < 10", "assert: base.n <", "9:21 rule-ends-early"),
        ("assert: base.n < 10", "assert: base.m < 10", "9:13 rule-unknown-field"),
        ("assert: base.n < 10", "hold: base.n < 10", "9:5 unknown-key"),
        ("when: p", "when: q", "8:11 rule-unknown-name"),
        ("late(day):", "late day:", "4:3 derivation-name"),
        ("  C1:", "  C 1:", "6:3 bad-name"),
        ("start: base.d", "and: base.d", "3:3 reserved-name"),
    ],
)
def test_a_fault_is_found_at_its_place(old: str, new: str, finding: str) -> None:
    assert f"1.yaml:{finding}" in said(RULES.replace(old, new))


def test_a_rule_stands_once() -> None:
    assert "2.yaml:2:3 duplicate-name" in said(
        RULES, "rules:\n  C1: {message: Again, assert: base.n < 3, severity: query}\n"
    )
