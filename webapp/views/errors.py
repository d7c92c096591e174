"""What went wrong, in words that help: no page ends in a bare code."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, InternalServerError

from webapp.forms.posted import typed
from webapp.storage import ClockBehind, SaveRefused
from webapp.views.sign_in import ask_to_sign_in

TITLES = {
    403: "Not for your role",
    404: "Nothing here",
    405: "Nothing here",
    413: "Too large",
}
REMEDIES = {
    403: "Sign in as somebody who may, or ask the study's administrator.",
    404: "Check the address, or start from your first page.",
    405: "Check the address, or start from your first page.",
    413: "A form may have 16 MB of text, and 512 MB with its files. Go back and choose smaller files.",
    500: "Nothing was saved by this request. Your text is still in this browser: go back and save again. "
    "If it happens twice, tell the study's administrator the time.",
}

BUSY: Final = (
    "The database does not answer",
    "It may be restarting, or taking in an import. Nothing was saved by this request.",
    "Your text is still in this browser. Save again in a moment; a form's page tries again by itself.",
)
FULL: Final = (
    "The server's disk is full",
    "There is no room for another save, so nothing was saved.",
    "Your text is still in this browser. Tell the study's administrator, and save again when there is room.",
)
BEHIND: Final = (
    "Your text is still in this browser. Tell the study's administrator: the clock has to be set right"
    " before anything is saved."
)
NO_FIT: Final = (
    "Not saved",
    "This page does not fit the form on the server, so nothing was saved.",
    "Your text is still in this browser. Load the page again and compare before you save.",
)
RETRY_SECONDS: Final = 5

TOO_LARGE = "A package may have 2 GB here. Judge a larger one on your own machine: crfsmith validate FILE."


def wants_json() -> bool:
    """True for a request that a script of ours sent."""
    return request.headers.get("Accept", "").startswith("application/json")


def _answer(status: int, title: str, message: str, remedy: str, needs: str = "") -> Response:
    """A page, or for a script JSON; ``needs`` is what the script can put right with the person."""
    if wants_json():
        return make_response(jsonify(error=title, message=message, remedy=remedy, needs=needs), status)
    page = render_template("error.html", title=title, message=message, remedy=remedy)
    return make_response(page, status)


def typed_again() -> Response:
    """The form as it was posted, when the post could not be taken."""
    values = request.view_args or {}
    if not current_user.is_authenticated:
        return make_response(ask_to_sign_in())
    notice = "Nothing was saved: the page was too old. Your text is still here, please save once more."
    return make_response(typed(values["subjid"], values["visit"], values["form"], request.form, notice))


def register(app: Flask) -> None:
    """Handlers for every error that a person can meet."""

    @app.errorhandler(CSRFError)
    def expired(error: CSRFError) -> Response:  # noqa: ARG001
        if request.endpoint == "form_pages.save_form" and not wants_json():
            return typed_again()
        message = "Your session has ended, so nothing was saved."
        remedy = "Your text is kept: sign in again to save it."
        return _answer(400, "Sign in again", message, remedy, needs="session")

    @app.errorhandler(HTTPException)
    def known(error: HTTPException) -> Response:
        status = error.code or 500
        title = TITLES.get(status, error.name)
        own = error.description if error.description != type(error).description else ""
        remedy = TOO_LARGE if (status, request.endpoint) == (413, "packages.take") else ""
        return _answer(status, title, own or "", remedy or REMEDIES.get(status, REMEDIES[404]))

    @app.errorhandler(DBAPIError)
    def database_trouble(error: DBAPIError) -> Response:
        # The kind alone goes into the log: a database may quote the answers that it did not take.
        app.logger.error("%s: %s by the database", request.endpoint, type(error.orig).__name__)
        full = "full" in str(error.orig) or "No space" in str(error.orig)
        answer = _answer(503, *(FULL if full else BUSY))
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
        return answer

    @app.errorhandler(ClockBehind)
    def clock_behind(error: ClockBehind) -> Response:
        app.logger.error("%s", error)
        return _answer(503, "The server's clock is wrong", f"{error} Nothing was saved.", BEHIND)

    @app.errorhandler(SaveRefused)
    def save_refused(error: SaveRefused) -> Response:
        app.logger.warning("%s: %s", request.endpoint, type(error).__name__)
        return _answer(409, *NO_FIT)

    @app.errorhandler(InternalServerError)
    def unknown(error: InternalServerError) -> Response:  # noqa: ARG001
        return _answer(
            500, "Something broke on the server", "It is written in the server's log.", REMEDIES[500]
        )
