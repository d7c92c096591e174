"""Answers that may stand once only are drawn again until nobody has them yet. Where the
usual draws know few answers, they are counted up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import chain, count, islice, takewhile
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
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from generator.synthesis.draw_text import (
    StepRange,
    TextDraw,
    span_of,
    written,
)

FEW_DRAWS = 20
"""So often an answer is drawn before the next ones are counted up."""
DRAWS = 500
"""So many others are looked at before nothing is thought to be left."""
NUMBERS = frozenset({"integer", "decimal", "bounded"})
DATES = frozenset({"date", "partial_date"})


class NothingLeft(Exception):
    """Every answer that could be drawn for a field is given already."""


class DistinctAnswers:
    """The answers of all subjects so far that may stand once only."""

    def __init__(self, study: Study, random: Random) -> None:
        self.study = study
        self.draw = TextDraw(random)
        self._given: set[tuple[object, ...]] = set()
        self._counted: Counter[tuple[object, ...]] = Counter()

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

        column = (answer.column, within)
        drawn = (
            self.draw.usual(plan, captured.frames(answer.row), day)
            for _ in range(DRAWS)
        )
        counted = self._next_counted(
            column, field, span_of(plan, captured.frames(answer.row)), day
        )
        candidates = chain([answer.text], islice(drawn, FEW_DRAWS), counted, drawn)

        for text in candidates:
            texts[field.name] = text
            values = compared_values(self.study, answer.table, field, texts)
            given = (*column, values)
            if values is not None and given not in self._given:
                self._given.add(given)
                return text

        raise NothingLeft(f"{answer.table.name}.{field.name}")

    def _next_counted(
        self, column: tuple[object, ...], field: Field, span: StepRange, day: date
    ) -> Iterator[str]:
        """Answers that were not counted up before, in the same column and reach."""
        start = self._counted[column]
        for text in islice(_counted_up(field, span, day, start), DRAWS):
            self._counted[column] += 1
            yield text


def _counted_up(field: Field, span: StepRange, day: date, start: int) -> Iterator[str]:
    """Answers one after the other, behind the first ``start`` of them. Nothing where
    they follow from a pattern, or the usual draws know them all.
    """
    kind = field.kind.name
    if kind == "text" and field.pattern is None:
        shortest = field.min_length or 1
        return (str(number).zfill(shortest) for number in count(start + 1))

    steps: Iterator[int] = iter(())
    if kind in NUMBERS:
        lowest, _ = span.over(1)
        steps = count(lowest + start)
    elif kind in DATES:
        # Days to come are in the future of the subject.
        newest = span.clamped(day.toordinal())
        steps = count(newest - start, -1)

    within = takewhile(span.has, steps)
    return (written(field, step) for step in within)


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
