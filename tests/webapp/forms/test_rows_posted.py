"""A row goes only when somebody says why: never because a post did not name it."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.webapp.pages import inputs
from tests.webapp.small_site import app_over, client_of, database_of, page_data
from webapp.storage import ChangeKind, InstanceKey, Status, history, load

AE = "/subjects/01-001/LOG/ae"
KEY = InstanceKey("01-001", "ae", "LOG")
ON = "ae.aeterm ae.aestdat"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """Two adverse events were entered."""
    app = app_over(f"sqlite:///{tmp_path}/study.sqlite")
    client = client_of(app)
    data = page_data(client, AE)
    rows = {
        "rows:ae": ["1", "2"],
        "r-ae-1-aeterm": "Headache",
        "r-ae-2-aeterm": "Rash",
        "on": ON,
    }
    assert client.post(AE, data={**data, **rows}).status_code == 303
    return app


def terms(app: Flask, subject: str = "01-001") -> dict[int, str]:
    stored = load(database_of(app), KEY._replace(subject=subject))
    assert stored is not None
    return {
        row.number: row.texts.get("aeterm", "")
        for row in stored.record.rows.get("ae", ())
    }


def without_second(data: dict[str, list[str]]) -> dict[str, list[str]]:
    kept = {
        name: texts
        for name, texts in data.items()
        if not name.startswith(("r-ae-2-", "y:r-ae-2-"))
    }
    return {**kept, "rows:ae": ["1"]}


@pytest.mark.parametrize("action", ["draft", "complete"])
def test_a_row_that_the_post_does_not_name_stays(app: Flask, action: str) -> None:
    client = client_of(app)
    data = without_second(page_data(client, AE)) | {
        "r-ae-1-aeterm": ["Migraine"],
        "action": [action],
    }
    assert client.post(AE, data=data).status_code == 303
    assert terms(app) == {1: "Migraine", 2: "Rash"}


def test_a_row_of_a_complete_form_is_removed_with_its_reason_in_the_history(
    app: Flask,
) -> None:
    client = client_of(app)
    assert (
        "saved="
        in client.post(
            AE, data={**page_data(client, AE), "action": "complete"}
        ).location
    )
    marked = {
        **page_data(client, AE),
        "x:r-ae-2-": ["on"],
        "y:r-ae-2-": [""],
        "reason": ["Source checked"],
    }
    assert client.post(AE, data=marked).status_code == 422
    assert terms(app) == {1: "Headache", 2: "Rash"}
    assert (
        client.post(AE, data={**marked, "y:r-ae-2-": ["Entered twice"]}).status_code
        == 303
    )
    assert terms(app) == {1: "Headache"}
    last = history(database_of(app), KEY)[-1]
    assert (
        last.form.reason
        == "Source checked; Adverse events, row 2 removed: Entered twice"
    )
    assert [
        change.cell.row for change in last.changes if change.about is ChangeKind.ROW
    ] == [2]


def test_a_row_that_somebody_added_meanwhile_is_neither_lost_nor_doubled(
    app: Flask,
) -> None:
    mine, theirs = client_of(app), client_of(app, "nurse")
    old = page_data(mine, AE)
    more = {
        **page_data(theirs, AE),
        "rows:ae": ["1", "2", "3"],
        "r-ae-3-aeterm": ["Fall"],
    }
    assert theirs.post(AE, data=more).status_code == 303
    asked = mine.post(AE, data={**old, "r-ae-1-aeterm": ["Migraine"]})
    assert asked.status_code == 409
    assert mine.post(AE, data=_of_form(asked.text)).status_code == 303
    assert terms(app) == {1: "Migraine", 2: "Rash", 3: "Fall"}


def test_rows_that_two_people_entered_at_once_are_all_kept(app: Flask) -> None:
    address = AE.replace("01-001", "01-002")
    mine, theirs = client_of(app), client_of(app, "nurse")
    old = page_data(mine, address)
    for client, page, term in (
        (theirs, page_data(theirs, address), "Fall"),
        (mine, old, "Cough"),
    ):
        answer = client.post(
            address, data={**page, "rows:ae": ["1"], "r-ae-1-aeterm": [term]}
        )
    assert answer.status_code == 409
    assert mine.post(address, data=_of_form(answer.text)).status_code == 303
    assert terms(app, "01-002") == {1: "Fall", 2: "Cough"}


def test_a_removal_survives_that_somebody_saved_meanwhile(app: Flask) -> None:
    mine, theirs = client_of(app), client_of(app, "nurse")
    old = page_data(mine, AE)
    assert (
        theirs.post(
            AE, data={**page_data(theirs, AE), "r-ae-1-aeterm": ["Migraine"]}
        ).status_code
        == 303
    )
    asked = mine.post(
        AE, data={**old, "x:r-ae-2-": ["on"], "y:r-ae-2-": ["Entered twice"]}
    )
    assert asked.status_code == 409
    assert mine.post(AE, data=_of_form(asked.text)).status_code == 303
    assert terms(app) == {1: "Migraine"}
    assert "Entered twice" in history(database_of(app), KEY)[-1].form.reason


def test_ones_own_save_whose_answer_was_lost_is_no_conflict(app: Flask) -> None:
    client = client_of(app)
    page = {**page_data(client, AE), "r-ae-1-aeterm": ["Migraine"]}
    assert client.post(AE, data=page).status_code == 303  # and the answer never came
    again = {
        **page,
        "r-ae-1-aeterm": ["Migraine with aura"],
        "r-ae-2-aeterm": ["Rash"],
        "action": ["complete"],
    }
    assert client.post(AE, data=again).status_code == 303
    assert terms(app) == {1: "Migraine with aura", 2: "Rash"}
    stored = load(database_of(app), KEY)
    assert stored is not None
    assert (stored.version, stored.status) == (3, Status.COMPLETE)


def test_what_another_saved_after_ones_own_lost_save_is_asked(app: Flask) -> None:
    mine, theirs = client_of(app), client_of(app, "nurse")
    page = {**page_data(mine, AE), "r-ae-1-aeterm": ["Migraine"]}
    assert mine.post(AE, data=page).status_code == 303
    assert (
        theirs.post(
            AE, data={**page_data(theirs, AE), "r-ae-1-aeterm": ["Vertigo"]}
        ).status_code
        == 303
    )
    asked = mine.post(AE, data={**page, "r-ae-1-aeterm": ["Migraine with aura"]})
    assert asked.status_code == 409
    assert "Vertigo" in asked.text
    assert "Migraine with aura" in asked.text


def _of_form(html: str) -> dict[str, list[str]]:
    """The hidden inputs of a page of two versions."""
    data: dict[str, list[str]] = {}
    for name, text in inputs(
        html.replace(
            '<form method="post" action="/subjects', '<form id="form" action="'
        )
    ):
        data.setdefault(name, []).append(text)
    return data


def test_more_rows_than_anybody_types_are_not_kept(app: Flask) -> None:
    client = client_of(app)
    numbers = [str(number) for number in range(1, 1_002)]
    typed = {f"r-ae-{number}-aeterm": "Headache" for number in numbers}
    data = {**page_data(client, AE), "rows:ae": numbers, **typed, "on": ON}
    answer = client.post(AE, data=data, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert "has 1,001 rows" in answer.get_json()["message"]
    assert terms(app) == {1: "Headache", 2: "Rash"}
