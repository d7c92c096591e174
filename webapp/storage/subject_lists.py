"""The list of subjects, one page at a time: read from what every save and every
evaluation keep, so that it costs the same however many subjects there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select

from webapp.storage.database import Database
from webapp.storage.releases import SiteDictionaries
from webapp.storage.standings import Standings, StoredStanding, standing_of_row
from webapp.storage.tables import subject_standing
from webapp.storage.users import ALL_SITES, Sites

ORDERS: Mapping[str, ColumnElement[Any]] = MappingProxyType(
    {
        "subject": Standings.subjid,
        "site": Standings.site,
        "status": Standings.status,
        "next": Standings.last_day,
        "finish": Standings.to_finish,
        "open": Standings.open,
        "complete": Standings.complete,
        "saved": Standings.saved_at,
    }
)
"""By what a list of subjects can be put in order; subjects without a form come last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SubjectInList:
    """One line of the list.

    ``changes`` is how often the subject's forms were saved. ``standing`` is None where
    the subject has to be evaluated (again).
    """

    subjid: str
    site: str
    changes: int
    drafts: int
    complete: int
    saved_at: datetime | None
    standing: StoredStanding | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ListFor:
    """For whom a list is made: the sites whose subjects exist for the person. And the
    dictionaries and the day that an evaluation has to be of.
    """

    sites: Sites
    dictionaries: SiteDictionaries
    day: date

    @property
    def own(self) -> ColumnElement[bool]:
        """Subjects of the person's sites that count: voided ones are in no list."""
        counts = Standings.voided.is_(False)
        if self.sites is ALL_SITES:
            return counts
        return counts & Standings.site.in_(sorted(self.sites))

    def line(self, row: Row[Any]) -> SubjectInList:
        fresh = (row.day, row.dictionary_hash) == (
            self.day.isoformat(),
            self.dictionaries.of(row.site),
        )
        return SubjectInList(
            subjid=row.subjid,
            site=row.site,
            changes=row.changes,
            drafts=row.drafts,
            complete=row.complete,
            saved_at=row.saved_at,
            standing=standing_of_row(row) if fresh else None,
        )


def page_of_subjects(
    database: Database,
    wanted: str,
    *,
    order: str,
    down: bool,
    first: int,
    most: int,
    of: ListFor,
) -> tuple[int, tuple[SubjectInList, ...]]:
    """How many subjects of a person's sites have ``wanted`` in their number or site,
    and so many of them from the ``first`` on. ``order`` is one of ``ORDERS``.
    """
    fits = of.own & _contains(wanted) if wanted else of.own
    column = ORDERS[order]
    sorted_by = [column.desc() if down else column, Standings.subjid]
    if order == "saved":
        sorted_by.insert(0, column.is_(None))

    listed = select(subject_standing).where(fits).order_by(*sorted_by)
    counted = select(func.count()).select_from(subject_standing).where(fits)
    with database.read() as connection:
        count = int(connection.execute(counted).scalar_one())
        rows = connection.execute(listed.offset(first).limit(most)).all()

    return count, tuple(of.line(row) for row in rows)


def lines_of(
    database: Database, subjids: Iterable[str], *, of: ListFor
) -> tuple[SubjectInList, ...]:
    """The lines of some subjects in order, as far as they are of a person's sites."""
    listed = select(subject_standing).where(Standings.subjid.in_(list(subjids)), of.own)
    with database.read() as connection:
        rows = connection.execute(listed.order_by(Standings.subjid)).all()

    return tuple(of.line(row) for row in rows)


def subjects_from(
    database: Database, first: str, *, most: int, of: ListFor
) -> tuple[SubjectInList, ...]:
    """So many subjects of a person's sites in order, from one on."""
    listed = select(subject_standing).where(Standings.subjid >= first, of.own)
    with database.read() as connection:
        rows = connection.execute(listed.order_by(Standings.subjid).limit(most)).all()

    return tuple(of.line(row) for row in rows)


def _contains(wanted: str) -> ColumnElement[bool]:
    like = f"%{_escaped(wanted.lower())}%"
    columns = (Standings.subjid, Standings.site)
    return or_(*(func.lower(item).like(like, escape="\\") for item in columns))


def _escaped(text: str) -> str:
    """The text as itself in a LIKE."""
    return "".join(f"\\{sign}" if sign in "%_\\" else sign for sign in text)
