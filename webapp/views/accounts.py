"""The administrator's pages: who has an account, as what, for which sites."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from forms_spec.model.roles import RESERVED_ROLES
from webapp.security.access import MANAGE_ACCOUNTS, allow
from webapp.security.passwords import new_password
from webapp.services import services
from webapp.storage import (
    ALL_SITES,
    PROGRAMS,
    AccountRefused,
    Database,
    NewAccount,
    Sites,
    User,
    add_account,
    change_email,
    change_role,
    change_sites,
    close_account,
    get_user,
    list_users,
    locked_accounts,
    reopen_account,
    reset_password,
    unlock_account,
)
from webapp.storage.second_factors import (
    has_second_factor,
    remove_second_factor,
    require_code,
)

bp = Blueprint("accounts", __name__)
DONE = {
    "added": "The account was added.",
    "role": "The role was changed.",
    "sites": "The sites were changed.",
    "email": "The e-mail address was changed.",
    "close": "The account was closed. Its sessions have ended.",
    "reopen": "The account is open again.",
    "unlock": "The account was unlocked.",
    "require": "The account needs a code to sign in from now on.",
    "free": "The account signs in with its password alone, unless its person set up codes.",
    "remove": "The authenticator was taken away. The sessions of the account have ended.",
}
"""What the page says after a change, by the word in its address."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownAccount:
    """A line of the list. ``locked_until`` is None unless too many sign-ins failed."""

    user: User
    locked_until: datetime | None

    @property
    def sites_words(self) -> str:
        return site_words(self.user.sites)


def site_words(sites: Sites) -> str:
    """``all sites``, or their numbers."""
    return "all sites" if sites is ALL_SITES else ", ".join(sorted(sites))


@bp.get("/accounts")
@allow(MANAGE_ACCOUNTS)
def show_accounts() -> str:
    """Who may sign in, and as what."""
    database = services().database
    locked = locked_accounts(database)
    shown = [
        ShownAccount(user=user, locked_until=locked.get(user.username))
        for user in list_users(database)
        if user.username not in PROGRAMS
    ]
    return render_template("accounts.html", accounts=shown, roles=_tasks())


@bp.get("/accounts/new")
@allow(MANAGE_ACCOUNTS)
def ask_account() -> str:
    return _new_page()


@bp.post("/accounts/new")
@allow(MANAGE_ACCOUNTS)
def enter_account() -> ResponseReturnValue:
    """Adds an account and shows its password once."""
    role = _role()
    if role is None:
        return _new_page("Choose a role."), 422
    password = new_password()
    new = NewAccount(
        username=request.form.get("username", "").strip(),
        name=request.form.get("name", "").strip(),
        role=role,
        sites=_sites(),
        password=password,
        email=_email(),
    )
    try:
        add_account(services().database, new, by=_me())
    except AccountRefused as error:
        return _new_page(str(error)), 422
    # Shown in this answer and nowhere else: no address leads to it again.
    return _person_page(new.username, done="added", password=password)


@bp.get("/accounts/person")
@allow(MANAGE_ACCOUNTS)
def show_person() -> str:
    """One account, and what can be done with it."""
    username = request.args.get("username", "")
    return _person_page(username, done=request.args.get("done", ""))


@bp.post("/accounts/person/role")
@allow(MANAGE_ACCOUNTS)
def take_role() -> ResponseReturnValue:
    role = _role()
    if role is None:
        return _person_page(_username(), refused="Choose a role."), 422
    return _changed(
        "role", lambda database: change_role(database, _username(), role, by=_me())
    )


@bp.post("/accounts/person/sites")
@allow(MANAGE_ACCOUNTS)
def take_sites() -> ResponseReturnValue:
    return _changed(
        "sites",
        lambda database: change_sites(database, _username(), _sites(), by=_me()),
    )


@bp.post("/accounts/person/email")
@allow(MANAGE_ACCOUNTS)
def take_email() -> ResponseReturnValue:
    """Says where a person gets alerts by mail; one's own address too."""
    return _changed(
        "email",
        lambda database: change_email(database, _username(), _email(), by=_me()),
    )


@bp.post("/accounts/person/close")
@allow(MANAGE_ACCOUNTS)
def close_person() -> ResponseReturnValue:
    return _changed(
        "close", lambda database: close_account(database, _username(), by=_me())
    )


@bp.post("/accounts/person/reopen")
@allow(MANAGE_ACCOUNTS)
def reopen_person() -> ResponseReturnValue:
    return _changed(
        "reopen", lambda database: reopen_account(database, _username(), by=_me())
    )


@bp.post("/accounts/person/unlock")
@allow(MANAGE_ACCOUNTS)
def unlock_person() -> ResponseReturnValue:
    return _changed(
        "unlock", lambda database: unlock_account(database, _username(), by=_me())
    )


@bp.post("/accounts/person/code")
@allow(MANAGE_ACCOUNTS)
def require_person_code() -> ResponseReturnValue:
    """Says whether an account needs a code to sign in."""
    required = request.form.get("required") == "1"
    return _changed(
        "require" if required else "free",
        lambda database: require_code(database, _username(), required, by=_me()),
    )


@bp.post("/accounts/person/authenticator")
@allow(MANAGE_ACCOUNTS)
def remove_authenticator() -> ResponseReturnValue:
    """Takes away the authenticator of somebody who lost it; nobody's own, which a code
    turns off.
    """
    if _username() == _me():
        refused = "Turn off your own one-time codes on your page, with a code."
        return _person_page(_username(), refused=refused), 422
    return _changed(
        "remove", lambda database: remove_second_factor(database, _username(), by=_me())
    )


@bp.post("/accounts/person/password")
@allow(MANAGE_ACCOUNTS)
def reset_person() -> ResponseReturnValue:
    """Gives a new password, shown once."""
    password = new_password()
    try:
        reset_password(services().database, _username(), password, by=_me())
    except AccountRefused as error:
        return _person_page(_username(), refused=str(error)), 422
    return _person_page(_username(), password=password)


def _changed(done: str, change: Callable[[Database], None]) -> ResponseReturnValue:
    """Makes a change, then shows the account as it is."""
    _user_or_404(_username())
    try:
        change(services().database)
    except AccountRefused as error:
        return _person_page(_username(), refused=str(error)), 422
    query = urlencode({"username": _username(), "done": done})
    return redirect(f"/accounts/person?{query}", 303)


def _new_page(refused: str = "") -> str:
    return render_template(
        "new_account.html",
        roles=_tasks(),
        refused=refused,
        posted=request.form,
        chosen=_sites() if request.method == "POST" else frozenset(),
    )


def _person_page(
    username: str, *, done: str = "", refused: str = "", password: str = ""
) -> str:
    user = _user_or_404(username)
    return render_template(
        "account.html",
        shown=ShownAccount(
            user=user,
            locked_until=locked_accounts(services().database).get(username),
        ),
        roles=_tasks(),
        done=DONE.get(done, ""),
        refused=refused,
        password=password,
        has_code=has_second_factor(services().database, username),
        is_me=username == _me(),
    )


def _user_or_404(username: str) -> User:
    user = get_user(services().database, username)
    if user is None or username in PROGRAMS:
        abort(404, f"There is no account {username}.")
    return user


def _me() -> str:
    return str(current_user.user.username)


def _username() -> str:
    return request.form.get("username", "")


def _email() -> str:
    return request.form.get("email", "").strip()


def _role() -> str | None:
    text = request.form.get("role", "")
    return text if text in _tasks() else None


def _tasks() -> Mapping[str, str]:
    """What the people of each role do, by the role's name."""
    own = {role.name: role.task for role in services().study.roles.values()}
    return {**own, **RESERVED_ROLES}


def _sites() -> Sites:
    """The sites that were ticked, as far as the study has them. All sites and some of
    them together are no choice: nobody gets more than was meant.
    """
    known = frozenset(services().study.sites)
    # A study without sites has nothing to choose from.
    if not known:
        return ALL_SITES

    ticked = frozenset(request.form.getlist("sites")) & known
    if request.form.get("all_sites") != "1":
        return ticked
    return frozenset() if ticked else ALL_SITES
