"""Codes of the datapackage.json of packages of others."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import CatalogueEntry, refuse
from forms_spec.findings.finding import Severity

ENTRIES: tuple[CatalogueEntry, ...] = (
    refuse(
        "descriptor-type",
        "{at} is {given}, but must be {wanted}.",
        "Change it to {wanted}, or remove the property.",
        (
            "A property of the descriptor has a different JSON type from the one in "
            "the Data Package standard."
        ),
    ),
    refuse(
        "descriptor-lacks",
        "{at} does not have the property {name}.",
        "Add it.",
        "The Data Package standard requires this property.",
    ),
    refuse(
        "descriptor-name",
        (
            '{at} is "{value}". A name may contain only lower-case letters, digits '
            "and . _ - /."
        ),
        "Choose another name.",
        "Names of packages and resources become part of URLs.",
    ),
    refuse(
        "descriptor-twice",
        '{at} is "{value}", the same as {first}.',
        "Rename one of them.",
        "Each resource of a package, and each field of a table, needs its own name.",
    ),
    refuse(
        "descriptor-no-file",
        '{at} refers to the file "{value}", which is not in the package.',
        "Add the file, or correct its path. Paths are relative to datapackage.json.",
        "A schema, a dialect or a profile can be in a separate file.",
    ),
    refuse(
        "descriptor-encoding",
        '{at} is "{value}", which is not a known encoding.',
        "Enter the encoding of the file, such as utf-8 or cp1252.",
        "The characters of the file cannot be read without its encoding.",
    ),
    refuse(
        "field-type",
        '{at} is "{value}", which is not a field type.',
        "{near}Write one of {types}.",
        "Table Schema has a fixed list of field types.",
    ),
    refuse(
        "field-constraint",
        '{at}: a field of type {type} cannot have the constraint "{value}".',
        (
            "{near}Remove the constraint, or correct the type. Constraints of this "
            "type: {allowed}."
        ),
        "Each type of Table Schema has its own constraints.",
    ),
    refuse(
        "constraint-place",
        "{at} belongs in {of}.constraints.",
        'Write "constraints": {{"required": {given}}} in this field.',
        "A constraint next to the type of a field is not valid. Frictionless refuses "
        "the whole package "
        "because of it.",
    ),
    CatalogueEntry(
        code="constraint-ignored",
        severity=Severity.WARNING,
        message="{at} is next to the type of the field, where it has no effect.",
        remedy=(
            'Write "constraints": {{"{name}": {given}}} in this field. Cells were '
            "validated without it."
        ),
        explanation="A limit, a pattern or a list of codes is a constraint. "
        "Frictionless ignores one "
        "that is next to the type, so every cell passes.",
    ),
    refuse(
        "field-format",
        '{at} is "{value}", which is not a format for {type}.',
        (
            "Write it with strptime codes, such as %d/%m/%Y or %Y-%m-%dT%H:%M, or "
            "remove it for ISO 8601."
        ),
        "No text can be read in this format, so the column is validated without it.",
    ),
    refuse(
        "limit-unreadable",
        "{at} is {value}, which is not a valid {kind}.",
        "Write it in the same format as the cells of the column.",
        (
            "The field itself cannot read this limit or code. Cells are validated "
            "without it."
        ),
    ),
    refuse(
        "limits-crossed",
        "{at} is {given}, which conflicts with the {high} {most}.",
        "Correct one of them.",
        "There is no value between the two limits. Cells are validated without them.",
    ),
    refuse(
        "pattern-too-slow",
        '{at} is "{value}", which may take forever on some texts.',
        "Write it without nested repetition, optional parts inside a repetition, "
        "look-around or back "
        "references.",
        (
            "A pattern must not block the validation of a package. The column was "
            "validated without it."
        ),
    ),
    refuse(
        "pattern-unreadable",
        '{at} is "{value}", which is not a valid regular expression: {why}.',
        "Correct the expression.",
        "Cells are validated without the pattern.",
    ),
    refuse(
        "key-field",
        '{at} refers to field "{value}", which does not exist in {of}.',
        "Correct the name, or add the field to the schema.",
        (
            "The fields of a primary key or foreign key must exist in the table, or "
            "in the table it refers to."
        ),
    ),
    refuse(
        "key-resource",
        '{at} refers to resource "{value}", which does not exist in the package.',
        "Correct the name, or add the resource.",
        (
            "A foreign key refers to a table of the same package. An empty text means "
            "the table itself."
        ),
    ),
    refuse(
        "key-length",
        "{at} has {given} fields, but its reference has {wanted}.",
        "List the same number of fields on both sides, in the same order.",
        (
            "The fields of a foreign key correspond one by one to the fields of its "
            "reference."
        ),
    ),
    refuse(
        "descriptor-refused",
        "Frictionless rejects {at} ({kind}): {says}",
        "Correct it as https://datapackage.org describes it.",
        (
            "Frictionless checks the descriptors of third-party packages. This is its "
            "message."
        ),
    ),
)
