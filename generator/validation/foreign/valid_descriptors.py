"""Descriptors of others that are right beyond doubt: Frictionless need not be loaded to
accept them.

Loading it and reading a descriptor with it takes longer than judging a hundred thousand
rows. What is not known here is left to it, so a test may be too strict, and never too
lax.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from generator.heavy_libraries import frictionless
from generator.package.package_files import is_safe
from generator.validation.limited_patterns import is_harmless
from generator.validation.table_plan import CellReader, CellVerdict

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,150}\.csv")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
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
        return {field.name: field for field in self.fields}[name]

    @cached_property
    def frictionless(self) -> Any:
        """The schema as Frictionless reads it."""
        return frictionless.Schema.from_descriptor(deepcopy(dict(self.described)))


def sound_schemas(descriptor: Mapping[str, Any]) -> list[SoundSchema] | None:
    """The schemas of a package's resources, or None where Frictionless has to read the
    descriptor.
    """
    if not _PACKAGE.is_sound(descriptor):
        return None

    resources = descriptor["resources"]
    for key in ("name", "path"):
        values = {resource[key] for resource in resources}
        if len(values) < len(resources):
            return None

    return [_schema(resource["schema"]) for resource in resources]


def is_plain_file(file: Path, columns: int, delimiter: str) -> bool:
    """True for a file whose beginning Frictionless reads as rows under one header line."""
    if not file.is_file():
        return False

    with file.open("rb") as content:
        start = content.read(_SAMPLE_BYTES)

    lines = start.splitlines(keepends=True)
    holds_sample = len(start) < _SAMPLE_BYTES or len(lines) > _SAMPLED
    if not holds_sample:
        return False

    # From other bytes Frictionless guesses an encoding.
    if not start.isascii() or b"\0" in start:
        return False

    text = [line.decode("ascii") for line in lines[:_SAMPLED]]
    try:
        rows = list(csv.reader(text, delimiter=delimiter))
    except csv.Error:
        return False

    return len(rows) > 1 and all(len(row) == columns for row in rows)


Test = Callable[[Any], bool]
"""True for a value that a property may have beyond doubt."""


@dataclass(frozen=True, kw_only=True)
class _Part:
    """The properties of a part of the descriptor, each with its test. It has no others."""

    required: Mapping[str, Test]
    optional: Mapping[str, Test]

    def is_sound(self, part: Any) -> bool:
        if not isinstance(part, dict):
            return False

        # What nobody knows here may mean anything to Frictionless.
        tests = {**self.required, **self.optional}
        if not self.required.keys() <= part.keys() <= tests.keys():
            return False

        return all(tests[name](value) for name, value in part.items())


def _one_of(*values: Any) -> Test:
    return values.__contains__


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


def _is_length(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_text_of(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_name(name: Any) -> bool:
    return _is_text_of(_NAME, name)


def _is_identifier(name: Any) -> bool:
    if not isinstance(name, str):
        return False

    return name.isascii() and name.isidentifier()


def _is_path(path: Any) -> bool:
    return _is_text_of(_PATH, path) and is_safe(path)


def _is_pattern(pattern: Any) -> bool:
    if not isinstance(pattern, str):
        return False

    return pattern == "" or is_harmless(pattern)


def _are_resources(resources: Any) -> bool:
    return bool(resources) and all(map(_RESOURCE.is_sound, resources))


def _are_words(words: Any) -> bool:
    """True for a list of texts none of which is there twice."""
    if not isinstance(words, list):
        return False
    if not all(type(word) is str for word in words):
        return False

    return len({*words}) == len(words)


def _are_codes(codes: Any) -> bool:
    if not codes or not _are_words(codes):
        return False

    return "" not in codes


def _is_schema(schema: Any) -> bool:
    if not _SCHEMA.is_sound(schema):
        return False

    names = [field["name"] for field in schema["fields"]]
    if not _are_words(names):
        return False

    return set(names).issuperset(_key(schema))


def _are_fields(fields: Any) -> bool:
    if not isinstance(fields, list) or not fields:
        return False

    return all(map(_is_field, fields))


def _is_key(key: Any) -> bool:
    return isinstance(key, str) or _are_words(key)


def _key(schema: Mapping[str, Any]) -> list[str]:
    key: str | list[str] = schema.get("primaryKey", [])
    if isinstance(key, str):
        return [key]

    return key


def _is_field(field: Any) -> bool:
    if not isinstance(field, dict):
        return False

    kind = field.get("type")
    # What is no text may not be looked up: a list has no hash.
    if not isinstance(kind, str) or kind not in _FIELDS:
        return False

    return _FIELDS[kind].is_sound(field)


def _field(constraints: Test, **more: Test) -> _Part:
    """A field of one type; ``more`` are properties that only this type has to have."""
    return _Part(
        required={"name": _is_identifier, "type": _is_text, **more},
        optional={"constraints": constraints, **_WORDS},
    )


def _are_string_limits(limits: Any) -> bool:
    if not _STRING.is_sound(limits):
        return False

    least = limits.get("minLength", 0)
    most = limits.get("maxLength", _MOST)

    return bool(least <= most)


def _are_integer_limits(limits: Any) -> bool:
    return _INTEGER.is_sound(limits) and _are_apart(limits, int)


def _is_integer(limit: Any) -> bool:
    return type(limit) is int and abs(limit) < _MOST


def _are_number_limits(limits: Any) -> bool:
    return _NUMBER.is_sound(limits) and _are_apart(limits, Decimal)


def _is_number(limit: Any) -> bool:
    # A number that is infinite or none is not smaller.
    return type(limit) in (int, float) and abs(limit) < _MOST


def _are_date_limits(limits: Any) -> bool:
    try:
        return _DAYS.is_sound(limits) and _are_apart(limits, date.fromisoformat)
    except ValueError:  # a day that no month has
        return False


def _is_date(limit: Any) -> bool:
    return _is_text_of(_DATE, limit)


def _are_apart(limits: Mapping[str, Any], read: Callable[[Any], Any]) -> bool:
    """True for the ends of a range between which there is something."""
    ends = [read(limits[name]) for name in _ENDS if name in limits]
    if len(ends) < 2:
        return True

    return bool(ends[0] <= ends[1])


def _schema(described: Mapping[str, Any]) -> SoundSchema:
    schema = SoundSchema(
        described=described,
        missing_values=tuple(described.get("missingValues", [""])),
        primary_key=list(_key(described)),
    )
    for written in described["fields"]:
        schema.fields.append(
            SoundField(
                name=written["name"],
                type=written["type"],
                constraints=dict(written.get("constraints", {})),
                format="default",
                schema=schema,
                described=written,
            )
        )

    return schema


def _as_it_is(text: Any) -> Any:
    return text


def _decimal(limit: Any) -> Any:
    return Decimal(str(limit)) if isinstance(limit, float) else limit


_WORDS: Mapping[str, Test] = {"title": _is_text, "description": _is_text}
_ENDS = ("minimum", "maximum")
"""The ends of a range that belong to it; the others need a newer descriptor."""
_ANY_FIELD: Mapping[str, Test] = {"required": _is_truth, "unique": _is_truth}
_STRING = _Part(
    required={},
    optional={
        **_ANY_FIELD,
        "pattern": _is_pattern,
        "enum": _are_codes,
        "minLength": _is_length,
        "maxLength": _is_length,
    },
)
_INTEGER = _Part(
    required={}, optional={**_ANY_FIELD, **dict.fromkeys(_ENDS, _is_integer)}
)
_NUMBER = _Part(
    required={}, optional={**_ANY_FIELD, **dict.fromkeys(_ENDS, _is_number)}
)
_DAYS = _Part(required={}, optional={**_ANY_FIELD, **dict.fromkeys(_ENDS, _is_date)})
_BOOLEAN = _Part(required={}, optional=_ANY_FIELD)
_FIELDS: Mapping[str, _Part] = {
    "string": _field(_are_string_limits),
    "integer": _field(_are_integer_limits),
    "number": _field(_are_number_limits),
    "date": _field(_are_date_limits),
    "boolean": _field(_BOOLEAN.is_sound, trueValues=_are_words, falseValues=_are_words),
}
_SCHEMA = _Part(
    required={"fields": _are_fields},
    optional={"primaryKey": _is_key, "missingValues": _are_words},
)
_RESOURCE = _Part(
    required={
        "name": _is_name,
        "type": _one_of("table"),
        "path": _is_path,
        "format": _one_of("csv"),
        "encoding": _one_of("utf-8"),
        "dialect": _one_of({"delimiter": ","}, {"delimiter": ";"}),
        "schema": _is_schema,
    },
    optional=_WORDS,
)
_PACKAGE = _Part(
    required={"resources": _are_resources}, optional={"name": _is_name, **_WORDS}
)
_READ: Mapping[str, Callable[[Any], Any]] = {
    "number": _decimal,
    "date": date.fromisoformat,
}
