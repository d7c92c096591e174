"""What a person may do with queries: the side on which the person's role stands."""

from __future__ import annotations

from collections.abc import Mapping

from flask_login import current_user

from forms_spec.model.roles import USUAL_ROLES, Permission, StudyRole
from forms_spec.model.study import Study
from webapp.security.access import everywhere
from webapp.services import services
from webapp.storage import (
    QueryAction,
    QueryParty,
    QueryState,
    QueryStep,
    StepRefused,
    User,
    allowed_actions,
)

Roles = Mapping[str, StudyRole]


def query_party(user: User, roles: Roles = USUAL_ROLES) -> QueryParty | None:
    """The person's side: who enters data answers, others ask; None for roles that have
    no part in queries. ``roles`` are those of the study.
    """
    role = roles.get(user.role)
    if role is None:
        return None

    may = everywhere(role)
    if Permission.QUERY not in may:
        return None
    return QueryParty.SITE if Permission.ENTER in may else QueryParty.REVIEWER


def is_reviewer() -> bool:
    """Whether the person who is signed in asks the site."""
    roles = services().study.roles
    return query_party(current_user.user, roles) is QueryParty.REVIEWER


def assignable_roles(study: Study) -> tuple[str, ...]:
    """Who can be asked: the roles that enter data, in the order of the dictionary."""
    roles = study.roles.values()
    return tuple(role.name for role in roles if Permission.ENTER in everywhere(role))


def actions_for(
    user: User, state: QueryState | None, roles: Roles = USUAL_ROLES
) -> tuple[QueryAction, ...]:
    """What a person may do with a query in a state; None: with a place that has none."""
    return allowed_actions(state, query_party(user, roles))


def person_step(
    user: User,
    action: QueryAction,
    text: str,
    *,
    assigned_role: str = "",
    assigned_to: str = "",
    roles: Roles = USUAL_ROLES,
) -> QueryStep:
    """A person's entry; ``StepRefused`` for a role without a part in queries."""
    party = query_party(user, roles)
    if party is None:
        raise StepRefused("Your role has no part in queries.")

    return QueryStep(
        action=action,
        party=party,
        username=user.username,
        text=text,
        assigned_role=assigned_role,
        assigned_to=assigned_to,
    )
