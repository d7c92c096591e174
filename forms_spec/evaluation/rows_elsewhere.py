"""The rows of a subject's other forms that a form has its own rows from."""

from __future__ import annotations

from collections.abc import Mapping

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.model.captured_data import LOG, Context, FormKey
from forms_spec.model.fields import Form, Group
from forms_spec.model.study import Study


def rows_elsewhere(
    study: Study, form: Form, context: Context
) -> Mapping[str, tuple[int, ...]]:
    """By group, the numbers of the rows that are carried to it."""
    visit = LOG if form.log else context.visit or ""
    key = FormKey(form.name, visit, context.unsno)
    subject = EvaluatedSubject(study, context.casebook, context.today, context.subject)

    return {
        group.name: rows_carried(group, subject, key)
        for group in form.row_groups
        if group.carried is not None
    }


def rows_carried(
    group: Group, subject: EvaluatedSubject, key: FormKey
) -> tuple[int, ...]:
    """The numbers of the rows that are carried to a group of a subject's form."""
    carried = group.carried
    assert carried is not None
    return row_numbers(subject, carried.table, carried.visit, key)


def row_numbers(
    subject: EvaluatedSubject, table: str, visit: str | None, key: FormKey
) -> tuple[int, ...]:
    """The numbers of the rows that a group of a subject has at a visit, or of a log where
    that is None, as seen from a form.
    """
    source = subject.study.tables[table].form.name
    numbers: list[int] = []
    for instance in subject.instances(source, visit or LOG, key):
        numbers.extend(instance.rows(table))

    return tuple(sorted(numbers))
