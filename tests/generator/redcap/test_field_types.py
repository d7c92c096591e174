"""Every field type of the registry there and back: what it says of REDCap is so."""

from __future__ import annotations

import pytest

from forms_spec.field_types import FIELD_TYPES, FieldType
from generator.redcap.reading.dictionary_rows import Item, read_dictionary
from generator.redcap.reading.validation import VALIDATIONS
from generator.redcap.write_dictionary import WrittenRedcapDictionary, write_redcap

ASKED = [type_ for type_ in FIELD_TYPES if type_.redcap.validations]
LACKING = [type_ for type_ in FIELD_TYPES if type_.redcap.loss]
NEEDED = {
    "choice": ", codes: [A, B], control: list",
    "multiple_choice": ", codes: [A, B]",
    "calculated": ", value: 2 * 3",
}


def written(type_: FieldType) -> tuple[WrittenRedcapDictionary, Item]:
    """The dictionary of a study with one field of the type, and the field's row."""
    result = write_redcap(
        {
            "study.yaml": "study: S1\ntitle: S\nsubject: {pattern: '\\d{3}', example: '007'}\n",
            "visits.yaml": "visits: {V1: {title: One}}\nschedule:\n  columns: V1\n  f: X\n",
            "f.yaml": "form: f\ntitle: F\nfields:\n"
            f"  x: {{label: X, type: {type_.name}{NEEDED.get(type_.name, '')}}}\n",
        },
        {},
    )
    assert result.content is not None
    rows = read_dictionary("d.csv", result.content).items
    return result, next(item for item in rows if item.name == "x")


@pytest.mark.parametrize("type_", FIELD_TYPES, ids=lambda type_: type_.name)
def test_every_type_is_written_as_the_field_type_that_it_names(
    type_: FieldType,
) -> None:
    _, row = written(type_)
    assert row.type == type_.redcap.type


@pytest.mark.parametrize("type_", ASKED, ids=lambda type_: type_.name)
def test_a_type_is_written_with_the_first_of_its_validations(type_: FieldType) -> None:
    _, row = written(type_)
    assert row.validation == type_.redcap.validations[0]


@pytest.mark.parametrize("type_", ASKED, ids=lambda type_: type_.name)
def test_each_of_its_validations_reads_as_the_type(type_: FieldType) -> None:
    assert {VALIDATIONS[code].type for code in type_.redcap.validations} == {type_.name}


@pytest.mark.parametrize("type_", LACKING, ids=lambda type_: type_.name)
def test_what_a_type_lacks_in_redcap_is_listed(type_: FieldType) -> None:
    result, _ = written(type_)
    assert [loss.field for loss in result.losses if type_.redcap.loss in loss.why] == [
        "x"
    ]
