"""What reviewers have done with the data of a subject, read as one state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms_spec.model.captured_data import FormKey
from webapp.storage.database import Database
from webapp.storage.locks import Locks, find_locks
from webapp.storage.signatures import StoredSignature, find_signatures
from webapp.storage.verifications import FormVerification, find_verifications


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewState:
    """What is closed of a subject, every signature over its data, oldest first, and how
    far its forms are verified.
    """

    locks: Locks
    signatures: tuple[StoredSignature, ...]
    verified: Mapping[FormKey, FormVerification]


def review_state(database: Database, subject: str) -> ReviewState:
    """The state of a subject's review."""
    with database.read() as connection:
        return ReviewState(
            locks=find_locks(connection, [subject]),
            signatures=find_signatures(connection, subject),
            verified=find_verifications(connection, [subject]).get(subject, {}),
        )
