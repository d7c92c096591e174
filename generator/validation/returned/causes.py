"""What became of a package's tables, said once for each program and once for each
column.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from forms_spec.findings.catalogue import finding
from generator.rewritings import Suspect, saved_by
from generator.rewritings.known import BY_NAME
from generator.rewritings.programs import TABLE_HABITS
from generator.tables import layout
from generator.validation.report.report import Reported, many
from generator.validation.returned_table import OTHER_DELIMITER, TableReturn, Tally
from generator.validation.row_reader import delimiter_said

_MOST_COLUMNS = 4
_KEYS = frozenset({*layout.FORM_KEY, layout.ROW})


class ProgramTables(NamedTuple):
    """A program, and the tables in which its habits are."""

    suspect: Suspect
    tables: tuple[TableReturn, ...]


def causes(tables: Sequence[TableReturn]) -> Iterator[Reported]:
    """One finding for each program, one for each column that it rewrote.

    Damaged tables stay as they are.
    """
    whole = [table for table in tables if not table.broken]
    for group in _groups(whole):
        yield _cause(group)

    yield from _columns(whole)

    again = [table for table in whole if table.is_written_again]
    if not again:
        return

    paths = [table.plan.path for table in again]
    result = finding("files-written-again", count=_were(again), names=_listed(paths))
    yield Reported(finding=result)


def cause_of_others(tables: Sequence[TableReturn]) -> Iterator[Reported]:
    """One finding for each program that rewrote tables of a package of others."""
    for group in _groups(tables):
        yield _cause(group, judged="They are validated as they are")


def _groups(tables: Sequence[TableReturn]) -> Iterator[ProgramTables]:
    cells: Counter[str] = Counter()
    spared: set[str] = set()

    for table in tables:
        for (_, habit), tally in table.tallies.items():
            cells[habit] += tally.cells

        cells.update(table.own_habits)
        spared |= table.decisive

    for suspect in saved_by(cells, spared - set(cells)):
        habits = set(suspect.habits)
        own = [table for table in tables if habits & _habits(table)]
        yield ProgramTables(suspect, tuple(own))


def _habits(table: TableReturn) -> set[str]:
    return {habit for _, habit in table.tallies} | table.own_habits


def _cause(group: ProgramTables, *, judged: str = "") -> Reported:
    total = Tally()
    parts: list[str] = []

    for habit in group.suspect.habits:
        if habit in TABLE_HABITS:
            touched = [table for table in group.tables if habit in table.own_habits]
            count = many(len(touched), "table")
            parts.append(f"{_of_table(habit, touched)} ({count})")
            continue

        columns, tally = _of_columns(habit, group.tables)
        total.restored += tally.restored
        total.lost += tally.lost
        cells = many(tally.cells, "cell")
        parts.append(f"{BY_NAME[habit].says} ({cells}: {_listed(columns)})")

    # Tables of others are not restored, so that their outcome is given.
    code = "rewritten-by-program" if judged else "saved-by-program"
    outcome = judged
    if not judged:
        outcome = _outcome(total.restored, total.lost) + _witness(group.tables)

    result = finding(
        code,
        files=_names(group.tables),
        program=group.suspect.said,
        habits="; ".join(parts),
        outcome=outcome,
    )
    file = None
    if len(group.tables) == 1:
        file = group.tables[0].plan.path

    return Reported(finding=result, file=file)


def _of_columns(habit: str, tables: Sequence[TableReturn]) -> tuple[list[str], Tally]:
    """The columns that were rewritten in this way, and their cells together."""
    columns: list[str] = []
    total = Tally()

    for table in tables:
        for (name, item), tally in table.tallies.items():
            if item != habit:
                continue

            columns.append(_column(table, name))
            total.restored += tally.restored
            total.lost += tally.lost

    return columns, total


def _of_table(habit: str, tables: Sequence[TableReturn]) -> str:
    if habit == OTHER_DELIMITER:
        return f"cells are separated by {delimiter_said(tables[0].delimiter)}"
    return "a column of row numbers was added"


def _witness(tables: Sequence[TableReturn]) -> str:
    """A trail that the program saved, too, is no witness of what it erased there."""
    for table in tables:
        is_trail = table.plan.name == layout.AUDIT
        if is_trail and table.changed and not table.sure_is_stated:
            return (
                ". audit.csv was saved by it, too: codes that it erased there cannot be "
                "recovered"
            )

    return ""


def _outcome(restored: int, lost: int) -> str:
    """Which cells are judged as they were."""
    cells = restored + lost
    if not cells:
        return "Everything is validated as exported"

    they = "It" if cells == 1 else "They"
    if not lost:
        are = "is" if cells == 1 else "are"
        return f"{they} {are} validated as exported"

    if not restored:
        return f"{they} cannot be restored with certainty"

    return (
        f"{restored:,} of {cells:,} are validated as exported; {lost:,} cannot be "
        "restored with certainty"
    )


def _column(table: TableReturn, name: str) -> str:
    """A key by its name, which is the same in all tables; a field with its table."""
    if is_key(table, name):
        return name

    return f"{table.plan.name}.{name}"


def is_key(table: TableReturn, name: str) -> bool:
    keys = table.key_columns if table.plan.table else _KEYS
    return name in keys


def _listed(names: Sequence[str]) -> str:
    different = list(dict.fromkeys(names))
    shown = ", ".join(different[:_MOST_COLUMNS])
    more = len(different) - _MOST_COLUMNS

    return f"{shown} and {more} more" if more > 0 else shown


def _were(tables: Sequence[TableReturn]) -> str:
    files = many(len(tables), "file")
    verb = "was" if len(tables) == 1 else "were"
    return f"{files} {verb}"


def _names(tables: Sequence[TableReturn]) -> str:
    """``data/vs.csv``, or ``4 files``."""
    if len(tables) == 1:
        return tables[0].plan.path

    return many(len(tables), "file")


def _columns(tables: Sequence[TableReturn]) -> Iterator[Reported]:
    """One line a column; keys are the same in all tables, and said once for all of
    them.
    """
    keys: dict[tuple[str, str], list[tuple[TableReturn, Tally]]] = {}
    for table in tables:
        plan = table.plan
        if table.row_numbers is not None:
            result = finding(
                "row-numbers-added", value=table.row_numbers, path=plan.path
            )
            yield Reported(finding=result, file=plan.path, table=plan.name)

        for (name, habit), tally in table.tallies.items():
            if is_key(table, name):
                keys.setdefault((name, habit), []).append((table, tally))
            else:
                yield _rewritten(name, habit, [(table, tally)])

    # A program that rewrites a key does so in every table that it saves.
    for (name, habit), key in keys.items():
        yield _rewritten(name, habit, key)


def _rewritten(
    name: str, habit: str, returned_tables: Sequence[tuple[TableReturn, Tally]]
) -> Reported:
    tallies = [tally for _, tally in returned_tables]
    restored = sum(tally.restored for tally in tallies)
    lost = sum(tally.lost for tally in tallies)
    example = tallies[0]

    is_in_several = len(returned_tables) > 1
    cells = many(restored + lost, "cell")
    if is_in_several:
        cells = f"{cells} in {len(returned_tables)} tables"

    result = finding(
        "column-rewritten",
        value=example.now,
        cells=cells,
        says=BY_NAME[habit].says,
        before=example.before or "a blank",
        now=example.now or "a blank",
        outcome=_outcome(restored, lost),
    )
    if is_in_several:
        return Reported(finding=result, field=name)

    plan = returned_tables[0][0].plan

    return Reported(finding=result, file=plan.path, table=plan.name, field=name)
