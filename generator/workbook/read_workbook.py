"""Reads the sheets of a workbook, and notes what is wrong with their cells."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from forms_spec.findings.suggestions import did_you_mean
from forms_spec.yaml_source.document import Data
from generator.heavy_libraries import python_calamine
from generator.workbook.cell_text import (
    TOO_LONG,
    NoCellValue,
    cell_data,
)
from generator.workbook.cell_values import cell_words, is_typed
from generator.workbook.error_cells import error_cells
from generator.workbook.layout import SCHEDULE, SHEETS, STUDY, TEXTS, WorkbookSheet
from generator.workbook.sheet_table import (
    ReadRow,
    SheetNotes,
    SheetTable,
    column_letters,
)
from generator.workbook.source_texts import DamagedTexts, read_texts
from generator.workbook.study_rows import StudyRow

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

MOST_ROWS = 200_000
DEEPEST_HEADER = 10
"""The header is in one of the first rows: above it are notes."""

Grid = Sequence[Sequence[Any]]


class ReadSheets(NamedTuple):
    """The sheets by name, those that are missing left out, and the kept texts.

    ``texts`` is None if the hidden sheet is gone or was changed.
    """

    tables: Mapping[str, SheetTable]
    texts: Mapping[str, str] | None


class NoWorkbook(Exception):
    """The bytes are no workbook; the message says why."""


def open_workbook(content: bytes) -> CalamineWorkbook:
    """Raises ``NoWorkbook``."""
    try:
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    except Exception as error:
        # The library has several kinds of errors, and they share no type of their own.
        raise NoWorkbook(str(error)) from error


def read_sheets(content: bytes, notes: SheetNotes) -> ReadSheets:
    """All sheets of a workbook. Raises ``NoWorkbook``."""
    workbook = open_workbook(content)
    names = workbook.sheet_names
    by_name = {sheet.name: sheet for sheet in SHEETS}
    for name in names:
        if name not in by_name and name != TEXTS:
            near = did_you_mean(name, by_name)
            notes.say("sheet-unknown", notes.place(name), name=name, near=near)

    errors = error_cells(content)
    tables: dict[str, SheetTable] = {}
    for name, sheet in by_name.items():
        if name not in names:
            notes.say("sheet-missing", notes.place(name), name=name)
            continue

        for row, column, value in errors.get(name, ()):
            place = notes.place(name, row, column)
            notes.say("sheet-error-cell", place, value=value)

        grid = _grid(workbook.get_sheet_by_name(name), notes)
        table = _TableReader(sheet, grid, notes).table()
        if table is not None:
            tables[name] = table

    return ReadSheets(tables, _texts(workbook, notes))


def _texts(workbook: CalamineWorkbook, notes: SheetNotes) -> dict[str, str] | None:
    place = notes.place(TEXTS)
    if TEXTS not in workbook.sheet_names:
        notes.say("sheet-texts-missing", place)
        return None

    grid = _grid(workbook.get_sheet_by_name(TEXTS), notes)
    rows = [[cell_words(cell) for cell in row[:4]] for row in grid[1:]]
    try:
        return read_texts(row for row in rows if any(row))
    except (DamagedTexts, ValueError) as error:
        notes.say("sheet-texts-damaged", place, file=str(error))
        return None


def _grid(sheet: CalamineSheet, notes: SheetNotes) -> Grid:
    """The cells of a sheet, with those of merged ranges filled."""
    if sheet.total_height > MOST_ROWS:
        place = notes.place(sheet.name)
        notes.say("sheet-too-long", place, most=f"{MOST_ROWS:,}")
        return []

    rows = [[*row] for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        for row in rows[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = rows[top][left]

    return rows


@dataclass
class _TableReader:
    """Reads one sheet."""

    sheet: WorkbookSheet
    grid: Grid
    notes: SheetNotes

    def table(self) -> SheetTable | None:
        """The sheet's table; None if it has no header, which is noted."""
        header = self._header()
        if header is None:
            place = self.notes.place(self.sheet.name)
            needed = ", ".join(column.name for column in self._needed())
            self.notes.say("sheet-no-header", place, needed=needed)
            return None

        columns = self._columns(header)
        known = {column.name for column in self.sheet.all_columns}
        visits = [name for name in columns if name not in known]
        rows = [*self._rows(header, columns)]

        return SheetTable(sheet=self.sheet, columns=columns, rows=rows, visits=visits)

    def _needed(self) -> Sequence[Any]:
        return self.sheet.keys or self.sheet.columns[1:2]

    def _header(self) -> int | None:
        needed = {column.name for column in self._needed()}
        for index, row in enumerate(self.grid[:DEEPEST_HEADER]):
            if needed <= {cell_words(cell) for cell in row}:
                return index

        return None

    def _columns(self, header: int) -> dict[str, int]:
        """The columns by name; unknown ones and doubles are noted."""
        known = [column.name for column in self.sheet.all_columns]
        columns: dict[str, int] = {}
        for number, cell in enumerate(self.grid[header], start=1):
            name = cell_words(cell)
            place = self.notes.place(self.sheet.name, header + 1, number)
            is_visit = self.sheet is SCHEDULE and name not in known
            if not name:
                self._refuse_unnamed(header, number)
            elif name in columns:
                self.notes.say("sheet-column-twice", place, name=name)
            elif name in known or is_visit:
                columns[name] = number
            else:
                near = did_you_mean(name, known)
                self.notes.say("sheet-column", place, name=name, near=near)

        return columns

    def _refuse_unnamed(self, header: int, number: int) -> None:
        """Notes the first cell below a header that is empty."""
        for index, row in enumerate(self.grid[header + 1 :], start=header + 2):
            if number <= len(row) and cell_words(row[number - 1]):
                place = self.notes.place(self.sheet.name, index, number)
                letters = column_letters(number)
                self.notes.say("sheet-column-unnamed", place, column=letters)
                return

    def _rows(self, header: int, columns: Mapping[str, int]) -> Iterator[ReadRow]:
        seen: dict[tuple[str, ...], int] = {}
        for index, row in enumerate(self.grid[header + 1 :], start=header + 2):
            if not any(map(cell_words, row)):
                continue

            key = self._key(index, row, columns)
            if key is None:
                continue
            if key and key in seen:
                last = columns[self.sheet.keys[-1].name]
                place = self.notes.place(self.sheet.name, index, last)
                name = ", ".join(part for part in key if part)
                self.notes.say("sheet-twice", place, name=name, row=seen[key])
                continue

            seen[key] = index
            yield ReadRow(index, key, self._cells(index, row, columns))

    def _key(
        self, index: int, row: Sequence[Any], columns: Mapping[str, int]
    ) -> tuple[str, ...] | None:
        """What names a row; None if that is missing, which is noted."""
        names = []
        for column in self.sheet.keys:
            number = columns[column.name]
            cell = row[number - 1]
            text = cell_words(cell)
            if is_typed(cell):
                place = self.notes.place(self.sheet.name, index, number)
                self.notes.say("sheet-not-text", place, value=text, column=column.name)

            data = cell_data(text) if text[:1] in ("'", '"') else text
            if text == "" and column.name != "group":
                place = self.notes.place(self.sheet.name, index, number)
                self.notes.say("sheet-name-missing", place, column=column.name)
                return None

            names.append(str(data))

        if self.sheet.name == "groups" and not names[1]:
            place = self.notes.place(self.sheet.name, index, columns["group"])
            self.notes.say("sheet-name-missing", place, column="group")
            return None

        return tuple(names)

    def _cells(
        self, index: int, row: Sequence[Any], columns: Mapping[str, int]
    ) -> dict[str, Data]:
        keys = {column.name for column in self.sheet.keys}
        cells: dict[str, Data] = {}
        for name, number in columns.items():
            text = cell_words(row[number - 1]) if number <= len(row) else ""
            if name in keys or text == "":
                continue

            place = self.notes.place(self.sheet.name, index, number)
            if is_typed(row[number - 1]) and name in ("label", "title", "message"):
                self.notes.say("sheet-not-text", place, value=text, column=name)
            try:
                cells[name] = cell_data(text)
            except NoCellValue:
                self.notes.say("sheet-cell", place, value=text)

        return cells


def as_before(rows: Sequence[StudyRow]) -> list[ReadRow]:
    """The rows of a sheet that is missing, as they were."""
    return [
        ReadRow(number, row.key, row.cells) for number, row in enumerate(rows, start=3)
    ]


__all__ = [
    "STUDY",
    "TOO_LONG",
    "NoWorkbook",
    "ReadSheets",
    "as_before",
    "read_sheets",
]
