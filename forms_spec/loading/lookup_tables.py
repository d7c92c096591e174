"""Tables for look-ups: declared in the study's file, their rows in CSV files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from forms_spec.findings.places import TextPlace
from forms_spec.loading.csv_cells import CsvCell, CsvFault, csv_rows
from forms_spec.loading.finding_collector import Notes, SourceNode
from forms_spec.loading.reference_ranges import NUMBER
from forms_spec.loading.schema_fields import (
    MappingSchema,
    NamedMapping,
    OneOf,
    TextField,
)
from forms_spec.model.lookup_tables import LookupKey, LookupTable
from forms_spec.rules.semantics.calendar import date_interval
from forms_spec.rules.semantics.numbers import scaled

FOLDER: Final = "tables/"
KINDS: Final = ("text", "number", "date")
MOST_ROWS: Final = 10_000
LIMITS: Final = MappingProxyType({"from": ">=", "above": ">", "to": "<=", "below": "<"})
"""The ends of a range in the dictionary, and as rules compare."""


class LookupKeySchema(MappingSchema):
    """What a value that is looked up has to be in a row."""

    type = OneOf(*KINDS, load_default="text")
    from_ = TextField(data_key="from", load_default=None)
    above = TextField(load_default=None)
    to = TextField(load_default=None)
    below = TextField(load_default=None)


class LookupTableSchema(MappingSchema):
    """A table, the columns that find a row in it, and those that can be read."""

    title = TextField(load_default=None)
    file = TextField(load_default=None)
    keys = NamedMapping(LookupKeySchema, required=True)
    columns = NamedMapping(OneOf(*KINDS), required=True)


def is_table_file(name: str) -> bool:
    """Whether a file of a dictionary holds the rows of a table."""
    return name.startswith(FOLDER) and name.endswith(".csv")


def build_lookup_tables(
    loaded: Mapping[str, Any], spot: SourceNode, files: Mapping[str, str], notes: Notes
) -> Mapping[str, LookupTable]:
    """The study's tables by name, without the rows that cannot be read."""
    tables: dict[str, LookupTable] = {}
    used: set[str] = set()
    for name, data in (loaded.get("tables") or {}).items():
        table_spot = spot.at("tables", name)
        file = data.get("file") or f"{FOLDER}{name}.csv"
        used.add(file)
        if file not in files or not is_table_file(file):
            notes.say("table-file-missing", table_spot.key, name=file)
            continue

        keys = tuple(_keys(data.get("keys") or {}, table_spot, notes))
        columns = data.get("columns") or {}
        reader = _LookupRowReader(
            file=file, text=files[file], keys=keys, columns=columns, notes=notes
        )
        tables[name] = LookupTable(
            name=name,
            title=data.get("title") or name,
            keys=keys,
            columns=MappingProxyType(columns),
            rows=tuple(reader.rows()),
        )

    for file in files:
        if is_table_file(file) and file not in used:
            place = TextPlace(file=file, line=1, column=1)
            notes.say("table-unused", place, name=file)

    return MappingProxyType(tables)


def _keys(
    data: Mapping[str, Mapping[str, Any]], spot: SourceNode, notes: Notes
) -> Iterator[LookupKey]:
    for name, key in data.items():
        kind = key.get("type", "text")
        ends = {
            word: key.get(f"{word}_" if word == "from" else word) for word in LIMITS
        }
        limits = tuple(
            (LIMITS[word], column)
            for word, column in ends.items()
            if column is not None
        )

        # Two ends on one side contradict each other, and texts have no order.
        lows, highs = ends["from"] and ends["above"], ends["to"] and ends["below"]
        if lows or highs or (limits and kind == "text"):
            notes.say("table-key", spot.at("keys", name).key, name=name)
            continue

        yield LookupKey(name=name, kind=kind, limits=limits or (("=", name),))


@dataclass(frozen=True, kw_only=True)
class _LookupRowReader:
    """Reads the rows of one file."""

    file: str
    text: str
    keys: Sequence[LookupKey]
    columns: Mapping[str, str]
    notes: Notes
    _seen: dict[tuple[str | None, ...], CsvCell] = field(default_factory=dict)

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each column that is used."""
        of_keys = {column: key.kind for key in self.keys for _, column in key.limits}
        return {**of_keys, **self.columns}

    def rows(self) -> Iterator[Mapping[str, str]]:
        header: list[str] | None = None
        count = 0
        try:
            for cells in csv_rows(self.text):
                if header is None:
                    header = self._header(cells)
                    if header is None:
                        return

                    continue

                count += 1
                if count > MOST_ROWS:
                    place = self._place(cells[0])
                    self.notes.say("table-too-long", place, most=f"{MOST_ROWS:,}")
                    return

                row = self._row(header, cells)
                if row is not None:
                    yield MappingProxyType(row)
        except CsvFault as fault:
            place = TextPlace(file=self.file, line=fault.line, column=fault.column)
            self.notes.say("table-not-csv", place)

    def _place(self, cell: CsvCell) -> TextPlace:
        return TextPlace(file=self.file, line=cell.line, column=cell.column)

    def _header(self, cells: Sequence[CsvCell]) -> list[str] | None:
        """The names of the columns; None where one lacks or stands twice."""
        names = [cell.text for cell in cells]
        for index, cell in enumerate(cells):
            if not cell.text or cell.text in names[:index]:
                self.notes.say("table-header", self._place(cell), name=cell.text)
                return None

        lacking = [column for column in self.kinds if column not in names]
        if lacking:
            place = self._place(cells[0])
            self.notes.say("table-column", place, name=", ".join(lacking))
            return None

        return names

    def _row(
        self, header: list[str], cells: Sequence[CsvCell]
    ) -> dict[str, str] | None:
        """The cells by column; None after a finding."""
        if len(cells) != len(header):
            self.notes.say(
                "table-row",
                self._place(cells[0]),
                given=len(cells),
                columns=len(header),
            )
            return None

        is_right = True
        row: dict[str, str] = {}
        for column, cell in zip(header, cells, strict=True):
            kind = self.kinds.get(column)
            if kind is None or not cell.text:
                continue

            row[column] = cell.text
            if not _fits(kind, cell.text):
                is_right = False
                self.notes.say(
                    "table-cell",
                    self._place(cell),
                    column=column,
                    kind=kind,
                    value=cell.text,
                )

        if not is_right or not self._is_reached(row, cells[0]):
            return None

        return row

    def _is_reached(self, row: Mapping[str, str], first: CsvCell) -> bool:
        """Whether some values find this row: no range of it is empty, and no row before
        it has the same keys.
        """
        for key in self.keys:
            ends = [row[column] for _, column in key.limits if column in row]
            if len(ends) == 2 and _order(key.kind, ends[0]) > _order(key.kind, ends[1]):
                low, high = ends
                place = self._place(first)
                self.notes.say("table-reversed", place, low=low, high=high)
                return False

        found_by = tuple(
            row.get(column) for key in self.keys for _, column in key.limits
        )
        before = self._seen.setdefault(found_by, first)
        if before is not first:
            place = self._place(first)
            self.notes.say(
                "table-row-twice",
                place,
                related=(self._place(before),),
                line=before.line,
            )

        return True


def _fits(kind: str, text: str) -> bool:
    """Whether a cell is what its column holds."""
    if kind == "number":
        return NUMBER.fullmatch(text) is not None
    if kind == "date":
        is_whole = len(text) == len("2024-01-31")
        return is_whole and date_interval(text) is not None

    return True


def _order(kind: str, text: str) -> int:
    """A number or a whole date in its order."""
    if kind == "number":
        number = scaled(text)
        assert number is not None
        return number

    day = date_interval(text)
    assert day is not None
    return day[0]
