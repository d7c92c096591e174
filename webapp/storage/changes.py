"""What one save changed: old and new text, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from forms_spec.model.captured_data import CellKey, Record, Row


class ChangeKind(Enum):
    """What a change is about: a cell, a whole row, the form's status, the reason of a
    kept warning.
    """

    VALUE = "value"
    ROW = "row"
    STATUS = "status"
    KEPT = "kept"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """Old and new text of a cell; "" is blank.

    A row that came or went has the field ``rowno``, the form's status ``formstat``.
    ``code`` is the finding whose reason changed.
    """

    cell: CellKey
    old: str
    new: str
    about: ChangeKind = ChangeKind.VALUE
    code: str = ""


NOTHING = Record()


def changes(form: str, old: Record | None, new: Record) -> tuple[Change, ...]:
    """Every difference between two records of a form, in the order of the page."""
    before = old or NOTHING
    cells = list(_cells(form, None, before.texts, new.texts))
    for group in dict.fromkeys((*new.rows, *before.rows)):
        cells.extend(_rows(group, before.rows.get(group, ()), new.rows.get(group, ())))
    cells.extend(_reasons(before, new))
    return tuple(cells)


def _cells(
    table: str, row: int | None, old: Mapping[str, str], new: Mapping[str, str]
) -> Iterator[Change]:
    for field in dict.fromkeys((*new, *old)):
        was, now = old.get(field, ""), new.get(field, "")
        if was != now:
            yield Change(cell=CellKey(table, row, field), old=was, new=now)


def _rows(group: str, old: tuple[Row, ...], new: tuple[Row, ...]) -> Iterator[Change]:
    before = {row.number: row.texts for row in old}
    after = {row.number: row.texts for row in new}
    for number in sorted({*before, *after}):
        if (number in before) != (number in after):
            yield Change(
                cell=CellKey(group, number, "rowno"),
                old=str(number) if number in before else "",
                new=str(number) if number in after else "",
                about=ChangeKind.ROW,
            )

        yield from _cells(group, number, before.get(number, {}), after.get(number, {}))


def _reasons(old: Record, new: Record) -> Iterator[Change]:
    for cell, code in dict.fromkeys((*new.kept, *old.kept)):
        was, now = old.kept.get((cell, code), ""), new.kept.get((cell, code), "")
        if was != now:
            yield Change(cell=cell, old=was, new=now, about=ChangeKind.KEPT, code=code)
