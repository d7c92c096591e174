"""A descriptor that Frictionless refuses: what is wrong, where in it, and never where
on the machine.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package

from generator.validation.open_package import Engine
from generator.validation.validate import validate_package
from tests.generator.validation.foreign.test_foreign import (
    PLAIN,
    SCHEMA,
    frictionless_says,
    resource,
)

FIELD = "resources[0].schema.fields[0]"


def fields(*described: Any) -> dict[str, Any]:
    return {"schema": {"fields": list(described)}}


def keys(**key: Any) -> dict[str, Any]:
    return {"schema": {**SCHEMA, "foreignKeys": [key]}}


BROKEN: dict[str, tuple[dict[str, Any], str, str]] = {
    "a type that is none": (fields({"name": "a", "type": "integr"}), "field-type",
        f'{FIELD}.type is "integr", which is not a field type.'),
    "a constraint of another type": (
        fields({"name": "a", "type": "integer", "constraints": {"minLength": 3}}), "field-constraint",
        f'{FIELD}.constraints: a field of type integer cannot have the constraint "minLength".'),
    "codes that are no list": (fields({"name": "a", "constraints": {"enum": 5}}), "descriptor-type",
        f"{FIELD}.constraints.enum is 5, but must be a list."),
    "a field without a name": (fields({"type": "integer"}), "descriptor-lacks",
        f"{FIELD} does not have the property name."),
    "a field that is none": (fields(None), "descriptor-type", f"{FIELD} is null, but must be an object."),
    "two fields of one name": (fields({"name": "a"}, {"name": "a"}), "descriptor-twice",
        f'resources[0].schema.fields[1].name is "a", the same as {FIELD}.name.'),
    "a schema that is not there": ({"schema": "s.json"}, "descriptor-no-file",
        'resources[0].schema refers to the file "s.json", which is not in the package.'),
    "a dialect that is not there": ({"dialect": "d.json"}, "descriptor-no-file",
        'resources[0].dialect refers to the file "d.json", which is not in the package.'),
    "a path of more than a file name": ({"schema": "s" * 300}, "descriptor-no-file",
        f'resources[0].schema refers to the file "{"s" * 300}", which is not in the package.'),
    "a separator that is a number": ({"dialect": {"delimiter": 5}}, "descriptor-type",
        "resources[0].dialect.delimiter is 5, but must be a text."),
    "an encoding that is none": ({"encoding": "latin-99"}, "descriptor-encoding",
        'resources[0].encoding is "latin-99", which is not a known encoding.'),
    "a hash that is a number": ({"hash": 5}, "descriptor-type",
        "resources[0].hash is 5, but must be a text."),
    "a name with a blank": ({"name": "A B"}, "descriptor-name",
        'resources[0].name is "A B". A name may contain only lower-case letters, digits and . _ - /.'),
    "a primary key of no field": ({"schema": {**SCHEMA, "primaryKey": "c"}}, "key-field",
        'resources[0].schema.primaryKey refers to field "c", which does not exist in the schema.'),
    "a foreign key to nowhere": (
        keys(fields="a", reference={"resource": "u", "fields": "a"}), "key-resource",
        'resources[0].schema.foreignKeys[0].reference.resource refers to resource "u", '
        "which does not exist in the package."),
    "a foreign key of two fields to one": (
        keys(fields=["a", "b"], reference={"resource": "", "fields": "a"}), "key-length",
        "resources[0].schema.foreignKeys[0] has 2 fields, but its reference has 1."),
    "a constraint beside the type": (
        fields({"name": "a"}, {"name": "b", "required": True}), "constraint-place",
        "resources[0].schema.fields[1].required belongs in resources[0].schema.fields[1].constraints."),
    "a constraint that nobody knows": (
        fields({"name": "a", "type": "integer", "constraints": {"min": 3}}), "field-constraint",
        f'{FIELD}.constraints: a field of type integer cannot have the constraint "min".'),
    "a truth value as a text": (
        fields({"name": "a", "constraints": {"required": "true"}}), "descriptor-type",
        f'{FIELD}.constraints.required is "true", but must be true or false.'),
    "a schema without fields": ({"schema": {"primaryKey": "a"}}, "descriptor-lacks",
        "resources[0].schema does not have the property fields."),
    "a foreign key without fields": (
        keys(reference={"resource": "", "fields": "a"}), "descriptor-lacks",
        "resources[0].schema.foreignKeys[0] does not have the property fields."),
    "a reference without fields": (
        keys(fields="a", reference={"resource": ""}), "descriptor-lacks",
        "resources[0].schema.foreignKeys[0].reference does not have the property fields."),
    "true values that are no list": (
        fields({"name": "a", "type": "boolean", "trueValues": "yes"}), "descriptor-type",
        f'{FIELD}.trueValues is "yes", but must be a list.'),
    "a format that a text has not": (
        fields({"name": "a", "type": "string", "format": "mail"}), "descriptor-refused",
        f"Frictionless rejects {FIELD}.format (field-error): "
        "'mail' is not one of ['default', 'email', 'uri', 'binary', 'uuid', 'wkt']"),
    "labels of missing values in version 1": (
        fields({"name": "a", "missingValues": [{"value": "ND", "label": "Not done"}]}), "descriptor-refused",
        f"Frictionless rejects {FIELD}.missingValues (field-error): "
        "missing values in object form require datapackage v2"),
    "an example that is none": (
        fields({"name": "a", "type": "integer", "example": "x"}), "descriptor-refused",
        f'Frictionless rejects {FIELD}.example (field-error): '
        'example value "x" for field "a" is not valid'),
    "a separator inside a control": ({"dialect": {"csv": {"delimiter": 5}}}, "descriptor-type",
        "resources[0].dialect.csv.delimiter is 5, but must be a text."),
    "a separator of two characters": ({"dialect": {"delimiter": "||"}}, "descriptor-type",
        'resources[0].dialect.delimiter is "||", but must be a text of one character.'),
    "a licence that is a text": ({"licenses": ["MIT"]}, "descriptor-type",
        'resources[0].licenses[0] is "MIT", but must be an object.'),
}  # fmt: skip

SPOILT: dict[str, tuple[dict[str, Any], str, str]] = {
    "a limit in another format": (
        {"type": "date", "format": "%d/%m/%Y", "constraints": {"minimum": "2020-01-01"}}, "limit-unreadable",
        f'{FIELD}.constraints.minimum is "2020-01-01", which is not a valid date in the format %d/%m/%Y.'),
    "a limit that is no number": (
        {"type": "integer", "constraints": {"maximum": "high"}}, "limit-unreadable",
        f'{FIELD}.constraints.maximum is "high", which is not a valid integer.'),
    "a code that is no number": (
        {"type": "integer", "constraints": {"enum": ["one"]}}, "limit-unreadable",
        f'{FIELD}.constraints.enum[0] is "one", which is not a valid integer.'),
    "limits the wrong way round": (
        {"type": "integer", "constraints": {"minimum": 9, "maximum": 0}}, "limits-crossed",
        f"{FIELD}.constraints.minimum is 9, which conflicts with the maximum 0."),
    "lengths the wrong way round": (
        {"type": "string", "constraints": {"minLength": 5, "maxLength": 2}}, "limits-crossed",
        f"{FIELD}.constraints.minLength is 5, which conflicts with the maxLength 2."),
    "a pattern that is none": (
        {"type": "string", "constraints": {"pattern": "(1"}}, "pattern-unreadable",
        f'{FIELD}.constraints.pattern is "(1", which is not a valid regular expression: '
        "missing ), unterminated subpattern at position 1."),
    "a format of a spreadsheet": (
        {"type": "date", "format": "DD/MM/YYYY"}, "field-format",
        f'{FIELD}.format is "DD/MM/YYYY", which is not a format for date.'),
}  # fmt: skip


def package(folder: Path, *resources: Any, **more: Any) -> Path:
    (folder / "datapackage.json").write_text(
        json.dumps({"name": "p", **more, "resources": resources})
    )
    (folder / "t.csv").write_bytes(PLAIN)
    return folder


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("engine", Engine)
def test_a_fault_is_told_with_its_path_in_the_descriptor(
    tmp_path: Path, name: str, engine: Engine
) -> None:
    more, code, message = BROKEN[name]
    source = package(tmp_path, resource(**more))
    assert not frictionless_says(source / "datapackage.json")
    report = validate_package(source, engine=engine)
    assert [
        (one.finding.code, one.finding.message, one.file) for one in report.findings
    ] == [(code, message, "datapackage.json")]
    assert not report.valid


@pytest.mark.parametrize("name", SPOILT)
@pytest.mark.parametrize("engine", Engine)
def test_a_fault_of_the_schema_is_told_once_and_not_of_every_cell(
    tmp_path: Path, name: str, engine: Engine
) -> None:
    described, code, message = SPOILT[name]
    content = b"31/01/2024" if described["type"] == "date" else b"7"
    source = package(tmp_path, resource(**fields({"name": "a", **described})))
    (source / "t.csv").write_bytes(b"a\n" + content + b"\n" + content + b"\n")
    report = validate_package(source, engine=engine)
    assert [
        (one.finding.code, one.finding.message, one.file, one.row)
        for one in report.findings
    ] == [(code, message, "datapackage.json", None)]
    assert report.counts.rows == {"t": 2}


def test_two_faults_of_one_field_are_two_findings(tmp_path: Path) -> None:
    bad = fields(
        {"name": "a", "required": True, "title": 5, "constraints": {"unique": "no"}}
    )
    report = validate_package(package(tmp_path, resource(**bad)))
    assert {one.finding.message.split(" ")[0] for one in report.findings} == {
        f"{FIELD}.required", f"{FIELD}.title", f"{FIELD}.constraints.unique",
    }  # fmt: skip


def test_everything_is_told_at_once(tmp_path: Path) -> None:
    bad = fields(
        {"name": "a", "type": "unicorn"}, {"name": "b", "constraints": {"enum": "x"}}
    )
    report = validate_package(
        package(tmp_path, resource(**bad), resource(name="u", hash=7), None, licenses=5)
    )
    assert [one.finding.message.split(" ")[0] for one in report.findings] == [
        "licenses", "resources[0].schema.fields[0].type", "resources[0].schema.fields[1].constraints.enum",
        "resources[1].hash", "resources[2]",
    ]  # fmt: skip


def test_a_type_that_is_nearly_one_is_asked_about(tmp_path: Path) -> None:
    report = validate_package(
        package(tmp_path, resource(**fields({"name": "a", "type": "integr"})))
    )
    assert report.findings[0].finding.remedy.startswith(
        'Did you mean "integer"? Write one of any, array, '
    )


def test_what_only_frictionless_knows_is_told_in_its_words_without_the_folder(
    tmp_path: Path,
) -> None:
    report = validate_package(package(tmp_path, resource(), created="yesterday"))
    assert [one.finding.message for one in report.findings] == [
        (
            'Frictionless rejects created (package-error): property "created" is not '
            'valid "datetime"'
        )
    ]


@pytest.mark.parametrize(
    "more", [{"schema": "t.csv"}, {"dialect": "t.csv"}, {"profile": "t.json"}]
)
def test_no_finding_has_the_folder_of_the_machine(
    tmp_path: Path, more: dict[str, Any]
) -> None:
    report = validate_package(package(tmp_path, resource(**more)))
    assert not report.valid
    said = [
        *report.notes,
        *(one.finding.message + one.finding.remedy for one in report.findings),
    ]
    assert str(tmp_path) not in "".join(said)


def test_a_descriptor_that_frictionless_accepts_has_no_faults(tmp_path: Path) -> None:
    source = package(
        tmp_path,
        resource(profile="tabular-data-resource"),
        licenses=[{"name": "CC0-1.0"}],
    )
    assert Package(str(source / "datapackage.json")).validate().valid
    assert validate_package(source).valid


@pytest.mark.parametrize("engine", list(Engine))
@pytest.mark.parametrize("name", list(BROKEN))
def test_sound_tables_beside_a_refused_one_are_judged(
    name: str, engine: Engine, tmp_path: Path
) -> None:
    more, code, message = BROKEN[name]
    broken = {**resource(), **more}
    other = resource(name="other", path="other.csv")
    descriptor = {"resources": [broken, other]}
    (tmp_path / "datapackage.json").write_text(json.dumps(descriptor))
    (tmp_path / "t.csv").write_bytes(PLAIN)
    (tmp_path / "other.csv").write_bytes(b"a,b\nwrong,x\n")
    report = validate_package(tmp_path, engine=engine)
    assert (code, message) in {
        (one.finding.code, one.finding.message) for one in report.findings
    }
    found = [one for one in report.findings if one.table == "other"]
    assert [(one.row, one.field, one.finding.value) for one in found] == [
        (2, "a", "wrong")
    ]


@pytest.mark.parametrize("engine", list(Engine))
def test_a_limit_beside_the_type_is_said_and_passed_over(
    engine: Engine, tmp_path: Path
) -> None:
    limits = {"minimum": 5, "enum": [7]}
    table = resource(
        **fields({"name": "a", "type": "integer", **limits}, {"name": "b"})
    )
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": [table]}))
    (tmp_path / "t.csv").write_bytes(PLAIN)
    report = validate_package(tmp_path, engine=engine)
    assert [
        (one.finding.code, one.finding.severity.value) for one in report.findings
    ] == [("constraint-ignored", "warning")] * 2
    assert f"{FIELD}.minimum is next to the type" in report.findings[0].finding.message


def in_its_own_file(source: Path, name: str = "schemas/vs.json") -> Path:
    """The package with the schema of its first table in a file of its own."""
    path = source / "datapackage.json"
    descriptor = json.loads(path.read_text())
    schema = descriptor["resources"][0]["schema"]
    for table in descriptor["resources"]:
        table["schema"] = name
    (source / name).parent.mkdir(exist_ok=True)
    (source / name).write_text(json.dumps(schema))
    path.write_text(json.dumps(descriptor))
    return source


def said_of_file(message: str, name: str = "schemas/vs.json") -> str:
    """A message about the schema in the descriptor, as it is about the file."""
    inside = "resources[0].schema."
    return (
        message.replace(inside, f"{name}: ", 1)
        .replace(inside, "")
        .replace("resources[0].schema ", f"{name} ")
    )


IN_SCHEMAS = {
    name: told
    for name, told in BROKEN.items()
    if isinstance(told[0].get("schema"), dict)
}


@pytest.mark.parametrize("name", IN_SCHEMAS)
@pytest.mark.parametrize("engine", Engine)
def test_a_fault_in_a_schema_file_is_told_with_the_file_and_the_path_in_it(
    tmp_path: Path, name: str, engine: Engine
) -> None:
    more, code, message = IN_SCHEMAS[name]
    source = in_its_own_file(package(tmp_path, resource(**more)))
    assert not frictionless_says(source / "datapackage.json")
    report = validate_package(source, engine=engine)
    assert [
        (one.finding.code, one.finding.message, one.file, one.table)
        for one in report.findings
    ] == [(code, said_of_file(message), "schemas/vs.json", "t")]


@pytest.mark.parametrize("name", SPOILT)
@pytest.mark.parametrize("engine", Engine)
def test_a_limit_in_a_schema_file_that_nobody_can_read_is_told_once(
    tmp_path: Path, name: str, engine: Engine
) -> None:
    described, code, message = SPOILT[name]
    content = b"31/01/2024" if described["type"] == "date" else b"7"
    source = package(tmp_path, resource(**fields({"name": "a", **described})))
    (source / "t.csv").write_bytes(b"a\n" + content + b"\n")
    report = validate_package(in_its_own_file(source), engine=engine)
    assert [
        (one.finding.code, one.finding.message, one.file) for one in report.findings
    ] == [(code, said_of_file(message), "schemas/vs.json")]


@pytest.mark.parametrize("engine", list(Engine))
def test_a_limit_beside_the_type_in_a_schema_file_is_said_of_each_table_that_uses_it(
    engine: Engine, tmp_path: Path
) -> None:
    limited = fields(
        {"name": "a", "type": "integer", "minimum": 5},
        {"name": "b", "pattern": "[a-z]"},
    )
    source = package(
        tmp_path, resource(**limited), resource(name="june", path="june.csv")
    )
    (source / "june.csv").write_bytes(PLAIN)
    report = validate_package(in_its_own_file(source), engine=engine)
    assert report.valid
    assert [
        (one.finding.code, one.finding.severity.value, one.file, one.table)
        for one in report.findings
    ] == [
        ("constraint-ignored", "warning", "schemas/vs.json", table)
        for table in ("t", "t", "june", "june")
    ]
    assert [one.finding.message for one in report.findings][:2] == [
        (
            f"schemas/vs.json: fields{place} is next to the type of the field, "
            "where it has no effect."
        )
        for place in ("[0].minimum", "[1].pattern")
    ]


def test_a_schema_in_yaml_is_searched_too(tmp_path: Path) -> None:
    source = package(tmp_path, resource(schema="vs.yaml"))
    (source / "vs.yaml").write_text(
        "fields:\n- {name: a, type: integer, minimum: 5}\n- {name: b}\n"
    )
    [ignored] = validate_package(source).findings
    assert ignored.finding.code == "constraint-ignored"
    assert ignored.finding.message.startswith("vs.yaml: fields[0].minimum is next to")


def test_a_schema_file_that_is_a_link_out_of_the_folder_is_not_searched(
    tmp_path: Path,
) -> None:
    (tmp_path / "p").mkdir()
    secret = {"fields": [{"name": "a", "minimum": 1234567}, {"name": "b"}]}
    (tmp_path / "secret.json").write_text(json.dumps(secret))
    source = package(tmp_path / "p", resource(schema="s.json"))
    (source / "s.json").symlink_to(tmp_path / "secret.json")
    report = validate_package(source)
    assert "1234567" not in "".join(
        one.finding.message + one.finding.remedy for one in report.findings
    )
