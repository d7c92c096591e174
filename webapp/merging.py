"""Two people changed one form: what is the same, what only one changed, and what to choose between."""

from __future__ import annotations

from dataclasses import dataclass, replace

from forms_spec.model import Field, Form
from forms_spec.record import CellKey, Record, Row
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

    ``mine_only`` and ``theirs_only`` are cells that one of the two changed: nothing to decide.
    """

    record: Record
    differences: tuple[Difference, ...]
    mine_only: tuple[Difference, ...]
    theirs_only: tuple[Difference, ...]


def merge(form: Form, base: Record, mine: Record, theirs: Record) -> Merged:
    """Cell by cell: what only one of the two changed is taken, what both changed is asked."""
    mine = _own_rows_apart(form, base, mine, theirs)
    fields = _fields(form)
    was, ours, others = (_cells(form, record) for record in (base, mine, theirs))
    taken: Cells = {}
    both: list[Difference] = []
    mine_only: list[Difference] = []
    theirs_only: list[Difference] = []
    for cell in dict.fromkeys((*others, *ours)):
        a, b, before = ours.get(cell, ""), others.get(cell, ""), was.get(cell, "")
        taken[cell] = b if a == before else a
        field = fields.get((cell.table, cell.field))
        if a == b or field is None:
            continue
        found = Difference(cell=cell, field=field, mine=a, theirs=b, before=before)
        (theirs_only if a == before else mine_only if b == before else both).append(found)
    return Merged(
        record=_record(form, taken, base, mine, theirs),
        differences=tuple(both),
        mine_only=tuple(mine_only),
        theirs_only=tuple(theirs_only),
    )


def _own_rows_apart(form: Form, base: Record, mine: Record, theirs: Record) -> Record:
    """Both added a row and gave it the same number: they are two rows, so mine takes the next one."""
    rows = dict(mine.rows)
    for group in form.row_groups:
        if group.rows and group.rows.fixed:
            continue
        old, new = (_numbers(record, group.name) for record in (base, theirs))
        number = next_number(group, base, mine, theirs)
        moved = []
        for row in mine.rows.get(group.name, ()):
            if row.number in new and row.number not in old:
                moved.append(replace(row, number=number))
                number += 1
            else:
                moved.append(row)
        if moved:
            rows[group.name] = tuple(moved)
    return replace(mine, rows=rows)


def _numbers(record: Record, group: str) -> set[int]:
    return {row.number for row in record.rows.get(group, ())}


def _fields(form: Form) -> dict[tuple[str, str], Field]:
    found = {(form.name, f.name): f for f in form.fields if f.collected}
    for group in form.row_groups:
        found |= {(group.name, f.name): f for f in group.fields if f.collected}
    return found


def _cells(form: Form, record: Record) -> Cells:
    cells = {CellKey(form.name, None, name): text for name, text in record.texts.items()}
    for group, rows in record.rows.items():
        for row in rows:
            cells |= {CellKey(group, row.number, name): text for name, text in row.texts.items()}
    return cells


def _record(form: Form, cells: Cells, base: Record, mine: Record, theirs: Record) -> Record:
    """A row that one of the two removed and the other left alone is gone."""
    texts = {cell.field: text for cell, text in cells.items() if cell.row is None and text}
    rows = {}
    for group in form.row_groups:
        old, a, b = (_numbers(record, group.name) for record in (base, mine, theirs))
        untouched = {
            n
            for n in old
            if _row(base, group.name, n) in (_row(mine, group.name, n), _row(theirs, group.name, n))
        }
        gone = {n for n in old if (n not in a or n not in b) and n in untouched}
        rows[group.name] = tuple(
            Row(
                number=number,
                texts={
                    c.field: t for c, t in cells.items() if (c.table, c.row) == (group.name, number) and t
                },
            )
            for number in sorted((a | b) - gone)
        )
    kept = {**theirs.kept, **mine.kept}
    return Record(texts=texts, rows={g: r for g, r in rows.items() if r}, kept=kept)


def _untouched(group: str, number: int, base: Record, *edits: Record) -> bool:
    """True when at least one of the two editors left the row as it was."""
    return any(_row(base, group, number) == _row(edit, group, number) for edit in edits)


def _row(record: Record, group: str, number: int) -> Row | None:
    return next((row for row in record.rows.get(group, ()) if row.number == number), None)
