"""What lists show of subjects: totals that every save keeps, and how a subject stood when
it was last evaluated. A copy of what can be evaluated again at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from forms_spec.model.captured_data import FormKey
from forms_spec.model.life_cycle import LifeStatus
from webapp.storage.database import Database
from webapp.storage.due_subjects import mark_due
from webapp.storage.forms import HEADS, InstanceKey, Status
from webapp.storage.prepared import PreparedStatement
from webapp.storage.releases import SiteDictionaries
from webapp.storage.search_index import SearchEntry, replace_entries
from webapp.storage.tables import (
    event,
    form_instance,
    subject_standing,
    subject_work,
    void_act,
)
from webapp.storage.unique_answers import StoredHolders, sharing_subjects
from webapp.storage.users import ALL_SITES, Sites
from webapp.storage.voids import Voids, find_voids

Standings = subject_standing.c
LATER = "9999-12-31"
"""Stands for a day that nobody knows, so that it sorts behind all others."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NextVisit:
    """The visit that comes next, and its window where the study plans one. Without a
    window it may be due (``is_due``) or not yet.
    """

    name: str
    is_due: bool
    first: date | None = None
    target: date | None = None
    last: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkLine:
    """Something to do for a subject: a visit, a form or the findings of a form.

    ``first`` and ``last`` are the window of its visit; ``count`` counts findings.
    """

    subjid: str
    kind: str
    visit: str
    unsno: int
    form: str
    first: date | None
    last: date | None
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredStanding:
    """What was found in a subject's casebook after so many ``saves``, on a day, by a
    dictionary.

    ``findings`` counts by form what its page shows; ``open`` are all of them,
    ``to_finish`` forms. ``ended`` is the day on which the subject left the study, and
    ``found`` what can be looked for. ``newest_event`` is the number of the subject's last
    event then; None where what reviewers do has no part in it. ``compared`` is what other
    subjects answered then that may not answer the same.
    """

    subjid: str
    dictionary_hash: str
    day: date
    saves: int
    open: int
    to_finish: int
    findings: Mapping[FormKey, int]
    status: LifeStatus = LifeStatus.SCREENED
    next_visit: NextVisit | None = None
    ended: date | None = None
    work: Sequence[WorkLine] = field(default=())
    found: Sequence[SearchEntry] = field(default=())
    newest_event: int | None = None
    compared: StoredHolders | None = None


def insert_standing(connection: Connection, subjid: str, site: str) -> None:
    """The row of a new subject, which is still to be evaluated."""
    totals = {"changes": 0, "drafts": 0, "complete": 0, "saved_at": None}
    evaluated = {
        "status": LifeStatus.SCREENED.value,
        "open": 0,
        "to_finish": 0,
        "next_visit": "",
        "findings": [],
    }
    days = dict.fromkeys(("day", "first_day", "target_day", "last_day", "ended"), "")
    row = {"subjid": subjid, "site": site, "dictionary_hash": "", "voided": False}
    connection.execute(insert(subject_standing), {**row, **totals, **evaluated, **days})


def count_save(
    connection: Connection,
    subjid: str,
    now: datetime,
    *,
    before: Status | None,
    after: Status,
) -> None:
    """Brings the totals of a subject of which nothing was ever voided up to date, in the
    transaction that saves one of its forms. However many it has, no other is read.

    ``before`` is the form's status until now; None for a new form.
    """
    mark_sharing(connection, [subjid])
    complete = (after is Status.COMPLETE) - (before is Status.COMPLETE)
    COUNT_SAVE.run(
        connection,
        {
            "subject": subjid,
            "more_complete": complete,
            "more_drafts": (before is None) - complete,
            "now": now,
        },
    )


COUNT_SAVE = PreparedStatement(
    update(subject_standing)
    .where(Standings.subjid == bindparam("subject"))
    .values(
        changes=Standings.changes + 1,
        complete=Standings.complete + bindparam("more_complete"),
        drafts=Standings.drafts + bindparam("more_drafts"),
        saved_at=bindparam("now"),
        day="",
    )
)


def mark_saved(connection: Connection, subjids: Iterable[str]) -> None:
    """Counts the forms of subjects anew, in the transaction that saves several of them
    or voids some: what was evaluated of the subjects is old from now on.
    """
    names = sorted(set(subjids))
    mark_sharing(connection, names)
    rows = connection.execute(TOTALS, {"subjects": names}).mappings()
    totals = {row["subjid"]: {**row, "subject": row["subjid"]} for row in rows}

    # Few subjects have anything voided: of the others no form is looked at by itself.
    voids = find_voids(connection, names)
    if voids.acts:
        acts = connection.execute(ACTS.where(void_act.c.subjid.in_(names)))
        for subjid, count in acts:
            if subjid in totals:
                row = totals[subjid]
                row["changes"] += count
                row.update(_without_voided(connection, subjid, voids))

    if totals:
        connection.execute(SAVED, list(totals.values()))


def mark_sharing(connection: Connection, subjids: Iterable[str]) -> None:
    """Has subjects evaluated again that share an answer with one of these which may stand
    once only: they have another verdict now.
    """
    others = sharing_subjects(connection, subjids)
    mark_reviewed(connection, others)
    mark_due(connection, others)


def mark_reviewed(connection: Connection, subjids: Iterable[str]) -> None:
    """Has subjects evaluated again of which somebody verified, signed or asked something,
    in the transaction that does it: what is to be done for them is old from now on.
    """
    names = [{"subject": name} for name in sorted(set(subjids)) if name]
    if names:
        connection.execute(EVALUATE_AGAIN, names)


EVALUATE_AGAIN = (
    update(subject_standing)
    .where(Standings.subjid == bindparam("subject"))
    .values(day="")
)


def _without_voided(
    connection: Connection, subjid: str, voids: Voids
) -> dict[str, int]:
    """The drafts and complete forms of a subject that count."""
    heads = connection.execute(HEADS, {"subject": subjid})
    statuses = [
        head.status
        for head in heads
        if voids.of_form(InstanceKey(subjid, head.form, head.visit, head.unsno)) is None
    ]
    complete = statuses.count("complete")
    return {"complete": complete, "drafts": len(statuses) - complete}


ACTS = select(void_act.c.subjid, func.count()).group_by(void_act.c.subjid)


_DRAFT = case((form_instance.c.status != "complete", 1), else_=0)
_COMPLETE = case((form_instance.c.status == "complete", 1), else_=0)
TOTALS = (
    select(
        form_instance.c.subjid,
        func.sum(form_instance.c.version).label("changes"),
        func.sum(_DRAFT).label("drafts"),
        func.sum(_COMPLETE).label("complete"),
        func.max(form_instance.c.saved_at).label("saved_at"),
    )
    .where(form_instance.c.subjid.in_(bindparam("subjects", expanding=True)))
    .group_by(form_instance.c.subjid)
)
SAVED = (
    update(subject_standing)
    .where(Standings.subjid == bindparam("subject"))
    .values(
        changes=bindparam("changes"),
        drafts=bindparam("drafts"),
        complete=bindparam("complete"),
        saved_at=bindparam("saved_at"),
        day="",
    )
)


def standings_of(
    database: Database,
    subjids: Iterable[str],
    *,
    dictionaries: SiteDictionaries,
    day: date,
) -> Mapping[str, StoredStanding]:
    """By subject: what still holds under the dictionary of its site on this day."""
    query = select(subject_standing).where(
        Standings.subjid.in_(list(subjids)),
        Standings.dictionary_hash == dictionaries.column(Standings.site),
        Standings.day == day.isoformat(),
    )
    with database.read() as connection:
        rows = connection.execute(query).all()

    return {row.subjid: standing_of_row(row) for row in rows}


def standing_of_row(row: Row[Any]) -> StoredStanding:
    """What was evaluated, from a row of its table that was evaluated once."""
    return StoredStanding(
        subjid=row.subjid,
        dictionary_hash=row.dictionary_hash,
        day=date.fromisoformat(row.day),
        saves=row.changes,
        open=row.open,
        to_finish=row.to_finish,
        findings={
            FormKey(form, visit, unsno): count
            for form, visit, unsno, count in row.findings
        },
        status=LifeStatus(row.status),
        next_visit=next_visit_of_row(row),
        ended=_day(row.ended),
    )


def next_visit_of_row(row: Row[Any]) -> NextVisit | None:
    """The visit that comes next; None where no visit is to come."""
    if not row.next_visit:
        return None
    return NextVisit(
        name=row.next_visit,
        is_due=row.first_day != LATER,
        first=_day(row.first_day),
        target=_day(row.target_day),
        last=_day(row.last_day),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text and text != LATER else None


def _text(day: date | None, otherwise: str = "") -> str:
    return day.isoformat() if day else otherwise


def keep_standings(database: Database, standings: Iterable[StoredStanding]) -> None:
    """Puts standings, and the work that follows from them, in the place of older ones.

    One that rests on forms or reviews as they no longer are is left out: its subject
    stays to be evaluated.
    """
    every = list(standings)
    if not every:
        return
    with database.write() as connection:
        for standing in every:
            if _reviewed_since(connection, standing):
                continue
            if standing.compared and not standing.compared.still_so(connection):
                continue
            # Only where as many saves stand there as it rests on.
            kept = connection.execute(KEEP, _evaluated(standing)).rowcount
            if kept:
                _replace_work(connection, standing)


def _reviewed_since(connection: Connection, standing: StoredStanding) -> bool:
    if standing.newest_event is None:
        return False
    values = {"subject": standing.subjid}
    newest = connection.execute(NEWEST_OF_SUBJECT, values).scalar()
    return (newest or 0) != standing.newest_event


def newest_event(database: Database, subjid: str) -> int:
    """The number of the last event about a subject; 0 before the first."""
    with database.read() as connection:
        values = {"subject": subjid}
        return connection.execute(NEWEST_OF_SUBJECT, values).scalar() or 0


NEWEST_OF_SUBJECT = select(func.max(event.c.number)).where(
    event.c.subjid == bindparam("subject")
)
KEEP = (
    update(subject_standing)
    .where(
        Standings.subjid == bindparam("subject"),
        Standings.changes == bindparam("saves"),
    )
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in (
                *(
                    "day",
                    "dictionary_hash",
                    "status",
                    "open",
                    "to_finish",
                    "next_visit",
                ),
                *("first_day", "target_day", "last_day", "ended", "findings"),
            )
        }
    )
)


def _evaluated(standing: StoredStanding) -> dict[str, Any]:
    """The row of a standing, as ``KEEP`` takes it."""
    following = standing.next_visit
    # Who has no visit to come stands behind those that have one, however late it is.
    no_day = LATER if following is None else ""
    not_yet = LATER if following and not following.is_due else ""
    row = {
        "day": standing.day.isoformat(),
        "dictionary_hash": standing.dictionary_hash,
        "status": standing.status.value,
        "open": standing.open,
        "to_finish": standing.to_finish,
        "next_visit": following.name if following else "",
        "first_day": _text(following.first if following else None, not_yet),
        "target_day": _text(following.target if following else None),
        "last_day": _text(following.last if following else None, no_day),
        "ended": _text(standing.ended),
        "findings": [[*key, count] for key, count in sorted(standing.findings.items())],
    }
    new = {f"new_{name}": value for name, value in row.items()}
    return {"subject": standing.subjid, "saves": standing.saves, **new}


def _replace_work(connection: Connection, standing: StoredStanding) -> None:
    """The lines of work of a subject, in the place of those that were there."""
    subjid = standing.subjid
    site = connection.execute(
        select(Standings.site).where(Standings.subjid == subjid)
    ).scalar_one()
    replace_entries(connection, subjid, site, standing.found)
    connection.execute(delete(subject_work).where(subject_work.c.subjid == subjid))
    if not standing.work:
        return

    rows = [
        {
            "subjid": subjid,
            "kind": line.kind,
            "visit": line.visit,
            "unsno": line.unsno,
            "form": line.form,
            "site": site,
            "first_day": _text(line.first),
            "last_day": _text(line.last, LATER),
            "amount": line.count,
        }
        for line in standing.work
    ]
    connection.execute(insert(subject_work), rows)


def stale_subjects(
    database: Database,
    *,
    dictionaries: SiteDictionaries,
    day: date,
    sites: Sites,
    most: int,
    first: str = "",
) -> tuple[int, tuple[str, ...]]:
    """How many subjects of some sites have to be evaluated (again): because a form was
    saved, the dictionary or the day changed. And so many of them, in order, from the
    ``first`` on.
    """
    of_site = dictionaries.column(Standings.site)
    stale = or_(Standings.day != day.isoformat(), Standings.dictionary_hash != of_site)
    stale = stale & Standings.voided.is_(False)
    counted = select(func.count()).select_from(subject_standing).where(stale)
    named = select(Standings.subjid).where(stale, Standings.subjid >= first)
    if sites is not ALL_SITES:
        own = Standings.site.in_(sorted(sites))
        counted, named = counted.where(own), named.where(own)

    with database.read() as connection:
        count = int(connection.execute(counted).scalar_one())
        if not count:
            return 0, ()
        ordered = named.order_by(Standings.subjid).limit(most)
        return count, tuple(connection.execute(ordered).scalars())
