"""Subjects who were randomized elsewhere, or before their list was loaded: the entries that
they have are given to nobody else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, not_, select

from forms_spec.model.randomization import RandomizationPlan
from webapp.storage.events import (
    EventKind,
    EventPlace,
    NewEvent,
    append_events,
    log_head,
    utc_text,
)
from webapp.storage.tables import (
    form_instance,
    form_version,
    randomization,
    randomization_entry,
    subject,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ListMismatch:
    """An entry that does not fit a subject who has its number; ``why`` names no arm."""

    number: str
    subject: str
    why: str


class ListDiffers(ValueError):
    """Subjects have numbers of a list that says otherwise of them. Nothing was kept."""

    def __init__(self, mismatches: tuple[ListMismatch, ...]) -> None:
        first = mismatches[0]
        super().__init__(
            f"{first.number} of the randomization list does not fit {first.subject}: "
            f"{first.why}."
        )
        self.mismatches = mismatches


def take_results(connection: Connection, now: datetime, plan: RandomizationPlan) -> int:
    """Allocates entries to the subjects who have their numbers already, as of when they
    got them, and gives how many those are.

    ``ListDiffers`` where an entry says otherwise of such a subject.
    """
    entries = {row.number: row for row in connection.execute(ENTRIES)}
    if not entries:
        return 0

    given = [row for row in _results(connection, plan) if row.number in entries]
    mismatches = tuple(_mismatches(plan, given, entries))
    if mismatches:
        raise ListDiffers(mismatches)

    newest = connection.execute(NEWEST).scalar() or 0
    for identity, result in enumerate(given, start=int(newest) + 1):
        _keep(connection, now, identity, result, entries[result.number])

    return len(given)


ENTRIES = select(
    randomization_entry.c.id,
    randomization_entry.c.number,
    randomization_entry.c.stratum,
    randomization_entry.c.arm,
    randomization.c.subjid,
).outerjoin(randomization, randomization.c.entry_id == randomization_entry.c.id)
NEWEST = select(randomization.c.id).order_by(randomization.c.id.desc()).limit(1)
VERSIONS = (
    select(
        form_instance.c.subjid,
        form_instance.c.visit,
        form_instance.c.unsno,
        form_instance.c.form,
        subject.c.site,
        form_version.c.number.label("version"),
        form_version.c.saved_by,
        form_version.c.saved_at,
        form_version.c.texts,
    )
    .join(form_instance, form_version.c.instance_id == form_instance.c.id)
    .join(subject, subject.c.subjid == form_instance.c.subjid)
    .where(not_(form_instance.c.subjid.in_(select(randomization.c.subjid))))
    .order_by(form_instance.c.subjid, form_instance.c.id, form_version.c.number)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _StoredResult:
    """The result on a form as it is now, and the save that first had its number."""

    number: str
    arm: str
    stratum: str
    saved: Any


def _results(
    connection: Connection, plan: RandomizationPlan
) -> Iterator[_StoredResult]:
    """The results of subjects without an allocation, also of those that are voided."""
    newest: dict[str, _StoredResult] = {}
    versions = connection.execute(VERSIONS.where(form_instance.c.form == plan.form))
    for row in versions:
        number, arm = row.texts.get(plan.number, ""), row.texts.get(plan.arm, "")
        before = newest.get(row.subjid)
        saved = before.saved if before and before.number == number else row
        newest[row.subjid] = _StoredResult(
            number=number,
            arm=arm,
            stratum=row.texts.get(plan.stratum or "", ""),
            saved=saved,
        )

    yield from (result for result in newest.values() if result.number)


def _mismatches(
    plan: RandomizationPlan, given: list[_StoredResult], entries: Mapping[str, Any]
) -> Iterator[ListMismatch]:
    holders: dict[str, str] = {}
    for result in given:
        entry, own = entries[result.number], result.saved.subjid
        other = entry.subjid or holders.get(result.number)
        holders[result.number] = own

        if other:
            why = f"{other} has this number, too"
        elif not result.arm:
            why = "its form has this number without an arm"
        elif result.arm != entry.arm:
            why = "its form has another arm than the entry"
        elif plan.by_site and entry.stratum.split(";")[0] != result.saved.site:
            why = f"its site is {result.saved.site}, and the entry is of another site"
        elif result.stratum and result.stratum != entry.stratum:
            why = f"its stratum was {result.stratum}, and the entry is of another one"
        else:
            continue

        yield ListMismatch(number=result.number, subject=own, why=why)


def _keep(
    connection: Connection,
    now: datetime,
    identity: int,
    result: _StoredResult,
    entry: Any,
) -> None:
    """The row and its event. The event says that it happened before."""
    saved = result.saved
    event = NewEvent(
        kind=EventKind.RANDOMIZED,
        username=saved.saved_by,
        place=EventPlace(
            subject=saved.subjid, visit=saved.visit, form=saved.form, unsno=saved.unsno
        ),
        details={
            "randomization": identity,
            "entry": entry.id,
            "version": saved.version,
            "saved": utc_text(saved.saved_at),
        },
    )
    append_events(connection, now, [event])
    row = {
        "id": identity,
        "entry_id": entry.id,
        "subjid": saved.subjid,
        "visit": saved.visit,
        "unsno": saved.unsno,
        "form": saved.form,
        "version": saved.version,
        "username": saved.saved_by,
        "acted_at": saved.saved_at,
        "event_number": log_head(connection).number,
    }
    connection.execute(insert(randomization), row)
