"""What a person may save of a form: only answers that their role enters are taken from
the page, and all others stay as they are stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from forms_spec.entry.starts import FormOpening, starting_texts
from forms_spec.evaluation.calculated import without_calculated
from forms_spec.evaluation.role_grants import AnswerColumn, placed_fields
from forms_spec.evaluation.role_view import RoleView
from forms_spec.model.captured_data import CellKey, Record, Row
from forms_spec.model.fields import Field, Form, Group


def whole_record(
    view: RoleView,
    form: Form,
    typed: Record,
    stored: Record | None,
    opening: FormOpening,
) -> Record:
    """The record to be stored: what the role typed, on top of what is stored of the
    whole form. Where nothing is, unseen questions start as the dictionary says.
    """
    merging = _Merging(view=view, opening=opening)
    before = stored or Record()
    known_texts = before.texts
    # Of a new form the unseen questions get their starts now: no page will show them.
    if not stored:
        asked = [field for field in form.fields if field.collected]
        known_texts = {**merging.starts(form.name, asked), **before.texts}

    rows = dict(before.rows)
    for group in form.row_groups:
        if merging.enters(group.name, group.fields):
            rows[group.name] = merging.rows(group, typed, before)

    record = Record(
        texts=merging.texts(form.name, typed.texts, known_texts),
        rows={name: of_group for name, of_group in rows.items() if of_group},
        kept=merging.kept(form, typed, before),
    )
    # A save that changes nothing keeps calculated answers too, or it would be a change.
    if record == before:
        return record
    return without_calculated(form, record)


def keeps_rows(view: RoleView, group: Group) -> bool:
    """Whether the role may not remove rows of a group: there are questions in them that
    it does not enter.
    """
    for field in group.fields:
        is_answered = field.collected and field.value is None
        column = AnswerColumn(group.name, field.name)
        if is_answered and column not in view.grants.entered:
            return True

    return False


class _Merging:
    """Takes entered answers from one side and all others from the other."""

    def __init__(self, view: RoleView, opening: FormOpening) -> None:
        self._view, self._opening = view, opening

    def _is_entered(self, table: str, name: str) -> bool:
        return AnswerColumn(table, name) in self._view.grants.entered

    def enters(self, table: str, fields: Iterable[Field]) -> bool:
        """Whether the role enters something of a table."""
        return any(self._is_entered(table, item.name) for item in fields)

    def starts(self, table: str, fields: Iterable[Field]) -> dict[str, str]:
        """What questions start with that are not on the role's page. The day and the
        name of who opens a form are not put where that person sees nothing.
        """
        others = []
        for field in fields:
            if not self._is_entered(table, field.name):
                others.append(replace(field, prefill=None))

        return starting_texts(tuple(others), self._opening)

    def texts(
        self, table: str, typed: Mapping[str, str], before: Mapping[str, str]
    ) -> dict[str, str]:
        texts = {}
        for name, text in before.items():
            if not self._is_entered(table, name):
                texts[name] = text

        for name, text in typed.items():
            if self._is_entered(table, name):
                texts[name] = text

        return texts

    def rows(self, group: Group, typed: Record, before: Record) -> tuple[Row, ...]:
        """The rows of a group by number: those of the page, and those that the role may
        not remove.
        """
        stored = {row.number: row.texts for row in before.rows.get(group.name, ())}
        on_page = {row.number: row.texts for row in typed.rows.get(group.name, ())}
        numbers = set(on_page)
        if keeps_rows(self._view, group):
            numbers |= set(stored)

        rows = []
        for number in sorted(numbers):
            old = stored.get(number)
            known = self.starts(group.name, group.fields) if old is None else old
            # A row that is not on the page stays as it is.
            new = on_page.get(number, known)
            texts = self.texts(group.name, new, known)
            rows.append(Row(number=number, texts=texts))

        return tuple(rows)

    def kept(
        self, form: Form, typed: Record, before: Record
    ) -> dict[tuple[CellKey, str], str]:
        """The reasons of kept warnings, each from the side that its answer is from; a
        calculated answer that the role sees is on its page.
        """
        grants = self._view.grants
        calculated = {
            placed.column
            for placed in placed_fields(form)
            if placed.field.value is not None
        }
        own = grants.entered | (calculated & grants.seen)

        def is_own(cell: CellKey, code: str) -> bool:
            # The reason for a warning that is not on the page stays as it is.
            is_on_page = self._view.sees_reason(cell, code)
            return is_on_page and AnswerColumn(cell.table, cell.field) in own

        kept = {}
        for (cell, code), reason in before.kept.items():
            if not is_own(cell, code):
                kept[cell, code] = reason

        for (cell, code), reason in typed.kept.items():
            if is_own(cell, code):
                kept[cell, code] = reason

        return kept
