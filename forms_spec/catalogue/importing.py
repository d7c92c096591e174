"""Codes of the import of a package into a database."""

from __future__ import annotations

from forms_spec.catalogue.entry import Entry
from forms_spec.findings import Severity

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
)
