"""Codes of the datapackage.json of packages of others."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import Entry
from forms_spec.findings.finding import Severity


def _entry(code: str, message: str, remedy: str, explanation: str) -> Entry:
    return Entry(code=code, severity=Severity.REFUSE, message=message, remedy=remedy, explanation=explanation)


ENTRIES: tuple[Entry, ...] = (
    _entry(
        "descriptor-type",
        "{at} is {given}, and has to be {wanted}.",
        "Write {wanted} there, or remove the property.",
        "A property of the descriptor is of another kind of JSON value than the Data Package standard says.",
    ),
    _entry(
        "descriptor-lacks",
        "{at} has no {name}.",
        "Add it.",
        "The Data Package standard does not let a descriptor do without this property.",
    ),
    _entry(
        "descriptor-name",
        '{at} is "{value}"; a name has small letters, digits, and . _ - / only.',
        "Choose another name.",
        "Names of packages and resources become parts of addresses.",
    ),
    _entry(
        "descriptor-twice",
        '{at} is "{value}", as {first} is already.',
        "Give one of them another name.",
        "Resources of a package, and fields of a table, are told apart by their names.",
    ),
    _entry(
        "descriptor-no-file",
        '{at} names the file "{value}", which is not in the package.',
        "Add the file, or correct its path; paths are relative to datapackage.json.",
        "A schema, a dialect or a profile may stand in a file of its own.",
    ),
    _entry(
        "descriptor-encoding",
        '{at} is "{value}", which is no encoding.',
        "Name the encoding in which the file is written, such as utf-8 or cp1252.",
        "Nobody can read the file's characters without its encoding.",
    ),
    _entry(
        "field-type",
        '{at} is "{value}", which is no type of a field.',
        "{near}Write one of {types}.",
        "Table Schema has a fixed list of field types.",
    ),
    _entry(
        "field-constraint",
        '{at}: a field of the type {type} has no constraint "{value}".',
        "{near}Remove the constraint, or correct the type. This type has {allowed}.",
        "Every type of Table Schema has constraints of its own.",
    ),
    _entry(
        "constraint-place",
        "{at} belongs in {of}.constraints.",
        'Write "constraints": {{"required": {given}}} in this field.',
        "A constraint beside the type of a field is none. Frictionless refuses the whole package for it.",
    ),
    Entry(
        code="constraint-ignored",
        severity=Severity.WARNING,
        message="{at} stands beside the type of the field, where nobody reads it.",
        remedy='Write "constraints": {{"{name}": {given}}} in this field. Cells were judged without it.',
        explanation="A limit, a pattern or a list of codes is a constraint. Frictionless passes over one "
        "that is written beside the type, so that every cell passes too.",
    ),
    _entry(
        "field-format",
        '{at} is "{value}", which is no format of a {type}.',
        "Write it with the signs of strptime, such as %d/%m/%Y or %Y-%m-%dT%H:%M, or remove it for ISO 8601.",
        "No text can be read in this format, so the column is judged without it.",
    ),
    _entry(
        "limit-unreadable",
        "{at} is {value}, which is no {kind}.",
        "Write it as the cells of the column are written.",
        "A limit or a code that the field itself cannot read tells nothing. Cells are judged without it.",
    ),
    _entry(
        "limits-crossed",
        "{at} is {given}, and leaves nothing below the {high} {most}.",
        "Correct one of the two.",
        "No value lies between the two limits. Cells are judged without them.",
    ),
    _entry(
        "pattern-too-slow",
        '{at} is "{value}", which may take for ever on some texts.',
        "Write it without counts inside counts, optional parts under a count, look-around or "
        "back references.",
        "A pattern may not hold up the judging of a package. The column was judged without it.",
    ),
    _entry(
        "pattern-unreadable",
        '{at} is "{value}", which is no regular expression: {why}.',
        "Correct the expression.",
        "A pattern that cannot be read tells nothing. Cells are judged without it.",
    ),
    _entry(
        "key-field",
        '{at} names the field "{value}", which {of} has not.',
        "Correct the name, or add the field to the schema.",
        "The fields of a primary key or a foreign key are fields of the table, or of the one it refers to.",
    ),
    _entry(
        "key-resource",
        '{at} names the resource "{value}", which the package has not.',
        "Correct the name, or add the resource.",
        "A foreign key names a table of the same package; an empty text is the table itself.",
    ),
    _entry(
        "key-length",
        "{at} has {given} fields, and its reference has {wanted}.",
        "Name as many fields on both sides, in the same order.",
        "The fields of a foreign key stand for the fields of its reference one by one.",
    ),
    _entry(
        "descriptor-refused",
        "{at} is refused by Frictionless ({kind}): {says}",
        "Correct it as https://datapackage.org describes it.",
        "Frictionless judges descriptors of packages of others. These are its words.",
    ),
)
