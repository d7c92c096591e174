"""A list of many subjects comes in pages, is searched and sorted in the database, and
its counts are kept.
"""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.small_site import app_over, client_of, database_of
from webapp.storage import add_subject, standings_of
from webapp.storage.releases import SiteDictionaries
from webapp.views.subjects import ON_A_PAGE

MANY = 2 * ON_A_PAGE + 7


@pytest.fixture(scope="module")
def app(module_url: str) -> Flask:
    app = app_over(module_url)
    for number in range(3, MANY + 1):
        add_subject(
            database_of(app), subjid=f"01-{number:03}", site="01", user="coordinator"
        )
    return app


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    return client_of(app)


def listed(client: FlaskClient, address: str) -> list[str]:
    return re.findall(r'<tr data-subject="([^"]+)"', client.get(address).text)


def test_pages_follow_each_other_and_leave_nobody_out(client: FlaskClient) -> None:
    pages = [listed(client, f"/subjects?page={number}") for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [ON_A_PAGE, ON_A_PAGE, 7]
    assert [name for page in pages for name in page] == [
        f"01-{number:03}" for number in range(1, MANY + 1)
    ]
    assert "Page 2 of 3: 01-051 to 01-100" in client.get("/subjects?page=2").text


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999", "٣"])
def test_a_page_that_is_none_is_the_first(client: FlaskClient, page: str) -> None:
    assert listed(client, f"/subjects?page={page}")[0] == "01-001"


def test_behind_the_last_page_is_the_way_back(client: FlaskClient) -> None:
    assert "The last page of the list is page 3" in client.get("/subjects?page=9").text


def test_the_search_looks_at_every_page(client: FlaskClient) -> None:
    assert listed(client, "/subjects?q=01-10") == [
        f"01-10{digit}" for digit in range(8)
    ]
    assert client.get("/subjects?q=01-105").headers["Location"] == "/subjects/01-105"
    assert "No subject's number or site contains" in client.get("/subjects?q=%25").text


def test_the_order_holds_over_all_pages(client: FlaskClient) -> None:
    assert listed(client, "/subjects?order=subject&down=1")[0] == f"01-{MANY:03}"
    assert len(listed(client, "/subjects?order=saved")) == ON_A_PAGE
    assert listed(client, "/subjects?order=nonsense")[0] == "01-001"


def test_counting_goes_on_to_the_end_and_is_kept_for_the_next_server(
    app: Flask, client: FlaskClient
) -> None:
    first, ready = "01-001", {}
    while first:
        answer = client.get(f"/subjects/standings?from={first}").json
        assert answer is not None
        ready |= answer["ready"]
        first = answer["next"]
    assert len(ready) == MANY
    study = app.extensions["crfsmith"].study
    today = app.extensions["crfsmith"].today()
    in_use = SiteDictionaries(in_use=study.hash)
    kept = standings_of(database_of(app), ready, dictionaries=in_use, day=today)
    assert {name: [one.to_finish, one.open] for name, one in kept.items()} == ready
    another = SiteDictionaries(in_use="another")
    assert not standings_of(database_of(app), ready, dictionaries=another, day=today)
