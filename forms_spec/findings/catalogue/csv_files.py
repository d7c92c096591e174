"""Codes of the CSV files of a package: how they are written, and what their headers say."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import Entry
from forms_spec.findings.finding import Severity


def _entry(
    code: str, message: str, remedy: str, explanation: str, severity: Severity = Severity.REFUSE
) -> Entry:
    return Entry(code=code, severity=severity, message=message, remedy=remedy, explanation=explanation)


_AGAIN = "Export the package again, or restore the file from the original package."
_WARNING = Severity.WARNING

ENTRIES: tuple[Entry, ...] = (
    _entry(
        "empty-table",
        "{path} has no header.",
        _AGAIN,
        "Even a table without rows has a first line with the names of its columns.",
    ),
    _entry(
        "other-delimiter",
        "The cells of {path} are parted by {found}, not by {wanted}; it was not read.",
        "Save it as CSV with {wanted} between the cells.",
        "The header is one cell that holds the names of the columns with another character between them. "
        "Spreadsheets write files like this where the comma is the decimal sign.",
    ),
    _entry(
        "utf-16",
        "{path} is in UTF-16 and was not read.",
        "Save it as CSV in UTF-8.",
        "Spreadsheets call this encoding 'Unicode text'.",
    ),
    _entry(
        "mac-line-ends",
        "The lines of {path} end with a carriage return alone; it was not read.",
        "Save it with line ends CR LF (or LF).",
        "Old Macintosh programs wrote files like this.",
    ),
    _entry(
        "byte-order-mark",
        "{path} begins with a byte order mark.",
        "Save it as UTF-8 without a byte order mark.",
        "Other readers may take it for a part of the first column's name.",
        _WARNING,
    ),
    _entry(
        "not-utf8",
        "{field} holds bytes that are not UTF-8; read as Windows-1252 they say '{value}'.",
        "Save the file in UTF-8.",
        "Readers that guess the encoding show wrong letters without a word.",
    ),
    _entry(
        "nul-character",
        "{field} holds a NUL character.",
        "Remove it.",
        "Most readers cut the text there or refuse the file.",
    ),
    _entry(
        "line-too-long",
        "The line has more than {most} bytes; the rest of it was not read.",
        "Look for a quotation mark that is not closed.",
        "Longer lines are not kept in memory.",
    ),
    _entry(
        "too-many-columns",
        "The first line has {most:,} separators or more; the table was not read.",
        "Look whether the file is a table at all, or turn its columns into rows.",
        "No spreadsheet has so many columns, and a file of nothing but commas is no data.",
    ),
    _entry(
        "cell-too-long",
        "A cell has more than {most} characters; the row was read as far as it could be.",
        "Shorten the text, or hand it in as a file.",
        "Longer cells are not kept in memory.",
    ),
    _entry(
        "unclosed-quote",
        "A quotation mark opens a cell here and is never closed.",
        'Close it, or write "" for a quotation mark inside a quoted cell.',
        "The line was read alone, and reading went on with the next line.",
    ),
    _entry(
        "bad-quoting",
        "After a closing quotation mark stands something else than a comma.",
        'Write "" for a quotation mark inside a quoted cell.',
        "RFC 4180 lets a quoted cell end only at a comma or at the end of the line.",
    ),
    _entry(
        "bare-carriage-return",
        "A carriage return stands alone outside quotation marks.",
        "Quote the cell, or end the line with CR LF.",
        "Some readers take it for the end of the row and some do not.",
    ),
    _entry(
        "too-much-damage",
        "More than {most} rows of {path} are no proper CSV; the rest was not read.",
        _AGAIN,
        "A file with so many broken rows was written by a program that does not quote.",
    ),
    _entry(
        "too-many-cells",
        "The row has {given} cells, the header has {wanted}.",
        "Quote cells that hold a comma.",
        "The cells after the last column were left out.",
    ),
    _entry(
        "too-few-cells",
        "The row has {given} cells, the header has {wanted}.",
        "Add the missing cells; a blank one is a comma more.",
        "The missing cells were taken as blank.",
    ),
    _entry(
        "missing-row",
        "The row has no value: {says}.",
        "If this was recorded on purpose, keep it, and give the table a column that every row answers, "
        "such as a number of the row.",
        "Frictionless takes a row of nothing but missing codes for a blank one, and refuses it.",
    ),
    _entry(
        "blank-line", "The line is blank.", "Remove it.", "It holds no row and was passed over.", _WARNING
    ),
    _entry(
        "unknown-column",
        'The table has no column "{value}". {near}',
        "Correct the name, or remove the column.",
        "Its cells were not read.",
    ),
    _entry(
        "missing-column",
        "The column {field} is missing.",
        "{near}Export the package again, or restore the file from the original package.",
        "All its cells were taken as blank.",
    ),
    _entry(
        "repeated-column",
        "The column {value} stands twice.",
        "Remove one of the two.",
        "The first one was read.",
    ),
    _entry(
        "column-order",
        "The columns are not in the order of the schema.",
        "Put them back in order.",
        "They were read by their names. Frictionless reads them by position.",
        _WARNING,
    ),
)
