"""Answers that may stand once only are drawn again until nobody has them yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from random import Random

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.form_plan import plan_of
from forms_spec.evaluation.unique_values import (
    UniqueAnswer,
    compared_values,
    unique_answers,
    unique_fields,
)
from forms_spec.model.captured_data import FormKey, Record, Row, texts_at
from forms_spec.model.study import Study
from generator.synthesis.draw_text import TextDraw

DRAWS = 500
"""So often an answer is drawn before nothing else is thought to be left."""


class NothingLeft(Exception):
    """Every answer that could be drawn for a field is given already."""


class DistinctAnswers:
    """The answers of all subjects so far that may stand once only."""

    def __init__(self, study: Study, random: Random) -> None:
        self.study = study
        self.draw = TextDraw(random)
        self._given: set[tuple[object, ...]] = set()

    def records(
        self,
        subject: EvaluatedSubject,
        records: Mapping[FormKey, Record],
        place: tuple[str, str],
        day: date,
    ) -> dict[FormKey, Record]:
        """The forms of a subject at its site (``place``) with answers that nobody has
        yet. Raises NothingLeft.
        """
        forms = dict(records)
        for key in records:
            if key.form not in unique_fields(self.study):
                continue

            for answer in list(unique_answers(self.study, key.form, forms[key])):
                text = self._text(
                    subject, key, forms[key], answer, place=place, day=day
                )
                forms[key] = _with_text(forms[key], answer, text)

        return forms

    def _text(
        self,
        subject: EvaluatedSubject,
        key: FormKey,
        record: Record,
        answer: UniqueAnswer,
        *,
        place: tuple[str, str],
        day: date,
    ) -> str:
        field, captured = answer.field, subject.form(key)
        assert captured is not None
        assert field.unique is not None
        site, number = place
        within = {"study": "", "site": site, "subject": number}[field.unique.over]
        texts = dict(texts_at(record, answer.table.name, answer.row))
        plan = plan_of(self.study, captured.plan.form).fields[answer.column]

        text = answer.text
        for _ in range(DRAWS):
            texts[field.name] = text
            values = compared_values(self.study, answer.table, field, texts)
            given = (answer.column, within, values)
            if values is not None and given not in self._given:
                self._given.add(given)
                return text

            text = self.draw.usual(plan, captured.frames(answer.row), day)

        raise NothingLeft(f"{answer.table.name}.{field.name}")


def _with_text(record: Record, answer: UniqueAnswer, text: str) -> Record:
    """The form with another answer."""
    name, table = answer.field.name, answer.table.name
    if answer.row is None:
        return replace(record, texts={**record.texts, name: text})

    rows = tuple(
        Row(number=row.number, texts={**row.texts, name: text})
        if row.number == answer.row
        else row
        for row in record.rows[table]
    )
    return replace(record, rows={**record.rows, table: rows})
