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

        result = other_delimiter(header.cells, self.plan) if header else None
        self.delimiter = result or self.plan.delimiter

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
        others = set(self.header[1:]) == set(self.plan.columns)
        if self.header[0] not in self.plan.columns and (
            numbers.proven or (others and numbers.possible)
        ):
            self.row_numbers, self.numbered = (
                self.header[0],
                numbers.habit if numbers.proven else "",
            )

    def _bar_chance(self) -> None:
        """Single cells may look like the work of a program that cannot have been here.

        A list is proof.
        """
        listed = [
            habits.spared for habits in self.habits.values() if habits.expected.texts
        ]
        none = impossible(set[str]().union(*listed, self.decisive))
        for habits in self.habits.values():
            if not habits.expected.texts:
                habits.bar(none)

        for habits in self.habits.values():
            if not habits.tells:
                habits.bar(BY_NAME)

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
        own = [set(habits.decisive) for habits in self.habits.values()]
        compared = [
            names - self.mixed.get(field, set()) for field, names in self.spared.items()
        ]

        return set[str]().union(*own, *compared)

    @property
    def is_rewritten(self) -> bool:
        """True where a program's habits show."""
        return (
            bool(self.tallies) or self.row_numbers is not None or bool(self.own_habits)
        )

    @property
    def own_habits(self) -> set[str]:
        """Habits that are about the whole table."""
        parted = bool(self.delimiter) and self.delimiter != self.plan.delimiter
        return ({self.numbered} if self.numbered else set()) | (
            {OTHER_DELIMITER} if parted else set()
        )

    @property
    def is_written_again(self) -> bool:
        """True where only line ends and quotation marks are others; a byte order mark
        is said elsewhere.
        """
        return (
            self.changed
            and self.sure_is_stated
            and not self.is_rewritten
            and not self.marked
        )

    @property
    def is_explained(self) -> bool:
        """True where every difference from the export is known, or has a cause.

        Answers are compared with the trail, and results of formulas with what they
        give.
        """
        compared = bool(self.plan.table) and self.heard and self.is_rewritten
        return self.sure_is_stated or self.full_is_stated or compared

    @property
    def key_columns(self) -> tuple[str, ...]:
        return layout.key_columns(self.plan.table) if self.plan.table else ()


_MANY = 1 << 12


def _flush(counts: Counter[str], habits: ColumnHabits) -> None:
    for text, count in counts.items():
        habits.add(text, count)

    counts.clear()


def _silent(code: str, line: int, **words: Any) -> None:
    """Nobody is told."""
