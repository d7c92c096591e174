"""Conditions, formulas and rules that no answer can change."""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import findings, said

FORM = """form: x
title: X
fields:
  a: {label: A, type: integer, range: [0, 10]}
  c: {label: C, type: decimal, places: 1, range: [0, 10]}
  s: {label: Sex, type: choice, codes: [M, F, U]}
  m: {label: Where?, type: multiple_choice, codes: [L3, L4]}
  d: {label: From, type: date}
  e: {label: To, type: date}
  h: {label: About, type: partial_date}
  t: {label: At, type: time}
  k: {label: Limit, type: decimal, comparator: '<', range: [0, 5]}
  ok: {label: Agreed, type: checkbox}
"""
COLUMN = 17
"""Of the first character of a condition below."""


def found_in(condition: str) -> list[str]:
    """What is found in a condition: the words that it is found at, and its code."""
    text = f'{FORM}  z:\n    label: Z\n    show_when: "{condition}"\n'
    told = []
    for found in findings(text):
        assert found.text is not None
        assert found.text.file == "1.yaml"
        first = found.text.column - COLUMN
        last = (found.text.end_column or 0) - COLUMN
        told.append(f"{condition[first:last]}: {found.code}")

    return told


NEVER, ALWAYS = "condition-never-true", "condition-always-true"
EXCLUDE, COVER = "conditions-exclude", "conditions-cover"


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        # One comparison against what the field can have
        ("a > 20", [f"a > 20: {NEVER}"]),
        ("a < 100", [f"a < 100: {ALWAYS}"]),
        ("a = 5.5", [f"a = 5.5: {NEVER}"]),
        ("c = 5.5", []),
        ("c = 5.55", [f"c = 5.55: {NEVER}"]),
        ("a between 9 and 2", [f"a between 9 and 2: {NEVER}"]),
        ("a between 0 and 10", [f"a between 0 and 10: {ALWAYS}"]),
        ("a between 2 and 9", []),
        ("a in (11, 12)", [f"a in (11, 12): {NEVER}"]),
        ("a in (3, 5.5)", []),
        ("a in (3, 4) and a not in (1, 4, 3, 9)", [f"a not in (1, 4, 3, 9): {EXCLUDE}"]),
        ("a in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)",
         [f"a in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10): {ALWAYS}"]),
        ("s in ('M', 'F', 'U')", [f"s in ('M', 'F', 'U'): {ALWAYS}"]),
        ("s in ('M', 'F')", []),
        ("s not in ('M', 'F', 'U')", [f"s not in ('M', 'F', 'U'): {NEVER}"]),
        ("a = a", [f"a = a: {ALWAYS}"]),
        ("a < a", [f"a < a: {NEVER}"]),
        ("2 * a + c > 30", [f"2 * a + c > 30: {NEVER}"]),
        ("2 * a + c > 29.9", []),
        ("a + c < 0", [f"a + c < 0: {NEVER}"]),
        ("t > 08:00 or a > 99", [f"a > 99: {NEVER}"]),
        # Several comparisons
        ("a > 5 and a < 3", [f"a < 3: {EXCLUDE}"]),
        ("a > 5 and a < 6", [f"a < 6: {EXCLUDE}"]),
        ("c > 5 and c < 6", []),
        ("c > 5 and c < 5.1", [f"c < 5.1: {EXCLUDE}"]),
        ("s = 'M' and ok = true and s = 'F'", [f"s = 'F': {EXCLUDE}"]),
        ("s = 'M' or s <> 'M'", [f"s <> 'M': {COVER}"]),
        ("s <> 'M' or s <> 'F'", [f"s <> 'F': {COVER}"]),
        ("s <> 'M' and s <> 'F'", []),
        ("s = 'M' or s = 'F'", []),
        ("a > c and c > a", [f"c > a: {EXCLUDE}"]),
        ("d < e and e < d", [f"e < d: {EXCLUDE}"]),
        ("d <= e and e <= d", []),
        ("d < e or d >= e", [f"d >= e: {COVER}"]),
        ("a is known and a is missing", [f"a is missing: {EXCLUDE}"]),
        ("a is not known and a > 3", [f"a > 3: {EXCLUDE}"]),
        ("m has 'L3' and not m has 'L3'", [f"not m has 'L3': {EXCLUDE}"]),
        ("m has 'L3' and m has 'L4'", []),
        ("ok and not ok", [f"not ok: {EXCLUDE}"]),
        ("d > 2024-01-01 and d < 2024-01-02", [f"d < 2024-01-02: {EXCLUDE}"]),
        ("not (a > 5 or a <= 5)", [f"a <= 5: {COVER}"]),
        ("(a > 5) = (s = 'M') and a > 5 and s = 'F'", []),
        ("case when s = 'M' then a > 3 else false end and s = 'F'", [f"s = 'F': {EXCLUDE}"]),
        # A blank, a partial date or a limit leave it UNKNOWN or FALSE
        ("s is in ('M', 'F', 'U')", []),
        ("h < 2024-01-15 or h >= 2024-01-15", []),
        ("h < 2024-01-15 and h > 2024-02-01", [f"h > 2024-02-01: {EXCLUDE}"]),
        ("k < 3 or k >= 3", []),
        ("k <= 5", []),
        ("a is not known or a > 3", []),
        ("coalesce(a, 20) > 15", []),
        ("entered(a) is not known and a > 3", []),
        ("d < today or d > today", []),
    ],
)  # fmt: skip
def test_what_no_answer_can_change_is_found_at_its_words(
    condition: str, told: list[str]
) -> None:
    assert found_in(condition) == told


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("type: integer, range: '(30, 31)'", "range-without-value"),
        ("type: decimal, places: 1, range: [5.11, 5.19]", "range-without-value"),
        ("type: integer, range: '(30, 32)'", None),
        ("type: integer, range: [31, 30]", "range-reversed"),
        ("type: calculated, value: 2 * a, range: [50, 100]", "result-outside-range"),
        ("type: calculated, value: 2 * a, range: [20, 100]", None),
        ("type: calculated, value: 2 * a + u, range: [50, 100]", None),
        (
            "type: calculated, gives: choice, codes: [M, F], value: s",
            "result-outside-codes",
        ),
        ("type: calculated, gives: choice, codes: [M, F, U], value: s", None),
        (
            "type: calculated, gives: choice, codes: [M, F], "
            "value: \"case when s in ('M', 'F') then s end\"",
            None,
        ),
        (
            "type: calculated, gives: choice, codes: [LOW, HIGH], "
            "value: case when a < 4 then 'LOW' end",
            "code-never-given",
        ),
        (
            "type: calculated, gives: choice, codes: [LOW, HIGH], "
            "value: case when a < 4 then 'LOW' else 'HIGH' end",
            None,
        ),
    ],
)
def test_a_range_that_no_value_meets_is_found(field: str, told: str | None) -> None:
    fields = f"  u: {{label: U, type: integer}}\n  z: {{label: Z, {field}}}\n"
    codes = [found.code for found in findings(FORM + fields)]
    assert codes == ([told] if told else [])


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        # A child of what is never shown
        (
            "b: {label: B, type: yes_no, show_when: a > 20}\n"
            "  z: {label: Z, show_when: b = 'Y'}",
            [f"1.yaml:14:42 {NEVER}", "1.yaml:15:28 source-never-shown"],
        ),
        # A child that is shown only where its parent is hidden
        (
            "b: {label: B, type: yes_no, show_when: s = 'F'}\n"
            "  z: {label: Z, show_when: b = 'Y' and s = 'M'}",
            ["1.yaml:15:28 source-hidden"],
        ),
        (
            "b: {label: B, type: yes_no, show_when: s = 'F'}\n"
            "  z: {label: Z, show_when: entered(b) = 'Y' and s = 'M'}",
            [],
        ),
        (
            "b: {label: B, type: yes_no, show_when: s = 'F'}\n"
            "  z: {label: Z, show_when: b = 'Y' or s = 'M'}",
            [],
        ),
        # Over two steps
        (
            "b: {label: B, type: yes_no, show_when: s = 'F'}\n"
            "  g: {label: G, type: yes_no, show_when: b = 'Y'}\n"
            "  z: {label: Z, show_when: g = 'Y' and s = 'M'}",
            ["1.yaml:16:28 source-hidden"],
        ),
        (
            "z: {label: Z, show_when: a > 5, required: a < 3}",
            ["1.yaml:14:45 required-where-hidden"],
        ),
        ("z: {label: Z, show_when: a > 5, required: a > 7}", []),
    ],
)
def test_what_needs_a_hidden_field_is_found(fields: str, told: list[str]) -> None:
    assert said(f"{FORM}  {fields}\n") == told


def rules(*texts: str) -> list[str]:
    named = "".join(
        f"  C{number}: {{message: As it is, {text}}}\n"
        for number, text in enumerate(texts, start=1)
    )
    return [
        f"{found.text.line if found.text else 0} {found.code}"
        for found in findings(FORM, f"rules:\n{named}")
    ]


ON_A, ON_D = "on: [x.a], severity: query", "on: [x.d], severity: query"


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ([f"when: x.a > 5, assert: x.a > 3, {ON_A}"], ["2 rule-never-broken"]),
        ([f"when: x.a > 3, assert: x.a > 5, {ON_A}"], []),
        (
            [f"assert: x.a > 5, {ON_A}", f"assert: x.a < 3, {ON_A}"],
            ["3 rules-contradict"],
        ),
        (
            [f"assert: x.a > 5, {ON_A}", f"assert: x.a > 3, {ON_A}"],
            ["3 rule-implied"],
        ),
        (
            [f"assert: x.a > 3, {ON_A}", f"assert: x.a > 5, {ON_A}"],
            ["2 rule-implied"],
        ),
        (
            [f"assert: x.d < x.e, {ON_D}", f"assert: x.e < x.d, {ON_D}"],
            ["3 rules-contradict"],
        ),
        # A blank breaks neither.
        (
            [
                f"assert: x.c = 1 and x.a is not known, {ON_A}",
                f"assert: x.c < 3 and x.a >= 1, {ON_A}",
            ],
            [],
        ),
        (
            [f"assert: x.d < x.e, {ON_D}", f"assert: x.d <= x.e, {ON_D}"],
            ["3 rule-implied"],
        ),
        # Each for its own severity, and each in its own case
        (
            [
                "assert: x.a > 5, on: [x.a], severity: warning",
                "assert: x.a > 3, on: [x.a], severity: error",
            ],
            [],
        ),
        (
            [
                f"when: x.s = 'F', assert: x.a > 5, {ON_A}",
                f"when: x.s = 'M', assert: x.a < 3, {ON_A}",
            ],
            [],
        ),
        # Where the first is UNKNOWN, the second still has something to say
        (
            [f"assert: x.a > 5 and x.c > 3, {ON_A}", f"assert: x.a > 3, {ON_A}"],
            [],
        ),
    ],
)
def test_rules_that_say_nothing_or_contradict_are_found(
    texts: list[str], told: list[str]
) -> None:
    assert rules(*texts) == told


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ("a > 20", "a is a whole number from 0 to 10."),
        ("s not in ('M', 'F', 'U')", "s is only F or M or U."),
        ("a < a", "Both sides are the same."),
        ("visitid = 'SCREEN'", 'There is no visit "SCREEN". Did you mean "SCR"?'),
        ("visitid = 'M3'", 'There is no visit "M3".'),
        ("siteid = '02'", 'There is no site "02".'),
        ("length(subjid) < 0", "The result is at least 0."),
    ],
)
def test_a_finding_says_why(condition: str, why: str) -> None:
    text = f'{FORM}  z:\n    label: Z\n    show_when: "{condition}"\n'
    (found,) = findings(text)
    assert found.code == NEVER
    assert why in found.message


def test_a_text_that_several_fields_share_is_told_once() -> None:
    text = (
        f"{FORM.replace('fields:', 'groups:').replace('  a:', '  g:', 1).split('groups:')[0]}"
        "fields:\n  a: {label: A, type: integer, range: [0, 10]}\n"
    )
    text += (
        "---\nform: y\ntitle: Y\ngroups:\n  g:\n    title: G\n"
        "    defaults: {show_when: n > 20}\n    fields:\n"
        "      p: {label: P}\n      q: {label: Q}\n"
        "  first:\n    title: F\n    fields:\n"
        "      n: {label: N, type: integer, range: [0, 10]}\n"
    )
    assert said(text) == [f"2.yaml:6:27 {NEVER}"]


def test_a_long_list_of_numbers_is_checked_at_once() -> None:
    numbers = ", ".join(str(number) for number in range(1700))
    text = f"{FORM}  z:\n    label: Z\n    show_when: a in ({numbers})\n"
    assert [found.code for found in findings(text)] == [ALWAYS]
