"""The laws of the kinds, over the one table of examples."""

from __future__ import annotations

import pytest

from forms_spec.field_types import FIELD_TYPES
from forms_spec.kinds import KINDS, Refusal
from forms_spec.model.kind import Kind
from forms_spec.model.values import Value
from tests.forms_spec.kinds.examples import READ, REFUSED, WRITTEN, Keys, Read, Refused
from tests.parity.fields import field_of


@pytest.mark.parametrize("example", READ, ids=str)
def test_reads_a_text_as_its_value(example: Read) -> None:
    field = field_of(example.type, example.keys)
    assert field.kind.parse(example.text, field) == example.value


@pytest.mark.parametrize("example", READ, ids=str)
def test_writes_a_value_as_its_canonical_text(example: Read) -> None:
    field = field_of(example.type, example.keys)
    canonical = example.text if example.written is None else example.written
    assert field.kind.write(example.value, field) == canonical
    assert field.kind.parse(canonical, field) == example.value


@pytest.mark.parametrize(("type_", "value", "text", "keys"), WRITTEN)
def test_writes_any_value(type_: str, value: Value, text: str, keys: Keys) -> None:
    field = field_of(type_, keys)
    assert field.kind.write(value, field) == text


@pytest.mark.parametrize("example", REFUSED, ids=str)
def test_refuses_with_the_finding_that_says_why(example: Refused) -> None:
    field = field_of(example.type, example.keys)
    refusal = field.kind.parse(example.text, field)
    assert isinstance(refusal, Refusal)
    assert refusal.code == example.code


def test_every_field_type_and_kind_has_examples_of_both_sorts() -> None:
    answered = {type_.name for type_ in FIELD_TYPES} - {"note"}
    assert {example.type for example in READ} == answered
    assert {example.type for example in REFUSED} == answered
    assert {field_of(one.type, one.keys).kind.name for one in READ} == {
        kind.name for kind in KINDS
    }


def test_a_kind_without_a_noun_is_an_error() -> None:
    with pytest.raises(TypeError, match="the kind Nameless has no noun"):
        type("Nameless", (Kind,), {"name": "nameless"})
