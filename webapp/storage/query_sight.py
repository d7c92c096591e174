"""Which queries exist for somebody: none about what a role may not see, and none that a
rule opened which reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    exists,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.sql.schema import Column

from forms_spec.evaluation.hidden_findings import HiddenFindings
from webapp.storage.sight import Sight, seen_places
from webapp.storage.tables import query, query_entry


def seen_queries(sight: Sight | None) -> list[ColumnElement[bool]]:
    """Which queries exist for somebody, as conditions; none for who sees everything."""
    if sight is None:
        return []
    columns = query.c
    conditions = seen_places(sight, columns, columns.table_name, columns.field)
    known = sight.findings.known
    if known is None:
        return conditions

    # What a rule asks has its name in each of its entries. Of what a person asked about
    # a finding only the code is known.
    hidden, entry = sight.findings, query_entry.alias("entry_of_rule").c
    of_hidden_rule = _is_of(entry.rule, hidden.rules, hidden)
    is_unknown = entry.rule.not_in(sorted(known | {""}))
    asked_by_rule = exists(
        select(entry.id)
        .where(entry.query_id == columns.id, or_(of_hidden_rule, is_unknown))
        .correlate(query)
    )
    by_person = and_(columns.opened_by != "", columns.field != "")
    asked_about = and_(by_person, _is_of(columns.code, hidden.codes, hidden))

    return [*conditions, not_(or_(asked_by_rule, asked_about))]


def _is_of(
    name: Column[str], names: Iterable[str], hidden: HiddenFindings
) -> ColumnElement[bool]:
    """That a rule or a code is one of some hidden ones, and is not that of something
    that is seen at the place of the query.
    """
    is_one = name.in_(sorted(names))
    if not hidden.seen:
        return is_one

    place = tuple_(query.c.table_name, query.c.field, name)
    return and_(is_one, place.not_in(sorted(hidden.seen)))


def hidden_queries(
    connection: Connection, sight: Sight | None, subjects: Sequence[str] | None = None
) -> frozenset[int]:
    """The numbers of the queries that do not exist for somebody: of some subjects, or of
    all.
    """
    conditions = seen_queries(sight)
    if not conditions:
        return frozenset()

    hidden = select(query.c.id).where(not_(and_(*conditions)))
    if subjects is not None:
        hidden = hidden.where(query.c.subjid.in_(list(subjects)))
    return frozenset(connection.execute(hidden).scalars())
