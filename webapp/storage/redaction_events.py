"""What the log tells of text that was taken out: who did it, when and why, and of every
row and line the hash that it had and the one that it has now.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, select

from webapp.storage.events import Detail, EventKind
from webapp.storage.tables import event

REDACTION: Final = b'"kind":"text-redacted"'
"""What only such a line has in its text: quotation marks inside of texts are escaped."""
LINES: Final = "event"
KEYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "form_version": ("form", "visit", "unsno", "version"),
        "second_entry": ("form", "visit", "unsno", "version"),
        "query_entry": ("query", "entry"),
        "lock_act": ("act",),
        "void_act": ("act",),
        "double_entry_act": ("double_act",),
        LINES: ("number",),
    }
)
"""By table: what tells a row of it from the others of the same subject."""
Hashes = tuple[str, str]
"""The SHA-256 that a row or a line had, and the one that it has now."""
RowKey = tuple[str, str, tuple[Any, ...]]
"""Table, subject (blank where the key needs none), and the parts of ``KEYS``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RedactedRow:
    """A row or a line from which text was taken out, by the parts of ``KEYS``."""

    table: str
    key: tuple[Any, ...]
    had: str
    now: str

    def as_detail(self) -> dict[str, Detail]:
        """What the event says of it."""
        names = dict(zip(KEYS[self.table], self.key, strict=True))
        return {"table": self.table, **names, "sha256": self.had, "now": self.now}


@dataclass(frozen=True, kw_only=True, slots=True)
class Redaction:
    """Text that was taken out, in all places at once. ``at`` is UTC, as the log has it."""

    number: int
    at: str
    subject: str
    username: str
    name: str
    role: str
    origin: str
    reason: str
    rows: tuple[RedactedRow, ...]

    def count(self, table: str) -> int:
        """How many rows of a table are among them."""
        return sum(row.table == table for row in self.rows)


def named_lines(line: bytes) -> Mapping[int, str]:
    """The lines that a redaction names, by their numbers: the hash that each had and the
    one that it has now, parted by a blank. docs/verify_log.mjs reads the same, so that
    both judge a damaged line alike.
    """
    try:
        rows = json.loads(line.decode("latin-1"))["details"]["redacted"]
        return {
            row["number"]: f"{row.get('sha256')} {row.get('now')}"
            for row in rows
            if row.get("table") == LINES and isinstance(row.get("number"), int)
        }
    except (AttributeError, KeyError, TypeError, ValueError):
        return {}


def redaction_of(line: bytes | str) -> Redaction | None:
    """The redaction that a line of the log tells of; None where it tells of none, or of
    nothing that crfsmith writes.
    """
    try:
        content = json.loads(line)
        if content["kind"] != EventKind.TEXT_REDACTED.value:
            return None
        return redaction_in(content)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def redaction_in(content: Mapping[str, Any]) -> Redaction:
    """The same of an event that is one. ``KeyError`` or ``TypeError`` where it tells
    nothing that crfsmith writes.
    """
    by, details = content.get("by", {}), content["details"]
    rows = []
    for item in details["redacted"]:
        names = KEYS[item["table"]]
        key = tuple(item[name] for name in names)
        rows.append(
            RedactedRow(
                table=item["table"], key=key, had=item["sha256"], now=item["now"]
            )
        )

    return Redaction(
        number=content["number"],
        at=content["at"],
        subject=content["place"]["subject"],
        username=by.get("username", ""),
        name=by.get("name", ""),
        role=by.get("role", ""),
        origin=content.get("from", ""),
        reason=details["reason"],
        rows=tuple(rows),
    )


@dataclass(kw_only=True)
class RedactedRows:
    """The newest that the log tells of each row, so that its hash can be judged."""

    rows: dict[RowKey, Hashes] = field(default_factory=dict)

    def take(self, redaction: Redaction) -> None:
        """The next redaction of the log."""
        for row in redaction.rows:
            is_of_form = row.table in ("form_version", "second_entry")
            subject = redaction.subject if is_of_form else ""
            self.rows[row.table, subject, row.key] = row.had, row.now

    def had(self, key: RowKey, now: str) -> str | None:
        """The hash that a row had before text was taken out of it; None where the row,
        which has this one now, is not as an event left it.
        """
        hashes = self.rows.get(key)
        return hashes[0] if hashes and hashes[1] == now else None

    def is_named(self, key: RowKey) -> bool:
        """Whether an event tells that text was taken out of a row."""
        return key in self.rows


def redacted_rows(connection: Connection) -> RedactedRows:
    """What the whole log tells, in a transaction under way."""
    told = RedactedRows()
    for redaction in redactions(connection):
        told.take(redaction)
    return told


def redactions(connection: Connection) -> Iterator[Redaction]:
    """Every redaction, the oldest first, in a transaction under way."""
    query = (
        select(event.c.line)
        .where(event.c.kind == EventKind.TEXT_REDACTED.value)
        .order_by(event.c.number)
    )
    for line in connection.execute(query).scalars():
        redaction = redaction_of(line)
        if redaction is not None:
            yield redaction
