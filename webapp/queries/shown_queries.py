"""Threads as they are shown to somebody: their state, their age, and what that person
may do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from flask_login import current_user

from forms_spec.model.captured_data import FormKey
from webapp.presentation.form_address import form_address
from webapp.presentation.statuses import ShownStatus
from webapp.queries.query_places import PlaceWords, place_words
from webapp.security.query_access import actions_for
from webapp.services import services
from webapp.storage import (
    QueryAction,
    QueryEntry,
    QueryState,
    QueryThread,
    StoredQuery,
)

STATES: Mapping[QueryState, ShownStatus] = MappingProxyType(
    {
        QueryState.OPEN: ShownStatus(name="findings", shape="?", word="open"),
        QueryState.ANSWERED: ShownStatus(name="draft", shape="↩", word="answered"),
        QueryState.CLOSED: ShownStatus(name="complete", shape="✓", word="closed"),
        QueryState.CANCELLED: ShownStatus(
            name="not-expected", shape="✕", word="cancelled"
        ),
        QueryState.COMMENT: ShownStatus(name="none", shape="…", word="comment"),
    }
)
BUTTONS: Mapping[QueryAction, str] = MappingProxyType(
    {
        QueryAction.OPEN: "Open a query",
        QueryAction.ANSWER: "Answer",
        QueryAction.CLOSE: "Close the query",
        QueryAction.REOPEN: "Reopen the query",
        QueryAction.CANCEL: "Cancel the query",
        QueryAction.COMMENT: "Add a comment",
    }
)
if set(STATES) != set(QueryState) or set(BUTTONS) != set(QueryAction):
    raise TypeError("a state or an action of queries has no words")


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryButton:
    """Something that the person may do."""

    action: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownThread:
    """A thread, ready to be shown. ``message`` says why the last try was refused, and
    ``typed`` is what was typed then.
    """

    query: StoredQuery
    entries: tuple[QueryEntry, ...]
    where: PlaceWords
    status: ShownStatus
    age: str
    buttons: tuple[QueryButton, ...]
    message: str = ""
    typed: str = ""


def shown_thread(
    thread: QueryThread, *, message: str = "", typed: str = ""
) -> ShownThread:
    """A thread as the signed-in person sees it."""
    query = thread.query
    return ShownThread(
        query=query,
        entries=thread.entries,
        where=place_words(query.place),
        status=STATES[query.state],
        age=age_words(query.opened_at),
        buttons=buttons_for(query.state),
        message=message,
        typed=typed,
    )


OPEN_QUERIES = ShownStatus(name="findings", shape="?", word="open queries")
"""What stands beside the status of a form in the casebook."""


def with_query_marks(
    subjid: str,
    marks: Mapping[str, tuple[ShownStatus, ...]],
    waiting: Mapping[FormKey, int],
) -> dict[str, tuple[ShownStatus, ...]]:
    """The marks of forms by their addresses, with one for each form that has queries
    which wait.
    """
    both = dict(marks)
    for key in waiting:
        # A query about the subject has no form, and no cell.
        if key.form:
            address = form_address(subjid, key.visit, key.unsno, key.form)
            both[address] = (*both.get(address, ()), OPEN_QUERIES)

    return both


def in_order(threads: Iterable[QueryThread]) -> list[QueryThread]:
    """Those that wait first, then the newest."""
    return sorted(threads, key=lambda item: (not item.query.waits, -item.query.number))


def buttons_for(state: QueryState | None) -> tuple[QueryButton, ...]:
    """What the signed-in person may do in a state; None: where there is no thread."""
    actions = actions_for(current_user.user, state, services().study.roles)
    return tuple(
        QueryButton(action=action.value, words=BUTTONS[action]) for action in actions
    )


def age_words(opened_at: datetime) -> str:
    """How long ago a query was opened."""
    days = (services().database.clock() - opened_at).days
    if days < 1:
        return "today"
    if days == 1:
        return "1 day"
    return f"{days} days"


def waiting_marks(threads: Iterable[QueryThread]) -> dict[str, list[int]]:
    """By the name of a question: how many of its queries wait, and how many threads it
    has.
    """
    marks: dict[str, list[int]] = {}
    for thread in threads:
        name = place_words(thread.query.place).name
        mark = marks.setdefault(name, [0, 0])
        mark[0] += thread.query.waits
        mark[1] += 1

    return marks
