"""Lists of what is to be done for subjects: read from what was evaluated, one page at a
time, counted by an index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, func, not_, select

from webapp.storage.database import Database
from webapp.storage.sight import Sight, entered_by, is_blind, seen_forms
from webapp.storage.standings import LATER, WorkLine
from webapp.storage.tables import subject_standing, subject_work
from webapp.storage.users import ALL_SITES, Sites

Work = subject_work.c


class WorkKind(Enum):
    """What is to be done."""

    VISIT = "visit"
    FORM = "form"
    FINDING = "finding"
    VERIFY = "verify"
    CHANGED = "changed"
    SIGN = "sign"
    SIGN_AGAIN = "again"
    REENTER = "reenter"
    ADJUDICATE = "adjudicate"


DATED: Final = frozenset({WorkKind.VISIT, WorkKind.FORM, WorkKind.FINDING})
"""What is due on a day, or in an order that tells from which day that was counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkFilter:
    """Which lines a list has. Those whose window ends ``before`` a day, or is open on
    one (``during``), or begins after one day and not after another (``between``).
    ``forms`` are those with which the person may do it, blank stands for visits and
    casebooks; None is all. ``not_entered_by`` leaves out what an account typed, in the
    first entry or the second.
    """

    kind: WorkKind
    sites: Sites
    before: date | None = None
    during: date | None = None
    between: tuple[date, date] | None = None
    forms: frozenset[str] | None = None
    not_entered_by: str = ""


def list_work(
    database: Database,
    wanted: WorkFilter,
    *,
    first: int,
    most: int,
    count_to: int | None = None,
) -> tuple[int, tuple[WorkLine, ...]]:
    """How many lines pass a filter, and so many of them from the ``first`` on: those
    whose window ends first before the others. ``count_to``: nobody needs to know more
    than that there are so many.
    """
    sight = database.sight
    if sight is not None and not sight.dates and wanted.kind in DATED:
        return 0, ()
    passes = [*_conditions(wanted), *_seen(wanted.kind, sight)]
    counted = select(func.count()).select_from(subject_work).where(*passes)
    if count_to is not None:
        some = select(Work.subjid).where(*passes).limit(count_to).subquery()
        counted = select(func.count()).select_from(some)
    ordered = (
        select(subject_work)
        .where(*passes)
        .order_by(*IN_ORDER)
        .offset(first)
        .limit(most)
    )
    with database.read() as connection:
        count = int(connection.execute(counted).scalar_one())
        rows: Sequence[Row[Any]] = connection.execute(ordered).all() if count else ()

    return count, tuple(_line(row) for row in rows)


@dataclass(frozen=True, kw_only=True, slots=True)
class FormInPart:
    """A form with findings of which somebody sees some at most. ``saves`` counts those
    of its subject, ``saves_of_all`` those of all subjects.
    """

    line: WorkLine
    saves: int
    saves_of_all: int


def findings_in_part(database: Database, sites: Sites) -> tuple[FormInPart, ...]:
    """The forms with findings of some sites that somebody sees in part, in the order of
    the list; without their days for who may not know them.
    """
    sight = database.sight
    if sight is None or sight.forms is None:
        return ()
    partly = sight.forms & sight.partly if sight.dates else sight.forms
    wanted = WorkFilter(kind=WorkKind.FINDING, sites=sites, forms=partly)
    saves_of_all = select(func.sum(subject_standing.c.changes)).scalar_subquery()
    listed = (
        select(subject_work, subject_standing.c.changes, saves_of_all.label("of_all"))
        .join(subject_standing, subject_standing.c.subjid == Work.subjid)
        .where(*_conditions(wanted), *seen_forms(sight, Work))
        .order_by(*(IN_ORDER if sight.dates else IN_ORDER[1:]))
    )
    with database.read() as connection:
        rows = connection.execute(listed).all()

    forms = []
    for row in rows:
        line = _line(row)
        dated = line if sight.dates else replace(line, first=None, last=None)
        forms.append(FormInPart(line=dated, saves=row.changes, saves_of_all=row.of_all))
    return tuple(forms)


IN_ORDER: Final = (Work.last_day, Work.subjid, Work.visit, Work.unsno, Work.form)


def _conditions(wanted: WorkFilter) -> list[ColumnElement[bool]]:
    passes: list[ColumnElement[bool]] = [Work.kind == wanted.kind.value]
    if wanted.sites is not ALL_SITES:
        passes.append(Work.site.in_(sorted(wanted.sites)))
    if wanted.forms is not None:
        passes.append(Work.form.in_(sorted(wanted.forms)))
    if wanted.not_entered_by:
        passes.append(not_(entered_by(Work, wanted.not_entered_by)))
    if wanted.before is not None:
        passes.append(Work.last_day < wanted.before.isoformat())
    if wanted.during is not None:
        day = wanted.during.isoformat()
        passes += [Work.last_day >= day, Work.first_day <= day]
    if wanted.between is not None:
        after, until = (day.isoformat() for day in wanted.between)
        passes += [
            Work.last_day > after,
            Work.first_day > after,
            Work.first_day <= until,
        ]

    return passes


def _seen(kind: WorkKind, sight: Sight | None) -> list[ColumnElement[bool]]:
    """Which lines exist for somebody. What is found, changed or to be verified in a form
    seen in part may be in the other part, so it is not there; a visit is, whatever its
    first form is. Only who sees everything can sign visits and casebooks, which have no
    form.
    """
    if kind is WorkKind.VISIT:
        return []
    if kind is WorkKind.REENTER:
        # Whoever knows the first entry cannot enter the form again.
        return [is_blind(sight, Work)]
    return seen_forms(sight, Work, wholly=kind is not WorkKind.FORM)


def _line(row: Row[Any]) -> WorkLine:
    return WorkLine(
        subjid=row.subjid,
        kind=row.kind,
        visit=row.visit,
        unsno=row.unsno,
        form=row.form,
        first=date.fromisoformat(row.first_day) if row.first_day else None,
        last=date.fromisoformat(row.last_day) if row.last_day != LATER else None,
        count=row.amount,
    )
