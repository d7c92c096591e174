"""The JSON types that the Data Package standard gives to properties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.validation.foreign.descriptor_path import (
    DescriptorPath,
    Fault,
    fault,
    shown,
)
from generator.validation.json_parts import object_of

JsonType = str
"""A key of the table of JSON types."""
_JSON_TYPES: Mapping[JsonType, tuple[type | tuple[type, ...], str]] = {
    "text": (str, "a text"),
    "list": (list, "a list"),
    "object": (dict, "an object"),
    "object or path": ((dict, str), "an object, or the path of a file"),
    "path": ((str, list), "a path, or a list of paths"),
    "number": (int, "a whole number"),
    "truth": (bool, "true or false"),
    "name or names": ((str, list), "a name, or a list of names"),
}
PACKAGE_TYPES: Mapping[str, JsonType] = {
    "name": "text", "title": "text", "description": "text", "homepage": "text", "profile": "text",
    "version": "text", "created": "text", "licenses": "list", "contributors": "list", "sources": "list",
    "keywords": "list",
}  # fmt: skip
RESOURCE_TYPES: Mapping[str, JsonType] = {
    "name": "text", "title": "text", "description": "text", "profile": "text", "path": "path",
    "format": "text", "mediatype": "text", "encoding": "text", "hash": "text", "bytes": "number",
    "schema": "object or path", "dialect": "object or path", "licenses": "list", "sources": "list",
}  # fmt: skip
DIALECT_TYPES: Mapping[str, JsonType] = {
    "header": "truth", "delimiter": "text", "lineTerminator": "text", "quoteChar": "text",
    "doubleQuote": "truth", "escapeChar": "text", "nullSequence": "text", "skipInitialSpace": "truth",
    "headerRows": "list", "commentRows": "list", "commentChar": "text", "caseSensitiveHeader": "truth",
}  # fmt: skip
SCHEMA_TYPES: Mapping[str, JsonType] = {
    "primaryKey": "name or names",
    "foreignKeys": "list",
    "missingValues": "list",
}
FIELD_TYPES: Mapping[str, JsonType] = {
    "name": "text",
    "type": "text",
    "constraints": "object",
}
CONSTRAINT_TYPES: Mapping[str, JsonType] = {
    "enum": "list",
    "pattern": "text",
    "minLength": "number",
    "maxLength": "number",
}


def property_faults(
    path: DescriptorPath, part: Mapping[str, Any], types: Mapping[str, JsonType]
) -> Iterator[Fault]:
    """The properties of a part that have another JSON type than the standard's."""
    for name, type_name in types.items():
        if name not in part:
            continue

        json_type, wanted = _JSON_TYPES[type_name]
        if not isinstance(part[name], json_type):
            yield type_fault(path.child(name), part[name], wanted)


def type_fault(path: DescriptorPath, given: Any, wanted: str) -> Fault:
    """The finding on a value that has another type than the one that is wanted."""
    return fault("descriptor-type", path, given=shown(given), wanted=wanted)


def repeated_names(path: DescriptorPath, names: Sequence[Any]) -> Iterator[Fault]:
    """The names of a list of resources or fields that were used before in the list."""
    for index, name in enumerate(names):
        if not isinstance(name, str):
            continue

        first = names.index(name)
        if first != index:
            earlier = path.element(first).child("name").steps
            later = path.element(index).child("name")
            yield fault("descriptor-twice", later, value=name, first=earlier)


def names_of(parts: Sequence[Any]) -> list[Any]:
    """The names of resources or fields; None for a part that is no object."""
    return [object_of(part).get("name") for part in parts]
