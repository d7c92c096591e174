"""Workbooks as people and their programs leave them: cells changed and saved anew."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import python_calamine
import xlsxwriter

from generator.workbook.write_workbook import write_workbook

Cells = list[list[Any]]
"""The rows of a sheet. The first has the notes, the second the header."""

Book = dict[str, Cells]


def cells_of(content: bytes) -> Book:
    """Every sheet of a workbook, hidden ones too."""
    workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {
        name: [[*row] for row in workbook.get_sheet_by_name(name).to_python()]
        for name in workbook.sheet_names
    }


def saved(
    book: Mapping[str, Sequence[Sequence[Any]]],
    *,
    formulas: bool = False,
    merged: Mapping[str, tuple[int, int, int, int]] = MappingProxyType({}),
) -> bytes:
    """The sheets as another program saves them: numbers are numbers.

    ``formulas``: the text of a formula is one, and its result is an error. ``merged``
    are the first and last row and column of a merged range, by sheet.
    """
    content = io.BytesIO()
    options = {"in_memory": True, "default_date_format": "yyyy-mm-dd"}
    workbook = xlsxwriter.Workbook(content, options)
    for name, rows in book.items():
        sheet = workbook.add_worksheet(name)
        if name in merged:
            top, left, bottom, right = merged[name]
            sheet.merge_range(top, left, bottom, right, rows[top][left])

        for number, row in enumerate(rows):
            for index, cell in enumerate(row):
                if formulas and cell == "=1/0":
                    sheet.write_formula(number, index, cell, None, "#DIV/0!")
                elif isinstance(cell, str) and cell:
                    sheet.write_string(number, index, cell)
                elif cell != "":
                    sheet.write(number, index, cell)

    workbook.close()
    return content.getvalue()


def edited(files: Mapping[str, str], edit: Callable[[Book], None]) -> bytes:
    """The workbook of a dictionary after somebody has worked in it."""
    book = cells_of(write_workbook(files))
    edit(book)
    return saved(book)


def row_of(book: Book, sheet: str, *key: str) -> int:
    """The index of the row that begins with these cells."""
    rows = book[sheet]
    return next(
        index for index, row in enumerate(rows) if tuple(row[: len(key)]) == key
    )


def column_of(book: Book, sheet: str, name: str) -> int:
    """The index of a column."""
    return book[sheet][1].index(name)


def put(book: Book, sheet: str, key: Sequence[str], column: str, value: Any) -> None:
    """Type something into a cell."""
    row = row_of(book, sheet, *key)
    book[sheet][row][column_of(book, sheet, column)] = value
