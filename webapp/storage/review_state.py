"""What reviewers have done with the data of a subject, read as one state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    bindparam,
    exists,
    literal_column,
    select,
    union_all,
)

from forms_spec.model.captured_data import FormKey
from webapp.storage.database import Database
from webapp.storage.locks import Locks, find_locks
from webapp.storage.signatures import StoredSignature, find_signatures, seen_signatures
from webapp.storage.tables import lock_act, signature, verification, void_act
from webapp.storage.verifications import FormVerification, find_verifications


class ReviewTable(Enum):
    """Where acts of reviewers stand."""

    LOCKS = "locks"
    SIGNATURES = "signatures"
    VERIFICATIONS = "verifications"
    VOIDS = "voids"


def reviewed_in(connection: Connection, subject: str) -> frozenset[ReviewTable]:
    """Which tables have anything about a subject, or about the study: by one statement,
    since every save asks.
    """
    rows = connection.execute(REVIEWED_IN, {"subject": subject})
    return frozenset(ReviewTable(name) for (name,) in rows)


REVIEWED_IN: CompoundSelect[Any] = union_all(
    *(
        select(literal_column(f"'{name.value}'")).where(
            exists(select(table.c.id).where(table.c.subjid.in_(subjects)))
        )
        for name, table, subjects in (
            (ReviewTable.LOCKS, lock_act, ("", bindparam("subject"))),
            (ReviewTable.SIGNATURES, signature, (bindparam("subject"),)),
            (ReviewTable.VERIFICATIONS, verification, (bindparam("subject"),)),
            (ReviewTable.VOIDS, void_act, (bindparam("subject"),)),
        )
    )
)


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
            signatures=seen_signatures(
                find_signatures(connection, subject), database.sight
            ),
            verified=find_verifications(connection, [subject]).get(subject, {}),
        )
