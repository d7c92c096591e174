"""The home page has what is to be done, each with the way there, and a line goes when it
is done.
"""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forms_spec.model.captured_data import Record
from tests.studies import study_of
from tests.webapp.small_site import app_over, client_of, database_of
from webapp.storage import InstanceKey, SaveRequest, Status, load, save

FILES = {
    "study.yaml": """
study: DAY-0
title: A study with four visits
short: Days
subject: {pattern: '0[12]-[0-9]{3}', example: 01-001}
sites: {'01': Ghent, '02': Namur}
day_zero: [inf.infdat]
visit: {date: inf.infdat}
""",
    "visits.yaml": """
visits:
  X1: {title: First infusion, target: day 0}
  A2: {title: Second infusion, target: day 21, window: 3 days}
  V3: {title: Third infusion, target: day 42, window: 3 days}
  V4: {title: Last infusion, target: day 56, window: 3 days}
schedule:
  columns: X1 A2 V3 V4
  inf:     X  X  X  X
  vs:      X  X  .  .
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
""",
}

SUBJECT = "01-001"
LINE = re.compile(r'<a href="([^"]+)" data-work>([^<]+)<')


@pytest.fixture(scope="module")
def app(module_url: str) -> Flask:
    """One subject on 18 April 2024, 42 days after its first infusion."""
    app = app_over(module_url, study_of(FILES))
    keep(app, "inf", "X1", infdat="2024-03-07")
    keep(app, "vs", "X1", Status.DRAFT, pulse="400")
    return app


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    return client_of(app)


def keep(
    app: Flask,
    form: str,
    visit: str,
    status: Status = Status.COMPLETE,
    unsno: int = 0,
    **texts: str,
) -> None:
    key, database = InstanceKey(SUBJECT, form, visit, unsno), database_of(app)
    stored = load(database, key)
    request = SaveRequest(
        key=key,
        base_version=stored.version if stored else 0,
        record=Record(texts=texts),
        status=status,
        user="coordinator",
        save_id=f"{form} {visit} {unsno} {texts}",
        dictionary_hash=app.extensions["crfsmith"].study.hash,
    )
    save(database, request)


def lines(client: FlaskClient, name: str) -> list[tuple[str, str]]:
    """Address and words of what a list has."""
    return LINE.findall(client.get(f"/home/{name}").text)


def test_who_signs_in_lands_on_what_is_to_be_done(client: FlaskClient) -> None:
    assert client.get("/").headers["Location"] == "/home"
    page = client.get("/home").text
    assert "overdue 18 days" in page
    assert re.findall(r'<h2 id="(\w+)"', page) == [
        "overdue",
        "window",
        "unfinished",
        "findings",
        "coming",
    ]


def test_each_line_leads_to_where_it_is_done(client: FlaskClient) -> None:
    first = f"/subjects/{SUBJECT}/X1/vs"
    assert lines(client, "overdue") == [
        (f"/subjects/{SUBJECT}/A2/inf", "Second infusion")
    ]
    assert lines(client, "window") == [
        (f"/subjects/{SUBJECT}/V3/inf", "Third infusion")
    ]
    assert lines(client, "coming") == [(f"/subjects/{SUBJECT}/V4/inf", "Last infusion")]
    assert lines(client, "unfinished") == [(first, "Vital signs, First infusion")]
    assert lines(client, "findings") == [(first, "Vital signs, First infusion")]
    for name in ("overdue", "window", "coming", "unfinished", "findings"):
        for address, _ in lines(client, name):
            assert client.get(address).status_code == 200


def test_what_is_done_is_gone_and_what_follows_from_it_is_there(app: Flask) -> None:
    client = client_of(app)
    keep(app, "inf", "A2", infdat="2024-03-28")
    keep(app, "vs", "X1", pulse="70")
    assert lines(client, "overdue") == []
    assert lines(client, "findings") == []
    assert lines(client, "unfinished") == [
        (f"/subjects/{SUBJECT}/A2/vs", "Vital signs, Second infusion")
    ]
    assert "No visits left" not in client.get("/subjects").text


def test_who_reviews_has_other_lists_than_who_enters(app: Flask) -> None:
    monitor = client_of(app, "monitor")
    assert "Answered queries to close" in monitor.get("/home").text
    assert monitor.get("/home/asked").status_code == 404
    assert client_of(app).get("/home/answered").status_code == 404


def test_behind_the_last_page_is_the_way_back(client: FlaskClient) -> None:
    assert (
        "The last page of the list is page 1" in client.get("/home/window?page=9").text
    )
    assert lines(client, "window?page=x") == lines(client, "window")
