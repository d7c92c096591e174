"""Writes a dictionary as a workbook that people can work in.

Every cell is text: nothing becomes a formula, a number or a date. The same dictionary
gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from generator.heavy_libraries import xlsxwriter
from generator.workbook.cell_text import LONGEST, TOO_LONG, cell_text
from generator.workbook.layout import (
    HEADER_ROWS,
    MARK,
    SCHEDULE,
    SHEETS,
    TEXTS,
    SheetColumn,
    WorkbookSheet,
)
from generator.workbook.source_texts import HEADER, text_rows, yaml_data
from generator.workbook.study_rows import StudyRow, study_rows, visit_columns

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

CREATED = datetime(2020, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""A fixed date in the file, which knows no time zones."""


def write_workbook(files: Mapping[str, str]) -> bytes:
    """The bytes of an xlsx file with every file of a dictionary."""
    data = yaml_data(files)
    rows = study_rows(data)
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {"in_memory": True})
    workbook.set_properties({"created": CREATED})
    formats = _Formats(workbook)

    for sheet in SHEETS:
        columns = columns_of(sheet, visit_columns(data))
        _write_sheet(workbook, formats, sheet, columns, rows[sheet.name])

    hidden = workbook.add_worksheet(TEXTS)
    hidden.hide()
    for number, row in enumerate([HEADER, *text_rows(files)]):
        for index, cell in enumerate(row):
            hidden.write_string(number, index, cell, formats.text)

    workbook.close()
    return content.getvalue()


def columns_of(sheet: WorkbookSheet, visits: Sequence[str]) -> tuple[SheetColumn, ...]:
    """The columns of a sheet, with the visits of the schedule."""
    if sheet is not SCHEDULE:
        return sheet.all_columns

    marks = [MARK._replace(name=visit) for visit in visits]
    return (*sheet.keys, *marks, *sheet.columns)


class _Formats:
    """The formats of cells: text, so that 007 stays what somebody types."""

    def __init__(self, workbook: Workbook) -> None:
        text = {"num_format": "@", "valign": "top", "text_wrap": True}
        self.text: Format = workbook.add_format(text)
        self.header: Format = workbook.add_format(
            {**text, "bold": True, "bg_color": "#DCE6F1", "bottom": 1}
        )
        self.note: Format = workbook.add_format(
            {**text, "italic": True, "font_color": "#595959", "bg_color": "#F2F2F2"}
        )


def _write_sheet(
    workbook: Workbook,
    formats: _Formats,
    sheet: WorkbookSheet,
    columns: Sequence[SheetColumn],
    rows: Sequence[StudyRow],
) -> None:
    worksheet = workbook.add_worksheet(sheet.name)
    # The names stay in sight while you scroll.
    worksheet.freeze_panes(HEADER_ROWS, len(sheet.keys))
    last = HEADER_ROWS + len(rows) - 1
    # The notes are above the rows, and are no part of what is filtered or sorted.
    worksheet.autofilter(HEADER_ROWS - 1, 0, max(last, HEADER_ROWS), len(columns) - 1)

    for index, column in enumerate(columns):
        worksheet.set_column(index, index, column.width, formats.text)
        worksheet.write_string(0, index, column.note, formats.note)
        worksheet.write_string(1, index, column.name, formats.header)

    for number, row in enumerate(rows, start=HEADER_ROWS):
        for index, text in enumerate(row_texts(sheet, columns, row)):
            if text:
                worksheet.write_string(number, index, text, formats.text)


def row_texts(
    sheet: WorkbookSheet, columns: Sequence[SheetColumn], row: StudyRow
) -> list[str]:
    """The texts of a row, empty where a key is not there."""
    texts = [cell_text(name) if name else "" for name in row.key]
    for column in columns[len(sheet.keys) :]:
        text = ""
        if column.name in row.cells:
            text = cell_text(row.cells[column.name])

        texts.append(TOO_LONG if len(text) > LONGEST else text)

    return texts
