"""What is to be verified and to be signed of a subject, as lines of work lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from forms_spec.model.captured_data import LOG, FormKey
from webapp.casebook.subject_status import Judged
from webapp.review.signing import signing_obstacles
from webapp.review.subject_review import forms_to_review, state_of
from webapp.review.verification_progress import VerificationState, needed_fields
from webapp.services import services
from webapp.storage import (
    InstanceKey,
    ReviewScope,
    ReviewState,
    Status,
    StoredSignature,
    WorkKind,
    WorkLine,
    newest_signatures,
    review_state,
    subject_head,
    threads_of_subject,
)
from webapp.storage.double_entries import DoubleStage, double_entries_of

TO_VERIFY: Final[Mapping[VerificationState, WorkKind]] = MappingProxyType(
    {
        VerificationState.TO_DO: WorkKind.VERIFY,
        VerificationState.PARTLY: WorkKind.VERIFY,
        VerificationState.CHANGED: WorkKind.CHANGED,
    }
)
"""By how a form stands: the list that it is on; others are on none."""


def review_work(subjid: str, judged: Judged, *, is_over: bool) -> Iterator[WorkLine]:
    """The lines of a subject. ``is_over``: no visit is to come any more."""
    database = services().database
    head = subject_head(database, subjid)
    if head is None:
        return

    # Of most subjects reviewers have left nothing yet: then nothing is read.
    state = review_state(database, subjid, among=head.reviewed)
    yield from _to_verify(subjid, judged, state)
    yield from _of_two_entries(subjid, judged)

    threads = threads_of_subject(database, subjid) if head.waiting else ()
    whole = ReviewScope(subjid)
    obstacles = signing_obstacles(subjid, judged, whole, threads)
    signing = _Signing(
        subjid=subjid,
        captured=frozenset(InstanceKey(subjid, *key) for key in judged.casebook.forms),
        blocked=frozenset(InstanceKey(subjid, *item.key) for item in obstacles),
        newest=newest_signatures(state.signatures),
    )
    yield from signing.broken()
    yield from signing.unsigned(judged, is_over=is_over)


def _of_two_entries(subjid: str, judged: Judged) -> Iterator[WorkLine]:
    """The forms that somebody has to enter again, or to decide about."""
    plan = services().study.double_entry
    if plan is None:
        return
    entries = double_entries_of(services().database, [subjid], plan.forms)
    for key, state in entries.get(subjid, {}).items():
        kind = OF_TWO_ENTRIES.get(state.stage)
        if kind is None or key not in judged.casebook.forms:
            continue
        yield WorkLine(
            subjid=subjid,
            kind=kind.value,
            visit=key.visit,
            unsno=key.unsno,
            form=key.form,
            first=None,
            last=None,
            count=1,
        )


OF_TWO_ENTRIES: Final[Mapping[DoubleStage, WorkKind]] = MappingProxyType(
    {DoubleStage.AGAIN: WorkKind.REENTER, DoubleStage.DECIDE: WorkKind.ADJUDICATE}
)
"""By how far two entries are: the list that the form is on; others are on none."""


def _to_verify(subjid: str, judged: Judged, state: ReviewState) -> Iterator[WorkLine]:
    """The forms that the plan asks for. A draft is still to be finished: that comes
    first, and stands on another list.
    """
    if services().study.verification is None and not state.verified:
        return

    for key, form in judged.casebook.forms.items():
        if form.status is Status.DRAFT:
            continue
        kind = _verification_kind(subjid, key, state)
        if kind is not None:
            scope = ReviewScope(subjid, key.visit, key.unsno, key.form)
            yield _line(kind, scope)


def _verification_kind(
    subjid: str, key: FormKey, state: ReviewState
) -> WorkKind | None:
    """The list that a form is on; None where it is on none."""
    kind = TO_VERIFY.get(state_of(subjid, key, state))
    # What somebody verified by choice is looked at again once it was changed.
    if kind is WorkKind.VERIFY and not _is_asked_for(subjid, key):
        return None
    return kind


def _is_asked_for(subjid: str, key: FormKey) -> bool:
    """Whether the plan wants some of a form: marks on others are anybody's choice."""
    study = services().study
    form = study.forms.get(key.form)
    return form is not None and bool(needed_fields(study, form, subjid))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Signing:
    """What of a subject somebody has to sign. ``blocked`` are forms with something that
    comes before a signature, ``newest`` the signatures that count.
    """

    subjid: str
    captured: frozenset[InstanceKey]
    blocked: frozenset[InstanceKey]
    newest: Mapping[ReviewScope, StoredSignature]

    def broken(self) -> Iterator[WorkLine]:
        """What was signed and is to be signed again."""
        for scope, signed in self.newest.items():
            if signed.is_valid or self._is_signed(scope):
                continue
            if self._is_ready(scope):
                yield _line(WorkKind.SIGN_AGAIN, scope)

    def unsigned(self, judged: Judged, *, is_over: bool) -> Iterator[WorkLine]:
        """The casebook at its end, and before that each visit. Whoever signs the casebook
        has signed its visits.
        """
        whole = ReviewScope(self.subjid)
        if whole in self.newest:
            return
        if is_over and self._is_ready(whole):
            yield _line(WorkKind.SIGN, whole)
            return

        for visit, unsno in forms_to_review(judged):
            scope = ReviewScope(self.subjid, visit, unsno)
            # Logs go on as long as the casebook does, so they are signed with it.
            if visit == LOG or scope in self.newest:
                continue
            if self._is_ready(scope) and not self._is_signed(scope):
                yield _line(WorkKind.SIGN, scope)

    def _is_ready(self, scope: ReviewScope) -> bool:
        """Whether there is something to sign, and nothing comes before."""
        if any(map(scope.covers, self.blocked)):
            return False
        return any(map(scope.covers, self.captured))

    def _is_signed(self, scope: ReviewScope) -> bool:
        """Whether each form is under a signature that stands, by whatever it is on."""
        valid = [other for other, signed in self.newest.items() if signed.is_valid]
        covered = filter(scope.covers, self.captured)
        return all(any(other.covers(key) for other in valid) for key in covered)


def _line(kind: WorkKind, scope: ReviewScope) -> WorkLine:
    return WorkLine(
        subjid=scope.subject,
        kind=kind.value,
        visit=scope.visit,
        unsno=scope.unsno,
        form=scope.form,
        first=None,
        last=None,
        count=1,
    )
