"""Two people changed one form: what is the same, what only one changed, and what to
choose between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from forms_spec.model.captured_data import CellKey, Record, Row
from forms_spec.model.fields import Field, Form
from generator.pages.rows import next_number

Cells = dict[CellKey, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A cell that both changed, each to another text."""

    cell: CellKey
    field: Field
    mine: str
    theirs: str
    before: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """``record`` holds everything that is not in doubt; ``differences`` what is.

    ``mine_only`` and ``theirs_only`` are cells that one of the two changed: nothing to
    decide.
    """

    record: Record
    differences: tuple[Difference, ...]
    mine_only: tuple[Difference, ...]
    theirs_only: tuple[Difference, ...]


RowKey = tuple[str, int | None]


def merge(form: Form, base: Record, mine: Record, theirs: Record) -> Merged:
    """Cell by cell: what only one of the two changed is taken, what both changed is
    asked.

    A row that one removed and the other changed is asked whole.
    """
    mine, moved = _own_rows_apart(form, base, mine, theirs)
    fields = _fields(form)
    was, ours, others = (_cells(form, record) for record in (base, mine, theirs))
    asked = moved.keys() | _removed_here(form, base, mine, theirs)
    taken: Cells = {}
    both: list[Difference] = []
    mine_only: list[Difference] = []
    theirs_only: list[Difference] = []

    for cell in dict.fromkeys((*others, *ours)):
        row: RowKey = (cell.table, cell.row)
        a, b, before = (
            ours.get(cell, ""),
            others.get(cell, ""),
            was.get(_before(cell, moved), ""),
        )
        taken[cell] = b if a == before and row not in moved else a
        field = fields.get((cell.table, cell.field))
        if a == b or field is None:
            continue
        difference = Difference(cell=cell, field=field, mine=a, theirs=b, before=before)
        one_sided = theirs_only if a == before else mine_only if b == before else both
        (both if row in asked else one_sided).append(difference)

    return Merged(
        record=_record(form, taken, base, mine, theirs),
        differences=tuple(both),
        mine_only=tuple(mine_only),
        theirs_only=tuple(theirs_only),
    )


def _before(cell: CellKey, moved: Mapping[RowKey, int]) -> CellKey:
    """The cell as it was called before its row took another number."""
    return cell._replace(row=moved.get((cell.table, cell.row), cell.row))


def _removed_here(
    form: Form, base: Record, mine: Record, theirs: Record
) -> set[RowKey]:
    """The rows that I removed and they changed."""
    return {
        (group.name, row.number)
        for group in form.row_groups
        for row in theirs.rows.get(group.name, ())
        if row.number in _numbers(base, group.name) - _numbers(mine, group.name)
        and row != _row(base, group.name, row.number)
    }


def _own_rows_apart(
    form: Form, base: Record, mine: Record, theirs: Record
) -> tuple[Record, dict[RowKey, int]]:
    """Rows of mine that need another number take the next one.

    Both added a row and gave it the same number: they are two rows. Or they removed a
    row that I changed: a removed row's number is never used again. The second kind is
    given back, each with its old number.
    """
    rows = dict(mine.rows)
    changed: dict[RowKey, int] = {}
    for group in form.row_groups:
        if group.rows and group.rows.fixed:
            continue
        old, new = (_numbers(record, group.name) for record in (base, theirs))
        number = next_number(group, base, mine, theirs)
        moved = []

        for row in mine.rows.get(group.name, ()):
            removed = row.number in old - new and row != _row(
                base, group.name, row.number
            )
            if removed or row.number in new - old:
                moved.append(replace(row, number=number))
                if removed:
                    changed[group.name, number] = row.number
                number += 1
            else:
                moved.append(row)

        if moved:
            rows[group.name] = tuple(moved)

    return replace(mine, rows=rows), changed


def _numbers(record: Record, group: str) -> set[int]:
    return {row.number for row in record.rows.get(group, ())}


def _fields(form: Form) -> dict[tuple[str, str], Field]:
    result = {(form.name, f.name): f for f in form.fields if f.collected}
    for group in form.row_groups:
        result |= {(group.name, f.name): f for f in group.fields if f.collected}
    return result


def _cells(form: Form, record: Record) -> Cells:
    cells = {
        CellKey(form.name, None, name): text for name, text in record.texts.items()
    }
    for group, rows in record.rows.items():
        for row in rows:
            cells |= {
                CellKey(group, row.number, name): text
                for name, text in row.texts.items()
            }

    return cells


def _record(
    form: Form, cells: Cells, base: Record, mine: Record, theirs: Record
) -> Record:
    """A row that one of the two removed and the other left alone is gone."""
    texts = {
        cell.field: text for cell, text in cells.items() if cell.row is None and text
    }
    rows = {}
    for group in form.row_groups:
        old, a, b = (_numbers(record, group.name) for record in (base, mine, theirs))
        untouched = {
            n
            for n in old
            if _row(base, group.name, n)
            in (_row(mine, group.name, n), _row(theirs, group.name, n))
        }
        gone = {n for n in old if (n not in a or n not in b) and n in untouched}
        rows[group.name] = tuple(
            Row(
                number=number,
                texts={
                    c.field: t
                    for c, t in cells.items()
                    if (c.table, c.row) == (group.name, number) and t
                },
            )
            for number in sorted((a | b) - gone)
        )

    kept = {**theirs.kept, **mine.kept}

    return Record(texts=texts, rows={g: r for g, r in rows.items() if r}, kept=kept)


def _row(record: Record, group: str, number: int) -> Row | None:
    return next(
        (row for row in record.rows.get(group, ()) if row.number == number), None
    )
