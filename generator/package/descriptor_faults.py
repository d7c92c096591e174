"""What is wrong with a descriptor that Frictionless refuses: everything at once, each with its path in it."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from forms_spec.catalogue import finding
from forms_spec.nearness import did_you_mean
from generator.package.package_files import is_safe
from generator.package.report import Reported
from generator.tables import layout

_NAME = re.compile(r"[-a-z0-9._/]+")
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
_CONSTRAINTS = {"enum": "list", "pattern": "text", "minLength": "number", "maxLength": "number"}


@dataclass(frozen=True, kw_only=True)
class Faults:
    """Goes through a descriptor; ``root`` is the folder that its paths are relative to."""

    descriptor: Mapping[str, Any]
    root: Path

    def found(self) -> Iterator[Reported]:
        """Everything that is known to be wrong."""
        yield from self._kinds("", self.descriptor, _PACKAGE, None)
        yield from self._file("profile", self.descriptor.get("profile"), None)
        resources = self.descriptor["resources"]
        names = [one.get("name") if isinstance(one, dict) else None for one in resources]
        yield from self._twice("resources", names, None)
        for at, one in enumerate(resources):
            yield from self._resource(f"resources[{at}]", one)

    def of(self, table: str) -> list[Reported]:
        """What is wrong with one resource."""
        return [one for one in self.found() if one.table == table]

    def _resource(self, at: str, one: Any) -> Iterator[Reported]:
        if not isinstance(one, dict):
            yield _said("descriptor-type", at, None, given=_shown(one), wanted="an object")
            return
        name = one.get("name")
        table = name if isinstance(name, str) else None
        yield from self._kinds(at, one, _RESOURCE, table)
        if name is None:
            yield _said("descriptor-lacks", at, None, name="name")
        elif table is not None and not _NAME.fullmatch(table):
            yield _said("descriptor-name", f"{at}.name", table, value=table)
        if "path" not in one and "data" not in one:
            yield _said("descriptor-lacks", at, table, name="path")
        for key in ("schema", "dialect", "profile"):
            yield from self._file(f"{at}.{key}", one.get(key), table)
        encoding = one.get("encoding")
        if isinstance(encoding, str) and not _is_encoding(encoding):
            yield _said("descriptor-encoding", f"{at}.encoding", table, value=encoding)
        if isinstance(one.get("dialect"), dict):
            yield from self._kinds(f"{at}.dialect", one["dialect"], _DIALECT, table)
        if isinstance(one.get("schema"), dict):
            yield from self._schema(f"{at}.schema", one["schema"], table)

    def _file(self, at: str, said: Any, table: str | None) -> Iterator[Reported]:
        """A file that is named, and is to be read with the descriptor."""
        known_profile = at.endswith("profile") and not str(said).endswith(".json")
        if isinstance(said, str) and not known_profile and not self._has(said):
            yield _said("descriptor-no-file", at, table, value=said)

    def _has(self, path: str) -> bool:
        try:
            return is_safe(path) and (self.root / path).is_file()
        except OSError:
            return False

    def _schema(self, at: str, schema: Mapping[str, Any], table: str | None) -> Iterator[Reported]:
        yield from self._kinds(at, schema, _SCHEMA, table)
        fields = schema.get("fields", [])
        if not isinstance(fields, list):
            yield _said("descriptor-type", f"{at}.fields", table, given=_shown(fields), wanted="a list")
            return
        names = [one.get("name") if isinstance(one, dict) else None for one in fields]
        yield from self._twice(f"{at}.fields", names, table)
        for place, one in enumerate(fields):
            yield from self._field(f"{at}.fields[{place}]", one, table)
        yield from self._key(f"{at}.primaryKey", schema.get("primaryKey", []), names, "the schema", table)
        keys = schema.get("foreignKeys")
        for place, key in enumerate(keys if isinstance(keys, list) else []):
            yield from self._foreign_key(f"{at}.foreignKeys[{place}]", key, names, table)

    def _field(self, at: str, one: Any, table: str | None) -> Iterator[Reported]:
        if not isinstance(one, dict):
            yield _said("descriptor-type", at, table, given=_shown(one), wanted="an object")
            return
        yield from self._kinds(at, one, _FIELD, table)
        if one.get("name") is None:
            yield _said("descriptor-lacks", at, table, name="name")
        said, types = one.get("type", "any"), _types()
        constraints = one.get("constraints")
        if isinstance(said, str) and said not in types:
            near = did_you_mean(said, types)
            yield _said(
                "field-type", f"{at}.type", table,
                value=said, near=f"{near} " if near else "", types=", ".join(sorted(types)),
            )  # fmt: skip
        elif isinstance(said, str) and isinstance(constraints, dict):
            yield from self._constraints(f"{at}.constraints", constraints, said, table)

    def _constraints(
        self, at: str, constraints: Mapping[str, Any], kind: str, table: str | None
    ) -> Iterator[Reported]:
        yield from self._kinds(at, constraints, _CONSTRAINTS, table)
        allowed, known = _types()[kind], frozenset().union(*_types().values())
        for name in constraints:
            if name in known and name not in allowed:
                words = {"type": kind, "allowed": ", ".join(sorted(allowed))}
                yield _said("field-constraint", at, table, value=name, **words)

    def _foreign_key(self, at: str, key: Any, names: Sequence[Any], table: str | None) -> Iterator[Reported]:
        reference = key.get("reference") if isinstance(key, dict) else None
        if not isinstance(reference, dict):
            wanted = "an object with fields and a reference"
            yield _said("descriptor-type", at, table, given=_shown(key), wanted=wanted)
            return
        own, other = _listed(key.get("fields")), _listed(reference.get("fields"))
        yield from self._key(f"{at}.fields", own, names, "the schema", table)
        if len(own) != len(other):
            yield _said("key-length", at, table, given=len(own), wanted=len(other))
        named = reference.get("resource") or ""
        held = [one.get("name") for one in self.descriptor["resources"] if isinstance(one, dict)]
        if named and named not in held:
            yield _said("key-resource", f"{at}.reference.resource", table, value=str(named))

    def _key(
        self, at: str, said: Any, names: Sequence[Any], of: str, table: str | None
    ) -> Iterator[Reported]:
        for one in _listed(said):
            if one not in names:
                yield _said("key-field", at, table, value=str(one), of=of)

    def _twice(self, at: str, names: Sequence[Any], table: str | None) -> Iterator[Reported]:
        for place, name in enumerate(names):
            if isinstance(name, str) and (first := names.index(name)) != place:
                words = {"value": name, "first": f"{at}[{first}].name"}
                yield _said("descriptor-twice", f"{at}[{place}].name", table, **words)

    def _kinds(
        self, at: str, held: Mapping[str, Any], kinds: Mapping[str, str], table: str | None
    ) -> Iterator[Reported]:
        for name, kind in kinds.items():
            type_, wanted = _KINDS[kind]
            if name in held and not isinstance(held[name], type_):
                path = f"{at}.{name}" if at else name
                yield _said("descriptor-type", path, table, given=_shown(held[name]), wanted=wanted)


def _said(code: str, at: str, table: str | None, *, value: str | None = None, **words: Any) -> Reported:
    found = finding(code, value=value, at=at, **words)
    return Reported(finding=found, file=layout.DESCRIPTOR, table=table)


def _shown(value: Any) -> str:
    """A JSON value as the descriptor has it."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "nested too deep"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


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
    from frictionless import fields

    kinds: list[Any] = [
        one for one in vars(fields).values() if isinstance(one, type) and hasattr(one, "type")
    ]
    return {one.type: frozenset({*one.supported_constraints, "unique"}) for one in kinds}
