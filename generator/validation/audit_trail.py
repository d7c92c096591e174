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
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
CELL_KEY = (*ROW_KEY, layout.FORM, "table", "field")
"""What tells the cells apart of which the trail has changes."""
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
MOST_DIGITS = 16
"""Versions have fewer digits. Whatever has more is no version."""
SITES: Column = (layout.SUBJECTS, layout.SITE)
"""Stands among the columns that differ where the sites of forms are not those of their
first saves.
"""
SAVES: Column = (layout.FORMS, "saved_at")
"""Stands among the columns that differ where ``forms.csv`` names a save that is not the
newest of the trail, and where the trail lacks a save before another one.
"""
CHAINS: Column = (layout.AUDIT, "old")
"""Stands among the columns that differ where changes of cells that no table has do not
follow from each other: of fields that were removed, reasons, rows.
"""
VERSION = "version"
VERSION_KEY = (*ROW_KEY[:-1], layout.FORM)
"""What tells a form from every other, in ``forms.csv`` and in the trail."""
SAVE = (*VERSION_KEY, VERSION, "saved_at", "saved_by")
"""What tells a save from every other."""


class Trail(Protocol):
    """Takes the rows of all tables as they are read."""

    def row(self, plan: TablePlan, cells: Sequence[str]) -> None:
        """One row, in the order of the plan's columns."""

    def differing(self, columns: Collection[Column]) -> frozenset[Column] | None:
        """The columns whose cells are not what the trail says; None where there is no
        trail.

        ``columns`` are compared although no row of them may have come.
        """


def is_change_apart(column: Column, columns: Collection[Column]) -> bool:
    """True for a column of the trail that cannot be compared with ``columns``, those of
    the tables: only its own changes can tell that one is missing.
    """
    return bool(column[1]) and column not in columns


def is_idle(change: Mapping[str, str]) -> bool:
    """A change of a field that changes nothing: no save writes one, so something was
    erased in it.
    """
    return bool(change["field"]) and change["old"] == change["new"]


def table_of(column: Column) -> str:
    """The table of the package that has a column's cells."""
    table, field = column
    if field == STATUS:
        return layout.FORMS

    return table


def compared(plan: TablePlan) -> tuple[str, ...]:
    """The fields of which the trail knows every change.

    Results of formulas are worked out anew.
    """
    if plan.table is None:
        return ()

    return tuple(field.name for field in plan.table.fields if field.value is None)


def compared_columns(plans: Iterable[TablePlan]) -> Iterator[Column]:
    """All that the trail knows of some tables: their fields, and the statuses of their
    forms where the table of forms is among them.
    """
    plans = tuple(plans)
    names = {plan.name for plan in plans}
    has_statuses = layout.FORMS in names

    for plan in plans:
        for name in compared(plan):
            yield plan.name, name

        # A status is a column of its form, whatever rows the form has.
        if plan.table and has_statuses:
            yield plan.table.form.name, STATUS


class Sums:
    """The sums of both sides, by column; and hashes of saves.

    ``newest`` are the saves that ``forms.csv`` names, ``saves`` are all in the trail.
    Of versions, without who saved them and when, ``later`` are those after the newest
    ones, ``earlier`` those that the trail has to have because it has the next one.

    Of cells that no table has, ``starts`` are changes of a blank, ``taken`` what other
    changes took away, and ``put`` what they put, blanks among it.
    """

    def __init__(self) -> None:
        self.tables: defaultdict[Column, int] = defaultdict(int)
        self.trail: defaultdict[Column, int] = defaultdict(int)
        self.changes = 0
        self.idle = 0
        self.read: set[Column] = set()
        self.newest = array("q")
        self.saves = array("q")
        self.versions = array("q")
        self.later = array("q")
        self.earlier = array("q")
        self.starts = array("q")
        self.taken = array("q")
        self.put = array("q")

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
        self.versions.extend(other.versions)
        self.later.extend(other.later)
        self.earlier.extend(other.earlier)
        self.starts.extend(other.starts)
        self.taken.extend(other.taken)
        self.put.extend(other.put)

    def differing(self, columns: Collection[Column]) -> frozenset[Column] | None:
        """As ``Trail.differing``."""
        if not self.changes:
            return None

        differing: set[Column] = set()
        for column in self.read.union(columns):
            # Sums of hashes: the order of rows and of changes does not matter.
            if (self.tables[column] - self.trail[column]) % SIZE:
                differing.add(column)

        if not self._saves_agree():
            differing.add(SAVES)
        if not self._chains_hold():
            differing.add(CHAINS)
        if self.idle:
            differing.add(IDLE)

        return frozenset(differing)

    def _saves_agree(self) -> bool:
        # One set at a time: it may have as many hashes as the package has forms.
        if set(self.newest).difference(self.saves):
            return False
        if not set(self.later).isdisjoint(self.versions):
            return False

        return not set(self.earlier).difference(self.versions)

    def _chains_hold(self) -> bool:
        """Whatever a change takes away, another one put before; a cell is blank at
        first, and each later blank has to be put as well.
        """
        # Most packages: nothing was taken away, and no cell was begun twice.
        if not self.taken and len(set(self.starts)) == len(self.starts):
            return True

        put = Counter(self.put)
        if Counter(self.taken) - put:
            return False

        blanks = Counter(self.starts) - put

        return max(blanks.values(), default=0) <= 1


def version_beside(version: str, step: int) -> str:
    """The version so many saves after another one; blank where there is none."""
    is_number = version.isascii() and version.isdecimal()
    if not is_number or len(version) >= MOST_DIGITS:
        return ""

    beside = int(version) + step

    return str(beside) if beside > 0 else ""


class PlainTrail:
    """Row by row."""

    def __init__(self, columns: Collection[Column]) -> None:
        """``columns`` are those of the tables that the package may have."""
        self.sums = Sums()
        self._columns = columns
        self._last_save: tuple[str, ...] = ()
        self._places: dict[str, tuple[list[int | str], list[tuple[Column, int]]]] = {}

    def row(self, plan: TablePlan, cells: Sequence[str]) -> None:
        if plan.name == layout.AUDIT:
            self._change(plan, cells)
        elif plan.name == layout.FORMS:
            self._status(plan, cells)
        elif plan.table:
            self._cells(plan, cells)

    def _change(self, plan: TablePlan, cells: Sequence[str]) -> None:
        change = dict(zip(plan.columns, cells, strict=True))
        key = tuple(change[name] for name in ROW_KEY)
        column = change["table"], change["field"]
        sums = self.sums
        sums.changes += 1
        sums.idle += is_idle(change)
        sums.trail[column] += _hash(key, change["new"]) - _hash(key, change["old"])
        if is_change_apart(column, self._columns):
            self._change_apart(change)
        if change["field"] == STATUS and not change["old"]:
            sums.trail[SITES] += _hash((*key, change["table"]), change[layout.SITE])

        # The lines of a save stand together, so one hash does for all of them.
        save = tuple(change[name] for name in SAVE)
        if save != self._last_save:
            self._last_save = save
            self._save(change)

    def _change_apart(self, change: Mapping[str, str]) -> None:
        cell = tuple(change[name] for name in CELL_KEY)
        taken = self.sums.taken if change["old"] else self.sums.starts
        taken.append(hash((cell, change["old"])))
        self.sums.put.append(hash((cell, change["new"])))

    def _save(self, change: Mapping[str, str]) -> None:
        self.sums.saves.append(_save_hash(change))
        self.sums.versions.append(_version_hash(change, 0))
        if version_beside(change[VERSION], -1):
            self.sums.earlier.append(_version_hash(change, -1))

    def _status(self, plan: TablePlan, cells: Sequence[str]) -> None:
        line = dict(zip(plan.columns, cells, strict=True))
        *place, form, status = (line[name] for name in STATUS_KEY)
        column, key = (form, STATUS), (*place, NO_KEY[layout.ROW])
        sums = self.sums
        sums.read |= {column, SITES}
        sums.tables[column] += _hash(key, STATUS_WORDS.get(status, status))
        sums.tables[SITES] += _hash((*key, form), line[layout.SITE])
        sums.newest.append(_save_hash(line))
        sums.later.append(_version_hash(line, +1))

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

    def differing(self, columns: Collection[Column]) -> frozenset[Column] | None:
        return self.sums.differing(columns)


def _places(plan: TablePlan) -> tuple[list[int | str], list[tuple[Column, int]]]:
    """Where the key of a row is, and where the cells are that are compared."""
    columns = plan.columns
    key_columns = layout.key_columns(plan.table) if plan.table else ()
    key: list[int | str] = [
        columns.index(name) if name in key_columns else NO_KEY[name] for name in ROW_KEY
    ]

    # A field may have the name of a key column, so fields are looked for after them.
    first = len(key_columns)
    cells = [((plan.name, name), columns.index(name, first)) for name in compared(plan)]

    return key, cells


def _hash(key: tuple[str, ...], text: str) -> int:
    return hash((key, text)) if text else 0


def _save_hash(line: Mapping[str, str]) -> int:
    return hash(tuple(line[name] for name in SAVE))


def _version_hash(line: Mapping[str, str], step: int) -> int:
    form = tuple(line[name] for name in VERSION_KEY)
    return hash((form, version_beside(line[VERSION], step)))
