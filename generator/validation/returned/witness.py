"""The second witness: what each cell held after its last change, by ``audit.csv``."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from generator.tables import layout
from generator.validation.audit_trail import STATUS

RowPlace = tuple[str, str, str, str, str]
"""Table, subject, visit, number of the visit and number of the row, as texts."""
FormPlace = tuple[str, str, str, str]
"""Subject, visit, number of the visit and form, as texts."""
_BATCH = 5000
_TABLES = """
create table last (
    tab text, subject text, visit text, unsno text, rowno text, field text, version integer, new text,
    primary key (tab, subject, visit, unsno, rowno, field)
) without rowid;
create table save (
    subject text, visit text, unsno text, form text, version text, saved_at text, saved_by text,
    site text, line integer,
    primary key (subject, visit, unsno, form, version)
) without rowid;
create table change (
    tab text, subject text, visit text, unsno text, form text, rowno text, field text, version integer,
    old text, new text, site text, line integer
);
create table seen (
    tab text, subject text, visit text, unsno text, rowno text,
    primary key (tab, subject, visit, unsno, rowno)
) without rowid;
create table difference (tab text, line integer, field text, before text, habit text, sure integer);
create index difference_of on difference (tab, line);
"""
_PUT = """
insert into last values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do update
set new = excluded.new, version = excluded.version where excluded.version >= last.version
"""
_ROW = "tab = ? and subject = ? and visit = ? and unsno = ? and rowno = ?"
_UNSEEN_ROWS = """
select tab, subject, visit, unsno, rowno, count(*) from last
where tab = ? and new <> '' and not exists (
    select 1 from seen where seen.tab = last.tab and seen.subject = last.subject
    and seen.visit = last.visit and seen.unsno = last.unsno and seen.rowno = last.rowno
) group by 1, 2, 3, 4, 5 order by 2, 3, 4, 5
"""


_SEEN = "insert or ignore into seen values (?, ?, ?, ?, ?)"
_LAST_SAVE = """
select version, saved_at, saved_by from save
where subject = ? and visit = ? and unsno = ? and form = ?
order by cast(version as integer) desc limit 1
"""
_UNSEEN_FORMS = """
select min(line), site, subject, visit, unsno, form from save where not exists (
    select 1 from seen where seen.tab = ? and seen.subject = save.subject
    and seen.visit = save.visit and seen.unsno = save.unsno and seen.rowno = save.form
) group by subject, visit, unsno, form order by 1
"""
_AFTER_A_GAP = """
select * from save where cast(version as integer) > 1 and not exists (
    select 1 from save as earlier where earlier.subject = save.subject
    and earlier.visit = save.visit and earlier.unsno = save.unsno and earlier.form = save.form
    and earlier.version = cast(cast(save.version as integer) - 1 as text)
) order by line
"""
_BROKEN_LINKS = """
select * from (
    select *, lag(new, 1, '') over (
        partition by tab, subject, visit, unsno, form, rowno, field order by version, line
    ) as before from change
) where before <> old order by line
"""


class Put(NamedTuple):
    """One change of a cell."""

    table: str
    subject: str
    visit: str
    unsno: str
    rowno: str
    field: str
    version: int
    new: str


class TrailChange(NamedTuple):
    """One line of the trail, with the place of its cell."""

    table: str
    subject: str
    visit: str
    unsno: str
    form: str
    rowno: str
    field: str
    version: int
    old: str
    new: str
    site: str
    line: int

    def put(self) -> Put:
        """What the cell contains from then on; the status of a form is a cell of
        ``forms.csv``.
        """
        table, row = self.table, self.rowno
        if self.field == STATUS:
            table, row = layout.FORMS, table

        place = self.subject, self.visit, self.unsno

        return Put(table, *place, row, self.field, self.version, self.new)


class BrokenLink(NamedTuple):
    """A change that does not go on from where the change before it ended.

    ``before`` is what that put into the cell, blank without one.
    """

    change: TrailChange
    before: str


class Save(NamedTuple):
    """One version of a form."""

    subject: str
    visit: str
    unsno: str
    form: str
    version: str
    saved_at: str
    saved_by: str
    site: str
    line: int


class LastSave(NamedTuple):
    """The newest version of a form, when it was saved, and by whom."""

    version: str
    saved_at: str
    saved_by: str


class TrailDifference(NamedTuple):
    """A cell that is not what the trail says.

    ``habit`` explains it, or is empty. ``sure``: what it says is still there, in
    another spelling.
    """

    table: str
    line: int
    field: str
    before: str
    habit: str
    sure: bool


class Witness:
    """Last values in a scratch database, so that memory does not grow with the trail."""

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(folder / "witness.sqlite", isolation_level=None)
        self._db.executescript(
            "pragma journal_mode=off; pragma synchronous=off; begin;" + _TABLES
        )
        self._differences: list[TrailDifference] = []
        self.changes = 0
        self.repeated: Counter[str] = Counter()
        """How many rows of a table stand there again."""

    def close(self) -> None:
        self._db.close()

    def take(self, changes: Iterable[tuple[TrailChange | None, Save]]) -> None:
        """The whole trail; of a save whose cells nobody asks for only the save."""
        wanted: list[TrailChange] = []
        last: Save | None = None

        for change, save in changes:
            self.changes += 1

            # The lines of one save differ in nothing but the line itself.
            if last is None or save[:-1] != last[:-1]:
                marks = ", ".join("?" * len(save))
                self._db.execute(f"insert or replace into save values ({marks})", save)
                last = save

            if change:
                wanted.append(change)
            if len(wanted) >= _BATCH:
                self._take(wanted)
                wanted.clear()

        self._take(wanted)

    def _take(self, changes: Sequence[TrailChange]) -> None:
        marks = ", ".join("?" * len(TrailChange._fields))
        self._db.executemany(f"insert into change values ({marks})", changes)
        self._db.executemany(_PUT, [change.put() for change in changes])

    def broken_links(self) -> Iterator[BrokenLink]:
        """Changes that take away what no change put there, by line."""
        for *texts, before in self._db.execute(_BROKEN_LINKS):
            yield BrokenLink(TrailChange(*texts), before)

    def knows_form(self, form: FormPlace) -> bool:
        """True for a form that has been saved."""
        query = (
            "select 1 from save where subject = ? and visit = ? and unsno = ? and "
            "form = ?"
        )
        return self._db.execute(query, form).fetchone() is not None

    def last_save(self, form: FormPlace) -> LastSave | None:
        """The newest version of a form; None for one that nobody saved."""
        texts = self._db.execute(_LAST_SAVE, form).fetchone()
        if texts is None:
            return None

        return LastSave(*texts)

    def see_form(self, form: FormPlace) -> None:
        """``forms.csv`` has a line of this form."""
        self._db.execute(_SEEN, (layout.FORMS, *form))

    def unseen_forms(self) -> Iterator[Save]:
        """The first saves of forms of which ``forms.csv`` has no line."""
        for line, site, *form in self._db.execute(_UNSEEN_FORMS, (layout.FORMS,)):
            subject, visit, unsno, name = form
            yield Save(subject, visit, unsno, name, "1", "", "", site, line)

    def saves_after_a_gap(self) -> Iterator[Save]:
        """Saves of a version without the one before it."""
        yield from (Save(*texts) for texts in self._db.execute(_AFTER_A_GAP))

    def site(self, subject: str) -> tuple[str, int] | None:
        """The site of a subject, and the line that says so."""
        query = "select site, line from save where subject = ? order by line limit 1"
        texts: tuple[str, int] | None = self._db.execute(query, (subject,)).fetchone()

        return texts

    def values(self, place: RowPlace) -> dict[str, str]:
        """The last values of a row by field; the row counts as seen."""
        seen = self._db.execute(_SEEN, place)
        self.repeated[place[0]] += seen.rowcount == 0

        return dict(
            self._db.execute(f"select field, new from last where {_ROW}", place)
        )

    def unseen(self, table: str) -> Iterator[tuple[RowPlace, int]]:
        """Rows that have values by the trail, and that the table does not have; how
        many values each.
        """
        for *place, count in self._db.execute(_UNSEEN_ROWS, (table,)):
            yield (place[0], place[1], place[2], place[3], place[4]), count

    def differ(self, difference: TrailDifference) -> None:
        self._differences.append(difference)

        # A program may have changed more cells than memory should hold.
        if len(self._differences) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        self._db.executemany(
            "insert into difference values (?, ?, ?, ?, ?, ?)", self._differences
        )
        self._differences.clear()

    def differences(self, table: str) -> Iterator[TrailDifference]:
        """Those of a table, by line."""
        self._flush()
        query = "select * from difference where tab = ? order by line, rowid"
        yield from (TrailDifference(*row) for row in self._db.execute(query, (table,)))
