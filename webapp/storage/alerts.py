"""What somebody has to act on at once: raised by the save that brings it, shown until it
was seen, and sent by mail from the outbox. Who has seen it stands in the log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from forms_spec.model.roles import AlertKind
from generator.pages.input_names import FORM_PREFIX
from webapp.storage.database import Database
from webapp.storage.events import Detail, EventKind, EventPlace, NewEvent, append_events
from webapp.storage.forms import InstanceKey
from webapp.storage.sight import Sight, seen_forms
from webapp.storage.stamps import stamp
from webapp.storage.tables import alert, subject_standing
from webapp.storage.users import ALL_SITES, Sites

Alerts = alert.c


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAlert:
    """Something to act on in a form. ``cell`` is the name of its input, ``value`` what
    stands there: the same again raises nothing. Of a broken signature ``cell`` is blank,
    and ``value`` its number.
    """

    kind: AlertKind
    cell: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertReader:
    """For whom alerts are listed: ``sites`` are the person's, ``to_sign`` the forms that
    they may sign, with a blank where they may sign visits and casebooks; None is all.
    """

    sites: Sites
    to_sign: frozenset[str] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredAlert:
    """An alert as it was raised. The form of ``key`` is blank where a visit or a
    casebook was signed, its visit where a casebook was.
    """

    number: int
    site: str
    key: InstanceKey
    cell: str
    kind: AlertKind
    raised_by: str
    raised_at: datetime


def insert_alerts(
    connection: Connection,
    now: datetime,
    key: InstanceKey,
    alerts: Sequence[NewAlert],
    *,
    username: str,
) -> None:
    """Raises alerts of a form in the transaction that saves it; those that were raised
    before stay as they are.
    """
    if not alerts:
        return
    by_digest = {_digest(key, item): item for item in alerts}
    known = select(Alerts.digest).where(Alerts.digest.in_(list(by_digest)))
    new = by_digest.keys() - set(connection.execute(known).scalars())
    if not new:
        return

    site = connection.execute(
        select(subject_standing.c.site).where(subject_standing.c.subjid == key.subject)
    ).scalar_one()
    rows = [
        {
            "digest": digest,
            "subjid": key.subject,
            "site": site,
            "visit": key.visit,
            "unsno": key.unsno,
            "form": key.form,
            "cell": by_digest[digest].cell,
            "kind": by_digest[digest].kind.value,
            "raised_by": username,
            "raised_at": now,
            "seen_by": "",
            "mail_after": now,
            "mail_tries": 0,
        }
        for digest in sorted(new)
    ]
    connection.execute(insert(alert), rows)


def _digest(key: InstanceKey, item: NewAlert) -> str:
    parts = (*map(str, key), item.kind.value, item.cell, item.value)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def unseen_alerts(
    database: Database, reader: AlertReader, *, first: int, most: int
) -> tuple[int, tuple[StoredAlert, ...]]:
    """How many alerts of a person nobody has seen, and so many of them from the
    ``first`` on, the newest first.
    """
    passes = _for_reader(reader, database.sight)
    counted = select(func.count()).select_from(alert).where(*passes)
    listed = select(alert).where(*passes).order_by(Alerts.id.desc())
    with database.read() as connection:
        count = int(connection.execute(counted).scalar_one())
        rows = connection.execute(listed.offset(first).limit(most)).all()

    return count, tuple(stored_alert(row) for row in rows)


def _for_reader(reader: AlertReader, sight: Sight | None) -> list[ColumnElement[bool]]:
    """The alerts of a person that nobody has seen."""
    return [Alerts.seen_at.is_(None), *_of_reader(reader, sight)]


def _of_reader(reader: AlertReader, sight: Sight | None) -> list[ColumnElement[bool]]:
    """The alerts that exist for a person."""
    passes = _exist(sight)
    if reader.sites is not ALL_SITES:
        passes.append(Alerts.site.in_(sorted(reader.sites)))
    if reader.to_sign is not None:
        # Who may not sign can do nothing about a signature.
        is_other = Alerts.kind != AlertKind.BROKEN_SIGNATURE.value
        passes.append(or_(is_other, Alerts.form.in_(sorted(reader.to_sign))))

    return passes


def is_alert_of(database: Database, number: int, reader: AlertReader) -> bool:
    """Whether an alert exists for a person, seen or not."""
    passes = _of_reader(reader, database.sight)
    with database.read() as connection:
        mine = select(Alerts.id).where(Alerts.id == number, *passes)
        return connection.execute(mine).first() is not None


def _exist(sight: Sight | None) -> list[ColumnElement[bool]]:
    """Which alerts exist for somebody: those on answers that they see."""
    if sight is None:
        return []
    conditions: list[ColumnElement[bool]] = seen_forms(sight, Alerts)
    for table, field in sorted(sight.hidden):
        # The names of inputs: of the form's own fields, and of those in rows.
        own = and_(Alerts.form == table, Alerts.cell == f"f-{field}")
        in_rows = and_(
            Alerts.cell.startswith(f"r-{table}-", autoescape=True),
            Alerts.cell.endswith(f"-{field}", autoescape=True),
        )
        conditions.append(not_(or_(own, in_rows)))

    return conditions


def see_alert(
    database: Database, number: int, reader: AlertReader, *, username: str
) -> bool:
    """Notes who has seen an alert, and logs it; False where the person has no such alert
    that nobody has seen.
    """
    passes = _for_reader(reader, database.sight)
    wanted = select(alert).where(Alerts.id == number, *passes)
    with database.write() as connection:
        row = connection.execute(wanted).first()
        if row is None:
            return False

        now = stamp(connection, database.clock())
        seen = update(alert).where(Alerts.id == number)
        connection.execute(seen.values(seen_by=username, seen_at=now))
        append_events(
            connection, now, [alert_event(EventKind.ALERT_SEEN, row, username)]
        )

    return True


def alert_event(
    kind: EventKind, row: Row[Any], username: str, **more: Detail
) -> NewEvent:
    """What the log says of it: which alert, and nothing of the value."""
    details: dict[str, Detail] = {"alert": row.id, "reason": row.kind, **more}
    if row.cell:
        # As an event of a query names its place: who may not see the answer is not told.
        parts = row.cell.split("-")
        own = row.cell.startswith(FORM_PREFIX)
        details["table"] = row.form if own else parts[1]
        details["field"] = parts[-1]
    return NewEvent(
        kind=kind,
        username=username,
        place=EventPlace(
            subject=row.subjid, visit=row.visit, form=row.form, unsno=row.unsno
        ),
        details=details,
    )


def stored_alert(row: Row[Any]) -> StoredAlert:
    """The alert of a row that has the columns of alerts."""
    return StoredAlert(
        number=row.id,
        site=row.site,
        key=InstanceKey(row.subjid, row.form, row.visit, row.unsno),
        cell=row.cell,
        kind=AlertKind(row.kind),
        raised_by=row.raised_by,
        raised_at=row.raised_at,
    )
