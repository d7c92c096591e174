"""Rows of a package on scratch disk, so that they can be joined by subject whatever
order they came in.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from generator.validation.table_plan import TablePlan

BATCH = 2000

_TABLES = """
create table subject (line integer, site text, subject text);
create table form (
    line integer, site text, subject text, visit text, unsno integer, form text,
    status integer, version integer, saved_at text, saved_by text
);
create table data (
    at integer, line integer, site text, subject text, visit text, unsno integer, rowno integer, cells text
);
create table kept (
    line integer, subject text, visit text, unsno integer, form text, at text, rowno integer,
    field text, code text, reason text
);
create table doubt (at integer, line integer, field text, code text, words text, value text);
create table damage (at integer, line integer, field text);
"""
_INDEXES = """
create index subject_of on subject (subject);
create index form_of on form (subject);
create index data_of on data (subject);
create index kept_of on kept (subject);
create index doubt_of on doubt (at, line);
create index damage_of on damage (at, line);
"""


class SubjectLine(NamedTuple):
    line: int
    site: str
    subject: str


class FormLine(NamedTuple):
    line: int
    site: str
    subject: str
    visit: str
    unsno: int
    form: str
    status: int
    version: int
    saved_at: str
    saved_by: str


class DataLine(NamedTuple):
    """``at`` is the table's position in the plan; ``cells`` are JSON, in the order of
    its fields.
    """

    at: int
    line: int
    site: str
    subject: str
    visit: str
    unsno: int
    rowno: int | None
    cells: str

    def texts(self, names: Sequence[str]) -> dict[str, str]:
        """The cells by field, blank ones left out."""
        return {
            name: text
            for name, text in zip(names, json.loads(self.cells), strict=True)
            if text
        }


class KeptLine(NamedTuple):
    line: int
    subject: str
    visit: str
    unsno: int
    form: str
    table: str
    rowno: int | None
    field: str
    code: str
    reason: str


class SchemaFailure(NamedTuple):
    """A cell that Frictionless refuses, until the judge has spoken on it."""

    at: int
    line: int
    field: str
    code: str
    words: str
    value: str


class UnreadableCell(NamedTuple):
    """A cell that the reader has already reported."""

    at: int
    line: int
    field: str


Line = SubjectLine | FormLine | DataLine | KeptLine | SchemaFailure | UnreadableCell

_NAMES: dict[type[Line], str] = {
    SubjectLine: "subject",
    FormLine: "form",
    DataLine: "data",
    KeptLine: "kept",
    SchemaFailure: "doubt",
    UnreadableCell: "damage",
}


def scratch_database() -> sqlite3.Connection:
    """A database for what does not fit into memory; gone when closed."""
    # Without a name it stays in memory while it is small, and then goes to a file that
    # vanishes with this process.
    database = sqlite3.connect("", isolation_level=None)
    database.executescript("pragma journal_mode=off; pragma synchronous=off;")

    return database


class Store:
    """A scratch database; gone when closed."""

    takes_frames = False
    """True for a store that is given the rows of a block together."""
    plans: Sequence[TablePlan] = ()

    def __init__(self) -> None:
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._db = scratch_database()
        self._db.executescript(f"begin;{_TABLES}")
        self._waiting: dict[str, list[Line]] = {name: [] for name in _NAMES.values()}

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        """A folder for what others put aside meanwhile."""
        if self._scratch is None:
            self._scratch = tempfile.TemporaryDirectory(prefix="crfsmith-")

        return Path(self._scratch.name)

    def close(self) -> None:
        """The scratch space is given back."""
        self._db.close()
        if self._scratch is not None:
            self._scratch.cleanup()

    def add(self, line: Line) -> None:
        name = _NAMES[type(line)]
        waiting = self._waiting[name]
        waiting.append(line)
        if len(waiting) >= BATCH:
            self._flush(name)

    def _flush(self, name: str) -> None:
        waiting = self._waiting[name]
        if waiting:
            marks = ",".join("?" * len(waiting[0]))
            self._db.executemany(f"insert into {name} values ({marks})", waiting)
            waiting.clear()

    def add_frame(
        self, plan: TablePlan, frame: Any, lines: Any, refused: Mapping[int, set[str]]
    ) -> None:
        """The rows of a frame of texts, if the store ``takes_frames``; ``refused``
        columns by row.
        """
        raise NotImplementedError

    def seal(self) -> None:
        """All rows are in: build what the look-ups need."""
        self.flush()
        self._db.executescript(_INDEXES)

    def flush(self) -> None:
        """What was added can be found."""
        for name in self._waiting:
            self._flush(name)

    def names(self) -> Iterator[str]:
        """Every subject that any row speaks of, sorted."""
        tables = " union ".join(
            f"select subject from {table}" for table in ("subject", "form", "data")
        )
        yield from (name for (name,) in self._db.execute(f"{tables} order by 1"))

    def subjects(self, subject: str) -> list[SubjectLine]:
        return [SubjectLine(*row) for row in self._of("subject", subject)]

    def forms(self, subject: str) -> list[FormLine]:
        return [FormLine(*row) for row in self._of("form", subject)]

    def data(self, subject: str) -> list[DataLine]:
        return [DataLine(*row) for row in self._of("data", subject)]

    def table(
        self,
        position: int,
        *,
        repeated: Sequence[str] = (),  # noqa: ARG002
    ) -> Iterator[DataLine]:
        """All rows of a table, by its place in the plan. Of many, only those of which
        another row has the same texts in the columns that are to be ``repeated``.
        """
        query = "select * from data where at = ? order by line"
        for row in self._db.execute(query, (position,)):
            yield DataLine(*row)

    def kept(self, subject: str) -> list[KeptLine]:
        return [KeptLine(*row) for row in self._of("kept", subject)]

    def _of(self, name: str, subject: str) -> Iterable[tuple[Any, ...]]:
        return self._db.execute(
            f"select * from {name} where subject = ? order by rowid", (subject,)
        )

    def damaged(self, position: int, line: int) -> frozenset[str]:
        """Fields of a line that the reader has reported already."""
        query = "select field from damage where at = ? and line = ?"
        return frozenset(name for (name,) in self._db.execute(query, (position, line)))

    def settle(self, position: int, line: int, field: str) -> None:
        """The judge has spoken on a cell: Frictionless's doubt about it is said."""
        self._db.execute(
            "delete from doubt where at = ? and line = ? and field = ?",
            (position, line, field),
        )

    def doubts(self) -> Iterator[SchemaFailure]:
        """What is left of Frictionless's doubts, in the order of the files."""
        for row in self._db.execute("select * from doubt order by at, line, rowid"):
            yield SchemaFailure(*row)

    def saves(self) -> list[str]:
        """The latest time stamp of all forms, if there is any."""
        rows = self._db.execute("select max(saved_at) from form")

        return [text for (text,) in rows if text]

    def counted(self) -> tuple[int, int]:
        """How many forms and subjects there are."""
        [(forms,)] = self._db.execute("select count(*) from form")
        [(subjects,)] = self._db.execute("select count(distinct subject) from subject")

        return forms, subjects
