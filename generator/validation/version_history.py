"""The versions of every form, put together again from the changes in ``audit.csv``."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, islice
from typing import Any, NamedTuple

from forms_spec.loading.study_builder import dictionary_hash
from forms_spec.model.captured_data import CellKey, FormKey, Record, Row
from forms_spec.model.captured_forms import FormStatus
from generator.package.csv_records import CsvRecord, Records
from generator.package.source import BrokenFile, PackageSource
from generator.tables import layout
from generator.tables.descriptor import DictionaryUse
from generator.validation.json_parts import list_of, object_of
from generator.validation.opened_package import OpenPackage, read_text
from generator.validation.row_store import scratch_database

STATUSES: Mapping[str, FormStatus] = {
    "draft": FormStatus.INCOMPLETE,
    "unverified": FormStatus.UNVERIFIED,
    "complete": FormStatus.COMPLETE,
}
LONGEST_NAME = 100
"""The longest username."""
BATCH = 5000


class BrokenHistory(ValueError):
    """The changes of a form do not make up its versions."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PackagedVersion:
    """A form as it was when somebody saved it."""

    status: FormStatus
    record: Record
    saved_by: str
    saved_at: datetime
    reason: str
    dictionary: str


class _Line(NamedTuple):
    visit: str
    unsno: str
    form: str
    version: str
    table: str
    rowno: str
    field: str
    old: str
    new: str
    reason: str
    saved_by: str
    saved_at: str
    dictionary: str


CHANGE_COLUMNS = (
    layout.VISIT, layout.UNSNO, layout.FORM, "version", "table", layout.ROW, "field",
    "old", "new", "reason", "saved_by", "saved_at", "dictionary",
)  # fmt: skip


class PackageHistory:
    """The past of an open package. Lives no longer than the package is open.

    ``broken`` counts the forms whose changes do not fit together.
    """

    def __init__(self, opened: OpenPackage, table: str = layout.AUDIT) -> None:
        """``table`` has the changes: of the forms, or of their second entries."""
        self._opened = opened
        self._db = scratch_database()
        names = ", ".join(f"c{index}" for index in range(len(CHANGE_COLUMNS)))
        self._db.executescript(f"begin; create table line (subject, {names});")
        marks = ",".join("?" * (len(CHANGE_COLUMNS) + 1))
        lines = self._rows(table, (layout.SUBJECT, *CHANGE_COLUMNS))
        while some := list(islice(lines, BATCH)):
            self._db.executemany(f"insert into line values ({marks})", some)

        self._db.executescript("create index line_of on line (subject);")
        self.broken = 0

    def close(self) -> None:
        self._db.close()

    def subjects(self) -> Iterator[str]:
        """Every subject that the history speaks of."""
        yield from (
            name
            for (name,) in self._db.execute(
                "select distinct subject from line order by 1"
            )
        )

    def people(self) -> list[str]:
        """Everybody who saved anything."""
        index = _Line._fields.index("saved_by")

        return [
            name
            for (name,) in self._db.execute(
                f"select distinct c{index} from line order by 1"
            )
        ]

    def last_save(self) -> datetime | None:
        """When the newest version of all was saved."""
        index = _Line._fields.index("saved_at")
        [(text,)] = self._db.execute(f"select max(c{index}) from line")
        if not text:
            return None

        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return None

    def entries(self) -> dict[str, tuple[str, datetime]]:
        """Who entered each subject, and when, where the package says so."""
        entries: dict[str, tuple[str, datetime]] = {}
        columns = (layout.SUBJECT, *layout.ENTRY)

        for subject, by, stamp in self._rows(layout.SUBJECTS, columns):
            try:
                moment = datetime.fromisoformat(stamp)
            except ValueError:
                continue

            # Nobody's entry, or one at no certain moment, is none.
            if moment.tzinfo and 0 < len(by) <= LONGEST_NAME:
                entries[subject] = (by, moment)

        return entries

    def forms(self, subject: str) -> dict[FormKey, tuple[PackagedVersion, ...]]:
        """The versions of each form of a subject, oldest first; without those that do
        not fit together.
        """
        packaged_versions: dict[FormKey, tuple[PackagedVersion, ...]] = {}
        query = (
            "select * from line where subject = ? order by c0, c1, c2, cast(c3 as "
            "integer), rowid"
        )
        lines = (_Line(*row[1:]) for row in self._db.execute(query, (subject,)))

        for (visit, unsno, form), some in groupby(lines, lambda item: item[:3]):
            try:
                packaged_versions[FormKey(form, visit, int(unsno))] = tuple(
                    _versions(form, some)
                )
            except ValueError:
                self.broken += 1

        return packaged_versions

    def _rows(self, table: str, wanted: Sequence[str]) -> Iterator[tuple[str, ...]]:
        for _, cells in numbered_rows(self._opened, table, wanted):
            yield cells


def numbered_rows(
    opened: OpenPackage, table: str, wanted: Sequence[str]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Some columns of a table, with the line of each row; nothing where it does not
    have them all.
    """
    plans = {plan.name: plan for plan in opened.plans}
    plan = plans.get(table)
    if plan is None or plan.path not in opened.source.sizes:
        return

    # Whoever reads the package has said that it is damaged.
    with suppress(BrokenFile), opened.source.open(plan.path) as raw:
        records = Records(raw, _silent, delimiter=plan.delimiter)
        yield from rows_of_records(iter(records), wanted)


def rows_of_records(
    records: Iterator[CsvRecord], wanted: Sequence[str]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The same of records that begin with a header."""
    header = next(records, None)
    if header is None:
        return

    places = {name: index for index, name in enumerate(header.cells)}
    if not places.keys() >= set(wanted):
        return

    order = [places[name] for name in wanted]
    for record in records:
        # What has too few or too many cells is told when the package is read.
        if len(record.cells) == len(places):
            yield record.line, tuple([record.cells[index] for index in order])


def fault_of_versions(form: str, lines: Sequence[Sequence[str]]) -> str:
    """Why the changes of a form do not make up its versions; blank where they do.

    Each line has the cells of ``CHANGECHANGE_COLUMNS``.
    """
    try:
        for _ in _versions(form, (_Line(*cells) for cells in lines)):
            pass
    except ValueError as error:
        return str(error)
    return ""


def _silent(code: str, line: int, **words: Any) -> None:
    """Damage is told when the package is read."""


def _versions(form: str, lines: Iterator[_Line]) -> Iterator[PackagedVersion]:
    state = _State(form=form)
    by_version = groupby(lines, lambda line: line.version)

    for number, (version, own) in enumerate(by_version, start=1):
        if version != str(number):
            raise BrokenHistory(f"version {number} of {form} is missing")

        yield state.after(list(own))


@dataclass(kw_only=True)
class _State:
    """One form while its changes are carried out."""

    form: str
    status: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    rows: dict[str, dict[int, dict[str, str]]] = field(default_factory=dict)
    kept: dict[tuple[CellKey, str], str] = field(default_factory=dict)
    _removed: list[tuple[str, int]] = field(default_factory=list)

    def after(self, lines: Sequence[_Line]) -> PackagedVersion:
        """The form after a save, of which these are the changes."""
        first = lines[0]
        for line in lines:
            if line[9:] != first[9:]:
                raise BrokenHistory("the lines of a save differ in who, when or why")
            self._change(line)

        moment = datetime.fromisoformat(first.saved_at)
        if (
            self.status not in STATUSES
            or moment.tzinfo is None
            or not 0 < len(first.saved_by) <= LONGEST_NAME
        ):
            raise BrokenHistory("a save has no status, no time or nobody who made it")

        return PackagedVersion(
            status=STATUSES[self.status],
            record=self._record(),
            saved_by=first.saved_by,
            saved_at=moment,
            reason=first.reason,
            dictionary=first.dictionary,
        )

    def _change(self, line: _Line) -> None:
        name, _, code = line.field.partition("#")
        row = int(line.rowno) if line.rowno else None
        if code:
            _put(self.kept, (CellKey(line.table, row, name), code), line)
        elif row is not None:
            self._change_in_row(line, row, name)
        elif name == "formstat" and line.table == self.form:
            self._change_status(line)
        elif name:
            _put(self.texts, name, line)

    def _change_in_row(self, line: _Line, row: int, name: str) -> None:
        # The number of a row comes and goes with the row itself.
        if name == layout.ROW:
            self._change_row(line, row)
            return

        rows = self.rows.setdefault(line.table, {})
        _put(rows.setdefault(row, {}), name, line)

    def _change_status(self, line: _Line) -> None:
        if line.old != self.status:
            raise BrokenHistory(
                "a status before a save is not the one after the save before"
            )

        self.status = line.new

    def _change_row(self, line: _Line, row: int) -> None:
        if not line.new:
            # Its cells are emptied by lines of their own, which may come later.
            self._removed.append((line.table, row))
            return

        self.rows.setdefault(line.table, {}).setdefault(row, {})

    def _record(self) -> Record:
        for table, row in self._removed:
            texts = self.rows.get(table, {}).pop(row, {})
            if any(texts.values()):
                raise BrokenHistory("a row that was removed still has texts")

        self._removed.clear()

        tables: dict[str, tuple[Row, ...]] = {}
        for table, rows in self.rows.items():
            if rows:
                ordered = sorted(rows.items())
                tables[table] = tuple(
                    Row(number=number, texts=dict(texts)) for number, texts in ordered
                )

        return Record(texts=dict(self.texts), rows=tables, kept=dict(self.kept))


def _put(texts: dict[Any, str], name: Any, line: _Line) -> None:
    """One text after another; a history whose texts before and after do not meet is
    none.
    """
    if texts.get(name, "") != line.old:
        raise BrokenHistory(
            f"{line.field} was not {line.old!r} before it was {line.new!r}"
        )

    if line.new:
        texts[name] = line.new
    else:
        texts.pop(name, None)


def dictionary_uses(opened: OpenPackage) -> tuple[DictionaryUse, ...]:
    """Which dictionaries were in use, as the descriptor tells it."""
    uses: list[DictionaryUse] = []
    for item in list_of(opened.descriptor.get("crfsmith:dictionaries")):
        digest = object_of(item).get("hash")
        since = object_of(item).get("since")
        if not isinstance(digest, str) or not isinstance(since, str):
            continue

        try:
            moment = datetime.fromisoformat(since)
        except ValueError:
            continue

        # Without a zone it is no moment.
        if moment.tzinfo:
            uses.append(DictionaryUse(hash=digest, since=moment))

    return tuple(uses)


def earlier_texts(source: PackageSource) -> dict[str, dict[str, str]]:
    """The earlier dictionaries of a package by their hashes; one that is not what it
    says is left out.
    """
    texts: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for name in source.sizes:
        if not name.startswith(layout.EARLIER_DICTIONARIES):
            continue

        place = name.removeprefix(layout.EARLIER_DICTIONARIES)
        digest, _, file = place.partition("/")
        if not file:
            continue

        # A dictionary without one of its files has another hash, and is left out below.
        with suppress(BrokenFile):
            texts[digest][file] = read_text(source, name)

    return {
        digest: files
        for digest, files in texts.items()
        if dictionary_hash(files) == digest
    }


def earlier_file(opened: OpenPackage, name: str) -> bytes | None:
    """An uploaded file that only earlier versions name, by the text of their cell."""
    path = layout.EARLIER_FILES + name.removeprefix(layout.FILES)
    content = opened.bytes_of(path)
    if content is None:
        return None

    # A file that is not what its name says is as good as lost.
    beginning = name.split("/")[1]
    digest = hashlib.sha256(content).hexdigest()
    if not digest.startswith(beginning):
        return None

    return content
