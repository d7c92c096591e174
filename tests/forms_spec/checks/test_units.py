"""Every unit that may be chosen converts into one and the same."""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import findings, load


def field(unit: str) -> str:
    keys = f"label: A\n    type: decimal\n    cdash: A_VSORRES\n    unit: {unit}\n"
    return f"form: x\ntitle: X\nfields:\n  a:\n    {keys}"


@pytest.mark.parametrize(
    ("unit", "why"),
    [
        ("{kg: {}, lb: {to: kg, as: value * 0.45359237}}", None),
        (
            "{g: {to: kg, as: value / 1000}, kg: {}, mg: {to: g, as: value / 1000}}",
            None,
        ),
        ("{kg: {}, lb: {}}", "neither it nor kg has the key to:"),
        ("{kg: {}, lb: {to: kg}}", "it has to: without as:"),
        ("{kg: {as: value * 2}}", "it has as: without to:"),
        ("{kg: {}, lb: {to: k, as: value * 2}}", "there is no unit k among them"),
        (
            "{kg: {}, lb: {to: lb, as: value * 2}}",
            "it converts into itself through other units",
        ),
    ],
)
def test_a_unit_converts(unit: str, why: str | None) -> None:
    said = [one.message for one in findings(field(unit))]
    assert (why is None) == (not said)
    assert all(why in one for one in said if why)


def test_a_formula_is_about_the_value() -> None:
    codes = [
        one.code for one in findings(field("{kg: {}, lb: {to: kg, as: valu * 2}}"))
    ]
    assert codes == ["rule-unknown-name"]


def test_the_companion_holds_the_unit_and_is_needed_with_a_value() -> None:
    study = load(
        field("{C: {label: °C}, F: {label: °F, to: C, as: (value - 32) * 5 / 9}}")
    ).study
    assert study is not None
    held = study.field("x", "au")
    assert held is not None
    assert held.codelist is not None
    assert [(code.code, code.label) for code in held.codelist.codes] == [
        ("C", "°C"),
        ("F", "°F"),
    ]
    assert (held.label, held.cdash, held.control) == ("A: unit", "A_VSORRESU", "radio")
    assert not isinstance(held.required, bool)
    assert held.required.text == "a is known"
