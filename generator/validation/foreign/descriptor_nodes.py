"""What Frictionless says of each part of a descriptor by itself, so that its words have a place."""

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
    """``at`` is the path of the property, ``node`` of the part that has it; ``kind`` is Frictionless's."""

    at: str
    node: str
    table: str | None
    kind: str
    says: str


def node_faults(descriptor: Mapping[str, Any]) -> Iterator[NodeFault]:
    """Frictionless's words on the package, its resources, their dialects and schemas, and their fields."""
    version = frictionless.Package.effective_datapackage_version(dict(descriptor), None)
    bare = {"name": "x", "path": "x.csv"}
    yield from _faults("", None, frictionless.Package, {**descriptor, "resources": [bare]}, version)
    for at, one in enumerate(descriptor["resources"]):
        if isinstance(one, dict):
            yield from _resource(f"resources[{at}]", one, version)


def _resource(at: str, one: dict[str, Any], version: Any) -> Iterator[NodeFault]:
    name = one.get("name")
    table = name if isinstance(name, str) else None
    schema, dialect = one.get("schema"), one.get("dialect")
    alone = {key: value for key, value in one.items() if key not in ("schema", "dialect")}
    yield from _faults(at, table, frictionless.Resource, alone, version)
    if isinstance(dialect, dict):
        yield from _faults(f"{at}.dialect", table, frictionless.Dialect, dialect, version)
        yield from _controls(f"{at}.dialect", table, dialect, version)
    if not isinstance(schema, dict):
        return
    fields = schema.get("fields")
    named = fields if isinstance(fields, list) else []
    bare = [{"name": str(field.get("name"))} for field in named if isinstance(field, dict)]
    if isinstance(fields, list):
        yield from _faults(f"{at}.schema", table, frictionless.Schema, {**schema, "fields": bare}, version)
    for place, field in enumerate(named):
        if isinstance(field, dict):
            yield from _faults(f"{at}.schema.fields[{place}]", table, frictionless.Field, field, version)


def _controls(at: str, table: str | None, dialect: dict[str, Any], version: Any) -> Iterator[NodeFault]:
    for name, said in dialect.items():
        if isinstance(said, dict):
            yield from _faults(f"{at}.{name}", table, frictionless.Control, {**said, "type": name}, version)


def _faults(
    at: str, table: str | None, base: Any, part: Mapping[str, Any], version: Any
) -> Iterator[NodeFault]:
    held = deepcopy(dict(part))
    try:
        base.metadata_transform(held)
        said = held.get("type")
        kind = base.metadata_select_class(said if isinstance(said, str) else None)
        kind.metadata_transform(held)
        context = frictionless.metadata.context.ValidationContext(datapackage_version=version)
        errors = list(kind.metadata_validate(held, context=context))
    except Exception as error:
        own = getattr(error, "error", None)
        errors = [own] if own is not None and at else []
    for one in errors:
        path, says = _placed(str(one.note or one.message))
        yield NodeFault(at=_joined(at, path), node=at, table=table, kind=str(one.type), says=says)


def _placed(says: str) -> tuple[str, str]:
    """The path below the part that the words are about, and the words without it."""
    if given := _AT_PROPERTY.fullmatch(says):
        steps = given["path"].split("/")
        return "".join(f"[{step}]" if step.isdecimal() else f".{step}" for step in steps)[1:], given["says"]
    for words, path in _PROPERTIES:
        if match := words.match(says):
            return match.expand(path), says
    return "", says


def _joined(at: str, path: str) -> str:
    return f"{at}.{path}" if at and path else at or path
