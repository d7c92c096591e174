"""The life of a query: its states, what may be done in each, and who may do it.

Everything here is one table. What the table does not have is refused in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final


class QueryState(Enum):
    """How far a query is. A comment is a thread that asks nothing."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    COMMENT = "comment"


class QueryAction(Enum):
    """What is done in a thread. The values stand in logs that were written."""

    OPEN = "opened"
    ANSWER = "answered"
    CLOSE = "closed"
    REOPEN = "reopened"
    CANCEL = "cancelled"
    COMMENT = "commented"


class QueryParty(Enum):
    """Who acts: the people who enter data, those who review them, or a rule."""

    SITE = "site"
    REVIEWER = "reviewer"
    RULE = "rule"


WAITING_STATES: Final = frozenset({QueryState.OPEN, QueryState.ANSWERED})
"""The states in which somebody still has to act."""

Step = tuple[QueryState | None, QueryAction, QueryParty]
"""What happens: in which state (None: there is no thread yet), what is done, by whom."""

_SITE, _REVIEWER, _RULE = QueryParty.SITE, QueryParty.REVIEWER, QueryParty.RULE
_OPEN, _ANSWERED = QueryState.OPEN, QueryState.ANSWERED
_CLOSED, _CANCELLED = QueryState.CLOSED, QueryState.CANCELLED
_COMMENT = QueryState.COMMENT

LIFE: Final[Mapping[Step, QueryState]] = MappingProxyType(
    {
        (None, QueryAction.OPEN, _REVIEWER): _OPEN,
        (None, QueryAction.OPEN, _RULE): _OPEN,
        (None, QueryAction.COMMENT, _SITE): _COMMENT,
        (None, QueryAction.COMMENT, _REVIEWER): _COMMENT,
        # Open: the site answers, a reviewer or the corrected data end it.
        (_OPEN, QueryAction.ANSWER, _SITE): _ANSWERED,
        (_OPEN, QueryAction.CLOSE, _REVIEWER): _CLOSED,
        (_OPEN, QueryAction.CLOSE, _RULE): _CLOSED,
        (_OPEN, QueryAction.CANCEL, _REVIEWER): _CANCELLED,
        (_OPEN, QueryAction.COMMENT, _SITE): _OPEN,
        (_OPEN, QueryAction.COMMENT, _REVIEWER): _OPEN,
        (_OPEN, QueryAction.COMMENT, _RULE): _OPEN,
        # Answered: the reviewer takes the answer, or asks again.
        (_ANSWERED, QueryAction.ANSWER, _SITE): _ANSWERED,
        (_ANSWERED, QueryAction.CLOSE, _REVIEWER): _CLOSED,
        (_ANSWERED, QueryAction.CLOSE, _RULE): _CLOSED,
        (_ANSWERED, QueryAction.REOPEN, _REVIEWER): _OPEN,
        (_ANSWERED, QueryAction.REOPEN, _RULE): _OPEN,
        (_ANSWERED, QueryAction.CANCEL, _REVIEWER): _CANCELLED,
        (_ANSWERED, QueryAction.COMMENT, _SITE): _ANSWERED,
        (_ANSWERED, QueryAction.COMMENT, _REVIEWER): _ANSWERED,
        # Closed and cancelled: only asking again leads on.
        (_CLOSED, QueryAction.REOPEN, _REVIEWER): _OPEN,
        (_CLOSED, QueryAction.REOPEN, _RULE): _OPEN,
        (_CLOSED, QueryAction.COMMENT, _SITE): _CLOSED,
        (_CLOSED, QueryAction.COMMENT, _REVIEWER): _CLOSED,
        (_CANCELLED, QueryAction.REOPEN, _REVIEWER): _OPEN,
        (_CANCELLED, QueryAction.REOPEN, _RULE): _OPEN,
        (_CANCELLED, QueryAction.COMMENT, _SITE): _CANCELLED,
        (_CANCELLED, QueryAction.COMMENT, _REVIEWER): _CANCELLED,
        (_COMMENT, QueryAction.COMMENT, _SITE): _COMMENT,
        (_COMMENT, QueryAction.COMMENT, _REVIEWER): _COMMENT,
    }
)
"""The state after each step that may be taken."""

_DOING: Final[Mapping[QueryAction, str]] = MappingProxyType(
    {
        QueryAction.OPEN: "opened",
        QueryAction.ANSWER: "answered",
        QueryAction.CLOSE: "closed",
        QueryAction.REOPEN: "reopened",
        QueryAction.CANCEL: "cancelled",
        QueryAction.COMMENT: "commented on",
    }
)
_PEOPLE: Final[Mapping[QueryParty, str]] = MappingProxyType(
    {
        QueryParty.SITE: "Coordinators and investigators",
        QueryParty.REVIEWER: "Monitors and data managers",
        QueryParty.RULE: "Rules",
    }
)


class StepRefused(ValueError):
    """The table has no such step. The words say what to do instead."""


def next_state(
    state: QueryState | None, action: QueryAction, party: QueryParty
) -> QueryState:
    """The state after a step; ``StepRefused`` where it may not be taken."""
    after = LIFE.get((state, action, party))
    if after is None:
        raise StepRefused(_refusal(state, action, party))

    return after


def allowed_actions(
    state: QueryState | None, party: QueryParty | None
) -> tuple[QueryAction, ...]:
    """What a party may do in a state, in the order of the table."""
    actions: list[QueryAction] = []
    for before, action, who in LIFE:
        if (before, who) == (state, party):
            actions.append(action)

    return tuple(actions)


def _refusal(state: QueryState | None, action: QueryAction, party: QueryParty) -> str:
    doing = _DOING[action]
    others = [who for who in QueryParty if (state, action, who) in LIFE]
    if others:
        people = " or ".join(_PEOPLE[other].lower() for other in others)
        return f"{_PEOPLE[party]} cannot do this. A query is {doing} by {people}."

    # From here on nobody may do it in this state.
    if state is None:
        return f"There is no query yet that could be {doing}."
    if action is QueryAction.OPEN:
        return "This query exists already. Reopen it, or open another one."
    if state is QueryState.COMMENT:
        return f"A comment asks nothing, so it cannot be {doing}. Open a query instead."

    where = f"This query is {state.value}, so it cannot be {doing}."
    can_be_reopened = (state, QueryAction.REOPEN, QueryParty.REVIEWER) in LIFE
    if can_be_reopened:
        return f"{where} A monitor or data manager can reopen it."

    return where
