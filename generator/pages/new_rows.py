"""Rows that nobody has filled in yet: which of their questions are asked, and what
waits until it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from forms_spec.entry.starts import FormOpening, starting_texts
from forms_spec.evaluation import Judgement
from forms_spec.model.captured_data import CellKey, Record, Row
from forms_spec.model.fields import Field, Form, Group
from generator.pages.rows import rows_of


def starts_of(group: Group, opening: FormOpening | None) -> dict[str, str]:
    """The texts that a new row starts with; none for those who only read."""
    if opening is not None:
        return starting_texts(group.fields, opening)

    return {}


def with_new_rows(
    form: Form,
    record: Record,
    judgement: Judgement,
    *,
    opening: FormOpening | None,
    judge: Callable[[Record], Judgement],
) -> Judgement:
    """A judgement that also knows which questions are asked in the rows that a page
    adds to a record.

    Its findings stay as they are: what a new row lacks is nobody's fault yet.
    """
    added_rows = {}
    for group in form.row_groups:
        # Without a condition all questions are asked, with all their answers. What is
        # carried has to be worked out.
        if not any(_has_condition(group, field) for field in group.fields):
            continue

        rows = rows_of(group, record, starts_of(group, opening), opening)
        if rows != record.rows.get(group.name, ()):
            added_rows[group.name] = rows

    if not added_rows:
        return judgement

    with_rows = replace(record, rows={**record.rows, **added_rows})
    added = judge(with_rows).cells
    return replace(judgement, cells={**added, **judgement.cells})


def _has_condition(group: Group, field: Field) -> bool:
    is_carried = group.carried is not None and field.value is not None
    return is_carried or may_hide(group, field) or bool(field.offered_when)


def may_hide(group: Group, field: Field) -> bool:
    """Whether a condition decides that a field is asked."""
    if group.show_when is not None:
        return True

    return field.show_when is not None


def untouched(
    form: Form,
    record: Record,
    judgement: Judgement,
    *,
    stored: Record,
    opening: FormOpening | None,
) -> Mapping[CellKey, str]:
    """What new rows start with in questions that are not asked: nobody gave it as an
    answer.
    """
    texts: dict[CellKey, str] = {}
    for group in form.row_groups:
        starts = starts_of(group, opening)
        if not starts:
            continue

        saved = {row.number for row in stored.rows.get(group.name, ())}
        for row in rows_of(group, record, starts, opening):
            is_new = row.number not in saved
            if is_new:
                texts.update(_starts_not_asked(group, row, starts, judgement))

    return texts


def _starts_not_asked(
    group: Group, row: Row, starts: Mapping[str, str], judgement: Judgement
) -> Iterator[tuple[CellKey, str]]:
    for name, text in starts.items():
        # Another text was typed by somebody.
        if row.texts.get(name) != text:
            continue

        key = CellKey(group.name, row.number, name)
        cell = judgement.cells.get(key)
        is_asked = cell is None or cell.shown is True
        if not is_asked:
            yield key, text
