"""What reviewers did in another database, which comes with an import: each act as it was
there, with a line of its own in the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, insert, select

from forms_spec.model.captured_forms import CapturedAct, ReviewKind
from webapp.storage.events import (
    Detail,
    EventKind,
    NewEvent,
    append_events,
    line_hash,
    log_head,
    utc_text,
)
from webapp.storage.forms import InstanceKey
from webapp.storage.locks import KINDS, LockState
from webapp.storage.review_scopes import ReviewScope
from webapp.storage.signatures import (
    StoredSignature,
    break_signatures,
    find_signatures,
    in_scope,
    newest_forms,
)
from webapp.storage.standings import mark_reviewed, mark_saved
from webapp.storage.tables import (
    lock_act,
    look,
    plain,
    signature,
    signature_break,
    subject,
    verification,
    void_act,
)
from webapp.storage.verifications import ACT_KINDS, VerificationAct, cell_text

CHUNK: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportedReview:
    """How many acts were left out because their subjects did not come in, and how many
    signatures came in broken because the forms are not what was signed.
    """

    left_out: int = 0
    broken: int = 0


def insert_review(
    connection: Connection,
    acts: Iterable[CapturedAct],
    now: datetime,
    *,
    import_id: int | None,
    username: str,
) -> ImportedReview:
    """Acts that are not here yet, under the numbers that they had, in a transaction
    under way and after the forms. ``username`` is the account that imports.
    """
    known = {"", *connection.execute(select(subject.c.subjid)).scalars()}
    coming = _Coming(connection=connection, now=now, import_id=import_id)
    left_out = 0
    for act in acts:
        if act.subject in known:
            coming.take(act)
        else:
            left_out += act.kind is not ReviewKind.SIGNED
    coming.finish()

    voided = coming.subjects[ReviewKind.VOID]
    mark_saved(connection, voided)
    every = set().union(*coming.subjects.values())
    mark_reviewed(connection, every)
    signed = sorted(coming.subjects[ReviewKind.SIGNATURE])
    broken = sum(_break_unfit(connection, now, name, username) for name in signed)

    return ImportedReview(left_out=left_out, broken=broken)


@dataclass(kw_only=True)
class _Coming:
    """Acts on their way in: written by the hundred, in the order of the package."""

    connection: Connection
    now: datetime
    import_id: int | None
    subjects: dict[ReviewKind, set[str]] = field(
        default_factory=lambda: {kind: set() for kind in ReviewKind}
    )
    _waiting: dict[ReviewKind, list[CapturedAct]] = field(
        default_factory=lambda: {kind: [] for kind in ReviewKind}
    )
    _signed: dict[int, list[CapturedAct]] = field(default_factory=dict)
    _locks: dict[ReviewScope, LockState] = field(default_factory=dict)

    def take(self, act: CapturedAct) -> None:
        self.subjects[act.kind].add(act.subject)
        if act.kind is ReviewKind.SIGNED:
            self._signed.setdefault(act.number, []).append(act)
            return
        waiting = self._waiting[act.kind]
        waiting.append(act)
        # A signature comes in with all the forms under it, wherever they stand.
        if len(waiting) >= CHUNK and act.kind not in LAST:
            self._write(act.kind)

    def finish(self) -> None:
        """Writes what waits, signatures before their breaks."""
        for kind in (*(kind for kind in TABLES if kind not in LAST), *LAST):
            self._write(kind)

    def _write(self, kind: ReviewKind) -> None:
        """The lines of the log first: each row names its line."""
        acts, self._waiting[kind] = self._waiting[kind], []
        if not acts:
            return
        append_events(self.connection, self.now, [self._event(act) for act in acts])
        first = log_head(self.connection).number - len(acts) + 1
        rows = [
            {**self._row(act), "event_number": line}
            for line, act in enumerate(acts, start=first)
        ]
        self.connection.execute(insert(TABLES[kind]), rows)

    def _event(self, act: CapturedAct) -> NewEvent:
        details: dict[str, Detail] = {
            **_details(act, len(self._signed.get(act.number, ()))),
            "acted": utc_text(act.acted_at),
            "import": self.import_id,
        }
        return NewEvent(
            kind=self._kind(act),
            username=plain(act.acted_by),
            place=_scope(act).event_place,
            details=details,
        )

    def _kind(self, act: CapturedAct) -> EventKind:
        if act.kind is ReviewKind.VERIFICATION:
            return ACT_KINDS[VerificationAct(act.state)]
        if act.kind is ReviewKind.VOID:
            voided = act.state == LockState.VOIDED.value
            return EventKind.VOIDED if voided else EventKind.VOID_TAKEN_BACK
        if act.kind is not ReviewKind.LOCK:
            return OTHER_KINDS[act.kind]

        before = self._locks.get(_scope(act), LockState.OPEN)
        after = self._locks[_scope(act)] = LockState(act.state)
        # A step that the history elsewhere does not explain is named by where it led.
        return KINDS.get((before, after)) or BY_STATE[after]

    def _row(self, act: CapturedAct) -> dict[str, Any]:
        key = act.key
        place = {"visit": key.visit, "unsno": key.unsno, "form": key.form}
        who = {"username": plain(act.acted_by)}
        if act.kind is ReviewKind.BROKEN:
            broken = {"version": act.version, "broken_at": act.acted_at}
            return {"signature_id": act.number, **place, **who, **broken}

        row = {"id": act.number, "subjid": act.subject, **place, **who}
        if act.kind is ReviewKind.SIGNATURE:
            return {**row, **self._signature(act)}
        if act.kind is ReviewKind.VERIFICATION:
            cell = cell_text(act.cell) if act.cell else ""
            mark = {"cell": cell, "act": act.state, "version": act.version}
            return {**row, **mark, "acted_at": act.acted_at}
        if act.kind is ReviewKind.LOOK:
            return {**row, "version": act.version, "looked_at": act.acted_at}
        state = {"state": act.state, "reason": plain(act.text)}
        return {**row, **state, "acted_at": act.acted_at}

    def _signature(self, act: CapturedAct) -> dict[str, Any]:
        signed = self._signed.get(act.number, ())
        return {
            "meaning": act.text,
            "name": act.name,
            "signed_at": act.acted_at,
            "digest": act.digest,
            "forms": [
                [
                    item.key.form,
                    item.key.visit,
                    item.key.unsno,
                    item.version,
                    item.digest,
                ]
                for item in signed
            ],
        }


def _scope(act: CapturedAct) -> ReviewScope:
    return ReviewScope(act.subject, act.key.visit, act.key.unsno, act.key.form)


def _details(act: CapturedAct, forms: int) -> dict[str, Detail]:
    """What an event tells of an act, as the event of the act itself does."""
    if act.kind in (ReviewKind.LOCK, ReviewKind.VOID):
        return {"act": act.number, "text": line_hash(plain(act.text))}
    if act.kind is ReviewKind.SIGNATURE:
        return {
            "signature": act.number,
            "meaning": plain(act.text),
            "forms": forms,
            "digest": act.digest,
        }
    if act.kind is ReviewKind.BROKEN:
        return {"signature": act.number, "version": act.version}
    if act.kind is ReviewKind.LOOK:
        return {"look": act.number, "version": act.version}
    fields = [cell_text(act.cell)] if act.cell else []
    return {"mark": act.number, "version": act.version, "fields": fields}


OTHER_KINDS: Final[Mapping[ReviewKind, EventKind]] = {
    ReviewKind.SIGNATURE: EventKind.SIGNED,
    ReviewKind.BROKEN: EventKind.SIGNATURE_BROKEN,
    ReviewKind.LOOK: EventKind.SEEN,
}
BY_STATE: Final[Mapping[LockState, EventKind]] = {
    LockState.OPEN: EventKind.UNLOCKED,
    LockState.FROZEN: EventKind.FROZEN,
    LockState.LOCKED: EventKind.LOCKED,
}
LAST: Final = (ReviewKind.SIGNATURE, ReviewKind.BROKEN)
TABLES: Final[Mapping[ReviewKind, Table]] = {
    ReviewKind.LOCK: lock_act,
    ReviewKind.VOID: void_act,
    ReviewKind.SIGNATURE: signature,
    ReviewKind.BROKEN: signature_break,
    ReviewKind.VERIFICATION: verification,
    ReviewKind.LOOK: look,
}


def _break_unfit(
    connection: Connection, now: datetime, subjid: str, username: str
) -> int:
    """Breaks the signatures of a subject that stand for something else than what came
    in, so that lists, pages and alerts show it; how many there are.
    """
    signatures = find_signatures(connection, subjid)
    unfit = [item for item in signatures if item.broken is None and not item.fits]
    forms = newest_forms(connection, subjid)
    versions = {key: form.version for key, form in forms.items()}
    for item in unfit:
        key = _changed_form(item, versions, in_scope(forms, item.scope))
        saved = [(key, versions.get(key, 0), username)]
        break_signatures(connection, now, saved)

    return len(unfit)


def _changed_form(
    item: StoredSignature,
    versions: Mapping[InstanceKey, int],
    standing: Sequence[Any],
) -> InstanceKey:
    """A form under a signature that is not what was signed."""
    differing = {form.key for form in {*item.forms} ^ {*standing}}
    here = sorted(key for key in differing if key in versions)
    known = here or sorted(differing) or [form.key for form in item.forms]
    if known:
        return known[0]
    scope = item.scope
    return InstanceKey(scope.subject, scope.form, scope.visit, scope.unsno)
