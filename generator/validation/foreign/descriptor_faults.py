"""What is wrong with a descriptor that Frictionless refuses: everything at once, each
with its path in it.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from forms_spec.findings.catalogue import finding
from forms_spec.findings.suggestions import did_you_mean
from generator.heavy_libraries import frictionless
from generator.package.package_files import is_safe
from generator.tables import layout
from generator.validation.foreign.descriptor_nodes import NodeFault, node_faults
from generator.validation.report.report import Reported

_LONGEST = 60
_KINDS: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "text": (str, "a text"),
    "list": (list, "a list"),
    "object": (dict, "an object"),
    "object or path": ((dict, str), "an object, or the path of a file"),
    "path": ((str, list), "a path, or a list of paths"),
    "number": (int, "a whole number"),
    "truth": (bool, "true or false"),
    "name or names": ((str, list), "a name, or a list of names"),
}
_PACKAGE = {
    "name": "text", "title": "text", "description": "text", "homepage": "text", "profile": "text",
    "version": "text", "created": "text", "licenses": "list", "contributors": "list", "sources": "list",
    "keywords": "list",
}  # fmt: skip
_RESOURCE = {
    "name": "text", "title": "text", "description": "text", "profile": "text", "path": "path",
    "format": "text", "mediatype": "text", "encoding": "text", "hash": "text", "bytes": "number",
    "schema": "object or path", "dialect": "object or path", "licenses": "list", "sources": "list",
}  # fmt: skip
_DIALECT = {
    "header": "truth", "delimiter": "text", "lineTerminator": "text", "quoteChar": "text",
    "doubleQuote": "truth", "escapeChar": "text", "nullSequence": "text", "skipInitialSpace": "truth",
    "headerRows": "list", "commentRows": "list", "commentChar": "text", "caseSensitiveHeader": "truth",
}  # fmt: skip
_SCHEMA = {
    "primaryKey": "name or names",
    "foreignKeys": "list",
    "missingValues": "list",
}
_FIELD = {"name": "text", "type": "text", "constraints": "object"}
_LACKS = re.compile(r"'(\w+)' is a required property")
_OF_TYPE = re.compile(r"[\s\S]* is not of type (?P<types>'\w+'(?:, '\w+')*)")
_NO_NAME = re.compile(r"'[\s\S]*' does not match '[^']*'")
_QUOTED = re.compile(r"'(\w+)'")
_STEP = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")
_JSON_TYPES = {
    "string": "a text", "array": "a list", "object": "an object", "integer": "a whole number",
    "number": "a number", "boolean": "true or false",
}  # fmt: skip
LONGEST_WORDS = 200
_MARKS = ("delimiter", "quoteChar", "escapeChar")
IGNORED = ("unique", "minLength", "maxLength", "minimum", "maximum", "pattern", "enum")
"""Constraints over which Frictionless passes without a word where they stand beside the
type of a field.
"""
_CONSTRAINTS = {
    "enum": "list",
    "pattern": "text",
    "minLength": "number",
    "maxLength": "number",
}


class Fault(NamedTuple):
    """A finding, and the path in the descriptor of what it is about."""

    at: str
    reported: Reported


@dataclass(frozen=True, kw_only=True)
class Faults:
    """Goes through a descriptor; ``root`` is the folder that its paths are relative to."""

    descriptor: Mapping[str, Any]
    root: Path

    def found(self) -> Iterator[Reported]:
        """Everything that is wrong, each with its path: in our words, or else in
        Frictionless's.
        """
        own = list(self._own())
        places = [item.at for item in own]
        yield from (item.reported for item in own)

        for node_fault in node_faults(self.descriptor):
            if not any(
                _is_within(node_fault.at, place) or _is_within(place, node_fault.at)
                for place in places
            ):
                places.append(node_fault.at)
                yield self._in_other_words(node_fault)

    def _in_other_words(self, node_fault: NodeFault) -> Reported:
        if lacks := _LACKS.match(node_fault.says):
            return fault(
                "descriptor-lacks",
                node_fault.node or layout.DESCRIPTOR,
                node_fault.table,
                name=lacks[1],
            ).reported

        if kind := _OF_TYPE.fullmatch(node_fault.says):
            wanted = " or ".join(
                _JSON_TYPES.get(name, name) for name in _QUOTED.findall(kind["types"])
            )
            words = {
                "given": shown(_value(self.descriptor, node_fault.at)),
                "wanted": wanted,
            }

            return fault(
                "descriptor-type", node_fault.at, node_fault.table, **words
            ).reported

        if node_fault.at.endswith("name") and _NO_NAME.fullmatch(node_fault.says):
            name = str(_value(self.descriptor, node_fault.at))
            return fault(
                "descriptor-name", node_fault.at, node_fault.table, value=name
            ).reported

        words = {"kind": node_fault.kind, "says": node_fault.says[:LONGEST_WORDS]}

        return fault(
            "descriptor-refused",
            node_fault.at or layout.DESCRIPTOR,
            node_fault.table,
            **words,
        ).reported

    def _own(self) -> Iterator[Fault]:
        yield from self._kinds("", self.descriptor, _PACKAGE, None)
        yield from self._file("profile", self.descriptor.get("profile"), None)
        resources = self.descriptor["resources"]
        names = [
            resource.get("name") if isinstance(resource, dict) else None
            for resource in resources
        ]
        yield from self._twice("resources", names, None)
        for index, item in enumerate(resources):
            yield from self._resource(f"resources[{index}]", item)

    def ignored(self) -> Iterator[Reported]:
        """Constraints that stand where they are none, of descriptors that nobody
        refuses for it.
        """
        for place, resource in enumerate(self.descriptor["resources"]):
            schema = resource.get("schema") if isinstance(resource, dict) else None
            fields = schema.get("fields") if isinstance(schema, dict) else None
            for number, field in enumerate(fields if isinstance(fields, list) else []):
                for name in IGNORED if isinstance(field, dict) else ():
                    if name in field:
                        text = f"resources[{place}].schema.fields[{number}].{name}"
                        words = {"name": name, "given": shown(field[name])}
                        yield fault(
                            "constraint-ignored",
                            text,
                            _text(resource.get("name")),
                            **words,
                        ).reported

    def refused(self) -> frozenset[int]:
        """The resources that something is wrong with, by their places."""
        resources = self.descriptor["resources"]
        names = [
            _text(resource.get("name")) if isinstance(resource, dict) else None
            for resource in resources
        ]
        own = [(item.at, item.reported.table) for item in self._own()]
        own += [
            (node_fault.at, node_fault.table)
            for node_fault in node_faults(self.descriptor)
        ]
        broken = {table for _, table in own if table is not None}
        broken |= {name for name in names if name is not None and names.count(name) > 1}
        places = [index for index, _ in own if index]

        return frozenset(
            place
            for place, name in enumerate(names)
            if name is None
            or name in broken
            or any(_is_within(index, f"resources[{place}]") for index in places)
        )

    def of(self, table: str) -> list[Reported]:
        """What is wrong with one resource."""
        return [item for item in self.found() if item.table == table]

    def path_of(self, table: str) -> str:
        """The path of a resource in the descriptor."""
        value = enumerate(self.descriptor["resources"])
        places = [
            index
            for index, item in value
            if isinstance(item, dict) and item.get("name") == table
        ]

        return f"resources[{places[0]}]" if places else layout.DESCRIPTOR

    def marks(self, place: int) -> list[Reported]:
        """Marks between and around cells that are not one character: nobody can read
        the file.
        """
        item = self.descriptor["resources"][place]
        dialect = item.get("dialect") if isinstance(item, dict) else None
        if not isinstance(dialect, dict):
            return []
        table, index, csv = (
            item.get("name"),
            f"resources[{place}].dialect",
            dialect.get("csv"),
        )
        parts = [
            (index, dialect),
            *([(f"{index}.csv", csv)] if isinstance(csv, dict) else []),
        ]
        given = [
            (f"{where}.{name}", part.get(name))
            for where, part in parts
            for name in _MARKS
        ]
        wanted = "a text of one character"

        return [
            fault(
                "descriptor-type", path, table, given=shown(mark), wanted=wanted
            ).reported
            for path, mark in given
            if isinstance(mark, str) and len(mark) != 1
        ]

    def _resource(self, text: str, item: Any) -> Iterator[Fault]:
        if not isinstance(item, dict):
            yield fault(
                "descriptor-type", text, None, given=shown(item), wanted="an object"
            )
            return

        name = item.get("name")
        table = name if isinstance(name, str) else None
        yield from self._kinds(text, item, _RESOURCE, table)
        if name is None:
            yield fault("descriptor-lacks", text, None, name="name")
        if "path" not in item and "data" not in item:
            yield fault("descriptor-lacks", text, table, name="path")
        for key in ("schema", "dialect", "profile"):
            yield from self._file(f"{text}.{key}", item.get(key), table)
        encoding = item.get("encoding")
        if isinstance(encoding, str) and not _is_encoding(encoding):
            yield fault(
                "descriptor-encoding", f"{text}.encoding", table, value=encoding
            )

        if isinstance(item.get("dialect"), dict):
            yield from self._kinds(f"{text}.dialect", item["dialect"], _DIALECT, table)
        if isinstance(item.get("schema"), dict):
            yield from self._schema(f"{text}.schema", item["schema"], table)

    def _file(self, text: str, written: Any, table: str | None) -> Iterator[Fault]:
        """A file that is named, and is to be read with the descriptor."""
        known_profile = text.endswith("profile") and not str(written).endswith(".json")
        if isinstance(written, str) and not known_profile and not self._has(written):
            yield fault("descriptor-no-file", text, table, value=written)

    def _has(self, path: str) -> bool:
        try:
            return is_safe(path) and (self.root / path).is_file()
        except OSError:
            return False

    def _schema(
        self, text: str, schema: Mapping[str, Any], table: str | None
    ) -> Iterator[Fault]:
        yield from self._kinds(text, schema, _SCHEMA, table)
        if "fields" not in schema:
            yield fault("descriptor-lacks", text, table, name="fields")
            return

        fields = schema["fields"]
        if not isinstance(fields, list):
            yield fault(
                "descriptor-type",
                f"{text}.fields",
                table,
                given=shown(fields),
                wanted="a list",
            )
            return

        names = [
            field.get("name") if isinstance(field, dict) else None for field in fields
        ]
        yield from self._twice(f"{text}.fields", names, table)
        for place, item in enumerate(fields):
            yield from self._field(f"{text}.fields[{place}]", item, table)
        yield from self._key(
            f"{text}.primaryKey",
            schema.get("primaryKey", []),
            names,
            "the schema",
            table,
        )
        keys = schema.get("foreignKeys")

        for place, key in enumerate(keys if isinstance(keys, list) else []):
            yield from self._foreign_key(
                f"{text}.foreignKeys[{place}]", key, names, table
            )

    def _field(self, text: str, item: Any, table: str | None) -> Iterator[Fault]:
        if not isinstance(item, dict):
            yield fault(
                "descriptor-type", text, table, given=shown(item), wanted="an object"
            )
            return

        yield from self._kinds(text, item, _FIELD, table)
        if item.get("name") is None:
            yield fault("descriptor-lacks", text, table, name="name")
        if "required" in item:
            yield fault(
                "constraint-place",
                f"{text}.required",
                table,
                given=shown(item["required"]),
                of=text,
            )

        written, types = item.get("type", "any"), _types()
        constraints = item.get("constraints")
        if isinstance(written, str) and written not in types:
            near = did_you_mean(written, types)
            yield fault(
                "field-type", f"{text}.type", table,
                value=written, near=f"{near} " if near else "", types=", ".join(sorted(types)),
            )  # fmt: skip
        elif isinstance(written, str) and isinstance(constraints, dict):
            yield from self._constraints(
                f"{text}.constraints", constraints, written, table
            )

    def _constraints(
        self, text: str, constraints: Mapping[str, Any], kind: str, table: str | None
    ) -> Iterator[Fault]:
        yield from self._kinds(text, constraints, _CONSTRAINTS, table)
        allowed = _types()[kind]
        for name in constraints:
            if name not in allowed:
                near = did_you_mean(name, allowed)
                words = {
                    "type": kind,
                    "allowed": ", ".join(sorted(allowed)),
                    "near": f"{near} " if near else "",
                }
                written = fault("field-constraint", text, table, value=name, **words)
                yield Fault(f"{text}.{name}", written.reported)

    def _foreign_key(
        self, text: str, key: Any, names: Sequence[Any], table: str | None
    ) -> Iterator[Fault]:
        reference = key.get("reference") if isinstance(key, dict) else None
        if not isinstance(reference, dict):
            wanted = "an object with fields and a reference"
            yield fault("descriptor-type", text, table, given=shown(key), wanted=wanted)
            return

        if lacking := [(text, "fields") for _ in (1,) if "fields" not in key] + [
            (f"{text}.reference", name)
            for name in ("resource", "fields")
            if name not in reference
        ]:
            yield from (
                fault("descriptor-lacks", place, table, name=name)
                for place, name in lacking
            )
            return

        own, other = _listed(key["fields"]), _listed(reference["fields"])
        yield from self._key(f"{text}.fields", own, names, "the schema", table)
        if len(own) != len(other):
            yield fault("key-length", text, table, given=len(own), wanted=len(other))
        named = reference.get("resource") or ""
        value = [
            item.get("name")
            for item in self.descriptor["resources"]
            if isinstance(item, dict)
        ]
        if named and named not in value:
            yield fault(
                "key-resource", f"{text}.reference.resource", table, value=str(named)
            )

    def _key(
        self, text: str, written: Any, names: Sequence[Any], of: str, table: str | None
    ) -> Iterator[Fault]:
        for item in _listed(written):
            if item not in names:
                yield fault("key-field", text, table, value=str(item), of=of)

    def _twice(
        self, text: str, names: Sequence[Any], table: str | None
    ) -> Iterator[Fault]:
        for place, name in enumerate(names):
            if isinstance(name, str) and (first := names.index(name)) != place:
                words = {"value": name, "first": f"{text}[{first}].name"}
                yield fault("descriptor-twice", f"{text}[{place}].name", table, **words)

    def _kinds(
        self,
        text: str,
        value: Mapping[str, Any],
        kinds: Mapping[str, str],
        table: str | None,
    ) -> Iterator[Fault]:
        for name, kind in kinds.items():
            type_, wanted = _KINDS[kind]
            if name in value and not isinstance(value[name], type_):
                path = f"{text}.{name}" if text else name
                yield fault(
                    "descriptor-type",
                    path,
                    table,
                    given=shown(value[name]),
                    wanted=wanted,
                )


def fault(
    code: str, text: str, table: str | None, *, value: str | None = None, **words: Any
) -> Fault:
    result = finding(code, value=value, at=text, **words)
    place = f"{text}.{words['name']}" if code == "descriptor-lacks" else text
    return Fault(place, Reported(finding=result, file=layout.DESCRIPTOR, table=table))


def shown(value: Any) -> str:
    """A JSON value as the descriptor has it."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "nested too deep"

    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _is_within(path: str, other: str) -> bool:
    """True where a path is another one, or a part of what is there."""
    return path == other or path.startswith((f"{other}.", f"{other}[")) or not other


def _value(descriptor: Any, path: str) -> Any:
    """What the descriptor has at a path; None where that cannot be followed."""
    value = descriptor
    for name, place in _STEP.findall(path):
        try:
            value = value[int(place)] if place else value[name]
        except (KeyError, IndexError, TypeError):
            return None

    return value


def _listed(text: Any) -> list[Any]:
    return text if isinstance(text, list) else [text] if isinstance(text, str) else []


def _is_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
    except (LookupError, ValueError):
        return False

    return True


@cache
def _types() -> Mapping[str, frozenset[str]]:
    """The constraints of every field type that Frictionless knows."""
    kinds: list[Any] = [
        field_class
        for field_class in vars(frictionless.fields).values()
        if isinstance(field_class, type) and hasattr(field_class, "type")
    ]
    return {
        kind.type: frozenset({*kind.supported_constraints, "unique"}) for kind in kinds
    }
