"""What is frozen or locked takes no entry, on both databases, and every act is in the
log.
"""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.webapp.storage.audit.test_attacks import unguarded
from tests.webapp.storage.storing import HASH, VS, keep, record
from webapp.storage import (
    WHOLE_STUDY,
    Batch,
    Database,
    EventKind,
    FormClosed,
    InstanceKey,
    LockRefused,
    LockState,
    NewQuery,
    QueryAction,
    QueryParty,
    QueryPlace,
    QueryStep,
    ReviewScope,
    Saved,
    SaveRequest,
    Status,
    StepRefused,
    add_subject,
    batch,
    find_events,
    lock_history,
    locks_of,
    open_queries,
    set_locks,
    take_step,
)
from webapp.storage.audit.database_audit import audit_database

FORM, VISIT = ReviewScope("01-001", "SCR", 0, "vs"), ReviewScope("01-001", "SCR")
SUBJECT = ReviewScope("01-001")
SCOPES = (FORM, VISIT, SUBJECT, WHOLE_STUDY)
OTHER_VISIT = InstanceKey("01-001", "vs", "M1")


def close(
    database: Database,
    scope: ReviewScope,
    state: LockState = LockState.LOCKED,
    reason: str = "",
) -> None:
    set_locks(database, [scope], state, username="nurse", reason=reason)


@pytest.mark.parametrize("state", [LockState.FROZEN, LockState.LOCKED])
@pytest.mark.parametrize("scope", SCOPES, ids=[scope.kind for scope in SCOPES])
def test_nothing_is_saved_in_what_is_closed(
    database: Database, scope: ReviewScope, state: LockState
) -> None:
    keep(database, 0, record(sysbp="120"))
    close(database, scope, state)

    with pytest.raises(FormClosed, match=f"is {state.value} by nurse since 2024"):
        keep(database, 1, record(sysbp="121"))

    close(database, scope, LockState.OPEN, "typing error")
    assert isinstance(keep(database, 1, record(sysbp="121")), Saved)


def test_a_form_that_was_never_begun_is_closed_with_its_visit(
    database: Database,
) -> None:
    close(database, VISIT)
    with pytest.raises(FormClosed, match="SCR of subject 01-001 is locked"):
        keep(database, 0, record(sysbp="120"))
    assert isinstance(keep(database, 0, record(sysbp="1"), key=OTHER_VISIT), Saved)


def test_a_save_that_stands_is_acknowledged_again(database: Database) -> None:
    first = keep(database, 0, record(sysbp="120"), save_id="once")
    close(database, FORM)
    assert keep(database, 0, record(sysbp="120"), save_id="once") == first


def test_an_import_brings_nothing_into_what_is_closed(database: Database) -> None:
    close(database, SUBJECT)
    request = SaveRequest(
        key=VS,
        base_version=0,
        record=record(sysbp="120"),
        status=Status.DRAFT,
        user="nurse",
        save_id="x",
        dictionary_hash=HASH,
    )

    def save(saves: Batch) -> None:
        saves.save(request)

    def save_new(saves: Batch) -> None:
        saves.save_new([request])

    for write in (save, save_new):
        with pytest.raises(FormClosed), batch(database) as saves:
            write(saves)


def test_no_subject_comes_into_a_closed_study(database: Database) -> None:
    close(database, WHOLE_STUDY, LockState.FROZEN)
    with pytest.raises(FormClosed, match="The study is frozen"):
        add_subject(database, subjid="01-002", site="01", user="nurse")


def test_the_strictest_counts_and_each_is_opened_by_itself(database: Database) -> None:
    close(database, FORM)
    close(database, SUBJECT, LockState.FROZEN)
    act = locks_of(database, "01-001").of_form(VS)
    assert act is not None
    assert (act.scope, act.state) == (FORM, LockState.LOCKED)

    close(database, FORM, LockState.OPEN, "one correction")
    act = locks_of(database, "01-001").of_form(VS)
    assert act is not None
    assert (act.scope, act.state) == (SUBJECT, LockState.FROZEN)


def test_steps_that_are_none_are_refused_and_nothing_of_a_batch_is_kept(
    database: Database,
) -> None:
    with pytest.raises(LockRefused, match="is open already"):
        close(database, FORM, LockState.OPEN, "why not")
    close(database, FORM)
    with pytest.raises(LockRefused, match="is locked already"):
        set_locks(database, [VISIT, FORM], LockState.FROZEN, username="nurse")
    with pytest.raises(LockRefused, match="Say why"):
        close(database, FORM, LockState.OPEN, "  ")
    assert [act.scope for act in lock_history(database, "01-001")] == [FORM]


def test_queries_are_answered_over_what_is_frozen_and_not_over_what_is_locked(
    database: Database,
) -> None:
    place = QueryPlace(subject="01-001", visit="SCR", form="vs")
    asking = QueryStep(
        action=QueryAction.OPEN,
        party=QueryParty.REVIEWER,
        username="nurse",
        text="Sure?",
        assigned_role="coordinator",
    )
    close(database, VISIT, LockState.FROZEN)
    (number,) = open_queries(database, [NewQuery(place=place, step=asking)])
    with pytest.raises(LockRefused, match=f"queries that are not closed: {number}."):
        close(database, VISIT)

    closing = QueryStep(
        action=QueryAction.CLOSE, party=QueryParty.REVIEWER, username="nurse"
    )
    take_step(database, number, closing)
    close(database, VISIT)
    with pytest.raises(StepRefused, match="SCR of subject 01-001 is locked"):
        open_queries(database, [NewQuery(place=place, step=asking)])


def test_each_act_is_an_event_and_the_audit_compares_them(database: Database) -> None:
    close(database, FORM, LockState.FROZEN)
    close(database, FORM)
    close(database, FORM, LockState.OPEN, "Ghent asked")
    kinds = (EventKind.FROZEN, EventKind.LOCKED, EventKind.UNLOCKED)
    events = find_events(database, kinds=kinds, subject="01-001")
    assert [event.kind for event in events] == list(reversed(kinds))
    assert all("Ghent" not in event.line for event in events)
    assert {item.finding.code for item in audit_database(database).findings} <= {
        "head-unsigned"
    }

    with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
        connection.execute(text("UPDATE lock_act SET state = 'open'"))
    with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
        connection.execute(text("DELETE FROM lock_act"))


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        ("UPDATE lock_act SET state = 'open'", "row-differs-from-event"),
        ("UPDATE lock_act SET reason = 'another'", "row-differs-from-event"),
        ("DELETE FROM lock_act", "event-without-row"),
    ],
)
def test_a_lock_that_the_owner_of_the_tables_changed_is_found(
    database: Database, attack: str, code: str
) -> None:
    close(database, SUBJECT, reason="cleaned")
    unguarded(database, attack)
    assert code in {item.finding.code for item in audit_database(database).findings}
