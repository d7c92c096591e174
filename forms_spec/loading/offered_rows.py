"""The checks that find a number of a row that the other form does not have.

They are edit checks like those of the dictionary, so every page and every engine finds
the same.
"""

from __future__ import annotations

from typing import Final

from forms_spec.findings.finding import Finding, Severity
from forms_spec.loading.row_sources import group_of_rows, rows_title, why_no_rows
from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.fields import Field, Table
from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import parse_expression

PREFIX: Final = "row_of"


def offered_row_checks(study: Study) -> dict[str, EditCheck]:
    """By name, one check for each field that names a row of another form."""
    checks: dict[str, EditCheck] = {}
    for table in study.tables.values():
        for field in table.fields:
            if field.row_of is not None and not why_not_offered(study, field):
                check = _check(study, table, field)
                if check is not None:
                    checks[check.name] = check

    return checks


def why_not_offered(study: Study, field: Field) -> str:
    """Why a field cannot offer the rows that it names; empty where it can."""
    offered = field.row_of
    assert offered is not None
    why = why_no_rows(
        group_of_rows(study.forms, offered.table),
        offered.visit,
        form=field.form,
        forms=study.forms,
        visits=study.visits,
        scheduled={(item.form, item.visit) for item in study.schedule},
    )
    if not why and field.comparators:
        return "its number has comparators"

    return why


def offered_rows_title(study: Study, field: Field) -> str:
    """The words for the rows that a field offers: ``Target lesions (Screening)``."""
    offered = field.row_of
    assert offered is not None
    group = study.tables[offered.table].group
    assert group is not None

    return rows_title(group, offered.visit, forms=study.forms, visits=study.visits)


def _check(study: Study, table: Table, field: Field) -> EditCheck | None:
    """The check; None where a name is a word of the rule language, which has a finding of
    its own.
    """
    assert field.row_of is not None
    name = f"{PREFIX}_{table.name}_{field.name}"
    rows = field.row_of.rows
    title = offered_rows_title(study, field)
    # Where nobody has begun the other form, there is no such row either.
    has_its_row = f"any({rows} where rowno = this.{field.name}) is true"
    when = parse_expression(f"{field.name} is known", field.place)
    assertion = parse_expression(has_its_row, field.place)
    if isinstance(when, Finding) or isinstance(assertion, Finding):
        return None

    return EditCheck(
        name=name,
        check=name,
        message=f"“{field.label}” is the number of a row of “{title}”.",
        when=when,
        assertion=assertion,
        severity=Severity.ERROR,
        on=((table.name, field.name),),
        unknown=None,
        place=field.place,
    )
