"""The eligibility page of the demo's subjects."""

from __future__ import annotations

import re
from shutil import copy

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.pages import NEW, app_over, filled_once, sign_in


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    path = tmp_path_factory.mktemp("eligibility") / "study.sqlite"
    copy(filled_once(tmp_path_factory), path)
    return app_over(f"sqlite:///{path}")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    made = app.test_client()
    sign_in(made)
    return made


def plain(html: str) -> str:
    """The text of a page, as people read it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def row(html: str, name: str) -> str:
    found = re.search(rf'<tr id="{name}".*?</tr>', html, re.DOTALL)
    assert found, name
    return found[0]


@pytest.mark.parametrize(
    ("subject", "line"),
    [
        ("01-001", "● Eligible"),
        ("01-003", "✕ Fails EXCL01"),
        ("01-005", "✕ Fails EXCL05"),
        ("01-006", "✕ Fails EXCL19"),
        ("01-008", "● Eligible, pending a query on EXCL14"),
        (NEW, "◐ Undetermined: INCL00, INCL01, INCL02, INCL03, INCL04 and 29 more"),
    ],
)
def test_one_line_says_it_on_the_page_and_in_the_casebook(
    client: FlaskClient, subject: str, line: str
) -> None:
    assert line in plain(client.get(f"/subjects/{subject}/eligibility").text)
    casebook = client.get(f"/subjects/{subject}").text
    assert f"Eligibility: {line}" in plain(casebook)
    assert f'href="/subjects/{subject}/eligibility"' in casebook


def test_all_34_criteria_stand_in_their_order(client: FlaskClient) -> None:
    page = client.get("/subjects/01-001/eligibility").text
    names = re.findall(r'<tr id="(\w+)"', page)
    expected = [f"INCL{n:02}" for n in range(8)] + [f"EXCL{n:02}" for n in range(1, 27)]
    assert names == expected


def test_the_form_names_each_criterion_by_its_number(client: FlaskClient) -> None:
    page = client.get("/subjects/01-001/SCR/ie").text
    numbers = re.findall(r'<b class="number">(\w+)</b> \w', page)
    assert numbers == [f"INCL{n:02}" for n in range(8)] + [
        f"EXCL{n:02}" for n in range(1, 27)
    ]


def test_a_discrepancy_shows_both_answers_and_leads_to_its_sources(
    client: FlaskClient,
) -> None:
    obesity = row(client.get("/subjects/01-003/eligibility").text, "EXCL01")
    said = plain(obesity)
    assert "▲ discrepancy" in said
    assert "Yes ✕ fails" in said
    assert "Body mass index 40.1 kg/m²" in said
    assert "Weight 102.7 kg" in said
    assert 'href="/subjects/01-003/SCR/vs#f-bmi"' in obesity
    assert 'href="/subjects/01-003/SCR/ie#f-excl01"' in obesity


def test_only_what_needs_attention(client: FlaskClient) -> None:
    page = client.get("/subjects/01-003/eligibility?show=attention").text
    assert re.findall(r'<tr id="(\w+)"', page) == ["EXCL01"]
    calm = client.get("/subjects/01-001/eligibility?show=attention").text
    assert re.findall(r'<tr id="(\w+)"', calm) == []
    assert "Every answer agrees" in calm


def test_an_open_query_stands_with_the_criterion(client: FlaskClient) -> None:
    assert "▲ C38" in plain(
        row(client.get("/subjects/01-008/eligibility").text, "EXCL14")
    )


def test_what_is_missing_is_marked_where_nothing_was_captured(
    client: FlaskClient,
) -> None:
    said = plain(row(client.get(f"/subjects/{NEW}/eligibility").text, "EXCL01"))
    assert "unknown" in said
    assert "Weight ◐ not answered" in said


def test_a_subject_that_is_not_there(client: FlaskClient) -> None:
    assert client.get("/subjects/01-999/eligibility").status_code == 404
