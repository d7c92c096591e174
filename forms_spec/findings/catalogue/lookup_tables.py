"""Codes of the tables that rules look values up in."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import (
    CatalogueEntry,
    PossibleCause,
    refuse,
    warn,
)

ENTRIES: tuple[CatalogueEntry, ...] = (
    refuse(
        "table-file-missing",
        "There is no file {name} with the rows of this table.",
        "Save the table as a CSV file in the folder tables of the dictionary.",
        "A table called ctcae is read from tables/ctcae.csv, unless it has a key file.",
    ),
    refuse(
        "table-key",
        "The key {name} cannot find a row.",
        "Give a number or a date one lower end (from or above) and one upper end (to "
        "or below). A text has no ends.",
        "Example: age: {{type: number, from: age_from, below: age_below}}",
    ),
    refuse(
        "table-not-csv",
        "The text is not valid CSV from here on.",
        "Put a cell with a comma or a quotation mark in double quotes, and write each "
        'quotation mark in it twice: "1 ""or"" 2".',
        "Save the file as CSV with commas, in UTF-8.",
    ),
    refuse(
        "table-header",
        'The column name "{name}" is blank or occurs twice.',
        "Give each column a name of its own in the first line.",
        "The first line of the file names the columns.",
    ),
    refuse(
        "table-column",
        "The file does not have these columns: {name}",
        "Add the columns, or correct their names in study.yaml. Cells are separated by "
        "commas, not by semicolons.",
        "Every column that keys and columns name has to be in the first line.",
    ),
    refuse(
        "table-row",
        "This row has {given} cells for {columns} columns.",
        "Write one cell for each column, and leave open ones blank.",
        "A decimal comma without quotes makes two cells of one number.",
    ),
    refuse(
        "table-cell",
        '"{value}" is not a {kind}, in the column {column}.',
        "Write numbers with a decimal point and at most 9 digits after it, and dates "
        "as YYYY-MM-DD.",
        "Example: 1,5 and 31.01.2024 are refused.",
    ),
    refuse(
        "table-reversed",
        "A range of this row ends before it begins: {low} and {high}",
        "Write the smaller one first.",
        "No value is in such a range.",
    ),
    refuse(
        "table-too-long",
        "The table has more than {most} rows.",
        "Split the table, or leave out the rows that no rule needs.",
        "Every rule with a look-up goes over the rows of its table.",
    ),
    warn(
        "table-row-twice",
        "This row is never used: line {line} has the same keys.",
        "Delete one of the two rows, or correct its keys.",
        "The first row that the keys find is used.",
    ),
    warn(
        "table-unused",
        "The study does not declare a table with the file {name}.",
        "Declare it below tables in study.yaml, or delete the file.",
        "The file is a part of the dictionary and of each package all the same.",
        follows=PossibleCause.USE,
    ),
)
