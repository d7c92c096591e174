"""What is said of something that is frozen or locked: by whom, since when and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from forms_spec.model.captured_data import LOG
from webapp.presentation.form_address import visit_word
from webapp.presentation.statuses import ShownStatus
from webapp.presentation.template_filters import moment_words, person
from webapp.services import about, services
from webapp.storage import (
    InstanceKey,
    LockAct,
    Locks,
    LockState,
    ReviewScope,
    voids_of,
)

LOCK_STATUS: Mapping[LockState, ShownStatus] = MappingProxyType(
    {
        LockState.OPEN: ShownStatus(name="none", shape="□", word="open"),
        LockState.FROZEN: ShownStatus(name="signed", shape="◧", word="frozen"),
        LockState.LOCKED: ShownStatus(name="signed", shape="■", word="locked"),
        LockState.VOIDED: ShownStatus(name="not-expected", shape="⊘", word="voided"),
    }
)
if set(LOCK_STATUS) != set(LockState):
    raise TypeError("a state of locks has no words")


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownLock:
    """What closes something.

    ``words`` say who did it, when and why, and with what where it was not closed by
    itself.
    """

    act: LockAct
    status: ShownStatus
    words: str


def shown_lock(act: LockAct, scope: ReviewScope) -> ShownLock:
    """The act that closes a scope, which may be about something wider."""
    status = LOCK_STATUS[act.state]
    wider = f" with {scope_title(act.scope)}" if act.scope != scope else ""
    reason = f": “{act.reason}”" if act.reason else ""
    words = (
        f"{status.word.capitalize()}{wider} by {person(act.username)}, "
        f"{moment_words(act.acted_at)}{reason}"
    )
    return ShownLock(act=act, status=status, words=words)


def shown_closing(act: LockAct | None, scope: ReviewScope) -> ShownLock | None:
    """The same of what may close a scope; None where it is open."""
    return None if act is None else shown_lock(act, scope)


def shown_act(act: LockAct) -> ShownLock:
    """An act in the list of all, whatever was done since."""
    title = scope_title(act.scope)
    done = "opened again" if act.state is LockState.OPEN else act.state.value
    reason = f": “{act.reason}”" if act.reason else ""
    words = (
        f"{title[0].upper()}{title[1:]} {done} by {person(act.username)}, "
        f"{moment_words(act.acted_at)}{reason}"
    )
    return ShownLock(act=act, status=LOCK_STATUS[act.state], words=words)


def void_lock(key: InstanceKey) -> ShownLock | None:
    """What voids a form; None where it counts."""
    act = voids_of(services().database, key.subject).of_form(key)
    scope = ReviewScope(key.subject, key.visit, key.unsno, key.form)
    return shown_closing(act, scope)


def lock_in(locks: Locks, key: InstanceKey) -> ShownLock | None:
    """What closes a form; None where it is open."""
    scope = ReviewScope(key.subject, key.visit, key.unsno, key.form)
    return shown_closing(locks.of_form(key), scope)


def closed_words(act: LockAct) -> str:
    """Why nothing can be saved, and what to do."""
    what = scope_title(act.scope)
    if act.state is LockState.VOIDED:
        return (
            f"{what[0].upper()}{what[1:]} is voided by {person(act.username)} since "
            f"{moment_words(act.acted_at)}, so nothing was saved. Take the voiding back "
            "first, with a reason."
        )

    opening = "unlocks" if act.state is LockState.LOCKED else "unfreezes"
    return (
        f"{what[0].upper()}{what[1:]} is {act.state.value} by {person(act.username)} "
        f"since {moment_words(act.acted_at)}, so nothing was saved. Ask for a query, or "
        f"for somebody who {opening} it with a reason."
    )


def scope_title(scope: ReviewScope) -> str:
    """A scope in words: ``Vital signs, Screening`` or ``the whole casebook``."""
    with about(scope.subject):
        return _scope_title(scope)


def _scope_title(scope: ReviewScope) -> str:
    if scope.kind == "study":
        return "the whole study"
    if scope.kind == "subject":
        return "the whole casebook"
    if scope.kind == "visit":
        return visit_title(scope.visit, scope.unsno)

    form = services().study.forms.get(scope.form)
    title = form.title if form else scope.form
    return f"{title}, {visit_title(scope.visit, scope.unsno)}"


def visit_title(visit: str, unsno: int) -> str:
    """A visit in words; the logs are one too."""
    if visit == LOG:
        return "Logs"

    # A visit that the dictionary lost keeps its own name.
    known = services().study.visits.get(visit)
    title = known.title if known else visit_word(visit, 0)
    return f"{title} {unsno}" if unsno else title
