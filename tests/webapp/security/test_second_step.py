"""Signing in with a one-time code: it is set up, asked for, counted and taken away, and
nobody gets around it.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.webapp.pages import token
from tests.webapp.small_site import NOON, app_over, client_of, database_of
from webapp.commands import main
from webapp.demo.demo_study import PASSWORD
from webapp.security.sessions import BETWEEN_STEPS
from webapp.storage import (
    EventKind,
    Role,
    add_user,
    find_events,
    get_user,
    reset_password,
)
from webapp.storage.audit.database_audit import audit_database
from webapp.storage.second_factors import (
    has_second_factor,
    recovery_codes_left,
    require_code,
)
from webapp.storage.sign_ins import LOCKED_AFTER
from webapp.storage.tables import recovery_code, second_factor

FORM = "/subjects/01-001/SCR/vs"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(site_url: str, clock: Clock) -> Flask:
    app = app_over(site_url)
    object.__setattr__(database_of(app), "clock", clock)
    add_user(
        database_of(app), username="boss", name="Bo", role=Role.ADMIN, password=PASSWORD
    )
    return app


@pytest.fixture
def light(tmp_path: Path, clock: Clock) -> Flask:
    """The same on SQLite only, for what is no matter of the database."""
    app = app_over(f"sqlite:///{tmp_path}/study.sqlite")
    object.__setattr__(database_of(app), "clock", clock)
    add_user(
        database_of(app), username="boss", name="Bo", role=Role.ADMIN, password=PASSWORD
    )
    return app


class Phone:
    """An authenticator that was given a secret."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self.totp, self.clock = pyotp.TOTP(secret), clock

    def code(self, later: int = 0) -> str:
        """What it shows now, or so many seconds later."""
        return str(self.totp.at(self.clock.now + timedelta(seconds=later)))


def post(client: FlaskClient, page: str, address: str, **data: str) -> TestResponse:
    posted = {"csrf_token": token(client.get(page).text), **data}
    return client.post(address, data=posted)


def set_up(client: FlaskClient, clock: Clock) -> tuple[Phone, list[str]]:
    """Sets up an authenticator as a person does: the phone, and the recovery codes."""
    page = post(client, "/account/code", "/account/code/begin", password=PASSWORD).text
    phone = Phone(secret_of(page), clock)
    data = {"csrf_token": token(page), "code": phone.code(), "then": ""}
    shown = client.post("/account/code/confirm", data=data)
    assert shown.status_code == 200, shown.text
    return phone, re.findall(r'<li class="once">([^<]+)<', shown.text)


def secret_of(page: str) -> str:
    shown = re.search(r'<dd class="once">([^<]+)<', page)
    assert shown, page
    return shown[1].replace(" ", "")


def give_password(app: Flask, username: str = "nurse") -> FlaskClient:
    """A browser in which the right password was given."""
    client = app.test_client()
    answer = post(client, "/sign-in", "/sign-in", username=username, password=PASSWORD)
    assert answer.location.startswith("/sign-in/code"), answer.location
    return client


def give_code(client: FlaskClient, code: str) -> TestResponse:
    return post(client, "/sign-in/code", "/sign-in/code", code=code)


def is_in(client: FlaskClient) -> bool:
    return client.get("/subjects").status_code == 200


def kinds(app: Flask) -> list[str]:
    events = find_events(database_of(app))
    return [event.kind.value for event in events]


def faults(app: Flask) -> list[str]:
    """What an audit finds wrong, beside that no key of these tests signs."""
    found = audit_database(database_of(app)).findings
    codes = [item.finding.code for item in found]
    return [code for code in codes if code != "head-unsigned"]


def test_a_code_is_set_up_and_asked_for_after_the_password(
    app: Flask, clock: Clock
) -> None:
    phone, codes = set_up(client_of(app, "nurse"), clock)
    assert len(codes) == len(set(codes)) == 10
    clock.forward(30)
    client = give_password(app)
    assert not is_in(client)
    assert "One step is left" in client.get("/sign-in/code").text
    assert give_code(client, phone.code()).status_code == 303
    assert is_in(client)
    signed_in = find_events(database_of(app), kinds=[EventKind.SIGNED_IN])[0]
    assert signed_in.details == {"by": "password", "with": "code"}
    assert {"second-factor-added"} <= set(kinds(app))
    assert faults(app) == []


def test_the_secret_and_the_recovery_codes_stand_nowhere_in_clear(
    app: Flask, clock: Clock
) -> None:
    phone, codes = set_up(client_of(app, "nurse"), clock)
    with database_of(app).read() as connection:
        rows = [*connection.execute(second_factor.select())]
        rows += connection.execute(recovery_code.select())
        texts = repr(rows)
    secret = phone.totp.secret
    for known in (secret, secret.lower(), *codes, *(c.replace("-", "") for c in codes)):
        assert known not in texts
    log = "".join(event.line for event in find_events(database_of(app)))
    assert secret not in log


def test_the_picture_holds_the_secret_and_needs_no_style(light: Flask) -> None:
    client = client_of(light, "nurse")
    answer = post(client, "/account/code", "/account/code/begin", password=PASSWORD)
    assert answer.text.count("<svg") == 1
    picture = answer.text.split("<svg")[1].split("</svg>")[0]
    assert "style" not in picture
    assert "script" not in picture
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_code_counts_once(app: Flask, clock: Clock) -> None:
    phone, _ = set_up(client_of(app, "nurse"), clock)
    clock.forward(60)
    code = phone.code()
    first, second = give_password(app), give_password(app)
    assert give_code(first, code).status_code == 303
    answer = give_code(second, code)
    assert (answer.status_code, is_in(second)) == (401, False)
    assert "used already" in unescape(answer.text)
    older = phone.code(-30)
    assert give_code(give_password(app), older).status_code == 401, "nor an older one"


def test_the_code_of_the_set_up_opens_nothing(light: Flask, clock: Clock) -> None:
    phone, _ = set_up(client_of(light, "nurse"), clock)
    assert give_code(give_password(light), phone.code()).status_code == 401


@pytest.mark.parametrize("away", [-30, 30])
def test_a_phone_may_be_half_a_minute_off(
    light: Flask, clock: Clock, away: int
) -> None:
    phone, _ = set_up(client_of(light, "nurse"), clock)
    clock.forward(120)
    assert give_code(give_password(light), phone.code(away)).status_code == 303


@pytest.mark.parametrize("away", [-90, 90])
def test_a_code_of_another_time_is_wrong(light: Flask, clock: Clock, away: int) -> None:
    phone, _ = set_up(client_of(light, "nurse"), clock)
    clock.forward(240)
    assert give_code(give_password(light), phone.code(away)).status_code == 401


@pytest.mark.parametrize(
    "typed", ["", "12345", "００００００", "\ud83d", "1" * 5000, "' OR"]
)
def test_what_is_no_code_is_refused(light: Flask, clock: Clock, typed: str) -> None:
    set_up(client_of(light, "nurse"), clock)
    client = give_password(light)
    page = token(client.get("/sign-in/code").text)
    posted = {"csrf_token": page, "code": typed.encode("utf-8", "replace").decode()}
    assert client.post("/sign-in/code", data=posted).status_code == 401


def test_wrong_codes_slow_down_and_lock(app: Flask, clock: Clock) -> None:
    """The right password in between does not begin the count anew."""
    phone, codes = set_up(client_of(app, "nurse"), clock)
    wrong = "000000" if phone.code(30) != "000000" else "111111"
    tried = 0
    for _ in range(LOCKED_AFTER * 4):
        answer = give_code(give_password(app), wrong)
        if answer.status_code == 429:
            clock.forward(int(answer.headers["Retry-After"]))
            continue
        tried += 1
        if tried == LOCKED_AFTER:
            break
    client = give_password(app)
    refused = give_code(client, phone.code())
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "900")
    assert give_code(client, codes[0]).status_code == 429, "recovery codes wait too"
    boss = client_of(app, "boss")
    assert "nurse is locked" in boss.get("/accounts").text
    page = "/accounts/person?username=nurse"
    post(boss, page, "/accounts/person/unlock", username="nurse")
    assert give_code(client, phone.code()).status_code == 303
    assert kinds(app).count("account-locked") == 1


def test_nothing_is_reached_between_the_steps(light: Flask, clock: Clock) -> None:
    set_up(client_of(light, "nurse"), clock)
    client = give_password(light)
    page = token(client.get("/sign-in/code").text)
    for address in ("/subjects", FORM, "/account", "/account/code", "/queries", "/"):
        assert client.get(address).location.startswith("/sign-in"), address
    for address in ("/account/code/confirm", "/account/code/change", FORM):
        answer = client.post(address, data={"csrf_token": page, "code": "1"})
        assert answer.status_code == 401, address
    assert client.get("/session").json["user"] == ""  # type: ignore[index]
    data = {"csrf_token": page, "username": "nurse", "password": PASSWORD}
    answer = client.post("/session", data=data)
    assert (answer.status_code, answer.json["needs"]) == (401, "code")  # type: ignore[index]
    assert not is_in(client)


def test_a_page_that_stays_open_asks_for_the_code_too(
    light: Flask, clock: Clock
) -> None:
    phone, _ = set_up(client_of(light, "nurse"), clock)
    clock.forward(60)
    client = light.test_client()
    data = {"username": "nurse", "password": PASSWORD, "code": "000000"}
    for code, status in (("000000", 401), (phone.code(), 200), (phone.code(), 401)):
        data |= {"code": code, "csrf_token": client.get("/session").json["token"]}  # type: ignore[index]
        assert client.post("/session", data=data).status_code == status
    assert is_in(client)


def test_the_second_step_waits_for_minutes_only(light: Flask, clock: Clock) -> None:
    phone, _ = set_up(client_of(light, "nurse"), clock)
    client = give_password(light)
    page = token(client.get("/sign-in/code").text)
    clock.forward(BETWEEN_STEPS.total_seconds() + 1)
    answer = client.post(
        "/sign-in/code", data={"csrf_token": page, "code": phone.code()}
    )
    assert answer.status_code == 401
    assert "Too much time" in answer.text
    assert client.get("/sign-in/code").location == "/sign-in"


def test_a_password_that_was_reset_meanwhile_opens_nothing(
    light: Flask, clock: Clock
) -> None:
    phone, _ = set_up(client_of(light, "nurse"), clock)
    clock.forward(60)
    client = give_password(light)
    page = token(client.get("/sign-in/code").text)
    reset_password(database_of(light), "nurse", "another password")
    answer = client.post(
        "/sign-in/code", data={"csrf_token": page, "code": phone.code()}
    )
    assert (answer.status_code, is_in(client)) == (401, False)


def test_the_second_step_belongs_to_the_browser_of_the_first(
    light: Flask, clock: Clock
) -> None:
    set_up(client_of(light, "nurse"), clock)
    clock.forward(60)
    client, other = give_password(light), light.test_client()
    cookie = client.get_cookie("crfsmith")
    assert cookie is not None
    other.set_cookie("crfsmith", cookie.value)
    other.environ_base["HTTP_USER_AGENT"] = "another browser"
    assert other.get("/sign-in/code").location == "/sign-in"


def test_the_session_begins_anew_with_the_second_step(
    light: Flask, clock: Clock
) -> None:
    phone, _ = set_up(client_of(light, "nurse"), clock)
    clock.forward(60)
    client = give_password(light)
    before = token(client.get("/sign-in/code").text)
    cookie = client.get_cookie("crfsmith")
    assert cookie is not None
    give_code(client, phone.code())
    copied = light.test_client()
    copied.set_cookie("crfsmith", cookie.value)
    assert not is_in(copied)
    answer = client.post("/subjects/new", data={"csrf_token": before, "subjid": "01-9"})
    assert answer.status_code == 400


def test_a_recovery_code_signs_in_once(app: Flask, clock: Clock) -> None:
    _, codes = set_up(client_of(app, "nurse"), clock)
    client = give_password(app)
    typed = codes[3].upper().replace("-", " ")
    assert give_code(client, typed).status_code == 303
    assert is_in(client)
    assert give_code(give_password(app), codes[3]).status_code == 401
    assert recovery_codes_left(database_of(app), "nurse") == 9
    used = find_events(database_of(app), kinds=[EventKind.RECOVERY_CODE_USED])
    assert [event.details["left"] for event in used] == [9]


def test_a_recovery_code_of_somebody_else_is_wrong(light: Flask, clock: Clock) -> None:
    _, theirs = set_up(client_of(light, "monitor"), clock)
    set_up(client_of(light, "nurse"), clock)
    assert give_code(give_password(light), theirs[0]).status_code == 401


def test_new_recovery_codes_replace_the_old_ones(light: Flask, clock: Clock) -> None:
    client = client_of(light, "nurse")
    phone, codes = set_up(client, clock)
    page, change = "/account/code", "/account/code/change"
    refused = post(client, page, change, change="renew", code="000000")
    assert refused.status_code == 401
    clock.forward(60)
    shown = post(client, page, change, change="renew", code=phone.code())
    new = re.findall(r'<li class="once">([^<]+)<', shown.text)
    assert len(set(new) - set(codes)) == 10
    assert give_code(give_password(light), codes[0]).status_code == 401
    assert give_code(give_password(light), new[0]).status_code == 303


def test_setting_up_needs_the_password_and_a_right_code(light: Flask) -> None:
    client = client_of(light, "nurse")
    page, begin = "/account/code", "/account/code/begin"
    wrong = post(client, page, begin, password="not mine")
    assert (wrong.status_code, "<svg" in wrong.text) == (401, False)
    shown = post(client, page, begin, password=PASSWORD).text
    data = {"csrf_token": token(shown), "code": "000000"}
    refused = client.post("/account/code/confirm", data=data)
    assert refused.status_code == 422
    assert not has_second_factor(database_of(light), "nurse")
    assert is_in(client_of(light, "nurse")), "what was not confirmed is not asked for"


def test_setting_up_again_needs_the_phone(light: Flask, clock: Clock) -> None:
    """An open screen and the password do not exchange the authenticator."""
    client = client_of(light, "nurse")
    set_up(client, clock)
    page = token(client.get("/account/code").text)
    data = {"csrf_token": page, "password": PASSWORD}
    answer = client.post("/account/code/begin", data=data)
    assert (answer.status_code, "<svg" in answer.text) == (422, False)


def test_setting_up_ends_the_other_sessions(light: Flask, clock: Clock) -> None:
    mine, other = client_of(light, "nurse"), client_of(light, "nurse")
    set_up(mine, clock)
    assert (is_in(mine), is_in(other)) == (True, False)


def test_a_required_code_comes_before_anything(app: Flask, clock: Clock) -> None:
    boss, client = client_of(app, "boss"), client_of(app, "nurse")
    person, typed = "/accounts/person?username=nurse", page_token(client, FORM)
    post(boss, person, "/accounts/person/code", username="nurse", required="1")
    assert client.get("/subjects").location == "/account/code"
    kept = client.post(
        FORM, data={"csrf_token": typed, "on": "sysbp", "f-sysbp": "121"}
    )
    assert kept.status_code == 403
    assert 'name="kept:f-sysbp" value="121"' in kept.text
    saved = client.post(
        FORM, data={"csrf_token": typed}, headers={"Accept": "application/json"}
    )
    assert saved.status_code == 403
    phone, _ = set_up(client, clock)
    assert is_in(client)
    assert "required" in boss.get(person).text

    page = token(client.get("/account/code").text)
    clock.forward(60)
    data = {"csrf_token": page, "change": "remove", "code": phone.code()}
    refused = client.post("/account/code/change", data=data)
    assert refused.status_code == 422
    assert has_second_factor(database_of(app), "nurse")


def page_token(client: FlaskClient, address: str) -> str:
    return token(client.get(address).text)


def test_text_typed_before_comes_back_after_both_steps(
    light: Flask, clock: Clock
) -> None:
    phone, _ = set_up(client_of(light, "nurse"), clock)
    clock.forward(60)
    client = light.test_client()
    typed = {"kept:on": "sysbp", "kept:f-sysbp": "121", "then": FORM}
    page = post(
        client, "/sign-in", "/sign-in", username="nurse", password=PASSWORD, **typed
    ).text
    assert "Your text is kept" in page
    names = dict(re.findall(r'name="((?:kept:|then)[^"]*)" value="([^"]*)"', page))
    data = {"csrf_token": token(page), **names, "code": phone.code()}
    page = client.post("/sign-in/code", data=data).text
    assert 'value="121"' in page
    assert "not saved yet" in page


def test_an_administrator_takes_away_a_lost_phone(app: Flask, clock: Clock) -> None:
    client = client_of(app, "nurse")
    _, codes = set_up(client, clock)
    boss = client_of(app, "boss")
    person = "/accounts/person?username=nurse"
    post(boss, person, "/accounts/person/authenticator", username="nurse")
    assert not is_in(client), "whoever holds the phone is out too"
    assert is_in(client_of(app, "nurse")), "the password is enough again"
    (event,) = find_events(database_of(app), kinds=[EventKind.SECOND_FACTOR_REMOVED])
    assert (event.username, event.details["account"]) == ("boss", "nurse")
    set_up(client_of(app, "nurse"), clock)
    assert give_code(give_password(app), codes[0]).status_code == 401
    assert faults(app) == []


def test_nobody_frees_their_own_account_from_its_code(
    light: Flask, clock: Clock
) -> None:
    boss = client_of(light, "boss")
    page = page_token(boss, "/accounts/new")
    set_up(boss, clock)
    data = {"csrf_token": page, "username": "boss"}
    assert boss.post("/accounts/person/authenticator", data=data).status_code == 422
    boss.post("/accounts/person/code", data={**data, "required": "1"})
    assert boss.post("/accounts/person/code", data=data).status_code == 422
    user = get_user(database_of(light), "boss")
    assert user is not None
    assert user.code_required


def test_the_command_requires_and_takes_away(light: Flask, clock: Clock) -> None:
    set_up(client_of(light, "nurse"), clock)
    database = database_of(light)

    def run(*arguments: str) -> str:
        url = str(database.engine.url)
        done = CliRunner().invoke(main, ["users", "--db", url, *arguments])
        assert done.exit_code == 0, done.output
        return done.output

    assert "code is required" in run("code", "nurse", "required")
    assert "needs a code" in run("list")
    assert "without an authenticator" in run("remove-code", "nurse")
    assert not has_second_factor(database, "nurse")
    assert client_of(light, "nurse").get("/subjects").location == "/account/code"
    run("code", "nurse", "optional")
    assert is_in(client_of(light, "nurse"))


def test_another_key_of_the_server_is_said_and_recovery_codes_work(
    light: Flask, clock: Clock
) -> None:
    phone, codes = set_up(client_of(light, "nurse"), clock)
    clock.forward(60)
    light.secret_key = "another key"
    client = give_password(light)
    answer = give_code(client, phone.code())
    assert answer.status_code == 401
    assert "another key" in unescape(answer.text)
    assert give_code(client, codes[0]).status_code == 303


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE app_user SET code_required = 0",
        "UPDATE second_factor SET confirmed_at = NULL",
        "UPDATE second_factor SET secret = 'another'",
    ],
)
def test_a_database_in_which_codes_were_switched_off_is_found(
    light: Flask, clock: Clock, statement: str
) -> None:
    database = database_of(light)
    require_code(database, "nurse", True)
    set_up(client_of(light, "boss"), clock)
    assert faults(light) == []
    with database.write() as connection:
        connection.exec_driver_sql(statement)
    assert faults(light) == ["row-differs-from-event"]
