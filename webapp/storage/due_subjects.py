"""Which subjects' rule queries have to be looked at again: noted in the transaction that
changes something about them.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, exists, insert, select

from webapp.storage.prepared import PreparedStatement
from webapp.storage.tables import query_due


def mark_due(connection: Connection, subjects: Iterable[str]) -> None:
    """Notes subjects whose forms are saved, in the transaction that saves them."""
    rows = [{"subject": subject} for subject in sorted(set(subjects))]
    if rows:
        ADD_DUE.run_each(connection, rows)


_SUBJECT = bindparam("subject", type_=query_due.c.subjid.type)
# Whoever is due already stays so: nobody else writes meanwhile.
ADD_DUE = PreparedStatement(
    insert(query_due).from_select(
        ["subjid"],
        select(_SUBJECT).where(~exists().where(query_due.c.subjid == _SUBJECT)),
    )
)
