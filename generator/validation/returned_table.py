"""One table of a package that came back: its columns, and what became of their cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.package.csv_records import Records
from generator.package.source import PackageSource
from generator.rewritings import ColumnHabits, Expected, RowNumbers
from generator.rewritings.known import BY_NAME
from generator.rewritings.programs import impossible
from generator.tables import layout
from generator.validation.row_reader import other_delimiter
from generator.validation.table_plan import TablePlan

_MARK = "byte-order-mark"
OTHER_DELIMITER = "other-delimiter"


@dataclass(kw_only=True)
class Tally:
    """The cells of a column that one habit explains: those that are restored and those
    that are not.
    """

    restored: int = 0
    lost: int = 0
    before: str = ""
    now: str = ""

    @property
    def cells(self) -> int:
        return self.restored + self.lost


@dataclass(kw_only=True)
class TableReturn:
    """What became of a table.

    ``habits`` are those of columns that only a list or a grammar speaks of; ``tallies``
    are the cells by column and rewriting. By field, ``spared`` are the rewritings that
    would have changed a cell that the trail confirms, ``mixed`` those that leave a
    column with such texts alone. ``sure`` is the table with what is beyond doubt
    restored, ``full`` the same with every cell that the trail knows; ``sure_is_stated``
    and ``full_is_stated`` are True where these are the bytes that the descriptor
    states. ``broken`` tables have damaged lines, and are left as they are; those that
    are ``marked`` begin with a byte order mark. ``heard``: there is a trail.
    ``repeated`` counts the rows that stand there again. ``lost`` lists the cells that
    say something else, line and field.
    """

    plan: TablePlan
    source: PackageSource
    changed: bool
    habits: dict[str, ColumnHabits] = field(default_factory=dict)
    row_numbers: str | None = None
    numbered: str = ""
    header: Sequence[str] = ()
    delimiter: str = ""
    heard: bool = False
    broken: bool = False
    marked: bool = False
    spared: dict[str, set[str]] = field(default_factory=dict)
    mixed: dict[str, set[str]] = field(default_factory=dict)
    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    edited: int = 0
    repeated: int = 0
    sure: Path | None = None
    full: Path | None = None
    sure_is_stated: bool = False
    full_is_stated: bool = False
    lost: Path | None = None

    @contextmanager
    def records(self, note: Callable[..., None] | None = None) -> Iterator[Records]:
        """The table's records, the header first."""
        with self.source.open(self.plan.path) as raw:
            yield Records(
                raw, note or _silent, delimiter=self.delimiter or self.plan.delimiter
            )

    def scan(self, expected: Mapping[str, Expected]) -> None:
        """Looks at every cell of the columns that only a list or a grammar speaks of."""
        notes: list[str] = []
        self.find_delimiter()

        with self.records(lambda code, _, **__: notes.append(code)) as records:
            header = records.next()
            if header is None or not any(header.cells):
                self.broken = True
                return

            self.header = header.cells
            self._columns(records, expected)

        self.broken |= bool(set(notes) - {_MARK})
        self.marked = _MARK in notes

    def find_delimiter(self) -> None:
        """The sign that parts the cells: another one than the plan's only where the
        header proves it.
        """
        with self.records() as records:
            header = records.next()

        self.delimiter = self.plan.delimiter
        if header:
            self.delimiter = other_delimiter(header.cells, self.plan) or self.delimiter

    def _columns(self, records: Records, expected: Mapping[str, Expected]) -> None:
        width = len(self.header)
        if len(set(self.header)) < width:
            self.broken = True
            return

        seen: list[tuple[int, Counter[str], ColumnHabits]] = []

        for index, name in enumerate(self.header):
            if name in expected:
                self.habits[name] = ColumnHabits(expected=expected[name])
                seen.append((index, Counter(), self.habits[name]))

        numbers = RowNumbers(name=self.header[0])

        for record in records:
            cells = record.cells
            if not any(cells):
                continue
            if len(cells) != width or record.damaged:
                self.broken = True
                return

            numbers.add(cells[0])

            for index, counts, habits in seen:
                counts[cells[index]] += 1
                if len(counts) >= _MANY:
                    _flush(counts, habits)

        for _, counts, habits in seen:
            _flush(counts, habits)

        self._bar_chance()
        self._look_for_numbers(numbers)

    def _look_for_numbers(self, numbers: RowNumbers) -> None:
        """Whether the first column is one of row numbers, which is none of the plan's."""
        first, *others = self.header
        if first in self.plan.columns:
            return

        # A lone strange column is believed on less than one among others.
        is_alone = set(others) == set(self.plan.columns)
        if numbers.proven:
            self.row_numbers, self.numbered = first, numbers.habit
        elif is_alone and numbers.possible:
            self.row_numbers, self.numbered = first, ""

    def _bar_chance(self) -> None:
        """Single cells may look like the work of a program that cannot have been here.

        A list is proof.
        """
        columns = list(self.habits.values())
        listed = [column.spared for column in columns if column.expected.texts]
        none = impossible(set[str]().union(*listed, self.decisive))

        for column in columns:
            if not column.expected.texts:
                column.bar(none)

        for column in columns:
            if not column.tells:
                column.bar(BY_NAME)

    def restored_keys(self, cells: Sequence[str]) -> dict[str, str]:
        """The cells of the columns that a list or a grammar speaks of, as they were."""
        return {
            name: self.restored(name, cells[index])
            for index, name in enumerate(self.header)
            if name in self.habits
        }

    def restored(self, name: str, text: str) -> str:
        """A text of such a column as it was; as it is where that is right, or not
        beyond doubt.
        """
        original = self.habits[name].restored(text)
        return text if original is None else original

    def tally(self, column: str, habit: str) -> Tally:
        return self.tallies.setdefault((column, habit), Tally())

    @property
    def decisive(self) -> set[str]:
        """Rewritings of which there is a whole column that a program would have
        changed, and did not.
        """
        decisive: set[str] = set()
        for habits in self.habits.values():
            decisive.update(habits.decisive)

        for name, spared in self.spared.items():
            decisive |= spared - self.mixed.get(name, set())

        return decisive

    @property
    def is_rewritten(self) -> bool:
        """True where a program's habits show."""
        if self.tallies or self.own_habits:
            return True

        return self.row_numbers is not None

    @property
    def own_habits(self) -> set[str]:
        """Habits that are about the whole table."""
        habits: set[str] = set()
        if self.numbered:
            habits.add(self.numbered)
        if self.delimiter and self.delimiter != self.plan.delimiter:
            habits.add(OTHER_DELIMITER)

        return habits

    @property
    def is_written_again(self) -> bool:
        """True where only line ends and quotation marks are others; a byte order mark
        is said elsewhere.
        """
        if not self.changed or not self.sure_is_stated:
            return False

        return not self.is_rewritten and not self.marked

    @property
    def is_explained(self) -> bool:
        """True where every difference from the export is known, or has a cause.

        Answers are compared with the trail, and results of formulas with what they
        give.
        """
        # One of the written tables has the hash that the descriptor states.
        if self.sure_is_stated or self.full_is_stated:
            return True

        is_compared = bool(self.plan.table) and self.heard

        return is_compared and self.is_rewritten

    @property
    def key_columns(self) -> tuple[str, ...]:
        if self.plan.table is None:
            return ()

        return layout.key_columns(self.plan.table)


_MANY = 1 << 12


def _flush(counts: Counter[str], habits: ColumnHabits) -> None:
    for text, count in counts.items():
        habits.add(text, count)

    counts.clear()


def _silent(code: str, line: int, **words: Any) -> None:
    """Nobody is told."""
