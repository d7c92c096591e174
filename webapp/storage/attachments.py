"""The bytes of file fields, by their SHA-256. A cell holds ``files/<16 hex>/name``."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select
from sqlalchemy.exc import IntegrityError

from webapp.storage.database import Database
from webapp.storage.events import EventKind, NewEvent, append_events
from webapp.storage.tables import attachment

SHORT = 16
ATTEMPTS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    sha256: str
    bytes: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachmentHead:
    """A file without its bytes; ``size`` is their number."""

    sha256: str
    size: int


class SameBeginning(ValueError):
    """Another file is kept whose SHA-256 has the same first 16 hex digits: a cell could
    mean either.
    """


def add_attachment(database: Database, content: bytes, *, user: str) -> str:
    """Keeps the bytes once and gives their SHA-256 in hex."""
    for _ in range(ATTEMPTS):
        try:
            with database.write() as connection:
                return insert_attachment(
                    connection, content, user=user, now=database.clock()
                )
        except IntegrityError:
            # Somebody added the same bytes at the same moment (PostgreSQL): they are
            # found next time.
            continue

    raise RuntimeError("the same file is being added without end")


def insert_attachment(
    connection: Connection, content: bytes, *, user: str, now: datetime
) -> str:
    """Keeps the bytes in a transaction under way. Raises ``SameBeginning``."""
    sha256 = hashlib.sha256(content).hexdigest()
    find = find_attachment_head(connection, sha256[:SHORT])
    if find is None:
        connection.execute(
            insert(attachment),
            {"sha256": sha256, "bytes": content, "added_by": user, "added_at": now},
        )
        event = NewEvent(
            kind=EventKind.FILE_ADDED,
            username=user,
            details={"sha256": sha256, "size": len(content)},
        )
        append_events(connection, now, [event])
    elif find.sha256 != sha256:
        raise SameBeginning(f"{find.sha256} is kept, {sha256} is not")

    return sha256


def get_attachment(database: Database, prefix: str) -> Attachment | None:
    """The bytes whose SHA-256 begins with ``prefix`` (at least 16 hex digits)."""
    with database.read() as connection:
        return find_attachment(connection, prefix)


def find_attachment(connection: Connection, prefix: str) -> Attachment | None:
    """The same, in a transaction under way."""
    row = _find(connection, prefix, attachment.c.bytes)
    return Attachment(sha256=row.sha256, bytes=row.bytes) if row else None


def get_attachment_head(database: Database, prefix: str) -> AttachmentHead | None:
    """What is known of a file without reading it."""
    with database.read() as connection:
        return find_attachment_head(connection, prefix)


def find_attachment_head(connection: Connection, prefix: str) -> AttachmentHead | None:
    """The same, in a transaction under way."""
    row = _find(connection, prefix, func.length(attachment.c.bytes).label("size"))
    return AttachmentHead(sha256=row.sha256, size=row.size) if row else None


def _find(connection: Connection, prefix: str, column: ColumnElement[Any]) -> Any:
    if len(prefix) < SHORT or set(prefix) - set("0123456789abcdef"):
        return None
    # A range over the key instead of LIKE: both databases answer it from the index.
    begins = attachment.c.sha256.between(prefix, prefix + "g")

    return connection.execute(
        select(attachment.c.sha256, column).where(begins).limit(1)
    ).first()
