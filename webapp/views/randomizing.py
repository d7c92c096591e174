"""The page on which a subject is randomized: what the stratum is, and one button."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from forms_spec.model.roles import Permission
from webapp.forms.randomizing import check_subject, plan_of_form, randomize_subject
from webapp.presentation.form_address import FormPlace, form_place
from webapp.review.lock_words import closed_words
from webapp.security.access import RANDOMIZE, allow
from webapp.storage import FormClosed
from webapp.storage.randomizing import RandomizationRefused

bp = Blueprint("randomizing", __name__)


@bp.get("/subjects/<subjid>/<visit>/<form>/randomize")
@allow(RANDOMIZE)
def ask_randomization(subjid: str, visit: str, form: str) -> ResponseReturnValue:
    """What the subject would be randomized with, or what comes first."""
    return _page(_place(subjid, visit, form))


@bp.post("/subjects/<subjid>/<visit>/<form>/randomize")
@allow(RANDOMIZE)
def take_randomization(subjid: str, visit: str, form: str) -> ResponseReturnValue:
    """Randomizes the subject, and shows the form with its result."""
    place = _place(subjid, visit, form)
    try:
        saved = randomize_subject(place)
    except RandomizationRefused as refused:
        return _page(place, message=str(refused)), 409
    except FormClosed as closed:
        return _page(place, message=closed_words(closed.act)), 409

    return redirect(f"{place.address}?saved={saved.version}", 303)


def _place(subjid: str, visit: str, form: str) -> FormPlace:
    """The form of an address, if subjects are randomized on it."""
    place = form_place(subjid, visit, form)
    if plan_of_form(form) is None:
        abort(404, f"Nobody is randomized on {place.form.title}.")
    if not current_user.may(Permission.RANDOMIZE, form):
        abort(403)

    return place


def _page(place: FormPlace, *, message: str = "") -> str:
    return render_template(
        "randomize.html", place=place, message=message, check=check_subject(place)
    )
