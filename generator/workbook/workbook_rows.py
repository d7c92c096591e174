"""The rows of a workbook beside the data of the texts that it keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from forms_spec.yaml_source.document import Data, Path
from generator.workbook.entry_shapes import ABSENT, entry_data
from generator.workbook.layout import FILE, WorkbookSheet
from generator.workbook.matched_rows import matched
from generator.workbook.sheet_table import (
    ReadRow,
    SheetNotes,
    SheetPlace,
    SheetTable,
    is_safe_name,
)
from generator.workbook.study_rows import Files, noun_of, study_rows


class EntryOrigin(NamedTuple):
    """The sheet and row that an entry comes from."""

    sheet: str
    row: int


@dataclass
class BuiltFiles:
    """The data by file, and where each entry of them comes from."""

    files: dict[str, Data] = field(default_factory=dict)
    origins: dict[tuple[str, Path], EntryOrigin] = field(default_factory=dict)


class WorkbookRows:
    """What all builders of files share.

    ``base`` are the data of the kept texts, ``known`` the old row of each new one.
    """

    def __init__(
        self, base: Files, tables: Mapping[str, SheetTable], notes: SheetNotes
    ) -> None:
        self.base = base
        self.tables = tables
        self.notes = notes
        self.built = BuiltFiles()
        rows = study_rows(base)
        self.first_files = {
            name: next((row.file for row in old), "") for name, old in rows.items()
        }
        self.known = {
            name: matched(rows[name], table.rows) for name, table in tables.items()
        }

    def table(self, sheet: WorkbookSheet) -> SheetTable:
        return self.tables[sheet.name]

    def only_file(self, noun: str) -> str:
        """The file of what a dictionary has once."""
        for name, data in self.base.items():
            if noun_of(data) == noun:
                return name

        return f"{noun}.yaml"

    def remember(self, file: str, path: Path, origin: EntryOrigin) -> None:
        self.built.origins[(file, path)] = origin

    def entry(self, sheet: WorkbookSheet, row: ReadRow) -> Data:
        """The entry of a row: the old one where all its cells are as before."""
        old = self.known[sheet.name].get(row.key)
        return entry_data(sheet, row, old.entry if old else ABSENT)

    def row_file(self, sheet: WorkbookSheet, row: ReadRow, before: str) -> str:
        """The file of an entry: its own, that it had, or that of the row above."""
        cell = row.cells.get(FILE)
        old = self.known[sheet.name].get(row.key)
        if isinstance(cell, str):
            noun = noun_of(self.base.get(cell))
            if is_safe_name(cell) and noun in ("", *nouns_of(sheet.name)):
                return cell

            place = self.place(sheet, row, FILE)
            self.notes.say("sheet-file", place, value=cell, sheet=sheet.name)

        if old is not None:
            return old.file

        return before or self.first_files[sheet.name] or f"{sheet.name}.yaml"

    def place(self, sheet: WorkbookSheet, row: ReadRow, column: str) -> SheetPlace:
        number = self.table(sheet).columns.get(column, 1)
        return self.notes.place(sheet.name, row.number, number)


def nouns_of(sheet: str) -> tuple[str, ...]:
    """What a file may hold that has entries of a sheet."""
    if sheet in ("rules", "derivations"):
        return ("rules", "derivations")

    return {"schedule": ("visits",), "forms": ("form",)}.get(sheet, (sheet,))
