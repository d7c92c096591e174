"""The subjects of the study, and how far their forms are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, case, func, insert, select

from webapp.storage.database import Database
from webapp.storage.stamps import stamp
from webapp.storage.tables import form_instance, subject


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    subjid: str
    site: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SubjectLine:
    """One line of the list: the subject, its forms by status, and their findings as they were when saved.

    A form that is not verified yet counts as a draft. ``changes`` is how often the subject's forms were
    saved: it grows with every save.
    """

    subject: Subject
    drafts: int
    complete: int
    refused: int
    queries: int
    warnings: int
    saved_at: datetime | None
    changes: int


def add_subject(database: Database, *, subjid: str, site: str, user: str) -> Subject:
    """Enters a subject; ``IntegrityError`` when the subject exists."""
    with database.write() as connection:
        now = stamp(connection, database.clock())
        entered = Subject(subjid=subjid, site=site, added_by=user, added_at=now)
        insert_subject(connection, entered)
    return entered


def insert_subject(connection: Connection, entered: Subject) -> None:
    """Enters a subject in a transaction under way."""
    connection.execute(
        insert(subject),
        {
            "subjid": entered.subjid,
            "site": entered.site,
            "added_by": entered.added_by,
            "added_at": entered.added_at,
        },
    )


def get_subject(database: Database, subjid: str) -> Subject | None:
    with database.read() as connection:
        return find_subject(connection, subjid)


def find_subject(connection: Connection, subjid: str) -> Subject | None:
    """The subject, in a transaction under way."""
    row = connection.execute(select(subject).where(subject.c.subjid == subjid)).first()
    return _subject(row) if row else None


def list_subjects(database: Database) -> tuple[SubjectLine, ...]:
    """Every subject in order, with sums over the newest versions, by one query."""
    with database.read() as connection:
        rows = connection.execute(LINES).all()
    return tuple(
        SubjectLine(
            subject=_subject(row),
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


def all_subjects(connection: Connection) -> tuple[Subject, ...]:
    """Every subject by site and number; sorted here, since databases sort text differently."""
    found = (_subject(row) for row in connection.execute(select(subject)))
    return tuple(sorted(found, key=lambda one: (one.site, one.subjid)))


_SUMS = (
    select(
        form_instance.c.subjid,
        func.sum(case((form_instance.c.status != "complete", 1), else_=0)).label("drafts"),
        func.sum(case((form_instance.c.status == "complete", 1), else_=0)).label("complete"),
        func.sum(form_instance.c.refused).label("refused"),
        func.sum(form_instance.c.queries).label("queries"),
        func.sum(form_instance.c.warnings).label("warnings"),
        func.max(form_instance.c.saved_at).label("saved_at"),
        func.sum(form_instance.c.version).label("changes"),
    )
    .group_by(form_instance.c.subjid)
    .subquery()
)
LINES = (
    select(
        subject,
        *(
            func.coalesce(_SUMS.c[name], 0).label(name)
            for name in ("drafts", "complete", "refused", "queries", "warnings", "changes")
        ),
        _SUMS.c.saved_at,
    )
    .select_from(subject.outerjoin(_SUMS, subject.c.subjid == _SUMS.c.subjid))
    .order_by(subject.c.subjid)
)


def _subject(row: Row[tuple[object, ...]]) -> Subject:
    return Subject(subjid=row.subjid, site=row.site, added_by=row.added_by, added_at=row.added_at)
