"""Findings of rules that look beyond one form: shown at every field they hang on, and
never stale.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp import guest_study
from tests.webapp.pages import inputs, sign_in
from webapp.app import create_app
from webapp.installation.settings import Settings
from webapp.review import stored_status

DM = "/subjects/01-001/SCR/dm"
VS = "/subjects/01-001/D0/vs"
KEEP = "k:f-pregnant:R1"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    url = f"sqlite:///{tmp_path / 'study.sqlite'}"
    guest_study.filled(url).close()
    return guest_study.app_over(url)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    signed_in = app.test_client()
    sign_in(signed_in)
    return signed_in


def enter(
    client: FlaskClient, address: str, action: str = "complete", **texts: str
) -> None:
    """Saves a form with some answers changed; ``f_sex`` is the input f-sex."""
    data = dict(inputs(client.get(address).text))
    data |= {
        name.replace("_", "-", 1): text
        for name, text in texts.items()
        if not name.startswith("k_")
    }
    if "k_" in texts:
        data[KEEP] = texts["k_"]
    assert (
        client.post(
            address, data={**data, "action": action, "reason": "Corrected"}
        ).status_code
        == 303
    )


def numbers(client: FlaskClient, subject: str = "01-001") -> list[int]:
    """Forms to finish and open findings, as the list shows them."""
    found: list[int] = client.get(f"/subjects/standings?from={subject}").json["ready"][
        subject
    ]  # type: ignore[index]
    return found


def test_a_finding_shows_beside_the_field_of_the_other_form_with_the_way_there(
    client: FlaskClient,
) -> None:
    enter(client, DM, f_sex="M")
    enter(client, VS, f_pregnant="Y")
    here, there = client.get(VS).text, client.get(DM).text
    assert "Only a woman is pregnant" in here
    assert f'<a href="{DM}#f-sex">Sex (Demographics, Screening)</a>' in here
    assert "Only a woman is pregnant" in there
    assert (
        f'<a href="{VS}#f-pregnant">Is the subject pregnant? (Vital signs, Day 0)</a>'
        in there
    )
    assert KEEP in here
    assert KEEP not in there, "a warning is kept where it is at home"


def test_a_save_of_one_form_judges_the_others_anew(client: FlaskClient) -> None:
    enter(client, DM, f_sex="F")
    enter(client, VS, f_pregnant="Y")
    assert numbers(client) == [0, 0]
    page = client.get(DM).text
    assert "finding" not in page.split("</h1>")[1].split("<form")[0]
    enter(client, DM, f_sex="M")
    assert numbers(client) == [0, 1]
    casebook = client.get("/subjects/01-001").text
    assert casebook.count("1 finding<") == 2, "it shows on both forms"
    assert "1 open finding<" in casebook
    enter(client, DM, f_sex="F")
    assert numbers(client) == [0, 0]
    assert "1 finding<" not in client.get("/subjects/01-001").text


def test_a_warning_kept_with_a_reason_is_not_open_anywhere(client: FlaskClient) -> None:
    enter(client, DM, f_sex="M")
    enter(client, VS, f_pregnant="Y")
    enter(client, VS, f_pregnant="Y", k_="A trans man")
    assert numbers(client) == [0, 0]
    assert "Only a woman" not in client.get(DM).text
    assert "Confirmed, reason:" in client.get(VS).text


def test_what_cannot_be_told_is_a_finding_of_a_complete_form(
    client: FlaskClient,
) -> None:
    enter(client, VS, "draft", f_pregnant="Y")
    assert numbers(client)[1] == 0
    enter(client, VS, f_pregnant="Y")
    assert numbers(client)[1] == 1
    assert "missing: “Sex”" in client.get(VS).text
    enter(client, DM, f_sex="F")
    assert numbers(client)[1] == 0


def test_forms_to_finish_are_drafts_and_what_a_visit_behind_us_asked_for(
    client: FlaskClient,
) -> None:
    enter(client, DM, "draft", f_sex="M")
    assert numbers(client) == [1, 0]
    enter(client, DM, f_sex="M")
    assert numbers(client) == [0, 0]


def test_a_number_that_is_not_counted_yet_is_never_an_old_one(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(client, DM, f_sex="M")
    enter(client, VS, f_pregnant="Y")
    assert numbers(client) == [0, 1]
    enter(client, DM, f_sex="F")
    monkeypatch.setattr(stored_status.Moment, "left", lambda _self: False)
    page = client.get("/subjects").text
    assert page.count("…</span>") >= 2
    assert 'data-waiting="01-001"' in page
    monkeypatch.undo()
    assert numbers(client) == [0, 0]
    assert "data-waiting" not in client.get("/subjects").text


def test_the_forms_of_a_visit_say_their_findings_as_of_now(client: FlaskClient) -> None:
    enter(client, DM, f_sex="M")
    enter(client, VS, f_pregnant="Y")
    said = client.get("/subjects/01-001/standing").json
    assert said is not None
    assert {address: status["name"] for address, status in said.items()} == {
        DM: "findings",
        VS: "findings",
    }


def test_a_save_tells_the_page_what_other_forms_say(client: FlaskClient) -> None:
    enter(client, VS, f_pregnant="Y")
    data = {**dict(inputs(client.get(DM).text)), "f-sex": "M", "action": "draft"}
    said = client.post(DM, data=data, headers={"Accept": "application/json"}).json
    assert said is not None
    (finding,) = said["findings"]
    assert (finding["target"], finding["home"]) == ("f-sex", False)
    assert finding["ends"] == [
        ["Is the subject pregnant? (Vital signs, Day 0)", f"{VS}#f-pregnant"]
    ]


def test_the_history_of_one_question_says_who_when_what_and_why(
    client: FlaskClient,
) -> None:
    enter(client, DM, f_sex="M")
    enter(client, DM, f_sex="F", f_born="1990")
    page = client.get(f"{DM}/history/f-sex").text
    assert page.index("<ins>Female</ins>") < page.index("<ins>Male</ins>")
    assert "<del>Male</del>" in page
    assert "Corrected" in page
    assert "coordinator" in page
    assert "1990" not in page
    assert f'href="{DM}/history/f-sex"' in client.get(f"{DM}/history").text
    assert client.get(f"{DM}/history/f-nothing").status_code == 404
    assert "has been saved yet" in client.get(f"{DM}/history/f-country").text


def test_a_long_list_is_answered_by_label_or_code(client: FlaskClient) -> None:
    for typed in ("be", "Belgium", "BE"):
        enter(client, DM, f_country=typed)
        page = client.get(DM).text
        assert dict(inputs(page))["f-country"] == "Belgium"
    assert '<option value="BE">Belgium</option>' in page


def test_in_a_study_whose_visits_have_no_date_every_form_tells_that_its_visit_took_place(
    client: FlaskClient,
) -> None:
    def next_visit() -> str:
        return (
            client.get("/subjects")
            .text.split('data-subject="01-001"')[1]
            .split("</tr>")[0]
        )

    assert "<strong>SCR</strong>" in next_visit()
    enter(client, DM, f_sex="F")
    assert "<strong>D0</strong>" in next_visit(), (
        "at once, although the list was shown before"
    )


def test_what_is_kept_of_a_casebook_is_old_with_a_save_of_another_server(
    client: FlaskClient, tmp_path: Path
) -> None:
    other = guest_study.app_over(f"sqlite:///{tmp_path / 'study.sqlite'}").test_client()
    sign_in(other)
    enter(client, DM, f_sex="F")
    enter(client, VS, f_pregnant="Y")
    assert "0 open findings" in client.get("/subjects/01-001").text
    enter(other, DM, f_sex="M")
    assert "1 open finding<" in client.get("/subjects/01-001").text
    assert "0 open findings" not in other.get("/subjects/01-001").text


def test_what_is_kept_of_a_casebook_is_old_with_the_next_day(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'study.sqlite'}"
    guest_study.filled(url).close()
    day = [date(2024, 4, 18)]
    settings = Settings(
        database=url,
        study=guest_study.guest_study(),
        secret_key="tests",
        today=lambda: day[0],
    )
    client = create_app(settings).test_client()
    sign_in(client)
    assert "Today is 18-Apr-2024" in client.get("/subjects/01-001").text
    day[0] = date(2024, 4, 19)
    assert "Today is 19-Apr-2024" in client.get("/subjects/01-001").text
