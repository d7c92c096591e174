"""The schema of a dictionary's files takes what ``check`` takes, and refuses what no
file may hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner
from marshmallow import Schema, fields

from forms_spec.findings.catalogue import CATALOGUE, proof
from forms_spec.loader import load_study
from forms_spec.loading import schema_fields
from generator.editor.json_schema import FILES, dictionary_schema
from generator.editor.key_meanings import SECTIONS, documented_keys, meaning
from generator.editor.value_shapes import SHAPES
from tests.docs.fences import blocks
from tests.forms_spec.dictionaries import dictionary
from tests.generator.editor.yaml_values import typed
from webapp.commands import main

ROOT = Path(__file__).parents[3]
VALIDATOR = jsonschema.Draft7Validator(dictionary_schema())


def faults(text: str) -> list[str]:
    """Where the schema refuses a file."""
    return [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
        for error in VALIDATOR.iter_errors(typed(text))
    ]


def test_it_is_a_schema_of_draft_7() -> None:
    jsonschema.Draft7Validator.check_schema(dictionary_schema())


def examples() -> Iterator[str]:
    """The examples of the documentation, and of the findings."""
    top_keys = tuple(f"{noun}:" for noun in FILES)
    for page in ("dictionary.md", "rules.md", "tutorial.md"):
        for block in blocks(ROOT / "docs" / page):
            if block.language == "yaml":
                # A part of a form is shown without the form around it.
                is_whole = block.text.startswith(top_keys)
                yield block.text if is_whole else f"form: x\ntitle: X\n{block.text}"

    for entry in CATALOGUE.values():
        if entry.example and entry not in proof.ENTRIES:
            yield entry.example


def accepted() -> Iterator[str]:
    """Every file of an example of which a study can be made."""
    for text in examples():
        files = dictionary(text)
        if load_study(files).study is not None:
            yield from files.values()


def test_every_file_of_cellkine_is_valid() -> None:
    files = (ROOT / "data_dictionary" / "cellkine").rglob("*.yaml")
    dictionary_files = [file for file in files if file.parent.name != "subjects"]
    assert len(dictionary_files) > 30
    assert {file.name: faults(file.read_text()) for file in dictionary_files} == {
        file.name: [] for file in dictionary_files
    }


def test_every_file_that_check_accepts_is_valid() -> None:
    texts = list(dict.fromkeys(accepted()))
    assert len(texts) > 100
    assert {text: faults(text) for text in texts} == {text: [] for text in texts}


FORM = "form: vs\ntitle: Vital signs\nfields:\n  pulse: {label: Pulse, %s}\n"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("stduy: A\n", ""),
        ("form: vs\ntitel: Vital signs\nfields: {a: {label: A}}\n", ""),
        (FORM % "typ: integer", "fields/pulse"),
        (FORM % "type: intger", "fields/pulse/type"),
        (FORM % "type: integer, range: [1, 2, 3]", "fields/pulse/range"),
        (FORM % "type: integer, length: 3", "fields/pulse"),
        (FORM % "type: text, length: long", "fields/pulse/length"),
        (FORM % "type: integer, identifier: maybe", "fields/pulse/identifier"),
        (FORM % "type: choice, codes: {}", "fields/pulse/codes"),
        (FORM % "type: integer, control: radio", "fields/pulse/control"),
        (FORM % "type: integer, checks: {rang: C1}", "fields/pulse/checks"),
        ("form: vs\ntitle: V\ngroups: {g: {fields: {a: Pain}}}\n", "groups/g/fields/a"),
        ("rules:\n  C1: {assert: a.b = 1, severity: bad, message: M}\n", "severity"),
        ("rules:\n  C1: {assert: a.b = 1, severity: query}\n", "rules/C1"),
        ("visits:\n  SCR: {title: S, target: tomorrow}\n", "visits/SCR/target"),
        ("visits:\n  SCR: {title: S, window: {from: day 1}}\n", "visits/SCR/window"),
        ("roles:\n  nurse: {may: [enters]}\n", "roles/nurse/may"),
        ("study: S\ntitle: T\nsubject: 01-001\n", "subject"),
    ],
)
def test_what_no_file_may_hold_is_refused_where_it_stands(text: str, path: str) -> None:
    assert any(f"{path}" in fault.split(":")[0] for fault in faults(text)), text


def test_every_shape_of_a_value_has_its_line() -> None:
    """``ScalarField`` and ``Collected`` are what the others begin with."""
    reached = {type(field) for schema in reached_schemas() for field in loaded(schema)}
    bases = {schema_fields.ScalarField, schema_fields.Collected}
    assert reached - set(SHAPES) == set()
    assert bases & set(SHAPES) == set()


def loaded(schema: type[Schema]) -> list[fields.Field]:
    return list(schema().load_fields.values())


def reached_schemas() -> set[type[Schema]]:
    todo, reached = [*FILES.values()], set()
    while todo:
        schema = todo.pop()
        reached.add(schema)
        for field in loaded(schema):
            inner = getattr(field, "shape", field)
            if isinstance(inner, fields.Nested) and type(inner.schema) not in reached:
                todo.append(type(inner.schema))
    return reached


def test_every_key_of_a_table_of_the_reference_is_explained_to_editors() -> None:
    keys = {
        (section, field.data_key or name)
        for schema, section in SECTIONS.items()
        for name, field in schema().load_fields.items()
    }
    unexplained = {(section, key) for section, key in documented_keys() - keys}
    # Tables of words that are no keys, and of keys of mappings without a table.
    assert {section for section, _ in unexplained} <= {
        "field types",
        "roles",
        "eligibility",
    }
    field = SECTIONS_BY_NAME["field"]
    assert "hard limits, both included" in (meaning(field, "range") or "")
    shown = dictionary_schema()["definitions"]["Field"]["properties"]["range"]
    assert shown["description"] == meaning(field, "range")


SECTIONS_BY_NAME = {section: schema for schema, section in SECTIONS.items()}


def test_the_command_writes_it(tmp_path: Path) -> None:
    out = tmp_path / "crfsmith.schema.json"
    result = CliRunner().invoke(main, ["schema", "--out", str(out)])
    assert result.exit_code == 0
    assert json.loads(out.read_text()) == dictionary_schema()
    assert (
        json.loads(CliRunner().invoke(main, ["schema"]).output) == dictionary_schema()
    )
