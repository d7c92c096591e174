"""Rows of a repeating group: a number is given once and never used again."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from types import MappingProxyType

from forms_spec.model.captured_data import Record, Row
from forms_spec.model.fields import Form, Group


def fixed_rows(group: Group) -> tuple[Row, ...]:
    """The rows that the dictionary lays down: the codes of the fixing fields, crossed."""
    names = group.rows.fixed if group.rows else ()
    fields = {f.name: f for f in group.fields}
    lists = [fields[name].codelist for name in names]
    codes = [[code.code for code in codelist.codes] for codelist in lists if codelist]

    return tuple(
        Row(number=number, texts=dict(zip(names, chosen, strict=True)))
        for number, chosen in enumerate(product(*codes), start=1)
    )


def laid_down(form: Form) -> frozenset[str]:
    """The groups whose rows the dictionary lays down."""
    return frozenset(
        group.name for group in form.row_groups if group.rows and group.rows.fixed
    )


NO_STARTS: Mapping[str, str] = MappingProxyType({})


def rows_of(
    group: Group, record: Record, starts: Mapping[str, str] = NO_STARTS
) -> tuple[Row, ...]:
    """The rows to ask: those captured, the fixed ones, or as many new ones as the
    minimum says.

    ``starts`` are the texts that a new row starts with.
    """
    captured = record.rows.get(group.name, ())
    rows = group.rows
    if rows is None:
        return ()
    if rows.fixed:
        return _with_fixed(group, captured, starts)
    if captured:
        return captured
    return tuple(
        Row(number=number, texts=starts) for number in range(1, rows.minimum + 1)
    )


def _with_fixed(
    group: Group, captured: tuple[Row, ...], starts: Mapping[str, str]
) -> tuple[Row, ...]:
    """Every fixed row once, and captured rows that fit none of them behind."""
    names = group.rows.fixed if group.rows else ()
    waiting = list(captured)
    rows: list[Row] = []
    used = {row.number for row in captured}

    for laid in fixed_rows(group):
        same = next(
            (r for r in waiting if all(r.texts.get(n) == laid.texts[n] for n in names)),
            None,
        )
        if same is not None:
            waiting.remove(same)
        number = laid.number if laid.number not in used else max(used) + 1
        used.add(number)
        rows.append(same or Row(number=number, texts={**starts, **laid.texts}))

    return (*rows, *waiting)


def next_number(group: Group, *records: Record) -> int:
    """The number of the next new row."""
    numbers = [
        row.number for record in records for row in record.rows.get(group.name, ())
    ]
    blank = group.rows.minimum if group.rows else 0
    return max([*numbers, blank], default=0) + 1
