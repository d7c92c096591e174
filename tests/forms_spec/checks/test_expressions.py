"""Every expression names what there is, and gives what is wanted where it stands."""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import findings, said


def field(keys: str) -> str:
    return (
        f"form: x\ntitle: X\nfields:\n  b: {{label: B, type: integer}}\n  a:\n    "
        f"label: A\n    {keys}\n"
    )


@pytest.mark.parametrize(
    ("keys", "finding"),
    [
        ("required: b > 1", ""),
        ("required: b", "7:15 rule-wrong-type"),
        ("required: bb > 1", "7:15 rule-unknown-name"),
        ("show_when: b >", "7:19 rule-ends-early"),
        ("show_when: base.side = 'LEFT'", "7:28 rule-unknown-code"),
        ("show_when: base.side = base.n", "7:16 rule-compare-types"),
        ("show_when: bse.side = 'L'", "7:16 rule-unknown-table"),
        ("show_when: base.sid = 'L'", "7:16 rule-unknown-field"),
        ("show_when: base[D1].side = 'L'", "7:16 rule-unknown-visit"),
        ("show_when: b > $limt", "7:20 rule-unknown-parameter"),
        ("show_when: '\"x\" = b'", "7:17 rule-foreign-sign"),
        ("show_when: >-\n      b > 1\n      and c > 2", "9:11 rule-unknown-name"),
        ("show_when: |\n      b > 1\n      and c > 2", "9:11 rule-unknown-name"),
        ("show_when: |\n      b > 1\n      and and", "9:11 rule-unexpected"),
        ("type: integer\n    range: [0, c]", "8:16 rule-unknown-name"),
        ("type: integer\n    range: '(0, c)'", "8:17 rule-unknown-name"),
        (
            "type: integer\n    expected: {kg: [0, c]}\n    unit: {kg: {}}",
            "8:24 rule-unknown-name",
        ),
        ("type: calculated\n    value: b + 'x'", "8:16 rule-wrong-type"),
        ("type: calculated\n    value: base.d", "8:12 rule-wrong-type"),
        (
            (
                "type: calculated\n    gives: choice\n    codes: SIDE\n    value: "
                "case when b = 1 then 'X' end"
            ),
            "10:12 rule-unknown-code",
        ),
    ],
)
def test_a_fault_is_found_at_its_place(keys: str, finding: str) -> None:
    assert said(field(keys)) == ([f"1.yaml:{finding}"] if finding else [])


def test_the_nearest_name_is_offered() -> None:
    (found,) = findings(field("show_when: base.sid = 'L'"))
    assert 'Did you mean "side"?' in found.remedy


def test_nothing_is_said_of_a_field_whose_type_is_unknown() -> None:
    text = (
        field("type: intger\n    range: [x, y]") + "  c: {label: C, show_when: a > 5}\n"
    )
    assert said(text) == ["1.yaml:7:11 unknown-type"]


def test_an_expression_in_each_is_told_once() -> None:
    text = (
        "form: x\ntitle: X\ngroups:\n  g:\n    defaults: {type: integer, required: bb "
        "= 1}\n    fields:\n"
        "      a: First\n      b: Second\n"
    )
    assert said(text) == ["1.yaml:5:41 rule-unknown-name"]
