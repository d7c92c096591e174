"""The language's reference: every example is without findings, every key is explained
and shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from marshmallow import Schema

from forms_spec.field_types import FIELD_TYPES, FieldType
from forms_spec.loader import load_study
from forms_spec.loading.codelists import CodelistsSchema, CodeSchema
from forms_spec.loading.double_entry import DoubleEntrySchema
from forms_spec.loading.eligibility import (
    AnswersSchema,
    CriterionSchema,
    EligibilitySchema,
)
from forms_spec.loading.field_schema import FieldSchema
from forms_spec.loading.file_nouns import NOUNS
from forms_spec.loading.form_builder import FormSchema, GroupSchema, RowsSchema
from forms_spec.loading.lookup_tables import LookupKeySchema, LookupTableSchema
from forms_spec.loading.randomization import RandomizationSchema
from forms_spec.loading.roles import RoleSchema
from forms_spec.loading.rules import RuleSchema, RulesSchema
from forms_spec.loading.study import (
    MissingSchema,
    ParameterSchema,
    StudySchema,
    SubjectSchema,
)
from forms_spec.loading.verification import VerificationSchema
from forms_spec.loading.visits import VisitSchema, VisitsSchema
from forms_spec.model.roles import Permission
from tests.docs.fences import Block, blocks
from tests.forms_spec.dictionaries import dictionary

PAGE = Path(__file__).parents[2] / "docs" / "dictionary.md"
TEXT = PAGE.read_text(encoding="utf-8")
TABLE = next(block.text for block in blocks(PAGE) if block.language == "csv")
EXAMPLES = [block for block in blocks(PAGE) if block.language == "yaml"]

SCHEMAS: tuple[type[Schema], ...] = (
    *(
        StudySchema,
        SubjectSchema,
        MissingSchema,
        ParameterSchema,
        CodelistsSchema,
        CodeSchema,
        VisitsSchema,
    ),
    *(
        VerificationSchema,
        DoubleEntrySchema,
        RandomizationSchema,
        VisitSchema,
        FormSchema,
        GroupSchema,
        RowsSchema,
        FieldSchema,
        RulesSchema,
        RuleSchema,
    ),
    *(LookupTableSchema, LookupKeySchema),
    *(EligibilitySchema, AnswersSchema, CriterionSchema, RoleSchema),
)


def whole(block: Block) -> str:
    """A part of a form, made a form."""
    first = block.text.partition(":")[0]
    return (
        block.text if first in NOUNS else f"form: example\ntitle: Example\n{block.text}"
    )


def keys(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for key, below in data.items():
            yield str(key)
            yield from keys(below)
    elif isinstance(data, list):
        for below in data:
            yield from keys(below)


def examples() -> Iterator[Any]:
    for block in EXAMPLES:
        yield from yaml.load_all(block.text, Loader=yaml.CBaseLoader)


@pytest.mark.parametrize("block", EXAMPLES[3:], ids=lambda block: f"line {block.line}")
def test_an_example_has_no_findings(block: Block) -> None:
    files = dictionary(whole(block))
    if "\ntables:" in block.text:
        files["tables/ctcae.csv"] = TABLE
    found = load_study(files).findings
    assert [f"{one.text} {one.message}" for one in found] == []


def test_the_smallest_study_is_the_first_three_files() -> None:
    loaded = load_study({f"{block.line}.yaml": block.text for block in EXAMPLES[:3]})
    assert loaded.findings == ()
    assert loaded.study is not None


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.__name__)
def test_every_key_is_explained_and_shown(schema: type[Schema]) -> None:
    known = {field.data_key or name for name, field in schema().load_fields.items()}
    shown = {key for data in examples() for key in keys(data)}
    assert known <= set(re.findall(r"`(\w+)`", TEXT)), "not explained"
    assert known <= shown, "without an example"


TYPES_SECTION = TEXT.split("### field types")[1].split("###")[0]
KIND_WORDS = {"calculated": "as `gives`", "note": "none"}


@pytest.mark.parametrize("type_", FIELD_TYPES, ids=lambda type_: type_.name)
def test_every_field_type_has_an_example(type_: FieldType) -> None:
    assert re.search(rf"type: {type_.name}\b", TYPES_SECTION)


def test_the_table_of_field_types_says_what_the_types_say() -> None:
    rows = re.findall(r"^\| `.*$", TYPES_SECTION, re.MULTILINE)
    assert rows == [
        f"| `{type_.name}` | {kind_words(type_)} | {type_.asked} | {type_.stored} |"
        for type_ in FIELD_TYPES
    ]


def kind_words(type_: FieldType) -> str:
    if type_.kind is None:
        return KIND_WORDS[type_.name]
    return type_.kind.replace("_", " ")


def test_the_list_of_other_controls_says_what_the_types_say() -> None:
    lines = re.findall(r"^- (.*)$", TYPES_SECTION, re.MULTILINE)
    assert [line.replace(" or ", ", ") for line in lines] == [
        f"`{type_.name}`: {', '.join(f'`{name}`' for name in type_.controls)}"
        for type_ in FIELD_TYPES
        if type_.controls
    ]


def test_the_page_on_redcap_names_every_type_of_a_validation() -> None:
    page = PAGE.with_name("redcap.md").read_text(encoding="utf-8")
    row = re.search(r"^\| text \|.*$", page, re.MULTILINE)
    assert row is not None
    stated = {type_.name for type_ in FIELD_TYPES if type_.redcap.validations}
    assert stated <= set(re.findall(r"`(\w+)`", row[0]))


def test_no_key_is_explained_that_does_not_exist() -> None:
    known = {
        field.data_key or name
        for schema in SCHEMAS
        for name, field in schema().load_fields.items()
    }
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", TEXT, re.MULTILINE)
    explained = {key for row in rows for key in re.findall(r"`(\w+)`", row)}
    words = {type_.name for type_ in FIELD_TYPES} | {item.value for item in Permission}
    assert explained <= known | words | set(NOUNS)
