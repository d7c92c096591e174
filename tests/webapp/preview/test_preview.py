"""The preview shows the forms as they are written, survives what breaks them, and
stores nothing.
"""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path

from flask.testing import FlaskClient

from tests.webapp.preview.conftest import FILES, Edit


def text(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status
    return unescape(answer.get_data(as_text=True))


def question(html: str, name: str) -> str:
    """The HTML from one question to the next."""
    return html.partition(f'id="q-{name}"')[2].partition('class="q ')[0]


def test_the_index_lists_every_form_at_its_visits(client: FlaskClient) -> None:
    html = text(client, "/")
    assert 'href="/forms/con">Consent' in html
    assert 'href="/forms/vs?visit=M1"' in html
    assert "no findings" in html


def test_a_form_is_the_page_that_staff_will_use(client: FlaskClient) -> None:
    html = text(client, "/forms/vs")
    assert "30 to 220" in question(html, "f-pulse")
    assert "hidden" in html.partition('id="q-f-pulse"')[2].partition(">")[0]


def test_the_visit_can_be_chosen(client: FlaskClient) -> None:
    def hidden(visit: str) -> bool:
        html = text(client, f"/forms/vs?visit={visit}")
        return "hidden" in html.partition('id="q-f-base"')[2].partition(">")[0]

    assert (hidden("BASE"), hidden("M1")) == (False, True)


def test_all_fields_can_be_shown(client: FlaskClient) -> None:
    html = text(client, "/forms/vs?all=on&visit=M1")
    assert "hidden" not in html.partition('id="q-f-pulse"')[2].partition(">")[0]
    assert "hidden" not in html.partition('id="q-f-base"')[2].partition(">")[0]


def test_an_example_answers_every_question_without_a_finding(
    client: FlaskClient,
) -> None:
    html = text(client, "/forms/vs?example=on")
    assert 'name="f-done" value="Y" checked' in html
    assert re.search(r'name="f-pulse" value="\d+"', html)
    assert re.search(r'name="f-base" value=".+"', html)
    assert 'class="finding' not in html


def test_what_is_typed_is_judged_as_if_to_complete_it(client: FlaskClient) -> None:
    data = {"on": "done pulse base", "f-done": "Y", "f-pulse": "300", "action": "check"}
    html = unescape(client.post("/forms/vs", data=data).get_data(as_text=True))
    assert "to review" in html
    assert 'value="300"' in html
    good = {**data, "f-pulse": "70", "f-base": "x"}
    assert "can be completed as it is" in unescape(
        client.post("/forms/vs", data=good).get_data(as_text=True)
    )


def test_a_row_can_be_added_without_a_script(client: FlaskClient) -> None:
    html = client.post("/forms/vs", data={"on": "done", "action": "add:walk"}).get_data(
        as_text=True
    )
    assert 'name="r-walk-1-minutes"' in html


def test_a_finding_stands_at_its_field_with_its_line(
    client: FlaskClient, edit: Edit
) -> None:
    text(client, "/")
    edit("vs.yaml", "range: [30, 220]", "rang: [30, 220]")
    html = text(client, "/forms/vs")
    pinned = question(html, "f-pulse")
    assert "<code>vs.yaml:6:" in pinned
    assert "<mark>rang</mark>" in pinned
    assert "This is the last good version" in html
    listing = text(client, "/")
    assert "<mark>rang</mark>" in listing
    assert 'href="/forms/vs#q-f-pulse"' in listing


def test_a_finding_on_a_field_that_is_not_there_yet_stands_above_the_form(
    client: FlaskClient, edit: Edit
) -> None:
    text(client, "/")
    edit("vs.yaml", "groups:", "  resp: {label: Breaths, type: intger}\ngroups:")
    html = text(client, "/forms/vs")
    assert "<mark>intger</mark>" in html.partition("<form method")[0]


def test_text_that_is_no_yaml_shows_findings_and_the_last_good_forms(
    client: FlaskClient, edit: Edit
) -> None:
    text(client, "/")
    edit("vs.yaml", "title: Vital signs", "title: 'Vital signs")
    assert "Were they taken?" in text(client, "/forms/vs")
    assert "vs.yaml:" in text(client, "/")


def test_a_dictionary_that_was_never_good_shows_its_findings(
    folder: Path, client: FlaskClient
) -> None:
    (folder / "study.yaml").write_text("study: [\n")
    html = text(client, "/")
    assert "cannot be read yet" in html
    assert "study.yaml:" in html
    assert client.get("/forms/vs").status_code == 404


def test_bytes_that_are_no_text_are_a_finding(
    folder: Path, client: FlaskClient
) -> None:
    text(client, "/")
    (folder / "con.yaml").write_bytes(b"form: con\ntitle: Caf\xe9\n")
    assert "con.yaml:2:" in text(client, "/")


def test_a_folder_that_is_gone_and_comes_back(
    folder: Path, client: FlaskClient
) -> None:
    text(client, "/")
    shutil.move(folder, folder.with_name("away"))
    assert "finding" in text(client, "/")
    shutil.move(folder.with_name("away"), folder)
    assert "no findings" in text(client, "/")


def test_what_the_last_save_changed_is_marked(client: FlaskClient, edit: Edit) -> None:
    assert "changed" not in text(client, "/forms/vs")
    edit("vs.yaml", "range: [30, 220]", "range: [30, 200]")
    edit("vs.yaml", "groups:", "  resp: {label: Breaths, type: integer}\ngroups:")
    html = text(client, "/forms/vs")
    assert "changed: range" in question(html, "f-pulse")
    assert "new" in question(html, "f-resp")
    assert "changed" not in question(html, "f-base")
    assert "vs.pulse</code> changed: range" in text(client, "/")


def test_marks_stay_while_the_dictionary_is_broken_and_tell_what_is_gone(
    client: FlaskClient, edit: Edit
) -> None:
    text(client, "/")
    edit(
        "vs.yaml",
        "  base: {label: Only at baseline, show_when: visitid = 'BASE'}\n",
        "",
    )
    assert "vs.base</code> was removed" in text(client, "/forms/vs")
    edit("con.yaml", "type: date", "type: dat")
    assert "vs.base</code> was removed" in text(client, "/forms/vs")


def test_the_version_changes_with_every_save(client: FlaskClient, edit: Edit) -> None:
    before = client.get("/version").get_json()["version"]
    assert client.get("/version").get_json()["version"] == before
    edit("vs.yaml", "Were they taken?", "Were they taken")
    assert client.get("/version").get_json()["version"] != before


def test_the_codebook_is_one_click_away(client: FlaskClient) -> None:
    assert 'id="field-vs.pulse"' in text(client, "/codebook")


def test_an_unknown_form_is_said_so(client: FlaskClient) -> None:
    answer = client.get("/forms/nothing")
    assert answer.status_code == 404
    assert "There is no form nothing" in answer.get_data(as_text=True)


def test_the_folder_of_the_tests_is_a_good_dictionary(folder: Path) -> None:
    assert {one.name for one in folder.iterdir()} == set(FILES)
