"""Codes of the criteria of eligibility."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import CatalogueEntry, PossibleCause, refuse


def _criteria(*lines: str, where: str = "form: base, visit: SCR") -> str:
    text = "".join(f"  {line}\n" for line in (*where.split(", "), *lines))
    return f"eligibility:\n{text}"


ENTRIES: tuple[CatalogueEntry, ...] = (
    refuse(
        "eligibility-visit",
        "The form {form} is not collected at that visit",
        "Set visit to one of: {visits}",
        (
            "`eligibility` names the visit at which the site answers the criteria. A "
            "log form has no visit."
        ),
        _criteria("inclusion: {p: n > 1}", where="form: base"),
        follows=PossibleCause.NAME,
    ),
    refuse(
        "eligibility-empty",
        "There are no criteria",
        "Add them under inclusion and exclusion",
        (
            "A criterion is a field of the form with a condition: `excl01: "
            "vs[SCR].bmi > 40`."
        ),
        _criteria(),
    ),
    refuse(
        "criterion-field",
        'The form {form} has no field "{name}" outside its groups of rows',
        "{near} Name each criterion after the field where the site answers it",
        "The criteria are fields of the form that `eligibility` names. Fields of "
        "repeating groups "
        "cannot be criteria.",
        _criteria("inclusion: {incl01: n > 1}"),
        follows=PossibleCause.NAME,
    ),
    refuse(
        "criterion-answer",
        'The field {name} does not accept the answer "{code}"',
        "{known} Set in answers which codes mean met, not_met and not_applicable",
        (
            "`answers: {met: Y, not_met: N, not_applicable: NA}` says which answers "
            "the conditions produce."
        ),
        _criteria("inclusion: {side: n > 1}"),
        follows=PossibleCause.NAME,
    ),
)
