"""Signing on the pages: what comes first, how a person proves who they are, and where a
signature and its break are shown.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forms_spec.model.signatures import USUAL_MEANINGS
from tests.generator.paper.documents import pdf_text, squeezed
from tests.studies import STUDY, VISITS, VS, study_of
from tests.webapp.pages import token
from tests.webapp.small_site import app_over, client_of, database_of, page_data
from webapp.demo.demo_study import PASSWORD
from webapp.storage import (
    NewQuery,
    QueryAction,
    QueryParty,
    QueryPlace,
    QueryStep,
    Role,
    add_user,
    open_queries,
    signatures_of,
)

FORM = "/subjects/01-001/SCR/vs"
SIGN = "/subjects/01-001/sign"
REVIEW = "/subjects/01-001/review"
MEANING = USUAL_MEANINGS[0]


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    app = app_over(f"sqlite:///{tmp_path}/study.sqlite")
    add_user(
        database_of(app),
        username="ines",
        name="Ines Investigator",
        role=Role.INVESTIGATOR,
        password=PASSWORD,
    )
    return app


@pytest.fixture
def ines(app: Flask) -> FlaskClient:
    return client_of(app, "ines")


@pytest.fixture
def nurse(app: Flask) -> FlaskClient:
    client = client_of(app, "nurse")
    complete(client, FORM, **{"f-vsperf": "N"})
    return client


def complete(client: FlaskClient, address: str, **answers: str) -> None:
    data = {**page_data(client, address), **answers, "action": "complete"}
    answer = client.post(address, data=data)
    assert answer.status_code == 303, answer.text
    assert "saved=" in answer.headers["Location"]


def sign(client: FlaskClient, of: str = "SCR/vs", **others: str) -> TestResponse:
    """Signs what the page shows, with name and password unless told otherwise."""
    page = client.get(f"{SIGN}?of={of}").text
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    data = {
        "csrf_token": token(page),
        "of": of,
        "seen": seen[1] if seen else "",
        "meaning": MEANING,
        "username": "ines",
        "password": PASSWORD,
    }
    return client.post(SIGN, data={**data, **others})


@pytest.mark.usefixtures("nurse")
def test_the_investigator_signs_and_everybody_sees_name_time_and_meaning(
    app: Flask, ines: FlaskClient
) -> None:
    answer = sign(ines)
    assert answer.status_code == 303
    words = (
        "Signed by Ines Investigator (ines), 18-Apr-2024 12:00:00 UTC: “I have reviewed"
    )
    monitor = client_of(app, "monitor")
    for page in (FORM, REVIEW):
        assert words in monitor.get(page).text, page
    assert '<span class="sr">signed</span>' in monitor.get("/subjects/01-001").text
    assert "1 signed" in monitor.get("/review").text
    pdf = pdf_text(monitor.get("/subjects/01-001/casebook.pdf").data)
    assert squeezed("Ines Investigator (ines)") in pdf
    assert squeezed(f"“{MEANING}”, on Vital signs, Screening") in pdf


def test_a_change_breaks_it_visibly_everywhere_until_it_is_signed_again(
    app: Flask, ines: FlaskClient, nurse: FlaskClient
) -> None:
    sign(ines)
    assert "A change breaks it." in nurse.get(FORM).text
    complete(nurse, FORM, **{"f-vsperf": "N", "f-remark": "late", "reason": "Source"})

    monitor = client_of(app, "monitor")
    broken = "Broken: Vital signs, Screening was saved by Nurse, 18-Apr-2024"
    for page in (FORM, REVIEW):
        assert broken in monitor.get(page).text, page
    casebook = monitor.get("/subjects/01-001").text
    assert '<span class="sr">signature broken</span>' in casebook
    assert "1 broken" in monitor.get("/review").text
    assert "Signature broken" in monitor.get("/subjects/01-001/history").text
    pdf = pdf_text(monitor.get("/subjects/01-001/casebook.pdf").data)
    assert squeezed("This signature is broken: Vital signs, Screening was saved") in pdf

    assert "Sign again" in ines.get(REVIEW).text
    assert sign(ines).status_code == 303
    assert "Broken:" not in monitor.get(FORM).text
    assert len(signatures_of(database_of(app), "01-001")) == 2


@pytest.mark.usefixtures("nurse")
def test_the_first_signature_of_a_session_asks_for_all_and_later_ones_for_the_password(
    app: Flask, ines: FlaskClient
) -> None:
    page = f"{SIGN}?of=SCR/vs"
    assert 'name="username"' in ines.get(page).text
    assert sign(ines, username="").status_code == 401
    assert sign(ines, username="nurse").status_code == 401
    assert sign(ines, password="wrong").status_code == 401
    assert signatures_of(database_of(app), "01-001") == ()

    assert sign(ines).status_code == 303
    assert 'name="username"' not in ines.get(page).text
    assert sign(ines, username="", password="wrong").status_code == 401
    assert sign(ines, username="").status_code == 303

    again = client_of(app, "ines")
    assert 'name="username"' in again.get(page).text, "a new session asks for all"


@pytest.mark.usefixtures("nurse")
def test_wrong_passwords_are_counted_and_lead_to_a_wait(ines: FlaskClient) -> None:
    answers = [sign(ines, password="wrong").status_code for _ in range(5)]
    assert answers[0] == 401
    assert answers[-1] == 429


def test_what_keeps_one_from_signing_is_said_in_words(
    ines: FlaskClient, nurse: FlaskClient
) -> None:
    visit = ines.get(f"{SIGN}?of=SCR").text
    assert "This cannot be signed yet" in visit
    assert "Laboratory, Screening has not been started. Complete it first." in visit
    refused = sign(ines, of="SCR")
    assert refused.status_code == 409

    lb = "/subjects/01-001/SCR/lb"
    assert nurse.post(lb, data=page_data(nurse, lb)).status_code == 303
    assert "Laboratory, Screening is a draft." in ines.get(f"{SIGN}?of=casebook").text
    complete(nurse, lb)
    assert sign(ines, of="SCR").status_code == 303
    assert "Signed with Screening by Ines Investigator" in nurse.get(FORM).text
    assert sign(ines, of="casebook").status_code == 303
    assert "Signed by Ines Investigator" in nurse.get("/subjects/01-001").text


@pytest.mark.usefixtures("nurse")
def test_a_meaning_that_nobody_offers_is_refused(app: Flask, ines: FlaskClient) -> None:
    for meaning in ("", "I like it"):
        answer = sign(ines, meaning=meaning)
        assert answer.status_code == 422
        assert "Choose what your signature means" in answer.text
    assert sign(ines, seen="0" * 64).status_code == 409
    assert signatures_of(database_of(app), "01-001") == ()


@pytest.mark.usefixtures("nurse")
def test_the_dictionary_may_word_what_a_signature_means(
    app: Flask, ines: FlaskClient
) -> None:
    own = ("Reviewed by the investigator.", "Approved.")
    served = app.extensions["crfsmith"]
    study = replace(served.study, signature_meanings=own)
    app.extensions["crfsmith"] = replace(served, study=study)

    assert all(meaning in ines.get(f"{SIGN}?of=SCR/vs").text for meaning in own)
    assert sign(ines, meaning=MEANING).status_code == 422
    assert sign(ines, meaning=own[1]).status_code == 303
    [signed] = signatures_of(database_of(app), "01-001")
    assert signed.meaning == own[1]


def test_what_is_not_there_cannot_be_signed(ines: FlaskClient) -> None:
    assert ines.get(f"{SIGN}?of=SCR/nothing").status_code == 404


TWO_WEIGHTS = """
rules:
  pressure_is_impossible:
    check: C1
    on: [vs.sysbp]
    assert: sysbp < 250
    severity: error
    message: Nobody has this pressure
  pressure_is_high:
    check: C1
    on: [vs.sysbp]
    assert: sysbp < 150
    severity: query
    message: The pressure is high
"""


def test_a_query_of_a_milder_rule_holds_no_signature_up(tmp_path: Path) -> None:
    files = {"study.yaml": STUDY, "visits.yaml": VISITS, "forms/vs.yaml": VS}
    one_form = VISITS.replace("  lb:      X   .\n", "")
    study = study_of({**files, "visits.yaml": one_form, "rules.yaml": TWO_WEIGHTS})
    app = app_over(f"sqlite:///{tmp_path}/study.sqlite", study)
    add_user(
        database_of(app), username="ines", name="Ines", role=Role.INVESTIGATOR,
        password=PASSWORD,
    )  # fmt: skip
    answers = {"f-vsperf": "Y", "f-vsdat": "17-Apr-2024", "f-sysbp": "155"}
    complete(client_of(app, "nurse"), FORM, **answers)

    ines, database = client_of(app, "ines"), database_of(app)
    assert "The pressure is high" in ines.get(f"{FORM}/queries").text
    assert "This cannot be signed yet" not in ines.get(f"{SIGN}?of=SCR/vs").text

    # What a person asks about the same finding may be about the error.
    place = QueryPlace(
        subject="01-001", visit="SCR", form="vs", unsno=0, table="vs", field="sysbp"
    )
    step = QueryStep(
        action=QueryAction.OPEN, party=QueryParty.REVIEWER, username="monitor",
        text="Is this right?",
    )  # fmt: skip
    open_queries(database, [NewQuery(place=place, step=step, code="C1")])
    assert "about an error" in ines.get(f"{SIGN}?of=SCR/vs").text
    assert sign(ines, of="SCR/vs").status_code == 409
