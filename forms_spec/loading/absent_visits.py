"""The checks that find a form of a visit that its subject does not have.

They are edit checks like those of the dictionary, so every page and every engine finds
the same.
"""

from __future__ import annotations

from collections.abc import Iterator

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
    """One check for each form of a visit that has a condition, by name."""
    checks: dict[str, EditCheck] = {}
    for form in study.forms.values():
        visits = [
            scheduled.visit
            for scheduled in study.schedule
            if scheduled.form == form.name and study.visits[scheduled.visit].when
        ]
        tables = [table for table in study.tables.values() if table.form is form]
        assertion = _assertion(study, visits)
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


def _assertion(study: Study, visits: list[str]) -> Expression | None:
    """That a form belongs to none of the visits, or to one whose condition holds."""
    places = [condition.place for _, condition in _conditions(study, visits)]
    text = " and ".join(
        f"(visitid <> '{visit}' or ({condition.text}))"
        for visit, condition in _conditions(study, visits)
    )
    if not text:
        return None

    parsed = parse_expression(text, places[0])
    # Together the conditions may be longer than an expression may be.
    if isinstance(parsed, Finding):
        return None

    return parsed


def _conditions(study: Study, visits: list[str]) -> Iterator[tuple[str, Expression]]:
    for visit in visits:
        condition = study.visits[visit].when
        if condition is not None:
            yield visit, condition


def _shown_field(table: Table) -> str:
    """The first field that is always shown, or else the first."""
    for field in table.fields:
        if field.show_when is None:
            return field.name

    return table.fields[0].name
