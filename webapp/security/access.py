"""Who may call what: declared beside each route, and asked before each request.

A route without ``allow`` cannot be registered unnoticed: the application refuses to
start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, request
from flask_login import UserMixin, current_user
from werkzeug.exceptions import HTTPException

from webapp.storage import ADMINISTER, ALL_SITES, Role, User

View = TypeVar("View", bound=Callable[..., Any])

EVERYONE = frozenset[Role]()
"""Also people who have not signed in."""

ENTER = frozenset({Role.COORDINATOR, Role.INVESTIGATOR})
"""People who enter and correct data."""

READ = frozenset({*ENTER, Role.MONITOR, Role.DATA_MANAGER})
"""People who see data of subjects."""

REVIEW = frozenset({Role.ADMIN, Role.DATA_MANAGER, Role.MONITOR})
"""People who review what was done in the study, and by whom."""

SIGNED_IN = frozenset(Role)

MANAGE_ACCOUNTS = ADMINISTER
"""People who add, change and close accounts."""

MANAGE_PACKAGES = frozenset({Role.DATA_MANAGER})
"""People who validate packages."""

SUBJECTS, PACKAGES = ("/subjects", "Subjects"), ("/packages", "Packages")
QUERY_LIST = ("/queries", "Queries")
DICTIONARY, CODEBOOK, ACCOUNTS = (
    ("/dictionary", "Dictionary"),
    ("/codebook", "Codebook"),
    ("/accounts", "Accounts"),
)
HISTORY = ("/history", "History")

PAGES: Mapping[Role, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        Role.COORDINATOR: (SUBJECTS, QUERY_LIST),
        Role.INVESTIGATOR: (SUBJECTS, QUERY_LIST),
        Role.MONITOR: (SUBJECTS, QUERY_LIST, HISTORY),
        Role.DATA_MANAGER: (SUBJECTS, QUERY_LIST, PACKAGES, HISTORY),
        Role.DESIGNER: (DICTIONARY, CODEBOOK),
        Role.ADMIN: (ACCOUNTS, HISTORY),
    }
)
"""By role: address and title of the pages that lead to all others.

On the first one a person lands.
"""
if holes := SIGNED_IN - set(PAGES):
    raise ImportError(f"no page for {sorted(role.value for role in holes)}")


class Account(UserMixin):  # type: ignore[misc]
    """A signed-in user, as Flask-Login wants it."""

    def __init__(self, user: User, token: str) -> None:
        self.user = user
        self._token = token

    def get_id(self) -> str:
        """The token of the session: a cookie with a username alone could not be ended."""
        return self._token

    @property
    def may_enter(self) -> bool:
        return self.user.role in ENTER

    @property
    def may_read(self) -> bool:
        return self.user.role in READ

    @property
    def may_export(self) -> bool:
        """Whether the person may have the whole study: a package holds every site."""
        return self.user.role in MANAGE_PACKAGES and self.user.sites is ALL_SITES

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

        roles = allowed(current_app, endpoint) if endpoint else None

        return not roles or self.user.role in roles


def allow(roles: frozenset[Role]) -> Callable[[View], View]:
    """Declares who may call a view."""

    def mark(view: View) -> View:
        view.allowed = roles  # type: ignore[attr-defined]
        return view

    return mark


def allowed(app: Flask, endpoint: str) -> frozenset[Role] | None:
    """Who may call an endpoint; None when nobody said."""
    view = app.view_functions[endpoint]
    return cast("frozenset[Role] | None", getattr(view, "allowed", None))


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
    roles = allowed(current_app, request.endpoint)
    if roles is None:
        abort(403)
    if not roles:
        return None
    if not current_user.is_authenticated:
        return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
    if current_user.user.role not in roles:
        abort(403)
    return None
