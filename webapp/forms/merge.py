"""Two people changed one form: what is the same, what only one changed, and what to
choose between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from forms_spec.model.captured_data import CellKey, Record, Row, all_cells, row_at
from forms_spec.model.fields import Field, Form
from generator.pages.rows import next_number

Cells = dict[CellKey, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class CellDifference:
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
    differences: tuple[CellDifference, ...]
    mine_only: tuple[CellDifference, ...]
    theirs_only: tuple[CellDifference, ...]


RowKey = tuple[str, int | None]


def merge(form: Form, base: Record, mine: Record, theirs: Record) -> Merged:
    """Cell by cell: what only one of the two changed is taken, what both changed is
    asked.

    A row that one removed and the other changed is asked whole.
    """
    mine, moved = _own_rows_apart(form, base, mine, theirs)
    fields = _fields(form)
    base_cells = dict(all_cells(form.name, base))
    my_cells = dict(all_cells(form.name, mine))
    their_cells = dict(all_cells(form.name, theirs))
    asked_whole = moved.keys() | _removed_here(form, base, mine, theirs)

    taken: Cells = {}
    both: list[CellDifference] = []
    mine_only: list[CellDifference] = []
    theirs_only: list[CellDifference] = []

    for cell in dict.fromkeys((*their_cells, *my_cells)):
        row: RowKey = (cell.table, cell.row)
        my_text = my_cells.get(cell, "")
        their_text = their_cells.get(cell, "")
        before = base_cells.get(_before(cell, moved), "")

        # Until somebody decides, the page shows what I typed.
        unchanged_here = my_text == before and row not in moved
        taken[cell] = their_text if unchanged_here else my_text

        field = fields.get((cell.table, cell.field))
        if my_text == their_text or field is None:
            continue
        difference = CellDifference(
            cell=cell, field=field, mine=my_text, theirs=their_text, before=before
        )

        # Half a row of each would be a row that nobody entered.
        if row in asked_whole:
            both.append(difference)
        elif my_text == before:
            theirs_only.append(difference)
        elif their_text == before:
            mine_only.append(difference)
        else:
            both.append(difference)

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
    removed: set[RowKey] = set()
    for group in form.row_groups:
        gone = _numbers(base, group.name) - _numbers(mine, group.name)
        for row in theirs.rows.get(group.name, ()):
            if row.number not in gone:
                continue
            if row != row_at(base, group.name, row.number):
                removed.add((group.name, row.number))

    return removed


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
        # These rows are laid down with their numbers: nobody adds one.
        if group.laid_down:
            continue

        old = _numbers(base, group.name)
        new = _numbers(theirs, group.name)
        number = next_number(group, base, mine, theirs)
        renumbered = []

        for row in mine.rows.get(group.name, ()):
            removed_there = row.number in old - new
            i_changed = row != row_at(base, group.name, row.number)
            both_added = row.number in new - old

            if removed_there and i_changed:
                changed[group.name, number] = row.number
            elif not both_added:
                renumbered.append(row)
                continue

            renumbered.append(replace(row, number=number))
            number += 1

        if renumbered:
            rows[group.name] = tuple(renumbered)

    return replace(mine, rows=rows), changed


def _numbers(record: Record, group: str) -> set[int]:
    return {row.number for row in record.rows.get(group, ())}


def _fields(form: Form) -> dict[tuple[str, str], Field]:
    tables = [(form.name, form.fields)]
    tables += [(group.name, group.fields) for group in form.row_groups]

    fields: dict[tuple[str, str], Field] = {}
    for table, table_fields in tables:
        for field in table_fields:
            if field.collected:
                fields[table, field.name] = field

    return fields


def _record(
    form: Form, cells: Cells, base: Record, mine: Record, theirs: Record
) -> Record:
    """A row that one of the two removed and the other left alone is gone."""
    texts_of_row: dict[RowKey, dict[str, str]] = {}
    for cell, text in cells.items():
        if text:
            texts_of_row.setdefault((cell.table, cell.row), {})[cell.field] = text

    rows: dict[str, tuple[Row, ...]] = {}
    for group in form.row_groups:
        # A row without a text is a row all the same, so rows are not made from cells.
        there = _numbers(mine, group.name) | _numbers(theirs, group.name)
        there -= _gone(group.name, base, mine, theirs)
        if there:
            rows[group.name] = tuple(
                Row(number=number, texts=texts_of_row.get((group.name, number), {}))
                for number in sorted(there)
            )

    return Record(
        texts=texts_of_row.get((form.name, None), {}),
        rows=rows,
        kept={**theirs.kept, **mine.kept},
    )


def _gone(group: str, base: Record, mine: Record, theirs: Record) -> set[int]:
    """The rows that one of the two removed, while the other left them as they were."""
    gone = set()
    for number in _numbers(base, group):
        before = row_at(base, group, number)
        versions = (row_at(mine, group, number), row_at(theirs, group, number))
        if None in versions and before in versions:
            gone.add(number)

    return gone
