"""Codes of the import of a package into a database."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import CatalogueEntry
from forms_spec.findings.finding import Severity

ENTRIES: tuple[CatalogueEntry, ...] = (
    CatalogueEntry(
        code="import-other-site",
        severity=Severity.ERROR,
        message=(
            "{subject} belongs to site {site} here, but to site {value} in the package."
        ),
        remedy=(
            "Correct the site in the package, or import it into the database it came "
            "from."
        ),
        explanation=(
            "A subject stays at the site where it was entered. The form was not "
            "imported."
        ),
    ),
    CatalogueEntry(
        code="import-other-dictionary",
        severity=Severity.ERROR,
        message="Site {site} still works under the dictionary {value} here.",
        remedy=(
            "Release the new dictionary for the site with `crfsmith release`, then "
            "import the form once more."
        ),
        explanation=(
            "The study releases a dictionary site by site. A form of a site is judged "
            "and saved only with the dictionary that is released for it. The form was "
            "not imported."
        ),
    ),
    CatalogueEntry(
        code="import-form-closed",
        severity=Severity.ERROR,
        message="{value} is {state} here by {user} since {since}.",
        remedy=(
            "Leave the form as it is, or ask a data manager to open it again with a "
            "reason, then import it once more."
        ),
        explanation=(
            "Nothing is entered in what is frozen or locked, neither on pages nor by "
            "an import. The form was not imported."
        ),
    ),
    CatalogueEntry(
        code="import-allocated-answer",
        severity=Severity.ERROR,
        message="{field} is {value} there, and {here} by the randomization here.",
        remedy=(
            "Find out which is right. Randomize the subject on its form, or correct the "
            "other system."
        ),
        explanation=(
            "A randomization list is loaded here, so only an allocation gives the arm, "
            "the number and the date. The answer was not imported. The others of its "
            "form were."
        ),
    ),
    CatalogueEntry(
        code="import-repeated-answer",
        severity=Severity.ERROR,
        message="{subject} {visit} {form}: {fault}.",
        remedy="Compare all of them with the source, and correct the one that is wrong.",
        explanation=(
            "The field has the key `unique`, and its answer is given more than once. The "
            "forms were imported as they are. All of them have a finding until one is "
            "corrected."
        ),
    ),
    CatalogueEntry(
        code="import-wrong-subject",
        severity=Severity.ERROR,
        message="{value} at site {site} is not a valid subject of this study.",
        remedy=(
            "Correct the number. It must look like {example} and begin with a site of "
            "the study."
        ),
        explanation=(
            "Subject numbers follow the pattern of the dictionary. The form was not "
            "imported."
        ),
    ),
    CatalogueEntry(
        code="import-lost-zeros",
        severity=Severity.ERROR,
        message="{value} {are} not in this study, but {subjects} {were}: a program "
        "removed the leading "
        "zeros.",
        remedy=(
            "Use the file as REDCap exported it. If these are new subjects, add "
            "--new-subjects."
        ),
        explanation=(
            "Spreadsheets, R, pandas and others read 0001 as the number 1 and write "
            "1. Imported "
            "as new subjects, the data of one person would be split between two. "
            "Nothing was "
            "imported."
        ),
    ),
    CatalogueEntry(
        code="import-alike-subjects",
        severity=Severity.ERROR,
        message=(
            "{value} {are} not in this study, but {subjects} {were}: the numbers "
            "differ only in zeros, letter case or separators."
        ),
        remedy=(
            "If they are the same people, correct the numbers in the file. If these "
            "are new subjects, add --new-subjects."
        ),
        explanation=(
            "s-1 and S-01 are easily one person, written in two ways. Imported as new "
            "subjects, the data of one person would be split between two. Nothing was "
            "imported."
        ),
    ),
    CatalogueEntry(
        code="import-alike-in-file",
        severity=Severity.WARNING,
        message=(
            "These new subjects differ only in zeros, letter case or separators: "
            "{value}."
        ),
        remedy="Check that they are different people.",
        explanation=(
            "s-1 and S-01 are easily one person, written in two ways. Both were "
            "imported as the file has them."
        ),
    ),
    CatalogueEntry(
        code="import-removed-row",
        severity=Severity.ERROR,
        message=(
            "Row {value} of {table} was removed here, and its number cannot be used "
            "again."
        ),
        remedy="Give the row the next free number in the package, or leave it out.",
        explanation=(
            "A row number always means the same row, so that each row keeps its own "
            "history. "
            "The form was not imported."
        ),
    ),
    CatalogueEntry(
        code="import-changed-meanwhile",
        severity=Severity.ERROR,
        message=(
            "{user} saved {value} here while the import was being prepared. It was "
            "not changed."
        ),
        remedy="Check the form, and import the package again if you still need its data.",
        explanation="An import is validated before it is written. Changes that others "
        "save in the "
        "meantime are kept.",
    ),
    CatalogueEntry(
        code="import-not-as-exported",
        severity=Severity.ERROR,
        message="The package differs from what was saved, in {count}.",
        remedy="Use the package of the export. crfsmith repair --from-audit restores "
        "cells, and crfsmith import --take-changes saves the changes.",
        explanation="Cells or rows of the tables differ from audit.csv: a program "
        "lost part of them, or "
        "someone edited the package. Nothing is imported until you resolve this.",
    ),
    CatalogueEntry(
        code="import-not-as-saved",
        severity=Severity.WARNING,
        message="The table of {form} differs from its last save. The import saves the "
        "difference as a "
        "new version.",
        remedy=(
            "Check that the change in the table was intended. The form's history "
            "shows it."
        ),
        explanation=(
            "The audit trail of the package has every version of the form. Its table, "
            "or its "
            "line in data/forms.csv, was changed after the export."
        ),
    ),
    CatalogueEntry(
        code="import-without-history",
        severity=Severity.WARNING,
        message=(
            "{many} without history: the changes in audit.csv are inconsistent or "
            "missing."
        ),
        remedy="Export the package again, or restore audit.csv from the original package.",
        explanation="The forms themselves are imported, each as a single save.",
    ),
    CatalogueEntry(
        code="import-as-draft",
        severity=Severity.WARNING,
        message=(
            "{form} is complete in the package but has errors. It is imported as a "
            "draft."
        ),
        remedy="Open the form, resolve its findings and complete it.",
        explanation=(
            "What was typed is not changed. Only a form without errors can be complete."
        ),
    ),
    CatalogueEntry(
        code="import-queries-left",
        severity=Severity.WARNING,
        message="{many} not imported: {why}.",
        remedy="Import the package into an empty database to get all its queries.",
        explanation=(
            "The threads of queries come with the history of a study. A database with "
            "subjects has a history of its own."
        ),
    ),
    CatalogueEntry(
        code="import-review-left",
        severity=Severity.WARNING,
        message="{many} of reviewers not imported: {why}.",
        remedy="Import the package into an empty database to get the whole review.",
        explanation=(
            "Locks, signatures, verification, looks and voiding come with the history "
            "of a study. A database with subjects has a history of its own."
        ),
    ),
    CatalogueEntry(
        code="import-signature-broken",
        severity=Severity.WARNING,
        message=("{many} came in broken: the imported forms are not what was signed."),
        remedy=(
            "Compare the forms with the database that the package came from, then have "
            "them signed again."
        ),
        explanation=(
            "A signature has the seals of the forms that were signed. The forms came in "
            "otherwise: they were changed or redacted since, or lack their history."
        ),
    ),
    CatalogueEntry(
        code="import-file-missing",
        severity=Severity.WARNING,
        message="The package lacks the uploaded file {value}.",
        remedy="Export the package again, or upload the file on its form.",
        explanation="The cell keeps the name of the file, but the file is not in the package.",
    ),
    CatalogueEntry(
        code="import-file-changed",
        severity=Severity.WARNING,
        message=(
            "{value} in the package differs from the file that was uploaded. It was "
            "not imported."
        ),
        remedy="Restore the file from the original package, or upload it on its form.",
        explanation=(
            "The name begins with the SHA-256 of different content. The cell keeps "
            "the name."
        ),
    ),
    CatalogueEntry(
        code="import-file-alike",
        severity=Severity.ERROR,
        message="{value} conflicts with another file here: their SHA-256 hashes begin "
        "with the same 16 "
        "digits.",
        remedy=(
            "Upload one of the two as a new document where it was captured, and "
            "export again."
        ),
        explanation=(
            "A cell identifies its file by the first 16 hex digits of its SHA-256. Two "
            "different files will not share these digits by accident. The form was "
            "not imported."
        ),
    ),
    CatalogueEntry(
        code="export-voided",
        severity=Severity.WARNING,
        message="What was voided is left out of the export: {value}.",
        remedy="Take the voiding back first, if it should count after all.",
        explanation=(
            "A subject, a visit or a form that was entered by mistake was voided. It "
            "stays in the database, and the log of events says who voided it and when."
        ),
    ),
    CatalogueEntry(
        code="export-other-dictionary",
        severity=Severity.WARNING,
        message=(
            "{many} left out, because their sites work under the dictionary {value}: "
            "{sites}."
        ),
        remedy="Export them as well: add `--dictionary {value}`.",
        explanation=(
            "The study releases a dictionary site by site, and a package has one "
            "dictionary. Export one package for each dictionary that sites work under."
        ),
    ),
    CatalogueEntry(
        code="export-entries-stay",
        severity=Severity.WARNING,
        message=(
            "The package has no second entries and no decisions between two entries: "
            "whoever exports may not see them."
        ),
        remedy=(
            "Ask somebody who sees all forms to export the data, or use "
            "`crfsmith export`."
        ),
        explanation=(
            "A second entry tells what is in the first one. So an export by somebody "
            "who does not see every form leaves all second entries out."
        ),
    ),
    CatalogueEntry(
        code="export-file-missing",
        severity=Severity.WARNING,
        message="{value} was never stored here, so it is missing from the package.",
        remedy="Upload the file on its form, or import the package that has it.",
        explanation=(
            "The form was imported from a package in which the file was missing or "
            "changed."
        ),
    ),
)
