"""What there is to review of a subject: the casebook, its visits and their forms, each
with how it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from forms_spec.model.captured_data import LOG, FormKey
from webapp.casebook.subject_status import Judged
from webapp.presentation.form_address import form_address, visit_word
from webapp.presentation.statuses import ShownStatus
from webapp.review.lock_words import (
    LOCK_STATUS,
    ShownLock,
    scope_title,
    shown_closing,
    visit_title,
)
from webapp.review.look_marks import look_mark, look_status
from webapp.review.signature_words import (
    ShownSignature,
    shown_signature,
    signature_mark,
)
from webapp.review.verification_progress import (
    VERIFICATION_STATUS,
    VerificationState,
    verification_state,
)
from webapp.services import services
from webapp.storage import (
    NOT_VERIFIED,
    InstanceKey,
    Locks,
    LockState,
    ReviewScope,
    ReviewState,
    StoredForm,
    StoredSignature,
    newest_signatures,
    scopes_of,
    subject_head,
)

FormMarks = Mapping[str, tuple[ShownStatus, ...]]
WHOLE = "casebook"
"""What the whole casebook is called where visits and forms have their names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewLine:
    """Something that can be reviewed as a whole.

    ``value`` is what a page posts for it. ``lock`` is what closes it, by itself or with
    something wider; ``state`` is its own state. ``level`` is 0 for the casebook, 1 for
    a visit, 2 for a form. ``signature`` is the last one on it by itself;
    ``version`` is that of a form, 0 where nothing was captured. ``look`` says whether
    the person who reads has seen that version.
    """

    scope: ReviewScope
    value: str
    title: str
    address: str
    level: int
    status: ShownStatus | None
    queries: int
    lock: ShownLock | None
    state: LockState
    signature: ShownSignature | None
    verification: ShownStatus | None
    look: ShownStatus | None
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SubjectReview:
    """The lines of a subject, the casebook first, each visit before its forms."""

    lines: tuple[ReviewLine, ...]
    study_lock: ShownLock | None

    def forms_in(self, scopes: Sequence[ReviewScope]) -> list[ReviewLine]:
        """The captured forms of some scopes, each once."""
        forms = []
        for line in self.lines:
            subject, visit, unsno, form = line.scope
            key = InstanceKey(subject, form, visit, unsno)
            is_wanted = any(scope.covers(key) for scope in scopes)
            if line.version and is_wanted:
                forms.append(line)

        return forms

    def scopes(self, values: list[str]) -> list[ReviewScope] | None:
        """The scopes of what a page posts; None where one is not there."""
        known = {line.value: line.scope for line in self.lines}
        wanted = dict.fromkeys(values)
        if not known.keys() >= wanted.keys():
            return None
        return [known[value] for value in wanted]


def subject_review(subjid: str, judged: Judged, state: ReviewState) -> SubjectReview:
    """What there is to review of a subject: forms that are captured, and those that are
    still to be filled in.
    """
    head = subject_head(services().database, subjid)
    maker = _Lines(
        subjid=subjid,
        locks=state.locks,
        signatures=newest_signatures(state.signatures),
        state=state,
        versions={key: form.version for key, form in judged.casebook.forms.items()},
        waiting=head.waiting if head else {},
    )
    whole_casebook = ReviewScope(subjid)
    lines = [
        maker.line(whole_casebook, scope_value(whole_casebook), f"/subjects/{subjid}")
    ]
    for (visit, unsno), forms in forms_to_review(judged).items():
        scope = ReviewScope(subjid, visit, unsno)
        lines.append(maker.line(scope, scope_value(scope), ""))
        for form, status in forms.items():
            address = form_address(subjid, visit, unsno, form)
            key = ReviewScope(subjid, visit, unsno, form)
            lines.append(maker.line(key, scope_value(key), address, status))

    whole = ReviewScope()
    study_lock = shown_closing(state.locks.closing([whole]), whole)
    return SubjectReview(lines=tuple(lines), study_lock=study_lock)


def scope_value(scope: ReviewScope) -> str:
    """What a page posts for something of a subject: ``casebook``, ``SCR``, ``SCR/vs``."""
    word = visit_word(scope.visit, scope.unsno)
    values = {"subject": WHOLE, "visit": word}
    return values.get(scope.kind) or f"{word}/{scope.form}"


def state_of(subjid: str, key: FormKey, state: ReviewState) -> VerificationState:
    """How a captured form stands in its source verification. One that the dictionary
    does not have any more needs none.
    """
    study = services().study
    form = study.forms.get(key.form)
    if form is None:
        return VerificationState.NOT_NEEDED
    verified = state.verified.get(key, NOT_VERIFIED)
    return verification_state(study, form, subjid, verified)


def form_marks(
    subjid: str, state: ReviewState, forms: Mapping[FormKey, StoredForm]
) -> FormMarks:
    """By address of a form: the marks that stand beside its status, where it has some."""
    marks: dict[str, tuple[ShownStatus, ...]] = {}
    reviewed = state.locks.newest or state.signatures or state.verified
    # Most subjects are not reviewed yet: their casebooks open without looking further.
    if not (reviewed or state.looks):
        return marks

    for key, form in forms.items():
        of_form = tuple(filter(None, _marks_of(subjid, state, form)))
        if of_form:
            address = form_address(subjid, key.visit, key.unsno, key.form)
            marks[address] = of_form

    return marks


def _marks_of(
    subjid: str, state: ReviewState, form: StoredForm
) -> Iterator[ShownStatus | None]:
    """What stands beside a form's status: its lock, signature, verification and look."""
    key = form.key.form_key
    act = state.locks.of_form(form.key)
    if act is not None:
        yield LOCK_STATUS[act.state]

    yield signature_mark(state.signatures, form.key, form.version)
    if key in state.verified:
        yield VERIFICATION_STATUS[state_of(subjid, key, state)]
    yield look_mark(state.looks, key, form.version)


def forms_to_review(judged: Judged) -> dict[tuple[str, int], dict[str, ShownStatus]]:
    """By visit, in the order of the casebook: the status of each form that was begun or
    is missing.
    """
    captured = judged.casebook.forms
    visits: dict[tuple[str, int], dict[str, ShownStatus]] = {}
    for column in judged.grid.columns:
        visits[column.visit.name, column.state.unsno] = {}
    visits[LOG, 0] = {}

    for line in judged.grid.lines:
        name = line.form.name
        for cell in line.cells:
            place = cell.column.visit.name, cell.column.state.unsno
            if cell.to_finish or FormKey(name, *place) in captured:
                visits[place][name] = cell.status

    for log in judged.grid.logs:
        if FormKey(log.form.name, LOG, 0) in captured:
            visits[LOG, 0][log.form.name] = log.status

    # A visit without anything to review is left out.
    return {place: forms for place, forms in visits.items() if forms}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Lines:
    """Makes the lines of one subject."""

    subjid: str
    locks: Locks
    signatures: Mapping[ReviewScope, StoredSignature]
    state: ReviewState
    versions: Mapping[FormKey, int]
    waiting: Mapping[FormKey, int]

    def line(
        self,
        scope: ReviewScope,
        value: str,
        address: str,
        status: ShownStatus | None = None,
    ) -> ReviewLine:
        act = self.locks.closing(_around(scope))
        signed = self.signatures.get(scope)
        key = FormKey(scope.form, scope.visit, scope.unsno)
        version = self.versions.get(key, 0)
        levels = {"subject": 0, "visit": 1, "form": 2}
        titles = {
            "subject": "Whole casebook",
            "visit": visit_title(scope.visit, scope.unsno),
        }
        verification = look = None
        if version:
            verification = VERIFICATION_STATUS[state_of(self.subjid, key, self.state)]
            look = look_status(self.state.looks, key, version)

        return ReviewLine(
            scope=scope,
            value=value,
            title=titles.get(scope.kind) or scope_title(scope).rpartition(", ")[0],
            address=address,
            level=levels[scope.kind],
            status=status,
            queries=sum(self._queries(scope)),
            lock=shown_closing(act, scope),
            state=self.locks.state(scope),
            signature=shown_signature(signed, scope) if signed else None,
            verification=verification,
            look=look,
            version=version,
        )

    def _queries(self, scope: ReviewScope) -> Iterator[int]:
        """The queries that wait in a scope, counted by form."""
        for key, count in self.waiting.items():
            if scope.covers(InstanceKey(self.subjid, *key)):
                yield count


def _around(scope: ReviewScope) -> tuple[ReviewScope, ...]:
    """A scope and what it is in."""
    subject, visit, unsno, form = scope
    every = scopes_of(InstanceKey(subject, form, visit, unsno))
    return every[every.index(scope) :]
