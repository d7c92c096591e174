"""The history of a form says what was chosen, by whom, when, from where and why."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from shutil import copy

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.studies import FILES, study_of
from tests.webapp.amended_site import (
    ADDRESS,
    LB,
    amended_study,
    capture_before_and_after,
    first_study,
    post,
)
from tests.webapp.small_site import app_over, client_of, database_of, page_data
from webapp.storage import open_database

GUARDS = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database with the three versions; each test works on a copy."""
    path = tmp_path_factory.mktemp("amended") / "study.sqlite"
    capture_before_and_after(f"sqlite:///{path}")
    return path


@pytest.fixture
def url(captured: Path, tmp_path: Path) -> str:
    copy(captured, tmp_path / "study.sqlite")
    return f"sqlite:///{tmp_path}/study.sqlite"


@pytest.fixture
def client(url: str) -> FlaskClient:
    return client_of(app_over(url, amended_study()), "monitor")


def plain(html: str) -> str:
    """The words of a page's content, as they are read."""
    main = html.split("<main")[1].split("</main>", maxsplit=1)[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def versions(client: FlaskClient) -> list[str]:
    """The words of each version, the oldest first."""
    page = plain(client.get(f"{ADDRESS}/history").text)
    return page.split("Version ")[:0:-1]


def test_each_version_says_what_was_chosen_when_it_was_chosen(
    client: FlaskClient,
) -> None:
    first, second, third = versions(client)
    for words in ("Side Left", "Haemoglobin 12.9 g/dL", "Sample AB12", "Taken by Nina"):
        assert words in first
    assert "Drawn by Nina → Olga" in second
    assert "Side Left (stored as L) → Left (stored as R)" in third
    assert "Haemoglobin 12.9 g/dL → 8.0 mmol/L" in third


def test_units_and_codes_of_rows_are_those_of_their_row(client: FlaskClient) -> None:
    first, _, third = versions(client)
    assert "Arm, row 1 Left arm" in first
    assert "Volume, row 1 5 ml" in first
    assert "Weight: unit kg → lb" in third


def test_the_page_says_where_the_dictionary_changed_and_what(
    client: FlaskClient,
) -> None:
    first, second, third = versions(client)
    assert "The dictionary changed here" in second
    for words in (
        "Side ( side ): L was “Left” and is now “Right”. R was “Right” and is now"
        " “Left”. “Both” was stored as B and is now BI.",
        "Haemoglobin ( hb ): The unit was g/dL and is now mmol/L.",
        "Drawn by ( who ): The question was “Taken by” and is now “Drawn by”.",
        "Arm ( arm ): L was “Left arm” and is now “Right arm”.",
    ):
        assert words in second
    assert "The dictionary changed here" not in first + third


def test_what_left_the_form_keeps_its_history(client: FlaskClient) -> None:
    page = client.get(f"{ADDRESS}/history/f-lbcode")
    assert page.status_code == 200
    assert "This question is no longer in the form." in plain(page.text)
    assert "AB12" in plain(page.text)


def test_beside_a_question_each_answer_has_its_words_and_the_amendment_its_line(
    client: FlaskClient,
) -> None:
    page = plain(client.get(f"{ADDRESS}/history/f-side").text)
    newest, oldest = page.split("The dictionary changed here, before version 2")
    assert "Left (stored as L) Left (stored as R)" in newest
    assert "L was “Left” and is now “Right”." in oldest
    assert "blank Left as on the source" in oldest


def test_a_dictionary_that_came_after_the_newest_version_is_told_of(url: str) -> None:
    third = study_of({**FILES, "forms/lb.yaml": LB.replace("L: Left,", "L: Links,")})
    client = client_of(app_over(url, third), "monitor")
    page = plain(client.get(f"{ADDRESS}/history").text)
    assert "in the words of today" in page.split("Version 3")[0]
    assert "L was “Right” and is now “Links”." in page.split("Version 3")[0]
    field = plain(client.get(f"{ADDRESS}/history/f-side").text)
    assert "The dictionary changed here after the newest version" in field


def test_a_dictionary_that_cannot_be_read_leaves_the_stored_texts(url: str) -> None:
    unreadable(url, first_study().hash)
    client = client_of(app_over(url, amended_study()), "monitor")
    first, second, third = versions(client)
    assert "can no longer be read. Answers are shown as they are stored." in first
    assert "side L" in first
    assert "hb 12.9" in first
    assert "what changed is unknown" in second
    assert "Side L → Left" in third
    beside = plain(client.get(f"{ADDRESS}/history/f-side").text)
    assert "as stored: its dictionary can no longer be read" in beside


def test_a_form_of_which_no_dictionary_can_be_read_still_has_a_history(
    url: str,
) -> None:
    unreadable(url, first_study().hash)
    unreadable(url, amended_study().hash)
    visits = FILES["visits.yaml"].replace("  lb:      X   .\n", "")
    files = {name: text for name, text in FILES.items() if name != "forms/lb.yaml"}
    gone = study_of({**files, "visits.yaml": visits})
    client = client_of(app_over(url, gone), "monitor")
    assert "History of lb" in plain(client.get(f"{ADDRESS}/history").text)
    assert f"{ADDRESS}/history" in client.get(ADDRESS).text


def unreadable(url: str, dictionary_hash: str) -> None:
    """Changes the text of a dictionary behind its hash, past the guards of history."""
    database = open_database(url)
    with database.write() as connection:
        for name in connection.execute(text(GUARDS), {"table": "dictionary"}).scalars():
            connection.execute(text(f"DROP TRIGGER {name}"))
        change = text("UPDATE dictionary SET files = '{}' WHERE hash = :hash")
        connection.execute(change, {"hash": dictionary_hash})
    database.close()


def test_a_version_says_who_saved_it_when_from_where_and_why(
    client: FlaskClient,
) -> None:
    first, _, _ = versions(client)
    assert "18-Apr-2024 12:00:00 UTC Nurse (nurse), coordinator" in first
    assert "from page, 127.0.0.1" in first
    assert "“as on the source”" in first


def test_a_time_is_that_of_the_study_and_that_of_everybody(tmp_path: Path) -> None:
    study = FILES["study.yaml"] + "timezone: America/Chicago\n"
    there = study_of({**FILES, "study.yaml": study, "forms/lb.yaml": LB})
    url = f"sqlite:///{tmp_path}/there.sqlite"
    post(url, there, {"f-hb": "12.9"})
    page = client_of(app_over(url, there)).get(f"{ADDRESS}/history").text
    assert '<time datetime="2024-04-18T12:00:00Z">18-Apr-2024 07:00:00 CDT' in page
    assert "(12:00:00 UTC)" in page
    assert "America/Chicago" in page


def test_a_version_older_than_the_log_says_what_was_not_recorded(url: str) -> None:
    app = app_over(url, amended_study())
    with database_of(app).write() as connection:
        for name in connection.execute(text(GUARDS), {"table": "event"}).scalars():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("DELETE FROM event WHERE kind = 'form-saved'"))
    first, _, _ = versions(client_of(app, "monitor"))
    assert "Nurse (nurse)" in first
    assert "coordinator" not in first
    assert "older than the log of events" in first


def test_two_versions_of_two_dictionaries_are_each_read_with_their_own(
    url: str,
) -> None:
    """The page was opened before the amendment, and theirs was saved before it too."""
    app = app_over(url, first_study())
    mine, theirs = client_of(app), client_of(app, "nurse")
    data = form_data(mine)
    saved = theirs.post(ADDRESS, data=form_data(theirs) | {"f-side": "L"})
    assert saved.status_code == 303
    later = client_of(app_over(url, amended_study()))
    data["csrf_token"] = form_data(later)["csrf_token"]
    answer = later.post(ADDRESS, data=data | {"f-side": "BI"})
    assert answer.status_code == 409
    words = plain(answer.text)
    assert "The dictionary changed meanwhile:" in words
    assert "L was “Left” and is now “Right”." in words
    assert "’s: Left" in words


def form_data(client: FlaskClient) -> dict[str, str]:
    return {name: texts[-1] for name, texts in page_data(client, ADDRESS).items()}
