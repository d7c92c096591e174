"""Signing in slows down and locks, for all processes, and says nothing of names."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select

from tests.webapp.storage.storing import START
from webapp.storage import (
    Attempt,
    Database,
    SignInAnswer,
    add_user,
    close_account,
    has_password,
    locked_accounts,
    log_lines,
    open_database,
    try_to_sign_in,
    unlock_account,
)
from webapp.storage.sign_ins import (
    ADDRESS,
    FREE_OF_ADDRESS,
    FREE_OF_NAME,
    LOCKED_AFTER,
    LOCKED_FOR,
    NAME,
    network_of,
    pause_after,
)
from webapp.storage.tables import sign_in_failure
from webapp.storage.users import Role


class StoppedClock:
    """A clock that moves only when a test moves it."""

    now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def stopped(database: Database, clock: StoppedClock) -> Database:
    """The furnished database under a clock of the test."""
    return Database(engine=database.engine, clock=clock)


def attempt(
    database: Database,
    password: str = "wrong",
    username: str = "nurse",
    address: str = "192.0.2.1",
) -> SignInAnswer:
    return try_to_sign_in(
        database,
        Attempt(username=username, password=password, address=address, secret=b"key"),
    )


def fail(database: Database, clock: StoppedClock, count: int, **where: str) -> None:
    """So many failures, each after the wait before it."""
    for _ in range(count):
        answer = attempt(database, **where)
        while answer.wait:
            clock.pass_(answer.wait)
            answer = attempt(database, **where)
        assert answer.user is None


def contents(database: Database) -> list[dict[str, Any]]:
    with database.read() as connection:
        return [json.loads(line) for line in log_lines(connection)]


def test_the_right_password_signs_in_and_leaves_no_failure(stopped: Database) -> None:
    attempt(stopped)
    answer = attempt(stopped, "secret")
    assert answer.user is not None
    with stopped.read() as connection:
        counts = dict(
            connection.execute(
                select(sign_in_failure.c.key, sign_in_failure.c["count"])
            ).all()
        )
    assert counts == {"address:192.0.2.1": 1}


def test_failures_bring_waits_that_double(
    stopped: Database, clock: StoppedClock
) -> None:
    fail(stopped, clock, FREE_OF_NAME)
    waits = []
    while len(waits) < 4:
        wait = attempt(stopped).wait
        waits.append(wait)
        assert attempt(stopped, "secret").user is None, "nothing is looked at meanwhile"
        clock.pass_(wait)
        attempt(stopped)
    assert waits == [1, 2, 4, 8]


def test_ten_failures_lock_until_time_has_passed(
    stopped: Database, clock: StoppedClock
) -> None:
    fail(stopped, clock, LOCKED_AFTER)
    assert list(locked_accounts(stopped)) == ["nurse"]
    assert attempt(stopped, "secret", address="192.0.2.9").wait == 900
    locked = [item for item in contents(stopped) if item["kind"] == "account-locked"]
    assert [item["details"]["account"] for item in locked] == ["nurse"]

    clock.pass_(LOCKED_FOR.total_seconds())
    assert locked_accounts(stopped) == {}
    assert attempt(stopped, "secret").user is not None


def test_an_administrator_unlocks(stopped: Database, clock: StoppedClock) -> None:
    fail(stopped, clock, LOCKED_AFTER)
    unlock_account(stopped, "nurse")
    assert attempt(stopped, "secret").user is not None
    unlock_account(stopped, "nurse")
    kinds = [item["kind"] for item in contents(stopped)]
    assert kinds.count("account-unlocked") == 1


def test_unknown_names_wait_as_known_ones_do(
    stopped: Database, clock: StoppedClock
) -> None:
    def waits(username: str) -> list[int]:
        seen = []
        for _ in range(LOCKED_AFTER + 1):
            answer = attempt(stopped, username=username, address=username)
            seen.append(answer.wait)
            if answer.wait:
                clock.pass_(answer.wait)
                attempt(stopped, username=username, address=username)
        return seen

    assert waits("nurse") == waits("nobody")


def test_a_typed_name_without_account_is_written_nowhere(
    stopped: Database, clock: StoppedClock
) -> None:
    fail(stopped, clock, LOCKED_AFTER + 1, username="MyPassword!")
    lines = [json.dumps(item) for item in contents(stopped)]
    with stopped.read() as connection:
        lines += connection.execute(select(sign_in_failure.c.key)).scalars()
    assert not any("MyPassword" in line for line in lines)
    assert [item["kind"] for item in contents(stopped)].count("account-locked") == 0
    assert contents(stopped)[-1]["details"] == {"why": "no such account"}


def test_a_closed_account_is_refused_in_the_same_way(stopped: Database) -> None:
    close_account(stopped, "nurse")
    assert attempt(stopped, "secret") == attempt(stopped, username="nobody")
    assert {
        item["details"].get("why")
        for item in contents(stopped)
        if item["kind"] == "sign-in-refused"
    } == {"closed account", "no such account"}


def test_one_address_cannot_try_many_names(stopped: Database) -> None:
    for number in range(FREE_OF_ADDRESS):
        assert attempt(stopped, username=f"name{number}").wait == 0
    assert attempt(stopped, "secret").wait == 1
    assert attempt(stopped, "secret", address="192.0.2.2").user is not None


def test_two_processes_count_together(
    clock: StoppedClock, sqlite_database: Database
) -> None:
    second = open_database(str(sqlite_database.engine.url), clock=clock)
    first = Database(engine=sqlite_database.engine, clock=clock)
    attempt(first)
    attempt(second)
    attempt(first)
    assert attempt(second, "secret").wait == 1
    second.close()


def test_many_attempts_at_once_are_all_counted(stopped: Database) -> None:
    answers: list[SignInAnswer] = []
    threads = [
        Thread(target=lambda: answers.append(attempt(stopped))) for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    looked_at = [answer for answer in answers if not answer.wait]
    assert len(answers) == 12
    assert len(looked_at) <= FREE_OF_NAME


def test_a_demo_s_password_is_looked_at_without_counting(stopped: Database) -> None:
    for _ in range(LOCKED_AFTER + 1):
        assert not has_password(stopped, "nurse", "wrong")
    assert attempt(stopped, "secret").user is not None


def test_a_second_person_is_not_kept_waiting(
    stopped: Database, clock: StoppedClock
) -> None:
    add_user(stopped, username="monitor", name="M", role=Role.MONITOR, password="mine")
    fail(stopped, clock, LOCKED_AFTER)
    assert attempt(stopped, "mine", username="monitor").user is not None


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_an_address_is_that_of_one_customer(address: str, network: str) -> None:
    assert network_of(address) == network


def test_no_wait_is_longer_than_it_says() -> None:
    assert pause_after(NAME, LOCKED_AFTER + 90) == LOCKED_FOR
    assert pause_after(ADDRESS, 10_000) == timedelta(minutes=1)
