"""What is wrong with a Table Schema that Frictionless refuses."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from forms_spec.findings.suggestions import did_you_mean
from generator.heavy_libraries import frictionless
from generator.validation.foreign.descriptor_path import (
    DescriptorPath,
    Fault,
    fault,
    shown,
)
from generator.validation.foreign.property_types import (
    CONSTRAINT_TYPES,
    FIELD_TYPES,
    SCHEMA_TYPES,
    names_of,
    property_faults,
    repeated_names,
    type_fault,
)
from generator.validation.foreign.written_schema import WrittenSchema
from generator.validation.json_parts import object_of
from generator.validation.report.report import Reported

IGNORED = ("unique", "minLength", "maxLength", "minimum", "maximum", "pattern", "enum")
"""Constraints over which Frictionless passes without a word where they stand beside the
type of a field.
"""


def schema_faults(
    schema: WrittenSchema, resource_names: Collection[Any]
) -> Iterator[Fault]:
    """Every fault; ``resource_names`` are the tables that foreign keys may refer to."""
    path, content = schema.path, schema.content
    yield from property_faults(path, content, SCHEMA_TYPES)
    if "fields" not in content:
        yield fault("descriptor-lacks", path, name="fields")
        return

    fields, fields_path = content["fields"], path.child("fields")
    if not isinstance(fields, list):
        yield type_fault(fields_path, fields, "a list")
        return

    names = names_of(fields)
    yield from repeated_names(fields_path, names)
    for index, field in enumerate(fields):
        yield from _field_faults(fields_path.element(index), field)

    primary_key = content.get("primaryKey", [])
    yield from _unknown_fields(path.child("primaryKey"), primary_key, names)

    foreign_keys = content.get("foreignKeys")
    if isinstance(foreign_keys, list):
        for index, key in enumerate(foreign_keys):
            key_path = path.child("foreignKeys").element(index)
            yield from _foreign_key_faults(key_path, key, names, resource_names)


def ignored_constraints(schema: WrittenSchema) -> Iterator[Reported]:
    """Constraints beside the type of a field, in a schema that nobody refuses for it."""
    for path, field in schema.fields():
        for name in IGNORED:
            if name not in field:
                continue

            given = shown(field[name])
            ignored = fault(
                "constraint-ignored", path.child(name), name=name, given=given
            )
            yield ignored.reported


def _field_faults(path: DescriptorPath, field: Any) -> Iterator[Fault]:
    if not isinstance(field, dict):
        yield type_fault(path, field, "an object")
        return

    yield from property_faults(path, field, FIELD_TYPES)
    if field.get("name") is None:
        yield fault("descriptor-lacks", path, name="name")

    # People write it beside the constraints, where nobody looks for it.
    if "required" in field:
        given = shown(field["required"])
        yield fault(
            "constraint-place", path.child("required"), given=given, of=path.steps
        )

    type_name = field.get("type", "any")
    if not isinstance(type_name, str):
        return

    if type_name not in _constraints_by_type():
        yield _unknown_type(path.child("type"), type_name)
        return

    constraints = object_of(field.get("constraints"))
    yield from _constraint_faults(path.child("constraints"), constraints, type_name)


def _unknown_type(path: DescriptorPath, type_name: str) -> Fault:
    types = _constraints_by_type()

    return fault(
        "field-type",
        path,
        value=type_name,
        near=_suggestion(type_name, types),
        types=", ".join(sorted(types)),
    )


def _constraint_faults(
    path: DescriptorPath, constraints: Mapping[str, Any], type_name: str
) -> Iterator[Fault]:
    yield from property_faults(path, constraints, CONSTRAINT_TYPES)
    allowed = _constraints_by_type()[type_name]
    for name in constraints:
        if name not in allowed:
            unknown = fault(
                "field-constraint",
                path,
                value=name,
                type=type_name,
                allowed=", ".join(sorted(allowed)),
                near=_suggestion(name, allowed),
            )
            yield Fault(path.child(name), unknown.reported)


def _suggestion(name: str, known: Collection[str]) -> str:
    """The start of a remedy; empty where no known name is near."""
    suggestion = did_you_mean(name, known)
    if not suggestion:
        return ""

    return f"{suggestion} "


def _foreign_key_faults(
    path: DescriptorPath,
    key: Any,
    names: Sequence[Any],
    resource_names: Collection[Any],
) -> Iterator[Fault]:
    reference = object_of(key).get("reference")
    if not isinstance(reference, dict):
        yield type_fault(path, key, "an object with fields and a reference")
        return

    reference_path = path.child("reference")
    lacking = [
        *_lacking(path, key, ("fields",)),
        *_lacking(reference_path, reference, ("resource", "fields")),
    ]
    if lacking:
        yield from lacking
        return

    own_fields = _listed(key["fields"])
    other_fields = _listed(reference["fields"])
    yield from _unknown_fields(path.child("fields"), own_fields, names)

    own, other = len(own_fields), len(other_fields)
    if own != other:
        yield fault("key-length", path, given=own, wanted=other)

    # An empty name is the table itself.
    target = reference.get("resource") or ""
    if target and target not in resource_names:
        yield fault("key-resource", reference_path.child("resource"), value=str(target))


def _lacking(
    path: DescriptorPath, part: Mapping[str, Any], names: Sequence[str]
) -> Iterator[Fault]:
    for name in names:
        if name not in part:
            yield fault("descriptor-lacks", path, name=name)


def _unknown_fields(
    path: DescriptorPath, key: Any, names: Sequence[Any]
) -> Iterator[Fault]:
    for name in _listed(key):
        if name in names:
            continue

        yield fault("key-field", path, value=str(name), of="the schema")


def _listed(key: Any) -> list[Any]:
    """The fields of a key, which may be one name."""
    if isinstance(key, list):
        return key
    if isinstance(key, str):
        return [key]

    return []


@cache
def _constraints_by_type() -> Mapping[str, frozenset[str]]:
    """The constraints of every field type that Frictionless knows."""
    constraints: dict[str, frozenset[str]] = {}
    for field_class in vars(frictionless.fields).values():
        if not isinstance(field_class, type) or not hasattr(field_class, "type"):
            continue

        known: Any = field_class
        constraints[known.type] = frozenset({*known.supported_constraints, "unique"})

    return constraints
