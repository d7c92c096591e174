"""Every step in the life of a query: what it leads to, or the words that refuse it."""

from __future__ import annotations

from itertools import product

import pytest

from webapp.security.query_access import query_party
from webapp.storage.query_life import (
    LIFE,
    QueryAction,
    QueryParty,
    QueryState,
    StepRefused,
    allowed_actions,
    next_state,
)
from webapp.storage.users import Role, User

TABLE = """
          open      answer    close     reopen    cancel    comment
nothing   VR-open   -         -         -         -         SV-comment
open      -         S-answer  VR-close  -         V-cancel  SVR-open
answered  -         S-answer  VR-close  VR-open   V-cancel  SV-answer
closed    -         -         -         VR-open   -         SV-close
cancelled -         -         -         VR-open   -         SV-cancel
comment   -         -         -         -         -         SV-comment
"""
"""By state and action: who may (site S, reviewer V, rule R), and the state after it."""

PEOPLE = {"S": QueryParty.SITE, "V": QueryParty.REVIEWER, "R": QueryParty.RULE}
AFTER = {
    "open": QueryState.OPEN,
    "answer": QueryState.ANSWERED,
    "close": QueryState.CLOSED,
    "cancel": QueryState.CANCELLED,
    "comment": QueryState.COMMENT,
}
STATES = (None, *QueryState)


def expected() -> dict[
    tuple[QueryState | None, QueryAction, QueryParty], QueryState | None
]:
    heads, *lines = TABLE.strip("\n").splitlines()
    actions = dict(zip(heads.split(), QueryAction, strict=True))
    table = {}
    for line in lines:
        name, *cells = line.split()
        state = None if name == "nothing" else QueryState(name)
        for action, cell in zip(actions.values(), cells, strict=True):
            who, _, after = cell.partition("-")
            for letter, party in PEOPLE.items():
                is_allowed = letter in who
                table[state, action, party] = AFTER[after] if is_allowed else None
    return table


@pytest.mark.parametrize(
    ("state", "action", "party"), list(product(STATES, QueryAction, QueryParty))
)
def test_each_step_leads_where_the_table_says_or_is_refused_in_words(
    state: QueryState | None, action: QueryAction, party: QueryParty
) -> None:
    after = expected()[state, action, party]
    if after is not None:
        assert next_state(state, action, party) is after
        assert action in allowed_actions(state, party)
        return

    assert action not in allowed_actions(state, party)
    with pytest.raises(StepRefused) as refused:
        next_state(state, action, party)
    words = str(refused.value)
    assert words.endswith(".")
    assert words[0].isupper()
    assert "none" not in words.lower().split()


def test_the_table_of_the_test_is_whole() -> None:
    assert expected().keys() == set(product(STATES, QueryAction, QueryParty))
    assert {step for step, after in expected().items() if after} == LIFE.keys()


def person(role: str) -> User:
    return User(
        username="x",
        name="X",
        role=role,
        sites=None,
        is_open=True,
        must_change_password=False,
    )


def test_roles_without_data_have_no_part_in_queries() -> None:
    people = {role: person(role) for role in Role}
    without = {role for role, user in people.items() if query_party(user) is None}
    assert without == {Role.DESIGNER, Role.ADMIN}
    assert allowed_actions(QueryState.OPEN, None) == ()


@pytest.mark.parametrize(
    ("state", "action", "party", "words"),
    [
        (
            QueryState.OPEN,
            QueryAction.CLOSE,
            QueryParty.SITE,
            "Coordinators and investigators cannot do this. A query is closed by "
            "monitors and data managers or rules.",
        ),
        (
            QueryState.CLOSED,
            QueryAction.ANSWER,
            QueryParty.SITE,
            "This query is closed, so it cannot be answered. A monitor or data manager "
            "can reopen it.",
        ),
        (
            QueryState.COMMENT,
            QueryAction.ANSWER,
            QueryParty.SITE,
            "A comment asks nothing, so it cannot be answered. Open a query instead.",
        ),
        (
            QueryState.OPEN,
            QueryAction.OPEN,
            QueryParty.REVIEWER,
            "This query exists already. Reopen it, or open another one.",
        ),
        (
            None,
            QueryAction.ANSWER,
            QueryParty.SITE,
            "There is no query yet that could be answered.",
        ),
    ],
)
def test_a_refusal_says_who_or_what_instead(
    state: QueryState | None, action: QueryAction, party: QueryParty, words: str
) -> None:
    with pytest.raises(StepRefused) as refused:
        next_state(state, action, party)
    assert str(refused.value) == words
