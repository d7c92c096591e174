"""Every field type states what it accepts and rejects, and keeps its word."""

from __future__ import annotations

import pytest

from forms_spec.field_types import FIELD_TYPES, FieldType, Sample, field_type
from forms_spec.findings.catalogue import finding
from forms_spec.kinds import KINDS, Refusal, kind
from forms_spec.kinds.pattern import pattern_problem
from forms_spec.model.registry import by_name
from tests.parity.fields import accepted, distinct_fields, field_of, rejected, samples

Samples = list[tuple[FieldType, Sample]]


@pytest.mark.parametrize("cases", samples(accepted()))
def test_accepts_its_samples_and_writes_them_back(cases: Samples) -> None:
    for type_, sample in cases:
        field = field_of(type_.name, sample.keys)
        value = field.kind.parse(sample.text, field)
        assert not isinstance(value, Refusal), sample
        assert field.kind.parse(field.kind.write(value, field), field) == value, sample


@pytest.mark.parametrize("cases", samples(rejected()))
def test_rejects_its_samples_with_words(cases: Samples) -> None:
    for type_, sample in cases:
        field = field_of(type_.name, sample.keys)
        refusal = field.kind.parse(sample.text, field)
        assert isinstance(refusal, Refusal), sample
        said = finding(refusal.code, value=sample.text, **dict(refusal.details))
        assert said.message, sample
        assert said.remedy, sample


@pytest.mark.parametrize(
    "type_", [t for t in FIELD_TYPES if t.name != "note"], ids=lambda t: t.name
)
def test_every_type_has_samples_of_both_sorts(type_: FieldType) -> None:
    assert type_.accepts
    assert len(type_.rejects) > 3


@pytest.mark.parametrize("field", distinct_fields(), ids=lambda f: f.type.name)
def test_no_kind_takes_nothing_for_an_answer(field) -> None:
    assert isinstance(field.kind.parse("", field), Refusal)
    assert isinstance(field.kind.parse(" ", field), Refusal)


@pytest.mark.parametrize(
    "type_", [t for t in FIELD_TYPES if t.pattern], ids=lambda t: t.name
)
def test_the_pattern_of_a_type_is_one_that_a_dictionary_may_have(
    type_: FieldType,
) -> None:
    assert type_.pattern is not None
    assert pattern_problem(type_.pattern.expression) is None
    assert type_.pattern.message


def test_every_kind_has_a_type() -> None:
    """A number with a comparator is an integer or a decimal whose field says so."""
    assert {k.name for k in KINDS} == ({t.kind for t in FIELD_TYPES} - {None}) | {
        "bounded"
    }


def test_a_name_stands_once() -> None:
    with pytest.raises(ValueError, match="text is registered twice"):
        by_name([*KINDS, kind("text")])
    assert field_type("note").kind is None


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        field_type("number")
    with pytest.raises(KeyError):
        kind("number")
