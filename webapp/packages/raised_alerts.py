"""What a save or an import has to tell somebody at once: a serious adverse event, a value beyond an
alert limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from forms_spec.evaluation import Judgement
from forms_spec.model.captured_data import CellKey, Record, text_at
from forms_spec.model.fields import Field, Form
from forms_spec.model.roles import AlertKind
from generator.pages.input_names import cell_name
from webapp.storage import NewAlert

SERIOUS = "AESER"
"""The CDASH name of the question whether an adverse event is serious."""
YES = "Y"


def alerts_of(form: Form, record: Record, judgement: Judgement) -> tuple[NewAlert, ...]:
    """The alerts of a form as it is saved."""
    return (*_serious(form, record), *_values(form, record, judgement))


def _serious(form: Form, record: Record) -> Iterator[NewAlert]:
    for group in form.row_groups:
        questions = [field for field in group.fields if field.cdash == SERIOUS]
        for row in record.rows.get(group.name, ()):
            for name in _answered_yes(questions, row.texts):
                cell = CellKey(group.name, row.number, name)
                yield _alert(AlertKind.SERIOUS_EVENT, cell, YES)

    questions = [field for field in form.fields if field.cdash == SERIOUS]
    for name in _answered_yes(questions, record.texts):
        cell = CellKey(form.name, None, name)
        yield _alert(AlertKind.SERIOUS_EVENT, cell, YES)


def _answered_yes(questions: Iterable[Field], texts: Mapping[str, str]) -> list[str]:
    """The names of the questions whose answer is Yes."""
    return [field.name for field in questions if texts.get(field.name) == YES]


def _values(form: Form, record: Record, judgement: Judgement) -> Iterator[NewAlert]:
    # A reason settles the question, not the need to act.
    for finding in judgement.findings:
        if finding.alerts:
            place = finding.data
            cell = CellKey(form.name, None, "")
            if place is not None:
                cell = CellKey(place.table, place.row, place.field or "")
            yield _alert(AlertKind.ALERT_VALUE, cell, text_at(record, cell))


def _alert(kind: AlertKind, cell: CellKey, value: str) -> NewAlert:
    return NewAlert(kind=kind, cell=cell_name(cell), value=value)
