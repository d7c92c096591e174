"""What reviewers have done with the data of a subject, read as one state."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType
from typing import Final

from sqlalchemy import (
    Exists,
    bindparam,
    exists,
    select,
)

from forms_spec.model.captured_data import FormKey
from webapp.storage.database import Database
from webapp.storage.locks import Locks, find_locks
from webapp.storage.looks import NO_LOOKS, Looks, find_looks
from webapp.storage.signatures import StoredSignature, find_signatures, seen_signatures
from webapp.storage.tables import (
    lock_act,
    second_entry,
    signature,
    verification,
    void_act,
)
from webapp.storage.verifications import FormVerification, find_verifications


class ReviewTable(Enum):
    """Where acts of reviewers stand."""

    LOCKS = "locks"
    SIGNATURES = "signatures"
    VERIFICATIONS = "verifications"
    VOIDS = "voids"
    ENTRIES = "double_entries"


HAS_ACTS: Final[Mapping[ReviewTable, Exists]] = MappingProxyType(
    {
        name: exists(select(table.c.id).where(table.c.subjid.in_(subjects)))
        for name, table, subjects in (
            (ReviewTable.LOCKS, lock_act, ("", bindparam("subject"))),
            (ReviewTable.SIGNATURES, signature, (bindparam("subject"),)),
            (ReviewTable.VERIFICATIONS, verification, (bindparam("subject"),)),
            (ReviewTable.VOIDS, void_act, (bindparam("subject"),)),
            (ReviewTable.ENTRIES, second_entry, (bindparam("subject"),)),
        )
    }
)
"""Whether there are acts about a ``subject``; locks of the whole study count."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewState:
    """What is closed of a subject, every signature over its data, oldest first, and how
    far its forms are verified. ``looks`` are those of one person.
    """

    locks: Locks = field(default_factory=Locks)
    signatures: tuple[StoredSignature, ...] = ()
    verified: Mapping[FormKey, FormVerification] = field(default_factory=dict)
    looks: Looks = field(default_factory=dict)


def review_state(
    database: Database,
    subject: str,
    *,
    among: Container[ReviewTable] = frozenset(ReviewTable),
    reader: str = "",
) -> ReviewState:
    """The state of a subject's review. Only tables ``among`` these are read, and the
    looks of a ``reader``, where one is named.
    """
    if not reader and not any(table in among for table in ReviewTable):
        return ReviewState()

    state = ReviewState()
    with database.read() as connection:
        if ReviewTable.LOCKS in among:
            state = replace(state, locks=find_locks(connection, [subject]))
        if ReviewTable.SIGNATURES in among:
            signatures = seen_signatures(
                find_signatures(connection, subject), database.sight
            )
            state = replace(state, signatures=signatures)
        if ReviewTable.VERIFICATIONS in among:
            verified = find_verifications(connection, [subject])
            state = replace(state, verified=verified.get(subject, {}))
        if reader:
            looks = find_looks(connection, reader, [subject])
            state = replace(state, looks=looks.get(subject, NO_LOOKS))

    return state
