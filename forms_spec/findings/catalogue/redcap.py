"""Codes of reading REDCap's data dictionaries, events and records.

The place of such a finding is the row of the CSV file (the header is row 1) and the
number of the column.
"""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import CatalogueEntry, refuse, warn
from forms_spec.findings.finding import Severity

ENTRIES: tuple[CatalogueEntry, ...] = (
    refuse(
        "redcap-empty",
        "The file has no fields",
        "Export the data dictionary again",
        "A data dictionary has a header row and one row for each field.",
    ),
    refuse(
        "redcap-no-header",
        (
            'The first row "{value}" is not the header of a data dictionary. Missing: '
            "{lacking}"
        ),
        "Begin the file with REDCap's headers, as in its download",
        "Known headers are those of the download (`Variable / Field Name`, ...), of "
        "the API "
        "(`field_name`) and of older versions.",
    ),
    refuse(
        "redcap-unreadable",
        "The rest of the file cannot be read: {why}",
        "Open it in a spreadsheet and save it as CSV again",
        "Everything before this row was read.",
    ),
    warn(
        "redcap-encoding",
        "The file is not UTF-8 (byte {value}). It was read as Windows-1252",
        "Save it as UTF-8",
        "A spreadsheet program saved the file in the encoding of its system.",
    ),
    warn(
        "redcap-quotes",
        "A quote opened here is never closed, or text follows a closing quote",
        "Double each quote inside a quoted cell, and close every quoted cell",
        "Such a quote can swallow the rows that follow it.",
    ),
    warn(
        "redcap-column-twice",
        'The column "{name}" appears twice',
        "Delete one of them. The first one was read",
        "Two columns with the same header.",
    ),
    warn(
        "redcap-ragged",
        "The row has {given} cells, but the header has {needed}",
        "Check that no cell has moved to another column",
        (
            "The cause is often a comma in a cell without quotes. Missing cells are "
            "read as empty."
        ),
    ),
    refuse(
        "redcap-record-id-unknown",
        'The data dictionary has no field "{value}" to use as record id',
        (
            "Name one of its fields with --record-id. Without this option, the first "
            "field is the record id"
        ),
        "In REDCap the first field of a project is its record id, whatever its name.",
    ),
    warn(
        "redcap-no-name",
        "The row has no field name and is ignored: {value}",
        "Give the field a name, or delete the row",
        "Data are stored under the field's name.",
    ),
    warn(
        "redcap-no-form",
        'The field "{value}" has no form. It is added to "{used}"',
        "Write the form name in every row",
        "Every field belongs to a form.",
    ),
    warn(
        "redcap-name-twice",
        'The field name "{value}" appears twice. This one becomes "{used}"',
        "Rename one of them",
        "REDCap refuses a dictionary with duplicate names.",
    ),
    warn(
        "redcap-form-scattered",
        'The rows of the form "{value}" are not together. They are combined',
        "Keep the rows of a form together",
        "REDCap requires all rows of a form to follow one another.",
    ),
    warn(
        "redcap-unknown-type",
        (
            'The field "{name}" has the type "{value}", which REDCap does not have. '
            "It is read as text"
        ),
        "Correct the type, or check whether cells have moved to another column",
        "The types are text, notes, dropdown, radio, checkbox, calc, file, "
        "descriptive, slider, yesno, "
        "truefalse and sql.",
    ),
    warn(
        "redcap-unknown-validation",
        (
            'The field "{name}" has the validation "{value}", which is not a standard '
            "one. Any text is accepted"
        ),
        "Add a pattern to the field if its answers follow one",
        (
            "Administrators can add their own validation types. A data dictionary "
            "does not say what they mean."
        ),
    ),
    warn(
        "redcap-no-choices",
        'The field "{name}" has no choices. It is read as text',
        "Write them as 1, Yes | 0, No",
        "A radio, dropdown or checkbox field has its answers in the choices column.",
    ),
    warn(
        "redcap-code-twice",
        'The field "{name}" has a duplicate code: {value}',
        "Give each answer its own code. The first one was kept",
        "Otherwise nobody can distinguish the two answers in the data.",
    ),
    warn(
        "redcap-label-twice",
        'Several answers of the field "{name}" have the same label: {value}',
        "Give each answer its own label",
        "The answers have different codes, but people see only the labels.",
    ),
    warn(
        "redcap-bad-code",
        'The field "{name}" has a code with a semicolon, which is ignored: {value}',
        "Use letters, digits and _ in codes",
        "Several codes are joined by semicolons, so a code cannot contain one.",
    ),
    warn(
        "redcap-choice-comma",
        (
            'The field "{name}" has an answer without a comma, so its code is also '
            "its label"
        ),
        "Write each answer as: code, label",
        "The part before the first comma is the code.",
    ),
    warn(
        "redcap-logic",
        'The logic of "{name}" is not translated: {why} (character {at})',
        (
            "The original is kept under redcap. If you need it, write it again in the "
            "rule language"
        ),
        "The field works without it: it is always shown, or you fill it in by hand.",
    ),
    warn(
        "redcap-limit",
        'A limit of "{name}" is not translated: {why}',
        "The original is kept under redcap. Write it again as range or expected",
        "The field works without it.",
    ),
    warn(
        "redcap-unknown-form",
        'There is no form "{value}" in the data dictionary',
        "Export the lists and the dictionary again, at the same time",
        "The lists of events and of repeating forms refer to forms of the dictionary.",
    ),
    warn(
        "redcap-unknown-event",
        'There is no event "{value}"',
        "Export the lists again, at the same time",
        "The list of forms refers to events in the list of events.",
    ),
    warn(
        "redcap-event-twice",
        'The event "{value}" appears twice in the list. Only the first one is used',
        "Export the list of events again",
        "Every event needs a unique name.",
    ),
    warn(
        "redcap-no-day-zero",
        'There is no date field "{value}" to count days from',
        "Name a date field of the dictionary that does not repeat",
        "REDCap's events count days from a date that its calendar knows, but its "
        "lists do not include "
        "that date.",
    ),
    CatalogueEntry(
        code="true-when-blank",
        severity=Severity.WARNING,
        message='"{value}" is also true while {name} is blank',
        remedy="If you do not want this for a blank, write: {name} is known and {value}",
        explanation="In a REDCap dictionary `[x] <> '0'` is also true while x is "
        "blank, which is a "
        "common mistake. The translation keeps that meaning. In a rule here, `x <> "
        "'0'` is "
        "UNKNOWN then and has no effect.",
        example="form: x\ntitle: Example\nfields:\n  a: {label: A, type: yes_no}\n"
        "  b: {label: B, show_when: a is not 'N'}\n",
    ),
    refuse(
        "redcap-no-record-id",
        'The file has no column "{name}" with the record ids. It begins with {value}',
        "Export the records with the record id as the first column",
        "Every row belongs to a record.",
    ),
    refuse(
        "redcap-no-record",
        "The row has no record id and is ignored",
        "Add the record id, or delete the row",
        "Every row belongs to a record.",
    ),
    refuse(
        "redcap-value-twice",
        '"{value}" is ignored: row {first} already has a value of {name} for the same '
        "record, event and "
        "instance",
        "Keep one of them, or correct the key of its row",
        "Every field has a single value for each record, event and instance.",
    ),
    refuse(
        "redcap-box",
        '"{value}" is neither 1 nor 0',
        (
            "Write 1 for a checked box and 0 for an unchecked one, or export the "
            "records again"
        ),
        "A value that is not valid for a checkbox is kept unchanged. `Checked` and "
        "`Unchecked`, `TRUE` "
        "and `FALSE`, `1.0` and `0.0` are accepted and reported once.",
    ),
    refuse(
        "redcap-state",
        '"{value}" is not a form status. The form is read as incomplete',
        "Write 0 for incomplete, 1 for unverified or 2 for complete",
        "`form_complete` is the status of a form. Words for the status, and `2.0`, "
        "are accepted and "
        "reported once.",
    ),
    refuse(
        "redcap-subject",
        '"{value}" is not a valid subject number in this study',
        "Correct the number. Example: {example}",
        (
            "Subject numbers follow the pattern of the dictionary. This record is not "
            "imported."
        ),
    ),
    refuse(
        "redcap-group",
        '"{value}" is not a site of the study: {records}',
        "Enter the number of the site. Sites: {sites}",
        "The data access group of a record is its site: its number, its name, or "
        "REDCap's short name "
        "for it. This record is not imported.",
    ),
    refuse(
        "redcap-no-group",
        "There is no data access group, so the site is unknown: {records}",
        "Export the records with their data access groups. Sites: {sites}",
        "The data access group of a record is its site. This record is not imported.",
    ),
    refuse(
        "redcap-two-groups",
        (
            'The record {subject} is in the group "{value}" here, but in "{other}" in '
            "row {first}"
        ),
        "Correct the group in one of the rows",
        "A subject belongs to one site.",
    ),
    warn(
        "redcap-record-length",
        (
            "The record ids {value} and {other} have different lengths. Leading zeros "
            "may be missing"
        ),
        "Compare the ids with the project. If leading zeros are missing, export the "
        "records again, and "
        "do not save the file with another program",
        (
            "Spreadsheets, R and others read 0007 as 7. In a new database nothing "
            "shows which one is correct."
        ),
    ),
    warn(
        "redcap-rewritten",
        (
            "This file was {how}. These cells were read as REDCap writes them "
            "({cells}): {what}"
        ),
        (
            "If that is correct, you do not have to do anything. Otherwise use the "
            "file as REDCap exported it"
        ),
        "Programs change the cells of a table when they save it: blanks become NA, "
        "leading zeros "
        "disappear, whole numbers gain .0, answers become TRUE and FALSE or their "
        "labels. Unambiguous "
        "changes are undone in memory. Here they are counted by column, with the "
        "first row.",
    ),
    warn(
        "redcap-blank-or-code",
        '"{value}" is a missing code of {name}, but also means blank in this file. '
        "{cells} were read as "
        "the code",
        "Use the file as REDCap exported it, or compare these cells with the project",
        "If a program writes NA for a blank, it looks the same as a missing code NA.",
    ),
    refuse(
        "redcap-values-changed",
        (
            "This file was {how}. These cells are no longer valid and cannot be "
            "restored ({cells}): {what}"
        ),
        "Use the file as REDCap exported it",
        "These cells are not valid answers of their fields, and several original "
        "answers are possible. "
        "They are counted by column, with the first row, and not listed one by one.",
    ),
    warn(
        "redcap-values-lost",
        "This file was {how}. These cells may have changed ({cells}): {what}",
        "Use the file as REDCap exported it",
        "The file alone does not show what was lost: leading zeros of texts, digits "
        "of long numbers, or "
        "answers that could be several codes.",
    ),
    warn(
        "redcap-unknown-column",
        'The dictionary has no field for "{value}"',
        "{near} Validate the records with the dictionary they were captured with",
        "A column contains a field, one box of a checkbox field (`name___code`), or a "
        "form's status "
        "(`form_complete`).",
    ),
    refuse(
        "redcap-unknown-box",
        'The field "{name}" has no answer {answer}, but its box is checked',
        "If {answer} means missing data, convert the dictionary with --missing "
        "'{answer}, LABEL'. "
        "Otherwise convert the dictionary that has this answer",
        "A box is named `name___code`, with `_` for every character that is not a "
        "letter or digit: "
        "`sy____9` is the box for -9. This box was not read. The other boxes of the "
        "field were.",
    ),
    refuse(
        "redcap-record-event",
        'The dictionary has no event "{value}". The row is ignored',
        "{near} Convert the dictionary with --events and --event-forms",
        "`redcap_event_name` contains the unique name of an event.",
    ),
    refuse(
        "redcap-record-instance",
        (
            "“{form}” does not repeat, but this is its instance {value}. The row is "
            "ignored"
        ),
        "Convert the dictionary with --repeating",
        (
            "REDCap has a separate list of repeating forms and events. It is not part "
            "of the data dictionary."
        ),
    ),
    refuse(
        "redcap-record-number",
        '"{value}" is not an instance number. The row is ignored',
        "Export the records again. Instances are numbered from 1",
        "`redcap_repeat_instance` is a whole number.",
    ),
    refuse(
        "redcap-record-instrument",
        'The dictionary has no instrument "{value}". The row is ignored',
        "{near} Validate the records with the dictionary they were captured with",
        (
            "`redcap_repeat_instrument` names the instrument of which the row is an "
            "instance."
        ),
    ),
    refuse(
        "redcap-record-elsewhere",
        (
            '"{value}" is in a row of the instrument {form}, which has no such field. '
            "It is ignored"
        ),
        "Move it to a row of its own instrument",
        "A row of a repeating instrument contains values of that instrument only.",
    ),
    refuse(
        "redcap-record-form",
        (
            '"{value}" belongs to “{form}”, which is not collected at {event}. It is '
            "ignored"
        ),
        "Convert the dictionary with --event-forms, or move the value to another event",
        "The list of forms says which forms are collected at an event.",
    ),
)
