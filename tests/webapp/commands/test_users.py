"""Accounts from the command line: the first administrator, and all that follows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.studies import small_study
from webapp.commands import main
from webapp.storage import (
    Database,
    EventKind,
    find_events,
    get_user,
    has_password,
    open_database,
    use_dictionary,
)

BOSS = ("add", "boss", "--name", "Bo Boss", "--role", "admin")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/study.sqlite"


def run(url: str, *arguments: str, typed: str = "", code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["users", "--db", url, *arguments], input=typed)
    assert result.exit_code == code, result.output
    return result


def at(url: str) -> Database:
    return open_database(url)


def test_the_first_administrator_is_made_with_a_password_shown_once(url: str) -> None:
    shown = re.search(r"only now: (\S+)", run(url, *BOSS).output)
    assert shown is not None
    database = at(url)
    user = get_user(database, "boss")
    assert user is not None
    assert user.must_change_password
    assert has_password(database, "boss", shown[1])
    (event,) = find_events(database, kinds=[EventKind.ACCOUNT_ADDED])
    assert (event.username, event.origin.partition(",")[0]) == ("", "command line")


def test_a_password_may_be_typed_and_has_to_be_good(url: str) -> None:
    short = run(url, *BOSS, "--ask-password", typed="short\nshort\n", code=2)
    assert "5 characters" in short.output
    good = "seven green doors\n"
    assert "only now" not in run(url, *BOSS, "--ask-password", typed=good * 2).output
    assert has_password(at(url), "boss", "seven green doors")


def test_an_account_is_changed_closed_and_opened(url: str) -> None:
    run(url, *BOSS)
    use_dictionary(at(url), small_study())
    run(url, "add", "sam", "--name", "Sam", "--role", "coordinator", "--site", "01")
    run(url, "role", "sam", "monitor")
    assert "01, 02" in run(url, "sites", "sam", "--site", "02", "--site", "01").output
    run(url, "close", "sam")
    listed = run(url, "list").output.splitlines()
    assert [re.split(r"\s{2,}", line.strip()) for line in listed] == [
        ["boss", "admin", "all sites", "open, has to change the password", "Bo Boss"],
        ["sam", "monitor", "01, 02", "closed", "Sam"],
    ]
    run(url, "reopen", "sam")
    run(url, "sites", "sam")
    user = get_user(at(url), "sam")
    assert user is not None
    assert (user.is_open, user.sites) == (True, None)
    assert "only now" in run(url, "reset-password", "sam").output
    run(url, "unlock", "sam")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (BOSS, "used before"),
        (("close", "boss"), "last administrator"),
        (("role", "boss", "monitor"), "last administrator"),
        (("close", "nobody"), "no account nobody"),
        (("unlock", "nobody"), "no account nobody"),
        (("reset-password", "nobody"), "no account nobody"),
        (("sites", "boss", "--site", "01"), "no study"),
        (("role", "boss", "king"), "king"),
    ],
)
def test_what_cannot_be_done_is_said(
    url: str, arguments: tuple[str, ...], word: str
) -> None:
    run(url, *BOSS)
    assert word in run(url, *arguments, code=2).output


def test_an_unknown_site_is_named_with_those_there_are(url: str) -> None:
    run(url, *BOSS)
    use_dictionary(at(url), small_study())
    output = run(url, "sites", "boss", "--site", "77", code=2).output
    assert "no site 77" in output
    assert "01, 02" in output
