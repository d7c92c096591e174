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
ASKING: Mapping[str, frozenset[str]] = {
    "sex": frozenset({"sex"}),
    "age": frozenset({"age_low", "age_high"}),
    "date": frozenset({"valid_from", "valid_to"}),
}
"""The columns that ask for a source, which then has to be named."""


class RangeTable(Collected):
    """A list of rows; each is a list of texts, ``null`` where a cell is open."""

    def _deserialize(
        self, value: Any, *_: Any, **__: Any
    ) -> list[tuple[str | None, ...]]:
        if not isinstance(value, list):
            fail("not-a-list")

        return list(map(_ROW.deserialize, value))


class _Row(ScalarField):
    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str | None, ...]:
        if not isinstance(value, list):
            fail("not-a-list")

        cells: list[str | None] = []
        for cell in value:
            if cell is not None and not isinstance(cell, str):
                fail("not-text")

            # A cell of blanks is open, as one of null is.
            is_open = cell is None or not cell.strip()
            cells.append(None if is_open else cell)

        return tuple(cells)


class ReferenceTableSchema(MappingSchema):
    """The table, and where to read what its columns need."""

    lab = TextField(required=True)
    sex = TextField(load_default=None)
    age = TextField(load_default=None)
    date = TextField(load_default=None)
    columns = TextListField(least=2, required=True)
    rows = RangeTable(required=True)


class ReferencesSchema(MappingSchema):
    """A file whose top key is ``reference_ranges``."""

    reference_ranges = NestedField(ReferenceTableSchema, required=True)


_ROW = _Row()


def build_references(spot: SourceNode, notes: Notes) -> References | None:
    """The table, without the rows that cannot be read; None when it has no laboratory."""
    loaded = notes.load(ReferencesSchema(), spot.data, spot)
    table = loaded.get("reference_ranges") or {}
    table_spot = spot.at("reference_ranges")
    columns = table.get("columns", ())
    if not _known_columns(columns, table_spot, notes):
        return None

    sources = {name: _expression(table_spot.at(name), notes) for name in SOURCES}
    lab = sources["lab"]
    if lab is None:
        return None

    ranges: list[ReferenceRange] = []
    for index, cells in enumerate(table.get("rows", ())):
        row = _range(columns, cells, table_spot.at("rows", index), notes)
        if row is not None:
            ranges.append(row)

    return References(
        lab=lab,
        sex=sources["sex"],
        age=sources["age"],
        date=sources["date"],
        ranges=tuple(ranges),
        place=table_spot.key,
    )


def _known_columns(columns: tuple[str, ...], spot: SourceNode, notes: Notes) -> bool:
    """Whether the columns are those of the table, and the needed ones among them."""
    # Without any columns the schema has refused them already.
    if not columns:
        return False

    wrong = [column for column in columns if column not in COLUMNS]
    wrong += [column for column in NEEDED if column not in columns]

    for source, asking in ASKING.items():
        # Who gives ages has to say where the age of a subject stands.
        is_needed = not asking.isdisjoint(columns)
        if is_needed and not spot.at(source).has:
            wrong.append(source)

    if not wrong:
        return True

    notes.say(
        "reference-column",
        spot.at("columns").place,
        name=wrong[0],
        columns=", ".join(COLUMNS),
    )
    return False


def _expression(spot: SourceNode, notes: Notes) -> Expression | None:
    parsed = parse_at(spot, notes) if spot.has else None
    if parsed is None:
        return None

    return parsed.expression


def _range(
    columns: tuple[str, ...],
    cells: tuple[str | None, ...],
    spot: SourceNode,
    notes: Notes,
) -> ReferenceRange | None:
    """A row of the table, each cell under its column; None when it cannot be read."""
    texts = dict(zip(columns, cells, strict=False))
    test = texts.get("test")

    if len(cells) != len(columns) or test is None:
        notes.say(
            "reference-row",
            spot.place,
            given=len(cells),
            columns=len(columns),
        )
        return None

    is_right = True
    for index, (column, cell) in enumerate(zip(columns, cells, strict=True)):
        if not _fits(column, cell):
            is_right = False
            notes.say(
                "reference-cell",
                spot.at(index).place,
                value=cell,
                column=column,
            )

    if not is_right:
        return None

    optional = {column: texts.get(column) for column in COLUMNS if column != "test"}
    return ReferenceRange(test=test, place=spot.place, **optional)


def _fits(column: str, cell: str | None) -> bool:
    """Whether a cell is what its column holds."""
    if cell is None:
        return True
    if column in ("age_low", "age_high"):
        return YEARS.fullmatch(cell) is not None
    if column in ("low", "high"):
        return NUMBER.fullmatch(cell) is not None
    if column not in ("valid_from", "valid_to"):
        return True

    # Ten characters are a whole date; a shorter one is known in part only.
    is_whole = len(cell) == len("2024-01-31")
    return is_whole and date_interval(cell) is not None
