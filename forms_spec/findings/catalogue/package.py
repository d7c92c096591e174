"""Codes of package import and validation."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import Entry
from forms_spec.findings.finding import Severity


def _entry(
    code: str, message: str, remedy: str, explanation: str, severity: Severity = Severity.REFUSE
) -> Entry:
    return Entry(code=code, severity=severity, message=message, remedy=remedy, explanation=explanation)


_AGAIN = "Export the package again, or restore the file from the original package."
_WARNING = Severity.WARNING

_WHOLE = (
    _entry(
        "no-package",
        "There is no package at {value}.",
        "Give the path of a zip, of a folder, or of a datapackage.json.",
        "The path leads to nothing that can be opened.",
    ),
    _entry(
        "empty-zip",
        "{value} is empty: there is nothing in it.",
        "Export, download or copy the package again.",
        "The file has no bytes at all, as after a disk that was full or a download that never began.",
    ),
    _entry(
        "not-a-zip",
        "{value} is not a zip.",
        "Give the zip of the export. A table is judged inside its package: put it back there.",
        "The file does not begin as a zip does, whatever its name.",
    ),
    _entry(
        "broken-zip",
        "{value} cannot be read as a zip: {why}.",
        "Download or copy the package again.",
        "The file is no zip, or was cut off or changed on its way.",
    ),
    _entry(
        "package-too-large",
        "The zip would unpack to more than {most}, {files} files or {growth} times its size.",
        "Make sure that the file comes from whom you think; unpack it yourself and validate the folder.",
        "A small zip can unpack to any size. Such a file is not opened.",
    ),
    _entry(
        "no-descriptor",
        "The package has no datapackage.json.",
        "Add the datapackage.json of the export, at the top of the zip or folder.",
        "Without it nobody knows which files are tables and what their columns mean.",
    ),
    _entry(
        "broken-descriptor",
        "datapackage.json cannot be read: {why}.",
        _AGAIN,
        "The descriptor has to be a JSON object with a list of resources, in UTF-8.",
    ),
    _entry(
        "broken-resource",
        "A resource of datapackage.json has no name or no path: {value}.",
        "Give every resource a name and the path of one file.",
        "A table is found by its name and its path.",
    ),
    _entry(
        "repeated-resource",
        "datapackage.json lists the resource {value} twice.",
        "Keep one of the two.",
        "The second one was not read.",
    ),
    _entry(
        "broken-schema",
        "The schema of {value} is no Table Schema: {why}.",
        "Correct the schema in datapackage.json.",
        "The table could not be judged.",
    ),
    _entry(
        "frictionless-error",
        "{kind}: {says}",
        "Correct the file or its description.",
        "Frictionless says so. It judges descriptors, and tables that are not CSV in UTF-8 with a schema.",
    ),
    _entry(
        "unsafe-path",
        "{value} leads out of the package and was not opened.",
        "Give paths below the package, with forward slashes and without '..'.",
        "A package that asks for files elsewhere on the machine is either broken or an attack.",
    ),
    _entry(
        "repeated-file",
        "The zip holds {value} twice.",
        "Pack the folder again.",
        "Programs differ on which of the two they read; the first one was read here.",
    ),
    _entry(
        "missing-file",
        "{value} is missing.",
        _AGAIN,
        "The dictionary or the descriptor names a table whose file is not there.",
    ),
    _entry(
        "resource-missing",
        "datapackage.json does not list the table {value}.",
        "Export the package again with this dictionary.",
        "The dictionary has the table; people who read the package without crfsmith will not find it.",
    ),
    _entry(
        "unlisted-file",
        "{value} is in the package, and nothing says what it is.",
        "Remove the file, or list it in datapackage.json.",
        "A table that no resource names is read by nobody.",
        _WARNING,
    ),
    _entry(
        "unknown-table",
        "The dictionary has no table {value}.",
        "Remove it from the package, or validate with the dictionary that has it.",
        "Its cells were checked against its own schema; no rule of the study speaks of it.",
        _WARNING,
    ),
    _entry(
        "resource-not-judged",
        "{value} was not judged: {why}.",
        "Validate it with Frictionless.",
        "A table that the dictionary lacks is judged when it is CSV in UTF-8 with commas and has its schema "
        "in datapackage.json.",
        _WARNING,
    ),
    _entry(
        "judging-stopped",
        "{value} was given up: {why}.",
        "Validate it on your own machine with crfsmith validate, or split it into smaller packages.",
        "One package may not keep all others waiting. What was found until then is not kept.",
    ),
    _entry(
        "schema-differs",
        "The schema of {value} in datapackage.json is not the one that the dictionary gives.",
        "Export the package again with this dictionary.",
        "The package is judged by the dictionary. A reader without crfsmith is told something else.",
        _WARNING,
    ),
    _entry(
        "file-changed",
        "{value} was changed after the export.",
        "Make sure that the change is meant, and who made it.",
        "The file's hash or size is not the one in datapackage.json. It was read as it is now.",
        _WARNING,
    ),
    _entry(
        "saved-by-program",
        "{files} came back from {program}: {habits}. {outcome}.",
        "Take the tables from the export again, and have the other program read every column as text. Or let "
        "crfsmith repair write a package with what is beyond doubt.",
        "Programs change cells when they save a table. What a list of codes, the grammar of a field or "
        "audit.csv leaves no doubt about is judged as it was; the files are not changed.",
        _WARNING,
    ),
    _entry(
        "rewritten-by-program",
        "{files} came back from {program}: {habits}. {outcome}.",
        "Take the tables from their source again, and have the other program read every column as text.",
        "Programs change cells when they save a table. What refused cells of a column have in common tells "
        "the program; the cells themselves are judged as they are.",
        _WARNING,
    ),
    _entry(
        "column-rewritten",
        "{cells}: {says} ({before} became {now}). {outcome}.",
        "Run crfsmith repair, or take the table from the export again.",
        "A program wrote a whole column in its own way. It is said once, not cell by cell.",
        _WARNING,
    ),
    _entry(
        "row-numbers-added",
        'The first column of {path}, "{value}", only counts the rows.',
        "Remove the column, or save the table without row names.",
        "R and pandas write the number of each row unless they are told not to. The column was left out.",
        _WARNING,
    ),
    _entry(
        "files-written-again",
        "{count} written again, and no cell differs from the export ({names}).",
        "Nothing has to be done. Other programs find the hash of datapackage.json wrong.",
        "Line ends or quotation marks are others; with those of an export the hash is right again.",
        _WARNING,
    ),
    _entry(
        "cell-lost",
        "{now} is here, {before} was saved: {says}.",
        "Put {before} back; crfsmith repair does it with --from-audit.",
        "A program changed what the cell says. audit.csv still holds the last value that was saved.",
    ),
    _entry(
        "cell-differs",
        "{now} is here, {before} was saved last.",
        "Put {before} back. To correct a value, enter it on the page of its form, with a reason.",
        "audit.csv holds the last value of every cell. This cell was changed in the package itself, whatever "
        "hash datapackage.json gives for the file.",
    ),
    _entry(
        "column-differs",
        "Cells of {field} in {path} are not what was saved last.",
        "Validate the package with --engine embedded, which says which cells and what was saved.",
        "On a cluster the sums of a column and of its last values in audit.csv are compared, not each cell.",
    ),
    _entry(
        "row-gone",
        "A row of {value} with {count} answers was saved, and {path} does not have it.",
        _AGAIN,
        "audit.csv holds values of a row that is not in its table any more.",
    ),
    _entry(
        "change-erased",
        "This change of {field} changes nothing: what was erased in it is erased in its table, too.",
        "Take audit.csv and the tables from the export again. Programs erase codes such as NA.",
        "A save writes what it changes. Where old and new are both blank, a program that saved audit.csv "
        "took a missing code for a blank.",
    ),
    _entry(
        "form-without-trail",
        "Nobody saved this form: audit.csv does not know {value}.",
        "Find out where its row comes from. Enter the form on its page, or take the row out.",
        "audit.csv has the saves of every form of an export. This form was put into the package itself.",
        Severity.QUERY,
    ),
    _entry(
        "dictionary-missing",
        "The package has no dictionary, so that forms and rules were not judged.",
        "Give one with --dictionary DIR.",
        "Cells were checked against the package's own schemas.",
    ),
    _entry(
        "dictionary-differs",
        "The package was exported with another dictionary ({value}) than the one used here ({used}).",
        "Look at what changed between the two, or validate with the package's own dictionary.",
        "Hashes are the SHA-256 of the dictionary's exact text.",
        _WARNING,
    ),
    _entry(
        "broken-file",
        "{value} cannot be read to its end: {why}.",
        _AGAIN,
        "What was read before the damage was judged.",
    ),
    _entry(
        "upload-missing",
        "{value} is not in the package.",
        _AGAIN,
        "A cell names an uploaded file that was not packed.",
    ),
    _entry(
        "upload-changed",
        "{value} is not the file that was uploaded.",
        _AGAIN,
        "The name begins with the file's SHA-256, and datapackage.json lists the whole of it; the content "
        "has another one.",
    ),
    _entry(
        "uploads-alike",
        "{value} and {other} are different files whose SHA-256 begin alike.",
        "Find out who made them, and hand in one of them as a new document.",
        "A cell names its file by the first 16 hex digits of its SHA-256, so it could mean either. Two such "
        "files do not meet by chance.",
    ),
    _entry(
        "upload-orphaned",
        "No form names {value}.",
        "Find out where it comes from; it is left out of an import.",
        "Every uploaded file belongs to a cell. One that was replaced or removed is not exported.",
        _WARNING,
    ),
)

_ROWS = (
    _entry(
        "bad-key-number",
        "'{value}' is no number of {field}.",
        "Write a whole number in digits, without zeros in front.",
        "The row cannot be placed, so that its other cells were not judged by the dictionary.",
    ),
    _entry(
        "cell-type",
        "'{value}' does not fit {field}: {says}.",
        "Correct the cell.",
        "Frictionless reads the cell by the table's schema and refuses its type.",
    ),
    _entry(
        "cell-constraint",
        "'{value}' does not fit {field}: {says}.",
        "Correct the cell.",
        "Frictionless reads the cell by the table's schema and refuses it by a constraint.",
    ),
    _entry(
        "repeated-value",
        "'{value}' stands in line {first} already, and {field} is unique.",
        "Correct one of the two.",
        "A field with the constraint `unique` has no value twice. Values are compared, not texts.",
    ),
    _entry(
        "repeated-key",
        "The key {key} is '{value}' in line {first} already.",
        "Keep one of the two rows, or correct its key.",
        "The fields of a primary key tell every row from every other.",
    ),
    _entry(
        "blank-key",
        "The key {key} is blank.",
        "Fill in the key.",
        "The fields of a primary key tell every row from every other.",
    ),
    _entry(
        "unknown-reference",
        "'{value}' of {key} is not in {parent} ({names}).",
        "Correct the value, or add the row that it names.",
        "The fields of a foreign key name a row of another table, or of the same one.",
    ),
    _entry(
        "repeated-row",
        "The row has the same key as line {first}.",
        "Keep one of the two.",
        "The first row was judged, this one was not.",
    ),
    _entry(
        "unknown-subject",
        "{value} is not in data/subjects.csv.",
        "Add the subject there, or correct the row.",
        "Every row belongs to a subject that data/subjects.csv lists.",
    ),
    _entry(
        "other-site",
        "{value} is at site {here} in this row, and at site {there} in data/subjects.csv.",
        "Correct the site here or there. Where all subjects of a site differ, one of the two was renamed.",
        "Every row belongs to a subject, and a subject to one site.",
    ),
    _entry(
        "row-without-form",
        "data/forms.csv has no form {form} for this row.",
        "Add its line to data/forms.csv, or remove the row.",
        "Nobody can say how complete the row is; it was not judged.",
    ),
    _entry(
        "form-without-row",
        "data/forms.csv names the form {value}, and its row is missing.",
        _AGAIN,
        "The form was judged as if all its fields were blank.",
    ),
    _entry(
        "wrong-visit",
        "The form does not belong to the visit {value}.",
        "A log form has the visit LOG, every other form has a visit of the study.",
        "Log forms belong to the subject, all others to a visit.",
    ),
    _entry(
        "visit-does-not-repeat",
        "The visit {visit} does not repeat, so that its number is 0 and not {value}.",
        "Write 0, or the visit that is meant.",
        "Only unscheduled visits and others that the dictionary lets repeat are numbered.",
    ),
    _entry(
        "visit-repeated",
        "The visit {visit} no longer repeats; {form} was captured at its number {value}.",
        "Nothing has to be corrected. Let the visit repeat again if the form is still to be changed.",
        "An earlier dictionary of the study let the visit repeat. The form was validated all the same.",
        _WARNING,
    ),
    _entry(
        "form-not-in-schedule",
        "The schedule has no form {value} at this visit.",
        "Correct the visit, or add the form to the schedule.",
        "The form was judged all the same.",
        Severity.QUERY,
    ),
    _entry(
        "text-without-column",
        "{field} of {table} is no longer in the dictionary; {many} in audit.csv only, such as '{value}'.",
        "Nothing is lost: what was captured stays in the database and in audit.csv.",
        "A field that was captured once and is no longer in the dictionary has no column. "
        "Export with the dictionary under which it was captured to have one.",
        _WARNING,
    ),
    _entry(
        "form-retired",
        "{value} at {visit} is no longer in the dictionary; the form of {subject} is kept as it was.",
        "Nothing has to be corrected. Its values are in audit.csv, its dictionary in earlier/dictionaries.",
        "The form, its visit or its place in the log was in the dictionary when this was captured. It is "
        "listed in data/forms.csv and was not validated. An import into an empty database brings it back.",
        _WARNING,
    ),
    _entry(
        "site-retired",
        "The site {site} ({title}) of {value} is no longer in the dictionary.",
        "Nothing has to be corrected. Add the site to the dictionary if its subjects are still seen.",
        "An earlier dictionary of the study had the site. The forms of its subjects were validated.",
        _WARNING,
    ),
    _entry(
        "subject-number",
        "{value} is not a subject number of this study.",
        "Correct the number; one looks like {example}.",
        "Subject numbers follow the pattern of the dictionary. The subject's forms were validated; "
        "an import refuses them.",
    ),
    _entry(
        "subject-number-retired",
        "{value} is a subject number of an earlier dictionary; one looks like {example} now.",
        "Nothing has to be corrected: a subject keeps its number.",
        "The pattern of subject numbers was changed after the subject had been entered.",
        _WARNING,
    ),
)

ENTRIES: tuple[Entry, ...] = (*_WHOLE, *_ROWS)
