"""What programs did to a file of records, counted by habit and column, as one finding
for each program.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from generator.redcap.reading.csv_sheet import CsvSheet
from generator.rewritings import REWRITINGS, Suspect, saved_by
from generator.rewritings.known import BY_NAME
from generator.rewritings.programs import PROGRAMS

LABELS = "labels"
ROW_NUMBERS = ("row-numbers", "index")
EXPONENT = "exponent"
MOST_COLUMNS = 12
"""So many columns are named for one habit, and the others counted."""

_SMALL = re.compile(r"e\+0[0-9]$", re.ASCII)
_DONE = {
    LABELS: "labels instead of codes",
    **dict.fromkeys(ROW_NUMBERS, "row numbers were added"),
}
_POSSIBLY_DONE = {
    "zeros-gone": "leading zeros may be lost",
    "digits-lost": "digits of long numbers may have changed",
    "code-erased": "missing codes may have become blanks",
}
_HABITS = (LABELS, *ROW_NUMBERS, *(rewriting.name for rewriting in REWRITINGS))
_ORDER = {habit: position for position, habit in enumerate(_HABITS)}


@dataclass(kw_only=True)
class HabitTally:
    """The cells of one column that one habit explains; ``row`` is the first, which says
    ``now``.
    """

    cells: int = 0
    row: int = 0
    now: str = ""
    before: str | None = None

    @property
    def example(self) -> str:
        """`` ("82,5" is 82.5)``; empty where there is none."""
        if self.before is not None:
            before = self.before or "a blank"
            return f' ("{self.now}" is {before})'

        if not self.now:
            return ""

        return f' ("{self.now}")'


TallyByColumn = Mapping[str, HabitTally]


@dataclass(kw_only=True)
class HabitTallies:
    """Cells by habit and column."""

    by_habit: dict[str, dict[str, HabitTally]] = field(default_factory=dict)

    def add(
        self, habit: str, column: str, row: int, now: str, before: str | None = None
    ) -> None:
        """One cell more."""
        tally = self.by_habit.setdefault(habit, {}).setdefault(column, HabitTally())
        if not tally.cells:
            tally.row, tally.now, tally.before = row, now, before

        tally.cells += 1

    def cells(self) -> Counter[str]:
        """How many cells each habit explains."""
        counts = {habit: _total(tallies) for habit, tallies in self.by_habit.items()}
        return Counter(counts)


@dataclass(kw_only=True)
class Causes:
    """``undone`` are the cells that are read as they were; ``changed`` those that are
    no answers any more and cannot be restored; ``lost`` those that may have been
    something else. ``spared`` are the rewritings that have left whole columns alone.
    """

    sheet: CsvSheet
    value: str | None = None
    undone: HabitTallies = field(default_factory=HabitTallies)
    changed: HabitTallies = field(default_factory=HabitTallies)
    lost: HabitTallies = field(default_factory=HabitTallies)
    spared: frozenset[str] = frozenset()

    def suspects(self) -> tuple[Suspect, ...]:
        """Who saved the file."""
        cells = self.undone.cells() + self.changed.cells() + self.lost.cells()
        # REDCap itself exports labels.
        cells.pop(LABELS, None)

        return tuple(self._nearer(suspect) for suspect in saved_by(cells, self.spared))

    def _nearer(self, suspect: Suspect) -> Suspect:
        """The programs of R, where a small number has an exponent: no other writes
        1e+05.
        """
        if EXPONENT not in suspect.habits:
            return suspect
        if not self._has_small_exponents():
            return suspect

        names = []
        for program in PROGRAMS:
            is_r = "R" in program.name.split()
            did_it_all = program.habits.issuperset(suspect.habits)
            if is_r and did_it_all:
                names.append(program.name)

        if names:
            return replace(suspect, names=tuple(names))

        return suspect

    def _has_small_exponents(self) -> bool:
        tallies = [
            *self.undone.by_habit.get(EXPONENT, {}).values(),
            *self.changed.by_habit.get(EXPONENT, {}).values(),
        ]

        return any(_SMALL.search(tally.now) for tally in tallies)

    def habits(self) -> frozenset[str]:
        """Everything that the programs who saved the file are known to do."""
        habits: set[str] = set()
        names: set[str] = set()
        for suspect in self.suspects():
            habits.update(suspect.habits)
            names.update(suspect.names)

        for program in PROGRAMS:
            if program.name in names:
                habits.update(program.habits)

        return frozenset(habits)

    # Findings

    def findings(self) -> Iterator[Finding]:
        """One for each program and what became of the cells."""
        if LABELS in self.undone.by_habit:
            yield self._finding(
                "redcap-rewritten", "exported with labels", self.undone, (LABELS,)
            )

        outcomes = (
            ("redcap-rewritten", self.undone),
            ("redcap-values-changed", self.changed),
            ("redcap-values-lost", self.lost),
        )

        for suspect in self.suspects():
            how = f"saved by {suspect.said}"
            for code, tallies in outcomes:
                if not tallies.by_habit.keys().isdisjoint(suspect.habits):
                    yield self._finding(code, how, tallies, suspect.habits)

    def _finding(
        self, code: str, how: str, tallies: HabitTallies, habits: Collection[str]
    ) -> Finding:
        by_habit: dict[str, dict[str, HabitTally]] = {}
        for habit in sorted(habits, key=_ORDER.__getitem__):
            if habit in tallies.by_habit:
                by_habit[habit] = tallies.by_habit[habit]

        firsts = [self._first(columns) for columns in by_habit.values()]
        column, first = min(firsts, key=self._position)

        # Where one line holds one value, the column is a field and not in the file.
        in_file = column if column in self.sheet.places else self.value
        parts = [
            self._part(habit, columns, is_sure=tallies is not self.lost)
            for habit, columns in by_habit.items()
        ]
        cells = sum(map(_total, by_habit.values()))

        return finding(
            code,
            text=self.sheet.place(first.row, in_file),
            value=column,
            how=how,
            cells=_cells(cells),
            what="; ".join(parts),
        )

    def _part(self, habit: str, columns: TallyByColumn, *, is_sure: bool) -> str:
        """What one habit did, with an example and the columns."""
        words = _DONE if is_sure else _POSSIBLY_DONE
        done = words.get(habit) or BY_NAME[habit].says
        _, first = self._first(columns)

        return f"{done}{first.example} in {self._columns(columns)}"

    def _first(self, columns: TallyByColumn) -> tuple[str, HabitTally]:
        return min(columns.items(), key=self._position)

    def _position(self, tallied: tuple[str, HabitTally]) -> tuple[int, int]:
        column, tally = tallied
        return tally.row, self.sheet.places.get(column, 0)

    def _columns(self, columns: TallyByColumn) -> str:
        """``w (31 cells from row 2), n (row 4)``"""
        places = self.sheet.places
        ordered = sorted(columns, key=lambda column: places.get(column, 0))

        texts = []
        for column in ordered[:MOST_COLUMNS]:
            tally = columns[column]
            cells = ""
            if tally.cells != 1:
                cells = f"{_cells(tally.cells)} from "

            texts.append(f"{column} ({cells}row {tally.row})")

        rest = {column: columns[column] for column in ordered[MOST_COLUMNS:]}
        if rest:
            more = "column" if len(rest) == 1 else "columns"
            texts.append(f"{len(rest):,} more {more} ({_cells(_total(rest))})")

        return ", ".join(texts)


def _total(columns: TallyByColumn) -> int:
    return sum(tally.cells for tally in columns.values())


def _cells(count: int) -> str:
    if count == 1:
        return "1 cell"

    return f"{count:,} cells"
