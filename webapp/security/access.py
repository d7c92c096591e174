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

from forms_spec.model.roles import USUAL_ROLES, Permission
from webapp.storage import ADMINISTER, ALL_SITES, Role, User

View = TypeVar("View", bound=Callable[..., Any])


class Duty(Enum):
    """What somebody may do beside work on captured data."""

    ADMINISTER = "administer"
    DESIGN = "design"
    BE_SIGNED_IN = "be signed in"


Right = Permission | Duty

DUTIES: Final[Mapping[Role, frozenset[Duty]]] = MappingProxyType(
    {
        Role.DESIGNER: frozenset({Duty.DESIGN}),
        **{role: frozenset({Duty.ADMINISTER}) for role in ADMINISTER},
    }
)
"""Roles that see no data of subjects."""

EVERYONE = frozenset[Right]()
"""Also people who have not signed in."""

SIGNED_IN = frozenset[Right]({Duty.BE_SIGNED_IN})

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

FREEZE = frozenset[Right]({Permission.VERIFY, Permission.LOCK})
"""People who freeze data that they have reviewed."""

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

PAGES: Mapping[Role, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        Role.COORDINATOR: (HOME, SUBJECTS, QUERY_LIST),
        Role.INVESTIGATOR: (HOME, SUBJECTS, QUERY_LIST, REVIEWS),
        Role.MONITOR: (HOME, SUBJECTS, QUERY_LIST, REVIEWS, HISTORY),
        Role.DATA_MANAGER: (HOME, SUBJECTS, QUERY_LIST, REVIEWS, PACKAGES, HISTORY),
        Role.DESIGNER: (DICTIONARY, CODEBOOK),
        Role.ADMIN: (ACCOUNTS, HISTORY),
    }
)
"""By role: address and title of the pages that lead to all others.

On the first one a person lands.
"""
if holes := set(Role) - set(PAGES):
    raise ImportError(f"no page for {sorted(role.value for role in holes)}")


def rights_of(role: Role) -> frozenset[Right]:
    """Everything that people of a role may do in the study."""
    permissions = USUAL_ROLES.get(role.value, frozenset())
    duties = DUTIES.get(role, frozenset())
    return frozenset({Duty.BE_SIGNED_IN, *permissions, *duties})


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
        return rights_of(self.user.role)

    def may(self, permission: Permission) -> bool:
        """Whether the person may do something with the data of the study."""
        return permission in self.rights

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
        return PAGES[self.user.role]

    @property
    def home(self) -> str:
        return self.pages[0][0]

    def may_get(self, path: str) -> bool:
        """Whether a path may be asked for; one where nothing is may."""
        try:
            adapter = current_app.create_url_adapter(request)
            endpoint = adapter.match(path, method="GET")[0] if adapter else ""
        except HTTPException:
            return True

        rights = allowed(current_app, endpoint) if endpoint else None

        return not rights or self.has_one_of(rights)

    def has_one_of(self, rights: frozenset[Right]) -> bool:
        """Whether the person has one of some rights at least."""
        return not rights.isdisjoint(self.rights)


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
    silent = sorted(
        {
            rule.endpoint
            for rule in app.url_map.iter_rules()
            if allowed(app, rule.endpoint) is None
        }
    )
    if silent:
        raise RuntimeError(
            f"these routes do not say who may call them: {', '.join(silent)}"
        )


def ask() -> Any:
    """Before every request: signs in whoever has to, refuses whoever may not."""
    if request.endpoint is None:
        return None
    rights = allowed(current_app, request.endpoint)
    if rights is None:
        abort(403)
    if not rights:
        return None
    if not current_user.is_authenticated:
        return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
    if not current_user.has_one_of(rights):
        abort(403)
    return None
