"""Descriptors of others that are right beyond doubt: Frictionless need not be loaded to
accept them.

Loading it and reading a descriptor with it takes longer than judging a hundred thousand
rows. What is not known here is left to it, so a test may be too strict, and never too
lax.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Any

from generator.heavy_libraries import frictionless
from generator.package.package_files import is_safe
from generator.validation.limited_patterns import is_harmless
from generator.validation.table_plan import CellReader, CellVerdict

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,150}\.csv")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS = {"title", "description"}
_PACKAGE = {"name", "resources", *_WORDS}
_RESOURCE = {"name", "type", "path", "format", "encoding", "dialect", "schema", *_WORDS}
_SCHEMA = {"fields", "primaryKey", "missingValues"}
_FIELD = {"name", "type", "constraints", *_WORDS}
_MOST = 10**15
_SAMPLED, _SAMPLE_BYTES = 200, 1 << 20
"""More lines than Frictionless reads to learn how a file is written, and bytes that
hold so many.
"""


@dataclass(kw_only=True, eq=False)
class SoundField:
    """Answers for a Frictionless field; the field itself is only made where a cell has
    to be read.
    """

    name: str
    type: str
    constraints: dict[str, Any]
    format: str
    schema: SoundSchema
    described: Mapping[str, Any]
    missing_values: tuple[str, ...] = ("",)
    bare_number: bool = True

    @property
    def true_values(self) -> Sequence[str]:
        """The words for true."""
        return list(self.described["trueValues"])

    @property
    def false_values(self) -> Sequence[str]:
        """The words for false."""
        return list(self.described["falseValues"])

    def has_defined(self, _name: str) -> bool:
        """Whether the field has a way of its own to write its values; none that is
        sound has.
        """
        return False

    def create_value_reader(self) -> Callable[[Any], Any]:
        """How Frictionless reads the ends of the field's range."""
        return _READ.get(self.type, _as_it_is)

    def create_cell_reader(self) -> CellReader:
        """Frictionless's reader, made when the first cell is read."""
        cell_readers: list[CellReader] = []

        def read(text: str) -> tuple[Any, CellVerdict]:
            if not cell_readers:
                cell_readers.append(
                    self.schema.frictionless.get_field(self.name).create_cell_reader()
                )

            return cell_readers[0](text)

        return read


@dataclass(kw_only=True, eq=False)
class SoundSchema:
    """Answers for a Frictionless schema."""

    described: Mapping[str, Any]
    missing_values: tuple[str, ...]
    primary_key: list[str]
    fields: list[SoundField] = field(default_factory=list)
    foreign_keys: tuple[Any, ...] = ()

    def get_field(self, name: str) -> SoundField:
        """The field of a name that the schema has."""
        return next(item for item in self.fields if item.name == name)

    @cached_property
    def frictionless(self) -> Any:
        """The schema as Frictionless reads it."""
        return frictionless.Schema.from_descriptor(deepcopy(dict(self.described)))


def sound_schemas(descriptor: Mapping[str, Any]) -> list[SoundSchema] | None:
    """The schemas of a package's resources, or None where Frictionless has to read the
    descriptor.
    """
    resources = descriptor["resources"]
    if not (
        resources
        and _has(descriptor, _PACKAGE)
        and _is_name(descriptor.get("name", "x"))
    ):
        return None

    if not all(
        isinstance(resource, dict) and _is_resource(resource) for resource in resources
    ):
        return None

    names = [resource["name"] for resource in resources]
    paths = [resource["path"] for resource in resources]
    if len({*names}) < len(names) or len({*paths}) < len(paths):
        return None
    return [_schema(resource["schema"]) for resource in resources]


def is_plain_file(file: Path, columns: int, delimiter: str) -> bool:
    """True for a file whose beginning Frictionless reads as rows under one header line."""
    if not file.is_file():
        return False
    with file.open("rb") as content:
        start = content.read(_SAMPLE_BYTES)
    lines = start.splitlines(keepends=True)
    whole = len(start) < _SAMPLE_BYTES or len(lines) > _SAMPLED
    if not whole or not start.isascii() or b"\0" in start:
        return False
    text = (line.decode("ascii") for line in lines[:_SAMPLED])

    try:
        rows = list(csv.reader(text, delimiter=delimiter))
    except csv.Error:
        return False

    return len(rows) > 1 and all(len(row) == columns for row in rows)


def _has(part: Mapping[str, Any], known: Collection[str]) -> bool:
    """True where a part of the descriptor has nothing but these properties, and texts
    for words.
    """
    return set(part) <= set(known) and all(
        isinstance(part.get(name, ""), str) for name in _WORDS
    )


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and _NAME.fullmatch(name) is not None


def _is_resource(item: Mapping[str, Any]) -> bool:
    written = {"type": "table", "format": "csv", "encoding": "utf-8"}
    path, dialect, schema = item.get("path"), item.get("dialect"), item.get("schema")

    return (
        _has(item, _RESOURCE)
        and _is_name(item.get("name"))
        and all(item.get(name) == text for name, text in written.items())
        and isinstance(path, str)
        and _PATH.fullmatch(path) is not None
        and is_safe(path)
        and dialect in ({"delimiter": ","}, {"delimiter": ";"})
        and isinstance(schema, dict)
        and _is_schema(schema)
    )


def _is_schema(schema: Mapping[str, Any]) -> bool:
    fields, missing = schema.get("fields"), schema.get("missingValues", [""])
    if not (
        set(schema) <= _SCHEMA
        and isinstance(fields, list)
        and fields
        and _are_words(missing)
    ):
        return False

    if not all(isinstance(item, dict) and _is_field(item) for item in fields):
        return False
    names, key = [item["name"] for item in fields], _key(schema)

    return _are_words(names) and _are_words(key) and {*key} <= {*names}


def _key(schema: Mapping[str, Any]) -> Any:
    text = schema.get("primaryKey", [])
    return [text] if isinstance(text, str) else text


def _are_words(text: Any) -> bool:
    """True for a list of texts none of which is there twice."""
    return (
        isinstance(text, list)
        and all(type(item) is str for item in text)
        and len({*text}) == len(text)
    )


def _is_field(item: Mapping[str, Any]) -> bool:
    name, kind, limits = item.get("name"), item.get("type"), item.get("constraints", {})
    if not (isinstance(name, str) and name.isascii() and name.isidentifier()):
        return False
    if not isinstance(kind, str) or kind not in _FITS or not isinstance(limits, dict):
        return False
    own = {"trueValues", "falseValues"} if kind == "boolean" else set()
    if not _has(item, _FIELD | own) or not all(
        _are_words(item.get(words)) for words in own
    ):
        return False

    truths = [
        isinstance(limit, bool)
        for rule, limit in limits.items()
        if rule in ("required", "unique")
    ]
    others = {
        rule: limit
        for rule, limit in limits.items()
        if rule not in ("required", "unique")
    }

    return all(truths) and _FITS[kind](others)


def _string(limits: Mapping[str, Any]) -> bool:
    if not set(limits) <= {"pattern", "enum", "minLength", "maxLength"}:
        return False
    lengths = [limits.get("minLength", 0), limits.get("maxLength", _MOST)]
    pattern, codes = limits.get("pattern", ""), limits.get("enum", ["x"])

    return (
        all(type(length) is int for length in lengths)
        and 0 <= lengths[0] <= lengths[1]
        and isinstance(pattern, str)
        and (pattern == "" or is_harmless(pattern))
        and _are_words(codes)
        and bool(codes)
        and "" not in codes
    )


def _integer(limits: Mapping[str, Any]) -> bool:
    return all(
        type(limit) is int and abs(limit) < _MOST for limit in limits.values()
    ) and _are_apart(limits, int)


def _number(limits: Mapping[str, Any]) -> bool:
    ends = limits.values()
    finite = all(
        type(end) in (int, float) and isfinite(end) and abs(end) < _MOST for end in ends
    )
    return finite and _are_apart(limits, Decimal)


def _date(limits: Mapping[str, Any]) -> bool:
    try:
        return all(_DATE.fullmatch(limit) for limit in limits.values()) and _are_apart(
            limits, date.fromisoformat
        )
    except (TypeError, ValueError):
        return False


def _boolean(limits: Mapping[str, Any]) -> bool:
    return not limits


def _are_apart(limits: Mapping[str, Any], read: Callable[[Any], Any]) -> bool:
    """True for the ends of a range; those that exclude themselves need a newer
    descriptor.
    """
    ends = {name: read(limit) for name, limit in limits.items()}
    if not set(ends) <= {"minimum", "maximum"}:
        return False
    return len(ends) < 2 or bool(ends["minimum"] <= ends["maximum"])


def _schema(described: Mapping[str, Any]) -> SoundSchema:
    missing = tuple(described.get("missingValues", [""]))
    schema = SoundSchema(
        described=described, missing_values=missing, primary_key=list(_key(described))
    )
    schema.fields += (
        SoundField(
            name=item["name"],
            type=item["type"],
            constraints=dict(item.get("constraints", {})),
            format="default",
            schema=schema,
            described=item,
        )
        for item in described["fields"]
    )

    return schema


def _as_it_is(text: Any) -> Any:
    return text


_FITS: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "date": _date,
    "boolean": _boolean,
}
_READ: Mapping[str, Callable[[Any], Any]] = {
    "number": lambda text: Decimal(str(text)) if isinstance(text, float) else text,
    "date": date.fromisoformat,
}
