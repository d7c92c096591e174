"""Codes of example subjects written as text."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import Entry
from forms_spec.findings.finding import Severity

ENTRIES: tuple[Entry, ...] = (
    Entry(
        code="subject-unknown-name",
        severity=Severity.REFUSE,
        message="There is no {what} named {name!r} here.",
        remedy="{near}Write the name as it stands in the dictionary.",
        explanation=(
            "A subject's file names a visit, form, row group, field, template or key that does not exist. "
            "Its text would be lost, so the file is not read further at this place."
        ),
    ),
    Entry(
        code="subject-wrong-shape",
        severity=Severity.REFUSE,
        message="{what} is expected here.",
        remedy="Write it like the examples in the README beside the subjects.",
        explanation=(
            "A subject's file holds a list where a mapping belongs, a mapping where a text belongs, or a "
            "text that cannot be read as what is expected (a date, a form's status, a subject's number)."
        ),
    ),
    Entry(
        code="subject-nothing-alike",
        severity=Severity.REFUSE,
        message="{form} cannot start from {visit}: {why}.",
        remedy="Name a visit at which this subject has the form and where it is written down in full.",
        explanation=(
            "`like` in a form takes the same form at another visit as its starting point. That visit lacks "
            "the form, or it starts, perhaps through others, from this one."
        ),
    ),
)
