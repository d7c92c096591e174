"""Codes of reading a workbook as a dictionary.

The place of such a finding is the workbook, the sheet and the cell.
"""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import CatalogueEntry, refuse, warn

ENTRIES: tuple[CatalogueEntry, ...] = (
    refuse(
        "sheet-no-workbook",
        "The file is not a workbook: {why}",
        "Save it as an Excel workbook (.xlsx)",
        "A dictionary is read from an xlsx file such as crfsmith writes.",
    ),
    warn(
        "sheet-unknown",
        'There is no sheet "{name}" in a dictionary. It was left out',
        "{near} Rename it if it should be read, or leave it as your own",
        "Sheets with notes of your own do no harm. They are not read.",
    ),
    warn(
        "sheet-missing",
        'The sheet "{name}" is missing. Its entries stay as they were',
        "Put it back. To delete its entries, leave the sheet and delete its rows",
        "A missing sheet is more often an accident than a wish to delete everything.",
    ),
    refuse(
        "sheet-too-long",
        "The sheet has more than {most} rows",
        "Delete the rows below the last entry",
        "Some programs save formats of a million empty rows.",
    ),
    refuse(
        "sheet-no-header",
        "The header is missing. It needs the columns {needed}",
        "Put the header back, in one of the first ten rows",
        "The header says which column is which. The order of the columns is free.",
    ),
    refuse(
        "sheet-column",
        'There is no column "{name}" on this sheet',
        "{near} Correct the header. Keys without a column go into the column other, as "
        "{{key: value}}",
        "A column with another name would be lost.",
    ),
    refuse(
        "sheet-column-unnamed",
        "Column {column} has values and no header",
        "Write the header of the column, or empty its cells",
        "A column without a header would be lost.",
    ),
    refuse(
        "sheet-column-twice",
        'The column "{name}" appears twice',
        "Delete one of them",
        "Two columns with the same header.",
    ),
    refuse(
        "sheet-column-missing",
        'The column "{name}" is missing, and entries have values there',
        "Put it back. To delete the values, leave the header and empty the cells",
        "A missing column is more often an accident than a wish to delete its values.",
    ),
    refuse(
        "sheet-name-missing",
        "The {column} of this row is missing",
        "Write it, or delete the whole row",
        "Each row needs the names that say which entry it is.",
    ),
    refuse(
        "sheet-twice",
        'There is already a row "{name}", row {row}',
        "Rename one of them, or delete it",
        "The names in the first columns say which entry a row is.",
    ),
    refuse(
        "sheet-parent",
        'There is no {what} "{name}"',
        "Add it to its sheet, or correct the name",
        "A group needs its form on the sheet forms, and a field needs its group on the "
        "sheet groups.",
    ),
    warn(
        "sheet-not-text",
        "The cell is not text. It was read as {value}",
        "Format the cell as text and type it again, with any leading zeros",
        "A spreadsheet program turns 007 into the number 7, and 1-2 into a date.",
    ),
    refuse(
        "sheet-error-cell",
        "The cell has an error instead of a value: {value}",
        "Type the value",
        "A formula in the cell went wrong.",
    ),
    refuse(
        "sheet-cell",
        "The cell begins like a list or a mapping, and cannot be read: {value}",
        "Close every bracket and quote, as in [ND, UNK] or {{Y: Yes, N: No}}",
        "A cell that begins with [ or {{ is YAML on one line. Put a text that begins so "
        "in quotes.",
    ),
    refuse(
        "sheet-long-cell",
        "The row says that a value is too long for a cell, but no such value was kept",
        "Write the value into the file of the dictionary",
        "A cell takes 32,767 characters. A longer value stays in the hidden sheet.",
    ),
    refuse(
        "sheet-part",
        'The sheet study has no key "{key}" in the part "{value}"',
        "Use the part study, eligibility or reference_ranges. Sites, missing codes, "
        "parameters, criteria and ranges have their own sheets",
        "The sheet study has the keys that are not lists of entries.",
    ),
    refuse(
        "sheet-criterion",
        'A criterion is of inclusion or exclusion, not of "{value}"',
        "Write inclusion or exclusion",
        "The column list says which of the two lists a criterion belongs to.",
    ),
    refuse(
        "sheet-file",
        'The file "{value}" cannot hold entries of the sheet {sheet}',
        "Give another file, such as rules/more.yaml, or empty the cell",
        "A file is inside the dictionary's folder, ends in .yaml, and holds one kind of "
        "entries. A form has a file of its own.",
    ),
    warn(
        "sheet-deleted",
        "Deleted, because the rows are gone: {names}",
        "If you did not mean to delete them, put the rows back",
        "An entry without a row is deleted. What was captured in it stays in the "
        "history.",
    ),
    warn(
        "sheet-renamed",
        'Renamed: "{old}" is now "{name}"',
        "If it is a new entry, put the row of the old one back as well",
        "A row with another name in the place of the old one is a renamed entry. Rules "
        "and the schedule have to use the new name.",
    ),
    warn(
        "sheet-texts-missing",
        "The hidden sheet with the texts is missing. All files are written anew, "
        "without comments",
        "Keep the sheet texts, if you want comments and layout to stay",
        "The sheet texts has the text of every file of the dictionary.",
    ),
    refuse(
        "sheet-texts-damaged",
        'The hidden sheet with the texts was changed: "{file}"',
        "Take the sheet from the workbook that crfsmith wrote, or delete it to write all "
        "files anew",
        "The sheet texts has the text of every file of the dictionary, with its hash.",
    ),
    warn(
        "sheet-comments-lost",
        "{file} had to be written anew. Its comments are lost",
        "Copy the comments from the old file",
        "Changed entries are written into the old text. With anchors and unusual "
        "layouts that is not possible.",
    ),
)
