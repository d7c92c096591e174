"""A sheet as it was read, and the notes about its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding, Severity
from forms_spec.findings.places import TextPlace
from forms_spec.yaml_source.document import Data
from generator.workbook.layout import WorkbookSheet


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetPlace(TextPlace):
    """A cell of a workbook: ``file`` is the workbook, line and column are the cell's.

    It reads ``study.xlsx: fields!C12``, as spreadsheet programs write it.
    """

    sheet: str = ""

    def __str__(self) -> str:
        if not self.sheet:
            return self.file

        return f"{self.file}: {self.sheet}!{column_letters(self.column)}{self.line}"


def column_letters(number: int) -> str:
    """The letters of a column that counts from 1: A, Z, AA."""
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters

    return letters


class ReadRow(NamedTuple):
    """A row: its number in the sheet, what names the entry, and its filled cells."""

    number: int
    key: tuple[str, ...]
    cells: Mapping[str, Data]


@dataclass(frozen=True, kw_only=True)
class SheetTable:
    """A sheet: the column of each header, which counts from 1, and the rows.

    ``visits`` are the columns of the schedule that are visits.
    """

    sheet: WorkbookSheet
    columns: Mapping[str, int]
    rows: Sequence[ReadRow]
    visits: Sequence[str] = ()


@dataclass
class SheetNotes:
    """Collects findings about the cells of one workbook."""

    workbook: str
    findings: list[Finding] = field(default_factory=list)

    def place(self, sheet: str, row: int = 1, column: int = 1) -> SheetPlace:
        return SheetPlace(file=self.workbook, line=row, column=column, sheet=sheet)

    def say(self, code: str, place: SheetPlace, **words: Any) -> None:
        self.findings.append(finding(code, text=place, **words))

    @property
    def refuse(self) -> bool:
        """Whether a finding is an error."""
        return any(item.severity is Severity.ERROR for item in self.findings)


def is_safe_name(name: str) -> bool:
    """Whether a name is that of a YAML file of a dictionary, inside its folder."""
    return PurePosixPath(name).suffix in (".yaml", ".yml") and is_inside(name)


def is_inside(name: str) -> bool:
    """Whether a file is inside the folder of a dictionary, and no data."""
    parts = name.split("/")
    if "\\" in name or parts[0] == "subjects":
        return False
    if any(part in ("", ".", "..") or part.startswith(".") for part in parts):
        return False

    return parts[0][1:2] != ":" and "\0" not in name
