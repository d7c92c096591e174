"""Signing in through an OpenID Connect provider."""

from __future__ import annotations

from typing import Final, cast
from urllib.parse import urlencode

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue

from webapp.security import sessions
from webapp.security.access import EVERYONE, allow
from webapp.security.openid_connect import OpenIdProvider
from webapp.security.provider_steps import PendingSignIn, ProviderAway, ProviderRefusal
from webapp.services import services
from webapp.storage import User
from webapp.storage.provider_sign_ins import (
    PROVIDER,
    known_account,
    refuse,
    wait_of_address,
)
from webapp.storage.second_factors import has_second_factor
from webapp.views.sign_in import (
    inside,
    not_signed_in,
    sign_in_page,
    signed_in,
    wait_words,
)

bp = Blueprint("provider_sign_in", __name__)
EXTENSION: Final = "crfsmith-provider"
ANSWER: Final = ("code", "state", "iss", "error")
"""What a provider sends back with a person."""
NOT_ASKED: Final = (
    "This sign-in did not begin in this browser, took longer than ten minutes, or was "
    "used already. Sign in again."
)
NO_ACCOUNT: Final = (
    "The provider knows you as “{username}”, but no account here has that username. "
    "Ask the study's administrator for one."
)
CLOSED: Final = (
    "The account “{username}” is closed. Ask the study's administrator if you need it."
)


@bp.get("/sign-in/provider")
@allow(EVERYONE)
def send_away() -> ResponseReturnValue:
    """To the provider, which sends the person back."""
    provider, then = _provider(), inside(request.args.get("then", ""))
    try:
        address, pending = provider.ask(then)
    except ProviderAway as error:
        return _away(error, then)

    sessions.send_to_provider(pending)
    return redirect(address, 303)


@bp.get("/sign-in/provider/back")
@allow(EVERYONE)
def come_back() -> ResponseReturnValue:
    """A page that goes on by itself. The browser comes from another site and sends no
    cookie; from this page it does.
    """
    _provider()
    answer = {name: request.args.get(name, "") for name in ANSWER}
    given = {name: text for name, text in answer.items() if text}
    address = f"/sign-in/provider/finish?{urlencode(given)}"
    return render_template("provider_back.html", address=address)


@bp.get("/sign-in/provider/finish")
@allow(EVERYONE)
def take_answer() -> ResponseReturnValue:
    """Signs in whom the provider names, if an open account has that username."""
    provider, database = _provider(), services().database
    wait = wait_of_address(database, request.remote_addr or "")
    if wait:
        words = f"Too many attempts to sign in. Try again in {wait_words(wait)}."
        return not_signed_in(make_response(sign_in_page(then="", refused=words)), wait)

    pending = sessions.back_from_provider(request.args.get("state", ""))
    if pending is None:
        # Not counted: any page could make a browser ask so, and an address wait.
        return sign_in_page(then="", refused=NOT_ASKED), 401
    try:
        username = _named(provider, pending)
    except ProviderAway as error:
        return _away(error, pending.then)
    except ProviderRefusal as error:
        return _refused(error, pending.then)

    known = known_account(database, username)
    if known.user is not None:
        return _let_in(known.user, pending.then)
    is_closed = known.why == "closed account"
    words = (CLOSED if is_closed else NO_ACCOUNT).format(username=username)
    refusal = ProviderRefusal(known.why, words)
    return _refused(refusal, pending.then, account=username if is_closed else "")


def _named(provider: OpenIdProvider, pending: PendingSignIn) -> str:
    """The username that the provider's answer stands for."""
    if request.args.get("iss", provider.settings.issuer) != provider.settings.issuer:
        words = "This answer comes from another provider. Sign in again."
        raise ProviderRefusal("another provider", words)
    code = request.args.get("code", "")
    if not code:
        words = "The provider did not sign you in. Sign in again, or ask who runs it."
        raise ProviderRefusal("refused by the provider", words)

    now = int(services().database.clock().timestamp())
    return provider.username(code, pending, now=now)


def _let_in(user: User, then: str) -> ResponseReturnValue:
    """On to the pages. A code of crfsmith is asked only where the account requires it:
    the provider has its own second step.
    """
    if user.code_required and has_second_factor(services().database, user.username):
        sessions.wait_for_code(user, by=PROVIDER)
        return redirect(f"/sign-in/code?{urlencode({'then': then})}", 303)
    return signed_in(sessions.begin(user, by=PROVIDER), then, [])


def _refused(
    error: ProviderRefusal, then: str, *, account: str = ""
) -> ResponseReturnValue:
    origin = request.remote_addr or ""
    refuse(services().database, why=error.why, address=origin, account=account)
    return sign_in_page(then=then, refused=str(error)), 401


def _away(error: ProviderAway, then: str) -> Response:
    words = f"{error} Sign in with your password, or try again in a moment."
    response = make_response(sign_in_page(then=then, refused=words), 503)
    response.headers["Retry-After"] = "5"
    return response


def _provider() -> OpenIdProvider:
    """The provider of this server; where it has none, its pages do not exist."""
    provider = current_app.extensions.get(EXTENSION)
    if provider is None:
        abort(404)
    return cast("OpenIdProvider", provider)
