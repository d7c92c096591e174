"""The checks that find a form that its subject does not have at a visit.

They are edit checks like those of the dictionary, so every page and every engine finds
the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from forms_spec.findings.finding import Finding, Severity
from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.fields import Table
from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import Expression, parse_expression

ABSENT = "absent_visit"
MESSAGE = (
    "This subject has no such visit, because the condition of the visit is not met."
)


def absent_visit_checks(study: Study) -> dict[str, EditCheck]:
    """One check for each form of a visit that not every subject has, by name."""
    by_form: dict[str, dict[str, Expression]] = {}
    for scheduled in study.schedule:
        if scheduled.exists is not None:
            conditions = by_form.setdefault(scheduled.form, {})
            conditions[scheduled.visit] = scheduled.exists

    checks: dict[str, EditCheck] = {}
    for form in study.forms.values():
        if form.name not in by_form:
            continue

        tables = [table for table in study.tables.values() if table.form is form]
        assertion = _assertion(by_form[form.name])
        if assertion is None or not tables or not tables[0].fields:
            continue

        name = f"{ABSENT}_{form.name}"
        checks[name] = EditCheck(
            name=name,
            check=ABSENT,
            message=MESSAGE,
            when=None,
            assertion=assertion,
            severity=Severity.QUERY,
            on=((tables[0].name, _shown_field(tables[0])),),
            unknown=None,
            place=assertion.place,
        )

    return checks


def _assertion(conditions: Mapping[str, Expression]) -> Expression | None:
    """That a form belongs to none of the visits, or to one whose condition holds."""
    text = " and ".join(
        f"(visitid <> '{visit}' or ({condition.text}))"
        for visit, condition in conditions.items()
    )
    place = next(iter(conditions.values())).place
    parsed = parse_expression(text, place)
    # Together the conditions may be longer than an expression may be.
    if isinstance(parsed, Finding):
        return None

    return parsed


def _shown_field(table: Table) -> str:
    """The first field that is always shown, or else the first."""
    for field in table.fields:
        if field.show_when is None:
            return field.name

    return table.fields[0].name
