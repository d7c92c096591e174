"""Somebody adds S1 where the study has s-01: the page asks before it adds a second
person, and takes the answer.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forms_spec import load_study
from tests.webapp.pages import token
from tests.webapp.small_site import app_over, client_of, database_of
from webapp.storage import add_subject, get_subject
from webapp.storage.subjects import subject_numbers

STUDY = r"""
study: LOOSE
title: Numbers of any spelling
short: Loose
subject: {pattern: '[A-Za-z]+-?\d+', example: s-01}
"""
FORM = """
form: vs
title: Vital signs
fields:
  weight: {label: Weight, type: decimal, places: 1}
"""
VISITS = """
visits:
  V1: {title: First visit}
schedule:
  columns: V1
  vs:      X
"""


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    files = {"study.yaml": STUDY, "visits.yaml": VISITS, "forms/vs.yaml": FORM}
    study = load_study(files).study
    assert study is not None
    app = app_over(f"sqlite:///{tmp_path / 'study.sqlite'}", study)
    add_subject(database_of(app), subjid="s-01", site="", user="coordinator")
    return client_of(app)


def add(client: FlaskClient, number: str, **answers: str) -> TestResponse:
    fields = {"csrf_token": token(client.get("/subjects/new").text)}
    return client.post("/subjects/new", data={**fields, "subjid": number, **answers})


def is_here(client: FlaskClient, number: str) -> bool:
    return get_subject(database_of(client.application), number) is not None


@pytest.mark.parametrize("number", ["s-1", "S-01", "s01", "S001"])
def test_a_number_that_looks_like_a_subjects_is_asked_about(
    client: FlaskClient, number: str
) -> None:
    page = add(client, number)
    assert page.status_code == 422
    assert '<a href="/subjects/s-01">s-01</a>' in page.text
    assert f"Subject {number} was not added yet." in page.text
    assert f'value="{number}">Add {number} anyway</button>' in page.text
    assert not is_here(client, number)


def test_the_answer_adds_the_subject(client: FlaskClient) -> None:
    page = add(client, "s-1", alike="s-1")
    assert (page.status_code, page.headers["Location"]) == (303, "/subjects/s-1")
    assert is_here(client, "s-1")


def test_the_answer_counts_for_the_number_that_was_asked_about(
    client: FlaskClient,
) -> None:
    page = add(client, "S01", alike="s-1")
    assert page.status_code == 422
    assert not is_here(client, "S01")


def test_another_number_is_no_question(client: FlaskClient) -> None:
    assert add(client, "s-10").status_code == 303
    assert set(subject_numbers(database_of(client.application), sites=None)) >= {
        "s-01",
        "s-10",
    }


def test_the_same_number_is_still_the_same_subject(client: FlaskClient) -> None:
    page = add(client, "s-01")
    assert "Subject s-01 already exists." in page.text


def test_return_in_the_box_asks_again(client: FlaskClient) -> None:
    """The first button of a page is pressed by the return key: it is not the answer."""
    page = add(client, "s-1").text
    assert page.index("Add subject</button>") < page.index("Add s-1 anyway</button>")
