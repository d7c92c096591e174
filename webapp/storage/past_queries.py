"""Queries that come with an import, with everything that was written in them elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select

from forms_spec.model.captured_forms import CapturedQueryEntry, CapturedThread
from forms_spec.model.query_life import (
    QueryParty,
    QueryState,
    StepRefused,
    next_state,
)
from webapp.storage.events import append_events, log_head, utc_text
from webapp.storage.queries import QueryPlace, QueryStep, WrittenEntry, entry_event
from webapp.storage.tables import query, query_entry, subject

CHUNK: Final = 200


def insert_threads(
    connection: Connection,
    threads: Iterable[CapturedThread],
    now: datetime,
    *,
    import_id: int | None,
) -> int:
    """Queries that are not here yet, under the numbers that they had, in a transaction
    under way.

    Gives how many were left out because their subject did not come in. ``StepRefused``
    for a thread that nobody could have written.
    """
    known = set(connection.execute(select(subject.c.subjid)).scalars())
    left_out = 0

    def coming() -> Iterator[CapturedThread]:
        nonlocal left_out
        for thread in threads:
            if thread.subject in known:
                yield thread
            else:
                left_out += 1

    highest = 0
    walk = coming()
    while some := list(islice(walk, CHUNK)):
        rows = [_row(thread) for thread in some]
        connection.execute(insert(query), rows)
        _insert_entries(connection, some, now, import_id)
        highest = max(highest, *(thread.query for thread in some))

    if highest:
        _skip_numbers(connection, highest)
    return left_out


def _row(thread: CapturedThread) -> dict[str, Any]:
    """A query as its entries left it."""
    first = thread.entries[0]
    row: dict[str, Any] = {
        "id": thread.query,
        "subjid": thread.subject,
        "visit": thread.key.visit,
        "form": thread.key.form,
        "unsno": thread.key.unsno,
        "table_name": thread.cell.table,
        "rowno": thread.cell.row or 0,
        "field": thread.cell.field,
        "code": thread.code,
        "source": thread.source,
        "opened_by": first.acted_by,
        "opened_at": first.acted_at,
        "basis": thread.basis,
        "entries": len(thread.entries),
        "assigned_role": "",
        "assigned_to": "",
    }
    state: QueryState | None = None
    for entry in thread.entries:
        before, state = state, _after(state, entry)
        # A comment or a second answer does not change who brought the query here.
        if state is not before:
            row |= {"state_by": entry.acted_by, "state_at": entry.acted_at}
        if entry.assigned_role or entry.assigned_to:
            row["assigned_to"] = entry.assigned_to
            row["assigned_role"] = entry.assigned_role or row["assigned_role"]

    assert state is not None, "a thread has an entry"
    return {**row, "state": state.value}


def _after(state: QueryState | None, entry: CapturedQueryEntry) -> QueryState:
    """The state after an entry. A package does not tell on which side a person was, and
    the table leads to the same state from either.
    """
    if entry.rule:
        return next_state(state, entry.action, QueryParty.RULE)
    try:
        return next_state(state, entry.action, QueryParty.REVIEWER)
    except StepRefused:
        return next_state(state, entry.action, QueryParty.SITE)


def _insert_entries(
    connection: Connection,
    threads: Sequence[CapturedThread],
    now: datetime,
    import_id: int | None,
) -> None:
    """The entries' lines in the log first: each entry has the number of its line."""
    written = [
        (thread, number, entry)
        for thread in threads
        for number, entry in enumerate(thread.entries, start=1)
    ]
    events = []
    for thread, number, entry in written:
        details = {"acted": utc_text(entry.acted_at), "import": import_id}
        events.append(entry_event(_written(thread, number, entry), details))

    append_events(connection, now, events)
    first = log_head(connection).number - len(written) + 1
    rows = [
        {
            "query_id": thread.query,
            "number": number,
            "action": entry.action.value,
            "username": entry.acted_by,
            "rule": entry.rule,
            "acted_at": entry.acted_at,
            "assigned_role": entry.assigned_role,
            "assigned_to": entry.assigned_to,
            "event_number": line,
            "text": entry.text,
        }
        for line, (thread, number, entry) in enumerate(written, start=first)
    ]
    connection.execute(insert(query_entry), rows)


def _written(
    thread: CapturedThread, number: int, entry: CapturedQueryEntry
) -> WrittenEntry:
    key, cell = thread.key, thread.cell
    return WrittenEntry(
        number=thread.query,
        entry=number,
        place=QueryPlace(
            subject=thread.subject,
            visit=key.visit,
            form=key.form,
            unsno=key.unsno,
            table=cell.table,
            row=cell.row,
            field=cell.field,
        ),
        code=thread.code,
        source=thread.source if number == 1 else "",
        step=QueryStep(
            action=entry.action,
            # The log does not say on which side somebody was.
            party=QueryParty.RULE if entry.rule else QueryParty.REVIEWER,
            username=entry.acted_by,
            rule=entry.rule,
            text=entry.text,
            assigned_role=entry.assigned_role,
            assigned_to=entry.assigned_to,
        ),
    )


def _skip_numbers(connection: Connection, highest: int) -> None:
    """Lets new queries be numbered after those that came in. SQLite does so itself."""
    if connection.dialect.name != "postgresql":
        return

    # Taking numbers needs no more rights than inserting a query does.
    sequence = func.pg_get_serial_sequence("query", "id")
    numbers = func.generate_series(1, highest).table_valued("number")
    taken = select(func.count(func.nextval(sequence))).select_from(numbers)
    connection.execute(taken)
