"""A form that a newer dictionary left out is still there for everybody to read."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.studies import FILES, VISITS, study_of
from tests.webapp.small_site import app_over, client_of, page_data

LATER_VISITS = VISITS.replace("  lb:      X   .\n", "").replace(
    "vs:      X   o", "vs:      X   ."
)
VS, UNS, LB_AT, AE = (
    f"/subjects/01-001/{place}" for place in ("SCR/vs", "UNS-1/vs", "SCR/lb", "LOG/ae")
)


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """Four forms were captured; then came a dictionary without two of them, and one
    left its visit.
    """
    url = f"sqlite:///{tmp_path}/study.sqlite"
    client = client_of(app_over(url))
    for address, texts in {
        VS: {"f-vsperf": "Y"},
        UNS: {
            "f-vsperf": "Y",
            "f-refer": "LEG",
            "f-sysbp": "170",
            "k:f-sysbp:above-expected": "twice",
        },
        LB_AT: {"f-lbcode": "AB12", "f-hb": "13.5"},
        AE: {
            "rows:ae": ["1", "2"],
            "r-ae-1-aeterm": "Headache",
            "r-ae-2-aestdat": "2024-04-01",
        },
    }.items():
        assert (
            client.post(
                address, data={**page_data(client, address), **texts}
            ).status_code
            == 303
        )
    later = {
        name: text
        for name, text in FILES.items()
        if name not in {"forms/lb.yaml", "forms/ae.yaml"}
    }
    return app_over(url, study_of({**later, "visits.yaml": LATER_VISITS}))


@pytest.mark.parametrize("role", ["coordinator", "monitor", "manager"])
def test_the_casebook_lists_them_and_each_is_shown_with_the_words_of_its_time(
    app: Flask, role: str
) -> None:
    client = client_of(app, role)
    casebook = client.get("/subjects/01-001").text
    assert "No longer in the dictionary" in casebook
    for address, words in {
        LB_AT: ("Laboratory", "Haemoglobin", "13.5", "Screening"),
        AE: ("Adverse events", "What happened?", "Headache", "01-Apr-2024"),
        UNS: ("Vital signs", "Unscheduled 1", "Leg", "170 mmHg", "Systolic: “twice”"),
    }.items():
        assert f'href="{address}"' in casebook
        page = client.get(address)
        assert page.status_code == 200
        for word in ("no longer in the dictionary", "draft", *words):
            assert word in page.text, (address, word)
        main = page.text.split("<main")[1].split("</main>")[0]
        # Reviewers may say that they have seen it; nobody finds a box for an answer.
        assert 'name="f-' not in main
        assert "Save" not in main
        assert client.get(f"{address}/history").status_code == 200
    assert "13.5" in client.get(f"{LB_AT}/history/f-hb").text
    assert "no longer in the dictionary" not in client.get(VS).text


def test_nothing_is_saved_into_them_and_what_never_was_is_not_there(app: Flask) -> None:
    client = client_of(app)
    data = {**page_data(client, VS), "f-hb": "14"}
    assert client.post(LB_AT, data=data).status_code == 404
    assert client.get("/subjects/01-002/SCR/lb").status_code == 404
    assert client.get("/subjects/01-001/UNS-2/vs").status_code == 404
    assert "No longer in the dictionary" not in client.get("/subjects/01-002").text


@pytest.mark.usefixtures("app")
def test_a_form_that_comes_back_can_be_edited_again(tmp_path: Path) -> None:
    client = client_of(app_over(f"sqlite:///{tmp_path}/study.sqlite"))
    assert page_data(client, LB_AT)["f-hb"] == ["13.5"]
    assert "No longer in the dictionary" not in client.get("/subjects/01-001").text
