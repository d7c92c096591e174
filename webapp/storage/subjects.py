"""The subjects of the study, and how far their forms are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Subquery,
    bindparam,
    case,
    func,
    insert,
    or_,
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
    return _subject(row) if row else None


ONE_SUBJECT = select(subject).where(subject.c.subjid == bindparam("subject"))


def subject_numbers(database: Database, *, sites: Sites) -> tuple[str, ...]:
    """The numbers of the subjects of some sites, in order."""
    with database.read() as connection:
        query = select(subject.c.subjid).where(of_sites(sites))
        query = query.order_by(subject.c.subjid)
        return tuple(connection.execute(query).scalars())


def list_subjects(database: Database) -> tuple[SubjectSummary, ...]:
    """Every subject in order, with sums over the newest versions, by one query."""
    with database.read() as connection:
        return _lines(connection.execute(LINES).all())


def subjects_from(
    database: Database, first: str, *, most: int, sites: Sites
) -> tuple[SubjectSummary, ...]:
    """So many subjects of some sites in order, from one on."""
    with database.read() as connection:
        wanted = (
            select(subject.c.subjid)
            .where(subject.c.subjid >= first, of_sites(sites))
            .order_by(subject.c.subjid)
        )
        names = connection.execute(wanted.limit(most)).scalars().all()

        return _lines(connection.execute(_lines_of(names)).all())


def page_of_subjects(
    database: Database,
    wanted: str,
    *,
    order: str,
    down: bool,
    first: int,
    most: int,
    sites: Sites,
) -> tuple[int, tuple[SubjectSummary, ...]]:
    """How many subjects of some sites have ``wanted`` in their number or site, and so
    many of them from the ``first`` on.

    ``order`` is one of ``ORDERS``. What is read of forms is read for these subjects
    only, unless the order itself hangs on all.
    """
    like = f"%{_escaped(wanted.lower())}%"
    columns = (subject.c.subjid, subject.c.site)
    contains = or_(*(func.lower(item).like(like, escape="\\") for item in columns))
    fits = contains & of_sites(sites)
    column = ORDERS[order]
    base = select(subject.c.subjid).where(fits)
    if order in OF_FORMS:
        base = base.select_from(
            subject.outerjoin(_SUMS, subject.c.subjid == _SUMS.c.subjid)
        )

    empty = column.is_(None)
    ordered = base.order_by(empty, column.desc() if down else column, subject.c.subjid)

    with database.read() as connection:
        count = connection.execute(
            select(func.count()).select_from(subject).where(fits)
        ).scalar_one()
        names = connection.execute(ordered.offset(first).limit(most)).scalars().all()
        lines = {
            line.subject.subjid: line
            for line in _lines(connection.execute(_lines_of(names)).all())
        }

    return count, tuple(lines[name] for name in names)


def _escaped(text: str) -> str:
    """The text as itself in a LIKE."""
    return "".join(f"\\{sign}" if sign in "%_\\" else sign for sign in text)


def _lines(rows: Iterable[Row[Any]]) -> tuple[SubjectSummary, ...]:
    return tuple(
        SubjectSummary(
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


def all_subjects(connection: Connection) -> tuple[StoredSubject, ...]:
    """Every subject by site and number; sorted here, since databases sort text
    differently.
    """
    result = (_subject(row) for row in connection.execute(select(subject)))
    return tuple(sorted(result, key=lambda item: (item.site, item.subjid)))


def _sums(subjids: Sequence[str] | None) -> Subquery:
    """Sums over the newest versions of each subject's forms; of all subjects, or of
    some.
    """
    query = select(
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
    if subjids is not None:
        query = query.where(form_instance.c.subjid.in_(subjids))
    return query.group_by(form_instance.c.subjid).subquery()


def _lines_with(sums: Subquery) -> Select[Any]:
    numbers = ("drafts", "complete", "refused", "queries", "warnings", "changes")
    return (
        select(
            subject,
            *(func.coalesce(sums.c[name], 0).label(name) for name in numbers),
            sums.c.saved_at,
        )
        .select_from(subject.outerjoin(sums, subject.c.subjid == sums.c.subjid))
        .order_by(subject.c.subjid)
    )


def _lines_of(subjids: Sequence[str]) -> Select[Any]:
    return _lines_with(_sums(subjids)).where(subject.c.subjid.in_(subjids))


_SUMS = _sums(None)
LINES = _lines_with(_SUMS)
ORDERS: Mapping[str, ColumnElement[Any]] = MappingProxyType(
    {
        "subject": subject.c.subjid,
        "site": subject.c.site,
        "complete": _SUMS.c.complete,
        "saved": _SUMS.c.saved_at,
    }
)
"""By what a list of subjects can be put in order; subjects without a form come last."""
OF_FORMS = frozenset({"complete", "saved"})


def _subject(row: Row[tuple[object, ...]]) -> StoredSubject:
    return StoredSubject(
        subjid=row.subjid, site=row.site, added_by=row.added_by, added_at=row.added_at
    )
