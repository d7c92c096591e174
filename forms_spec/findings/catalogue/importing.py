"""Codes of the import of a package into a database."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import Entry
from forms_spec.findings.finding import Severity

ENTRIES: tuple[Entry, ...] = (
    Entry(
        code="import-other-site",
        severity=Severity.REFUSE,
        message="{subject} belongs to site {site} here, and to site {value} in the package.",
        remedy="Correct the site in the package, or import it into the database that it came from.",
        explanation="A subject stays at the site where it was entered. The form was not imported.",
    ),
    Entry(
        code="import-wrong-subject",
        severity=Severity.REFUSE,
        message="{value} of site {site} is no subject of this study.",
        remedy="Correct the number; one looks like {example} and begins with a site of the study.",
        explanation="Subject numbers follow the pattern of the dictionary. The form was not imported.",
    ),
    Entry(
        code="import-lost-zeros",
        severity=Severity.REFUSE,
        message="{value} {are} no subject of this study, but {subjects} {were}: a program took the zeros.",
        remedy="Hand in the file as REDCap exported it. If these are new subjects, add --new-subjects.",
        explanation=(
            "A spreadsheet, R, pandas and others read 0001 as the number 1 and write 1. As new subjects"
            " the data of one person would be those of two. Nothing was imported."
        ),
    ),
    Entry(
        code="import-removed-row",
        severity=Severity.REFUSE,
        message="Row {value} of {table} was removed here; its number cannot come back.",
        remedy="Give the row the next free number in the package, or leave it out.",
        explanation=(
            "A row number means one row for all time, so that the history of a row stays its own."
            " The form was not imported."
        ),
    ),
    Entry(
        code="import-changed-meanwhile",
        severity=Severity.REFUSE,
        message="{value} was saved here by {user} while the import was prepared; it was left as it is now.",
        remedy="Look at the form, and import the package again if it should still come in.",
        explanation="An import is judged before it is written. What others save meanwhile stays.",
    ),
    Entry(
        code="import-not-as-exported",
        severity=Severity.REFUSE,
        message="The package does not say what was saved, in {count}.",
        remedy="Take the package from the export again. crfsmith repair --from-audit puts cells back, and "
        "--take-changes takes the changes as saves by the import.",
        explanation="Cells or rows of the tables say something else than audit.csv: a program lost a part of "
        "them, or somebody edited the package. Nothing is imported before that is settled.",
    ),
    Entry(
        code="import-not-as-saved",
        severity=Severity.WARNING,
        message="The table of {form} is not as it was saved last; the difference is a save by the import.",
        remedy="Make sure that the change of the table is meant: the form's history shows it.",
        explanation=(
            "The audit trail of the package gives every version of the form. Its table, or its line in"
            " data/forms.csv, was changed after the export."
        ),
    ),
    Entry(
        code="import-without-history",
        severity=Severity.WARNING,
        message="{many} without history: their changes in audit.csv do not fit together, or are not there.",
        remedy="Export the package again, or restore audit.csv from the original package.",
        explanation="The forms themselves come in, each as one save by the import.",
    ),
    Entry(
        code="import-as-draft",
        severity=Severity.WARNING,
        message="{form} is complete in the package, but has findings that refuse it; it comes in as a draft.",
        remedy="Open the form, settle its findings and complete it.",
        explanation="Nothing that was typed is changed. Only a form without hard findings can be complete.",
    ),
    Entry(
        code="import-file-missing",
        severity=Severity.WARNING,
        message="The package lacks the uploaded file {value}.",
        remedy="Export the package again, or upload the file on its form.",
        explanation="The cell keeps the file's name; the file itself did not come with the package.",
    ),
    Entry(
        code="import-file-changed",
        severity=Severity.WARNING,
        message="The package's {value} is not the file that was uploaded, so it is left out.",
        remedy="Restore the file from the original package, or upload it on its form.",
        explanation="The name begins with the SHA-256 of another content. The cell keeps the name.",
    ),
    Entry(
        code="import-file-alike",
        severity=Severity.REFUSE,
        message="{value} cannot be told from another file that is kept here: their SHA-256 begin alike.",
        remedy="Hand in one of the two as a new document where it was captured, and export again.",
        explanation=(
            "A cell names its file by the first 16 hex digits of its SHA-256. Two files that share them"
            " do not meet by chance. The form was not imported."
        ),
    ),
    Entry(
        code="export-file-missing",
        severity=Severity.WARNING,
        message="{value} was never kept here, so the package lacks it.",
        remedy="Upload the file on its form, or import the package that has it.",
        explanation="The form came in by an import whose package lacked the file, or had a changed one.",
    ),
)
