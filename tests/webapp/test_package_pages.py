"""A data manager hands in a package, sees it judged, and reads the report; nobody else does."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.package_cases import captured, write
from tests.webapp.pages import app_over, filled, sign_in, token


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    url = f"sqlite:///{tmp_path_factory.mktemp('packages') / 'study.sqlite'}"
    filled(url).close()
    return app_over(url)


@pytest.fixture
def manager(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        sign_in(client, "manager")
        yield client


def hand_in(client: FlaskClient, content: bytes, *, what: str = "package") -> str:
    """The address of the page that shows how the package is doing."""
    data = {"csrf_token": token(client.get("/packages").text), "what": what}
    if content:
        data["package"] = (io.BytesIO(content), "export.zip")  # type: ignore[assignment]
    answer = client.post("/packages", data=data)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def judged(client: FlaskClient, address: str) -> str:
    """The page once the work is done."""
    for _ in range(600):
        page = client.get(address).text
        if 'http-equiv="refresh"' not in page:
            return page
        time.sleep(0.1)
    raise AssertionError(page)


def test_a_package_is_judged_and_its_report_can_be_read(manager: FlaskClient, tmp_path: Path) -> None:
    package = write(tmp_path / "p.zip", [captured("lb SCR", {"hb": "12x"}, status=0)])
    address = hand_in(manager, package.read_bytes())
    page = judged(manager, address)
    assert "<h1>export.zip</h1>" in page
    assert "✗ Not valid." in page
    report = manager.get(f"{address}/report")
    assert "not-a-number" in report.text
    assert "sandbox" in report.headers["Content-Security-Policy"]
    assert "lb,hb," in manager.get(f"{address}/findings.csv").text
    assert "table,field,visit,state,cells" in manager.get(f"{address}/answers.csv").text
    assert address in manager.get("/packages").text


def test_what_is_no_package_is_said_to_be_none(manager: FlaskClient) -> None:
    assert "The package cannot be read." in judged(manager, hand_in(manager, b"no zip at all"))


def test_the_study_itself_can_be_judged(manager: FlaskClient) -> None:
    page = judged(manager, hand_in(manager, b"", what="study"))
    assert "the study as it is now" in page
    assert "rows in" in page


def test_nothing_chosen_is_asked_for_again(manager: FlaskClient) -> None:
    data = {"csrf_token": token(manager.get("/packages").text), "what": "package"}
    answer = manager.post("/packages", data=data)
    assert (answer.status_code, "Choose a zip first." in answer.text) == (400, True)


def test_a_package_larger_than_a_form_is_let_in_for_a_manager(manager: FlaskClient) -> None:
    assert "cannot be read" in judged(manager, hand_in(manager, bytes(17 * 2**20)))


def test_nobody_else_sees_the_pages(app: Flask, manager: FlaskClient) -> None:
    address = hand_in(manager, b"no zip at all")
    with app.test_client() as client:
        sign_in(client, "coordinator")
        assert client.get("/packages").status_code == 403
        assert client.get(address).status_code == 403
        assert "/packages" not in client.get("/subjects").text
