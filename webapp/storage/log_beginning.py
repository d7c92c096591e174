"""What stood in a database before its log of events began, summed up in the log's first
line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, select

from webapp.storage.canonical_json import canonical_json
from webapp.storage.events import EventKind, NewEvent, append_events, utc_text
from webapp.storage.tables import (
    app_user,
    attachment,
    dictionary,
    dictionary_use,
    form_version,
    import_run,
    subject,
)

SUMMED_UP: Final[Mapping[str, tuple[ColumnElement[Any], ...]]] = MappingProxyType(
    {
        "app_user": (
            app_user.c.username,
            app_user.c.name,
            app_user.c.role,
            app_user.c.password_hash,
        ),
        "attachment": (attachment.c.sha256,),
        "dictionary": (dictionary.c.hash,),
        "dictionary_use": (
            dictionary_use.c.id,
            dictionary_use.c.dictionary_hash,
            dictionary_use.c.since,
        ),
        "form_version": (form_version.c.id, form_version.c.seal),
        "import_run": (
            import_run.c.id,
            import_run.c.operator,
            import_run.c.source,
            import_run.c.began_at,
        ),
        "subject": (
            subject.c.subjid,
            subject.c.site,
            subject.c.added_by,
            subject.c.added_at,
        ),
    }
)
"""By table the columns that its sum is taken over; the first one is its key."""


def begin_log(connection: Connection, now: datetime) -> None:
    """Begins the log of a database that holds something already; an empty one begins
    its log with its first event.
    """
    sums = {table: standing_sum(rows) for table, rows in _standing(connection).items()}
    if sums:
        begun = NewEvent(
            kind=EventKind.LOG_BEGUN, details={"format": 1, "standing": sums}
        )
        append_events(connection, now, [begun])


def standing_sum(rows: Sequence[Sequence[Any]]) -> dict[str, str | int]:
    """How many rows, and one SHA-256 over them in the order of their keys."""
    digest = hashlib.sha256()
    for row in sorted(rows, key=lambda item: item[0]):
        line = canonical_json([_plain(cell) for cell in row])
        digest.update(f"{line}\n".encode())
    return {"rows": len(rows), "sha256": digest.hexdigest()}


def rows_summed_up(connection: Connection, table: str) -> list[Sequence[Any]]:
    """All rows of a table, as far as they are summed up."""
    rows: Iterable[Any] = connection.execute(select(*SUMMED_UP[table]))
    return [tuple(row) for row in rows]


def _standing(connection: Connection) -> dict[str, list[Sequence[Any]]]:
    rows = {table: rows_summed_up(connection, table) for table in SUMMED_UP}
    return {table: listed for table, listed in rows.items() if listed}


def _plain(cell: Any) -> str | int:
    return utc_text(cell) if isinstance(cell, datetime) else cell
