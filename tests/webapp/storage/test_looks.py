"""What a person said to have seen: kept by person and version, never changed."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from forms_spec.model.captured_data import FormKey
from tests.webapp.storage.audit.test_attacks import unguarded
from tests.webapp.storage.storing import VS, keep, record
from webapp.storage import (
    Database,
    EventKind,
    InstanceKey,
    LookRefused,
    NewLook,
    ReviewScope,
    UnseenForms,
    find_events,
    keep_looks,
    review_state,
    set_void,
    unseen_forms,
)
from webapp.storage.audit.database_audit import audit_database
from webapp.storage.subject_heads import subject_head

LB = InstanceKey("01-001", "lb", "SCR")
VS_FORM, LB_FORM = FormKey("vs", "SCR", 0), FormKey("lb", "SCR", 0)


def look(database: Database, version: int, key: InstanceKey = VS) -> int:
    return keep_looks(database, [NewLook(key=key, version=version)], username="nurse")


def unseen(database: Database, username: str = "nurse") -> UnseenForms | None:
    return unseen_forms(database, username, ["01-001"]).get("01-001")


def codes(database: Database) -> set[str]:
    return {item.finding.code for item in audit_database(database).findings}


def test_a_save_after_the_look_is_unseen_until_the_next_look(
    database: Database,
) -> None:
    keep(database, 0, record(sysbp="120"))
    assert unseen(database) is None, "who never looked is told nothing"
    assert look(database, 1) == 1
    assert unseen(database) == UnseenForms()

    keep(database, 1, record(sysbp="121"))
    assert unseen(database) == UnseenForms(changed=(VS_FORM,))
    assert look(database, 2) == 1
    assert unseen(database) == UnseenForms()
    events = find_events(database, kinds=[EventKind.SEEN])
    assert [event.details["version"] for event in events] == [2, 1]
    assert codes(database) == {"head-unsigned"}


def test_the_same_version_is_kept_once_and_an_old_page_takes_nothing_back(
    database: Database,
) -> None:
    keep(database, 0, record(sysbp="120"))
    keep(database, 1, record(sysbp="121"))
    assert [look(database, 2), look(database, 2), look(database, 1)] == [1, 0, 0]
    state = review_state(database, "01-001", reader="nurse")
    assert state.looks[VS_FORM].version == 2


def test_what_was_saved_while_the_page_was_open_stays_unseen(
    database: Database,
) -> None:
    keep(database, 0, record(sysbp="120"))
    keep(database, 1, record(sysbp="121"))
    look(database, 1)
    assert unseen(database) == UnseenForms(changed=(VS_FORM,))


def test_a_form_that_was_begun_later_is_new_and_a_voided_one_does_not_count(
    database: Database,
) -> None:
    keep(database, 0, record(sysbp="120"))
    look(database, 1)
    keep(database, 0, record(hgb="12"), key=LB)
    assert unseen(database) == UnseenForms(new=(LB_FORM,))

    scope = ReviewScope("01-001", "SCR", 0, "lb")
    set_void(database, scope, voided=True, username="nurse", reason="Wrong form")
    assert unseen(database) == UnseenForms()


def test_looks_are_those_of_one_person(database: Database) -> None:
    keep(database, 0, record(sysbp="120"))
    look(database, 1)
    assert unseen(database, "monitor") is None
    for reader, looked in (("nurse", True), ("monitor", False), ("", False)):
        head = subject_head(database, "01-001", reader=reader)
        assert head is not None
        assert head.looked is looked


@pytest.mark.parametrize("version", [0, 2])
def test_a_version_that_does_not_exist_was_not_seen(
    database: Database, version: int
) -> None:
    keep(database, 0, record(sysbp="120"))
    good = NewLook(key=VS, version=1)
    with pytest.raises(LookRefused, match=f"has no version {version}"):
        keep_looks(database, [good, NewLook(key=VS, version=version)], username="nurse")
    with pytest.raises(LookRefused):
        look(database, 1, LB)
    assert unseen(database) is None, "all are kept, or none"


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        ("UPDATE look SET version = 9", "row-differs-from-event"),
        ("UPDATE look SET form = 'lb'", "row-differs-from-event"),
        ("DELETE FROM look", "event-without-row"),
    ],
)
def test_what_the_owner_of_the_tables_changed_is_found(
    database: Database, attack: str, code: str
) -> None:
    keep(database, 0, record(sysbp="120"))
    look(database, 1)
    unguarded(database, attack)
    assert code in codes(database)


@pytest.mark.parametrize("change", ["UPDATE look SET version = 9", "DELETE FROM look"])
def test_looks_are_only_added(database: Database, change: str) -> None:
    keep(database, 0, record(sysbp="120"))
    look(database, 1)
    with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
        connection.execute(text(change))
