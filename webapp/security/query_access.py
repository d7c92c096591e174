"""What a person may do with queries: the side on which the person's role stands."""

from __future__ import annotations

from webapp.storage import (
    PARTIES,
    QueryAction,
    QueryParty,
    QueryState,
    QueryStep,
    StepRefused,
    User,
    allowed_actions,
)


def query_party(user: User) -> QueryParty | None:
    """The person's side; None for roles that see no data."""
    return PARTIES.get(user.role)


def actions_for(user: User, state: QueryState | None) -> tuple[QueryAction, ...]:
    """What a person may do with a query in a state; None: with a place that has none."""
    return allowed_actions(state, query_party(user))


def person_step(
    user: User,
    action: QueryAction,
    text: str,
    *,
    assigned_role: str = "",
    assigned_to: str = "",
) -> QueryStep:
    """A person's entry; ``StepRefused`` for a role without a part in queries."""
    party = query_party(user)
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
