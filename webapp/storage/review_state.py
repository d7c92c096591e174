"""What reviewers have done with the data of a subject, read as one state."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.storage.database import Database
from webapp.storage.locks import Locks, find_locks
from webapp.storage.signatures import StoredSignature, find_signatures


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewState:
    """What is closed of a subject, and every signature over its data, oldest first."""

    locks: Locks
    signatures: tuple[StoredSignature, ...]


def review_state(database: Database, subject: str) -> ReviewState:
    """The state of a subject's review."""
    with database.read() as connection:
        return ReviewState(
            locks=find_locks(connection, [subject]),
            signatures=find_signatures(connection, subject),
        )
