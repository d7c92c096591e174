"""Signing a form, a visit or a casebook, with the password once more (21 CFR 11.200)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import (
    Blueprint,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    session,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.casebook.subject_status import judged_casebook
from webapp.queries.rule_queries import look_again
from webapp.review.lock_words import scope_title
from webapp.review.signature_words import ShownSignature, shown_signature
from webapp.review.signing import SigningObstacle, signing_obstacles
from webapp.review.subject_review import ReviewLine, subject_review
from webapp.security import sessions
from webapp.security.access import SIGN, allow
from webapp.services import services, subject_or_404
from webapp.storage import (
    ReviewScope,
    SignatureRefused,
    SignedForm,
    StoredSubject,
    fingerprint,
    forms_to_sign,
    review_state,
    sign,
    threads_of_subject,
)
from webapp.views.sign_in import not_signed_in, refusal

bp = Blueprint("signing", __name__)
SIGNED_BEFORE: Final = "signed_before"
"""In the session of somebody who has signed in it: from then on the password is asked
for alone. It goes with the session, so that after a break all is asked for again.
"""
NOT_YOURS: Final = (
    "This is not your user name and password. Check both, including capital letters."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ToSign:
    """What is to be signed: the line of the review, the versions under it, and what
    comes first.
    """

    subject: StoredSubject
    line: ReviewLine
    forms: tuple[SignedForm, ...]
    obstacles: tuple[SigningObstacle, ...]


@bp.get("/subjects/<subjid>/sign")
@allow(SIGN)
def ask_signature(subjid: str) -> ResponseReturnValue:
    """What would be signed, or what keeps one from it."""
    return _page(_to_sign(subjid, request.args.get("of", "")))


@bp.post("/subjects/<subjid>/sign")
@allow(SIGN)
def take_signature(subjid: str) -> ResponseReturnValue:
    """Signs what the page showed, for whoever proves who they are."""
    asked = _to_sign(subjid, request.form.get("of", ""))
    meaning = request.form.get("meaning", "")
    if asked.obstacles:
        return _page(asked, meaning=meaning), 409
    if meaning not in services().study.signature_meanings:
        message = "Choose what your signature means, then sign again."
        return _page(asked, message=message), 422

    user = current_user.user
    is_first = not session.get(SIGNED_BEFORE)
    if is_first and request.form.get("username", "") != user.username:
        return _page(asked, message=NOT_YOURS, meaning=meaning), 401
    # Counted like a sign-in: nobody guesses the password at an open screen.
    answer = sessions.look_at(user.username, request.form.get("password", ""))
    if answer.user is None:
        message = refusal(answer) if answer.wait else NOT_YOURS
        page = _page(asked, message=message, meaning=meaning)
        return not_signed_in(make_response(page), answer.wait)

    seen = request.form.get("seen", "")
    try:
        sign(
            services().database,
            asked.line.scope,
            user=user,
            meaning=meaning,
            seen=seen,
        )
    except SignatureRefused as refused:
        return _page(asked, message=str(refused), meaning=meaning), 409

    session[SIGNED_BEFORE] = True
    return redirect(f"/subjects/{subjid}/review?of={asked.line.value}", 303)


def _to_sign(subjid: str, value: str) -> ToSign:
    subject = subject_or_404(subjid)
    look_again(subjid)
    database, judged = services().database, judged_casebook(subjid)
    review = subject_review(subjid, judged, review_state(database, subjid))
    lines = {line.value: line for line in review.lines}
    if value not in lines:
        abort(404, f"{subjid} has nothing to sign that is called {value}.")

    line = lines[value]
    if not current_user.may_with(SIGN, line.scope.form):
        abort(403)
    threads = threads_of_subject(database, subjid)
    return ToSign(
        subject=subject,
        line=line,
        forms=forms_to_sign(database, line.scope),
        obstacles=signing_obstacles(subjid, judged, line.scope, threads),
    )


def _page(asked: ToSign, *, message: str = "", meaning: str = "") -> str:
    return render_template(
        "sign.html",
        asked=asked,
        subject=asked.subject,
        title=scope_title(asked.line.scope),
        forms=[(_title(form), form.version) for form in asked.forms],
        seen=fingerprint(asked.forms),
        meanings=services().study.signature_meanings,
        meaning=meaning,
        message=message,
        provider=services().provider,
        is_first=not session.get(SIGNED_BEFORE),
        earlier=_earlier(asked),
    )


def _title(form: SignedForm) -> str:
    key = form.key
    return scope_title(ReviewScope(key.subject, key.visit, key.unsno, key.form))


def _earlier(asked: ToSign) -> list[ShownSignature]:
    """The signatures on the same, the newest first."""
    signatures = review_state(services().database, asked.subject.subjid).signatures
    scope = asked.line.scope
    mine = [item for item in signatures if item.scope == scope]
    return [shown_signature(item, scope) for item in reversed(mine)]
