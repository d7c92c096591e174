"""What was done: by subject, by account and in the whole study, for those who review it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.studies import FILES, small_study, study_of
from tests.webapp.pages import sign_in
from tests.webapp.small_site import database_of, furnish, page_data
from webapp.app import create_app
from webapp.demo.demo_study import PASSWORD
from webapp.installation.settings import Settings
from webapp.presentation.event_words import EVENT_WORDS, GROUPS
from webapp.storage import EventKind, Role, add_user

VS = "/subjects/01-001/SCR/vs"
FRIDAY = datetime(2024, 4, 19, 15, tzinfo=UTC)


class Hands:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.now = FRIDAY

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def app(tmp_path: Path, clock: Hands) -> Iterator[Flask]:
    """Two saves of one form: on Friday afternoon, and on Saturday night."""
    app = create_app(
        Settings(
            database=f"sqlite:///{tmp_path}/study.sqlite",
            study=small_study(),
            secret_key="tests",
            clock=clock,
        )
    )
    furnish(database_of(app))
    add_user(
        database_of(app),
        username="boss",
        name="=Boss()",
        role=Role.ADMIN,
        password=PASSWORD,
    )
    enter(app, "coordinator", "120")
    clock.now += timedelta(hours=34)
    enter(app, "nurse", "130", reason="misread")
    yield app
    database_of(app).close()


def reader(app: Flask, username: str) -> FlaskClient:
    client = app.test_client()
    sign_in(client, username)
    return client


def enter(app: Flask, username: str, pressure: str, reason: str = "") -> None:
    client = reader(app, username)
    data = {**page_data(client, VS), "f-sysbp": pressure, "reason": reason}
    assert client.post(VS, data=data).status_code == 303


def rows(page: str) -> list[str]:
    """The events of a page, as they are read."""
    bodies = re.findall(r"<tbody>(.*?)</tbody>", page, re.DOTALL)
    lines = re.findall(r"<tr>(.*?)</tr>", bodies[0], re.DOTALL) if bodies else []
    return [" ".join(unescape(re.sub(r"<[^>]*>", " ", one)).split()) for one in lines]


def test_the_history_of_a_subject_has_every_save_with_who_when_where_and_why(
    app: Flask,
) -> None:
    listed = rows(reader(app, "monitor").get("/subjects/01-001/history").text)
    assert len(listed) == 3
    newest, older, first = listed
    for words in (
        "21-Apr-2024 01:00:00 UTC",
        "Nurse (nurse), coordinator",
        "from page, 127.0.0.1",
        "Form saved version 2",
        "Screening, Vital signs",
        "“misread”",
    ):
        assert words in newest
    assert "Coordinator (coordinator)" in older
    assert "Subject added site 01" in first


def test_a_save_leads_to_its_version(app: Flask) -> None:
    client = reader(app, "coordinator")
    page = client.get("/subjects/01-001/history").text
    assert f'href="{VS}/history#v2"' in page
    assert 'id="v2"' in client.get(f"{VS}/history").text
    assert 'href="/subjects/01-001/history"' in client.get("/subjects/01-001").text


def test_the_history_of_an_account_has_what_it_did_and_how_it_came_to_be(
    app: Flask,
) -> None:
    listed = rows(reader(app, "manager").get("/accounts/nurse/history").text)
    titles = ["Form saved", "Signed in", "Account added"]
    assert len(listed) == len(titles)
    for line, title in zip(listed, titles, strict=True):
        assert title in line


def test_the_history_of_the_study_has_everything(app: Flask) -> None:
    listed = rows(reader(app, "boss").get("/history").text)
    for words in (
        "Signed in",
        "Dictionary in use",
        "Account added account monitor",
        "Subject added",
        "Log begun",
    ):
        assert any(words in line for line in listed), words


def test_who_works_with_no_answers_sees_no_reason_and_no_way_to_a_form(
    app: Flask,
) -> None:
    page = reader(app, "boss").get("/history").text
    assert "misread" not in page
    assert f'href="{VS}' not in page
    assert "misread" not in reader(app, "boss").get("/history.csv").text


@pytest.mark.parametrize(
    ("username", "may"),
    [("boss", True), ("manager", True), ("monitor", True), ("nurse", False)],
)
def test_only_reviewers_see_what_others_did(
    app: Flask, username: str, may: bool
) -> None:
    client = reader(app, username)
    for address in ("/history", "/accounts/nurse/history", "/history.csv"):
        assert (client.get(address).status_code == 200) == may
    assert ('href="/history"' in client.get("/", follow_redirects=True).text) == may


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("kind=subject-added", ["Subject added", "Subject added"]),
        ("kind=Forms", ["Form saved", "Form saved"]),
        ("kind=Forms&person=nurse", ["Form saved"]),
        ("kind=Subjects&subject=01-002", ["Subject added"]),
        ("kind=Forms&odd=1", ["Form saved version 2"]),
        ("kind=Forms&first=20-Apr-2024", ["Form saved version 2"]),
        ("kind=Forms&last=19apr2024", ["Form saved version 1"]),
        ("kind=Forms&first=19+4+2024&last=2024-04-21", ["Form saved", "Form saved"]),
        ("kind=Forms&first=22-Apr-2024", []),
    ],
)
def test_a_list_is_filtered(app: Flask, query: str, titles: list[str]) -> None:
    listed = rows(reader(app, "manager").get(f"/history?{query}").text)
    assert len(listed) == len(titles)
    for line, title in zip(listed, titles, strict=True):
        assert title in line


def test_what_is_no_day_is_said_beside_its_box_and_nothing_is_listed(
    app: Flask,
) -> None:
    page = reader(app, "manager").get("/history?first=31+feb+2024").text
    assert "“31 feb 2024” is not a day. Write it like 15-Apr-2024" in page
    assert 'aria-describedby="first-msg"' in page
    assert rows(page) == []
    refused = reader(app, "manager").get("/history.csv?first=31+feb+2024")
    assert refused.status_code == 400


def test_a_day_and_working_hours_are_those_of_the_study(tmp_path: Path) -> None:
    """Friday 23:30 in Chicago is Saturday 04:30 in UTC."""
    text = FILES["study.yaml"] + "timezone: America/Chicago\n"
    clock = Hands()
    clock.now = datetime(2024, 4, 20, 4, 30, tzinfo=UTC)
    study = study_of({**FILES, "study.yaml": text})
    url = f"sqlite:///{tmp_path}/there.sqlite"
    app = create_app(
        Settings(database=url, study=study, secret_key="tests", clock=clock)
    )
    furnish(database_of(app))
    client = reader(app, "manager")

    def count(query: str) -> int:
        return len(rows(client.get(f"/history?kind=subject-added&{query}").text))

    assert count("first=19-Apr-2024&last=19-Apr-2024") == 2
    assert count("first=20-Apr-2024") == 0
    assert count("odd=1") == 2
    clock.now = datetime(2024, 4, 22, 12, 30, tzinfo=UTC)
    for user in ("nurse", "monitor"):
        reader(app, user)
    client = reader(app, "manager")
    assert "07:30:00 CDT" in client.get("/history?kind=signed-in").text
    odd = rows(client.get("/history?kind=signed-in&odd=1").text)
    assert ["manager" in line for line in odd] == [True]


def test_a_long_list_is_turned_page_by_page(app: Flask) -> None:
    client = reader(app, "manager")
    for _ in range(120):
        client.get("/history.csv?kind=log-begun")
    first = client.get("/history?kind=exported").text
    assert len(rows(first)) == 100
    older = re.search(r'href="(/history\?[^"]*before=\d+)"', first)
    assert older
    second = client.get(unescape(older[1])).text
    assert len(rows(second)) == 20
    assert ">Older<" not in second
    assert ">Newest<" in second


def test_the_list_is_exported_as_it_is_filtered_and_no_cell_is_a_formula(
    app: Flask,
) -> None:
    client = reader(app, "manager")
    answer = client.get("/history.csv?kind=Accounts")
    assert answer.mimetype == "text/csv"
    table = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(table) == 5
    assert {row["event"] for row in table} == {"Account added"}
    assert reader(app, "boss").get("/accounts/boss/history.csv").status_code == 200
    signed = client.get("/history.csv?kind=signed-in&person=boss").text
    (boss,) = csv.DictReader(io.StringIO(signed.removeprefix("\ufeff")))
    assert boss["name"] == "'=Boss()"
    assert boss["time_utc"] == "2024-04-21T01:00:00Z"


def test_a_reason_stands_in_the_export_of_who_may_read_it(app: Flask) -> None:
    text = reader(app, "monitor").get("/subjects/01-001/history.csv").text
    saves = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["reason"] for row in saves] == ["misread", "", ""]


def test_an_export_is_an_event_too(app: Flask) -> None:
    client = reader(app, "manager")
    client.get("/history.csv?kind=Forms")
    newest = rows(client.get("/history").text)[0]
    assert "Exported list History of the study, filter kind=Forms" in newest


def test_whose_account_or_subject_does_not_exist_is_told(app: Flask) -> None:
    client = reader(app, "manager")
    assert client.get("/accounts/nobody/history").status_code == 404
    assert client.get("/subjects/99-999/history").status_code == 404


def test_every_kind_of_event_has_words_and_is_offered() -> None:
    assert {kind.value for kind in EventKind} <= set(EVENT_WORDS)
    assert {kind for kinds in GROUPS.values() for kind in kinds} == set(EventKind)


def test_a_monitor_of_one_site_sees_its_events_alone(app: Flask) -> None:
    database = database_of(app)
    for name, site in (("ghent", "01"), ("leuven", "02")):
        add_user(
            database,
            username=name,
            name=name,
            role=Role.MONITOR,
            password=PASSWORD,
            sites=frozenset({site}),
        )
    assert len(rows(reader(app, "ghent").get("/history").text)) == 4
    assert rows(reader(app, "leuven").get("/history").text) == []
    assert reader(app, "leuven").get("/subjects/01-001/history").status_code == 404
