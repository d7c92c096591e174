"""Each field has the keys that its type needs, and none that mean nothing for it."""

from __future__ import annotations

import pytest

from forms_spec.field_types import FIELD_TYPES, FieldType
from forms_spec.loading.field_schema import FieldSchema
from tests.forms_spec.dictionaries import findings, said


def field(keys: str) -> str:
    return f"form: x\ntitle: Example\nfields:\n  a: {{{keys}}}\n"


def test_a_field_has_a_label() -> None:
    assert said(field("type: integer")) == ["1.yaml:4:3 label-missing"]


def test_a_calculated_field_has_a_formula() -> None:
    assert said(field("label: A, type: calculated")) == ["1.yaml:4:3 value-missing"]


def test_a_choice_has_codes() -> None:
    assert said(field("label: A, type: choice")) == ["1.yaml:4:3 codes-missing"]


def test_an_unknown_type_is_named_beside_the_nearest() -> None:
    (found,) = findings(field("label: A, type: intger, range: [1, 2]"))
    assert (found.code, str(found.text)) == ("unknown-type", "1.yaml:4:23")
    assert found.remedy.startswith('Did you mean "integer"?')


KEYS = {
    "range": "[1, 2]",
    "places": "1",
    "length": "5",
    "anchors": "[a, b]",
    "seconds": "true",
    "accept": "[pdf]",
}


@pytest.mark.parametrize("type_", FIELD_TYPES, ids=lambda one: one.name)
@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_refused_exactly_where_the_type_does_not_know_it(
    type_: FieldType, key: str
) -> None:
    codes = {
        one.code
        for one in findings(field(f"label: A, type: {type_.name}, {key}: {KEYS[key]}"))
    }
    assert ("facet-not-allowed" in codes) == (key not in type_.facets)


@pytest.mark.parametrize("type_", FIELD_TYPES, ids=lambda one: one.name)
def test_the_loader_knows_every_key_of_a_type(type_: FieldType) -> None:
    assert type_.facets <= set(FieldSchema().load_fields)


def test_a_key_that_each_gives_is_refused_where_it_stands() -> None:
    text = (
        "form: x\ntitle: X\ngroups:\n  g:\n    defaults: {type: yes_no, places: 1}\n  "
        "  fields:\n"
        "      a: First\n      b: Second\n"
    )
    assert said(text) == ["1.yaml:5:30 facet-not-allowed"]


@pytest.mark.parametrize(
    ("keys", "right"),
    [("type: yes_no, control: list", True), ("type: date, control: list", False)],
)
def test_a_control_suits_its_type(keys: str, right: bool) -> None:
    assert said(field(f"label: A, {keys}")) == (
        [] if right else ["1.yaml:4:38 control-not-allowed"]
    )
