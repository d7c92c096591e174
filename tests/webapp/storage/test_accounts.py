"""Accounts are opened, changed and closed, and the log tells of each change."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from webapp.storage import (
    ALL_SITES,
    AccountRefused,
    Database,
    EventKind,
    NewAccount,
    Role,
    add_account,
    begin_session,
    change_password,
    change_role,
    change_sites,
    close_account,
    find_events,
    get_user,
    has_password,
    log_lines,
    open_session,
    reopen_account,
    reset_password,
)

Change = Callable[[Database], None]


def new(username: str, role: Role = Role.COORDINATOR, **others: Any) -> NewAccount:
    values = {"name": "Somebody", "sites": ALL_SITES, "password": "a first password"}
    return NewAccount(username=username, role=role, **{**values, **others})


@pytest.fixture
def staffed(database: Database) -> Database:
    """Beside the nurse an administrator."""
    add_account(database, new("boss", Role.ADMIN))
    return database


def events(database: Database, kind: EventKind) -> list[tuple[str, dict[str, Any]]]:
    """Who did it and its details, the oldest first."""
    found = find_events(database, kinds=[kind])
    return [(item.username, dict(item.details)) for item in reversed(found)]


def test_a_new_account_has_its_sites_and_changes_its_password(
    staffed: Database,
) -> None:
    add_account(staffed, new("sam", sites=frozenset({"02", "01"})), by="boss")
    user = get_user(staffed, "sam")
    assert user is not None
    assert (user.sites, user.is_open, user.must_change_password) == (
        frozenset({"01", "02"}),
        True,
        True,
    )
    by, details = events(staffed, EventKind.ACCOUNT_ADDED)[-1]
    assert (by, details["account"], details["sites"]) == ("boss", "sam", ["01", "02"])


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"username": "nurse"}, "used before"),
        ({"username": "Sam"}, "small letters"),
        ({"username": "s"}, "small letters"),
        ({"username": "a b"}, "small letters"),
        ({"username": "sam", "name": " "}, "name"),
        ({"username": "sam", "sites": frozenset[str]()}, "site"),
    ],
)
def test_what_is_no_account_is_not_added(
    staffed: Database, wrong: dict[str, Any], word: str
) -> None:
    before = len(events(staffed, EventKind.ACCOUNT_ADDED))
    with pytest.raises(AccountRefused, match=word):
        add_account(staffed, new(**wrong))
    assert len(events(staffed, EventKind.ACCOUNT_ADDED)) == before


def test_a_name_is_not_given_again_in_other_letters(database: Database) -> None:
    with database.write() as connection:
        connection.execute(
            text(
                "INSERT INTO app_user (username, name, role, password_hash, created_at)"
                " SELECT 'Old.Name', name, role, password_hash, created_at FROM app_user"
            )
        )
    with pytest.raises(AccountRefused, match="used before"):
        add_account(database, new("old.name"))


def test_closing_ends_all_sessions_and_reopening_begins_none(staffed: Database) -> None:
    nurse = get_user(staffed, "nurse")
    assert nurse is not None
    token = begin_session(staffed, nurse, client="browser")
    close_account(staffed, "nurse", by="boss")
    close_account(staffed, "nurse", by="boss")
    assert open_session(staffed, token, client="browser") is None
    reopen_account(staffed, "nurse", by="boss")
    assert open_session(staffed, token, client="browser") is None
    assert events(staffed, EventKind.ACCOUNT_CLOSED) == [
        ("boss", {"account": "nurse", "sessions_ended": 1})
    ]
    assert events(staffed, EventKind.ACCOUNT_REOPENED) == [
        ("boss", {"account": "nurse"})
    ]


def test_a_role_and_sites_are_changed_with_what_was_before(staffed: Database) -> None:
    change_role(staffed, "nurse", Role.MONITOR, by="boss")
    change_role(staffed, "nurse", Role.MONITOR, by="boss")
    change_sites(staffed, "nurse", frozenset({"01"}))
    assert events(staffed, EventKind.ROLE_CHANGED) == [
        ("boss", {"account": "nurse", "role": "monitor", "before": "coordinator"})
    ]
    assert events(staffed, EventKind.SITES_CHANGED) == [
        ("", {"account": "nurse", "sites": ["01"], "before": "all"})
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda database: close_account(database, "boss"),
        lambda database: change_role(database, "boss", Role.MONITOR),
    ],
)
def test_the_last_administrator_stays(staffed: Database, change: Change) -> None:
    with pytest.raises(AccountRefused, match="last administrator"):
        change(staffed)
    add_account(staffed, new("deputy", Role.ADMIN))
    close_account(staffed, "deputy")
    with pytest.raises(AccountRefused, match="last administrator"):
        change(staffed)
    reopen_account(staffed, "deputy")
    change(staffed)


@pytest.mark.parametrize(
    "change",
    [
        lambda database: close_account(database, "boss", by="boss"),
        lambda database: change_role(database, "boss", Role.MONITOR, by="boss"),
        lambda database: change_sites(database, "boss", frozenset({"01"}), by="boss"),
    ],
)
def test_nobody_changes_their_own_rights(staffed: Database, change: Change) -> None:
    add_account(staffed, new("deputy", Role.ADMIN))
    with pytest.raises(AccountRefused, match="your own"):
        change(staffed)


def test_a_reset_ends_all_sessions_a_change_all_others(staffed: Database) -> None:
    nurse = get_user(staffed, "nurse")
    assert nurse is not None
    mine, other = (begin_session(staffed, nurse, client="browser") for _ in range(2))
    change_password(staffed, "nurse", "chosen by herself", token=mine)
    assert open_session(staffed, mine, client="browser") is not None
    assert open_session(staffed, other, client="browser") is None
    assert has_password(staffed, "nurse", "chosen by herself")

    reset_password(staffed, "nurse", "given to her", by="boss")
    assert open_session(staffed, mine, client="browser") is None
    assert not has_password(staffed, "nurse", "chosen by herself")
    changed = get_user(staffed, "nurse")
    assert changed is not None
    assert changed.must_change_password


def test_the_log_holds_no_password(staffed: Database) -> None:
    change_password(staffed, "nurse", "chosen by herself")
    reset_password(staffed, "nurse", "given to her", by="boss")
    with staffed.read() as connection:
        lines = list(log_lines(connection))
    assert not any(word in line for line in lines for word in ("chosen", "given"))
    kinds = [json.loads(line)["kind"] for line in lines][-2:]
    assert kinds == ["password-changed", "password-reset"]


def test_an_account_of_a_program_is_not_opened(staffed: Database) -> None:
    with staffed.write() as connection:
        connection.execute(
            text(
                "INSERT INTO app_user (username, name, role, password_hash, created_at,"
                " state) SELECT 'import', name, role, password_hash, created_at,"
                " 'closed' FROM app_user WHERE username = 'nurse'"
            )
        )
    for change in (
        lambda: reopen_account(staffed, "import"),
        lambda: reset_password(staffed, "import", "x"),
    ):
        with pytest.raises(AccountRefused, match="program"):
            change()


def test_an_account_that_is_none_is_named(staffed: Database) -> None:
    with pytest.raises(AccountRefused, match="no account nobody"):
        close_account(staffed, "nobody")
