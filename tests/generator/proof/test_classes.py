"""Faults of logic, one small dictionary for each class: found, and silent without it."""

from __future__ import annotations

import pytest

from forms_spec.loader import load_study
from generator.proof.prover import prove
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
}  # fmt: skip


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
