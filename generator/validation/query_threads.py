"""The threads of queries in a package: each entry has its place, its order, and a step
that the life of queries allows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from itertools import groupby, islice
from typing import Any, Final, NamedTuple

from forms_spec import load_study
from forms_spec.findings.catalogue import finding
from forms_spec.model.captured_data import LOG, CellKey, FormKey
from forms_spec.model.captured_forms import CapturedQueryEntry, CapturedThread
from forms_spec.model.query_life import (
    QueryAction,
    QueryParty,
    QueryState,
    StepRefused,
    next_state,
)
from forms_spec.model.study import Study
from generator.tables import layout
from generator.validation.opened_package import OpenPackage
from generator.validation.report.report import Reported
from generator.validation.row_store import scratch_database
from generator.validation.version_history import earlier_texts, numbered_rows

COLUMNS: Final = layout.SYSTEM_COLUMNS[layout.QUERY_ENTRIES]
WHOLE_THREAD: Final = COLUMNS[: COLUMNS.index("entry")]
"""What every entry of a thread repeats: where it is, and what it is about."""
MOST_DIGITS: Final = 15
BATCH: Final = 5000

NumberedRow = tuple[int, tuple[str, ...]]
"""The line of a row, and some of its cells."""
ReadTable = Callable[[str, Sequence[str]], Iterator[NumberedRow]]
"""Reads some columns of a table, by their names."""


class _Entry(NamedTuple):
    """A row, with the line that it stands on."""

    line: int
    cells: Mapping[str, str]

    @property
    def query(self) -> int:
        return int(self.cells["query"])


class PackagedThreads:
    """The threads of an open package, put together whatever the order of the rows.

    Lives no longer than the package is open.
    """

    def __init__(self, opened: OpenPackage, read: ReadTable | None = None) -> None:
        self._db = scratch_database()
        self._db.executescript(
            "begin; create table entry (query, number, line, cells);"
        )
        read = read or partial(numbered_rows, opened)
        placed = _placed(read(layout.QUERY_ENTRIES, COLUMNS))
        while some := list(islice(placed, BATCH)):
            self._db.executemany("insert into entry values (?, ?, ?, ?)", some)

        self._db.executescript("create index entry_of on entry (query, number, line);")

    def close(self) -> None:
        self._db.close()

    def count(self) -> int:
        """How many threads there are."""
        [(count,)] = self._db.execute("select count(distinct query) from entry")
        return int(count)

    def people(self) -> list[str]:
        """Everybody who wrote in a thread."""
        place = COLUMNS.index("acted_by")
        query = (
            f"select distinct json_extract(cells, '$[{place}]') from entry order by 1"
        )

        return [name for (name,) in self._db.execute(query) if name]

    def entries(self) -> Iterator[list[_Entry]]:
        """The entries of each thread, by the numbers of the threads and of the entries."""
        rows = self._db.execute(
            "select query, line, cells from entry order by query, number, line"
        )
        for _, some in groupby(rows, lambda row: row[0]):
            yield [
                _Entry(line, dict(zip(COLUMNS, json.loads(cells), strict=True)))
                for _, line, cells in some
            ]

    def threads(self) -> Iterator[CapturedThread]:
        """Every thread, as it was given to the writer. ``ValueError`` for one in which
        ``check_threads`` finds an error.
        """
        for entries in self.entries():
            yield _thread(entries)


def _placed(rows: Iterable[NumberedRow]) -> Iterator[tuple[int, int, int, str]]:
    """Rows that belong to a thread; of the others, the reader of the table tells."""
    query, number = COLUMNS.index("query"), COLUMNS.index("entry")
    for line, cells in rows:
        is_placed = _is_number(cells[query]) and _is_number(cells[number])
        if not is_placed:
            continue

        whole = json.dumps(cells, ensure_ascii=False)
        yield int(cells[query]), int(cells[number]), line, whole


def _is_number(text: str) -> bool:
    if len(text) > MOST_DIGITS:
        return False

    return text.isascii() and text.isdecimal()


def _thread(entries: Sequence[_Entry]) -> CapturedThread:
    cells = entries[0].cells
    row = cells[layout.ROW]

    return CapturedThread(
        site=cells[layout.SITE],
        subject=cells[layout.SUBJECT],
        key=FormKey(cells[layout.FORM], cells[layout.VISIT], int(cells[layout.UNSNO])),
        cell=CellKey(cells["table"], int(row) if row else None, cells["field"]),
        query=entries[0].query,
        code=cells["code"],
        source=cells["source"],
        basis=cells["basis"],
        entries=tuple(_captured(entry.cells) for entry in entries),
    )


def _captured(cells: Mapping[str, str]) -> CapturedQueryEntry:
    return CapturedQueryEntry(
        action=QueryAction(cells["action"]),
        acted_by=cells["acted_by"],
        rule=cells["rule"],
        acted_at=_moment(cells["acted_at"]),
        assigned_role=cells["assigned_role"],
        assigned_to=cells["assigned_to"],
        text=cells["text"],
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone")

    return moment


def check_threads(opened: OpenPackage, read: ReadTable | None = None) -> None:
    """Reports what is wrong with the threads of a package; nothing where it has none.

    ``read`` reads its tables where they are not one file each.
    """
    if layout.QUERY_ENTRIES not in opened.resources or opened.study is None:
        return

    read = read or partial(numbered_rows, opened)
    threads = PackagedThreads(opened, read)
    try:
        check = _ThreadCheck(opened=opened, study=opened.study, read=read)
        for entries in threads.entries():
            check.thread(entries)
    finally:
        threads.close()


@dataclass(kw_only=True)
class _ThreadCheck:
    """The threads of a package, one after the other."""

    opened: OpenPackage
    study: Study
    read: ReadTable
    _path: str = field(init=False)

    def __post_init__(self) -> None:
        plans = {plan.name: plan.path for plan in self.opened.plans}
        self._path = plans[layout.QUERY_ENTRIES]

    def thread(self, entries: Sequence[_Entry]) -> None:
        """One thread, in the order of its entries."""
        self._check_subject(entries[0])
        self._check_place(entries[0])

        state: QueryState | None = None
        before: datetime | None = None

        for number, entry in enumerate(entries, start=1):
            if int(entry.cells["entry"]) != number:
                # Without the entry before, nobody knows which steps were allowed.
                self._report(entry, "query-entry-missing", "entry", wanted=number)
                return

            self._check_repeated(entries[0], entry)
            state = self._check_step(entry, state)
            before = self._check_time(entry, before)

    def _check_subject(self, entry: _Entry) -> None:
        """A query belongs to a subject of the package, at the subject's site."""
        site, subject = entry.cells[layout.SITE], entry.cells[layout.SUBJECT]
        sites = self._sites.get(subject)
        if sites is None:
            self._report(entry, "unknown-subject", layout.SUBJECT, value=subject)
        elif site not in sites:
            there = ", ".join(sorted(sites))
            self._report(
                entry,
                "other-site",
                layout.SITE,
                value=subject,
                here=site,
                there=there,
            )

    def _check_place(self, entry: _Entry) -> None:
        """What a query is about is in the dictionary, or was once."""
        cells = entry.cells
        if _has_place(self.study, cells):
            return
        if any(_has_place(study, cells) for study in self._past):
            return

        table = cells["table"] or cells[layout.FORM]
        place = ".".join(filter(None, (table, cells["field"])))
        if cells[layout.ROW]:
            place = f"{place}, row {cells[layout.ROW]}"

        self._report(entry, "query-place-unknown", "field", value=place or "no form")

    def _check_repeated(self, first: _Entry, entry: _Entry) -> None:
        """Every entry names the same place and the same finding."""
        for name in WHOLE_THREAD:
            if entry.cells[name] != first.cells[name]:
                text = entry.cells[name]
                self._report(entry, "query-thread-torn", name, value=text, column=name)
                return

    def _check_step(self, entry: _Entry, state: QueryState | None) -> QueryState | None:
        """The state after an entry; the one before where its step is not allowed."""
        cells = entry.cells
        by_rule = bool(cells["rule"])
        if bool(cells["acted_by"]) == by_rule:
            self._report(entry, "query-author-unclear", "acted_by")
            return state

        try:
            action = QueryAction(cells["action"])
        except ValueError:
            # The reader has said that it is none.
            return state

        # Closing needs no words: the answer before it is why.
        is_blank = not cells["text"].strip()
        if is_blank and action is not QueryAction.CLOSE:
            self._report(entry, "query-entry-blank", "text", action=action.value)

        after = _after(state, action, by_rule=by_rule)
        if after is not None:
            return after

        self._report(
            entry,
            "query-step-impossible",
            "action",
            value=action.value,
            state=state.value if state else "not there yet",
            who="a check" if by_rule else "a person",
        )

        return state

    def _check_time(self, entry: _Entry, before: datetime | None) -> datetime | None:
        """When an entry was written; the time before where that cannot be told."""
        try:
            moment = _moment(entry.cells["acted_at"])
        except ValueError:
            return before

        if before is not None and moment < before:
            text = entry.cells["acted_at"]
            self._report(entry, "query-time-order", "acted_at", value=text)

        return moment

    @cached_property
    def _sites(self) -> Mapping[str, set[str]]:
        """The sites of each subject, as the table of subjects has them."""
        sites: dict[str, set[str]] = {}
        wanted = (layout.SITE, layout.SUBJECT)
        for _, (site, subject) in self.read(layout.SUBJECTS, wanted):
            sites.setdefault(subject, set()).add(site)

        return sites

    @cached_property
    def _past(self) -> tuple[Study, ...]:
        """The study by its earlier dictionaries; read where today's lacks a place."""
        studies: list[Study] = []
        for files in earlier_texts(self.opened.source).values():
            study = load_study(files).study
            if study is not None:
                studies.append(study)

        return tuple(studies)

    def _report(
        self,
        entry: _Entry,
        code: str,
        name: str,
        *,
        value: str | None = None,
        **words: Any,
    ) -> None:
        cells = entry.cells
        words |= {"query": cells["query"], "entry": cells["entry"]}
        names = (layout.SUBJECT, layout.VISIT, layout.ROW)
        key: dict[str, str | int] = {name: cells[name] for name in names if cells[name]}
        self.opened.collector.add(
            Reported(
                finding=finding(code, value=value, **words),
                file=self._path,
                table=layout.QUERY_ENTRIES,
                row=entry.line,
                field=name,
                key=key,
            )
        )


def _after(
    state: QueryState | None, action: QueryAction, *, by_rule: bool
) -> QueryState | None:
    """The state after a step; None where nobody of that kind may take it.

    A package does not tell on which side a person was. The table leads to the same
    state, whichever side may take a step.
    """
    sides = (QueryParty.RULE,) if by_rule else (QueryParty.SITE, QueryParty.REVIEWER)
    for party in sides:
        try:
            return next_state(state, action, party)
        except StepRefused:
            continue

    return None


def _has_place(study: Study, cells: Mapping[str, str]) -> bool:
    """Whether a dictionary has what a query is about."""
    visit, form_name = cells[layout.VISIT], cells[layout.FORM]
    table_name, row, field = cells["table"], cells[layout.ROW], cells["field"]
    if not form_name:
        # About the subject: nothing else may be named.
        return not any((visit, table_name, row, field))

    if form_name not in study.forms:
        return False
    if visit != LOG and visit not in study.visits:
        return False

    if not table_name:
        # About the form as a whole.
        return not row and not field

    table = study.tables.get(table_name)
    if table is None or table.form.name != form_name:
        return False

    is_row = bool(row)
    if is_row != bool(table.group):
        return False

    names = {"", *(item.name for item in table.fields)}

    return field in names
