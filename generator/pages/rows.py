"""Rows of a repeating group: a number is given once and never used again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from types import MappingProxyType

from forms_spec.entry.starts import FormOpening
from forms_spec.model.captured_data import Record, Row
from forms_spec.model.fields import Form, Group


def fixed_rows(group: Group) -> tuple[Row, ...]:
    """The rows that the dictionary lays down: the codes of the fixing fields, crossed."""
    codelists = {field.name: field.codelist for field in group.fields}
    codes = []
    for name in group.fixed:
        codelist = codelists[name]
        if codelist:
            codes.append([code.code for code in codelist.codes])

    rows = []
    for number, chosen in enumerate(product(*codes), start=1):
        texts = dict(zip(group.fixed, chosen, strict=True))
        rows.append(Row(number=number, texts=texts))

    return tuple(rows)


def laid_down(form: Form) -> frozenset[str]:
    """The groups whose rows are laid down by the dictionary or by another form."""
    return frozenset(group.name for group in form.row_groups if group.laid_down)


NO_STARTS: Mapping[str, str] = MappingProxyType({})


def rows_of(
    group: Group,
    record: Record,
    starts: Mapping[str, str] = NO_STARTS,
    opening: FormOpening | None = None,
) -> tuple[Row, ...]:
    """The rows to ask: those captured, the fixed ones, those that another form has, or
    as many new ones as the minimum says.

    ``starts`` are the texts that a new row starts with. ``opening`` knows the rows of
    other forms; without it none are carried.
    """
    captured = record.rows.get(group.name, ())
    rows = group.rows
    if rows is None:
        return ()
    if group.fixed:
        return _with_fixed(group, captured, starts)
    if group.carried is not None:
        carried = opening.carried.get(group.name, ()) if opening else ()
        return _with_carried(carried, captured, starts)
    if captured:
        return captured

    numbers = range(1, rows.minimum + 1)
    return tuple(Row(number=number, texts=starts) for number in numbers)


def _with_carried(
    carried: Iterable[int], captured: tuple[Row, ...], starts: Mapping[str, str]
) -> tuple[Row, ...]:
    """Captured rows, and a new one for each number that another form has beside them."""
    known = {row.number for row in captured}
    new = [Row(number=n, texts=starts) for n in carried if n not in known]

    return tuple(sorted((*captured, *new), key=lambda row: row.number))


def _with_fixed(
    group: Group, captured: tuple[Row, ...], starts: Mapping[str, str]
) -> tuple[Row, ...]:
    """Every fixed row once, and captured rows that fit none of them behind."""
    waiting = list(captured)
    rows: list[Row] = []
    used = {row.number for row in captured}

    for fixed in fixed_rows(group):
        row = _row_with(waiting, {name: fixed.texts[name] for name in group.fixed})
        if row is not None:
            waiting.remove(row)

        # A captured row that fits no fixed one may have this number.
        number = fixed.number if fixed.number not in used else max(used) + 1
        used.add(number)
        rows.append(row or Row(number=number, texts={**starts, **fixed.texts}))

    return (*rows, *waiting)


def _row_with(rows: list[Row], texts: Mapping[str, str]) -> Row | None:
    """The first row with these texts."""
    wanted = texts.items()
    for row in rows:
        if wanted <= row.texts.items():
            return row

    return None


def next_number(group: Group, *records: Record) -> int:
    """The number of the next new row."""
    highest = 0
    if group.rows:
        highest = group.rows.minimum

    for record in records:
        for row in record.rows.get(group.name, ()):
            highest = max(highest, row.number)

    return highest + 1
