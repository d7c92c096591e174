"""The bytes of file fields, by their SHA-256. A cell holds ``files/<16 hex>/name``."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from webapp.storage.database import Database
from webapp.storage.tables import attachment

SHORT = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    sha256: str
    bytes: bytes


def add_attachment(database: Database, content: bytes, *, user: str) -> str:
    """Keeps the bytes once and gives their SHA-256 in hex."""
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        with database.write() as connection:
            connection.execute(
                insert(attachment).values(
                    sha256=sha256, bytes=content, added_by=user, added_at=database.clock()
                )
            )
    except IntegrityError:
        if get_attachment(database, sha256) is None:
            raise
    return sha256


def get_attachment(database: Database, prefix: str) -> Attachment | None:
    """The bytes whose SHA-256 begins with ``prefix`` (at least 16 hex digits)."""
    if len(prefix) < SHORT or set(prefix) - set("0123456789abcdef"):
        return None
    # A range over the key instead of LIKE: both databases answer it from the index.
    begins = attachment.c.sha256.between(prefix, prefix + "g")
    with database.read() as connection:
        row = connection.execute(select(attachment).where(begins).limit(1)).first()
    return Attachment(sha256=row.sha256, bytes=row.bytes) if row else None
