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
MOST_COLUMNS = 12
"""So many columns are named for one habit, and the others counted."""

_SMALL = re.compile(r"e\+0[0-9]$", re.ASCII)
_SAYS = {
    LABELS: "labels instead of codes",
    **dict.fromkeys(ROW_NUMBERS, "row numbers were added"),
}
_MAY_SAY = {
    "zeros-gone": "leading zeros may be lost",
    "digits-lost": "digits of long numbers may have changed",
    "code-erased": "missing codes may have become blanks",
}
_ORDER = {
    name: position
    for position, name in enumerate(
        (LABELS, *ROW_NUMBERS, *(rewriting.name for rewriting in REWRITINGS))
    )
}


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
        if self.before is None:
            return f' ("{self.now}")' if self.now else ""
        return f' ("{self.now}" is {self.before or "a blank"})'


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
        return Counter(
            {
                name: sum(tally.cells for tally in columns.values())
                for name, columns in self.by_habit.items()
            }
        )


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
        cells.pop(LABELS, None)
        return tuple(self._nearer(suspect) for suspect in saved_by(cells, self.spared))

    def _nearer(self, suspect: Suspect) -> Suspect:
        """The programs of R, where a small number has an exponent: no other writes
        1e+05.
        """
        columns = (
            tallies.by_habit.get("exponent", {})
            for tallies in (self.undone, self.changed)
        )
        seen = any(
            _SMALL.search(tally.now) for column in columns for tally in column.values()
        )
        names = tuple(
            program.name
            for program in PROGRAMS
            if "R" in program.name.split() and program.habits.issuperset(suspect.habits)
        )

        return (
            replace(suspect, names=names)
            if seen and names and "exponent" in suspect.habits
            else suspect
        )

    def habits(self) -> frozenset[str]:
        """Everything that the programs who saved the file are known to do."""
        suspects = self.suspects()
        names = {name for suspect in suspects for name in suspect.names}
        known = (program.habits for program in PROGRAMS if program.name in names)
        return frozenset().union(*known, *(suspect.habits for suspect in suspects))

    def findings(self) -> Iterator[Finding]:
        """One for each program and what became of the cells."""
        if LABELS in self.undone.by_habit:
            yield self._finding(
                "redcap-rewritten", "exported with labels", self.undone, (LABELS,)
            )

        for suspect in self.suspects():
            for code, tallies in (
                ("redcap-rewritten", self.undone),
                ("redcap-values-changed", self.changed),
                ("redcap-values-lost", self.lost),
            ):
                if any(name in tallies.by_habit for name in suspect.habits):
                    yield self._finding(
                        code, f"saved by {suspect.said}", tallies, suspect.habits
                    )

    def _finding(
        self, code: str, how: str, tallies: HabitTallies, habits: Collection[str]
    ) -> Finding:
        named = {
            name: tallies.by_habit[name]
            for name in sorted(habits, key=_ORDER.__getitem__)
            if name in tallies.by_habit
        }
        column, first = min(
            (self._first(columns) for columns in named.values()), key=self._position
        )
        place = self.sheet.place(
            first.row, column if column in self.sheet.places else self.value
        )
        says = _MAY_SAY if tallies is self.lost else _SAYS
        what = "; ".join(
            (
                f"{says.get(name) or BY_NAME[name].says}{self._example(columns)} in "
                f"{self._columns(columns)}"
            )
            for name, columns in named.items()
        )
        cells = _cells(
            sum(tally.cells for columns in named.values() for tally in columns.values())
        )

        return finding(code, text=place, value=column, how=how, cells=cells, what=what)

    def _position(self, pair: tuple[str, HabitTally]) -> tuple[int, int]:
        return pair[1].row, self.sheet.places.get(pair[0], 0)

    def _first(self, columns: Mapping[str, HabitTally]) -> tuple[str, HabitTally]:
        return min(columns.items(), key=self._position)

    def _example(self, columns: Mapping[str, HabitTally]) -> str:
        _, tally = self._first(columns)
        return tally.example

    def _columns(self, columns: Mapping[str, HabitTally]) -> str:
        """``w (31 cells from row 2), n (row 4)``"""
        ordered = sorted(
            columns.items(), key=lambda pair: self.sheet.places.get(pair[0], 0)
        )
        named = [
            (
                f"{column} "
                f"({'' if tally.cells == 1 else f'{_cells(tally.cells)} from '}row "
                f"{tally.row})"
            )
            for column, tally in ordered[:MOST_COLUMNS]
        ]
        if rest := ordered[MOST_COLUMNS:]:
            more = f"{len(rest):,} more column{'' if len(rest) == 1 else 's'}"
            named.append(f"{more} ({_cells(sum(tally.cells for _, tally in rest))})")

        return ", ".join(named)


def _cells(count: int) -> str:
    return f"{count:,} cell{'' if count == 1 else 's'}"
