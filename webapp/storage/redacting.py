"""Takes text out that should never have been typed, wherever it stands about a subject:
in every version of every form, in reasons, in queries, and in lines of the log.

What is taken out is gone. A mark stands in its place, and an event says who did it, when
and why. It names each row with the SHA-256 that it had and the one that it has now, so
that an audit still proves everything else, and finds each row that was changed without
such an event.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, Table, select, text, update
from sqlalchemy import Row as SqlRow
from sqlalchemy.exc import ProgrammingError

from forms_spec.model.captured_data import REDACTED, CellKey, Record, Row
from webapp.storage.canonical_json import canonical_json
from webapp.storage.database import Database
from webapp.storage.due_subjects import mark_due
from webapp.storage.encoding import (
    kept_document,
    record_of,
    rows_document,
    texts_document,
)
from webapp.storage.events import (
    Detail,
    EventKind,
    EventPlace,
    NewEvent,
    append_events,
    line_hash,
    log_head,
)
from webapp.storage.forms import (
    VERSIONS_OF_SUBJECT,
    InstanceKey,
    StoredForm,
    stored_form,
)
from webapp.storage.history import SEALED
from webapp.storage.redaction_events import LINES, RedactedRow
from webapp.storage.seals import seal
from webapp.storage.second_entries import (
    SEALED_SECOND,
    SECOND_ENTRIES_OF_SUBJECT,
    second_of_row,
)
from webapp.storage.stamps import stamp
from webapp.storage.standings import mark_saved
from webapp.storage.tables import (
    double_entry_act,
    event,
    form_version,
    lock_act,
    plain,
    query,
    query_entry,
    second_entry,
    void_act,
)

MARK: Final = REDACTED
SHORTEST_TEXT: Final = 2
LONGEST_REDACTED: Final = 2_000
LONGEST_WHY: Final = 500
WRITTEN_BY_PEOPLE: Final = frozenset({"reason", "name", "operator", "source", "words"})
"""The details of events that hold what somebody wrote. Others are codes and hashes."""
REWRITTEN: Final = (
    *(form_version, second_entry, query_entry),
    *(lock_act, void_act, double_entry_act, event),
)


class RedactionRefused(ValueError):
    """Nothing was taken out. The words say why, and what to do instead."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RedactedPlace:
    """Where the text stands: a form and its version, a query, a lock or a line of the
    log; and in which of its texts, as ``vs.remark`` or ``reason``.
    """

    what: str
    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RedactionDone:
    """The number of the event, and where the text stood."""

    event_number: int
    places: tuple[RedactedPlace, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rewriting:
    """A row without the text: what it becomes, and what the event says of it."""

    place: RedactedPlace
    table: Table
    row: int
    values: Mapping[str, Any]
    redacted: RedactedRow


def places_of_text(
    database: Database, subjid: str, unwanted: str
) -> tuple[RedactedPlace, ...]:
    """Where a text stands about a subject. Nothing is changed.

    ``RedactionRefused`` for a text that cannot be taken out.
    """
    _check_text(subjid, unwanted)
    with database.read() as connection:
        found = _rewritings(connection, subjid, plain(unwanted), number=0)
        return tuple(item.place for item in found)


def redact_text(
    database: Database, subjid: str, unwanted: str, *, reason: str, username: str = ""
) -> RedactionDone:
    """Takes a text out wherever it stands about a subject, in one transaction.

    ``username`` is the account that did it, blank for a command. ``RedactionRefused``
    where it stands nowhere, where the reason says nothing or says the text again, and
    where the database lets this program change nothing that was saved.
    """
    _check_text(subjid, unwanted)
    _check_reason(reason, unwanted)
    with database.write() as connection:
        number = log_head(connection).number + 1
        found = list(_rewritings(connection, subjid, plain(unwanted), number=number))
        if not found:
            raise RedactionRefused(
                f"“{unwanted}” is not found about subject {subjid}. Spelling, letter case "
                "and blanks have to be the same."
            )

        now = stamp(connection, database.clock())
        details: dict[str, Detail] = {
            "reason": plain(reason),
            "redacted": [item.redacted.as_detail() for item in found],
            **_counted(found),
        }
        done = NewEvent(
            kind=EventKind.TEXT_REDACTED,
            username=username,
            place=EventPlace(subject=subjid),
            details=details,
        )
        append_events(connection, now, [done])
        with _without_guards(connection):
            for item in found:
                keys = item.table.primary_key.columns
                statement = update(item.table).where(*(key == item.row for key in keys))
                connection.execute(statement, dict(item.values))

        # Lists and checks evaluated answers that are others now.
        mark_saved(connection, [subjid])
        mark_due(connection, [subjid])
        return RedactionDone(
            event_number=number, places=tuple(item.place for item in found)
        )


def _counted(found: Sequence[_Rewriting]) -> dict[str, Detail]:
    """How many rows of each kind, for people who read the log."""
    words = {
        "form_version": "versions",
        "second_entry": "second_entries",
        "query_entry": "entries",
        "lock_act": "locks",
        "void_act": "voidings",
        "double_entry_act": "decisions",
        LINES: "lines",
    }
    counts: dict[str, Detail] = {}
    for table, word in words.items():
        count = sum(item.redacted.table == table for item in found)
        if count:
            counts[word] = count

    return counts


def _check_text(subjid: str, unwanted: str) -> None:
    if len(unwanted.strip()) < SHORTEST_TEXT:
        raise RedactionRefused(
            f"Write the text that has to go. It has at least {SHORTEST_TEXT} characters."
        )
    if len(unwanted) > LONGEST_REDACTED:
        raise RedactionRefused(
            f"This has {len(unwanted):,} characters. At most {LONGEST_REDACTED:,} are "
            "taken out at once."
        )
    if unwanted.casefold() in MARK:
        raise RedactionRefused(f"“{unwanted}” is a part of the mark {MARK} itself.")
    if unwanted in subjid:
        raise RedactionRefused(
            f"“{unwanted}” is a part of the subject number, which cannot be taken out."
        )


def _check_reason(reason: str, unwanted: str) -> None:
    if not reason.strip():
        raise RedactionRefused("Write why the text has to go.")
    if len(reason) > LONGEST_WHY:
        raise RedactionRefused(
            f"The reason has {len(reason):,} characters. At most {LONGEST_WHY:,} are "
            "allowed."
        )
    if unwanted.casefold() in reason.casefold():
        raise RedactionRefused(
            "The reason repeats the text, and the log keeps it. Write it without."
        )


def _rewritings(
    connection: Connection, subjid: str, unwanted: str, *, number: int
) -> Iterator[_Rewriting]:
    """Every row about a subject that has the text, and what it becomes."""
    yield from _of_versions(connection, subjid, unwanted, number)
    yield from _of_second_entries(connection, subjid, unwanted, number)
    yield from _of_entries(connection, subjid, unwanted)
    acts = ((lock_act, "lock"), (void_act, "voiding"))
    for table, word in (*acts, (double_entry_act, "double entry act")):
        yield from _of_reasons(connection, table, word, subjid, unwanted)
    yield from _of_lines(connection, subjid, unwanted)


def _of_versions(
    connection: Connection, subjid: str, unwanted: str, number: int
) -> Iterator[_Rewriting]:
    """Versions of forms: answers, reasons for confirmed warnings, and for the save."""
    # All rows are read before any is changed.
    rows = connection.execute(VERSIONS_OF_SUBJECT, {"subject": subjid}).all()
    sealed = _SealedTable(table=form_version, columns=SEALED, word="version")
    read = ((row, stored_form(row)) for row in rows)
    return _of_sealed(sealed, read, unwanted, number)


def _of_second_entries(
    connection: Connection, subjid: str, unwanted: str, number: int
) -> Iterator[_Rewriting]:
    """The same of what a second person typed."""
    rows = connection.execute(SECOND_ENTRIES_OF_SUBJECT, {"subject": subjid}).all()
    sealed = _SealedTable(
        table=second_entry, columns=SEALED_SECOND, word="second entry"
    )
    read = ((row, second_of_row(row)) for row in rows)
    return _of_sealed(sealed, read, unwanted, number)


@dataclass(frozen=True, kw_only=True, slots=True)
class _SealedTable:
    """A table of versions, each sealed over the one before. ``columns`` are under the
    seal, ``word`` is what people call a row.
    """

    table: Table
    columns: tuple[str, ...]
    word: str


def _of_sealed(
    sealed: _SealedTable,
    rows: Iterator[tuple[SqlRow[Any], StoredForm]],
    unwanted: str,
    number: int,
) -> Iterator[_Rewriting]:
    """The versions that have the text; those of one form stand together and in order."""
    before: tuple[InstanceKey | None, str] = (None, "")
    for row, form in rows:
        key = form.key
        earlier = before[1] if before[0] == key else ""
        before = (key, form.seal)
        where, record = _without(key.form, form.record, unwanted)
        reason = form.reason.replace(unwanted, MARK)
        if reason != form.reason:
            where = [*where, "reason"]
        if not where:
            continue

        values = {
            "texts": texts_document(record),
            "rows": rows_document(record),
            "kept": kept_document(record),
            "reason": reason,
            # It is chance, and sealed with the answers: without it nobody can find
            # out by trying which text has the hash that stays in the log.
            "save_id": f"redacted-{number}-{row.id}",
        }
        content = {**{name: getattr(row, name) for name in sealed.columns}, **values}
        named = RedactedRow(
            table=sealed.table.name,
            key=(key.form, key.visit, key.unsno, form.version),
            had=form.seal,
            now=seal(key, earlier, content),
        )
        unsno = f" {key.unsno}" if key.unsno else ""
        what = f"{key.visit}{unsno} {key.form}, {sealed.word} {form.version}"
        yield _Rewriting(
            place=RedactedPlace(what=what, texts=tuple(where)),
            table=sealed.table,
            row=row.id,
            values=values,
            redacted=named,
        )


def _without(form: str, record: Record, unwanted: str) -> tuple[list[str], Record]:
    """The record without a text, and the names of what had it."""
    where = [
        f"{form}.{name}" for name, typed in record.texts.items() if unwanted in typed
    ]
    rows: dict[str, tuple[Row, ...]] = {}
    for group, listed in record.rows.items():
        for row in listed:
            had = [name for name, typed in row.texts.items() if unwanted in typed]
            where += [f"{group}.{name}, row {row.number}" for name in had]
        rows[group] = tuple(
            replace(row, texts=_replaced(row.texts, unwanted)) for row in listed
        )

    kept: dict[tuple[CellKey, str], str] = {}
    for (cell, code), typed in record.kept.items():
        if unwanted in typed:
            where.append(f"reason for {cell.table}.{cell.field}")
        kept[cell, code] = typed.replace(unwanted, MARK)

    texts = _replaced(record.texts, unwanted)
    return where, record_of(
        texts,
        {
            group: [[row.number, row.texts] for row in listed]
            for group, listed in rows.items()
        },
        [[*cell, code, typed] for (cell, code), typed in kept.items()],
    )


def _replaced(texts: Mapping[str, str], unwanted: str) -> dict[str, str]:
    return {name: typed.replace(unwanted, MARK) for name, typed in texts.items()}


def _of_entries(
    connection: Connection, subjid: str, unwanted: str
) -> Iterator[_Rewriting]:
    """What was written in queries about the subject and its forms."""
    wanted = (
        select(query_entry)
        .join(query, query.c.id == query_entry.c.query_id)
        .where(query.c.subjid == subjid)
        .order_by(query_entry.c.query_id, query_entry.c.number)
    )
    for row in connection.execute(wanted).all():
        if unwanted not in row.text:
            continue
        written = row.text.replace(unwanted, MARK)
        named = RedactedRow(
            table="query_entry",
            key=(row.query_id, row.number),
            had=_first_hash(connection, row.event_number, row.text),
            now=line_hash(written),
        )
        what = f"query {row.query_id}, entry {row.number}"
        yield _Rewriting(
            place=RedactedPlace(what=what, texts=("text",)),
            table=query_entry,
            row=row.id,
            values={"text": written},
            redacted=named,
        )


def _first_hash(connection: Connection, number: int, written: str) -> str:
    """The hash that the event of a text has, also where some was taken out before."""
    line = select(event.c.line).where(event.c.number == number)
    content = connection.execute(line).scalar()
    told = json.loads(content).get("details", {}) if content else {}
    return str(told.get("text") or line_hash(written))


def _of_reasons(
    connection: Connection, table: Table, word: str, subjid: str, unwanted: str
) -> Iterator[_Rewriting]:
    """Reasons for freezing, locking and opening, for voiding and taking that back, and
    for what was done between two entries.
    """
    for row in connection.execute(select(table).where(table.c.subjid == subjid)).all():
        if unwanted not in row.reason:
            continue
        reason = row.reason.replace(unwanted, MARK)
        named = RedactedRow(
            table=table.name,
            key=(row.id,),
            had=_first_hash(connection, row.event_number, row.reason),
            now=line_hash(reason),
        )
        yield _Rewriting(
            place=RedactedPlace(what=f"{word} {row.id}", texts=("reason",)),
            table=table,
            row=row.id,
            values={"reason": reason},
            redacted=named,
        )


def _of_lines(
    connection: Connection, subjid: str, unwanted: str
) -> Iterator[_Rewriting]:
    """Lines of the log. Each keeps the hash that it had, so the next one still fits."""
    wanted = select(event.c.number, event.c.line).where(event.c.subjid == subjid)
    for row in connection.execute(wanted.order_by(event.c.number)).all():
        content = json.loads(row.line)
        details = content.get("details", {})
        had = [
            name
            for name in sorted(WRITTEN_BY_PEOPLE & details.keys())
            if isinstance(details[name], str) and unwanted in details[name]
        ]
        if not had:
            continue

        written = {name: details[name].replace(unwanted, MARK) for name in had}
        before = content.get("redacted") or line_hash(row.line)
        line = canonical_json(
            {**content, "details": {**details, **written}, "redacted": before}
        )
        named = RedactedRow(
            table=LINES, key=(row.number,), had=before, now=line_hash(line)
        )
        yield _Rewriting(
            place=RedactedPlace(what=f"line {row.number} of the log", texts=tuple(had)),
            table=event,
            row=row.number,
            values={"line": line},
            redacted=named,
        )


@contextmanager
def _without_guards(connection: Connection) -> Iterator[None]:
    """Takes the guards off the tables that are changed, and puts the same ones back
    before the transaction ends: nobody ever sees the tables without them.
    """
    names = [table.name for table in REWRITTEN]
    if connection.dialect.name == "sqlite":
        guards = connection.execute(text(SQLITE_GUARDS), {}).all()
        guards = [row for row in guards if row.table in names]
        for row in guards:
            connection.exec_driver_sql(f'DROP TRIGGER "{row.name}"')
        yield
        for row in guards:
            connection.exec_driver_sql(row.sql)
        return

    try:
        for name in names:
            connection.exec_driver_sql(
                f'ALTER TABLE "{name}" DISABLE TRIGGER "{name}_no_update"'
            )
    except ProgrammingError as error:
        raise RedactionRefused(
            "This program may not change what was saved: its database role does not "
            "own the tables. Run `crfsmith redact` with the address of the owner."
        ) from error
    yield
    for name in names:
        connection.exec_driver_sql(
            f'ALTER TABLE "{name}" ENABLE ALWAYS TRIGGER "{name}_no_update"'
        )


SQLITE_GUARDS = (
    "SELECT name, tbl_name AS 'table', sql FROM main.sqlite_master"
    " WHERE type = 'trigger' AND name LIKE '%_no_update'"
)
