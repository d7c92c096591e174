"""The person's own account: who they are here, and their password."""

from __future__ import annotations

from flask import (
    Blueprint,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.security import sessions
from webapp.security.access import EVERYONE, SIGNED_IN, allow, allowed
from webapp.security.passwords import SHORTEST, password_fault
from webapp.services import services
from webapp.storage import SignInAnswer, change_password
from webapp.storage.second_factors import has_second_factor
from webapp.views.sign_in import (
    KEPT,
    after_password,
    inside,
    kept_texts,
    not_signed_in,
    posted_texts,
    refusal,
)

bp = Blueprint("own_account", __name__)
DONE = {"code": "One-time codes are turned off. You sign in with your password alone."}
"""What the page says after a change, by the word in its address."""
BEFORE_THE_CHANGE = frozenset(
    {"own_account.ask_password", "own_account.take_password", "sign_in.sign_out"}
)
"""What somebody may call who has to change the password first, beside what is open to
everyone.
"""


@bp.before_app_request
def change_first() -> ResponseReturnValue | None:
    """After a reset nothing else is done before the password is one's own."""
    endpoint = request.endpoint
    if endpoint is None or endpoint in BEFORE_THE_CHANGE or not must_change():
        return None
    if allowed(current_app, endpoint) == EVERYONE:
        return None
    return ask_to_change()


def must_change() -> bool:
    """Whether the person of this request has a password that somebody else knows."""
    signed_in = bool(current_user.is_authenticated)
    return signed_in and bool(current_user.user.must_change_password)


def ask_to_change() -> ResponseReturnValue:
    """Instead of the page that was asked for. What was typed there comes along."""
    if request.headers.get("Accept", "").startswith("application/json"):
        answer = jsonify(
            error="Change your password",
            message="Change your password first. Nothing was saved.",
            remedy="Your text is kept. Open the start page in another tab for that.",
        )
        return make_response(answer, 403)

    if request.method == "POST":
        return _page(then=request.path, kept=posted_texts()), 403
    return redirect("/account/password", 303)


@bp.get("/account")
@allow(SIGNED_IN)
def show_account() -> str:
    return _account_page(DONE.get(request.args.get("done", ""), ""))


@bp.get("/account/password")
@allow(SIGNED_IN)
def ask_password() -> str:
    return _page()


@bp.post("/account/password")
@allow(SIGNED_IN)
def take_password() -> ResponseReturnValue:
    """Changes the password. Other sessions of the person end; this one goes on."""
    user, new = current_user.user, request.form.get("new", "")
    then, kept = inside(request.form.get("then", "")), kept_texts()
    fault = password_fault(new, username=user.username, name=user.name)
    if not fault and new == request.form.get("current", ""):
        fault = "This is your password already. Choose another."
    if fault:
        return _page(new_fault=fault, then=then, kept=kept), 422
    if new != request.form.get("again", ""):
        message = "The two new passwords differ. Type the same password twice."
        return _page(again_fault=message, then=then, kept=kept), 422

    # Looked at last and counted like a sign-in: nobody guesses it at an open screen.
    answer = sessions.look_at(user.username, request.form.get("current", ""))
    if answer.user is None:
        page = _page(current_fault=_why_not(answer), then=then, kept=kept)
        return not_signed_in(make_response(page), answer.wait)

    change_password(
        services().database, user.username, new, token=sessions.current_token()
    )
    if kept or user.must_change_password:
        return after_password(current_user, then, kept)
    return _account_page("Your password was changed. Your other sessions have ended.")


def _account_page(done: str = "") -> str:
    user = current_user.user
    has_code = has_second_factor(services().database, user.username)
    return render_template("own_account.html", user=user, has_code=has_code, done=done)


def _why_not(answer: SignInAnswer) -> str:
    if answer.wait:
        return refusal(answer)
    return "This is not your password now. Check it, including capital letters."


def _page(
    *,
    current_fault: str = "",
    new_fault: str = "",
    again_fault: str = "",
    then: str = "",
    kept: list[tuple[str, str]] | None = None,
) -> str:
    return render_template(
        "password.html",
        user=current_user.user,
        current_fault=current_fault,
        new_fault=new_fault,
        again_fault=again_fault,
        shortest=SHORTEST,
        then=then,
        kept=[(KEPT + name, text) for name, text in kept or []],
    )
