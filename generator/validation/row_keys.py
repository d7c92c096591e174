"""Keys of tables that only a Table Schema describes: unique fields, primary keys and
foreign keys.

Values are compared, not texts: ``1`` and ``01`` are the same integer. A field without a
value, or with one that is not of its type, counts as blank.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

Part = str | None
"""A value in one writing, so that equal values are equal texts; None for a blank."""
Key = tuple[Part, ...]

_FAMILIES = {"integer": "number", "year": "number", "any": "string"}


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeignKey:
    """``fields`` name a row of the table ``resource`` by its fields ``reference``."""

    fields: tuple[str, ...]
    resource: str
    reference: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TableKeys:
    """What a schema says about keys, for the columns that the file has."""

    unique: tuple[str, ...] = ()
    primary: tuple[str, ...] = ()
    foreign: tuple[ForeignKey, ...] = ()

    def present(self, there: frozenset[str]) -> TableKeys:
        """The keys whose columns are all there."""
        primary = self.primary
        if not there.issuperset(primary):
            primary = ()

        return TableKeys(
            unique=tuple(name for name in self.unique if name in there),
            primary=primary,
            foreign=tuple(key for key in self.foreign if there.issuperset(key.fields)),
        )

    @property
    def columns(self) -> frozenset[str]:
        """Every column whose values are needed."""
        columns = {*self.unique, *self.primary}
        for key in self.foreign:
            columns.update(key.fields)

        return frozenset(columns)


class KeyFault(NamedTuple):
    """``field`` is the one field of the key, or None when it has several."""

    code: str
    field: str | None
    value: str
    words: Mapping[str, Any]


def table_keys(schema: Any, name: str) -> TableKeys:
    """The keys of a schema as Frictionless read it; ``name`` is the table's own."""
    unique = [field.name for field in schema.fields if field.constraints.get("unique")]
    foreign: list[ForeignKey] = []

    for key in schema.foreign_keys:
        reference = key["reference"]
        foreign.append(
            ForeignKey(
                fields=tuple(key["fields"]),
                # A key without a resource refers to its own table.
                resource=reference["resource"] or name,
                reference=tuple(reference["fields"]),
            )
        )

    return TableKeys(
        unique=tuple(unique), primary=tuple(schema.primary_key), foreign=tuple(foreign)
    )


def family(kind: str) -> str:
    """The family of a field type: whole numbers and decimal ones can be equal, dates
    and texts cannot.
    """
    return _FAMILIES.get(kind, kind)


def part(value: Any, kind: str) -> Part:
    """A typed value in one writing, after the letter of its family."""
    if value is None:
        return None

    return f"{family(kind)}:{written(value)}"


def written(value: Any) -> str:
    """A value in one writing: equal values of a family are equal texts."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int):
        return str(value)
    if isinstance(value, Decimal | float):
        return _number(Decimal(value))
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):  # a date with a time is a date as well
        return value.isoformat()

    return repr(value)


def _number(value: Decimal) -> str:
    if not value.is_finite():
        return str(value)

    # A large exponent would fill the memory with zeros.
    is_whole = value == value.to_integral_value()
    if is_whole and abs(value.adjusted()) < 40:
        return str(int(value))

    return str(value.normalize())


@dataclass(kw_only=True)
class KeyChecks:
    """Compares the keys of a table row by row.

    ``parents`` has the keys that each foreign key may name.
    """

    keys: TableKeys
    parents: Sequence[frozenset[Key] | set[Key]]
    _unique: dict[str, dict[Part, int]] = field(default_factory=dict)
    _primary: dict[Key, int] = field(default_factory=dict)

    def row(
        self, line: int, parts: Mapping[str, Part], texts: Mapping[str, str]
    ) -> Iterator[KeyFault]:
        """What is wrong with the keys of one row."""
        yield from self._unique_values(line, parts, texts)
        if self.keys.primary:
            yield from self._primary_key(line, parts, texts)

        for foreign, parents in zip(self.keys.foreign, self.parents, strict=True):
            key = tuple(parts[name] for name in foreign.fields)
            if key not in parents and not _is_blank(key):
                named = [texts[name] for name in foreign.fields]
                yield unknown_reference(foreign, named)

    def _unique_values(
        self, line: int, parts: Mapping[str, Part], texts: Mapping[str, str]
    ) -> Iterator[KeyFault]:
        for name in self.keys.unique:
            value = parts[name]
            if value is None:
                continue

            first = self._unique.setdefault(name, {}).setdefault(value, line)
            if first != line:
                yield repeated_value(name, texts[name], first)

    def _primary_key(
        self, line: int, parts: Mapping[str, Part], texts: Mapping[str, str]
    ) -> Iterator[KeyFault]:
        names = self.keys.primary
        key = tuple(parts[name] for name in names)
        if _is_blank(key):
            yield blank_key(names)
            return

        first = self._primary.setdefault(key, line)
        if first != line:
            yield repeated_key(names, [texts[name] for name in names], first)


def _is_blank(key: Key) -> bool:
    return all(value is None for value in key)


def repeated_value(name: str, text: str, first: int | str) -> KeyFault:
    """A value that the row ``first``, by its line or key, has as well."""
    return KeyFault("repeated-value", name, text, {"first": first})


def blank_key(names: Sequence[str]) -> KeyFault:
    return KeyFault("blank-key", _one(names), "", {"key": ", ".join(names)})


def repeated_key(
    names: Sequence[str], texts: Sequence[str], first: int | str
) -> KeyFault:
    return KeyFault(
        "repeated-key",
        _one(names),
        ", ".join(texts),
        {"key": ", ".join(names), "first": first},
    )


def unknown_reference(key: ForeignKey, texts: Sequence[str]) -> KeyFault:
    words = {
        "key": ", ".join(key.fields),
        "parent": key.resource,
        "names": ", ".join(key.reference),
    }

    return KeyFault("unknown-reference", _one(key.fields), ", ".join(texts), words)


def _one(names: Sequence[str]) -> str | None:
    return names[0] if len(names) == 1 else None
