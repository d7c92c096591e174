"""A range in one unit holds in the others through their conversions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_spec.evaluation import judge
from forms_spec.model.captured_data import Context, Record
from forms_spec.rules.runtime.compiler import compile_expression
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.types import Type
from tests.forms_spec.dictionaries import load, said
from tests.soak import examples

FAHRENHEIT = "{C: {label: °C}, F: {label: °F, to: C, as: (value - 32) * 5 / 9}}"
GRAMS = "{g: {to: kg, as: value / 1000}, kg: {}, mg: {to: g, as: value / 1000}}"
POUND = "{kg: {}, lb: {to: kg, as: value * 0.45359237}}"


def form(unit: str, keys: str) -> str:
    return (
        f"form: x\ntitle: X\nfields:\n  a: {{label: A, type: decimal, unit: {unit}, "
        f"{keys}}}\n"
    )


def ends(unit: str, keys: str, code: str) -> str | None:
    """The range in a unit, as a designer would write it."""
    study = load(form(unit, keys)).study
    assert study is not None
    field = study.field("x", "a")
    assert field is not None
    held = field.ranges.get(code)
    if held is None:
        return None
    low, high = (one.text if one else "null" for one in (held.low, held.high))
    return (
        f"{'(' if held.low_open else '['}{low}, {high}{')' if held.high_open else ']'}"
    )


@pytest.mark.parametrize(
    ("unit", "keys", "code", "there"),
    [
        (FAHRENHEIT, "range: {C: [33, 43]}", "F", "[91.4, 109.4]"),
        (FAHRENHEIT, "range: {F: [91.4, 109.4]}", "C", "[33, 43]"),
        (FAHRENHEIT, "range: {C: '(33, 43)'}", "F", "(91.4, 109.4)"),
        (FAHRENHEIT, "range: {C: [null, 43]}", "F", "[null, 109.4]"),
        (FAHRENHEIT, "range: {C: [-40, 43]}", "F", "[-40, 109.4]"),
        (FAHRENHEIT, "range: {C: [33, 43], F: [90, 110]}", "F", "[90, 110]"),
        (POUND, "places: 1, range: {kg: [30, 300]}", "lb", "[66.2, 661.3]"),
        (POUND, "places: 1, range: {kg: '(30, 300)'}", "lb", "[66.2, 661.3]"),
        (POUND, "range: {kg: [30, 300]}", "lb", "[66.138678656, 661.386786554]"),
        (GRAMS, "range: {kg: [0, 2]}", "mg", "[0, 2000000]"),
        (
            "{up: {}, down: {to: up, as: 10 - value}}",
            "range: {up: '[1, 4)'}",
            "down",
            "(6, 9]",
        ),
        ("{k: {}, r: {to: k, as: 1 / value}}", "range: {k: [1, 10]}", "r", None),
    ],
)
def test_the_other_unit_has_the_same_limits(
    unit: str, keys: str, code: str, there: str | None
) -> None:
    assert ends(unit, keys, code) == there


def test_a_limit_that_is_computed_is_converted_where_it_is() -> None:
    study = load(form(FAHRENHEIT, "range: {C: [base.n, 40 + 3]}")).study
    assert study is not None
    held = study.field("x", "a")
    assert held is not None
    high = held.ranges["F"].high
    assert high is not None
    closure = compile_expression(high, study, Home(form=study.forms["x"]), Type.NUMBER)
    assert closure([]) == 109_400_000_000


def test_a_unit_without_a_limit_is_told() -> None:
    unit = "{k: {}, r: {to: k, as: 1 / value}}"
    assert said(form(unit, "range: {k: [1, 10]}")) == ["1.yaml:4:74 range-lacks-unit"]
    assert said(form(unit, "range: {k: [1, 10], r: [0.1, 1]}")) == []
    assert said(form(FAHRENHEIT, "range: {C: [43, 33]}")) == [
        "1.yaml:4:116 range-reversed"
    ]


@pytest.mark.parametrize(
    ("value", "unit", "codes"),
    [
        ("50.0", "C", ["above-range"]),
        ("200.0", "F", ["above-range"]),
        ("91.3", "F", ["below-range"]),
        ("101.3", "F", ["above-expected"]),
        ("99.6", "F", ["above-expected"]),
        ("99.5", "F", []),
    ],
)
def test_a_temperature_is_judged_in_its_unit(
    value: str, unit: str, codes: list[str]
) -> None:
    study = load(
        form(FAHRENHEIT, "range: {C: [33, 43]}, expected: {C: [35.5, 37.5]}")
    ).study
    assert study is not None
    context = Context(today=date(2024, 5, 31), visit="SCR")
    found = judge(
        study, study.forms["x"], Record(texts={"a": value, "au": unit}), context
    )
    assert [one.code for one in found.findings] == codes


@settings(max_examples=examples(20, 60), deadline=None)
@given(
    factor=st.fractions(
        min_value=Fraction(1, 1000), max_value=1000, max_denominator=1000
    ),
    offset=st.integers(-100, 100),
    limits=st.lists(
        st.decimals(-1000, 1000, places=2), min_size=2, max_size=2, unique=True
    ),
    value=st.decimals(-5000, 5000, places=1),
    is_open=st.booleans(),
)
def test_the_same_answers_lie_within_it(
    factor: Fraction, offset: int, limits: list[Decimal], value: Decimal, is_open: bool
) -> None:
    low, high = sorted(limits)
    as_ = f"(value - {offset}) * {factor.numerator} / {factor.denominator}".replace(
        "- -", "+ "
    )
    brackets = "()" if is_open else "[]"
    said = ends(
        f"{{u: {{}}, v: {{to: u, as: {as_}}}}}",
        f"places: 1, range: {{u: '{brackets[0]}{low}, {high}{brackets[1]}'}}",
        "v",
    )
    assert said is not None
    first, last = (Decimal(one) for one in said[1:-1].split(", "))
    inside = (first < value if said[0] == "(" else first <= value) and (
        value < last if said[-1] == ")" else value <= last
    )
    there = (Fraction(value) - offset) * factor
    exact = low < there < high if is_open else low <= there <= high
    assert inside == exact
