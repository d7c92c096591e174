"""What a page of a subject asks first: one statement, since every view of a casebook
begins with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, select
from sqlalchemy.sql import Select

from forms_spec.model.captured_data import FormKey
from webapp.storage.database import Database
from webapp.storage.forms import SAVES
from webapp.storage.query_life import WAITING_STATES, QueryState
from webapp.storage.query_sight import seen_queries
from webapp.storage.review_state import HAS_ACTS, ReviewTable
from webapp.storage.sight import Sight
from webapp.storage.subjects import StoredSubject, of_sites
from webapp.storage.tables import look, query, query_due, subject
from webapp.storage.users import ALL_SITES, Sites


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryHead:
    """How far a query is. It changes exactly when its thread gets an entry.

    One about the subject itself has a key without a form and a visit.
    """

    number: int
    key: FormKey
    state: QueryState
    entries: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SubjectHead:
    """A subject, how often its forms were saved, and how far its queries are.

    ``due`` says that its forms were saved since its rule queries were last looked at.
    ``reviewed`` are the tables in which reviewers have left anything about it,
    ``looked`` says that the person who asks has looked at one of its forms.
    """

    subject: StoredSubject
    saves: int
    due: bool
    reviewed: frozenset[ReviewTable]
    looked: bool
    queries: tuple[QueryHead, ...]

    @property
    def waiting(self) -> Mapping[FormKey, int]:
        """How many queries wait, by form; forms without one are absent."""
        counts: dict[FormKey, int] = {}
        for item in self.queries:
            if item.state in WAITING_STATES:
                counts[item.key] = counts.get(item.key, 0) + 1
        return counts


def subject_head(
    database: Database, subjid: str, *, sites: Sites = ALL_SITES, reader: str = ""
) -> SubjectHead | None:
    """The head of a subject, if it is of these sites. ``reader`` is who asks."""
    wanted = _head(database.sight)
    if sites is not ALL_SITES:
        wanted = wanted.where(of_sites(sites))
    with database.read() as connection:
        rows = connection.execute(wanted, {"subject": subjid, "reader": reader}).all()
    if not rows:
        return None

    return SubjectHead(
        subject=StoredSubject(
            subjid=rows[0].subjid,
            site=rows[0].site,
            added_by=rows[0].added_by,
            added_at=rows[0].added_at,
        ),
        saves=int(rows[0].saves),
        due=bool(rows[0].due),
        reviewed=frozenset(
            table for table in ReviewTable if rows[0]._mapping[table.value]
        ),
        looked=bool(rows[0].looked),
        queries=tuple(_query_head(row) for row in rows if row.number is not None),
    )


def _query_head(row: Row[Any]) -> QueryHead:
    return QueryHead(
        number=row.number,
        key=FormKey(row.form, row.visit, row.unsno),
        state=QueryState(row.state),
        entries=row.entries,
    )


def _head(sight: Sight | None) -> Select[Any]:
    """The statement, with the queries that exist for whoever asks."""
    if sight is None:
        return HEAD
    own = and_(query.c.subjid == subject.c.subjid, *seen_queries(sight))
    return (
        COLUMNS.select_from(subject.outerjoin(query, own))
        .where(OF_SUBJECT)
        .order_by(query.c.id)
    )


COLUMNS = select(
    subject,
    SAVES.scalar_subquery().label("saves"),
    exists(
        select(query_due.c.subjid).where(query_due.c.subjid == bindparam("subject"))
    ).label("due"),
    *(has_acts.label(table.value) for table, has_acts in HAS_ACTS.items()),
    exists(
        select(look.c.id).where(
            look.c.username == bindparam("reader"),
            look.c.subjid == bindparam("subject"),
        )
    ).label("looked"),
    query.c.id.label("number"),
    query.c.form,
    query.c.visit,
    query.c.unsno,
    query.c.state,
    query.c.entries,
)
OF_SUBJECT = subject.c.subjid == bindparam("subject")
HEAD = (
    COLUMNS.select_from(subject.outerjoin(query, query.c.subjid == subject.c.subjid))
    .where(OF_SUBJECT)
    .order_by(query.c.id)
)
"""A line for each query of the subject; one without a query where it has none."""
