"""Reads every table of a package once: damage is reported, sound rows go to the store."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from forms_spec.catalogue import finding
from forms_spec.nearness import did_you_mean
from forms_spec.record import LOG
from generator.package.lines import Record, read_records
from generator.package.plan import CellReader, TablePlan, cell_readers
from generator.package.report import Collector, Reported
from generator.package.source import BrokenFile, Source
from generator.package.store import Damage, DataLine, Doubt, FormLine, KeptLine, Store, SubjectLine
from generator.tables import layout

PROGRESS_EVERY = 5000
LONGEST_WORDS = 200
_NUMBER = re.compile(r"0|[1-9][0-9]{0,14}")
_KEYS = (layout.SITE, layout.SUBJECT, layout.VISIT, layout.UNSNO, layout.ROW)
_SAYS = {
    "enum": "it is none of the codes",
    "pattern": "it does not match the pattern",
    "required": "it is blank",
}
_NUMBERS = (layout.UNSNO, layout.ROW, "formstat", "version")

Progress = Callable[[str, int, int], None]
"""``on_progress(what, done, total)``: bytes while ``reading``, forms while ``judging``."""


@dataclass(kw_only=True)
class Staging:
    """One package being read. ``rows`` counts the rows of each table that was there."""

    source: Source
    store: Store
    collector: Collector
    expected: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    on_progress: Progress | None = None
    rows: dict[str, int] = field(default_factory=dict)
    done: int = 0
    total: int = 0

    def read(self, plans: tuple[TablePlan, ...]) -> None:
        """Every planned file, in the plan's order."""
        self.total = sum(self.source.sizes.get(plan.path, 0) for plan in plans)
        for at, plan in enumerate(plans):
            if plan.path not in self.source.sizes:
                self._report(plan, "missing-file", value=plan.path)
                continue
            self.rows[plan.name] = 0
            try:
                self._table(at, plan)
            except BrokenFile as error:
                self._report(plan, "broken-file", value=plan.path, why=str(error))
        self.store.seal()

    def _table(self, at: int, plan: TablePlan) -> None:
        try:
            readers = cell_readers(plan)
        except ValueError as error:
            self._report(plan, "broken-schema", value=plan.name, why=str(error))
            return
        with self.source.open(plan.path) as raw:
            measured = Measured(raw)
            records = read_records(io.BufferedReader(measured, 1 << 18), self._noter(plan))
            _TableReading(staging=self, at=at, plan=plan, readers=readers).run(records, measured)
            while measured.read(1 << 20):
                pass
            self.done += measured.size
            self.progress(0)
        self._compare(plan, measured)

    def _compare(self, plan: TablePlan, measured: Measured) -> None:
        said = self.expected.get(plan.name, {})
        digest = said.get("hash")
        if (
            isinstance(digest, str)
            and digest.startswith("sha256:")
            and digest[7:] != measured.digest.hexdigest()
        ):
            self._report(plan, "file-changed", value=plan.path)

    def _noter(self, plan: TablePlan) -> Callable[..., None]:
        def note(code: str, line: int, **words: Any) -> None:
            self._report(plan, code, row=line, **words)

        return note

    def _report(self, plan: TablePlan, code: str, *, row: int | None = None, name: str | None = None,
                value: str | None = None, **words: Any) -> None:  # fmt: skip
        found = finding(code, value=value, table=plan.name, field=name, path=plan.path, **words)
        self.collector.add(Reported(finding=found, file=plan.path, table=plan.name, row=row, field=name))

    def progress(self, here: int) -> None:
        if self.on_progress:
            self.on_progress("reading", min(self.done + here, self.total), self.total)


class Measured(io.RawIOBase):
    """A stream that counts and hashes what is read from it."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self.size = 0
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        content = self._raw.read(len(buffer))
        buffer[: len(content)] = content
        self.size += len(content)
        self.digest.update(content)
        return len(content)


def sha256_of(content: BinaryIO) -> str:
    """The hash of a stream's bytes, in hex."""
    measured = Measured(content)
    while measured.read(1 << 20):
        pass
    return measured.digest.hexdigest()


@dataclass(kw_only=True)
class _TableReading:
    staging: Staging
    at: int
    plan: TablePlan
    readers: tuple[CellReader, ...]
    order: list[int | None] = field(default_factory=list)
    width: int = 0
    keys: frozenset[str] = field(init=False)
    numbers: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """A dictionary may well have a field named ``version``: only our own columns are looked at."""
        table = self.plan.table
        self.keys = frozenset(layout.key_columns(table) if table else ())
        ours = self.keys if table else frozenset(layout.SYSTEM_COLUMNS.get(self.plan.name, ()))
        self.numbers = ours.intersection(_NUMBERS)

    def run(self, records: Iterator[Record], measured: Measured) -> None:
        header = next(records, None)
        if header is None or not any(header.cells):
            self.note("empty-table", 1)
            return
        self._header(header)
        make = _MAKERS.get(self.plan.name, _data) if self.plan.table or self.plan.name in _MAKERS else None
        rows = 0
        for record in records:
            if not any(record.cells):
                self.note("blank-line", record.line)
                continue
            rows += 1
            if not rows % PROGRESS_EVERY:
                self.staging.progress(measured.size)
            cells = self._align(record)
            refused = self._judge_cells(record, cells)
            if make and (line := make(self, record.line, cells, refused)):
                self.staging.store.add(line)
        self.staging.rows[self.plan.name] = rows

    def note(
        self, code: str, line: int, *, name: str | None = None, value: str | None = None, **words: Any
    ) -> None:
        self.staging._report(self.plan, code, row=line, name=name, value=value, **words)

    def _header(self, header: Record) -> None:
        columns, given = self.plan.columns, header.cells
        self.width = len(given)
        places = {name: at for at, name in reversed(list(enumerate(given)))}
        for at, name in enumerate(given):
            if places[name] != at:
                self.note("repeated-column", header.line, name=name, value=name)
            elif name not in columns:
                near = did_you_mean(name, [one for one in columns if one not in places])
                self.note("unknown-column", header.line, name=name, value=name, near=near)
        for name in columns:
            if name not in places:
                self.note("missing-column", header.line, name=name)
        known = [name for name in given if name in columns]
        if sorted(known) == sorted(columns) and known != list(columns):
            self.note("column-order", header.line)
        self.order = [places.get(name) for name in columns]

    def _align(self, record: Record) -> list[str]:
        cells = record.cells
        if len(cells) != self.width:
            code = "too-many-cells" if len(cells) > self.width else "too-few-cells"
            self.note(code, record.line, given=len(cells), wanted=self.width)
        return [cells[at] if at is not None and at < len(cells) else "" for at in self.order]

    def _judge_cells(self, record: Record, cells: list[str]) -> frozenset[str]:
        """Reports damaged cells, notes what Frictionless refuses; gives the columns that are refused."""
        refused: set[str] = set()
        for name, text, read, at in zip(self.plan.columns, cells, self.readers, self.order, strict=True):
            if at is None:
                continue
            if at in record.damaged:
                self.note("not-utf8", record.line, name=name, value=text)
                self.staging.store.add(Damage(self.at, record.line, name))
                refused.add(name)
            elif name in self.numbers and text and not _NUMBER.fullmatch(text):
                self.note("bad-key-number", record.line, name=name, value=text)
                refused.add(name)
            elif fault := _fault(text, read):
                self._fault(record.line, name, text, *fault)
                refused.add(name)
        return frozenset(refused)

    def _fault(self, line: int, name: str, text: str, code: str, says: str) -> None:
        """A field of the dictionary waits for the judge's words; no one else speaks of other columns."""
        if self.plan.table and name not in self.keys:
            self.staging.store.add(Doubt(self.at, line, name, code, says, text))
        else:
            self.note(code, line, name=name, value=text, says=says)


def _fault(text: str, read: CellReader) -> tuple[str, str] | None:
    """The code and the words of what is wrong with a cell by its schema alone."""
    if "\0" in text:
        return "nul-character", ""
    notes = read(text)
    if not notes:
        return None
    says = ", ".join(_SAYS.get(constraint, note) for constraint, note in notes.items())
    return ("cell-type" if "type" in notes else "cell-constraint"), says[:LONGEST_WORDS]


Make = Callable[[_TableReading, int, list[str], frozenset[str]], Any]


def _key(reading: _TableReading, cells: list[str], refused: frozenset[str]) -> dict[str, Any] | None:
    """The key columns of a row, or None when the row cannot be placed."""
    found: dict[str, Any] = {}
    for name, text in zip(reading.plan.columns, cells, strict=True):
        if name not in _KEYS or (reading.plan.table and name not in reading.keys):
            continue
        blank_row = name == layout.ROW and reading.plan.table is None
        if name in refused or not (text or blank_row):
            return None
        found[name] = text if name not in _NUMBERS else int(text) if text else None
    return found


def _data(reading: _TableReading, line: int, cells: list[str], refused: frozenset[str]) -> DataLine | None:
    key = _key(reading, cells, refused)
    if key is None:
        return None
    own = json.dumps(cells[len(key) :], ensure_ascii=False)
    return DataLine(
        reading.at, line, key[layout.SITE], key[layout.SUBJECT], key.get(layout.VISIT, LOG),
        key.get(layout.UNSNO, 0), key.get(layout.ROW), own,
    )  # fmt: skip


def _subject(
    reading: _TableReading, line: int, cells: list[str], refused: frozenset[str]
) -> SubjectLine | None:
    key = _key(reading, cells, refused)
    return SubjectLine(line, key[layout.SITE], key[layout.SUBJECT]) if key else None


def _form(reading: _TableReading, line: int, cells: list[str], refused: frozenset[str]) -> FormLine | None:
    key = _key(reading, cells, refused)
    form, status, version, saved_at, saved_by = cells[4:]
    if key is None or not form or "form" in refused:
        return None
    return FormLine(
        line, key[layout.SITE], key[layout.SUBJECT], key[layout.VISIT], key[layout.UNSNO], form,
        int(status) if _NUMBER.fullmatch(status) else 0,
        int(version) if _NUMBER.fullmatch(version) else 0,
        saved_at, saved_by,
    )  # fmt: skip


def _kept(reading: _TableReading, line: int, cells: list[str], refused: frozenset[str]) -> KeptLine | None:
    key = _key(reading, cells, refused)
    if key is None or cells[9] != "kept":
        return None
    return KeptLine(
        line, key[layout.SUBJECT], key[layout.VISIT], key[layout.UNSNO], cells[4], cells[5],
        key[layout.ROW], cells[7], cells[8], cells[10],
    )  # fmt: skip


def _nothing(reading: _TableReading, line: int, cells: list[str], refused: frozenset[str]) -> None:
    """The audit trail is read for its form only."""


_MAKERS: Mapping[str, Make] = {
    layout.SUBJECTS: _subject,
    layout.FORMS: _form,
    layout.QUERIES: _kept,
    layout.AUDIT: _nothing,
}
