"""Source verification of one form: which answers were compared with the source."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.forms.retired_forms import readable_place
from webapp.presentation.form_address import FormPlace
from webapp.presentation.typed_numbers import typed_number
from webapp.review.subject_review import state_of
from webapp.review.verification_progress import VERIFICATION_STATUS
from webapp.review.verified_cells import VerifiedCell, verified_cells
from webapp.security.access import READ, VERIFY, allow
from webapp.services import services
from webapp.storage import (
    NOT_VERIFIED,
    NewMark,
    StoredForm,
    VerificationAct,
    VerificationRefused,
    load,
    mark_forms,
    review_state,
)

bp = Blueprint("verifications", __name__)


@bp.get("/subjects/<subjid>/<visit>/<form>/verification")
@allow(READ)
def show_verification(subjid: str, visit: str, form: str) -> ResponseReturnValue:
    """The answers of a form, each with what was done to verify it."""
    place, _ = readable_place(subjid, visit, form)
    return _page(place, _captured(place))


@bp.post("/subjects/<subjid>/<visit>/<form>/verification")
@allow(VERIFY)
def take_verification(subjid: str, visit: str, form: str) -> ResponseReturnValue:
    """Verifies what was chosen of the version that was shown, or takes that back."""
    place, _ = readable_place(subjid, visit, form)
    stored = _captured(place)
    action = request.form.get("action", "")
    act = (
        VerificationAct.WITHDRAWN if action == "unverify" else VerificationAct.VERIFIED
    )
    chosen = set(request.form.getlist("of"))
    cells = [item for item in _cells(place, stored) if item.name in chosen]
    is_whole = action == "whole" or len(cells) == len(_cells(place, stored))
    if not cells and action != "whole":
        return _page(
            place, stored, message="Choose answers first, or the whole form."
        ), 422

    mark = NewMark(
        key=place.key,
        version=_seen_version(),
        cells=() if is_whole else [item.cell for item in cells],
    )
    try:
        username = current_user.user.username
        mark_forms(services().database, [mark], act, username=username)
    except VerificationRefused as refused:
        return _page(place, stored, message=str(refused)), 409

    return redirect(f"{place.address}/verification", 303)


def _seen_version() -> int:
    return typed_number(request.form.get("seen", ""), digits=6) or 0


def _captured(place: FormPlace) -> StoredForm:
    stored = load(services().database, place.key)
    if stored is None:
        abort(
            404,
            f"{place.form.title} has not been started, so there is nothing to verify.",
        )
    return stored


def _cells(place: FormPlace, stored: StoredForm) -> tuple[VerifiedCell, ...]:
    state = review_state(services().database, place.subject.subjid)
    verified = state.verified.get(place.key.form_key, NOT_VERIFIED)
    return verified_cells(place, stored, verified)


def _page(place: FormPlace, stored: StoredForm, *, message: str = "") -> str:
    subject = place.subject.subjid
    state = review_state(services().database, subject)
    key = place.key.form_key
    return render_template(
        "verification.html",
        place=place,
        stored=stored,
        cells=_cells(place, stored),
        status=VERIFICATION_STATUS[state_of(subject, key, state)],
        plan=services().study.verification,
        message=message,
    )
