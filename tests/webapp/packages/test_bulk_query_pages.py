"""A data manager opens queries from the findings of a report: looks first, then opens."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.package_cases import GOOD_VS, captured, write
from tests.webapp.packages.test_package_pages import hand_in, judged
from tests.webapp.pages import token
from tests.webapp.small_site import app_over, client_of, database_of, page_data
from webapp.storage import list_queries
from webapp.storage.query_lists import QueryFilter

FORM = "/subjects/01-001/SCR/vs"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The vital signs of one subject have been started."""
    folder = tmp_path_factory.mktemp("bulk")
    app = app_over(f"sqlite:///{folder}/study.sqlite")
    nurse = client_of(app)
    data = page_data(nurse, FORM) | {"f-vsperf": ["Y"], "action": ["draft"]}
    nurse.post(FORM, data=data)
    return app


@pytest.fixture(scope="module")
def manager(app: Flask) -> FlaskClient:
    return client_of(app, "manager")


@pytest.fixture(scope="module")
def address(manager: FlaskClient, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report of a package with a finding on that form, and on one that nobody has
    started.
    """
    high = {**GOOD_VS, "sysbp": "172"}
    forms = [captured("vs SCR", high), captured("vs SCR", high, subject="01-002")]
    package = write(tmp_path_factory.mktemp("package") / "p.zip", forms).read_bytes()
    page = hand_in(manager, package)
    assert "Open queries" in judged(manager, page)
    return f"{page}/queries"


def queries(app: Flask) -> list[tuple[str, str, str]]:
    _, listed = list_queries(database_of(app), QueryFilter(), first=0, most=99)
    return [
        (item.query.place.subject, item.query.assigned_role, item.query.source)
        for item in listed
    ]


def test_findings_of_a_report_become_queries_after_a_look(
    app: Flask, manager: FlaskClient, address: str
) -> None:
    page = manager.get(address).text
    assert "1 query would be opened" in page
    assert "1: the form has not been started" in page
    assert "01-002 SCR vs sysbp" in page
    assert queries(app) == []

    # What was not looked at is not opened.
    data = {"csrf_token": token(page), "role": "investigator"}
    answer = manager.post(address, data={**data, "seen": "7"})
    assert (answer.status_code, queries(app)) == (409, [])

    done = manager.post(address, data={**data, "seen": "1"})
    assert "1 query opened: 1" in done.text
    ((subject, role, source),) = queries(app)
    assert (subject, role) == ("01-001", "investigator")
    assert source.startswith("export.zip (")
    assert f"it came from {source}" in done.text

    again = manager.get(address).text
    assert "0 queries would be opened" in again
    assert "already open as query 1" in again


def test_only_those_who_handed_the_package_in_see_its_page(
    app: Flask, address: str
) -> None:
    assert client_of(app).get(address).status_code == 403
