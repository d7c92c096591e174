"""Every reader of a table schema reads its patterns as the kinds do, but for the listed
Losses.
"""

from __future__ import annotations

import random

import pytest

from forms_spec import load_study
from forms_spec.model.fields import Field
from generator.tables.schema import field_schema, table_schema
from tests.data_dictionary.conftest import dictionary
from tests.parity import schema_readers
from tests.parity.fields import field_of
from tests.parity.schema_readers import READERS, disagreements, seeded
from tests.studies import small_study


@pytest.mark.parametrize("kind", schema_readers.KINDS)
def test_every_reader_agrees_on_altered_answers(kind: str) -> None:
    source = random.Random(20_261_129)
    fields = [field for field in schema_readers.fields() if field.kind.name == kind]
    assert [
        one
        for field in fields
        for one in disagreements(field, seeded(field, 12, source))
    ] == []


def test_every_reader_takes_every_pattern_of_a_whole_study() -> None:
    study = load_study(dictionary()).study
    assert study is not None
    patterns = {
        field["constraints"]["pattern"]
        for table in study.tables.values()
        for field in table_schema(study, table)["fields"]
        if "pattern" in field.get("constraints", {})
    }
    assert len(patterns) > 10
    for reader in READERS.values():
        for pattern in patterns:
            assert reader({"pattern": pattern}, ["\x07"]) == [False]


def constraints(field: Field) -> dict[str, object]:
    found: dict[str, object] = field_schema(small_study(), field)["constraints"]
    return found


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (r"[A-Z]{2}\d{4}", {"pattern": "[A-Z]{2}[0-9]{4}"}),
        ("a|bc", {"pattern": "(a|bc)"}),
        ("(yes|)no", {"pattern": "(yes)?no"}),
        (r"\$\d{1,5}(?:\.\d\d)?", {"pattern": r"[$][0-9]{1,5}(\.[0-9][0-9])?"}),
        (r"\d+", {"pattern": "[0-9]+", "maxLength": 10_000}),
        ("x{0}", {"maxLength": 0}),
        ("(\\n|b)c", {"pattern": "bc"}),
    ],
)
def test_a_pattern_is_written_for_all_of_them(
    pattern: str, said: dict[str, object]
) -> None:
    assert constraints(field_of("text", {"pattern": pattern})) == said


def test_a_pattern_for_any_text_leaves_its_count_to_the_lengths() -> None:
    said = constraints(field_of("text", {"pattern": ".{2,60}", "length": [1, 40]}))
    assert (said["minLength"], said["maxLength"]) == (2, 40)
    for reader in READERS.values():
        assert reader(said, ["ab", "a", "  ", " a", "a" * 41]) == [
            True,
            False,
            False,
            True,
            False,
        ]


@pytest.mark.parametrize("text", [";", "A;B;A", "A;NONE", "A;B;C"])
def test_answers_of_a_list_are_judged_but_for_their_repetition(text: str) -> None:
    codes = {"NONE": {"label": "None", "exclusive": True}, "A": "a", "B": "b", "C": "c"}
    said = constraints(field_of("multiple_choice", {"codes": codes, "max_choices": 3}))
    for reader in READERS.values():
        assert reader(said, [text]) == [text in ("A;B;A", "A;B;C")]
