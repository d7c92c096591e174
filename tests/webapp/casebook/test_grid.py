"""The casebook's table: visits in the order of their days, and a line at today."""

from __future__ import annotations

import re
from pathlib import Path
from shutil import copy

import pytest
from flask.testing import FlaskClient

from tests.webapp.pages import app_over, filled_once, inputs, sign_in, token

SUBJECT = "/subjects/01-007"


@pytest.fixture
def client(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> FlaskClient:
    copy(filled_once(tmp_path_factory), tmp_path / "study.sqlite")
    found = app_over(f"sqlite:///{tmp_path / 'study.sqlite'}").test_client()
    sign_in(found)
    return found


def columns(client: FlaskClient) -> tuple[list[str], str]:
    """The visits of the table from left to right, and the one behind which today lies."""
    html = client.get(SUBJECT).text
    heads = re.findall(
        r'<th scope="col"( class="today")?><a class="visit-name"[^>]*>([^<]+)<', html
    )
    today = [name for marked, name in heads if marked]
    assert len(today) == 1
    return [name for _, name in heads], today[0]


def visit(client: FlaskClient, name: str, day: str) -> None:
    address = f"{SUBJECT}/{name}/sv"
    texts = [
        (key, text)
        for key, text in inputs(client.get(address).text)
        if key != "f-visdat"
    ]
    texts += [("f-visdat", day), ("action", "draft")]
    data = {key: [t for k, t in texts if k == key] for key, _ in texts}
    assert client.post(address, data=data).status_code in {200, 303}


def test_today_lies_behind_the_last_visit_that_is_due(client: FlaskClient) -> None:
    names, today = columns(client)
    assert names.index(today) < names.index("M3")


def test_an_unscheduled_visit_stands_where_its_day_belongs(client: FlaskClient) -> None:
    before, today = columns(client)
    visit(client, "UNS-1", "2024-04-16")
    visit(client, "UNS-2", "2024-03-25")
    names, still = columns(client)
    assert [name for name in names if not name.startswith("UNS")] == [
        n for n in before if n != "UNS"
    ]
    assert (
        names.index("SCR")
        < names.index("UNS-2")
        < names.index("D0")
        < names.index("UNS-1")
    )
    assert names.index("UNS-1") < names.index("M3")
    assert names.index(still) < names.index("M3")
    assert names.index(still) >= names.index("UNS-1")
    assert today in names


def test_the_number_of_open_findings_leads_to_each_with_its_question(
    client: FlaskClient,
) -> None:
    for subject in ("/subjects/01-002", SUBJECT):
        casebook = client.get(subject).text
        link = re.search(
            rf'<a href="({subject}/findings)">(\d+) open findings?</a>', casebook
        )
        assert link is not None
        page = client.get(link[1]).text
        addresses = re.findall(
            rf'<th scope="row"><a href="({subject}/[^"#]+)#([^"]+)">', page
        )
        assert len(addresses) == int(link[2])
        for address, target in addresses:
            assert f'id="{target}"' in client.get(address).text


def test_a_casebook_without_findings_has_no_list_to_go_to(client: FlaskClient) -> None:
    page = client.get("/subjects/new").text
    client.post("/subjects/new", data={"csrf_token": token(page), "subjid": "01-099"})
    assert "0 open findings" in client.get("/subjects/01-099").text
    assert "no open findings" in client.get("/subjects/01-099/findings").text
