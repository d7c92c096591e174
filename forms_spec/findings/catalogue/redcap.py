"""Codes of reading REDCap's data dictionaries, events and records.

The place of such a finding is the row of the CSV file (the header is row 1) and the number of the column.
"""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import Entry
from forms_spec.findings.finding import Severity


def _entry(severity: Severity, code: str, message: str, remedy: str, explanation: str) -> Entry:
    return Entry(code=code, severity=severity, message=message, remedy=remedy, explanation=explanation)


def _refuse(code: str, message: str, remedy: str, explanation: str) -> Entry:
    return _entry(Severity.REFUSE, code, message, remedy, explanation)


def _warn(code: str, message: str, remedy: str, explanation: str) -> Entry:
    return _entry(Severity.WARNING, code, message, remedy, explanation)


ENTRIES: tuple[Entry, ...] = (
    _refuse(
        "redcap-empty",
        "The file has no fields",
        "Export the data dictionary again",
        "A data dictionary has a header and one row for each field.",
    ),
    _refuse(
        "redcap-no-header",
        'The first row "{value}" is no header of a data dictionary: it lacks {lacking}',
        "Begin the file with the headers of REDCap, as its download does",
        "The headers of the download (`Variable / Field Name`, ...), of the API (`field_name`) and older "
        "ones are known.",
    ),
    _refuse(
        "redcap-unreadable",
        "The file cannot be read on from here: {why}",
        "Open it in a spreadsheet and save it as CSV again",
        "What stands before this row was read.",
    ),
    _warn(
        "redcap-encoding",
        "The file is not UTF-8 (byte {value}): read as Windows-1252",
        "Save it as UTF-8",
        "A spreadsheet program saved the file in the encoding of its system.",
    ),
    _warn(
        "redcap-quotes",
        "A quote that opens here is not closed, or text stands behind a closed one",
        "Double a quote inside a quoted cell, and close each one",
        "Such a quote can swallow the rows after it.",
    ),
    _warn(
        "redcap-column-twice",
        'The column "{name}" stands twice',
        "Delete one of them; the first one was read",
        "Two columns with the same header.",
    ),
    _warn(
        "redcap-ragged",
        "The row has {given} cells, the header {needed}",
        "Check that no cell was shifted",
        "Often a comma in a cell without quotes. Missing cells are read as empty.",
    ),
    _refuse(
        "redcap-record-id-unknown",
        'The data dictionary has no field "{value}" that could be the record id',
        "Name one of its fields with --record-id, or leave the option out: the first field is the record id",
        "In REDCap the first field of a project is its record id, whatever it is called.",
    ),
    _warn(
        "redcap-no-name",
        "The row has no field name and is left out: {value}",
        "Give the field a name, or delete the row",
        "Data are stored under the field's name.",
    ),
    _warn(
        "redcap-no-form",
        'The field "{value}" has no form: taken as one of "{used}"',
        "Write the form's name into each row",
        "Every field belongs to a form.",
    ),
    _warn(
        "redcap-name-twice",
        'The field name "{value}" stands twice: this one becomes "{used}"',
        "Give one of them another name",
        "REDCap refuses a dictionary in which a name stands twice.",
    ),
    _warn(
        "redcap-form-scattered",
        'Rows of the form "{value}" stand apart: put together',
        "Keep the rows of a form together",
        "REDCap wants all rows of a form one after the other.",
    ),
    _warn(
        "redcap-unknown-type",
        'The field "{name}" has the type "{value}", which REDCap does not know: taken as text',
        "Correct the type, or look for shifted cells",
        "The types are text, notes, dropdown, radio, checkbox, calc, file, descriptive, slider, yesno, "
        "truefalse and sql.",
    ),
    _warn(
        "redcap-unknown-validation",
        'The field "{name}" has the validation "{value}", none of REDCap\'s own: any text is taken',
        "Add a pattern to the field if its answers have one",
        "Administrators can add validation types of their own; a dictionary does not say what they mean.",
    ),
    _warn(
        "redcap-no-choices",
        'The field "{name}" has no choices: taken as text',
        "Write them as 1, Yes | 0, No",
        "A radio, dropdown or checkbox field has its answers in the choices column.",
    ),
    _warn(
        "redcap-code-twice",
        'The field "{name}" has a code twice: {value}',
        "Give each answer its own code; the first one was kept",
        "In the data nobody could tell the two answers apart.",
    ),
    _warn(
        "redcap-label-twice",
        'Answers of the field "{name}" have the same words: {value}',
        "Give each answer its own label",
        "Codes tell the answers apart, and people see only the labels.",
    ),
    _warn(
        "redcap-bad-code",
        'The field "{name}" has a code with a semicolon, which is left out: {value}',
        "Use letters, digits and _ in codes",
        "Codes of several answers are joined by semicolons.",
    ),
    _warn(
        "redcap-choice-comma",
        'The field "{name}" has an answer without a comma: its code is also its label',
        "Write each answer as code, label",
        "The part before the first comma is the code.",
    ),
    _warn(
        "redcap-logic",
        'The logic of "{name}" is not translated: {why} (character {at})',
        "It is kept as it is written under redcap; write it anew in the rule language if it is needed",
        "The field works without it: it is always shown, or has to be filled in by hand.",
    ),
    _warn(
        "redcap-limit",
        'A limit of "{name}" is not translated: {why}',
        "It is kept as it is written under redcap; write it anew as range or expected",
        "The field works without it.",
    ),
    _warn(
        "redcap-unknown-form",
        'There is no form "{value}" in the data dictionary',
        "Export the lists again together with the dictionary",
        "The lists of events and of repeating forms name forms of the dictionary.",
    ),
    _warn(
        "redcap-unknown-event",
        'There is no event "{value}"',
        "Export the lists again together",
        "The list of forms names events of the list of events.",
    ),
    _warn(
        "redcap-event-twice",
        'The event "{value}" stands twice in the list, and only the first is taken',
        "Export the list of events again",
        "Every event has a unique name.",
    ),
    _warn(
        "redcap-no-day-zero",
        'There is no date field "{value}" from which days could be counted',
        "Name a field of the dictionary that is a date, and that does not repeat",
        "The days of REDCap's events count from a day that its calendar knows, and its lists do not.",
    ),
    Entry(
        code="true-when-blank",
        severity=Severity.WARNING,
        message='"{value}" is also true while {name} is blank',
        remedy="If a blank is not meant, write: {name} is known and {value}",
        explanation="A dictionary of REDCap says `[x] <> '0'`, which REDCap finds true as long as x is "
        "blank: a frequent mistake. The translation keeps that meaning. `x <> '0'` is UNKNOWN then, and asks "
        "for nothing.",
        example="form: x\ntitle: Example\nfields:\n  a: {label: A, type: yes_no}\n"
        "  b: {label: B, show_when: a is not 'N'}\n",
    ),
    _refuse(
        "redcap-no-record-id",
        'The file has no column "{name}" with the record ids; it begins with {value}',
        "Export the records with the record id as the first column",
        "Every row belongs to a record.",
    ),
    _refuse(
        "redcap-no-record",
        "The row has no record id and is left out",
        "Fill the record id in, or delete the row",
        "Every row belongs to a record.",
    ),
    _refuse(
        "redcap-value-twice",
        '"{value}" is left out: row {first} has a value of {name} for the same record, event and instance',
        "Keep one of the two values, or correct the key of its row",
        "Every field has one value for each record, event and instance.",
    ),
    _refuse(
        "redcap-box",
        '"{value}" is neither 1 nor 0',
        "Write 1 for a ticked box and 0 for one that is not, or export the records again",
        "A box that cannot be read is kept as it is, as a value that its field does not have. `Checked` and "
        "`Unchecked`, `TRUE` and `FALSE`, `1.0` and `0.0` are read, and that is said once.",
    ),
    _refuse(
        "redcap-state",
        '"{value}" is no state of a form; the form is taken as incomplete',
        "Write 0 for incomplete, 1 for unverified or 2 for complete",
        "`form_complete` says how far a form is. Words for the states, and `2.0`, are read, and that is said "
        "once.",
    ),
    _refuse(
        "redcap-subject",
        '"{value}" is no number of a subject of this study',
        "Correct the number; one looks like {example}",
        "Subject numbers follow the pattern of the dictionary. Such a record is not imported.",
    ),
    _refuse(
        "redcap-group",
        '"{value}" is no site of the study: {records}',
        "Write the number of the site; the sites are {sites}",
        "The data access group of a record is its site: its number, its name, or REDCap's short name of it. "
        "Such a record is not imported.",
    ),
    _refuse(
        "redcap-no-group",
        "No data access group is given, so the site is not known: {records}",
        "Export the records with their data access groups; the sites are {sites}",
        "The data access group of a record is its site. Such a record is not imported.",
    ),
    _refuse(
        "redcap-two-groups",
        'The record {subject} is in the group "{value}" here, and in "{other}" in row {first}',
        "Correct the group in one of the rows",
        "A subject belongs to one site.",
    ),
    _warn(
        "redcap-record-length",
        "The record ids {value} and {other} differ in length: zeros in front may be gone",
        "Compare the ids with the project. If they had zeros, export the records again, and let no other "
        "program save the file",
        "A spreadsheet, R and others read 0007 as 7. In a new database nothing tells which it was.",
    ),
    _warn(
        "redcap-rewritten",
        "This file was {how}. Read as REDCap writes it ({cells}): {what}",
        "Nothing has to be done if that is right. Else hand in the file as REDCap exported it",
        "Programs change the cells of a table when they save it: blanks become NA, zeros in front go, whole "
        "numbers gain .0, answers become TRUE and FALSE or their labels. What is beyond doubt is undone in "
        "memory, and counted here by column with the first row.",
    ),
    _warn(
        "redcap-blank-or-code",
        '"{value}" is a missing code of {name}, and in this file also a blank: {cells} read as the code',
        "Hand in the file as REDCap exported it, or compare these cells with the project",
        "A program that writes NA for a blank leaves no difference to a missing code NA.",
    ),
    _refuse(
        "redcap-values-changed",
        "This file was {how}. No answer any more, and not to be restored ({cells}): {what}",
        "Hand in the file as REDCap exported it",
        "What these cells hold is no answer of their fields, and several answers could have become it. They "
        "are counted here by column, with the first row, and not listed one by one.",
    ),
    _warn(
        "redcap-values-lost",
        "This file was {how}. Perhaps not as it was ({cells}): {what}",
        "Hand in the file as REDCap exported it",
        "The file alone does not tell: zeros in front of texts, digits of long numbers, answers that several "
        "codes could have been.",
    ),
    _warn(
        "redcap-unknown-column",
        'The dictionary has no field for "{value}"',
        "{near} Judge the records by the dictionary that they were captured with",
        "A column holds a field, a box of a checkbox (`name___code`), or a form's state (`form_complete`).",
    ),
    _refuse(
        "redcap-unknown-box",
        'The field "{name}" has no answer {answer}, and it is ticked',
        "If {answer} stands for missing data, convert the dictionary with --missing '{answer}, LABEL'; "
        "else convert the one that has this answer",
        "A box is named `name___code`, with `_` for every sign that is no letter and no digit: "
        "`sy____9` is the box of -9. What is ticked there was not read; the field's other boxes were.",
    ),
    _refuse(
        "redcap-record-event",
        'The dictionary has no event "{value}"; the row is left out',
        "{near} Convert the dictionary with --events and --event-forms",
        "`redcap_event_name` holds the unique name of an event.",
    ),
    _refuse(
        "redcap-record-instance",
        "“{form}” does not repeat, and here is its instance {value}; the row is left out",
        "Convert the dictionary with --repeating",
        "Which forms and events repeat stands in a list of its own, not in REDCap's data dictionary.",
    ),
    _refuse(
        "redcap-record-number",
        '"{value}" is no number of an instance; the row is left out',
        "Export the records again: instances are numbered from 1",
        "`redcap_repeat_instance` is a whole number.",
    ),
    _refuse(
        "redcap-record-instrument",
        'The dictionary has no instrument "{value}"; the row is left out',
        "{near} Judge the records by the dictionary that they were captured with",
        "`redcap_repeat_instrument` names the instrument that a row is an instance of.",
    ),
    _refuse(
        "redcap-record-elsewhere",
        '"{value}" stands in a row of the instrument {form}, which has no such field; it is left out',
        "Move it to a row of its own instrument",
        "A row of a repeating instrument holds values of that instrument alone.",
    ),
    _refuse(
        "redcap-record-form",
        '"{value}" belongs to “{form}”, which is not collected at {event}; it is left out',
        "Convert the dictionary with --event-forms, or move the value to another event",
        "The list of forms says which are collected at an event.",
    ),
)
