"""Second entries in the database: sealed, logged, redacted and verified like forms."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from tests.webapp.double_site import DOUBLE, SECOND, TYPED, double_site, enter, post
from tests.webapp.small_site import client_of, database_of
from tests.webapp.storage.audit.test_attacks import unguarded
from webapp.storage import Database, InstanceKey, load
from webapp.storage.audit.database_audit import audit_database
from webapp.storage.double_entries import double_entry_of
from webapp.storage.redacting import redact_text
from webapp.storage.second_entries import load_second

KEY = InstanceKey("01-001", "vs", "SCR", 0)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """Two entries that differ, and a decision."""
    app = double_site(tmp_path)
    enter(client_of(app, "coordinator"), **TYPED)
    second = {**TYPED, "f-remark": "Mrs Miller says Zanzibar"}
    enter(client_of(app, "nurse"), SECOND, **second)
    chosen = {"first": "1", "second": "1", "choose:vs.remark": "first"}
    manager = client_of(app, "manager")
    kept = post(manager, DOUBLE, **chosen, reason="Mrs Miller has no place here")
    assert kept.status_code == 303
    return database_of(app)


def codes(database: Database) -> set[str]:
    found = {item.finding.code for item in audit_database(database).findings}
    return found - {"head-unsigned"}


def test_a_decision_is_a_version_even_if_it_changes_nothing(database: Database) -> None:
    stored, state = load(database, KEY), double_entry_of(database, KEY)
    assert stored is not None
    assert state is not None
    assert state.settled is not None
    assert (stored.version, stored.record.texts["remark"]) == (2, "Zanzibar")
    assert state.settled.choices == {"vs.remark": "first"}
    assert (state.first_by, state.second_by) == ({"coordinator"}, {"nurse"})
    assert codes(database) == set()


@pytest.mark.parametrize("table", ["second_entry", "double_entry_act"])
def test_what_was_entered_twice_is_only_added_to(
    database: Database, table: str
) -> None:
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET form = 'lb'"):
        with pytest.raises(DatabaseError), database.write() as connection:
            connection.execute(text(statement))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE second_entry SET texts = '{}'", "seal-broken"),
        ("UPDATE second_entry SET saved_by = 'manager'", "seal-broken"),
        ("DELETE FROM second_entry", "event-without-row"),
        ("UPDATE double_entry_act SET choices = '{}'", "row-differs-from-event"),
        ("UPDATE double_entry_act SET reason = 'none'", "row-differs-from-event"),
        ("DELETE FROM double_entry_act", "event-without-row"),
    ],
)
def test_the_audit_finds_what_was_changed_behind_the_guards(
    database: Database, change: str, code: str
) -> None:
    unguarded(database, change)
    assert code in codes(database)


def test_text_is_taken_out_of_second_entries_and_reasons(database: Database) -> None:
    done = redact_text(database, "01-001", "Mrs Miller", reason="a name")
    assert len(done.places) == 3, "the second entry, the decision and its version"
    second = load_second(database, KEY)
    assert second is not None
    assert second.record.texts["remark"] == "[redacted] says Zanzibar"
    state = double_entry_of(database, KEY)
    assert state is not None
    assert state.settled is not None
    assert "Miller" not in state.settled.reason
    assert codes(database) == set()
