"""Codes of the judge."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import CatalogueEntry
from forms_spec.findings.finding import Severity


def _entry(
    code: str, severity: Severity, message: str, remedy: str, explanation: str
) -> CatalogueEntry:
    return CatalogueEntry(
        code=code,
        severity=severity,
        message=message,
        remedy=remedy,
        explanation=explanation,
    )


_ERROR, _QUERY, _WARNING = Severity.ERROR, Severity.QUERY, Severity.WARNING

ENTRIES: tuple[CatalogueEntry, ...] = (
    _entry(
        "required-blank",
        _ERROR,
        "“{label}” is not answered.",
        "Answer it, or choose a reason why there is no answer if the field allows one.",
        (
            "A required field of a complete form needs an answer or a missing code. A "
            "draft may leave it open."
        ),
    ),
    _entry(
        "required-unknown",
        _QUERY,
        "Cannot determine whether “{label}” is required. It depends on {sources}.",
        "Answer these first, or give a reason why they are missing.",
        (
            "The condition of a required field is UNKNOWN, and no other finding of "
            "this form says why."
        ),
    ),
    _entry(
        "hidden-with-value",
        _ERROR,
        "“{label}” no longer applies but contains {answer}.",
        "Clear it, or correct the answer it depends on.",
        (
            "A field must be blank if its condition is false. Its old answer stays in "
            "the history."
        ),
    ),
    _entry(
        "choice-retired",
        _ERROR,
        "“{choice}” is no longer offered for “{label}”.",
        "Choose another answer.",
        (
            "The dictionary has retired this answer. It stays valid where it was "
            "captured before, and cannot be chosen or typed anew."
        ),
    ),
    _entry(
        "shown-unknown",
        _QUERY,
        (
            "“{label}” contains {answer}. Cannot determine whether it applies. It "
            "depends on {sources}."
        ),
        "Answer these first, or give a reason why they are missing.",
        "The field is asked under a condition, and the condition is UNKNOWN: a source "
        "is blank, missing "
        "or imprecise.",
    ),
    _entry(
        "missing-not-allowed",
        _ERROR,
        "“{label}” needs an answer. The reason {name} is not allowed here.",
        "Enter an answer, or a reason that the field allows.",
        (
            "The text is a missing code of the study, but the field does not list it "
            "in its missing codes."
        ),
    ),
    _entry(
        "missing-draft-only",
        _ERROR,
        "“{label}” still says: {reason}.",
        "Replace it with the answer before you complete the form.",
        "Some missing codes, such as a pending result, are allowed in drafts only.",
    ),
    _entry(
        "value-not-unique",
        _ERROR,
        "“{label}” is {answer}, and {others} the same.",
        "Compare all of them with the source, and correct the one that is wrong.",
        (
            "The field has the key `unique`, and its answer is given more than once in "
            "the study, the site or the subject. Every answer that is equal has this "
            "finding. A subject of another site is not named. Blanks and missing codes "
            "never count."
        ),
    ),
    _entry(
        "below-range",
        _ERROR,
        "“{label}” is {answer}. It must be {bound}.",
        "Check it against the source and correct it.",
        (
            "The value is below the hard limit of the field. A partial date is below "
            "it if all its days are."
        ),
    ),
    _entry(
        "above-range",
        _ERROR,
        "“{label}” is {answer}{future}. It must be {bound}.",
        "Check it against the source and correct it.",
        (
            "The value is above the hard limit of the field. A partial date is above "
            "it if all its days are."
        ),
    ),
    _entry(
        "below-expected",
        _WARNING,
        "“{label}” is {answer}. Expected: {bound}.",
        "Check it against the source. If it is correct, confirm it and give a reason.",
        (
            "The value is below the soft limit of the field: possible, but worth a "
            "second look."
        ),
    ),
    _entry(
        "above-expected",
        _WARNING,
        "“{label}” is {answer}. Expected: {bound}.",
        "Check it against the source. If it is correct, confirm it and give a reason.",
        (
            "The value is above the soft limit of the field: possible, but worth a "
            "second look."
        ),
    ),
    _entry(
        "below-alert",
        _WARNING,
        "Alert value: “{label}” is {answer} (no alert: {bound}).",
        (
            "Check it now and inform the investigator. If it is correct, confirm it "
            "and say what was done."
        ),
        (
            "The value is below the alert limit of the field. Someone has to act on "
            "it at once."
        ),
    ),
    _entry(
        "above-alert",
        _WARNING,
        "Alert value: “{label}” is {answer} (no alert: {bound}).",
        (
            "Check it now and inform the investigator. If it is correct, confirm it "
            "and say what was done."
        ),
        (
            "The value is above the alert limit of the field. Someone has to act on "
            "it at once."
        ),
    ),
    _entry(
        "below-range-unknown",
        _QUERY,
        "“{label}” is {answer}. Cannot determine whether that is {fear}.",
        (
            "Complete the answers its limit depends on, or give a reason why they are "
            "missing."
        ),
        (
            "The lower limit of the range is UNKNOWN, and no other finding of this "
            "form says why."
        ),
    ),
    _entry(
        "above-range-unknown",
        _QUERY,
        "“{label}” is {answer}. Cannot determine whether that is {fear}.",
        (
            "Complete the answers its limit depends on, or give a reason why they are "
            "missing."
        ),
        (
            "The upper limit of the range is UNKNOWN, and no other finding of this "
            "form says why."
        ),
    ),
    _entry(
        "below-expected-unknown",
        _WARNING,
        (
            "“{label}” is {answer}. Cannot determine whether that is {fear} (expected "
            "range)."
        ),
        (
            "Complete the answers its limit depends on, or give a reason why they are "
            "missing."
        ),
        (
            "The lower limit of the expected range is UNKNOWN, and no other finding "
            "of this form says why."
        ),
    ),
    _entry(
        "above-expected-unknown",
        _WARNING,
        (
            "“{label}” is {answer}. Cannot determine whether that is {fear} (expected "
            "range)."
        ),
        (
            "Complete the answers its limit depends on, or give a reason why they are "
            "missing."
        ),
        (
            "The upper limit of the expected range is UNKNOWN, and no other finding "
            "of this form says why."
        ),
    ),
    _entry(
        "below-alert-unknown",
        _WARNING,
        (
            "“{label}” is {answer}. Cannot determine whether that is an alert value "
            "({fear})."
        ),
        (
            "Complete the answers its limit depends on, or give a reason why they are "
            "missing."
        ),
        "The lower alert limit is UNKNOWN, and no other finding of this form says why.",
    ),
    _entry(
        "above-alert-unknown",
        _WARNING,
        (
            "“{label}” is {answer}. Cannot determine whether that is an alert value "
            "({fear})."
        ),
        (
            "Complete the answers its limit depends on, or give a reason why they are "
            "missing."
        ),
        "The upper alert limit is UNKNOWN, and no other finding of this form says why.",
    ),
    _entry(
        "unit-missing",
        _ERROR,
        "“{label}” is {answer} without a unit.",
        "Choose the unit.",
        "The unit of this value is chosen beside it. Without the unit the value has "
        "no meaning and its "
        "limits cannot be checked.",
    ),
    _entry(
        "calculated-differs",
        _QUERY,
        "“{label}” is given as {given}, but the formula gives {answer}.",
        "Correct the sources, or accept the calculated value.",
        "An imported value of a calculated field is compared with the result of its "
        "formula. It is "
        "never replaced silently.",
    ),
    _entry(
        "calculated-unknown",
        _QUERY,
        (
            "“{label}” is given as {given}, but it cannot be calculated because a "
            "source is missing."
        ),
        "Complete the sources of the formula, or clear the value.",
        (
            "An imported value of a calculated field cannot be confirmed while its "
            "formula is UNKNOWN."
        ),
    ),
    _entry(
        "too-many-rows",
        _ERROR,
        "“{label}” has {count} rows. At most {most} are allowed.",
        "Remove rows, or ask the study designer to allow more.",
        "A repeating group can have a maximum number of rows.",
    ),
    _entry(
        "too-few-rows",
        _ERROR,
        "“{label}” has {count} rows. At least {least} are required.",
        "Add the missing rows.",
        "A repeating group of a complete form can have a minimum number of rows.",
    ),
    _entry(
        "row-missing",
        _ERROR,
        "“{label}” has no row for {row}.",
        "Add the row.",
        "The rows of this group are fixed: one row for each combination of its codes.",
    ),
    _entry(
        "rows-unknown",
        _QUERY,
        "Cannot determine whether “{label}” needs rows. It depends on {sources}.",
        "Answer these first, or give a reason why they are missing.",
        "The group would need more rows, but its condition is UNKNOWN, and no other "
        "finding of this "
        "form says why.",
    ),
    _entry(
        "rule-broken",
        _QUERY,
        "{says} Found: {facts}.",
        "Check these answers against the source and correct the wrong ones.",
        (
            "The condition of an edit check is false. The finding has the name and "
            "severity of that check."
        ),
    ),
    _entry(
        "rule-untold",
        _QUERY,
        "{says} Cannot determine this: {why}.",
        "Complete the sources, or enter a more precise date.",
        (
            "An edit check is UNKNOWN where that matters: a source is missing or a "
            "date is too imprecise."
        ),
    ),
    _entry(
        "row-not-carried",
        _ERROR,
        "“{label}” has no row {row}, which “{source}” has.",
        "Open the form and save it. It then has all rows of “{source}”.",
        (
            "The rows of this group are carried from another form: there is one row "
            "for each row there, with the same number."
        ),
    ),
    _entry(
        "row-twice",
        _ERROR,
        "“{label}” has more than one row for {row}.",
        "Remove the duplicate rows.",
        "The rows of this group are fixed: one row for each combination of its codes.",
    ),
)
