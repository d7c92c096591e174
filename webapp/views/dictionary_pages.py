"""Where people land after signing in, and the first pages of those who work with no
subject's data.
"""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from forms_spec.model.study_cache import StudyCache
from generator.codebook import codebook_html, in_schedule_order
from webapp.security.access import DESIGN, SIGNED_IN, WITH_A_ROLE, allow
from webapp.security.headers import INLINE_POLICY
from webapp.services import services
from webapp.storage import dictionary_in_use

bp = Blueprint("homes", __name__)
_CODEBOOKS: StudyCache[tuple[()], str] = StudyCache()


@bp.get("/")
@allow(SIGNED_IN)
def start() -> ResponseReturnValue:
    return redirect(current_user.home, 303)


@bp.get("/dictionary")
@allow(DESIGN)
def show_dictionary() -> str:
    """The dictionary in use, and how a changed one comes to be used."""
    app = services()
    forms = in_schedule_order(app.study)
    return render_template(
        "dictionary.html", forms=forms, kept=dictionary_in_use(app.database)
    )


@bp.get("/codebook")
@allow(WITH_A_ROLE)
def show_codebook() -> Response:
    """Everything that the dictionary says; it names no subject."""
    study = services().study
    page = _CODEBOOKS.get(study, (), lambda: codebook_html(study))
    response = Response(page, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = INLINE_POLICY
    return response
