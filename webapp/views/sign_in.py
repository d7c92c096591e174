"""Signing in and out."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

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
from webapp.security.one_time_codes import SealBroken, look_at_code
from webapp.security.passwords import SHORTEST
from webapp.services import services
from webapp.storage import SignInAnswer, User
from webapp.storage.second_factors import has_second_factor
from webapp.storage.sign_ins import CodeAnswer

bp = Blueprint("sign_in", __name__)
KEPT = "kept:"
CODE = "code"
OTHER_KEY = (
    "The server has another key than when you set up your authenticator, so its codes no "
    "longer work. Use a recovery code, or ask the study's administrator to take the "
    "authenticator away."
)
LONGEST_IN_SECONDS = 120


@bp.get("/sign-in")
@allow(EVERYONE)
def show_sign_in() -> ResponseReturnValue:
    return sign_in_page(then=inside(request.args.get("then", "")))


@bp.post("/sign-in")
@allow(EVERYONE)
def take_sign_in() -> ResponseReturnValue:
    username, password = (
        request.form.get("username", ""),
        request.form.get("password", ""),
    )
    then = inside(request.form.get("then", ""))
    answer = sessions.look_at(username, password)
    kept = kept_texts()
    if answer.user is None:
        page = sign_in_page(
            then=then, username=username, refused=refusal(answer), kept=kept
        )
        return not_signed_in(make_response(page), answer.wait)

    if has_second_factor(services().database, answer.user.username):
        return _ask_code(answer.user, then, kept)
    return signed_in(sessions.begin(answer.user), then, kept)


def _ask_code(
    user: User, then: str, kept: list[tuple[str, str]]
) -> ResponseReturnValue:
    """To the second step. Nobody is signed in yet."""
    sessions.wait_for_code(user)
    if kept:
        return _code_page(user, then=then, kept=kept)
    return redirect(f"/sign-in/code?{urlencode({'then': then})}", 303)


@bp.get("/sign-in/code")
@allow(EVERYONE)
def show_code() -> ResponseReturnValue:
    """Asks for the code of who has given a password; anybody else begins with that."""
    user, then = sessions.user_between(), inside(request.args.get("then", ""))
    return _code_page(user, then=then) if user else redirect("/sign-in", 303)


@bp.post("/sign-in/code")
@allow(EVERYONE)
def take_code() -> ResponseReturnValue:
    """Signs in whoever gave the password and now the code."""
    then, kept = inside(request.form.get("then", "")), kept_texts()
    user = sessions.user_between()
    if user is None:
        refused = "Too much time has passed since the password. Type it again."
        return sign_in_page(then=then, refused=refused, kept=kept), 401
    try:
        answer = look_at_code(user.username, request.form.get("code", ""))
    except SealBroken:
        return _code_page(user, then=then, refused=OTHER_KEY, kept=kept), 401
    if not answer.is_right:
        page = _code_page(user, then=then, refused=code_refusal(answer), kept=kept)
        return not_signed_in(make_response(page), answer.wait)

    account = sessions.begin(user, by=sessions.first_step(), second_step=CODE)
    return signed_in(account, then, kept)


def _code_page(
    user: User,
    *,
    then: str,
    refused: str = "",
    kept: list[tuple[str, str]] | None = None,
) -> str:
    return render_template(
        "sign_in_code.html",
        username=user.username,
        by_password=sessions.first_step() == sessions.PASSWORD,
        then=then,
        refused=refused,
        kept=[(KEPT + name, text) for name, text in kept or []],
    )


def signed_in(
    account: Account, then: str, kept: list[tuple[str, str]]
) -> ResponseReturnValue:
    """What was typed before is shown once the account is as it has to be."""
    if account.user.must_change_password:
        return _change_first(account, then, kept)
    return after_password(account, then, kept)


def after_password(
    account: Account, then: str, kept: list[tuple[str, str]]
) -> ResponseReturnValue:
    """On with a password that is the person's own: to the page that sets up codes where
    the account needs them, or to where the person wanted to go.
    """
    if not sessions.needs_second_step(account.user):
        return go_on(account, then, kept)
    if not kept:
        return redirect(f"/account/code?{urlencode({'then': then})}", 303)
    return render_template(
        "own_code.html",
        user=account.user,
        comes_first=True,
        then=then,
        kept=[(KEPT + name, text) for name, text in kept],
    )


def _change_first(
    account: Account, then: str, kept: list[tuple[str, str]]
) -> ResponseReturnValue:
    """To the page that asks for a new password, with what was typed before."""
    if not kept:
        return redirect("/account/password", 303)
    return render_template(
        "password.html",
        user=account.user,
        shortest=SHORTEST,
        then=then,
        kept=[(KEPT + name, text) for name, text in kept],
    )


def kept_texts() -> list[tuple[str, str]]:
    """What was typed before on a page whose session had ended."""
    return [
        (name.removeprefix(KEPT), text)
        for name, text in request.form.items(multi=True)
        if name.startswith(KEPT)
    ]


def posted_texts() -> list[tuple[str, str]]:
    """What was typed on the page that was posted."""
    return [
        (name, text)
        for name, text in request.form.items(multi=True)
        if name != "csrf_token"
    ]


def go_on(
    account: Account, then: str, kept: list[tuple[str, str]]
) -> ResponseReturnValue:
    """To where somebody wanted to go before signing in, with what they typed there."""
    if kept:
        return _typed_before(then, MultiDict(kept))
    return redirect(then if account.may_get(urlsplit(then).path) else account.home, 303)


def refusal(answer: SignInAnswer) -> str:
    """Why nobody is signed in, in the same words for every name."""
    if answer.wait:
        return (
            "Too many attempts to sign in. The password was not checked. Try again in "
            f"{wait_words(answer.wait)}."
        )
    return (
        "The username or password is incorrect. Check both, including capital letters."
    )


def code_refusal(answer: CodeAnswer) -> str:
    """Why a code was not taken; the same for one that is wrong and one that was used."""
    if answer.wait:
        return (
            "Too many wrong codes. The code was not checked. Try again in "
            f"{wait_words(answer.wait)}."
        )
    return (
        "This code is wrong, or it was used already. Wait until the authenticator shows "
        "another one."
    )


def wait_words(seconds: int) -> str:
    """``8 seconds``, ``15 minutes``."""
    if seconds > LONGEST_IN_SECONDS:
        return f"{-(-seconds // 60)} minutes"
    return "1 second" if seconds == 1 else f"{seconds} seconds"


def not_signed_in(response: Response, wait: int) -> Response:
    """The answer with its status, and after how many seconds to try again."""
    response.status_code = 429 if wait else 401
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


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
    answer = sessions.look_at(
        request.form.get("username", ""), request.form.get("password", "")
    )
    if answer.user is None:
        response = jsonify(message=refusal(answer), token=generate_csrf())
        return not_signed_in(response, answer.wait)

    if answer.user.must_change_password:
        # No session begins: the page would save under a password that others know.
        message = (
            "Change your password first: open the start page in another tab and sign "
            "in there. Your text stays here."
        )
        return jsonify(message=message, token=generate_csrf()), 403

    return _renewed(answer.user)


def _renewed(user: User) -> Response:
    """The session of who gave the right password, and a code where one is needed."""
    if not has_second_factor(services().database, user.username):
        if user.code_required:
            message = (
                "Your account needs a code to sign in. Open the start page in another "
                "tab and set it up there. Your text stays here."
            )
            return make_response(jsonify(message=message, token=generate_csrf()), 403)
        return _session(sessions.begin(user).user)

    # Whoever typed a right password learns only now that a code is needed too.
    typed_code = request.form.get("code", "")
    if not typed_code:
        message = "Type the code of your authenticator too."
        answer = jsonify(message=message, needs=CODE, token=generate_csrf())
        return make_response(answer, 401)
    try:
        checked = look_at_code(user.username, typed_code)
    except SealBroken:
        answer = jsonify(message=OTHER_KEY, needs=CODE, token=generate_csrf())
        return make_response(answer, 401)
    if not checked.is_right:
        refused = code_refusal(checked)
        answer = jsonify(message=refused, needs=CODE, token=generate_csrf())
        return not_signed_in(answer, checked.wait)

    return _session(sessions.begin(user, second_step=CODE).user)


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
        return sign_in_page(then=request.path, kept=posted_texts()), 401

    then = request.full_path.rstrip("?") if request.path != "/" else ""

    return redirect(f"/sign-in?then={then}" if then else "/sign-in", 303)


def sign_in_page(
    *,
    then: str,
    username: str = "",
    refused: str = "",
    kept: list[tuple[str, str]] | None = None,
) -> str:
    return render_template(
        "sign_in.html",
        then=then,
        username=username,
        refused=refused,
        kept=[(KEPT + name, text) for name, text in kept or []],
        demo_accounts=services().demo_accounts,
        provider=services().provider,
    )


def inside(then: str) -> str:
    """An address of this server only, so that nobody is sent elsewhere after signing
    in.
    """
    try:
        parts = urlsplit(then)
    except ValueError:
        # A host that is none, such as one with a single bracket.
        return "/"

    # Browsers read two slashes, and a slash with a backslash, as the address of a host.
    leads_out = then.startswith(("//", "/\\")) or parts.netloc or parts.scheme
    if leads_out or not then.startswith("/"):
        return "/"

    # A line end would begin another header.
    return then if then.isprintable() else "/"


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
    if not current_user.has_one_of(allowed(current_app, endpoint) or frozenset()):
        abort(403)
    return typed(values["subjid"], values["visit"], values["form"], data)
