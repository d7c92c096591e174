"""The figures of the dashboard, of the subjects of some sites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select

from webapp.storage.database import Database
from webapp.storage.forms import Status
from webapp.storage.query_life import WAITING_STATES
from webapp.storage.query_sight import seen_queries
from webapp.storage.sight import Sight, seen_forms
from webapp.storage.tables import (
    form_instance,
    form_version,
    query,
    subject,
    subject_standing,
    subject_work,
)
from webapp.storage.users import ALL_SITES, Sites
from webapp.storage.work_lists import WorkKind

Standings = subject_standing.c
Work = subject_work.c


@dataclass(frozen=True, kw_only=True, slots=True)
class Completeness:
    """How many forms of a visit were begun, and how many of them are complete."""

    begun: int
    complete: int


def _own(sites: Sites) -> list[ColumnElement[bool]]:
    """Subjects that count, of some sites."""
    passes: list[ColumnElement[bool]] = [Standings.voided.is_(False)]
    if sites is not ALL_SITES:
        passes.append(Standings.site.in_(sorted(sites)))
    return passes


def _of_seen_forms(sight: Sight | None) -> list[ColumnElement[bool]]:
    """Forms of which the person sees something."""
    return seen_forms(sight, form_instance.c)


def subjects_added(database: Database, *, sites: Sites) -> tuple[datetime, ...]:
    """When each subject was added, in order."""
    added = (
        select(subject.c.added_at)
        .join(subject_standing, Standings.subjid == subject.c.subjid)
        .where(*_own(sites))
        .order_by(subject.c.added_at)
    )
    with database.read() as connection:
        return tuple(connection.execute(added).scalars())


def statuses_of_subjects(database: Database, *, sites: Sites) -> Mapping[str, int]:
    """How many subjects have each status, as they were evaluated last; nothing for
    somebody who does not see every answer from which that follows.
    """
    if database.sight is not None:
        return {}
    counted = (
        select(Standings.status, func.count())
        .where(*_own(sites))
        .group_by(Standings.status)
    )
    with database.read() as connection:
        return {str(name): int(count) for name, count in connection.execute(counted)}


def completeness(
    database: Database, *, sites: Sites
) -> Mapping[tuple[str, str], Completeness]:
    """By visit and form: how many were begun, and how many are complete."""
    is_complete = form_instance.c.status == Status.COMPLETE.value
    counted: Select[Any] = (
        select(
            form_instance.c.visit,
            form_instance.c.form,
            func.count(),
            func.sum(case((is_complete, 1), else_=0)),
        )
        .join(subject_standing, Standings.subjid == form_instance.c.subjid)
        .where(*_own(sites), *_of_seen_forms(database.sight))
        .group_by(form_instance.c.visit, form_instance.c.form)
    )
    with database.read() as connection:
        return {
            (visit, form): Completeness(begun=int(begun), complete=int(complete))
            for visit, form, begun, complete in connection.execute(counted)
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class DueForms:
    """What is due and not begun, as subjects were evaluated last, by visit and form.

    ``unbegun`` are forms of visits that took place. Of ``overdue`` visits, which did
    not, it is known how many there are, and how many of their forms were ``begun``.
    """

    unbegun: Mapping[tuple[str, str], int] = field(default_factory=dict)
    overdue: Mapping[str, int] = field(default_factory=dict)
    begun: Mapping[tuple[str, str], int] = field(default_factory=dict)


def due_forms(database: Database, *, sites: Sites, today: date) -> DueForms:
    """What is due and not begun; nothing for somebody who does not see every answer
    from which that follows.
    """
    sight = database.sight
    if sight is not None and not sight.dates:
        return DueForms()

    place = "subjid", "visit", "unsno"
    same_visit = and_(*(form_instance.c[name] == Work[name] for name in place))
    same_form = and_(same_visit, form_instance.c.form == Work.form)
    own = [] if sites is ALL_SITES else [Work.site.in_(sorted(sites))]
    seen = seen_forms(sight, Work)
    is_overdue = (Work.kind == WorkKind.VISIT.value) & (
        Work.last_day < today.isoformat()
    )
    unbegun = (
        select(Work.visit, Work.form, func.count())
        .select_from(subject_work.outerjoin(form_instance, same_form))
        .where(Work.kind == WorkKind.FORM.value, form_instance.c.id.is_(None))
        .where(*own, *seen)
        .group_by(Work.visit, Work.form)
    )
    overdue = (
        select(Work.visit, func.count()).where(is_overdue, *own).group_by(Work.visit)
    )
    begun = (
        select(Work.visit, form_instance.c.form, func.count())
        .select_from(subject_work.join(form_instance, same_visit))
        .where(is_overdue, *own)
        .group_by(Work.visit, form_instance.c.form)
    )
    with database.read() as connection:
        return DueForms(
            unbegun={
                (visit, form): int(count)
                for visit, form, count in connection.execute(unbegun)
            },
            overdue={visit: int(count) for visit, count in connection.execute(overdue)},
            begun={
                (visit, form): int(count)
                for visit, form, count in connection.execute(begun)
            },
        )


def waiting_since(database: Database, *, sites: Sites) -> tuple[datetime, ...]:
    """Since when each query waits that is open or answered."""
    states = [state.value for state in WAITING_STATES]
    opened = (
        select(query.c.opened_at)
        .join(subject_standing, Standings.subjid == query.c.subjid)
        .where(
            query.c.state.in_(states),
            *_own(sites),
            *seen_queries(database.sight),
        )
    )
    with database.read() as connection:
        return tuple(connection.execute(opened).scalars())


def first_saves(
    database: Database, forms: Iterable[str], *, sites: Sites, most: int
) -> tuple[tuple[str, str, Mapping[str, str], datetime], ...]:
    """The newest forms of some kinds that were begun: the kind, the visit, the own
    answers of the first version, and when it was saved.
    """
    begun = (
        select(
            form_instance.c.form,
            form_instance.c.visit,
            form_version.c.texts,
            form_version.c.saved_at,
        )
        .join(form_version, form_version.c.instance_id == form_instance.c.id)
        .join(subject_standing, Standings.subjid == form_instance.c.subjid)
        .where(
            form_version.c.number == 1,
            form_instance.c.form.in_(list(forms)),
            *_own(sites),
            *_of_seen_forms(database.sight),
        )
        .order_by(form_version.c.id.desc())
        .limit(most)
    )
    with database.read() as connection:
        return tuple(
            (row.form, row.visit, row.texts, row.saved_at)
            for row in connection.execute(begun)
        )
