"""What went wrong, in words that help: no page ends in a bare code."""

from __future__ import annotations

from typing import Final

from flask import (
    Flask,
    Response,
    current_app,
    jsonify,
    make_response,
    render_template,
    request,
)
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import Forbidden, HTTPException, InternalServerError

from webapp.forms.posted import typed
from webapp.review.lock_words import closed_words
from webapp.security.access import allowed
from webapp.storage import ClockBehind, FormClosed, SaveRefused
from webapp.views.own_account import ask_to_change, must_change
from webapp.views.own_code import ask_to_set_up, must_set_up
from webapp.views.sign_in import ask_to_sign_in

TITLES = {
    403: "Not available to your role",
    404: "Page not found",
    405: "Page not found",
    413: "Too large",
    503: "Not available now",
}
REMEDIES = {
    403: "Sign in with an account that has access, or ask the study's administrator.",
    404: "Check the address, or go to your first page.",
    405: "Check the address, or go to your first page.",
    413: (
        "A form can have 16 MB of text, and 512 MB with its files. Go back and choose "
        "smaller files."
    ),
    503: "Tell the person who runs the server what this page says.",
    500: "Nothing was saved. Your text is still in this browser: go back and save "
    "again. "
    "If this happens again, tell the study's administrator when it happened.",
}

BUSY: Final = (
    "The database is not responding",
    "It may be restarting, or busy with an import. Nothing was saved.",
    (
        "Your text is still in this browser. Save again in a moment. Form pages try "
        "again by themselves."
    ),
)
FULL: Final = (
    "The server's disk is full",
    "There is no space for another save, so nothing was saved.",
    (
        "Your text is still in this browser. Tell the study's administrator, and save "
        "again when there is space."
    ),
)
UNWRITABLE: Final = (
    "The server cannot write to its database",
    "Its disk may be read-only, or its file was moved. Nothing was saved.",
    (
        "Your text is still in this browser. Tell the study's administrator, and save "
        "again when that is put right."
    ),
)
BEHIND: Final = (
    "Your text is still in this browser. Tell the study's administrator. The clock "
    "must be corrected"
    " before anything can be saved."
)
NO_FIT: Final = (
    "Not saved",
    "This page does not match the form on the server, so nothing was saved.",
    "Your text is still in this browser. Reload the page and compare before you save.",
)
RETRY_SECONDS: Final = 5

TOO_LARGE = (
    "A package can have up to 2 GB here. Validate a larger one on your own machine: "
    "crfsmith validate FILE."
)


def wants_json() -> bool:
    """True for a request that a script of ours sent."""
    return request.headers.get("Accept", "").startswith("application/json")


def _answer(
    status: int, title: str, message: str, remedy: str, needs: str = ""
) -> Response:
    """A page, or for a script JSON; ``needs`` is what the script can put right with the
    person.
    """
    if wants_json():
        return make_response(
            jsonify(error=title, message=message, remedy=remedy, needs=needs), status
        )

    page = render_template("error.html", title=title, message=message, remedy=remedy)
    return make_response(page, status)


def _trouble(words: str) -> tuple[str, str, str]:
    """What to say of a database that says these words."""
    # SQLite and PostgreSQL tell these apart by their words alone.
    if "full" in words or "No space" in words:
        return FULL
    if any(sign in words for sign in ("readonly", "read-only", "unable to open")):
        return UNWRITABLE
    return BUSY


def typed_again() -> Response:
    """The form as it was posted, when the post could not be taken."""
    values = request.view_args or {}
    if not current_user.is_authenticated:
        return make_response(ask_to_sign_in())
    # The token is looked at before the role: who may not save is shown no form either.
    needed = allowed(current_app, request.endpoint or "")
    if not needed or not current_user.has_one_of(needed):
        return _known(Forbidden())
    if must_change():
        return make_response(ask_to_change())
    if must_set_up():
        return make_response(ask_to_set_up())
    notice = (
        "Nothing was saved, because the page was too old. Your text is still here. "
        "Please save again."
    )

    try:
        return make_response(
            typed(
                values["subjid"], values["visit"], values["form"], request.form, notice
            )
        )
    except HTTPException as error:  # no such subject or form: nothing to show again
        return _known(error)


def _known(error: HTTPException) -> Response:
    """An error that has a meaning for the person, in words."""
    status = error.code or 500
    title = TITLES.get(status, error.name)
    remedy = REMEDIES.get(status, REMEDIES[404])
    if (status, request.endpoint) == (413, "packages.take"):
        remedy = TOO_LARGE

    # What Werkzeug says by itself is for programmers.
    message = error.description or ""
    if message == type(error).description:
        message = ""
    return _answer(status, title, message, remedy)


def register(app: Flask) -> None:
    """Handlers for every error that a person can meet."""

    @app.errorhandler(CSRFError)
    def expired(error: CSRFError) -> Response:  # noqa: ARG001
        if request.endpoint == "form_pages.save_form" and not wants_json():
            return typed_again()
        message = "Your session has expired. Nothing was saved."
        remedy = "Your text is kept. Sign in again to save it."
        return _answer(400, "Sign in again", message, remedy, needs="session")

    @app.errorhandler(HTTPException)
    def known(error: HTTPException) -> Response:
        return _known(error)

    @app.errorhandler(DBAPIError)
    def database_trouble(error: DBAPIError) -> Response:
        # The kind alone goes into the log: a database may quote the answers that it did
        # not take.
        app.logger.error(
            "%s: %s by the database", request.endpoint, type(error.orig).__name__
        )
        answer = _answer(503, *_trouble(str(error.orig)))
        answer.headers["Retry-After"] = str(RETRY_SECONDS)

        return answer

    @app.errorhandler(ClockBehind)
    def clock_behind(error: ClockBehind) -> Response:
        app.logger.error("%s", error)
        return _answer(
            503, "The server's clock is wrong", f"{error} Nothing was saved.", BEHIND
        )

    @app.errorhandler(SaveRefused)
    def save_refused(error: SaveRefused) -> Response:
        app.logger.warning("%s: %s", request.endpoint, type(error).__name__)
        return _answer(409, *NO_FIT)

    @app.errorhandler(FormClosed)
    def form_closed(error: FormClosed) -> Response:
        """Somebody closed it while it was being saved."""
        remedy = "Your text is still in this browser, in case it is opened again."
        title = f"Not saved: {error.act.state.value}"
        return _answer(403, title, closed_words(error.act), remedy, needs="lock")

    @app.errorhandler(InternalServerError)
    def unknown(error: InternalServerError) -> Response:  # noqa: ARG001
        return _answer(
            500,
            "Something went wrong on the server",
            "The error is recorded in the server's log.",
            REMEDIES[500],
        )
