"""What was entered by mistake: a form, a visit or a subject that is voided does not count
any more, stays readable, and can be taken back.

Every act is a row that stays, with its line in the log of events. Nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from webapp.storage.database import Database
from webapp.storage.due_subjects import mark_due
from webapp.storage.events import (
    EventKind,
    NewEvent,
    append_events,
    line_hash,
    log_head,
)
from webapp.storage.forms import HEADS, InstanceKey
from webapp.storage.locks import FormClosed, LockState, find_locks
from webapp.storage.review_scopes import ReviewScope, scope_words
from webapp.storage.search_index import replace_entries
from webapp.storage.signatures import break_signatures
from webapp.storage.stamps import stamp
from webapp.storage.standings import mark_saved
from webapp.storage.tables import (
    plain,
    subject_standing,
    subject_work,
    void_act,
)
from webapp.storage.voids import Voids, find_voids

LONGEST_VOID_REASON: Final = 2_000


class VoidRefused(ValueError):
    """Something cannot be voided or taken back. The words say what to do instead."""


def set_void(
    database: Database, scope: ReviewScope, *, voided: bool, username: str, reason: str
) -> None:
    """Voids a form, a visit or a subject, or takes that back.

    ``VoidRefused`` says why not, ``FormClosed`` who froze or locked it.
    """
    with database.write() as connection:
        now = stamp(connection, database.clock())
        known = find_voids(connection, [scope.subject])
        forms = _forms_in(connection, scope)
        _check(connection, scope, known, forms, voided=voided, reason=reason)
        kind = EventKind.VOIDED if voided else EventKind.VOID_TAKEN_BACK
        newest = connection.execute(NEWEST_ACT).scalar() or 0
        event = NewEvent(
            kind=kind,
            username=username,
            place=scope.event_place,
            details={"act": newest + 1, "text": line_hash(plain(reason))},
        )
        append_events(connection, now, [event])
        number = log_head(connection).number
        row = {
            "id": newest + 1,
            "subjid": scope.subject,
            "visit": scope.visit,
            "unsno": scope.unsno,
            "form": scope.form,
            "state": "voided" if voided else "open",
            "username": username,
            "acted_at": now,
            "event_number": number,
            "reason": plain(reason),
        }
        connection.execute(insert(void_act), row)
        if forms:
            # Who signed, signed these forms as they counted.
            changed = [(key, version, username) for key, version in forms.items()]
            break_signatures(connection, now, changed)
        _count_again(connection, scope, voided=voided)


NEWEST_ACT = select(void_act.c.id).order_by(void_act.c.id.desc()).limit(1)


def _check(
    connection: Connection,
    scope: ReviewScope,
    known: Voids,
    forms: Collection[InstanceKey],
    *,
    voided: bool,
    reason: str,
) -> None:
    """Refuses what makes no sense, in words."""
    act = known.newest.get(scope)
    is_void = act is not None and act.state is LockState.VOIDED
    if is_void is voided:
        state = "voided already" if voided else "not voided"
        raise VoidRefused(
            f"{scope_words(scope)} is {state}. Reload the page to see who did that."
        )
    if not reason.strip():
        raise VoidRefused("Say why, then try once more.")
    if len(reason) > LONGEST_VOID_REASON:
        raise VoidRefused(
            f"The reason has {len(reason):,} characters. At most "
            f"{LONGEST_VOID_REASON:,} are kept: make it shorter."
        )
    if not forms and scope.kind != "subject":
        raise VoidRefused("Nothing was saved there, so there is nothing to void.")
    locks = find_locks(connection, [scope.subject])
    for key in forms:
        closing = locks.of_form(key)
        if closing is not None:
            raise FormClosed(closing)


def _forms_in(connection: Connection, scope: ReviewScope) -> Mapping[InstanceKey, int]:
    """The captured forms of a scope, each with its version."""
    rows = connection.execute(HEADS, {"subject": scope.subject})
    versions = {
        InstanceKey(row.subjid, row.form, row.visit, row.unsno): row.version
        for row in rows
    }
    return {key: version for key, version in versions.items() if scope.covers(key)}


def _count_again(connection: Connection, scope: ReviewScope, *, voided: bool) -> None:
    """What was evaluated of the subject is old; a voided subject has nothing to do."""
    subjid = scope.subject
    mark_saved(connection, [subjid])
    mark_due(connection, [subjid])
    if scope.kind != "subject":
        return

    standing = update(subject_standing).where(subject_standing.c.subjid == subjid)
    connection.execute(standing.values(voided=voided))
    if voided:
        connection.execute(delete(subject_work).where(subject_work.c.subjid == subjid))
        replace_entries(connection, subjid, "", ())
