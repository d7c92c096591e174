"""Codes of package import and validation."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import CatalogueEntry, query, refuse, warn

_AGAIN = "Export the package again, or restore the file from the original package."

_WHOLE = (
    refuse(
        "no-package",
        "There is no package at {value}.",
        "Enter the path of a zip, a folder, or a datapackage.json.",
        "The path does not lead to a file or folder that can be opened.",
    ),
    refuse(
        "empty-zip",
        "{value} is empty.",
        "Export, download or copy the package again.",
        (
            "The file has no bytes, for example because a disk was full or a download "
            "never started."
        ),
    ),
    refuse(
        "not-a-zip",
        "{value} is not a zip file.",
        (
            "Use the zip of the export. A table is validated inside its package, so "
            "put it back there."
        ),
        "The file does not begin like a zip file, whatever its name.",
    ),
    refuse(
        "broken-zip",
        "{value} cannot be read as a zip file: {why}.",
        "Download or copy the package again.",
        "The file is not a zip file, or it was truncated or changed on its way.",
    ),
    refuse(
        "package-too-large",
        (
            "The zip would unpack to more than {most}, {files} files or {growth} "
            "times its size."
        ),
        (
            "Make sure the file comes from a trusted sender. Then unpack it yourself "
            "and validate the folder."
        ),
        "A small zip can unpack to any size. Such a file is not opened.",
    ),
    refuse(
        "no-descriptor",
        "The package has no datapackage.json.",
        "Add the datapackage.json of the export at the top level of the zip or folder.",
        "Without it, it is unknown which files are tables and what their columns mean.",
    ),
    refuse(
        "broken-descriptor",
        "datapackage.json cannot be read: {why}.",
        _AGAIN,
        "The descriptor must be a JSON object with a list of resources, in UTF-8.",
    ),
    refuse(
        "broken-resource",
        "A resource of datapackage.json has no name or no path: {value}.",
        "Give every resource a name and the path of one file.",
        "A table is found by its name and path.",
    ),
    refuse(
        "repeated-resource",
        "datapackage.json lists the resource {value} twice.",
        "Keep one of them.",
        "The second one was not read.",
    ),
    refuse(
        "broken-schema",
        "The schema of {value} is not a valid Table Schema: {why}.",
        "Correct the schema in datapackage.json.",
        "The table was not validated.",
    ),
    refuse(
        "frictionless-error",
        "{kind}: {says}",
        "Correct the file or its description.",
        "This message comes from Frictionless. It validates descriptors, and tables "
        "that are not CSV in "
        "UTF-8 with a schema.",
    ),
    refuse(
        "unsafe-path",
        "{value} points outside the package and was not opened.",
        "Use paths inside the package, with forward slashes and without '..'.",
        (
            "A package that refers to files elsewhere on the machine is either broken "
            "or an attack."
        ),
    ),
    refuse(
        "repeated-file",
        "The zip contains {value} twice.",
        "Zip the folder again.",
        "Programs differ on which of the two they read. The first one was read here.",
    ),
    refuse(
        "missing-file",
        "{value} is missing.",
        _AGAIN,
        "The dictionary or the descriptor lists a table, but its file is missing.",
    ),
    refuse(
        "resource-missing",
        "datapackage.json does not list the table {value}.",
        "Export the package again with this dictionary.",
        (
            "The dictionary has this table, but people who read the package without "
            "crfsmith will not find it."
        ),
    ),
    warn(
        "unlisted-file",
        "{value} is in the package, but datapackage.json does not list it.",
        "Remove the file, or list it in datapackage.json.",
        "No program reads a table that is not listed as a resource.",
    ),
    warn(
        "unknown-table",
        "The dictionary has no table {value}.",
        "Remove it from the package, or validate with a dictionary that has it.",
        (
            "Its cells were checked against its own schema. No rule of the study "
            "applies to it."
        ),
    ),
    warn(
        "resource-not-judged",
        "{value} was not validated: {why}.",
        "Validate it with Frictionless.",
        "A table that is not in the dictionary is validated if it is CSV in UTF-8 "
        "with commas and has "
        "its schema in datapackage.json.",
    ),
    refuse(
        "judging-stopped",
        "Validation of {value} was stopped: {why}.",
        (
            "Validate it on your own machine with crfsmith validate, or split it into "
            "smaller packages."
        ),
        (
            "One package must not keep all others waiting. Findings up to that point "
            "are discarded."
        ),
    ),
    warn(
        "schema-differs",
        "The schema of {value} in datapackage.json differs from the dictionary.",
        "Export the package again with this dictionary.",
        (
            "The package is validated against the dictionary. Readers without "
            "crfsmith see a different schema."
        ),
    ),
    warn(
        "file-changed",
        "{value} was changed after the export.",
        "Check that the change was intended, and who made it.",
        (
            "The file's hash or size differs from datapackage.json. The file was read "
            "in its current state."
        ),
    ),
    warn(
        "saved-by-program",
        "{files} came back from {program}: {habits}. {outcome}.",
        "Use the tables of the export, and have the other program read every column "
        "as text. Or run "
        "crfsmith repair, which writes a package with every unambiguous value "
        "restored.",
        "Programs change cells when they save a table. If a codelist, the format of a "
        "field or "
        "audit.csv shows the original value beyond doubt, that value is validated. "
        "The files are not "
        "changed.",
    ),
    warn(
        "rewritten-by-program",
        "{files} came back from {program}: {habits}. {outcome}.",
        (
            "Use the original tables, and have the other program read every column as "
            "text."
        ),
        "Programs change cells when they save a table. The invalid cells of a column "
        "show which program "
        "it was. The cells are validated in their current state.",
    ),
    warn(
        "column-rewritten",
        "{cells}: {says} ({before} became {now}). {outcome}.",
        "Run crfsmith repair, or use the table of the export.",
        "A program rewrote a whole column. This is reported once, not cell by cell.",
    ),
    warn(
        "row-numbers-added",
        'The first column of {path}, "{value}", only counts the rows.',
        "Remove the column, or save the table without row names.",
        (
            "R and pandas write row numbers unless you turn them off. The column was "
            "ignored."
        ),
    ),
    warn(
        "files-written-again",
        "{count} saved again, but every cell is the same as in the export ({names}).",
        "You do not have to do anything. Other programs will report that the hash in "
        "datapackage.json "
        "is wrong.",
        (
            "Line endings or quotation marks differ. If they were written as in an "
            "export, the hash would match."
        ),
    ),
    refuse(
        "cell-lost",
        "The cell contains {now}, but {before} was saved: {says}.",
        "Put {before} back. crfsmith repair --from-audit does this for you.",
        (
            "A program changed the meaning of the cell. audit.csv still has the last "
            "saved value."
        ),
    ),
    refuse(
        "cell-differs",
        "The cell contains {now}, but {before} was saved last.",
        (
            "Put {before} back. To correct a value, enter it on the page of its form, "
            "with a reason."
        ),
        "audit.csv has the last value of every cell. This cell was changed in the "
        "package itself, "
        "whatever hash datapackage.json gives for the file.",
    ),
    refuse(
        "column-differs",
        "Some cells of {field} in {path} differ from the last saved values.",
        (
            "Validate the package with --engine embedded. It reports the cells and "
            "the saved values."
        ),
        "On a cluster, checksums of the column and of its last values in audit.csv "
        "are compared, not "
        "individual cells.",
    ),
    refuse(
        "row-gone",
        (
            "A row of {value} with {count} answers was saved, but it is missing from "
            "{path}."
        ),
        _AGAIN,
        "audit.csv has values of a row that is no longer in its table.",
    ),
    refuse(
        "form-gone",
        "The form {value} was saved, but it is missing from {path}.",
        _AGAIN,
        "audit.csv has the saves of a form that is no longer in the package.",
    ),
    query(
        "save-missing",
        "audit.csv has version {version} of {value}, but not version {missing}.",
        "Find out who changed audit.csv. Export the package again if you can.",
        (
            "The versions of a form are numbered from 1, and audit.csv has all of "
            "them. The lines of this version were removed from the package."
        ),
    ),
    query(
        "change-missing",
        (
            "Version {version} of {value} changes {field} from {old}, but the change "
            "before it in audit.csv left {before} there."
        ),
        "Find out who changed audit.csv. Export the package again if you can.",
        (
            "The old value of a change is the new value of the change before it, and "
            "blank at first. Lines in between were removed from audit.csv, or one of "
            "the two was edited. The answers in the tables are compared with the last "
            "change, so they are not affected."
        ),
    ),
    refuse(
        "change-erased",
        (
            "This change of {field} has no effect: the value is missing here and in "
            "its table."
        ),
        (
            "Use audit.csv and the tables of the export. Some programs erase codes "
            "such as NA."
        ),
        "A save records only changes. If the old and new values are both blank, the "
        "program that saved "
        "audit.csv turned a missing code into a blank.",
    ),
    query(
        "form-without-trail",
        "Nobody saved this form: audit.csv has no entry for {value}.",
        (
            "Find out where the row comes from. Enter the form on its page, or remove "
            "the row."
        ),
        (
            "audit.csv has the saves of every exported form. This form was added to "
            "the package itself."
        ),
    ),
    refuse(
        "dictionary-missing",
        "The package has no dictionary, so forms and rules were not evaluated.",
        "Name a dictionary with --dictionary DIR.",
        "Cells were checked against the package's own schemas.",
    ),
    warn(
        "dictionary-differs",
        (
            "The package was exported with a different dictionary ({value}) from the "
            "one used here ({used})."
        ),
        (
            "Check what changed between the two, or validate with the package's own "
            "dictionary."
        ),
        "Each hash is the SHA-256 of the dictionary's exact text.",
    ),
    refuse(
        "broken-file",
        "{value} cannot be read to the end: {why}.",
        _AGAIN,
        "Everything before the damage was validated.",
    ),
    refuse(
        "upload-missing",
        "{value} is not in the package.",
        _AGAIN,
        "A cell refers to an uploaded file that is not in the package.",
    ),
    refuse(
        "upload-changed",
        "{value} differs from the file that was uploaded.",
        _AGAIN,
        "The name begins with the file's SHA-256, and datapackage.json has the full "
        "hash. The content "
        "has a different hash.",
    ),
    refuse(
        "uploads-alike",
        (
            "{value} and {other} are different files, but their SHA-256 hashes begin "
            "with the same 16 digits."
        ),
        "Find out who created them, and upload one of them as a new document.",
        "A cell identifies its file by the first 16 hex digits of its SHA-256, so it "
        "could mean either. "
        "Two different files will not share these digits by accident.",
    ),
    warn(
        "upload-orphaned",
        "No form refers to {value}.",
        "Find out where it comes from. An import leaves it out.",
        (
            "Every uploaded file belongs to a cell. A replaced or removed file is not "
            "exported."
        ),
    ),
)

_ROWS = (
    refuse(
        "bad-key-number",
        "'{value}' is not a valid number for {field}.",
        "Write a whole number in digits, without leading zeros.",
        (
            "The row cannot be assigned to a form, so its other cells were not "
            "checked against the dictionary."
        ),
    ),
    refuse(
        "cell-type",
        "'{value}' is not valid for {field}: {says}.",
        "Correct the cell.",
        "Frictionless checks the cell against the table's schema and rejects its type.",
    ),
    refuse(
        "cell-constraint",
        "'{value}' is not valid for {field}: {says}.",
        "Correct the cell.",
        (
            "Frictionless checks the cell against the table's schema. A constraint "
            "rejects it."
        ),
    ),
    refuse(
        "repeated-value",
        "'{value}' is already on line {first}, but {field} must be unique.",
        "Correct one of them.",
        "A field with the constraint `unique` cannot have the same value twice. "
        "Values are compared, "
        "not texts.",
    ),
    refuse(
        "repeated-key",
        "The key {key} '{value}' is already on line {first}.",
        "Keep one of the two rows, or correct its key.",
        "The fields of a primary key identify each row.",
    ),
    refuse(
        "blank-key",
        "The key {key} is blank.",
        "Fill in the key.",
        "The fields of a primary key identify each row.",
    ),
    refuse(
        "unknown-reference",
        "'{value}' in {key} does not exist in {parent} ({names}).",
        "Correct the value, or add the row it refers to.",
        (
            "The fields of a foreign key refer to a row of another table, or of the "
            "same table."
        ),
    ),
    refuse(
        "repeated-row",
        "The row has the same key as line {first}.",
        "Keep one of them.",
        "The first row was validated. This one was not.",
    ),
    refuse(
        "unknown-subject",
        "{value} is not in data/subjects.csv.",
        "Add the subject there, or correct the row.",
        "Every row belongs to a subject listed in data/subjects.csv.",
    ),
    refuse(
        "other-site",
        (
            "{value} is at site {here} in this row, but at site {there} in "
            "data/subjects.csv."
        ),
        "Correct the site here or there. If all subjects of a site differ, the site "
        "was renamed in one "
        "place.",
        "Every row belongs to a subject, and every subject to one site.",
    ),
    refuse(
        "row-without-form",
        "data/forms.csv has no form {form} for this row.",
        "Add its line to data/forms.csv, or remove the row.",
        (
            "Without that line the status of the form is unknown, so the row was not "
            "validated."
        ),
    ),
    refuse(
        "form-without-row",
        "data/forms.csv lists the form {value}, but its row is missing.",
        _AGAIN,
        "The form was validated as if all its fields were blank.",
    ),
    refuse(
        "wrong-visit",
        "The form does not belong to the visit {value}.",
        "Use the visit LOG for a log form and a visit of the study for any other form.",
        "Log forms belong to the subject, all others to a visit.",
    ),
    refuse(
        "visit-does-not-repeat",
        "The visit {visit} does not repeat, so its number must be 0, not {value}.",
        "Write 0, or correct the visit.",
        (
            "Only unscheduled visits, and other visits that the dictionary allows to "
            "repeat, are numbered."
        ),
    ),
    warn(
        "visit-repeated",
        (
            "The visit {visit} no longer repeats, but {form} was captured as its "
            "number {value}."
        ),
        "You do not have to correct anything. Let the visit repeat again if the form "
        "still has to be "
        "changed.",
        (
            "In an earlier dictionary of the study the visit repeated. The form was "
            "still validated."
        ),
    ),
    refuse(
        "visit-not-numbered",
        "The visit {visit} repeats, so its number must be 1 or more, not {value}.",
        "Write the number of the visit: 1 for the first, 2 for the second.",
        "Without its number nobody can say which of the visits a form belongs to.",
    ),
    warn(
        "visit-repeats-now",
        "The visit {visit} repeats now, but {form} was captured without a number.",
        "You do not have to correct anything. Enter the form again under the number "
        "of its visit if it still has to be changed.",
        (
            "In an earlier dictionary of the study the visit took place once. The form "
            "was still validated."
        ),
    ),
    query(
        "form-not-in-schedule",
        "The form {value} is not scheduled at this visit.",
        "Correct the visit, or add the form to the schedule.",
        "The form was still validated.",
    ),
    warn(
        "text-without-column",
        (
            "{field} of {table} is no longer in the dictionary. {many} in audit.csv "
            "only, such as '{value}'."
        ),
        "Nothing is lost. The captured data remain in the database and in audit.csv.",
        "A field that was captured but is no longer in the dictionary has no column. "
        "To get one, export "
        "with the dictionary under which it was captured.",
    ),
    warn(
        "form-retired",
        (
            "{value} at {visit} is no longer in the dictionary. The form of {subject} "
            "is kept unchanged."
        ),
        "You do not have to correct anything. Its values are in audit.csv and its "
        "dictionary is in "
        "earlier/dictionaries.",
        "The form, its visit or its log was in the dictionary when the data were "
        "captured. It is listed "
        "in data/forms.csv and was not validated. An import into an empty database "
        "restores it.",
    ),
    warn(
        "site-retired",
        "The site {site} ({title}) of {value} is no longer in the dictionary.",
        "You do not have to correct anything. Add the site to the dictionary if its "
        "subjects still have "
        "visits.",
        (
            "An earlier dictionary of the study had the site. The forms of its "
            "subjects were validated."
        ),
    ),
    refuse(
        "subject-number",
        "{value} is not a valid subject number in this study.",
        "Correct the number. Example: {example}.",
        "Subject numbers follow the pattern of the dictionary. The subject's forms "
        "were validated, but "
        "an import refuses them.",
    ),
    warn(
        "subject-number-retired",
        (
            "{value} is a subject number of an earlier dictionary. Numbers now look "
            "like {example}."
        ),
        "You do not have to correct anything. A subject keeps its number.",
        "The pattern for subject numbers changed after the subject was entered.",
    ),
)

_LIFE = (
    "Each entry of a query is one step in its life. docs/queries.md has the table of "
    "steps that are allowed."
)

_QUERIES = (
    refuse(
        "query-place-unknown",
        "Query {query} is about {value}, which is not in the dictionary.",
        "Correct the form, the table, the row or the field.",
        "A query is about a subject, a form or a field. The dictionary of the package "
        "or one of its earlier dictionaries must have that place.",
    ),
    refuse(
        "query-step-impossible",
        (
            "Entry {entry} of query {query} cannot be “{value}”: the query is {state}, "
            "and {who} wrote the entry."
        ),
        _AGAIN,
        _LIFE,
    ),
    refuse(
        "query-entry-missing",
        "Query {query} has no entry {wanted} before entry {entry}, or has it twice.",
        _AGAIN,
        "The entries of a query are numbered from 1, without gaps.",
    ),
    refuse(
        "review-act-impossible",
        "This row of the review, “{value}”, cannot be: {why}.",
        _AGAIN,
        "The rows say who locked, voided, signed, verified or looked at what. A "
        "signature stands before the forms under it and before its break.",
    ),
    refuse(
        "query-entry-blank",
        "Entry {entry} of query {query} is “{action}” but has no text.",
        _AGAIN,
        "Every entry has text, except for closing.",
    ),
    refuse(
        "query-author-unclear",
        "Entry {entry} of query {query} must name either a person or a check.",
        _AGAIN,
        "An entry is written by a person or by an edit check, never by both.",
    ),
    refuse(
        "query-thread-torn",
        "Entry {entry} of query {query} has “{value}” as {column}, unlike its entry 1.",
        _AGAIN,
        "All entries of a query repeat its place and what it is about.",
    ),
    query(
        "query-time-order",
        "Entry {entry} of query {query} is earlier than the entry before it ({value}).",
        "Find out whether the server's clock was wrong. If it was not, "
        + _AGAIN[0].lower()
        + _AGAIN[1:],
        "Entries are written one after the other. Only a wrong clock can make a later "
        "one look earlier.",
    ),
)

ENTRIES: tuple[CatalogueEntry, ...] = (*_WHOLE, *_ROWS, *_QUERIES)
