"""Which programs have which habits, and which of them a file's cells speak of.

Measured with LibreOffice 7.4, Gnumeric 1.12, R 4.2, readr 2.1, data.table 1.14, pandas
3.1, polars 2.1, DuckDB 2.0, pyarrow 26 and csvkit 2.2.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from generator.rewritings.known import BY_NAME

TABLE_HABITS = frozenset({"row-numbers", "index", "other-delimiter"})
"""A column of row numbers from 1, as R writes it, or from 0, as pandas does; another
sign between cells.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """A way to open and save a table.

    ``always`` are the habits that no column of the right kind escapes.
    """

    name: str
    habits: frozenset[str]
    always: frozenset[str] = frozenset()


def _program(name: str, habits: str, always: str = "") -> Program:
    known = frozenset((*habits.split(), *always.split()))
    unknown = known - BY_NAME.keys() - TABLE_HABITS
    if unknown:
        raise ImportError(f"{name}: {unknown}")

    return Program(name=name, habits=known, always=frozenset(always.split()))


PROGRAMS: tuple[Program, ...] = (
    _program(
        "R (read.csv, write.csv)",
        "other-delimiter decimal-comma blank-became-na exponent end-zeros-gone "
        "number-respelled binary-noise digits-lost truth-value code-erased "
        "row-numbers erased",
        "zeros-gone point-zero-gone",
    ),
    _program(
        "a spreadsheet",
        "other-delimiter decimal-comma exponent end-zeros-gone number-respelled "
        "digits-lost truth-value formula-evaluated percent-read seconds-added "
        "time-respelled date-respelled date-day-first date-month-first day-invented "
        "month-named datetime-respelled midnight-gone midnight-added "
        "fraction-rounded text-became-date letters-garbled line-breaks binary-noise",
        "zeros-gone point-zero-gone",
    ),
    _program(
        "Gnumeric",
        "exponent end-zeros-gone number-respelled digits-lost truth-value "
        "formula-evaluated percent-read day-invented midnight-gone fraction-rounded "
        "text-became-date datetime-respelled binary-noise",
        "zeros-gone point-zero-gone date-respelled seconds-added",
    ),
    _program(
        "readr of R",
        "exponent end-zeros-gone number-respelled digits-lost truth-value "
        "comma-dropped blanks-trimmed datetime-respelled binary-noise",
        "seconds-added point-zero-gone blank-became-na",
    ),
    _program(
        "data.table of R",
        "code-erased exponent end-zeros-gone number-respelled digits-lost "
        "truth-value quotes-doubled binary-noise datetime-respelled",
        "zeros-gone point-zero-gone",
    ),
    _program(
        "pandas",
        "code-erased point-zero exponent end-zeros-gone number-respelled "
        "digits-lost truth-value index binary-noise datetime-respelled "
        "date-respelled midnight-added",
        "zeros-gone",
    ),
    _program(
        "pandas with every column read as text",
        "index code-erased",
    ),
    _program(
        "R with every column read as text",
        "row-numbers blank-became-na",
    ),
    _program(
        "polars",
        "point-zero exponent end-zeros-gone number-respelled digits-lost "
        "truth-value seconds-added datetime-respelled binary-noise",
        "zeros-gone",
    ),
    _program(
        "DuckDB",
        "point-zero exponent end-zeros-gone number-respelled truth-value "
        "datetime-respelled date-respelled digits-lost binary-noise",
        "seconds-added",
    ),
    _program(
        "pyarrow",
        "code-erased point-zero exponent end-zeros-gone number-respelled "
        "digits-lost truth-value datetime-respelled binary-noise",
        "zeros-gone seconds-added point-zero-gone",
    ),
    _program(
        "csvkit",
        "code-erased point-zero-gone exponent number-respelled truth-value "
        "comma-dropped percent-read text-became-date day-invented "
        "hours-became-minutes time-respelled datetime-respelled midnight-added "
        "erased",
        "zeros-gone",
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Suspect:
    """The programs that have all of these habits.

    ``names`` is empty where none is known that does.
    """

    names: tuple[str, ...]
    habits: tuple[str, ...]

    @property
    def said(self) -> str:
        """``R (read.csv, write.csv)``, or several of which it may be any."""
        if not self.names:
            return "another program"

        # A long list would name nobody.
        if len(self.names) > MOST_NAMED:
            return f"another program, such as {_listed(self.names[:MOST_NAMED])}"

        return _listed(self.names)


MOST_NAMED = 2


def _listed(names: tuple[str, ...]) -> str:
    *others, last = names
    if not others:
        return last

    return f"{', '.join(others)} or {last}"


def impossible(spared: Collection[str]) -> frozenset[str]:
    """The rewritings of which no program is left, where these have spared what they
    never spare.
    """
    every: set[str] = set()
    possible: set[str] = set()
    for program in PROGRAMS:
        every |= program.habits
        could_be = program.always.isdisjoint(spared)
        if could_be:
            possible |= program.habits

    return frozenset(every - possible)


def saved_by(
    cells: Mapping[str, int], spared: Collection[str] = ()
) -> tuple[Suspect, ...]:
    """Who did it, given how many cells each rewriting explains: as few programs as can
    have done all of it.

    ``spared`` are rewritings of which there are whole columns that a program would have
    rewritten, and did not: ``ColumnHabits.decisive``.
    """
    # What a program explains is taken out, so that the next one explains the rest.
    left = dict(cells)
    return tuple(_suspects(left, frozenset(spared)))


def _suspects(left: dict[str, int], spared: frozenset[str]) -> Iterator[Suspect]:
    while left:
        best = _best_programs(left, spared)
        if not best:
            yield Suspect(names=(), habits=tuple(left))
            return

        # Of programs that explain as many cells, the first speaks for all.
        habits = tuple(name for name in left if name in best[0].habits)
        names = tuple(program.name for program in best)
        yield Suspect(names=names, habits=habits)

        for name in habits:
            del left[name]


def _best_programs(
    cells: Mapping[str, int], spared: frozenset[str]
) -> Sequence[Program]:
    """The programs that explain most cells; none where no program explains any."""
    explained = {program: _cells_of(program, cells) for program in PROGRAMS}
    most = max(explained.values())
    if not most:
        return ()

    # Of those that explain as much: who did what it always does, and spared nothing.
    seen = frozenset(cells)
    fits: dict[Program, tuple[int, int, int]] = {}

    for program, count in explained.items():
        if count == most:
            fits[program] = _fit(program, seen, spared)

    closest = max(fits.values())
    return [program for program, fit in fits.items() if fit == closest]


def _cells_of(program: Program, cells: Mapping[str, int]) -> int:
    return sum(count for name, count in cells.items() if name in program.habits)


def _fit(
    program: Program, seen: frozenset[str], spared: frozenset[str]
) -> tuple[int, int, int]:
    return (
        -len(program.always & spared),
        len(program.always & seen),
        -len(program.always - seen),
    )
