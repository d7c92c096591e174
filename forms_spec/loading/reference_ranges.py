"""The table of reference ranges."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from forms_spec.loading.expressions import parse_at
from forms_spec.loading.finding_collector import Notes, SourceNode
from forms_spec.loading.schema_fields import (
    Collected,
    MappingSchema,
    NestedField,
    ScalarField,
    TextField,
    TextListField,
)
from forms_spec.loading.schema_problems import fail
from forms_spec.model.criteria import ReferenceRange, References
from forms_spec.rules import Expression
from forms_spec.rules.semantics.calendar import date_interval

COLUMNS = (
    "lab",
    "test",
    "sex",
    "age_low",
    "age_high",
    "low",
    "high",
    "unit",
    "valid_from",
    "valid_to",
)
NEEDED = ("test",)
YEARS = re.compile(r"0|[1-9][0-9]{0,2}")
NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})([.][0-9]{1,9})?")
SOURCES = ("lab", "sex", "age", "date")


class _RangeTable(Collected):
    """A list of rows; each is a list of texts, ``null`` where a cell is open."""

    def _deserialize(
        self, value: Any, *_: Any, **__: Any
    ) -> list[tuple[str | None, ...]]:
        if not isinstance(value, list):
            fail("not-a-list")
        return [_ROW.deserialize(row) for row in value]


class _Row(ScalarField):
    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str | None, ...]:
        if not isinstance(value, list):
            fail("not-a-list")
        if not all(cell is None or isinstance(cell, str) for cell in value):
            fail("not-text")
        return tuple(
            None if cell is None or not cell.strip() else cell for cell in value
        )


class _TableSchema(MappingSchema):
    lab = TextField(required=True)
    sex = TextField(load_default=None)
    age = TextField(load_default=None)
    date = TextField(load_default=None)
    columns = TextListField(least=2, required=True)
    rows = _RangeTable(required=True)


class ReferencesSchema(MappingSchema):
    """A file whose top key is ``reference_ranges``."""

    reference_ranges = NestedField(_TableSchema, required=True)


_ROW = _Row()


def build_references(spot: SourceNode, notes: Notes) -> References | None:
    """The table, without the rows that cannot be read; None when it has no laboratory."""
    loaded = (
        notes.load(ReferencesSchema(), spot.data, spot).get("reference_ranges") or {}
    )
    here = spot.at("reference_ranges")
    columns = loaded.get("columns", ())
    if not _known_columns(columns, here, notes):
        return None
    data = {name: _expression(here.at(name), notes) for name in SOURCES}
    lab = data["lab"]
    if lab is None:
        return None
    rows = (
        _range(
            dict(zip(columns, row, strict=False)),
            columns,
            row,
            here.at("rows", index),
            notes,
        )
        for index, row in enumerate(loaded.get("rows", ()))
    )

    return References(
        lab=lab,
        sex=data["sex"],
        age=data["age"],
        date=data["date"],
        ranges=tuple(row for row in rows if row is not None),
        place=here.key,
    )


def _known_columns(columns: tuple[str, ...], here: SourceNode, notes: Notes) -> bool:
    """Whether the columns are those of the table, and the needed ones among them."""
    unknown = [column for column in columns if column not in COLUMNS]
    lacking = [item for item in NEEDED if item not in columns]
    lacking += [
        name
        for name in ("sex", "age", "date")
        if not here.at(name).has and _reads(name, columns)
    ]
    if columns and (unknown or lacking):
        name = (unknown or lacking)[0]
        notes.say(
            "reference-column",
            here.at("columns").place,
            name=name,
            columns=", ".join(COLUMNS),
        )

    return bool(columns) and not unknown and not lacking


def _reads(source: str, columns: tuple[str, ...]) -> bool:
    """Whether a column asks for a source, which then has to be named."""
    asked = {
        "sex": ("sex",),
        "age": ("age_low", "age_high"),
        "date": ("valid_from", "valid_to"),
    }
    return any(column in columns for column in asked[source])


def _expression(spot: SourceNode, notes: Notes) -> Expression | None:
    if not spot.has:
        return None
    parse = parse_at(spot, notes)
    return parse.expression if parse is not None else None


def _range(
    texts: Mapping[str, str | None],
    columns: tuple[str, ...],
    row: tuple[str | None, ...],
    spot: SourceNode,
    notes: Notes,
) -> ReferenceRange | None:
    test = texts.get("test")
    if len(row) != len(columns) or test is None:
        notes.say("reference-row", spot.place, given=len(row), columns=len(columns))
        return None

    wrong = [
        position
        for position, name in enumerate(columns)
        if not _right(name, texts[name])
    ]

    for index in wrong:
        notes.say(
            "reference-cell",
            spot.at(index).place,
            value=row[index],
            column=columns[index],
        )

    if wrong:
        return None
    cells = {name: texts.get(name) for name in COLUMNS if name != "test"}

    return ReferenceRange(test=test, place=spot.place, **cells)


def _right(column: str, cell: str | None) -> bool:
    """Whether a cell is what its column holds."""
    if cell is None:
        return True
    if column in ("age_low", "age_high"):
        return YEARS.fullmatch(cell) is not None
    if column in ("low", "high"):
        return NUMBER.fullmatch(cell) is not None
    if column in ("valid_from", "valid_to"):
        return len(cell) == 10 and date_interval(cell) is not None
    return True
