"""Who is signed in: a token in the browser's signed cookie, and a row in the database
that can end.

A session ends by signing out, after ``IDLE`` without a request, and ``LONGEST`` after
it began. Its cookie counts only in the browser that it was made for.
"""

from __future__ import annotations

import hmac
from dataclasses import asdict
from datetime import timedelta
from hashlib import sha256
from typing import Final

from flask import Flask, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import login_user, logout_user

from webapp.security.access import Account
from webapp.security.provider_steps import PendingSignIn
from webapp.services import services
from webapp.storage import (
    Attempt,
    SignInAnswer,
    User,
    begin_session,
    end_session,
    get_user,
    open_session,
    try_to_sign_in,
)
from webapp.storage.provider_sign_ins import spend_state
from webapp.storage.second_factors import password_mark

IDLE: Final = timedelta(hours=1)
LONGEST: Final = timedelta(hours=12)
TOLD_EVERY: Final = timedelta(minutes=1)
TOKEN: Final = "_user_id"
"""Where Flask-Login keeps what ``Account.get_id`` gives."""
LAST_REQUEST: Final = "last_request"
BETWEEN, SECOND_STEP = "between_steps", "second_step"
PASSWORD: Final = "password"
"""What most people sign in by."""
PENDING: Final = "at_provider"
AT_PROVIDER: Final = timedelta(minutes=10)
"""For so long people may take to sign in at a provider."""
BETWEEN_STEPS: Final = timedelta(minutes=5)
"""For so long after the password a code is taken."""
UNANSWERED: Final = "crfsmith_unanswered"
"""Notes in a request that the database was asked for its session, and did not answer."""


class StudyCookies(SecureCookieSessionInterface):
    """Cookies that one study signs and no other study reads, even where both have the
    same key.
    """

    def __init__(self, study: str) -> None:
        self.salt = f"crfsmith session of {study}"


def protect(app: Flask, study: str) -> None:
    """Makes an application's cookies those of one study."""
    app.session_interface = StudyCookies(study)
    app.config["PERMANENT_SESSION_LIFETIME"] = LONGEST


def look_at(username: str, password: str) -> SignInAnswer:
    """Whose password it is, if the name and the address need not wait."""
    attempt = Attempt(
        username=username,
        password=password,
        address=request.remote_addr or "",
        secret=str(current_app.secret_key).encode("utf-8"),
    )
    return try_to_sign_in(services().database, attempt)


def begin(user: User, *, by: str = PASSWORD, second_step: str = "") -> Account:
    """Signs somebody in. ``by`` is the first step, ``second_step`` what came after it,
    if anything.

    Nothing of the session before is left, its token against forged posts included.
    """
    end()
    token = begin_session(
        services().database, user, client=_client(), by=by, second_step=second_step
    )
    session.permanent = True
    account = Account(user, token)
    login_user(account)
    session[LAST_REQUEST] = _now()
    if second_step:
        mark_second_step()

    return account


def wait_for_code(user: User, *, by: str = PASSWORD) -> None:
    """Remembers that somebody did the first step and has to give a code. Nobody is
    signed in meanwhile.
    """
    end()
    session[BETWEEN] = {
        "username": user.username,
        "by": by,
        "since": _now(),
        "client": _client_mark(),
        "password": password_mark(services().database, user.username),
    }


def user_between() -> User | None:
    """Who did the first step in this browser a moment ago and has to give a code; None
    for nobody, or when too much time has passed or the password was changed.
    """
    between = session.get(BETWEEN)
    if not between or _is_over(between["since"], BETWEEN_STEPS):
        return None
    # A cookie that came to another browser is nobody's.
    if between["client"] != _client_mark():
        return None

    database, username = services().database, str(between["username"])
    user = get_user(database, username)
    if user is None or not user.is_open:
        return None

    # A password that an administrator has just reset opens nothing any more.
    if between["password"] != password_mark(database, username):
        return None
    return user


def first_step() -> str:
    """By what the person between the steps did the first one."""
    return str((session.get(BETWEEN) or {}).get("by", PASSWORD))


def send_to_provider(pending: PendingSignIn) -> None:
    """Remembers in this browser what the provider was asked. Only the newest counts."""
    session[PENDING] = {**asdict(pending), "since": _now()}


def back_from_provider(state: str) -> PendingSignIn | None:
    """What the provider was asked under this state, in this browser and a moment ago;
    None for anything else. It counts once, also where the cookie was copied.
    """
    kept = session.pop(PENDING, None)
    if not kept or _is_over(kept.pop("since"), AT_PROVIDER):
        return None

    pending = PendingSignIn(**kept)
    asked, given = pending.state.encode(), state.encode("utf-8", "replace")
    if not hmac.compare_digest(asked, given):
        return None
    return pending if spend_state(services().database, state) else None


def mark_second_step() -> None:
    """Notes in the session that a code was given in it."""
    session[SECOND_STEP] = True


def needs_second_step(user: User) -> bool:
    """Whether the person has to set up an authenticator before anything else."""
    return user.code_required and not session.get(SECOND_STEP, False)


def end() -> None:
    """Ends the session of this browser, if there is one."""
    token = session.get(TOKEN)
    if token:
        end_session(services().database, token)
    logout_user()
    session.clear()


def account_of(token: str) -> Account | None:
    """Whose session it is, or None when it has ended, gone idle or come to another
    browser.

    Asked again in a request whose first look the database did not answer, it is nobody:
    so that the page can be made that says so.
    """
    if g.get(UNANSWERED):
        return None
    setattr(g, UNANSWERED, True)
    opened = _opened(token)
    setattr(g, UNANSWERED, False)

    return opened


def _opened(token: str) -> Account | None:
    now = _now()
    idle = now - int(session.get(LAST_REQUEST, 0))
    if idle > IDLE.total_seconds():
        return None

    opened = open_session(services().database, token, client=_client())
    if opened is None:
        return None
    if now - opened.began_at.timestamp() > LONGEST.total_seconds():
        return None

    # Not at each request: a cookie that changed is sent with the answer.
    if idle > TOLD_EVERY.total_seconds():
        session[LAST_REQUEST] = now
    return Account(opened.user, token)


def current_token() -> str:
    """The token of this browser's session."""
    return str(session.get(TOKEN, ""))


def _now() -> int:
    return int(services().database.clock().timestamp())


def _is_over(since: object, time: timedelta) -> bool:
    """Whether more time has passed since a second that a cookie has."""
    return _now() - int(str(since)) > time.total_seconds()


def _client() -> str:
    return request.headers.get("User-Agent", "")


def _client_mark() -> str:
    """What stands for the browser in a cookie that anybody can read."""
    return sha256(_client().encode("utf-8", "replace")).hexdigest()
