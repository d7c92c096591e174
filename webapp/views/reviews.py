"""Review: what is frozen and locked, of a subject and of the study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from forms_spec.schedule.form_places import has_place
from webapp.casebook.subject_status import judged_casebook
from webapp.presentation.typed_numbers import page_number, typed_number
from webapp.queries.rule_queries import look_again
from webapp.review.lock_words import ShownLock, shown_act, shown_closing
from webapp.review.look_marks import reader_name
from webapp.review.stored_status import list_for_person
from webapp.review.subject_review import SubjectReview, subject_review
from webapp.review.verification_progress import (
    NOTHING_NEEDED,
    VerificationProgress,
    progress_of,
)
from webapp.security.access import FREEZE, LOCK, READ, REVIEW_DATA, SIGN, VERIFY, allow
from webapp.services import (
    about,
    current_view,
    own_sites,
    remember_sites,
    services,
    subject_or_404,
)
from webapp.storage import (
    ALL_SITES,
    WHOLE_STUDY,
    InstanceKey,
    LockRefused,
    Locks,
    LockState,
    LookRefused,
    NewLook,
    NewMark,
    ReviewScope,
    StoredSubject,
    SubjectInList,
    UnseenForms,
    VerificationAct,
    VerificationRefused,
    keep_looks,
    list_sites,
    lock_history,
    locks_of,
    locks_of_subjects,
    mark_forms,
    page_of_subjects,
    review_state,
    set_locks,
    signature_counts,
    unseen_forms,
)
from webapp.storage.sight import sees_form

bp = Blueprint("reviews", __name__)
ON_A_PAGE: Final = 100
STATES: Final = {
    "freeze": LockState.FROZEN,
    "lock": LockState.LOCKED,
    "open": LockState.OPEN,
}
"""By what a button posts: the state that is wanted."""
MARKS: Final = {
    "verify": VerificationAct.VERIFIED,
    "unverify": VerificationAct.WITHDRAWN,
}
NOTHING_CHOSEN: Final = "Choose what you mean in the first column, then try again."
GONE: Final = "Something that you chose is not there any more. Choose again."


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedReview:
    """What was typed where it was refused, and why. ``chosen`` are lines of the page."""

    message: str = ""
    chosen: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewedSubject:
    """A subject in the list of the study. ``closed`` counts what is closed of it by
    itself, by state; ``signed`` and ``broken`` count signatures that stand, and that do
    not any more; ``unseen`` is what the person who reads has still to look at.
    """

    line: SubjectInList
    lock: ShownLock | None
    closed: dict[str, int]
    signed: int
    broken: int
    progress: VerificationProgress
    unseen: UnseenForms


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteReview:
    """How far source verification is at a site."""

    site: str
    subjects: int = 0
    progress: VerificationProgress = NOTHING_NEEDED

    def with_subject(self, progress: VerificationProgress) -> SiteReview:
        """With a subject more."""
        return SiteReview(
            site=self.site,
            subjects=self.subjects + 1,
            progress=self.progress.and_of(progress),
        )


@bp.get("/subjects/<subjid>/review")
@allow(READ)
def show_subject_review(subjid: str) -> ResponseReturnValue:
    """What is frozen and locked of a subject, and the means to do it."""
    subject = subject_or_404(subjid)
    look_again(subjid)
    return _page(subject, TypedReview(chosen=(request.args.get("of", ""),)))


@bp.post("/subjects/<subjid>/review")
@allow(REVIEW_DATA)
def review_subject(subjid: str) -> ResponseReturnValue:
    """Freezes, locks, opens, verifies or sees what was chosen, all of it or nothing."""
    subject = subject_or_404(subjid)
    review = _review(subject)
    chosen = request.form.getlist("of")
    scopes = review.scopes(chosen)
    typed = TypedReview(chosen=tuple(chosen), reason=_typed_reason())
    if not scopes:
        # Between the page and the post a form may have been voided.
        message = NOTHING_CHOSEN if scopes is not None else GONE
        return _page(subject, _with_message(typed, message)), 422

    try:
        action = request.form.get("action", "")
        if action == "seen":
            _look(review, scopes)
        elif action in MARKS:
            _mark(review, scopes)
        else:
            _set(scopes, locks_of(services().database, subjid), typed.reason)
    except (LockRefused, LookRefused, VerificationRefused) as refused:
        return _page(subject, _with_message(typed, str(refused))), 409

    return redirect(f"/subjects/{subjid}/review?of={chosen[0]}", 303)


def _mark(review: SubjectReview, scopes: Sequence[ReviewScope]) -> None:
    """Verifies the forms of some scopes as they were shown, or takes that back."""
    if not current_user.has_one_of(VERIFY):
        abort(403)
    chosen = _shown_versions(review, scopes)
    marks = [NewMark(key=key, version=version) for key, version in chosen.items()]
    _need_whole_forms([key.form for key in chosen])
    if not marks:
        raise VerificationRefused("Nothing was captured here that could be verified.")

    act = MARKS[request.form.get("action", "")]
    username = current_user.user.username
    mark_forms(services().database, marks, act, username=username)


def _need_whole_forms(forms: Sequence[str]) -> None:
    """A form is verified as a whole: nobody vouches for answers that they do not see."""
    view = current_view()
    if view is None:
        return

    for name in forms:
        form = view.whole_study.forms.get(name)
        if form and view.grants.unseen_of(form):
            raise VerificationRefused(
                f"Your role sees a part of “{form.title}” only, so it cannot verify the "
                "form. Ask somebody who sees all of it."
            )


def _look(review: SubjectReview, scopes: Sequence[ReviewScope]) -> None:
    """Keeps that the person saw the forms of some scopes as they were shown."""
    chosen = _shown_versions(review, scopes)
    looks = [NewLook(key=key, version=version) for key, version in chosen.items()]
    if not looks:
        raise LookRefused("Nothing was captured here that could be seen.")
    keep_looks(services().database, looks, username=current_user.user.username)


def _shown_versions(
    review: SubjectReview, scopes: Sequence[ReviewScope]
) -> dict[InstanceKey, int]:
    """The captured forms of some scopes, each with the version that the page showed."""
    seen = dict(item.rpartition(":")[::2] for item in request.form.getlist("seen"))
    versions = {}
    for line in review.forms_in(scopes):
        subject, visit, unsno, form = line.scope
        key = InstanceKey(subject, form, visit, unsno)
        versions[key] = typed_number(seen.get(line.value, ""), digits=6) or 0

    return versions


def _with_message(typed: TypedReview, message: str) -> TypedReview:
    return TypedReview(message=message, chosen=typed.chosen, reason=typed.reason)


def _typed_reason() -> str:
    return request.form.get("reason", "").replace("\r\n", "\n").strip()


def _set(scopes: Sequence[ReviewScope], locks: Locks, reason: str) -> None:
    """Takes the step that was asked for, if the person may take it."""
    state = STATES.get(request.form.get("action", ""))
    if state is None:
        raise LockRefused("Choose whether to freeze, to lock or to open.")

    # Whoever may only freeze may not open what somebody has locked.
    locked = any(locks.state(scope) is LockState.LOCKED for scope in scopes)
    needed = LOCK if state is LockState.LOCKED or locked else FREEZE
    if not all(current_user.may_with(needed, scope.form) for scope in scopes):
        abort(403)
    set_locks(
        services().database,
        scopes,
        state,
        username=current_user.user.username,
        reason=reason,
    )


def _review(subject: StoredSubject) -> SubjectReview:
    state = review_state(services().database, subject.subjid, reader=reader_name())
    return subject_review(subject.subjid, judged_casebook(subject.subjid), state)


def _page(subject: StoredSubject, typed: TypedReview) -> str:
    return render_template(
        "subject_review.html",
        subject=subject,
        review=_review(subject),
        typed=typed,
        may_look=reader_name() != "",
        may_freeze=current_user.has_one_of(FREEZE),
        may_lock=current_user.has_one_of(LOCK),
        may_sign=current_user.has_one_of(SIGN),
        may_verify=current_user.has_one_of(VERIFY),
        acts=_acts(subject.subjid),
    )


def _acts(subject: str) -> list[ShownLock]:
    """Everything that was frozen, locked and opened, the newest first."""
    database = services().database
    sight, acts = database.sight, lock_history(database, subject)
    return [shown_act(act) for act in acts if sees_form(sight, act.scope.form)]


@bp.get("/review")
@allow(READ)
def show_study_review() -> ResponseReturnValue:
    """How far the review of each subject is, and the lock of the whole study."""
    return _study_page(TypedReview())


@bp.post("/review")
@allow(LOCK)
def lock_study() -> ResponseReturnValue:
    """Freezes, locks or opens the whole study, for somebody who sees all of it."""
    # Whoever works at some sites answers for those only.
    if own_sites() is not ALL_SITES:
        abort(403)
    typed = TypedReview(reason=_typed_reason())
    try:
        _set([WHOLE_STUDY], locks_of(services().database, ""), typed.reason)
    except LockRefused as refused:
        return _study_page(_with_message(typed, str(refused))), 409

    return redirect("/review", 303)


def _study_page(typed: TypedReview) -> str:
    number = page_number(request.args)
    count, lines = page_of_subjects(
        services().database,
        "",
        order="subject",
        down=False,
        first=(number - 1) * ON_A_PAGE,
        most=ON_A_PAGE,
        of=list_for_person(),
    )

    # One query each for all subjects of the page, not for each of them.
    names = [line.subjid for line in lines]
    locks = locks_of_subjects(services().database, names)
    act = locks.closing([WHOLE_STUDY])
    signed = signature_counts(services().database, names)
    progress = progress_of(names)
    unseen = _unseen(names)

    return render_template(
        "study_review.html",
        subjects=[
            _listed(
                line,
                locks,
                signed.get(line.subjid, (0, 0)),
                progress[line.subjid],
                unseen.get(line.subjid, UnseenForms()),
            )
            for line in lines
        ],
        count=count,
        number=number,
        last=max(1, -(-count // ON_A_PAGE)),
        address=lambda wanted: f"/review?page={wanted}",
        lock=shown_closing(act, WHOLE_STUDY),
        may_lock=current_user.has_one_of(LOCK) and own_sites() is ALL_SITES,
        acts=_acts(""),
        typed=typed,
        has_plan=services().study.verification is not None,
        may_look=reader_name() != "",
    )


def _unseen(subjects: Sequence[str]) -> dict[str, UnseenForms]:
    """What the person has still to look at: forms that the dictionary has."""
    reader = reader_name()
    if not reader:
        return {}

    unseen = {}
    for subject, forms in unseen_forms(services().database, reader, subjects).items():
        with about(subject):
            study = services().study
        unseen[subject] = UnseenForms(
            changed=tuple(key for key in forms.changed if has_place(study, key)),
            new=tuple(key for key in forms.new if has_place(study, key)),
        )
    return unseen


@bp.get("/review/sites")
@allow(READ)
def show_site_review() -> ResponseReturnValue:
    """How far source verification is at each site, of all of its subjects."""
    subjects = list_sites(services().database, own_sites())
    remember_sites(subjects)
    progress = progress_of(subjects)
    sites: dict[str, SiteReview] = {}
    for subject, site in subjects.items():
        before = sites.get(site, SiteReview(site=site))
        sites[site] = before.with_subject(progress[subject])

    return render_template("site_review.html", sites=list(sites.values()))


def _listed(
    line: SubjectInList,
    locks: Locks,
    signed: tuple[int, int],
    progress: VerificationProgress,
    unseen: UnseenForms,
) -> ReviewedSubject:
    subject = line.subjid
    whole = ReviewScope(subject)
    act = locks.closing([whole])
    closed: dict[str, int] = {}
    for scope in locks.newest:
        state = locks.state(scope)
        is_part = scope.subject == subject and scope != whole
        if is_part and state is not LockState.OPEN:
            closed[state.value] = closed.get(state.value, 0) + 1

    return ReviewedSubject(
        line=line,
        lock=shown_closing(act, whole),
        closed=closed,
        signed=signed[0],
        broken=signed[1],
        progress=progress,
        unseen=unseen,
    )
