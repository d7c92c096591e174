"""Codes of the CSV files of a package: how they are written, and what their headers
say.
"""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import CatalogueEntry, refuse, warn

_AGAIN = "Export the package again, or restore the file from the original package."

ENTRIES: tuple[CatalogueEntry, ...] = (
    refuse(
        "empty-table",
        "{path} has no header row.",
        _AGAIN,
        "Even a table without rows needs a first line with its column names.",
    ),
    refuse(
        "other-delimiter",
        "{path} uses {found} as delimiter instead of {wanted}. The file was skipped.",
        "Save it as CSV with {wanted} as delimiter.",
        "The header is a single cell that contains all column names, separated by "
        "another character. "
        "Spreadsheets write such files where the comma is the decimal sign.",
    ),
    refuse(
        "utf-16",
        "{path} is in UTF-16. The file was skipped.",
        "Save it as CSV in UTF-8.",
        "Spreadsheets call this encoding 'Unicode text'.",
    ),
    refuse(
        "mac-line-ends",
        "The lines of {path} end with a single carriage return. The file was skipped.",
        "Save it with CR LF (or LF) line endings.",
        "Old Macintosh programs wrote such files.",
    ),
    warn(
        "byte-order-mark",
        "{path} begins with a byte order mark.",
        "Save it as UTF-8 without a byte order mark.",
        "Other programs may read it as part of the first column name.",
    ),
    refuse(
        "not-utf8",
        (
            "{field} contains bytes that are not UTF-8. In Windows-1252 the text is "
            "'{value}'."
        ),
        "Save the file in UTF-8.",
        "Programs that guess the encoding show wrong letters without warning.",
    ),
    refuse(
        "nul-character",
        "{field} contains a NUL character.",
        "Remove it.",
        "Most programs cut the text there or refuse the file.",
    ),
    refuse(
        "line-too-long",
        "The line has more than {most} bytes. The rest was not read.",
        "Look for a quotation mark that is never closed.",
        "Longer lines are not kept in memory.",
    ),
    refuse(
        "too-many-columns",
        "The first line has at least {most:,} delimiters. The table was not read.",
        "Check that the file is a table, or turn its columns into rows.",
        (
            "No spreadsheet has so many columns, and a file of commas alone contains "
            "no data."
        ),
    ),
    refuse(
        "cell-too-long",
        "A cell has more than {most} characters. Only the first part was read.",
        "Shorten the text, or upload it as a file.",
        "Longer cells are not kept in memory.",
    ),
    refuse(
        "unclosed-quote",
        "A quotation mark opens a cell here but is never closed.",
        'Close it, or write "" for a quotation mark inside a quoted cell.',
        "This line was read on its own, and reading continued with the next line.",
    ),
    refuse(
        "bad-quoting",
        "A closing quotation mark is not followed by a comma.",
        'Write "" for a quotation mark inside a quoted cell.',
        "In RFC 4180 a quoted cell can end only at a comma or at the end of the line.",
    ),
    refuse(
        "bare-carriage-return",
        "There is a single carriage return outside quotation marks.",
        "Quote the cell, or end the line with CR LF.",
        "Some programs read it as the end of the row and some do not.",
    ),
    refuse(
        "too-much-damage",
        "More than {most} rows of {path} are not valid CSV. The rest was not read.",
        _AGAIN,
        (
            "A file with so many broken rows was written by a program that does not "
            "quote cells."
        ),
    ),
    refuse(
        "too-many-cells",
        "The row has {given} cells, but the header has {wanted}.",
        "Put cells that contain a comma in quotation marks.",
        "The cells after the last column were ignored.",
    ),
    refuse(
        "too-few-cells",
        "The row has {given} cells, but the header has {wanted}.",
        "Add the missing cells. Each blank cell needs one comma.",
        "The missing cells were read as blank.",
    ),
    refuse(
        "missing-row",
        "The row has no value: {says}.",
        "If this was recorded on purpose, keep it, and add a column that is filled in "
        "every row, such "
        "as a row number.",
        "Frictionless treats a row of missing codes as blank and refuses it.",
    ),
    warn(
        "blank-line",
        "The line is blank.",
        "Remove it.",
        "It contains no row and was skipped.",
    ),
    refuse(
        "unknown-column",
        'The table has no column "{value}". {near}',
        "Correct the name, or remove the column.",
        "Its cells were not read.",
    ),
    refuse(
        "missing-column",
        "The column {field} is missing.",
        (
            "{near}Export the package again, or restore the file from the original "
            "package."
        ),
        "All its cells were read as blank.",
    ),
    refuse(
        "repeated-column",
        "The column {value} appears twice.",
        "Remove one of them.",
        "The first one was read.",
    ),
    warn(
        "column-order",
        "The columns are in a different order from the schema.",
        "Put them back in order.",
        "They were read by name. Frictionless reads them by position.",
    ),
)
