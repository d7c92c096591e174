"""Signing in and out."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from webapp.forms.posted import typed
from webapp.security import sessions
from webapp.security.access import EVERYONE, SIGNED_IN, Account, allow, allowed
from webapp.services import services
from webapp.storage import User, sign_in

bp = Blueprint("sign_in", __name__)
KEPT = "kept:"


@bp.get("/sign-in")
@allow(EVERYONE)
def show_sign_in() -> ResponseReturnValue:
    return _page(then=_inside(request.args.get("then", "")))


@bp.post("/sign-in")
@allow(EVERYONE)
def take_sign_in() -> ResponseReturnValue:
    username, password = (
        request.form.get("username", ""),
        request.form.get("password", ""),
    )
    then = _inside(request.form.get("then", ""))
    account = signed_in_as(username, password)
    kept = [
        (name.removeprefix(KEPT), text)
        for name, text in request.form.items(multi=True)
        if name.startswith(KEPT)
    ]
    if account is None:
        return _page(then=then, username=username, refused=True, kept=kept), 401
    if kept:
        return _typed_before(then, MultiDict(kept))
    return redirect(then if account.may_get(urlsplit(then).path) else account.home, 303)


def signed_in_as(username: str, password: str) -> Account | None:
    """Begins a session for whom the password belongs to; None where it does not."""
    user = sign_in(services().database, username, password)
    return sessions.begin(user) if user else None


@bp.get("/session")
@allow(EVERYONE)
def show_session() -> ResponseReturnValue:
    """Who is signed in, and a token for the next post: what a page needs whose own
    session has ended.
    """
    user = current_user.user if current_user.is_authenticated else None
    return _session(user)


@bp.post("/session")
@allow(EVERYONE)
def renew_session() -> ResponseReturnValue:
    """Signs in from a page that stays open."""
    account = signed_in_as(
        request.form.get("username", ""), request.form.get("password", "")
    )
    if account is None:
        message = (
            "The username or password is incorrect. Check both, including capital "
            "letters."
        )
        return jsonify(message=message, token=generate_csrf()), 401

    return _session(account.user)


def _session(user: User | None) -> Response:
    return jsonify(
        user=user.username if user else "",
        name=user.name if user else "",
        token=generate_csrf(),
    )


@bp.post("/sign-out")
@allow(SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    sessions.end()
    return redirect("/sign-in", 303)


def ask_to_sign_in() -> ResponseReturnValue:
    """For whoever asks for a page without being signed in.

    What was typed comes along.
    """
    if request.headers.get("Accept", "").startswith("application/json"):
        answer = jsonify(
            error="Sign in again",
            needs="session",
            message="Your session has expired. Nothing was saved.",
            remedy="Your text is kept. Sign in on this page to save it.",
        )
        return make_response(answer, 401)

    if request.method == "POST":
        kept = [
            (name, text)
            for name, text in request.form.items(multi=True)
            if name != "csrf_token"
        ]
        return _page(then=request.path, kept=kept), 401

    then = request.full_path.rstrip("?") if request.path != "/" else ""

    return redirect(f"/sign-in?then={then}" if then else "/sign-in", 303)


def _page(
    *,
    then: str,
    username: str = "",
    refused: bool = False,
    kept: list[tuple[str, str]] | None = None,
) -> str:
    return render_template(
        "sign_in.html",
        then=then,
        username=username,
        refused=refused,
        kept=[(KEPT + name, text) for name, text in kept or []],
        demo_accounts=services().demo_accounts,
    )


def _inside(then: str) -> str:
    """An address of this server only, so that nobody is sent elsewhere after signing
    in.
    """
    try:
        parts = urlsplit(then)
    except ValueError:  # a host that is none, such as one with a single bracket
        return "/"

    inside = (
        then.startswith("/") and not then.startswith(("//", "/\\")) and not parts.netloc
    )
    readable = then.isprintable()  # a line end would begin another header

    return then if inside and readable and not parts.scheme else "/"


def _typed_before(then: str, data: MultiDict[str, str]) -> ResponseReturnValue:
    """Back to the form that was posted while signed out, with what was typed and not
    yet saved.
    """
    adapter = current_app.create_url_adapter(request)
    try:
        endpoint, values = (
            adapter.match(urlsplit(then).path, method="POST") if adapter else ("", {})
        )
    except HTTPException:
        return redirect(then, 303)

    if endpoint != "form_pages.save_form":
        return redirect(then, 303)
    if current_user.user.role not in (allowed(current_app, endpoint) or ()):
        abort(403)
    return typed(values["subjid"], values["visit"], values["form"], data)
