"""A whole subject in the preview: answers of one visit count at the next, on the pages
that staff will use, and nothing is stored.
"""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.webapp.preview.conftest import Edit

CASEBOOK = "/subjects/01-001"


def text(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status
    return unescape(answer.get_data(as_text=True))


def hidden(html: str, field: str) -> bool:
    return "hidden" in html.partition(f'id="q-f-{field}"')[2].partition(">")[0]


def enter(client: FlaskClient, form: str, action: str = "draft", **texts: str) -> str:
    """Types into a form as its page would, and tells where that leads."""
    data = {f"f-{name}": value for name, value in texts.items()}
    answer = client.post(
        f"{CASEBOOK}/{form}", data={**data, "on": " ".join(texts), "action": action}
    )
    assert answer.status_code in {200, 303}, answer.status
    return answer.headers.get("Location", "")


@pytest.fixture
def follow_up(client: FlaskClient, edit: Edit) -> FlaskClient:
    """Month 1 depends on the pulse at baseline, by a condition and by a rule."""
    edit(
        "vs.yaml",
        "groups:",
        "  why: {label: Why was it high?, "
        "show_when: \"visitid = 'M1' and vs[BASE].pulse > 100\"}\ngroups:",
    )
    folder = Path(client.application.config["FOLDER"])
    (folder / "rules.yaml").write_text(
        "rules:\n"
        "  lower:\n"
        "    on: [vs.pulse]\n"
        "    when: visitid = 'M1'\n"
        "    assert: vs.pulse <= vs[BASE].pulse\n"
        "    severity: query\n"
        "    message: The pulse has risen since baseline.\n"
    )
    return client


def test_answers_of_one_visit_decide_what_the_next_one_asks(
    follow_up: FlaskClient,
) -> None:
    assert hidden(text(follow_up, f"{CASEBOOK}/M1/vs"), "why")
    enter(follow_up, "BASE/vs", done="Y", pulse="120")
    assert not hidden(text(follow_up, f"{CASEBOOK}/M1/vs"), "why")
    enter(follow_up, "M1/vs", done="Y", pulse="130")
    assert "The pulse has risen" in text(follow_up, f"{CASEBOOK}/M1/vs")
    assert "The pulse has risen" in text(follow_up, f"{CASEBOOK}/findings")


def test_the_casebook_says_what_is_due_on_the_day_that_is_chosen(
    client: FlaskClient,
) -> None:
    assert "not due yet" in text(client, CASEBOOK)
    answer = enter(client, "BASE/con", "complete", condat="2026-03-01")
    assert answer == f"{CASEBOOK}/BASE/vs"
    assert "due 01-Apr" in text(client, CASEBOOK)
    client.post(f"{CASEBOOK}/day", data={"day": "2026-05-01"})
    assert "d late" in text(client, CASEBOOK)
    assert client.post(f"{CASEBOOK}/day", data={"day": "May"}).status_code == 400


def test_what_cannot_be_completed_is_kept_as_a_draft_with_its_findings(
    client: FlaskClient,
) -> None:
    where = enter(client, "BASE/vs", "complete", done="Y", pulse="999")
    html = text(client, where)
    assert "Saved as a draft. 1 item to review" in html
    assert "◐" in text(client, CASEBOOK) or "1 finding" in text(client, CASEBOOK)


def test_answers_outlive_a_change_of_the_dictionary(
    client: FlaskClient, edit: Edit
) -> None:
    enter(client, "BASE/vs", done="Y", pulse="71")
    edit("visits.yaml", "  vs:      X    X", "  vs:      .    X")
    assert "1 form has answers but no place" in text(client, CASEBOOK)
    edit("visits.yaml", "  vs:      .    X", "  vs:      X    X")
    edit("vs.yaml", "label: Pulse", "label: Heart rate")
    html = text(client, f"{CASEBOOK}/BASE/vs")
    assert 'value="71"' in html
    assert "Heart rate" in html


def test_all_answers_are_cleared_and_come_back(client: FlaskClient) -> None:
    enter(client, "BASE/vs", done="N")
    client.post(f"{CASEBOOK}/clear")
    assert "All answers were cleared" in text(client, CASEBOOK)
    assert "◐" not in text(client, CASEBOOK)
    client.post(f"{CASEBOOK}/undo")
    assert "◐" in text(client, CASEBOOK)


def test_a_row_is_taken_out_without_a_reason(client: FlaskClient) -> None:
    address = f"{CASEBOOK}/BASE/vs"
    both = {"rows:walk": ["1", "2"], "r-walk-1-minutes": "5", "r-walk-2-minutes": "6"}
    on_page = {"on": "walk.minutes", "action": "hold"}
    assert client.post(address, data={**both, **on_page}).json["kept"]
    assert 'value="5"' in text(client, address)
    client.post(address, data={**both, **on_page, "rows:walk": ["2"]})
    assert 'value="5"' not in text(client, address)
    assert 'value="6"' in text(client, address)


def test_an_address_of_nothing_says_so(client: FlaskClient) -> None:
    assert client.get("/subjects/99-999").headers["Location"] == CASEBOOK
    for where, words in (
        ("M2/vs", "no visit M2"),
        ("M1/con", "not part of Month 1"),
        ("M1/xx", "no form xx"),
    ):
        answer = client.get(f"{CASEBOOK}/{where}")
        assert answer.status_code == 404
        assert words in unescape(answer.get_data(as_text=True))


def fill(client: FlaskClient, **options: str) -> str:
    """Asks for a whole subject, and returns its casebook."""
    answer = client.post(f"{CASEBOOK}/fill", data=options)
    return text(client, answer.headers["Location"])


def test_a_whole_subject_is_filled_with_examples_that_are_valid(
    client: FlaskClient,
) -> None:
    html = fill(client, seed="7")
    assert "Example 1 of seed 7" in html
    assert "0 open findings" in html
    assert "Example 2 of seed 7" in fill(client, seed="7")
    assert "Example 1 of seed 8" in fill(client, seed="8")


def test_a_chosen_fault_is_the_only_finding(client: FlaskClient) -> None:
    html = fill(client, seed="7", fault="above-range")
    assert "A valid subject with one fault" in html
    assert "1 open finding" in html
    where = html.partition('">See it')[0].rpartition('href="')[2]
    assert "above" in text(client, where.partition("#")[0])


def test_a_form_is_filled_around_what_is_typed(client: FlaskClient) -> None:
    enter(client, "BASE/con", "complete", condat="2026-03-01")
    where = enter(client, "BASE/vs", "fill", done="Y")
    first = text(client, where)
    assert "Filled with example 1" in first
    assert 'value="Y" checked' in first
    enter(client, "BASE/vs", "complete", done="Y", pulse="")
    assert "1 item to review" in text(client, f"{CASEBOOK}/BASE/vs?check=on")


def test_the_page_says_why(follow_up: FlaskClient) -> None:
    """What hides a question, what a value lacks, and what a finding read."""
    html = text(follow_up, f"{CASEBOOK}/M1/vs")
    assert "Shown only if" in html
    assert "This cannot be told yet" in html
    assert "Pulse</a> = <em>not started" in html or "not answered" in html
    enter(follow_up, "BASE/vs", done="Y", pulse="90")
    enter(follow_up, "M1/vs", done="Y", pulse="130")
    why = text(follow_up, f"{CASEBOOK}/M1/vs").partition('id="why"')[2]
    assert "The pulse has risen" in why
    assert "<b>130 /min</b>" in why
    assert "<b>90 /min</b>" in why
    assert "rules.yaml:2" in why


def test_what_the_dictionary_proposes_is_offered_in_the_preview(
    client: FlaskClient, edit: Edit
) -> None:
    edit(
        "vs.yaml",
        "groups:",
        '  again: {label: Pulse before, type: integer, propose: "vs[previous].pulse"}\n'
        "groups:",
    )
    enter(client, "BASE/vs", pulse="72")
    assert '"f-again": {"shown": "72", "text": "72"}' in text(
        client, f"{CASEBOOK}/M1/vs"
    )
    assert 'id="proposals"' not in text(client, f"{CASEBOOK}/BASE/vs")
