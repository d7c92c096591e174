"""What is wrong with a descriptor that Frictionless refuses: everything at once, each with its path in it."""

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
_SCHEMA = {"primaryKey": "name or names", "foreignKeys": "list", "missingValues": "list"}
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
"""Constraints over which Frictionless passes without a word where they stand beside the type of a field."""
_CONSTRAINTS = {"enum": "list", "pattern": "text", "minLength": "number", "maxLength": "number"}


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
        """Everything that is wrong, each with its path: in our words, or else in Frictionless's."""
        own = list(self._own())
        places = [one.at for one in own]
        yield from (one.reported for one in own)
        for one in node_faults(self.descriptor):
            if not any(_is_within(one.at, place) or _is_within(place, one.at) for place in places):
                places.append(one.at)
                yield self._in_other_words(one)

    def _in_other_words(self, one: NodeFault) -> Reported:
        if lacks := _LACKS.match(one.says):
            return fault("descriptor-lacks", one.node or layout.DESCRIPTOR, one.table, name=lacks[1]).reported
        if kind := _OF_TYPE.fullmatch(one.says):
            wanted = " or ".join(_JSON_TYPES.get(name, name) for name in _QUOTED.findall(kind["types"]))
            words = {"given": shown(_value(self.descriptor, one.at)), "wanted": wanted}
            return fault("descriptor-type", one.at, one.table, **words).reported
        if one.at.endswith("name") and _NO_NAME.fullmatch(one.says):
            name = str(_value(self.descriptor, one.at))
            return fault("descriptor-name", one.at, one.table, value=name).reported
        words = {"kind": one.kind, "says": one.says[:LONGEST_WORDS]}
        return fault("descriptor-refused", one.at or layout.DESCRIPTOR, one.table, **words).reported

    def _own(self) -> Iterator[Fault]:
        yield from self._kinds("", self.descriptor, _PACKAGE, None)
        yield from self._file("profile", self.descriptor.get("profile"), None)
        resources = self.descriptor["resources"]
        names = [one.get("name") if isinstance(one, dict) else None for one in resources]
        yield from self._twice("resources", names, None)
        for at, one in enumerate(resources):
            yield from self._resource(f"resources[{at}]", one)

    def ignored(self) -> Iterator[Reported]:
        """Constraints that stand where they are none, of descriptors that nobody refuses for it."""
        for place, resource in enumerate(self.descriptor["resources"]):
            schema = resource.get("schema") if isinstance(resource, dict) else None
            fields = schema.get("fields") if isinstance(schema, dict) else None
            for number, field in enumerate(fields if isinstance(fields, list) else []):
                for name in IGNORED if isinstance(field, dict) else ():
                    if name in field:
                        at = f"resources[{place}].schema.fields[{number}].{name}"
                        words = {"name": name, "given": shown(field[name])}
                        yield fault("constraint-ignored", at, _text(resource.get("name")), **words).reported

    def refused(self) -> frozenset[int]:
        """The resources that something is wrong with, by their places."""
        resources = self.descriptor["resources"]
        names = [_text(one.get("name")) if isinstance(one, dict) else None for one in resources]
        own = [(one.at, one.reported.table) for one in self._own()]
        own += [(one.at, one.table) for one in node_faults(self.descriptor)]
        broken = {table for _, table in own if table is not None}
        broken |= {name for name in names if name is not None and names.count(name) > 1}
        places = [at for at, _ in own if at]
        return frozenset(
            place
            for place, name in enumerate(names)
            if name is None or name in broken or any(_is_within(at, f"resources[{place}]") for at in places)
        )

    def of(self, table: str) -> list[Reported]:
        """What is wrong with one resource."""
        return [one for one in self.found() if one.table == table]

    def path_of(self, table: str) -> str:
        """The path of a resource in the descriptor."""
        held = enumerate(self.descriptor["resources"])
        places = [at for at, one in held if isinstance(one, dict) and one.get("name") == table]
        return f"resources[{places[0]}]" if places else layout.DESCRIPTOR

    def marks(self, place: int) -> list[Reported]:
        """Marks between and around cells that are not one character: nobody can read the file."""
        one = self.descriptor["resources"][place]
        dialect = one.get("dialect") if isinstance(one, dict) else None
        if not isinstance(dialect, dict):
            return []
        table, at, csv = one.get("name"), f"resources[{place}].dialect", dialect.get("csv")
        parts = [(at, dialect), *([(f"{at}.csv", csv)] if isinstance(csv, dict) else [])]
        given = [(f"{where}.{name}", part.get(name)) for where, part in parts for name in _MARKS]
        wanted = "a text of one character"
        return [
            fault("descriptor-type", path, table, given=shown(mark), wanted=wanted).reported
            for path, mark in given
            if isinstance(mark, str) and len(mark) != 1
        ]

    def _resource(self, at: str, one: Any) -> Iterator[Fault]:
        if not isinstance(one, dict):
            yield fault("descriptor-type", at, None, given=shown(one), wanted="an object")
            return
        name = one.get("name")
        table = name if isinstance(name, str) else None
        yield from self._kinds(at, one, _RESOURCE, table)
        if name is None:
            yield fault("descriptor-lacks", at, None, name="name")
        if "path" not in one and "data" not in one:
            yield fault("descriptor-lacks", at, table, name="path")
        for key in ("schema", "dialect", "profile"):
            yield from self._file(f"{at}.{key}", one.get(key), table)
        encoding = one.get("encoding")
        if isinstance(encoding, str) and not _is_encoding(encoding):
            yield fault("descriptor-encoding", f"{at}.encoding", table, value=encoding)
        if isinstance(one.get("dialect"), dict):
            yield from self._kinds(f"{at}.dialect", one["dialect"], _DIALECT, table)
        if isinstance(one.get("schema"), dict):
            yield from self._schema(f"{at}.schema", one["schema"], table)

    def _file(self, at: str, said: Any, table: str | None) -> Iterator[Fault]:
        """A file that is named, and is to be read with the descriptor."""
        known_profile = at.endswith("profile") and not str(said).endswith(".json")
        if isinstance(said, str) and not known_profile and not self._has(said):
            yield fault("descriptor-no-file", at, table, value=said)

    def _has(self, path: str) -> bool:
        try:
            return is_safe(path) and (self.root / path).is_file()
        except OSError:
            return False

    def _schema(self, at: str, schema: Mapping[str, Any], table: str | None) -> Iterator[Fault]:
        yield from self._kinds(at, schema, _SCHEMA, table)
        if "fields" not in schema:
            yield fault("descriptor-lacks", at, table, name="fields")
            return
        fields = schema["fields"]
        if not isinstance(fields, list):
            yield fault("descriptor-type", f"{at}.fields", table, given=shown(fields), wanted="a list")
            return
        names = [one.get("name") if isinstance(one, dict) else None for one in fields]
        yield from self._twice(f"{at}.fields", names, table)
        for place, one in enumerate(fields):
            yield from self._field(f"{at}.fields[{place}]", one, table)
        yield from self._key(f"{at}.primaryKey", schema.get("primaryKey", []), names, "the schema", table)
        keys = schema.get("foreignKeys")
        for place, key in enumerate(keys if isinstance(keys, list) else []):
            yield from self._foreign_key(f"{at}.foreignKeys[{place}]", key, names, table)

    def _field(self, at: str, one: Any, table: str | None) -> Iterator[Fault]:
        if not isinstance(one, dict):
            yield fault("descriptor-type", at, table, given=shown(one), wanted="an object")
            return
        yield from self._kinds(at, one, _FIELD, table)
        if one.get("name") is None:
            yield fault("descriptor-lacks", at, table, name="name")
        if "required" in one:
            yield fault("constraint-place", f"{at}.required", table, given=shown(one["required"]), of=at)
        said, types = one.get("type", "any"), _types()
        constraints = one.get("constraints")
        if isinstance(said, str) and said not in types:
            near = did_you_mean(said, types)
            yield fault(
                "field-type", f"{at}.type", table,
                value=said, near=f"{near} " if near else "", types=", ".join(sorted(types)),
            )  # fmt: skip
        elif isinstance(said, str) and isinstance(constraints, dict):
            yield from self._constraints(f"{at}.constraints", constraints, said, table)

    def _constraints(
        self, at: str, constraints: Mapping[str, Any], kind: str, table: str | None
    ) -> Iterator[Fault]:
        yield from self._kinds(at, constraints, _CONSTRAINTS, table)
        allowed = _types()[kind]
        for name in constraints:
            if name not in allowed:
                near = did_you_mean(name, allowed)
                words = {
                    "type": kind,
                    "allowed": ", ".join(sorted(allowed)),
                    "near": f"{near} " if near else "",
                }
                said = fault("field-constraint", at, table, value=name, **words)
                yield Fault(f"{at}.{name}", said.reported)

    def _foreign_key(self, at: str, key: Any, names: Sequence[Any], table: str | None) -> Iterator[Fault]:
        reference = key.get("reference") if isinstance(key, dict) else None
        if not isinstance(reference, dict):
            wanted = "an object with fields and a reference"
            yield fault("descriptor-type", at, table, given=shown(key), wanted=wanted)
            return
        if lacking := [(at, "fields") for _ in (1,) if "fields" not in key] + [
            (f"{at}.reference", name) for name in ("resource", "fields") if name not in reference
        ]:
            yield from (fault("descriptor-lacks", place, table, name=name) for place, name in lacking)
            return
        own, other = _listed(key["fields"]), _listed(reference["fields"])
        yield from self._key(f"{at}.fields", own, names, "the schema", table)
        if len(own) != len(other):
            yield fault("key-length", at, table, given=len(own), wanted=len(other))
        named = reference.get("resource") or ""
        held = [one.get("name") for one in self.descriptor["resources"] if isinstance(one, dict)]
        if named and named not in held:
            yield fault("key-resource", f"{at}.reference.resource", table, value=str(named))

    def _key(self, at: str, said: Any, names: Sequence[Any], of: str, table: str | None) -> Iterator[Fault]:
        for one in _listed(said):
            if one not in names:
                yield fault("key-field", at, table, value=str(one), of=of)

    def _twice(self, at: str, names: Sequence[Any], table: str | None) -> Iterator[Fault]:
        for place, name in enumerate(names):
            if isinstance(name, str) and (first := names.index(name)) != place:
                words = {"value": name, "first": f"{at}[{first}].name"}
                yield fault("descriptor-twice", f"{at}[{place}].name", table, **words)

    def _kinds(
        self, at: str, held: Mapping[str, Any], kinds: Mapping[str, str], table: str | None
    ) -> Iterator[Fault]:
        for name, kind in kinds.items():
            type_, wanted = _KINDS[kind]
            if name in held and not isinstance(held[name], type_):
                path = f"{at}.{name}" if at else name
                yield fault("descriptor-type", path, table, given=shown(held[name]), wanted=wanted)


def fault(code: str, at: str, table: str | None, *, value: str | None = None, **words: Any) -> Fault:
    found = finding(code, value=value, at=at, **words)
    place = f"{at}.{words['name']}" if code == "descriptor-lacks" else at
    return Fault(place, Reported(finding=found, file=layout.DESCRIPTOR, table=table))


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
    held = descriptor
    for name, place in _STEP.findall(path):
        try:
            held = held[int(place)] if place else held[name]
        except (KeyError, IndexError, TypeError):
            return None
    return held


def _listed(said: Any) -> list[Any]:
    return said if isinstance(said, list) else [said] if isinstance(said, str) else []


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
        one for one in vars(frictionless.fields).values() if isinstance(one, type) and hasattr(one, "type")
    ]
    return {one.type: frozenset({*one.supported_constraints, "unique"}) for one in kinds}
