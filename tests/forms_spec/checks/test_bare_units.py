"""A number whose unit is chosen is not used as if it had one."""

from __future__ import annotations

from datetime import date

import pytest

from forms_spec.evaluation import judge
from forms_spec.model.captured_data import CellKey, Context, Record
from tests.forms_spec.dictionaries import findings, load, said

BODY = """
form: body
title: Body
fields:
  wt: {label: Weight, type: decimal, unit: {kg: {label: kg}, lb: {label: lb, to: kg, as: value * 0.45359237}}}
  ht: {label: Height, type: decimal, unit: {cm: {label: cm}, in: {label: in, to: cm, as: value * 2.54}}}
  crp: {label: CRP, type: decimal, unit: {mg/L: {}, mg/dL: {to: mg/L, as: value * 10}}}
  n: {label: Number, type: integer}
"""


def with_field(keys: str) -> str:
    return f"{BODY}  x:\n    label: X\n    {keys}\n"


@pytest.mark.parametrize(
    ("keys", "places"),
    [
        ("type: calculated\n    value: wt / power(ht / 100, 2)", ["12:12", "12:23"]),
        ("required: wt > 100", ["11:15"]),
        ("show_when: wt > 100 and n = 1", ["11:16"]),
        ("show_when: body[previous].wt > 100", ["11:16"]),
        ("type: decimal\n    range: [0, wt]", ["12:16"]),
        ("type: calculated\n    value: coalesce(wt, 70)", ["12:21"]),
        ("type: calculated\n    value: wt in kg / power(ht in 'cm' / 100, 2)", []),
        ("type: calculated\n    value: crp in 'mg/L' + in_unit(crp, 'mg/L')", []),
        ("required: wt is known and ht is not known", []),
        ("required: (wt + ht) is known", []),
        ("required: wt is missing('ND')", []),
        ("help: You weigh {wt}.", []),
        ("type: calculated\n    value: 2 * n", []),
    ],
)
def test_a_value_of_a_chosen_unit_names_the_unit(keys: str, places: list[str]) -> None:
    assert said(with_field(keys)) == [
        f"1.yaml:{place} rule-bare-unit" for place in places
    ]


@pytest.mark.parametrize(
    ("name", "unit"), [("wt", "wt in kg"), ("crp", "crp in 'mg/L'")]
)
def test_the_remedy_is_the_spelling_that_is_right(name: str, unit: str) -> None:
    (found,) = findings(with_field(f"required: {name} > 5"))
    assert unit in found.remedy
    assert not findings(with_field(f"required: {unit} > 5"))


def test_a_rule_is_warned_of_and_a_derivation_where_it_is_written() -> None:
    rules = """
derivations:
  heavy: body.wt > 100
rules:
  R1: {message: Light., assert: not heavy, severity: query, on: [body.n]}
  R2: {message: Small., assert: body.ht < 200, severity: query, on: [body.n]}
"""
    assert said(BODY, rules) == [
        "2.yaml:3:10 rule-bare-unit",
        "2.yaml:6:33 rule-bare-unit",
    ]


def test_a_name_after_in_may_still_be_a_multiple_choice() -> None:
    form = f"{BODY}  side: {{label: Side, type: choice, codes: [L, R]}}\n"
    form += "  sides: {label: Sides, type: multiple_choice, codes: [L, R]}\n"
    form += "  why: {label: Why, show_when: side in sides}\n"
    assert said(form) == []


def test_a_unit_that_the_field_lacks_is_a_finding() -> None:
    (found,) = findings(with_field("required: wt in stone > 12"))
    assert (found.code, str(found.text)) == ("rule-unknown-unit", "1.yaml:11:21")


def test_a_body_mass_index_is_right_whatever_was_weighed_in() -> None:
    text = with_field(
        "type: calculated\n    places: 1\n    value: wt in kg / power(ht in 'cm' "
        "/ 100, 2)"
    )
    study = load(text).study
    assert study is not None
    context = Context(today=date(2024, 5, 31), visit="SCR")
    for wt, wtu, ht, htu in (
        ("180", "lb", "70", "in"),
        ("81.6466266", "kg", "177.8", "cm"),
    ):
        texts = {"wt": wt, "wtu": wtu, "ht": ht, "htu": htu}
        found = judge(study, study.forms["body"], Record(texts=texts), context)
        assert found.cells[CellKey("body", None, "x")].text == "25.8"
