"""Codes of example subjects written as text."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import CatalogueEntry
from forms_spec.findings.finding import Severity

ENTRIES: tuple[CatalogueEntry, ...] = (
    CatalogueEntry(
        code="subject-unknown-name",
        severity=Severity.ERROR,
        message="There is no {what} named {name!r} here.",
        remedy="{near}Write the name exactly as in the dictionary.",
        explanation=(
            "A subject's file names a visit, form, row group, field, template or key "
            "that does "
            "not exist. Its text would be lost, so nothing below it is read."
        ),
    ),
    CatalogueEntry(
        code="subject-wrong-shape",
        severity=Severity.ERROR,
        message="{what} is expected here.",
        remedy="Write it like the examples in the README next to the subjects.",
        explanation=(
            "A subject's file has a list where a mapping is expected, a mapping where "
            "a text is "
            "expected, or a text that cannot be read as a date, a form's status or a "
            "subject "
            "number."
        ),
    ),
    CatalogueEntry(
        code="subject-nothing-alike",
        severity=Severity.ERROR,
        message="{form} cannot start from {visit}: {why}.",
        remedy=(
            "Name a visit where this subject has the form and where the form is "
            "written out in full."
        ),
        explanation=(
            "`like` in a form copies the same form from another visit. That visit "
            "does not have "
            "the form, or it is itself copied from this one, directly or through "
            "others."
        ),
    ),
)
