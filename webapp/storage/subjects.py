"""The subjects of the study, and how far their forms are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    bindparam,
    case,
    func,
    insert,
    select,
    true,
)

from webapp.storage.database import Database
from webapp.storage.events import (
    EventKind,
    EventPlace,
    NewEvent,
    append_events,
    utc_text,
)
from webapp.storage.locks import refuse_closed_study
from webapp.storage.stamps import stamp
from webapp.storage.standings import insert_standing
from webapp.storage.tables import form_instance, subject
from webapp.storage.users import ALL_SITES, Sites


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredSubject:
    subjid: str
    site: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SubjectSummary:
    """One line of the list: the subject, its forms by status, and their findings as
    they were when saved.

    A form that is not verified yet counts as a draft. ``changes`` is how often the
    subject's forms were saved: it grows with every save.
    """

    subject: StoredSubject
    drafts: int
    complete: int
    refused: int
    queries: int
    warnings: int
    saved_at: datetime | None
    changes: int


def add_subject(
    database: Database, *, subjid: str, site: str, user: str
) -> StoredSubject:
    """Enters a subject; ``IntegrityError`` when the subject exists."""
    with database.write() as connection:
        now = stamp(connection, database.clock())
        entered = StoredSubject(subjid=subjid, site=site, added_by=user, added_at=now)
        insert_subject(connection, entered, now)

    return entered


def insert_subject(
    connection: Connection, entered: StoredSubject, now: datetime
) -> None:
    """Enters a subject in a transaction under way; ``FormClosed`` where the study is
    closed.
    """
    refuse_closed_study(connection)
    connection.execute(
        insert(subject),
        {
            "subjid": entered.subjid,
            "site": entered.site,
            "added_by": entered.added_by,
            "added_at": entered.added_at,
        },
    )
    event = NewEvent(
        kind=EventKind.SUBJECT_ADDED,
        username=entered.added_by,
        place=EventPlace(subject=entered.subjid),
        details={"site": entered.site, "added": utc_text(entered.added_at)},
    )
    append_events(connection, now, [event])
    insert_standing(connection, entered.subjid, entered.site)


def of_sites(sites: Sites) -> ColumnElement[bool]:
    """The condition under which a subject exists for somebody of these sites. Whatever
    looks subjects up for a person goes through it.
    """
    return true() if sites is ALL_SITES else subject.c.site.in_(sorted(sites))


def get_subject(
    database: Database, subjid: str, *, sites: Sites = ALL_SITES
) -> StoredSubject | None:
    """The subject, if it is of these sites."""
    with database.read() as connection:
        return find_subject(connection, subjid, sites=sites)


def find_subject(
    connection: Connection, subjid: str, *, sites: Sites = ALL_SITES
) -> StoredSubject | None:
    """The subject, in a transaction under way."""
    query = ONE_SUBJECT if sites is ALL_SITES else ONE_SUBJECT.where(of_sites(sites))
    row = connection.execute(query, {"subject": subjid}).first()
    return subject_of_row(row) if row else None


ONE_SUBJECT = select(subject).where(subject.c.subjid == bindparam("subject"))


def subject_numbers(database: Database, *, sites: Sites) -> tuple[str, ...]:
    """The numbers of the subjects of some sites, in order."""
    with database.read() as connection:
        query = select(subject.c.subjid).where(of_sites(sites))
        query = query.order_by(subject.c.subjid)
        return tuple(connection.execute(query).scalars())


def list_sites(database: Database, sites: Sites) -> dict[str, str]:
    """The site of each subject of some sites, by site and number."""
    query = select(subject.c.subjid, subject.c.site).where(of_sites(sites))
    with database.read() as connection:
        rows = connection.execute(query.order_by(subject.c.site, subject.c.subjid))
        return {row.subjid: row.site for row in rows}


def list_subjects(database: Database) -> tuple[SubjectSummary, ...]:
    """Every subject in order, with sums over the newest versions, by one query."""
    with database.read() as connection:
        return _lines(connection.execute(LINES).all())


def _lines(rows: Iterable[Row[Any]]) -> tuple[SubjectSummary, ...]:
    return tuple(
        SubjectSummary(
            subject=subject_of_row(row),
            drafts=row.drafts,
            complete=row.complete,
            refused=row.refused,
            queries=row.queries,
            warnings=row.warnings,
            saved_at=row.saved_at,
            changes=row.changes,
        )
        for row in rows
    )


def all_subjects(connection: Connection) -> tuple[StoredSubject, ...]:
    """Every subject by site and number; sorted here, since databases sort text
    differently.
    """
    result = (subject_of_row(row) for row in connection.execute(select(subject)))
    return tuple(sorted(result, key=lambda item: (item.site, item.subjid)))


_SUMS = (
    select(
        form_instance.c.subjid,
        func.sum(case((form_instance.c.status != "complete", 1), else_=0)).label(
            "drafts"
        ),
        func.sum(case((form_instance.c.status == "complete", 1), else_=0)).label(
            "complete"
        ),
        func.sum(form_instance.c.refused).label("refused"),
        func.sum(form_instance.c.queries).label("queries"),
        func.sum(form_instance.c.warnings).label("warnings"),
        func.max(form_instance.c.saved_at).label("saved_at"),
        func.sum(form_instance.c.version).label("changes"),
    )
    .group_by(form_instance.c.subjid)
    .subquery()
)
NUMBERS = ("drafts", "complete", "refused", "queries", "warnings", "changes")
LINES = (
    select(
        subject,
        *(func.coalesce(_SUMS.c[name], 0).label(name) for name in NUMBERS),
        _SUMS.c.saved_at,
    )
    .select_from(subject.outerjoin(_SUMS, subject.c.subjid == _SUMS.c.subjid))
    .order_by(subject.c.subjid)
)


def subject_of_row(row: Row[tuple[object, ...]]) -> StoredSubject:
    return StoredSubject(
        subjid=row.subjid, site=row.site, added_by=row.added_by, added_at=row.added_at
    )
