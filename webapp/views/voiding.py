"""Voids what was entered by mistake, and takes that back."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from forms_spec.model.captured_data import LOG
from webapp.presentation.form_address import visit_word
from webapp.review.lock_words import ShownLock, closed_words, scope_title, shown_lock
from webapp.security.access import ENTER, READ, allow
from webapp.services import current_view, services, subject_or_404
from webapp.storage import (
    FormClosed,
    InstanceKey,
    ReviewScope,
    StoredSubject,
    VoidRefused,
    heads,
    set_void,
    voids_of,
)
from webapp.storage.sight import sees_form

bp = Blueprint("voiding", __name__)
WHOLE = "subject"
"""What the whole subject is called where visits and forms have their names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VoidChoice:
    """Something that can be voided. ``value`` is what a page posts for it."""

    value: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class VoidedLine:
    """Something that is voided, and by whom, when and why."""

    value: str
    title: str
    lock: ShownLock


@bp.get("/subjects/<subjid>/void")
@allow(READ)
def show_voided(subjid: str) -> ResponseReturnValue:
    """What is voided of a subject, and the means to void more."""
    return _page(subject_or_404(subjid), chosen=request.args.get("of", ""))


@bp.post("/subjects/<subjid>/void")
@allow(ENTER)
def void_something(subjid: str) -> ResponseReturnValue:
    """Voids what was chosen, or takes that back, with a reason."""
    subject = subject_or_404(subjid)
    chosen, reason = request.form.get("of", ""), request.form.get("reason", "").strip()
    scope = _scopes(subjid).get(chosen)
    if scope is None:
        message = "Choose what to void."
        return _page(subject, message=message, chosen=chosen, reason=reason), 422

    # With a form its unseen answers would be voided too.
    view = current_view()
    in_part = view is not None and scope.form in view.partly_seen
    if in_part or not current_user.may_with(ENTER, scope.form):
        abort(403)
    try:
        set_void(
            services().database,
            scope,
            voided=request.form.get("action") == "void",
            username=current_user.user.username,
            reason=reason,
        )
    except VoidRefused as refused:
        return _page(subject, message=str(refused), chosen=chosen, reason=reason), 422
    except FormClosed as closed:
        message = closed_words(closed.act)
        return _page(subject, message=message, chosen=chosen, reason=reason), 409

    return redirect(f"/subjects/{subjid}/void", 303)


def _page(
    subject: StoredSubject, *, message: str = "", chosen: str = "", reason: str = ""
) -> str:
    subjid = subject.subjid
    sight = services().database.sight
    voids = voids_of(services().database, subjid)
    scopes = _scopes(subjid)
    values = {scope: value for value, scope in scopes.items()}
    standing = {act.scope for act in voids.standing}

    return render_template(
        "void.html",
        subject=subject,
        message=message,
        chosen=chosen,
        reason=reason,
        choices=[
            VoidChoice(value=value, title=_title(scope))
            for value, scope in scopes.items()
            if scope not in standing
        ],
        voided=[
            VoidedLine(
                value=values.get(act.scope, ""),
                title=_title(act.scope),
                lock=shown_lock(act, act.scope),
            )
            for act in voids.standing
            if sees_form(sight, act.scope.form)
        ],
        may_void=current_user.may_enter,
    )


def _title(scope: ReviewScope) -> str:
    title = scope_title(scope)
    if scope.kind == "subject":
        return f"The whole subject {scope.subject}"
    return f"The whole visit {title}" if scope.kind == "visit" else title


def _scopes(subjid: str) -> dict[str, ReviewScope]:
    """By the value that a page posts: the subject, each visit and each form of it that
    was saved.
    """
    study = services().study
    order = {visit: number for number, visit in enumerate((*study.visits, LOG))}
    keys = sorted(
        heads(services().database, subjid),
        key=lambda key: (order.get(key.visit, len(order)), key.visit, key.unsno),
    )
    scopes = {WHOLE: ReviewScope(subjid)}
    for key in keys:
        word = visit_word(key.visit, key.unsno)
        if key.visit != LOG:
            scopes.setdefault(word, ReviewScope(subjid, key.visit, key.unsno))
        form = InstanceKey(subjid, *key)
        scopes[f"{word}/{key.form}"] = ReviewScope(
            subjid, form.visit, form.unsno, form.form
        )

    return scopes
