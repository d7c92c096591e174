"""What went wrong, in words that help: no page ends in a bare code."""

from __future__ import annotations

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from webapp.views.form_pages import typed_again

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

    @app.errorhandler(InternalServerError)
    def unknown(error: InternalServerError) -> Response:  # noqa: ARG001
        return _answer(
            500, "Something broke on the server", "It is written in the server's log.", REMEDIES[500]
        )
