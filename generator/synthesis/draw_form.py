"""One form filled in: what is shown is answered, what is hidden is blank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from random import Random

from forms_spec.evaluation.captured_form import EvaluatedForm, EvaluatedSubject
from forms_spec.evaluation.form_plan import FieldPlan, GroupPlan
from forms_spec.evaluation.read_trace import companions
from forms_spec.evaluation.rows_elsewhere import row_numbers, rows_carried
from forms_spec.model.captured_data import FormKey, Record, Row
from forms_spec.model.fields import Group, OfferedRows
from forms_spec.model.study import Study
from generator.pages.rows import fixed_rows
from generator.synthesis.draw_text import TextDraw

Texts = dict[str, str]
NO_ROWS = 0.6
"""How often a list that may be empty is."""
OPTIONAL = 0.7
"""How often an answer is given that nobody has to give."""
CROSSED, FEW_CODES = 0.8, 6
"""How often a list asks about every thing there is, and how many codes are few."""


class FormDrawer:
    """Fills forms of one study. ``optional`` is the share of the answers given that may
    stay blank.
    """

    def __init__(
        self, study: Study, random: Random, *, optional: float = OPTIONAL
    ) -> None:
        self.study = study
        self.random = random
        self.optional = optional
        self.draw = TextDraw(random)
        self.always = answered_always(study)
        self.never = never_answered(study)

    def settled(
        self, subject: EvaluatedSubject, key: FormKey, record: Record, day: date
    ) -> Record:
        """A form that follows its own conditions: answers that are there stay, hidden
        ones go, and those are drawn that are shown. Calculated fields stay blank.

        A group without an entry in ``record.rows`` gets rows; one with no rows in it
        keeps none.
        """
        record = self._with_carried(subject, key, record)
        answered = self._filled(subject, key, record, day)
        with_rows = self._with_rows(subject, key, answered)
        if with_rows.rows.keys() == answered.rows.keys():
            return answered

        return self._filled(subject, key, with_rows, day)

    def _with_carried(
        self, subject: EvaluatedSubject, key: FormKey, record: Record
    ) -> Record:
        """The record with the rows that are carried to it now, in the place of those
        that were before.
        """
        rows = dict(record.rows)
        for group in self.study.forms[key.form].row_groups:
            if group.carried is None or group.name not in rows:
                continue

            known = {row.number: row for row in rows[group.name]}
            rows[group.name] = tuple(
                known.get(number, Row(number=number, texts={}))
                for number in rows_carried(group, subject, key)
            )

        return replace(record, rows=rows)

    def _filled(
        self, subject: EvaluatedSubject, key: FormKey, record: Record, day: date
    ) -> Record:
        form = self.study.forms[key.form]
        texts: dict[tuple[str, int | None], Texts] = {
            (form.name, None): dict(record.texts)
        }
        rows: dict[str, tuple[Row, ...]] = {}
        for group, given in record.rows.items():
            for row in given:
                texts[group, row.number] = dict(row.texts)

            rows[group] = tuple(
                Row(number=row.number, texts=texts[group, row.number]) for row in given
            )

        # The texts are filled in while the form is evaluated, each before it is read.
        working = Record(texts=texts[form.name, None], rows=rows)
        captured = subject.put(form, working, key)
        for table, name in captured.plan.order:
            plan = captured.plan.fields[table, name]
            in_rows = table in captured.plan.row_tables
            numbers: Sequence[int | None] = captured.rows(table) if in_rows else [None]
            for number in numbers:
                self._cell(captured, plan, number, texts[table, number], day)

        return working

    def _cell(
        self,
        captured: EvaluatedForm,
        plan: FieldPlan,
        row: int | None,
        texts: Texts,
        day: date,
    ) -> None:
        name = plan.field.name
        frames = captured.frames(row)
        shown = all(condition(frames) is True for condition in plan.shown)
        if plan.value is not None or not shown:
            texts.pop(name, None)
            self._without_unit(plan, texts)
            return

        # A unit is chosen together with its number.
        is_unit = (plan.table, name) in companions(captured)
        if name in texts or is_unit:
            return

        required = plan.has_to_be_answered(frames)
        if required is False and not self._is_answered(plan.table, name):
            return

        self._choose_unit(plan, texts)
        if plan.field.row_of is not None:
            text = self._row_number(plan.field.row_of, captured)
        else:
            text = self.draw.usual(plan, frames, day)

        if text:
            texts[name] = text

    def _row_number(self, offered: OfferedRows, captured: EvaluatedForm) -> str:
        """The number of a row that the other form has; blank where it has none."""
        numbers = row_numbers(
            captured.world, offered.table, offered.visit, captured.key
        )
        return str(self.random.choice(numbers)) if numbers else ""

    def _is_answered(self, table: str, name: str) -> bool:
        """Whether an answer is given that nobody has to give."""
        if (table, name) in self.always:
            return True
        if (table, name) in self.never:
            return False

        return self.random.random() < self.optional

    def _without_unit(self, plan: FieldPlan, texts: Texts) -> None:
        if plan.field.unit_field:
            texts.pop(plan.field.unit_field, None)

    def _choose_unit(self, plan: FieldPlan, texts: Texts) -> None:
        unit = plan.field.unit
        if unit is None or unit.companion is None or unit.companion in texts:
            return

        texts[unit.companion] = self.random.choice(unit.choices).code

    def _with_rows(
        self, subject: EvaluatedSubject, key: FormKey, record: Record
    ) -> Record:
        form = self.study.forms[key.form]
        captured = subject.put(form, record, key)
        rows: dict[str, tuple[Row, ...]] = {}

        for plan in captured.plan.groups:
            group = plan.group
            if group.rows is None or not _is_shown(captured, plan):
                continue
            if group.name in record.rows:
                rows[group.name] = record.rows[group.name]
            else:
                rows[group.name] = self.rows(group)

            if group.carried is not None:
                numbers = rows_carried(group, subject, key)
                rows[group.name] = tuple(Row(number=n, texts={}) for n in numbers)

        return Record(texts=record.texts, rows=rows)

    def rows(self, group: Group) -> tuple[Row, ...]:
        """New rows: those that are laid down, none, one, or one for each thing that the
        group asks about.
        """
        assert group.rows is not None
        if group.fixed:
            return fixed_rows(group)
        if group.rows.minimum == 0 and self.random.random() < NO_ROWS:
            return ()

        crossed = self.random.random() < CROSSED and crossed_rows(group)
        if crossed:
            return crossed

        return numbered_rows([{}] * max(1, group.rows.minimum))


def answered_always(study: Study) -> frozenset[tuple[str, str]]:
    """The fields that say which visits a subject has, and when, as table and name. A
    subject without them would have no schedule.
    """
    datings = (study.visit_dating, *(visit.dating for visit in study.visits.values()))
    names = {dating.date for dating in datings if dating.date is not None}
    names.update(study.day_zero)
    for fields in study.anchors.values():
        names.update(fields)
    if study.arms is not None:
        names.add(study.arms.by)

    return frozenset(map(_table_and_name, names))


def never_answered(study: Study) -> frozenset[tuple[str, str]]:
    """The fields that say that a visit was missed, as table and name."""
    datings = (study.visit_dating, *(visit.dating for visit in study.visits.values()))
    missed = (dating.missed for dating in datings)
    return frozenset(_table_and_name(item.field) for item in missed if item is not None)


def _table_and_name(name: str) -> tuple[str, str]:
    table, _, field = name.partition(".")
    return table, field


def _is_shown(captured: EvaluatedForm, plan: GroupPlan) -> bool:
    return plan.shown is None or plan.shown(captured.frames(None)) is True


def numbered_rows(texts: Sequence[Mapping[str, str]]) -> tuple[Row, ...]:
    """Rows with these texts, numbered from 1."""
    return tuple(
        Row(number=number, texts=own) for number, own in enumerate(texts, start=1)
    )


def crossed_rows(group: Group) -> tuple[Row, ...]:
    """One row for each pair of codes of the first two choices of a group, such as
    every level on both sides; none where the group does not take so many.
    """
    keys = [
        field
        for field in group.fields
        if field.kind.name == "choice" and field.required is True
        if len(field.offered) <= FEW_CODES
    ][:2]
    if not keys or group.rows is None:
        return ()

    names = [field.name for field in keys]
    codes = [[code.code for code in field.offered] for field in keys]
    rows = [dict(zip(names, chosen, strict=True)) for chosen in product(*codes)]
    if not group.rows.minimum <= len(rows) <= group.rows.maximum:
        return ()

    return numbered_rows(rows)


def calculated_texts(captured: EvaluatedForm) -> Record:
    """The form with the texts of its calculated fields, as a page stores it."""
    record = captured.record
    own = dict(record.texts)
    rows = {group: {row.number: dict(row.texts) for row in given}
            for group, given in record.rows.items()}  # fmt: skip

    for (table, name), plan in captured.plan.fields.items():
        if plan.value is None:
            continue

        in_rows = table in captured.plan.row_tables
        numbers: Sequence[int | None] = captured.rows(table) if in_rows else [None]
        for number in numbers:
            texts = own if number is None else rows[table][number]
            text = captured.facts(table, number, name).text
            texts.pop(name, None)
            if text:
                texts[name] = text

    return Record(
        texts=own,
        rows={
            group: tuple(
                Row(number=number, texts=texts) for number, texts in given.items()
            )
            for group, given in rows.items()
        },
        kept=record.kept,
    )
