"""The pages of accounts: the administrator's, and everybody's own."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.pages import token
from tests.webapp.small_site import NOON, app_over, client_of, database_of
from webapp.demo.demo_study import PASSWORD
from webapp.storage import (
    EventKind,
    Role,
    add_user,
    find_events,
    get_user,
    has_password,
    reset_password,
)
from webapp.storage.sign_ins import FREE_OF_NAME, LOCKED_AFTER

GOOD = "seven green doors"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    app = app_over(f"sqlite:///{tmp_path}/study.sqlite")
    add_user(
        database_of(app), username="boss", name="Bo", role=Role.ADMIN, password=PASSWORD
    )
    return app


def post(client: FlaskClient, page: str, address: str = "", **data: str) -> str:
    """What the page says after a form on it was sent."""
    posted = {"csrf_token": token(client.get(page).text), **data}
    answer = client.post(address or page, data=posted, follow_redirects=True)
    return unescape(answer.text)


def shown_password(page: str) -> str:
    shown = re.search(r'class="once">([^<]+)<', page)
    assert shown is not None, page
    return shown[1]


def person(username: str) -> str:
    return f"/accounts/person?username={username}"


def test_a_new_person_signs_in_and_chooses_a_password(app: Flask) -> None:
    boss = client_of(app, "boss")
    page = post(
        boss, "/accounts/new", username="sam", name="Sam", role="monitor", sites="01"
    )
    given = shown_password(page)
    user = get_user(database_of(app), "sam")
    assert user is not None
    assert (user.role, user.sites) == (Role.MONITOR, frozenset({"01"}))

    client = app.test_client()
    page = post(client, "/sign-in", username="sam", password=given)
    assert "Somebody else made your password" in page
    assert client.get("/subjects").location == "/account/password"
    post(client, "/account/password", current=given, new=GOOD, again=GOOD)
    assert client.get("/subjects").status_code == 200
    assert has_password(database_of(app), "sam", GOOD)
    (event,) = find_events(database_of(app), kinds=[EventKind.PASSWORD_CHANGED])
    assert (event.username, event.details["account"]) == ("sam", "sam")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"username": "nurse"}, "was used before"),
        ({"username": "No Body"}, "small letters"),
        ({"role": ""}, "Choose a role"),
        ({"all_sites": ""}, "at least one site"),
        ({"all_sites": "1", "sites": "01"}, "either all sites"),
        ({"all_sites": "", "sites": "77"}, "at least one site"),
        ({"name": ""}, "name"),
    ],
)
def test_what_is_no_account_is_said_and_what_was_typed_stays(
    app: Flask, data: dict[str, str], says: str
) -> None:
    right = {"username": "sam", "name": "Sam", "role": "monitor", "all_sites": "1"}
    page = post(client_of(app, "boss"), "/accounts/new", **{**right, **data})
    assert says in page
    assert f'value="{({**right, **data})["username"]}"' in page
    assert get_user(database_of(app), "sam") is None


def test_an_administrator_changes_an_account(app: Flask) -> None:
    boss, nurse = client_of(app, "boss"), client_of(app, "nurse")
    page, field = person("nurse"), {"username": "nurse"}
    said = post(boss, page, "/accounts/person/role", **field, role="monitor")
    assert "The role was changed." in said
    assert nurse.get("/subjects/new").status_code == 403, "from the next request on"
    said = post(boss, page, "/accounts/person/sites", **field, sites="02")
    assert "The sites were changed." in said
    assert nurse.get("/subjects/01-001").status_code == 404
    assert "was closed" in post(boss, page, "/accounts/person/close", **field)
    assert nurse.get("/subjects").status_code == 303
    assert "open again" in post(boss, page, "/accounts/person/reopen", **field)
    assert nurse.get("/subjects").status_code == 303, "its session stays ended"
    said = post(boss, page, "/accounts/person/password", **field)
    assert has_password(database_of(app), "nurse", shown_password(said))


def test_nobody_is_shown_a_form_for_their_own_rights(app: Flask) -> None:
    boss = client_of(app, "boss")
    page = boss.get(person("boss")).text
    assert "This is your own account" in page
    assert "/accounts/person/close" not in page
    for act in ("role", "close", "sites"):
        said = post(
            boss,
            person("nurse"),
            f"/accounts/person/{act}",
            username="boss",
            role="monitor",
            sites="01",
        )
        assert "your own" in said


def test_a_locked_account_is_shown_and_unlocked(app: Flask) -> None:
    boss, client = client_of(app, "boss"), app.test_client()
    wrong = {"username": "nurse", "password": "wrong"}
    clock = [NOON]
    object.__setattr__(database_of(app), "clock", lambda: clock[0])
    for _ in range(LOCKED_AFTER):
        post(client, "/sign-in", **wrong)
        clock[0] += timedelta(seconds=65)
    assert "Try again in 14 minutes" in post(client, "/sign-in", **wrong)
    assert "nurse is locked" in boss.get("/accounts").text
    said = post(boss, person("nurse"), "/accounts/person/unlock", username="nurse")
    assert "was unlocked" in said
    assert "Subjects" in post(client, "/sign-in", username="nurse", password=PASSWORD)


def test_the_same_is_said_of_every_name(app: Flask) -> None:
    def said(username: str) -> list[str]:
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{len(username)}"
        pages = [
            post(client, "/sign-in", username=username, password="wrong")
            for _ in range(FREE_OF_NAME + 1)
        ]
        mark = re.compile(r'value="[^"]*"')
        return [mark.sub("", page) for page in pages]

    assert said("nurse") == said("nobody")


def test_a_page_that_stays_open_waits_too(app: Flask) -> None:
    client = app.test_client()
    for _ in range(FREE_OF_NAME + 1):
        data = {
            "csrf_token": client.get("/session").json["token"],  # type: ignore[index]
            "username": "nurse",
            "password": "wrong",
        }
        answer = client.post("/session", data=data)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert "Try again in 1 second." in answer.json["message"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"new": "short", "again": "short"}, "5 characters"),
        ({"new": "nurse-nurse-1", "again": "nurse-nurse-1"}, "your own name"),
        ({"new": GOOD, "again": f"{GOOD}s"}, "differ"),
        ({"new": PASSWORD, "again": PASSWORD}, "already"),
        ({"current": "wrong"}, "not your password"),
    ],
)
def test_a_password_that_cannot_be_taken_is_said_beside_its_box(
    app: Flask, typed: dict[str, str], says: str
) -> None:
    client = client_of(app, "nurse")
    right = {"current": PASSWORD, "new": GOOD, "again": GOOD}
    page = post(client, "/account/password", **{**right, **typed})
    assert says in page
    assert page.count('aria-invalid="true"') == 1
    assert has_password(database_of(app), "nurse", PASSWORD)


def test_a_change_ends_the_other_sessions_only(app: Flask) -> None:
    mine, other = client_of(app, "nurse"), client_of(app, "nurse")
    page = post(mine, "/account/password", current=PASSWORD, new=GOOD, again=GOOD)
    assert "Your other sessions have ended" in page
    assert mine.get("/subjects").status_code == 200
    assert other.get("/subjects").status_code == 303


def test_text_typed_before_a_reset_comes_back_after_the_change(app: Flask) -> None:
    client = client_of(app, "nurse")
    form = "/subjects/01-001/SCR/vs"
    typed = {
        "csrf_token": token(client.get(form).text),
        "on": "sysbp",
        "f-sysbp": "121",
    }
    reset_password(database_of(app), "nurse", PASSWORD)
    page = unescape(client.post(form, data=typed).text)
    assert "Your text is kept" in page

    def kept(page: str) -> dict[str, str]:
        names = re.findall(r'name="((?:kept:|then)[^"]*)" value="([^"]*)"', page)
        return {"csrf_token": token(page), **dict(names)}

    signing_in = {**kept(page), "username": "nurse", "password": PASSWORD}
    page = unescape(client.post("/sign-in", data=signing_in).text)
    assert "Somebody else made your password" in page
    changing = {**kept(page), "current": PASSWORD, "new": GOOD, "again": GOOD}
    page = client.post("/account/password", data=changing).text
    assert 'value="121"' in page
    assert "not saved yet" in page


def test_a_page_that_stays_open_says_to_change_the_password(app: Flask) -> None:
    reset_password(database_of(app), "nurse", PASSWORD)
    client = app.test_client()
    data = {
        "csrf_token": client.get("/session").json["token"],  # type: ignore[index]
        "username": "nurse",
        "password": PASSWORD,
    }
    answer = client.post("/session", data=data)
    assert answer.status_code == 403
    assert "another tab" in answer.json["message"]  # type: ignore[index]
    assert client.get("/session").json["user"] == ""  # type: ignore[index]


def test_the_import_s_account_is_not_among_people(app: Flask) -> None:
    add_user(
        database_of(app),
        username="import",
        name="Import",
        role=Role.DATA_MANAGER,
        password=PASSWORD,
        is_open=False,
    )
    boss = client_of(app, "boss")
    assert ">import<" not in boss.get("/accounts").text
    assert boss.get(person("import")).status_code == 404
