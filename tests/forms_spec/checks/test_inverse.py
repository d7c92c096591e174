"""What is demanded one way only, and questions for a form that wait for it."""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import findings

FORM = """form: x
title: X
fields:
  smokes: {label: Does the subject smoke?, type: yes_no}
  race: {label: Race, type: choice, codes: {W: White, OTH: Other}}
  seen: {label: Seen, type: multiple_choice, codes: {A: Aphasia, O: Other symptom}}
  begun: {label: Begun, type: date}
  place: {label: Place, type: choice, codes: {H: Home, X: Another place (other)}}
"""


def codes(*fields: str, rules: str = "") -> list[str]:
    """The codes found in the form with more fields and rules, each at its line."""
    text = FORM + "".join(f"  {field}\n" for field in fields)
    if rules:
        text += f"---\nrules:\n{rules}"
    return [found.code for found in findings(text)]


WARNED = ["answer-not-forbidden"]
ABOUT = "severity: query, on: [x.packs]}\n"
DEMAND = f"  C1: {{message: A, when: smokes = 'Y', assert: packs is known, {ABOUT}"
FORBID = f"  C2: {{message: B, when: smokes = 'N', assert: packs is not known, {ABOUT}"
PACKS = "packs: {label: Packs, type: integer}"


@pytest.mark.parametrize(
    ("field", "rules", "told"),
    [
        ("packs: {label: Packs, type: integer, required: smokes = 'Y'}", "", WARNED),
        ("packs: {label: Packs, type: integer, required: smokes = 'Y'}", FORBID, []),
        (
            "packs: {label: Packs, type: integer, required: true, show_when: smokes = 'Y'}",
            "",
            [],
        ),
        # Somebody who does not smoke may have something to say too.
        ("why: {label: Comment, type: text, required: smokes = 'Y'}", "", []),
        ("which: {label: Which?, type: text, required: race = 'OTH'}", "", WARNED),
        ("which: {label: Which?, type: text, required: seen has 'O'}", "", WARNED),
        ("which: {label: Which?, type: text, required: race = 'W'}", "", []),
        ("which: {label: Please specify, type: text}", "", WARNED),
        (
            "which: {label: 'Other, specify', type: text, show_when: place = 'X'}",
            "",
            [],
        ),
        ("which: {label: Describe other requests or wishes, type: text}", "", []),
        (PACKS, DEMAND, WARNED),
        (PACKS, DEMAND + FORBID, []),
    ],
)
def test_an_answer_that_is_demanded_is_forbidden_otherwise(
    field: str, rules: str, told: list[str]
) -> None:
    assert codes(field, rules=rules) == told


TOLD = "told: {label: Told, type: date}"
ONE_WAY = ["difference-one-way"]


@pytest.mark.parametrize(
    ("condition", "field", "told"),
    [
        ("'days_between(begun, told) <= 7'", TOLD, ONE_WAY),
        ("told <= begun + 7 days", TOLD, ONE_WAY),
        ("begun >= told - 7 days", TOLD, ONE_WAY),
        ("'told < add_days(begun, 7)'", TOLD, ONE_WAY),
        ("'abs(days_between(begun, told)) <= 7'", TOLD, []),
        ("told >= begun + 7 days", TOLD, []),
        ("told between begun and begun + 7 days", TOLD, []),
        # The range says which of the two comes first.
        (
            "told <= begun + 7 days",
            "told: {label: Told, type: date, range: [begun, null]}",
            [],
        ),
    ],
)
def test_a_limit_on_days_after_a_date_needs_their_order(
    condition: str, field: str, told: list[str]
) -> None:
    rule = (
        f"  C1: {{message: Late, assert: {condition}, severity: query, on: [x.told]}}\n"
    )
    assert codes(field, rules=rule) == told


@pytest.mark.parametrize(
    ("condition", "remedy"),
    [
        ("count(base) > 0", "Write: begun(base)"),
        ("count(base[SCR]) = 0", "Write: not begun(base[SCR])"),
        ("any(base)", "Write: begun(base)"),
        ("any(base where n > 1)", None),
        ("count(base) > 2", None),
        # The form at hand has been begun.
        ("any(x)", None),
    ],
)
def test_whether_there_is_a_form_is_asked_without_waiting(
    condition: str, remedy: str | None
) -> None:
    found = findings(
        FORM + f'  why: {{label: Why?, type: text, show_when: "{condition}"}}\n'
    )
    remedies = [item.remedy for item in found if item.code == "asks-if-begun"]
    assert remedies == ([] if remedy is None else [remedy])
