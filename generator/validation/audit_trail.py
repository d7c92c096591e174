"""A package holds every answer twice: in its tables, and as the last value in
``audit.csv``. Are they equal?

The trail is a chain: a change takes the old value away and puts the new one. So the sum
of what all changes put, less what they took, is the sum of what the cells hold in the
end, whatever the order of either file. Sums of keyed 64-bit hashes are compared column
by column, in one pass and in constant memory; only a column whose sums differ has to be
looked at cell by cell.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol

from forms_spec.model.captured_data import LOG
from generator.tables import layout
from generator.validation.table_plan import TablePlan

Column = tuple[str, str]
"""A table and a field."""
SIZE = 1 << 64
ROW_KEY = (layout.SUBJECT, layout.VISIT, layout.UNSNO, layout.ROW)
"""What tells the rows of a table apart; the site follows from the subject."""
NO_KEY: Mapping[str, str] = {layout.VISIT: LOG, layout.UNSNO: "0", layout.ROW: ""}
"""What the trail says where a table has no such column."""
CHANGE = (layout.SITE, *ROW_KEY, "table", "field", "old", "new")
IDLE: Column = (layout.AUDIT, "new")
"""Stands among the columns that differ where the trail has changes that change nothing.
"""
STATUS = "formstat"
"""The status of a form: a column of ``forms.csv``, and a field of the form in the
trail.
"""
STATUS_WORDS: Mapping[str, str] = {"0": "draft", "1": "unverified", "2": "complete"}
"""What the trail says, by what ``forms.csv`` says."""
STATUS_KEY = (*ROW_KEY[:-1], layout.FORM, STATUS)
SITES: Column = (layout.SUBJECTS, layout.SITE)
"""Stands among the columns that differ where the sites of forms are not those of their
first saves.
"""


STAMPS: Column = (layout.FORMS, "saved_at")
"""Stands among the columns that differ where ``forms.csv`` names a save that is not in
the trail.
"""
SAVE = (*ROW_KEY[:-1], layout.FORM, "version", "saved_at", "saved_by")
"""What tells a save from every other, in ``forms.csv`` and in the trail."""


class Trail(Protocol):
    """Takes the rows of all tables as they are read."""

    def row(self, plan: TablePlan, cells: Sequence[str]) -> None:
        """One row, in the order of the plan's columns."""

    def differing(self) -> frozenset[Column] | None:
        """The columns whose cells are not what the trail says; None where there is no
        trail.
        """


def is_idle(change: Mapping[str, str]) -> bool:
    """A change of a field that changes nothing: no save writes one, so something was
    erased in it.
    """
    return bool(change["field"]) and change["old"] == change["new"]


def table_of(column: Column) -> str:
    """The table of the package that has a column's cells."""
    table, field = column
    return layout.FORMS if field == STATUS else table


def compared(plan: TablePlan) -> tuple[str, ...]:
    """The fields of which the trail knows every change.

    Results of formulas are worked out anew.
    """
    return (
        tuple(field.name for field in plan.table.fields if field.value is None)
        if plan.table
        else ()
    )


class Sums:
    """The sums of both sides, by column; and the hashes of saves: of ``newest`` ones in
    ``forms.csv``, and of all in the trail.
    """

    def __init__(self) -> None:
        self.tables: defaultdict[Column, int] = defaultdict(int)
        self.trail: defaultdict[Column, int] = defaultdict(int)
        self.changes = 0
        self.idle = 0
        self.read: set[Column] = set()
        self.newest = array("q")
        self.saves = array("q")

    def add(self, other: Sums) -> None:
        """The sums of other rows, by the same keys of the hashes."""
        for mine, theirs in ((self.tables, other.tables), (self.trail, other.trail)):
            for column, value in theirs.items():
                mine[column] += value

        self.changes += other.changes
        self.idle += other.idle
        self.read |= other.read
        self.newest.extend(other.newest)
        self.saves.extend(other.saves)

    def differing(self) -> frozenset[Column] | None:
        if not self.changes:
            return None
        result = frozenset(
            item for item in self.read if (self.tables[item] - self.trail[item]) % SIZE
        )
        if set(self.newest).difference(self.saves):
            result |= {STAMPS}
        return result | {IDLE} if self.idle else result


class PlainTrail:
    """Row by row."""

    def __init__(self) -> None:
        self.sums = Sums()
        self._places: dict[str, tuple[list[int | str], list[tuple[Column, int]]]] = {}

    def row(self, plan: TablePlan, cells: Sequence[str]) -> None:
        if plan.name == layout.AUDIT:
            self._change(plan, cells)
        elif plan.name == layout.FORMS:
            self._status(plan, cells)
        elif plan.table:
            self._cells(plan, cells)

    def _change(self, plan: TablePlan, cells: Sequence[str]) -> None:
        values = dict(zip(plan.columns, cells, strict=True))
        key = tuple(values[name] for name in ROW_KEY)
        column = values["table"], values["field"]
        self.sums.changes += 1
        self.sums.saves.append(hash(tuple(values[name] for name in SAVE)))
        self.sums.idle += is_idle(values)
        self.sums.trail[column] += _hash(key, values["new"]) - _hash(key, values["old"])
        if values["field"] == STATUS and not values["old"]:
            self.sums.trail[SITES] += _hash(
                (*key, values["table"]), values[layout.SITE]
            )

    def _status(self, plan: TablePlan, cells: Sequence[str]) -> None:
        value = dict(zip(plan.columns, cells, strict=True))
        *place, form, status = (value[name] for name in STATUS_KEY)
        column, key = (form, STATUS), (*place, NO_KEY[layout.ROW])
        self.sums.read |= {column, SITES}
        self.sums.tables[column] += _hash(key, STATUS_WORDS.get(status, status))
        self.sums.tables[SITES] += _hash((*key, form), value[layout.SITE])
        self.sums.newest.append(hash(tuple(value[name] for name in SAVE)))

    def _cells(self, plan: TablePlan, cells: Sequence[str]) -> None:
        if plan.name not in self._places:
            self._places[plan.name] = _places(plan)
            self.sums.read.update(column for column, _ in self._places[plan.name][1])

        places, columns = self._places[plan.name]
        key = tuple(
            cells[place] if isinstance(place, int) else place for place in places
        )

        for column, index in columns:
            if cells[index]:
                self.sums.tables[column] += _hash(key, cells[index])

    def differing(self) -> frozenset[Column] | None:
        return self.sums.differing()


def _places(plan: TablePlan) -> tuple[list[int | str], list[tuple[Column, int]]]:
    """Where the key of a row is, and where the cells are that are compared."""
    columns = plan.columns
    key_columns = layout.key_columns(plan.table) if plan.table else ()
    key: list[int | str] = [
        columns.index(name) if name in key_columns else NO_KEY[name] for name in ROW_KEY
    ]
    first = len(key_columns)

    return key, [
        ((plan.name, name), columns.index(name, first)) for name in compared(plan)
    ]


def _hash(key: tuple[str, ...], text: str) -> int:
    return hash((key, text)) if text else 0
