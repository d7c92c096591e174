"""Codes of the judge."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import Entry
from forms_spec.findings.finding import Severity


def _entry(code: str, severity: Severity, message: str, remedy: str, explanation: str) -> Entry:
    return Entry(code=code, severity=severity, message=message, remedy=remedy, explanation=explanation)


_REFUSE, _QUERY, _WARNING = Severity.REFUSE, Severity.QUERY, Severity.WARNING

ENTRIES: tuple[Entry, ...] = (
    _entry(
        "required-blank",
        _REFUSE,
        "“{label}” is not answered.",
        "Answer it, or give the reason why there is no answer where one is allowed.",
        "A required field of a complete form holds an answer or a missing code. A draft may leave it open.",
    ),
    _entry(
        "required-unknown",
        _QUERY,
        "Cannot determine whether “{label}” is required.",
        "Fill in what this depends on first, or say why that is not known.",
        "The condition of a required field is UNKNOWN, and no finding of this form already says why.",
    ),
    _entry(
        "hidden-with-value",
        _REFUSE,
        "“{label}” no longer applies, but holds {answer}.",
        "Clear it, or correct the answer it depends on.",
        "A field whose condition does not hold must be blank; its old answer stays in the history.",
    ),
    _entry(
        "shown-unknown",
        _QUERY,
        "“{label}” holds {answer}; cannot determine whether it applies.",
        "Fill in what this depends on first.",
        "The field is asked under a condition, and that is UNKNOWN: a source is blank, missing or imprecise.",
    ),
    _entry(
        "missing-not-allowed",
        _REFUSE,
        "“{label}” needs an answer: the reason {name} is not allowed here.",
        "Give an answer, or a reason that the field allows.",
        "The text is a missing code of the study, and the field does not list it in its missing codes.",
    ),
    _entry(
        "missing-draft-only",
        _REFUSE,
        "“{label}” still says: {reason}.",
        "Replace it by the answer before the form is completed.",
        "Some missing codes, such as a pending result, may stand in a draft only.",
    ),
    _entry(
        "below-range",
        _REFUSE,
        "“{label}” is {answer}; it must be {bound}.",
        "Compare it with the source and correct it.",
        "The value lies below the hard limit of the field. A partial date does when all its days do.",
    ),
    _entry(
        "above-range",
        _REFUSE,
        "“{label}” is {answer}{future}; it must be {bound}.",
        "Compare it with the source and correct it.",
        "The value lies above the hard limit of the field. A partial date does when all its days do.",
    ),
    _entry(
        "below-expected",
        _WARNING,
        "“{label}” is {answer}; expected is {bound}.",
        "Compare it with the source. If it is right, give a reason and keep it.",
        "The value lies below the soft limit of the field: possible, and worth a second look.",
    ),
    _entry(
        "above-expected",
        _WARNING,
        "“{label}” is {answer}; expected is {bound}.",
        "Compare it with the source. If it is right, give a reason and keep it.",
        "The value lies above the soft limit of the field: possible, and worth a second look.",
    ),
    _entry(
        "below-alert",
        _WARNING,
        "Alert value: “{label}” is {answer} (no alert: {bound}).",
        "Check it now and tell the investigator. If it is right, say what was done and keep it.",
        "The value lies below the alert limit of the field: somebody has to act on it at once.",
    ),
    _entry(
        "above-alert",
        _WARNING,
        "Alert value: “{label}” is {answer} (no alert: {bound}).",
        "Check it now and tell the investigator. If it is right, say what was done and keep it.",
        "The value lies above the alert limit of the field: somebody has to act on it at once.",
    ),
    _entry(
        "below-range-unknown",
        _QUERY,
        "“{label}” is {answer}; cannot determine whether that is {fear}.",
        "Fill in what its limit depends on first, or say why that is not known.",
        "The lower end of the range is UNKNOWN, and no finding of this form already says why.",
    ),
    _entry(
        "above-range-unknown",
        _QUERY,
        "“{label}” is {answer}; cannot determine whether that is {fear}.",
        "Fill in what its limit depends on first, or say why that is not known.",
        "The upper end of the range is UNKNOWN, and no finding of this form already says why.",
    ),
    _entry(
        "below-expected-unknown",
        _WARNING,
        "“{label}” is {answer}; cannot determine whether that is {fear} to be expected.",
        "Fill in what its limit depends on first, or say why that is not known.",
        "The lower end of what is expected is UNKNOWN, and no finding of this form already says why.",
    ),
    _entry(
        "above-expected-unknown",
        _WARNING,
        "“{label}” is {answer}; cannot determine whether that is {fear} to be expected.",
        "Fill in what its limit depends on first, or say why that is not known.",
        "The upper end of what is expected is UNKNOWN, and no finding of this form already says why.",
    ),
    _entry(
        "below-alert-unknown",
        _WARNING,
        "“{label}” is {answer}; whether that is an alert value ({fear}) cannot be determined.",
        "Complete what its alert limit reads, or say why that is not known.",
        "The lower alert limit is UNKNOWN, and no finding of this form already says why.",
    ),
    _entry(
        "above-alert-unknown",
        _WARNING,
        "“{label}” is {answer}; whether that is an alert value ({fear}) cannot be determined.",
        "Complete what its alert limit reads, or say why that is not known.",
        "The upper alert limit is UNKNOWN, and no finding of this form already says why.",
    ),
    _entry(
        "unit-missing",
        _REFUSE,
        "“{label}” is {answer} without a unit.",
        "Choose the unit.",
        "A value whose unit is chosen beside it means nothing without it, and its limits cannot be judged.",
    ),
    _entry(
        "calculated-differs",
        _QUERY,
        "“{label}” is given as {given}; the formula gives {answer}.",
        "Correct the sources, or take the calculated value.",
        "An imported value of a calculated field is compared with its formula and never replaced in silence.",
    ),
    _entry(
        "calculated-unknown",
        _QUERY,
        "“{label}” is given as {given}; it cannot be calculated, because a source is missing.",
        "Complete the sources of the formula, or clear the value.",
        "An imported value of a calculated field cannot be confirmed while its formula is UNKNOWN.",
    ),
    _entry(
        "too-many-rows",
        _REFUSE,
        "“{label}” has {count} rows; at most {most} are allowed.",
        "Remove rows, or ask the study designer to allow more.",
        "A repeating group has a largest number of rows.",
    ),
    _entry(
        "too-few-rows",
        _REFUSE,
        "“{label}” has {count} rows; at least {least} are needed.",
        "Add the missing rows.",
        "A repeating group of a complete form has a smallest number of rows.",
    ),
    _entry(
        "row-missing",
        _REFUSE,
        "“{label}” has no row for {row}.",
        "Add the row.",
        "The rows of this group are fixed: one for each combination of its codes.",
    ),
    _entry(
        "rows-unknown",
        _QUERY,
        "Cannot determine whether “{label}” needs rows.",
        "Fill in what this depends on first, or say why that is not known.",
        "The group would need more rows. Its condition is UNKNOWN, and no finding of this form says why.",
    ),
    _entry(
        "rule-broken",
        _QUERY,
        "{says} Found: {facts}.",
        "Check these answers against the source, and correct what is wrong.",
        "A rule of the study does not hold. Its finding bears the rule's own name and severity.",
    ),
    _entry(
        "rule-untold",
        _QUERY,
        "{says} This cannot be determined: {why}.",
        "Complete the sources, or make the date more precise.",
        "A rule of the study is UNKNOWN where that matters: a source is missing or a date too imprecise.",
    ),
    _entry(
        "row-twice",
        _REFUSE,
        "“{label}” has more than one row for {row}.",
        "Remove one of them.",
        "The rows of this group are fixed: one for each combination of its codes.",
    ),
)
