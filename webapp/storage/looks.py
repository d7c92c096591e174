"""What reviewers have looked at: who said of which version of a form that it was seen.

Opening a page says nothing. Every look is a row that stays, with its line in the log of
events; the highest version that a person saw counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, func, insert, select

from forms_spec.model.captured_data import FormKey
from webapp.storage.database import Database
from webapp.storage.events import (
    EventKind,
    EventPlace,
    NewEvent,
    append_events,
    log_head,
)
from webapp.storage.forms import InstanceKey
from webapp.storage.stamps import stamp
from webapp.storage.tables import form_instance, look
from webapp.storage.voids import find_voids


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """The last look of a person at a form: the version that was seen, and when."""

    version: int
    looked_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class NewLook:
    """A person says that a form was seen. ``version`` is the one that was shown."""

    key: InstanceKey
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class UnseenForms:
    """The forms of a subject that were saved since a person looked at them, and those
    at which the person has never looked.
    """

    changed: tuple[FormKey, ...] = ()
    new: tuple[FormKey, ...] = ()


class LookRefused(ValueError):
    """Nothing was kept. The words say why."""


Looks = Mapping[FormKey, Look]
NO_LOOKS: Final[Looks] = {}


def keep_looks(database: Database, looks: Sequence[NewLook], *, username: str) -> int:
    """Keeps looks of a person, all of them or none, and says how many are new: a
    version that the person saw before is not written again.

    A version that was saved meanwhile stays unseen. ``LookRefused`` where a version
    does not exist.
    """
    subjects = {item.key.subject for item in looks}
    with database.write() as connection:
        now = stamp(connection, database.clock())
        newest = _newest_versions(connection, subjects)
        for item in looks:
            if not 1 <= item.version <= newest.get(item.key, 0):
                raise LookRefused(
                    f"{item.key.form} at {item.key.visit} has no version "
                    f"{item.version}. Reload the page, then look again."
                )

        known = find_looks(connection, username, subjects)
        new = [item for item in looks if _is_new(item, known)]
        if new:
            _append(connection, now, new, username)

    return len(new)


def _is_new(item: NewLook, known: Mapping[str, Looks]) -> bool:
    before = known.get(item.key.subject, NO_LOOKS).get(item.key.form_key)
    return before is None or before.version < item.version


def _newest_versions(
    connection: Connection, subjects: Iterable[str]
) -> dict[InstanceKey, int]:
    wanted = VERSIONS.where(form_instance.c.subjid.in_(sorted(subjects)))
    return {
        InstanceKey(row.subjid, row.form, row.visit, row.unsno): row.version
        for row in connection.execute(wanted)
    }


VERSIONS = select(
    form_instance.c.subjid,
    form_instance.c.form,
    form_instance.c.visit,
    form_instance.c.unsno,
    form_instance.c.version,
)


def _append(
    connection: Connection, now: datetime, looks: Sequence[NewLook], username: str
) -> None:
    """A row and an event for each look."""
    first = int(connection.execute(NEWEST_LOOK).scalar() or 0)
    events: list[NewEvent] = []
    rows: list[dict[str, Any]] = []
    for number, item in enumerate(looks, start=first + 1):
        subject, form, visit, unsno = item.key
        place = EventPlace(subject=subject, visit=visit, form=form, unsno=unsno)
        events.append(
            NewEvent(
                kind=EventKind.SEEN,
                username=username,
                place=place,
                details={"look": number, "version": item.version},
            )
        )
        rows.append(
            {
                "id": number,
                "subjid": subject,
                "visit": visit,
                "unsno": unsno,
                "form": form,
                "version": item.version,
                "username": username,
                "looked_at": now,
            }
        )

    append_events(connection, now, events)
    line = log_head(connection).number - len(events) + 1
    numbered = [
        {**row, "event_number": number} for number, row in enumerate(rows, start=line)
    ]
    connection.execute(insert(look), numbered)


NEWEST_LOOK = select(look.c.id).order_by(look.c.id.desc()).limit(1)


def find_looks(
    connection: Connection, username: str, subjects: Iterable[str]
) -> Mapping[str, Looks]:
    """The last looks of a person at the forms of some subjects, by one query; forms
    without a look are absent.
    """
    wanted = LOOKS.where(
        look.c.username == username, look.c.subjid.in_(sorted(subjects))
    )
    by_subject: dict[str, dict[FormKey, Look]] = {}
    # Sorting keeps the order of the looks at one form: the last one counts.
    rows = sorted(connection.execute(wanted).all(), key=_subject)
    for subject, mine in groupby(rows, key=_subject):
        by_subject[subject] = {
            FormKey(row.form, row.visit, row.unsno): Look(
                version=row.version, looked_at=row.looked_at
            )
            for row in mine
        }

    return by_subject


LOOKS = select(look).order_by(look.c.id)


def _subject(row: Row[Any]) -> str:
    return str(row.subjid)


def unseen_forms(
    database: Database, username: str, subjects: Iterable[str]
) -> Mapping[str, UnseenForms]:
    """What a person has still to look at, of those subjects at which the person has
    looked before. What is voided does not count.
    """
    named = sorted(subjects)
    mine = look.c.username == username, look.c.subjid.in_(named)
    with database.read() as connection:
        looked = connection.execute(select(look.c.subjid).where(*mine).distinct())
        visited = sorted(looked.scalars())
        if not visited:
            return {}
        voids = find_voids(connection, visited)
        rows = connection.execute(_unseen(username, visited)).all()

    changed: dict[str, list[FormKey]] = {subject: [] for subject in visited}
    new: dict[str, list[FormKey]] = {subject: [] for subject in visited}
    for row in rows:
        key = InstanceKey(row.subjid, row.form, row.visit, row.unsno)
        if voids.of_form(key):
            continue
        group = new if row.seen is None else changed
        group[key.subject].append(key.form_key)

    return {
        subject: UnseenForms(changed=tuple(changed[subject]), new=tuple(new[subject]))
        for subject in visited
    }


def _unseen(username: str, subjects: Sequence[str]) -> Select[Any]:
    """The forms whose newest version a person has not seen, with the version that was,
    if any. The database compares, so that what was seen costs no row.
    """
    place = "subjid", "form", "visit", "unsno"
    seen = (
        select(
            *(look.c[name] for name in place), func.max(look.c.version).label("seen")
        )
        .where(look.c.username == username, look.c.subjid.in_(subjects))
        .group_by(*(look.c[name] for name in place))
        .subquery()
    )
    same = and_(*(seen.c[name] == form_instance.c[name] for name in place))
    return (
        select(*(form_instance.c[name] for name in place), seen.c.seen)
        .select_from(form_instance.outerjoin(seen, same))
        .where(form_instance.c.subjid.in_(subjects))
        .where(func.coalesce(seen.c.seen, 0) < form_instance.c.version)
        .order_by(form_instance.c.id)
    )
