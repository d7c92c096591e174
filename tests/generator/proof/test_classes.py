"""Faults of logic, one small dictionary for each class: found, and silent without it."""

from __future__ import annotations

import pytest

from forms_spec.loader import load_study
from generator.proof.prover import ProvedFault, prove
from tests.forms_spec.dictionaries import dictionary

FORM = """form: x
title: X
fields:
  a: {label: A, type: integer, range: [0, 10]}
  b: {label: B, type: integer, range: [0, 10]}
  c: {label: C, type: integer, range: [0, 10]}
  s: {label: Sex, type: choice, codes: [M, F], required: true}
  q: {label: Q, type: decimal, places: 1, range: [0, 10]}
  d: {label: From, type: date}
  e: {label: To, type: date, range: [d, null]}
  f: {label: End, type: date, range: [e, null]}
"""


def field(*lines: str) -> str:
    """The form with more fields."""
    return FORM + "".join(f"  {line}\n" for line in lines)


def rules(*texts: str) -> str:
    """The form with rules, each ``when => assert`` or an assertion alone."""
    named = ""
    for number, text in enumerate(texts, start=1):
        when, _, holds = text.rpartition(" => ")
        condition = f'when: "{when}", ' if when else ""
        named += (
            f'  C{number}: {{message: As it is, {condition}assert: "{holds}", '
            "on: [x.a], severity: query}\n"
        )
    return f"{FORM}---\nrules:\n{named}"


CODES = """z:
    label: Z
    type: calculated
    gives: choice
    codes: [H, L]"""
NUMBER = """z:
    label: Z
    type: calculated"""
ROWS = """form: x
title: X
groups:
  own: {title: Own, fields: {a: {label: A, type: integer}}}
  r:
    title: Rows
    rows: {min: 0, max: 3}
    fields: {b: {label: B, type: integer, range: [0, 3]}}
"""
CLASSES = {
    "a rule that no date order breaks": (
        rules("e is known => d <= f"), "rule-cannot-break", rules("d <= f"),
    ),
    "a rule that no number breaks": (
        rules("a + b + c <= 30"), "rule-cannot-break", rules("a + b + c <= 29"),
    ),
    "x = x": (rules("a + b = b + a"), "rule-cannot-break", rules("a + b = b + c")),
    "more decimals than places": (
        rules("q <> 1.25"), "rule-cannot-break", rules("q <> 1.2"),
    ),
    "a rule that nothing keeps": (
        rules("a > b + 2 => b > a"), "rule-cannot-hold", rules("a > b + 2 => b < a - 3"),
    ),
    "a rule that never applies": (
        rules("a > b and b > c and c > a => s = 'F'"),
        "rule-cannot-apply",
        rules("a > b and b > c and a > c => s = 'F'"),
    ),
    "a rule on what is hidden": (
        field("z: {label: Z, type: integer, show_when: a > b + 1}")
        + "---\nrules:\n"
        "  C1: {message: M, when: b >= a, assert: z > 3, on: [x.z], severity: query}\n",
        "rule-cannot-break",
        field("z: {label: Z, type: integer, show_when: a > b + 1}")
        + "---\nrules:\n"
        "  C1: {message: M, when: b < a, assert: z > 3, on: [x.z], severity: query}\n",
    ),
    "a field that is never shown": (
        field("z: {label: Z, show_when: a + b > 15 and a < 3 and b < 3}"),
        "field-cannot-show",
        field("z: {label: Z, show_when: a + b > 11 and a < 3}"),
    ),
    "required only where hidden": (
        field("z: {label: Z, show_when: a > b, required: b > a}"),
        "required-where-never-shown",
        field("z: {label: Z, show_when: a > b, required: a > b + 1}"),
    ),
    "never required": (
        field("z: {label: Z, required: a > b and b > c and c > a}"),
        "field-cannot-be-required",
        field("z: {label: Z, required: a > b and b > c}"),
    ),
    "no answer between two ends": (
        field("z: {label: Z, type: integer, range: [a + 20, b]}"),
        "answer-impossible",
        field("z: {label: Z, type: integer, range: [a + 5, b]}"),
    ),
    "places against the range": (
        field("z: {label: Z, type: decimal, places: 1, range: [a + 0.01, a + 0.09]}"),
        "answer-impossible",
        field("z: {label: Z, type: decimal, places: 1, range: [a + 0.01, a + 0.1]}"),
    ),
    "pattern against length": (
        field("z: {label: Z, pattern: '[A-Z]{2}', length: [3, 5]}"),
        "answer-impossible",
        field("z: {label: Z, pattern: '[A-Z]{2,4}', length: [3, 5]}"),
    ),
    "a formula without a result": (
        field("z: {label: Z, type: calculated, value: case when a > b and b > a then 1 end}"),
        "result-never-known",
        field("z: {label: Z, type: calculated, value: case when a > b then 1 end}"),
    ),
    "a result outside its range": (
        field("z: {label: Z, type: calculated, value: a * b - a, range: [91, 200]}"),
        "result-never-fits",
        field("z: {label: Z, type: calculated, value: a * b - a, range: [90, 200]}"),
    ),
    "a code that is never given": (
        field(CODES, "  value: case when a > b and b > a then 'H' else 'L' end"),
        "code-cannot-result",
        field(CODES, "  value: case when a > b then 'H' else 'L' end"),
    ),
    "a part of or that is never true": (
        field("z: {label: Z, show_when: a = 1 or (b > c and c > b + 1)}"),
        "part-cannot-be-true",
        field("z: {label: Z, show_when: a = 1 or (b > c and c > b - 2)}"),
    ),
    "a part of and that is never false": (
        field("z: {label: Z, show_when: a = 1 and a + b + c <= 30}"),
        "part-cannot-be-false",
        field("z: {label: Z, show_when: a = 1 and a + b + c <= 20}"),
    ),
    "a condition that is never false": (
        field("z: {label: Z, show_when: a >= b or b >= c or c >= a}"),
        "condition-cannot-be-false",
        field(
            "y: {label: Y, type: multiple_choice, codes: [Y]}",
            "x: {label: X, type: choice, codes: [Y]}",
            "z: {label: Z, show_when: y has 'Y' or x = 'Y'}",
        ),
    ),
    "a branch inside a sum": (
        field(NUMBER, "  value: 1 + case when a > c then 1 when a > c + b then 2 else 0 end"),
        "branch-cannot-be-taken",
        field(NUMBER, "  value: 1 + case when a > c + b then 1 when a > c then 2 else 0 end"),
    ),
    "a branch that is never taken": (
        field(NUMBER, "  value: case when a + b > c then 1 when a > c then 2 else 0 end"),
        "branch-cannot-be-taken",
        field(NUMBER, "  value: case when a > c then 1 when a + b > c then 2 else 0 end"),
    ),
    "a division by zero": (
        field(NUMBER, "  value: a / (b - c)"),
        "division-by-zero",
        field(NUMBER, "  value: case when b <> c then a / (b - c) else 0 end"),
    ),
    "two rules that exclude each other": (
        rules("a + b > c + 10", "a + b < c"),
        "rules-exclude",
        rules("a > 5 => a + b > c + 10", "s = 'F' => a + b < c"),
    ),
    "an answer that is blank and is not": (
        rules("s = 'F' => a is not known", "s = 'F' => (a + b) is known"),
        "rules-exclude",
        rules("s = 'F' => a is not known", "a + b between 0 and 9"),
    ),
    "a rule that adds nothing": (
        rules("a + b < c", "a + b < c + 5"),
        "rule-adds-nothing",
        rules("a + b < c", "a < b + 5"),
    ),
    "the same rule twice": (
        rules("a + b < c", "c - b > a"), "rules-repeat", rules("a + b < c", "c - b > b - 4"),
    ),
    "two fields in arithmetic": (
        field("z: {label: Z, show_when: a + b > 15 and a < 3 and b < 3}"),
        "field-cannot-show",
        field("z: {label: Z, show_when: a + b > 15 and a < 8 and b < 10}"),
    ),
    "an order that a shift reverses": (
        field('z: {label: Z, show_when: "d > add_days(f, 3) and d < f"}'),
        "field-cannot-show",
        field('z: {label: Z, show_when: "d > add_days(f, -3) and d < f"}'),
    ),
    "an equality of two conditions": (
        field("z: {label: Z, show_when: (a > 5) = (s = 'M') and a > 5 and s = 'F'}"),
        "field-cannot-show",
        field("z: {label: Z, show_when: (a > 5) = (s = 'M') and a > 5 and s = 'M'}"),
    ),
    "an age that no dates give": (
        rules("d < e => age_years(e, d) < 0"),
        "rule-cannot-break",
        rules("d < e => age_years(d, e) < 1"),
    ),
    "fewer rows than a rule wants": (
        ROWS + "---\nrules:\n  C1: {message: M, assert: count(r) < 4, on: [x.a], severity: query}\n",
        "rule-cannot-break",
        ROWS + "---\nrules:\n  C1: {message: M, assert: count(r) < 3, on: [x.a], severity: query}\n",
    ),
    "a sum that the rows cannot reach": (
        ROWS + "---\nrules:\n  C1: {message: M, assert: sum(r.b) <= 9, on: [x.a], severity: query}\n",
        "rule-cannot-break",
        ROWS + "---\nrules:\n  C1: {message: M, assert: sum(r.b) <= 8, on: [x.a], severity: query}\n",
    ),
    "a text longer than its field": (
        field("t: {label: T, length: 3}", "z: {label: Z, show_when: length(t) > 3}"),
        "field-cannot-show",
        field("t: {label: T, length: 3}", "z: {label: Z, show_when: length(t) > 2}"),
    ),
}  # fmt: skip


def test_the_record_of_a_fault_is_the_shortest_and_the_evaluator_agrees() -> None:
    fault = proved(field(NUMBER, "  value: case when s = 'F' then a / (b - c) end"))
    (record,) = fault.record.forms.values()
    assert record.texts.keys() == {"s", "a", "b", "c"}
    assert record.texts["s"] == "F"
    assert record.texts["b"] == record.texts["c"]


def test_a_record_has_a_month_of_the_calendar() -> None:
    known = "month(p) is known and day(p) is not known"
    value = f"  value: case when {known} then a / b end"
    fault = proved(field("p: {label: P, type: partial_date}", NUMBER, value))
    (record,) = fault.record.forms.values()
    year, month = record.texts["p"].split("-")
    assert 2023 <= int(year) <= 2026
    assert 1 <= int(month) <= 12


def test_rules_that_exclude_each_other_show_where_they_meet() -> None:
    fault = proved(rules("s = 'F' => a + b > c + 10", "s = 'F' => a + b < c"))
    (record,) = fault.record.forms.values()
    assert record.texts == {"s": "F"}


ELIGIBILITY = """eligibility:
  form: x
  visit: SCR
  answers: {met: Y, not_met: N}
  inclusion: {i: a > b + 1, j: c > 3}
  exclusion: {k: a > b}
"""


def test_only_the_criteria_that_exclude_each_other_are_named() -> None:
    answers = (f"{name}: {{label: {name}, type: yes_no}}" for name in "ijk")
    fault = proved(f"{field(*answers)}---\n{ELIGIBILITY}")
    assert fault.finding.code == "nobody-eligible"
    assert (
        fault.finding.message
        == "Nobody is eligible: no record passes I and K together."
    )


def proved(text: str) -> ProvedFault:
    study = load_study(dictionary(text)).study
    assert study is not None
    (fault,) = prove(study).faults
    return fault


def codes(text: str) -> set[str]:
    study = load_study(dictionary(text)).study
    assert study is not None, load_study(dictionary(text)).findings
    return {finding.code for finding in prove(study).findings}


@pytest.mark.parametrize(("text", "code", "sound"), CLASSES.values(), ids=CLASSES)
def test_a_class_of_faults_is_found_and_its_neighbour_is_silent(
    text: str, code: str, sound: str
) -> None:
    assert code in codes(text)
    assert codes(sound) == set()
