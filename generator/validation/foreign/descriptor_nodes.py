"""What Frictionless says of each part of a descriptor by itself, so that its words have
a place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from generator.heavy_libraries import frictionless

_AT_PROPERTY = re.compile(r"(?P<says>.*) at property '(?P<path>[^']*)'", re.DOTALL)
_PROPERTIES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(words), path)
    for words, path in (
        (r'constraint "(\w+)"', r"constraints.\1"),
        (r'"(\w+)" should be set as "constraints\.', r"\1"),
        (r"missing value", "missingValues"),
        (r"example value", "example"),
        (r"names of the (\w+) are not unique", r"\1"),
        (r"primary key", "primaryKey"),
        (r"foreign key", "foreignKeys"),
        (r"license requires", "licenses"),
        (r'property "(\w+)(?:\[\])?', r"\1"),
        (r'properties "path" and "data"', "data"),
        (r'one of the properties "(path)"', r"\1"),
        (r'(?:resource|field|control) type "', "type"),
        (r"'(\w+)' is a required property", r"\1"),
    )
)
"""What Frictionless's words are about, where it gives no path."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeFault:
    """``at`` is the path of the property, ``node`` of the part that has it; ``kind`` is
    Frictionless's.
    """

    at: str
    node: str
    table: str | None
    kind: str
    says: str


def node_faults(descriptor: Mapping[str, Any]) -> Iterator[NodeFault]:
    """Frictionless's words on the package, its resources, their dialects and schemas,
    and their fields.
    """
    version = frictionless.Package.effective_datapackage_version(dict(descriptor), None)
    bare = {"name": "x", "path": "x.csv"}
    yield from _faults(
        "", None, frictionless.Package, {**descriptor, "resources": [bare]}, version
    )

    for index, item in enumerate(descriptor["resources"]):
        if isinstance(item, dict):
            yield from _resource(f"resources[{index}]", item, version)


def _resource(text: str, item: dict[str, Any], version: Any) -> Iterator[NodeFault]:
    name = item.get("name")
    table = name if isinstance(name, str) else None
    schema, dialect = item.get("schema"), item.get("dialect")
    alone = {
        key: value for key, value in item.items() if key not in ("schema", "dialect")
    }
    yield from _faults(text, table, frictionless.Resource, alone, version)
    if isinstance(dialect, dict):
        yield from _faults(
            f"{text}.dialect", table, frictionless.Dialect, dialect, version
        )
        yield from _controls(f"{text}.dialect", table, dialect, version)

    if not isinstance(schema, dict):
        return
    fields = schema.get("fields")
    named = fields if isinstance(fields, list) else []
    bare = [
        {"name": str(field.get("name"))} for field in named if isinstance(field, dict)
    ]
    if isinstance(fields, list):
        yield from _faults(
            f"{text}.schema",
            table,
            frictionless.Schema,
            {**schema, "fields": bare},
            version,
        )

    for place, field in enumerate(named):
        if isinstance(field, dict):
            yield from _faults(
                f"{text}.schema.fields[{place}]",
                table,
                frictionless.Field,
                field,
                version,
            )


def _controls(
    text: str, table: str | None, dialect: dict[str, Any], version: Any
) -> Iterator[NodeFault]:
    for name, written in dialect.items():
        if isinstance(written, dict):
            yield from _faults(
                f"{text}.{name}",
                table,
                frictionless.Control,
                {**written, "type": name},
                version,
            )


def _faults(
    text: str, table: str | None, base: Any, part: Mapping[str, Any], version: Any
) -> Iterator[NodeFault]:
    value = deepcopy(dict(part))
    try:
        base.metadata_transform(value)
        written = value.get("type")
        kind = base.metadata_select_class(written if isinstance(written, str) else None)
        kind.metadata_transform(value)
        context = frictionless.metadata.context.ValidationContext(
            datapackage_version=version
        )
        errors = list(kind.metadata_validate(value, context=context))
    except Exception as error:
        own = getattr(error, "error", None)
        errors = [own] if own is not None and text else []

    for item in errors:
        path, says = _placed(str(item.note or item.message))
        yield NodeFault(
            at=_joined(text, path),
            node=text,
            table=table,
            kind=str(item.type),
            says=says,
        )


def _placed(says: str) -> tuple[str, str]:
    """The path below the part that the words are about, and the words without it."""
    if given := _AT_PROPERTY.fullmatch(says):
        steps = given["path"].split("/")
        return "".join(
            f"[{step}]" if step.isdecimal() else f".{step}" for step in steps
        )[1:], given["says"]

    for words, path in _PROPERTIES:
        if match := words.match(says):
            return match.expand(path), says

    return "", says


def _joined(text: str, path: str) -> str:
    return f"{text}.{path}" if text and path else text or path
