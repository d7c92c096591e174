"""A person chooses the language of the study's texts."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import Blueprint, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.security.access import SIGNED_IN, allow
from webapp.services import (
    language_cookie,
    services,
    site_dictionaries,
    with_dictionary_of_a_site,
)
from webapp.views.sign_in import inside

bp = Blueprint("languages", __name__)
REMEMBERED: Final = timedelta(days=365)


@bp.post("/language")
@allow(SIGNED_IN)
def choose_language() -> ResponseReturnValue:
    """Shows the study's texts in a language from now on, to this person in this browser."""
    language = request.form.get("language", "")
    if language not in _languages():
        abort(404, "The study has no texts in this language.")

    response = redirect(inside(request.form.get("then", "")), 303)
    response.set_cookie(
        language_cookie(current_user.user.username),
        language,
        max_age=REMEMBERED,
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Lax",
    )
    return response


def _languages() -> set[str]:
    """The languages of every dictionary that a site works with: the page may be about a
    subject of a site that waits for the newest one.
    """
    languages = set(services().study.languages)
    for hash_ in set(site_dictionaries().others.values()):
        with with_dictionary_of_a_site(hash_):
            languages |= set(services().study.languages)

    return languages
