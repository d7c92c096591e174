"""Calculated cells of a package: what the formulas give on the day of the package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from forms_spec.evaluation.captured_form import EvaluatedForm, EvaluatedSubject
from forms_spec.model.captured_data import Casebook, InMemoryCasebook, Record, Row
from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache

Formulas = Mapping[str | None, Sequence[str]]
_FORMULAS: StudyCache[str, Formulas] = StudyCache()


def with_calculated(
    study: Study,
    forms: Sequence[CapturedForm],
    today: date,
    casebook: Casebook | None = None,
) -> list[CapturedForm]:
    """One subject's forms with their formulas worked out, so that no package carries a
    stale result.

    A calculated cell that holds a text came in with other data and stays: it may
    differ, and that is a finding, not ours to overwrite. ``casebook`` is all of the
    subject where ``forms`` are not all.
    """
    if not forms:
        return []

    if casebook is None:
        casebook = InMemoryCasebook({form.key: form.record for form in forms})

    subject = EvaluatedSubject(study, casebook, today, forms[0].subject)
    return [_filled(study.forms.get(form.key.form), form, subject) for form in forms]


def without_calculated(
    form: Form, record: Record, given: Record | None = None
) -> Record:
    """The record without its calculated texts, or without those only that are the same
    in ``given``.
    """
    given = given or record
    own = _left(record.texts, given.texts, _formulas(form, None))
    before = {
        (group, row.number): row.texts
        for group, rows in given.rows.items()
        for row in rows
    }
    rows = {
        group: tuple(
            replace(
                row,
                texts=_left(
                    row.texts,
                    before.get((group, row.number), {}),
                    _formulas(form, group),
                ),
            )
            for row in value
        )
        for group, value in record.rows.items()
    }

    return replace(record, texts=own, rows=rows)


def _left(
    texts: Mapping[str, str], given: Mapping[str, str], formulas: Sequence[str]
) -> Mapping[str, str]:
    kept = dict(texts)
    for name in formulas:
        # A text that was handed in differs from what the formula gave.
        if name in kept and kept[name] == given.get(name, ""):
            del kept[name]

    return kept


def _filled(
    form: Form | None, captured: CapturedForm, subject: EvaluatedSubject
) -> CapturedForm:
    """As it is where the dictionary has no such form any more, or an import refuses it."""
    formulas = formulas_of(subject.study, form) if form else {}
    if form is None or not any(formulas.values()):
        return captured

    judged = subject.form(captured.key)
    if judged is None:
        return captured

    record = captured.record
    texts = _with(judged, form.name, None, record.texts, formulas[None])
    rows = {
        group: tuple(
            Row(
                number=row.number,
                texts=_with(
                    judged, group, row.number, row.texts, formulas.get(group, ())
                ),
            )
            for row in value
        )
        for group, value in record.rows.items()
    }

    return replace(captured, record=replace(record, texts=texts, rows=rows))


def _with(
    judged: EvaluatedForm,
    table: str,
    row: int | None,
    texts: Mapping[str, str],
    formulas: Sequence[str],
) -> Mapping[str, str]:
    filled = dict(texts)
    for name in formulas:
        # What came in with other data stays, also where it differs from the formula.
        if texts.get(name):
            continue

        result = judged.facts(table, row, name).text
        if result:
            filled[name] = result

    return filled


def formulas_of(study: Study, form: Form) -> Formulas:
    """The names of the calculated fields by group, of a form's own under None; found
    once for a study.
    """
    return _FORMULAS.get(study, form.name, lambda: _formulas_by_group(form))


def _formulas_by_group(form: Form) -> Formulas:
    groups = (None, *(group.name for group in form.row_groups))
    return {group: _formulas(form, group) for group in groups}


def _formulas(form: Form, group: str | None) -> list[str]:
    """The names of the calculated fields of a form's own, or of one group's rows."""
    fields = form.fields
    if group is not None:
        row_group = form.row_group(group)
        fields = row_group.fields if row_group is not None else ()

    return [field.name for field in fields if field.value is not None]
