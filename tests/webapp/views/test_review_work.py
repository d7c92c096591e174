"""The home page of a monitor has what is to be verified, that of an investigator what is
to be signed; a line goes when it is done.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forms_spec.model.signatures import USUAL_MEANINGS
from tests.studies import study_of
from tests.webapp.pages import token
from tests.webapp.small_site import app_over, client_of, database_of, page_data
from webapp.demo.demo_study import PASSWORD
from webapp.storage import (
    ALL_SITES,
    NewQuery,
    QueryAction,
    QueryParty,
    QueryPlace,
    QueryStep,
    Role,
    Sites,
    add_user,
    open_queries,
    take_step,
)

FILES = {
    "study.yaml": """
study: WORK
title: A study with two visits
short: Work
subject: {pattern: '0[12]-[0-9]{3}', example: 01-001}
sites: {'01': Ghent, '02': Namur}
day_zero: [inf.infdat]
visit: {date: inf.infdat}
verification: {critical: [vs.pulse]}
""",
    "visits.yaml": """
visits:
  X1: {title: First visit, target: day 0}
  V2: {title: Last visit, target: day 21, window: 3 days}
schedule:
  columns: X1 V2
  inf:     X  X
  vs:      X  .
""",
    "inf.yaml": """
form: inf
title: Infusion
fields:
  infdat: {label: Date, type: date}
""",
    "vs.yaml": """
form: vs
title: Vital signs
fields:
  pulse: {label: Pulse, type: integer, range: [0, 300]}
  remark: {label: Remark, type: text, length: 40}
""",
}
SUBJECT = "/subjects/01-001"
INF, VS, LAST = f"{SUBJECT}/X1/inf", f"{SUBJECT}/X1/vs", f"{SUBJECT}/V2/inf"
LINE = re.compile(r'<a href="([^"]+)" data-work>([^<]+)<')


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    app = app_over(f"sqlite:///{tmp_path}/study.sqlite", study_of(FILES))
    person(app, "ines", ALL_SITES)
    person(app, "namur", frozenset({"02"}))
    return app


def person(app: Flask, username: str, sites: Sites) -> None:
    add_user(
        database_of(app),
        username=username,
        name=username.title(),
        role=Role.INVESTIGATOR,
        password=PASSWORD,
        sites=sites,
    )


@pytest.fixture
def nurse(app: Flask) -> FlaskClient:
    return client_of(app, "nurse")


@pytest.fixture
def monitor(app: Flask) -> FlaskClient:
    return client_of(app, "monitor")


@pytest.fixture
def ines(app: Flask) -> FlaskClient:
    return client_of(app, "ines")


def enter(client: FlaskClient, address: str, action: str, **texts: str) -> None:
    answers = {f"f-{name}": text for name, text in texts.items()}
    data = {**page_data(client, address), **answers, "action": action, "reason": "Now"}
    answer = client.post(address, data=data)
    assert answer.status_code == 303, answer.text


def verify(client: FlaskClient, address: str) -> None:
    page = client.get(f"{address}/verification").text
    seen = re.findall(r'name="seen" value="([^"]+)"', page)
    data = {"csrf_token": token(page), "seen": seen, "action": "whole"}
    assert client.post(f"{address}/verification", data=data).status_code == 303


def sign(client: FlaskClient, of: str) -> None:
    page = client.get(f"{SUBJECT}/sign?of={of}").text
    seen = re.findall(r'name="seen" value="([^"]+)"', page)
    proof = {"username": "ines", "password": PASSWORD, "meaning": USUAL_MEANINGS[0]}
    data = {"csrf_token": token(page), "of": of, "seen": seen, **proof}
    assert client.post(f"{SUBJECT}/sign", data=data).status_code == 303


def lines(client: FlaskClient, name: str) -> list[tuple[str, str]]:
    """Address and words of what a list has; each address is there."""
    found = LINE.findall(client.get(f"/home/{name}").text)
    assert all(client.get(address).status_code == 200 for address, _ in found)
    return found


def test_a_monitor_has_what_the_plan_asks_for_until_it_is_verified(
    nurse: FlaskClient, monitor: FlaskClient
) -> None:
    enter(nurse, INF, "complete", infdat="2024-03-07")
    enter(nurse, VS, "draft", pulse="70")
    assert lines(monitor, "verify") == [], "a draft is to be finished first"

    enter(nurse, VS, "complete", pulse="70")
    to_do = [(f"{VS}/verification", "Vital signs, First visit")]
    assert lines(monitor, "verify") == to_do, "the plan asks for nothing else"
    verify(monitor, VS)
    assert lines(monitor, "verify") == []

    enter(nurse, VS, "complete", remark="tired")
    assert lines(monitor, "changed") == [], "the plan does not ask for the remark"
    enter(nurse, VS, "complete", pulse="71")
    assert lines(monitor, "changed") == to_do
    assert lines(monitor, "verify") == []
    verify(monitor, VS)
    assert lines(monitor, "changed") == []


def test_an_investigator_has_each_visit_that_nothing_keeps_from_signing(
    nurse: FlaskClient, ines: FlaskClient
) -> None:
    enter(nurse, INF, "complete", infdat="2024-03-07")
    assert lines(ines, "sign") == [], "vital signs are not begun"
    enter(nurse, VS, "draft", pulse="70")
    assert lines(ines, "sign") == [], "and then a draft"

    enter(nurse, VS, "complete", pulse="70")
    visit = (f"{SUBJECT}/sign?of=X1", "First visit")
    assert lines(ines, "sign") == [visit]
    sign(ines, "X1")
    assert lines(ines, "sign") == []

    enter(nurse, VS, "draft", pulse="71")
    assert lines(ines, "again") == [], "the draft comes first"
    enter(nurse, VS, "complete", pulse="72")
    assert lines(ines, "again") == [visit]
    assert lines(ines, "sign") == []
    sign(ines, "X1")
    assert lines(ines, "again") == []


def test_the_casebook_is_signed_at_its_end_and_its_visits_with_it(
    nurse: FlaskClient, ines: FlaskClient
) -> None:
    enter(nurse, INF, "complete", infdat="2024-03-07")
    enter(nurse, VS, "complete", pulse="70")
    enter(nurse, LAST, "complete", infdat="2024-03-28")
    casebook = (f"{SUBJECT}/sign?of=casebook", "The whole casebook")
    assert lines(ines, "sign") == [casebook]
    sign(ines, "casebook")
    assert lines(ines, "sign") == []
    enter(nurse, VS, "complete", pulse="71")
    assert lines(ines, "again") == [casebook]


def test_a_query_about_an_error_comes_before_the_signature(
    app: Flask, nurse: FlaskClient, ines: FlaskClient
) -> None:
    enter(nurse, INF, "complete", infdat="2024-03-07")
    enter(nurse, VS, "complete", pulse="70")
    assert len(lines(ines, "sign")) == 1
    database = database_of(app)
    place = QueryPlace(
        subject="01-001", visit="X1", form="vs", table="vs", field="pulse"
    )
    asked, settled = (
        QueryStep(
            action=action, party=QueryParty.REVIEWER, username="monitor", text="Why?"
        )
        for action in (QueryAction.OPEN, QueryAction.CLOSE)
    )
    new = NewQuery(place=place, step=asked, code="above-range")
    (number,) = open_queries(database, [new])
    assert lines(ines, "sign") == []
    take_step(database, number, settled)
    assert len(lines(ines, "sign")) == 1


def test_only_who_may_has_the_list_and_only_for_own_sites(
    app: Flask, nurse: FlaskClient, monitor: FlaskClient, ines: FlaskClient
) -> None:
    enter(nurse, INF, "complete", infdat="2024-03-07")
    enter(nurse, VS, "complete", pulse="70")
    assert len(lines(ines, "sign")) == 1
    assert lines(client_of(app, "namur"), "sign") == []
    for client, names in (
        (nurse, ("verify", "changed", "sign", "again")),
        (monitor, ("sign", "again")),
        (ines, ("verify", "changed")),
    ):
        for name in names:
            assert client.get(f"/home/{name}").status_code == 404
    heads = re.findall(r'<h2 id="(\w+)"', monitor.get("/home").text)
    assert heads[0] == "verify"
