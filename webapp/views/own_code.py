"""The person's own one-time codes: an authenticator is set up, and recovery codes are
shown once.
"""

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
from webapp.security.one_time_codes import (
    SealBroken,
    confirm_secret,
    kept_codes,
    look_at_code,
    new_recovery_codes,
    new_secret,
)
from webapp.services import services
from webapp.storage import AccountRefused
from webapp.storage.second_factors import (
    has_second_factor,
    recovery_codes_left,
    remove_second_factor,
    renew_recovery_codes,
)
from webapp.views.own_account import BEFORE_THE_CHANGE
from webapp.views.sign_in import (
    KEPT,
    OTHER_KEY,
    code_refusal,
    go_on,
    inside,
    kept_texts,
    not_signed_in,
    posted_texts,
    refusal,
)

bp = Blueprint("own_code", __name__)
BEFORE_SETTING_UP = BEFORE_THE_CHANGE | {
    *("own_code.show_code", "own_code.begin_code", "own_code.confirm_code"),
}
"""What somebody may call whose account needs a code and has none, beside what is open to
everyone.
"""


@bp.before_app_request
def set_up_first() -> ResponseReturnValue | None:
    """Where a code is required nothing is done before there is one."""
    endpoint = request.endpoint
    if endpoint is None or endpoint in BEFORE_SETTING_UP or not must_set_up():
        return None
    if allowed(current_app, endpoint) == EVERYONE:
        return None
    return ask_to_set_up()


def must_set_up() -> bool:
    """Whether the person of this request needs a code and gave none."""
    signed_in = bool(current_user.is_authenticated)
    return signed_in and sessions.needs_second_step(current_user.user)


def ask_to_set_up() -> ResponseReturnValue:
    """Instead of the page that was asked for. What was typed there comes along."""
    if request.headers.get("Accept", "").startswith("application/json"):
        answer = jsonify(
            error="Set up one-time codes",
            message="Your account needs a code to sign in. Nothing was saved.",
            remedy="Your text is kept. Open the start page in another tab for that.",
        )
        return make_response(answer, 403)

    if request.method == "POST":
        return _page(then=request.path, kept=posted_texts()), 403
    return redirect("/account/code", 303)


@bp.get("/account/code")
@allow(SIGNED_IN)
def show_code() -> str:
    return _page(then=inside(request.args.get("then", "")))


@bp.post("/account/code/begin")
@allow(SIGNED_IN)
def begin_code() -> ResponseReturnValue:
    """Makes a secret and shows it, once the person has proved who they are."""
    user, then, kept = current_user.user, _then(), kept_texts()
    if not must_set_up():
        # Nobody binds a phone of their own to an account at an open screen.
        password = request.form.get("password", "")
        if not password:
            fault = "Type your password, so that nobody else sets up a phone."
            return _page(fault=fault, then=then, kept=kept), 422
        answer = sessions.look_at(user.username, password)
        if answer.user is None:
            fault = refusal(answer) if answer.wait else "This is not your password."
            page = _page(fault=fault, then=then, kept=kept)
            return not_signed_in(make_response(page), answer.wait)
    try:
        secret = new_secret(user.username)
    except AccountRefused as error:
        return _page(refused=str(error), then=then, kept=kept), 422

    # Shown in this answer and nowhere else: no address leads to it again.
    return render_template(
        "new_secret.html", secret=secret, then=then, kept=_as_boxes(kept)
    )


@bp.post("/account/code/confirm")
@allow(SIGNED_IN)
def confirm_code() -> ResponseReturnValue:
    """Takes the authenticator if it gives the right code."""
    then, kept = _then(), kept_texts()
    codes = confirm_secret(
        current_user.user.username,
        request.form.get("code", ""),
        token=sessions.current_token(),
    )
    if codes is None:
        refused = (
            "The code does not fit. Check that the clock of your phone is right. Then "
            "begin again, and scan the new picture."
        )
        return _page(refused=refused, then=then, kept=kept), 422

    sessions.mark_second_step()
    return _codes_page(codes, is_new=True, then=then, kept=kept)


@bp.post("/account/code/change")
@allow(SIGNED_IN)
def change_code() -> ResponseReturnValue:
    """Makes new recovery codes or turns codes off, for who has a code."""
    username, database = current_user.user.username, services().database
    typed_code = request.form.get("code", "")
    if not typed_code:
        return _page(fault="Type a code first."), 422
    try:
        answer = look_at_code(username, typed_code)
    except SealBroken:
        return _page(fault=OTHER_KEY), 422
    if not answer.is_right:
        response = make_response(_page(fault=code_refusal(answer)))
        return not_signed_in(response, answer.wait)

    if request.form.get("change") == "remove":
        try:
            remove_second_factor(database, username, by=username)
        except AccountRefused as error:
            return _page(refused=str(error)), 422
        return redirect("/account?done=code", 303)

    codes = new_recovery_codes()
    renew_recovery_codes(database, username, kept_codes(codes))
    return _codes_page(codes)


@bp.post("/account/code/continue")
@allow(SIGNED_IN)
def go_on_with_code() -> ResponseReturnValue:
    """From the recovery codes to where the person wanted to go."""
    return go_on(current_user, _then(), kept_texts())


def _codes_page(
    codes: tuple[str, ...],
    *,
    is_new: bool = False,
    then: str = "/account",
    kept: list[tuple[str, str]] | None = None,
) -> str:
    return render_template(
        "recovery_codes.html",
        codes=codes,
        is_new=is_new,
        then=then,
        kept=_as_boxes(kept or []),
    )


def _then() -> str:
    return inside(request.form.get("then", ""))


def _as_boxes(kept: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(KEPT + name, text) for name, text in kept]


def _page(
    *,
    fault: str = "",
    refused: str = "",
    then: str = "",
    kept: list[tuple[str, str]] | None = None,
) -> str:
    user, database = current_user.user, services().database
    return render_template(
        "own_code.html",
        user=user,
        is_on=has_second_factor(database, user.username),
        codes_left=recovery_codes_left(database, user.username),
        comes_first=must_set_up(),
        fault=fault,
        refused=refused,
        then=then,
        kept=_as_boxes(kept or []),
    )
