"""Lists of queries: filtered, oldest first, one page at a time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from webapp.storage.database import Database
from webapp.storage.queries import StoredQuery, query_of
from webapp.storage.query_life import QueryState
from webapp.storage.query_sight import seen_queries
from webapp.storage.subjects import of_sites
from webapp.storage.tables import query, query_entry, subject
from webapp.storage.users import ALL_SITES, Sites


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryFilter:
    """Which queries a list has; what is blank does not matter.

    ``opened_before`` leaves out those that are younger. ``own_sites`` are the sites
    whose subjects exist for the person who looks.
    """

    states: Collection[QueryState] = ()
    assigned_role: str = ""
    assigned_to: str = ""
    site: str = ""
    subject: str = ""
    form: str = ""
    opened_before: datetime | None = None
    own_sites: Sites = ALL_SITES


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedQuery:
    """A query with its site, and the text that it was opened with."""

    query: StoredQuery
    site: str
    text: str


def list_queries(
    database: Database, wanted: QueryFilter, *, first: int, most: int
) -> tuple[int, tuple[ListedQuery, ...]]:
    """How many queries pass a filter, and so many of them from the ``first`` on."""
    passes = [*_conditions(wanted), *seen_queries(database.sight)]
    of_subject = query.join(subject, subject.c.subjid == query.c.subjid)
    opening = and_(query_entry.c.query_id == query.c.id, query_entry.c.number == 1)
    counted = select(func.count()).select_from(of_subject).where(*passes)
    listed = (
        select(query, subject.c.site, query_entry.c.text)
        .select_from(of_subject.join(query_entry, opening))
        .where(*passes)
        .order_by(query.c.opened_at, query.c.id)
        .offset(first)
        .limit(most)
    )

    with database.read() as connection:
        count = int(connection.execute(counted).scalar_one())
        rows = connection.execute(listed).all()

    return count, tuple(
        ListedQuery(query=query_of(row), site=row.site, text=row.text) for row in rows
    )


def _conditions(wanted: QueryFilter) -> list[ColumnElement[Any]]:
    passes: list[ColumnElement[Any]] = [of_sites(wanted.own_sites)]
    if wanted.states:
        passes.append(query.c.state.in_([state.value for state in wanted.states]))
    if wanted.opened_before is not None:
        passes.append(query.c.opened_at <= wanted.opened_before)

    exact = (
        (query.c.assigned_role, wanted.assigned_role),
        (query.c.assigned_to, wanted.assigned_to),
        (subject.c.site, wanted.site),
        (query.c.subjid, wanted.subject),
        (query.c.form, wanted.form),
    )
    passes.extend(column == text for column, text in exact if text)

    return passes
