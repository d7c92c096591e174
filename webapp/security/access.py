"""Who may call what: declared beside each route, and asked before each request.

A route without ``allow`` cannot be registered unnoticed: the application refuses to
start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, TypeVar, cast

from flask import Flask, abort, current_app, request
from flask_login import UserMixin, current_user
from werkzeug.exceptions import HTTPException

from forms_spec.evaluation.role_view import RoleView
from forms_spec.model.roles import RESERVED_ROLES, Permission, Permissions, StudyRole
from forms_spec.model.study import Study
from webapp.services import current_view, services
from webapp.storage import ADMINISTER, ALL_SITES, Role, User

View = TypeVar("View", bound=Callable[..., Any])


class Duty(Enum):
    """What somebody may do beside work on captured data."""

    ADMINISTER = "administer"
    DESIGN = "design"
    HAVE_A_ROLE = "have a role"
    BE_SIGNED_IN = "be signed in"


Right = Permission | Duty

DUTIES: Final[Mapping[str, Duty]] = MappingProxyType(
    {
        Role.DESIGNER.value: Duty.DESIGN,
        **{role.value: Duty.ADMINISTER for role in ADMINISTER},
    }
)
"""Roles that see no data of subjects."""
if set(DUTIES) != set(RESERVED_ROLES):
    raise ImportError("a role that every study has is without a duty")

EVERYONE = frozenset[Right]()
"""Also people who have not signed in."""

SIGNED_IN = frozenset[Right]({Duty.BE_SIGNED_IN})
"""Also people whose role is no longer in the dictionary."""

WITH_A_ROLE = frozenset[Right]({Duty.HAVE_A_ROLE})
"""Everybody who works in the study."""

READ = frozenset[Right]({Permission.SEE})
"""People who see data of subjects."""

ENTER = frozenset[Right]({Permission.ENTER})
"""People who enter and correct data."""

REVIEW = frozenset[Right]({Duty.ADMINISTER, Permission.VERIFY, Permission.LOCK})
"""People who review what was done in the study, and by whom."""

LOCK = frozenset[Right]({Permission.LOCK})
"""People who lock data, and open them again."""

VERIFY = frozenset[Right]({Permission.VERIFY})
"""People who compare data with the source."""

ADJUDICATE = frozenset[Right]({Permission.ADJUDICATE})
"""People who decide between two entries of a form."""

FREEZE = frozenset[Right]({Permission.VERIFY, Permission.LOCK})
"""People who freeze data that they have reviewed."""

RANDOMIZE = frozenset[Right]({Permission.RANDOMIZE})
"""People who randomize subjects."""

SIGN = frozenset[Right]({Permission.SIGN})
"""People who sign data."""

REVIEW_DATA = frozenset[Right]({*FREEZE, *SIGN})
"""People who do something on the pages of a review."""

REDACT = frozenset[Right]({Duty.ADMINISTER, Permission.LOCK})
"""People who take out text that should never have been typed."""

DESIGN = frozenset[Right]({Duty.DESIGN})
"""People who write the dictionary."""

MANAGE_ACCOUNTS = frozenset[Right]({Duty.ADMINISTER})
"""People who add, change and close accounts."""

MANAGE_RELEASES = frozenset[Right]({Duty.ADMINISTER})
"""People who release a new dictionary for a site."""

MANAGE_PACKAGES = frozenset[Right]({Permission.EXPORT})
"""People who validate packages."""

HOME = ("/home", "Home")
SUBJECTS, PACKAGES = ("/subjects", "Subjects"), ("/packages", "Packages")
QUERY_LIST = ("/queries", "Queries")
REVIEWS = ("/review", "Review")
DICTIONARY, CODEBOOK, ACCOUNTS = (
    ("/dictionary", "Dictionary"),
    ("/codebook", "Codebook"),
    ("/accounts", "Accounts"),
)
HISTORY = ("/history", "History")

PAGES: tuple[tuple[frozenset[Right], tuple[str, str]], ...] = (
    (READ, HOME),
    (READ, SUBJECTS),
    (READ, QUERY_LIST),
    (REVIEW_DATA, REVIEWS),
    (MANAGE_PACKAGES, PACKAGES),
    (DESIGN, DICTIONARY),
    (DESIGN, CODEBOOK),
    (MANAGE_ACCOUNTS, ACCOUNTS),
    (REVIEW, HISTORY),
)
"""Address and title of the pages that lead to all others, and what opens each. On the
first one a person lands.
"""
OWN_ACCOUNT = "/account"


def rights_of(study: Study, role: str) -> frozenset[Right]:
    """Everything that people of a role may do somewhere in a study. One that the
    dictionary does not name may nothing.
    """
    if role in DUTIES:
        return frozenset({Duty.BE_SIGNED_IN, Duty.HAVE_A_ROLE, DUTIES[role]})

    known = study.roles.get(role)
    if known is None:
        return frozenset({Duty.BE_SIGNED_IN})

    return frozenset({Duty.BE_SIGNED_IN, Duty.HAVE_A_ROLE, *everywhere(known)})


def everywhere(role: StudyRole) -> Permissions:
    """What a role may do, each somewhere in the study."""
    return role.may.union(*role.exceptions.values())


class Account(UserMixin):  # type: ignore[misc]
    """A signed-in user, as Flask-Login wants it."""

    def __init__(self, user: User, token: str) -> None:
        self.user = user
        self._token = token

    def get_id(self) -> str:
        """The token of the session: a cookie with a username alone could not be ended."""
        return self._token

    @property
    def rights(self) -> frozenset[Right]:
        return rights_of(services().study, self.user.role)

    @property
    def has_a_role(self) -> bool:
        """Whether the person's role is one of the study."""
        return Duty.HAVE_A_ROLE in self.rights

    def may(self, permission: Permission, form: str = "") -> bool:
        """Whether the person may do something with a form as a whole; without a form:
        somewhere in the study. To enter a form is to enter something of it.
        """
        if permission not in self.rights:
            return False

        # Without a view the person sees all of every form.
        view = current_view() if form else None
        if view is None:
            return True

        if permission is Permission.SEE:
            return form in view.study.forms
        if permission is Permission.ENTER:
            return view.enters(form)
        return view.may(permission, form)

    @property
    def may_enter(self) -> bool:
        return self.may(Permission.ENTER)

    @property
    def may_read(self) -> bool:
        return self.may(Permission.SEE)

    @property
    def may_verify(self) -> bool:
        return self.may(Permission.VERIFY)

    @property
    def may_export(self) -> bool:
        """Whether the person may have the whole study: a package holds every site."""
        return self.may(Permission.EXPORT) and self.user.sites is ALL_SITES

    @property
    def pages(self) -> tuple[tuple[str, str], ...]:
        return tuple(page for rights, page in PAGES if self.has_one_of(rights))

    @property
    def home(self) -> str:
        return self.pages[0][0] if self.pages else OWN_ACCOUNT

    def may_get(self, path: str) -> bool:
        """Whether a path may be asked for; one where nothing is may."""
        adapter = current_app.create_url_adapter(request)
        if adapter is None:
            return True
        try:
            endpoint, _ = adapter.match(path, method="GET")
        except HTTPException:
            return True

        rights = allowed(current_app, endpoint)
        return not rights or self.has_one_of(rights)

    def may_with(self, rights: frozenset[Right], form: str) -> bool:
        """Whether the person has one of some rights over a form; over all of them where
        ``form`` is blank, as for a visit or a casebook.
        """
        view = current_view()
        if view is None:
            return self.has_one_of(rights)

        return _may_with(view, rights, form)

    def forms_with(self, rights: frozenset[Right]) -> frozenset[str] | None:
        """The forms over which the person has one of some rights, and a blank where they
        have it over all of them; None is everything.
        """
        view = current_view()
        if view is None:
            return None if self.has_one_of(rights) else frozenset()

        return forms_in(view, rights)

    def has_one_of(self, rights: frozenset[Right]) -> bool:
        """Whether the person has one of some rights at least."""
        return not rights.isdisjoint(self.rights)


def forms_in(view: RoleView, rights: frozenset[Right]) -> frozenset[str]:
    """The forms over which a role has one of some rights, and a blank where it has it
    over all of them.
    """
    names = ("", *view.study.forms)
    return frozenset(name for name in names if _may_with(view, rights, name))


def _may_with(view: RoleView, rights: frozenset[Right], form: str) -> bool:
    asked = [right for right in rights if isinstance(right, Permission)]
    if form:
        return any(view.may(right, form) for right in asked)

    # A casebook of which somebody sees a part only is not theirs as a whole.
    if not view.is_whole:
        return False
    by_form = view.grants.by_form.values()
    over_all = (all(right in may for may in by_form) for right in asked)
    return any(over_all)


def allow(rights: frozenset[Right] | Permission) -> Callable[[View], View]:
    """Declares who may call a view: whoever has one of the rights."""
    needed = frozenset({rights}) if isinstance(rights, Permission) else rights

    def mark(view: View) -> View:
        view.allowed = needed  # type: ignore[attr-defined]
        return view

    return mark


def allowed(app: Flask, endpoint: str) -> frozenset[Right] | None:
    """The rights of which one is needed for an endpoint; None when nobody said."""
    view = app.view_functions[endpoint]
    return cast("frozenset[Right] | None", getattr(view, "allowed", None))


def check_routes(app: Flask) -> None:
    """Refuses to start with a route that does not say who may call it."""
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    silent = [name for name in sorted(endpoints) if allowed(app, name) is None]
    if silent:
        raise RuntimeError(
            f"these routes do not say who may call them: {', '.join(silent)}"
        )


def ask() -> Any:
    """Before every request: signs in whoever has to, refuses whoever may not."""
    # An address where nothing is gets its own answer, whoever asks.
    if request.endpoint is None:
        return None

    rights = allowed(current_app, request.endpoint)
    if rights is None:
        abort(403)
    if not rights:
        return None

    if not current_user.is_authenticated:
        return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
    if not current_user.has_one_of(rights) or not _may_here(rights):
        abort(403)
    return None


def _may_here(rights: frozenset[Right]) -> bool:
    """Whether a form that is asked about is one with which the person may do that. One
    that the person does not see is for the view to say: it does not exist.
    """
    form = (request.view_args or {}).get("form", "")
    if form not in services().study.forms:
        return True

    # Duties, such as that of an administrator, are about no form.
    asked = [right for right in rights if isinstance(right, Permission)]
    return not asked or any(current_user.may(right, form) for right in asked)
