"""One box finds subjects, rows of logs and open findings, by the beginning of words."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forms_spec.model.captured_data import Record, Row
from tests.studies import study_of
from tests.webapp.small_site import app_over, client_of, database_of
from webapp.demo.demo_study import PASSWORD
from webapp.storage import (
    InstanceKey,
    Role,
    SaveRequest,
    Status,
    add_subject,
    add_user,
    save,
)

FILES = {
    "study.yaml": """
study: LOGS
title: Events and medicines
short: Logs
subject: {pattern: '0[12]-[0-9]{3}', example: 01-001}
sites: {'01': Ghent, '02': Namur}
""",
    "visits.yaml": """
visits:
  X1: {title: First visit}
schedule:
  columns: X1
  vs:      X
""",
    "vs.yaml": """
form: vs
title: Vital signs
fields:
  pulse: {label: Pulse, type: integer, range: [0, 300]}
""",
    "cm.yaml": """
form: cm
title: Medicines
log: true
groups:
  drug:
    title: Medicine
    rows: {}
    fields:
      name: {label: Name, type: text, length: 60}
      doctor: {label: Prescribed by, type: text, length: 60, identifier: true}
      dose: {label: Dose, type: integer, unit: mg}
""",
}
FOUND = re.compile(r'<a href="([^"]+)" data-work>([^<]+)</a>')


@pytest.fixture(scope="module")
def app(module_url: str) -> Flask:
    app = app_over(module_url, study_of(FILES))
    database = database_of(app)
    for number in range(3, 63):
        add_subject(database, subjid=f"01-{number:03}", site="01", user="coordinator")
        keep(app, f"01-{number:03}", "Paracétamol retard")
    add_subject(database, subjid="02-001", site="02", user="coordinator")
    keep(app, "02-001", "Ibuprofen forte")
    keep(app, "01-001", "Ibuprofen", "Dr Lind")
    add_user(
        database,
        username="namur",
        name="Nele",
        role=Role.COORDINATOR,
        password=PASSWORD,
        sites=frozenset({"02"}),
    )
    client = client_of(app)
    while client.get("/subjects/evaluation").json["left"]:  # type: ignore[index]
        pass
    return app


def keep(app: Flask, subject: str, medicine: str, doctor: str = "") -> None:
    texts = {"name": medicine, "doctor": doctor, "dose": "400"}
    request = SaveRequest(
        key=InstanceKey(subject, "cm", "LOG"),
        base_version=0,
        record=Record(rows={"drug": (Row(number=1, texts=texts),)}),
        status=Status.COMPLETE,
        user="coordinator",
        save_id=subject,
        dictionary_hash=app.extensions["crfsmith"].study.hash,
    )
    save(database_of(app), request)


def found(client: FlaskClient, wanted: str, page: int = 1) -> list[tuple[str, str]]:
    query = {"q": wanted, "page": page}
    return FOUND.findall(client.get("/search", query_string=query).text)


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    return client_of(app)


def test_words_are_found_by_their_beginning(client: FlaskClient) -> None:
    row = ("/subjects/01-001/LOG/cm", "Ibuprofen · 400 mg")
    forte = ("/subjects/02-001/LOG/cm", "Ibuprofen forte · 400 mg")
    assert found(client, "ibu") == [row, forte]
    assert found(client, "FORTE ibup") == [forte]
    assert found(client, "profen") == []
    assert client.get(row[0]).status_code == 200


def test_case_and_accents_do_not_matter_and_many_come_in_pages(
    client: FlaskClient,
) -> None:
    assert len(found(client, "paracetamol")) == 50
    assert len(found(client, "PARACÉTAMOL", 2)) == 10
    assert (
        "The last page of the list is page 2"
        in client.get("/search?q=para&page=3").text
    )


def test_a_number_leads_to_the_subject(client: FlaskClient) -> None:
    answer = client.get("/search?q=01-001")
    assert answer.headers["Location"] == "/subjects/01-001"
    assert (found(client, "01-00")[0]) == ("/subjects/01-001", "01-001")


def test_who_is_of_another_site_finds_nothing_of_it(app: Flask) -> None:
    namur = client_of(app, "namur")
    assert [address for address, _ in found(namur, "ibu")] == [
        "/subjects/02-001/LOG/cm"
    ]
    assert found(namur, "paracetamol") == []
    assert found(namur, "01-0") == []
    assert client_of(app, "namur").get("/search?q=01-001").status_code == 200


def test_what_identifies_a_person_is_not_found(client: FlaskClient) -> None:
    assert found(client, "lind") == []


@pytest.mark.parametrize("wanted", ["", "   ", "%", "\x00", "x" * 5000, "·"])
def test_what_is_no_word_finds_nothing(client: FlaskClient, wanted: str) -> None:
    assert found(client, wanted) == []
