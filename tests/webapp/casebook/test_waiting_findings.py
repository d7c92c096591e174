"""Findings that wait for a form that is still to come: a quiet line, not counted, and
never lost.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.webapp import waiting_study
from tests.webapp.pages import inputs, sign_in

SUBJECT = "/subjects/01-001"
TR, VS, PT, CM = (
    f"{SUBJECT}/D0/tr",
    f"{SUBJECT}/D0/vs",
    f"{SUBJECT}/D0/pt",
    f"{SUBJECT}/LOG/cm",
)
KEEP = "k:f-opioid:OPIOID"
TO_TEST = (
    f'Waiting for: <a href="{PT}">Pregnancy test</a>. A negative pregnancy test is '
    "needed"
)
TO_DRUG = (
    f'Waiting for: <a href="{CM}">Medications</a>. Enter the opioid under Medications.'
)


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    url = f"sqlite:///{tmp_path / 'study.sqlite'}"
    waiting_study.filled(url).close()
    signed_in = waiting_study.app_over(url).test_client()
    sign_in(signed_in)
    return signed_in


def enter(
    client: FlaskClient, address: str, action: str = "draft", **texts: str
) -> None:
    """Saves a form with some answers changed; ``f_sex`` is the input f-sex."""
    data = dict(inputs(client.get(address).text))
    data |= {name.replace("_", "-", 1): text for name, text in texts.items()}
    answer = client.post(
        address, data={**data, "action": action, "reason": "Corrected"}
    )
    assert answer.status_code == 303, answer.text


def status(client: FlaskClient, address: str) -> str:
    found = re.search(
        r'id="status"><span class="status s-([^"]+)"', client.get(address).text
    )
    assert found
    return found[1]


def open_now(client: FlaskClient) -> int:
    """Open findings, as the list of subjects has them."""
    found: int = client.get("/subjects/standings?from=01-001").json["ready"]["01-001"][
        1
    ]  # type: ignore[index]
    return found


def test_a_finding_waits_as_a_note_with_the_way_to_the_form(
    client: FlaskClient,
) -> None:
    enter(client, TR, f_sex="F", f_given="Y", f_opioid="Y")
    page = client.get(TR).text
    assert TO_TEST in page
    assert TO_DRUG in page
    assert page.count('class="finding waiting"') == page.count('role="note"') == 3
    assert "▲" not in page.split('id="form"')[1].split("</form>")[0]
    assert KEEP not in page, "no reason is asked for"
    assert 'aria-invalid="true"' not in page
    assert status(client, TR) == "draft"


def test_what_waits_is_not_counted_and_not_lost(client: FlaskClient) -> None:
    enter(client, TR, f_sex="F", f_given="Y", f_opioid="Y")
    assert open_now(client) == 0
    casebook = client.get(SUBJECT).text
    assert "▲" not in casebook.split("<table")[1].split("</table>")[0]
    assert "0 open findings, " in casebook
    assert (
        f'<a href="{SUBJECT}/findings#waiting">3 waiting for other forms</a>'
        in casebook
    )
    page = client.get(f"{SUBJECT}/findings").text
    assert "0 as of 18-Apr-2024, 3 waiting for other forms" in page
    assert TO_TEST in page
    assert TO_DRUG in page


def test_a_finding_is_open_once_the_form_is_begun(client: FlaskClient) -> None:
    enter(client, TR, f_sex="F", f_given="Y", f_opioid="Y")
    enter(client, PT, f_result="POS")
    page = client.get(TR).text
    assert TO_TEST not in page
    assert "A negative pregnancy test is needed" in page
    assert TO_DRUG in page, "the other form is still to come"
    assert (status(client, TR), open_now(client)) == ("findings", 1)
    enter(client, CM)
    assert KEEP in client.get(TR).text, "now the warning asks for its reason"
    assert open_now(client) == 2
    enter(client, PT, f_result="NEG")
    assert open_now(client) == 1


def test_a_finding_is_open_once_its_visit_is_complete(client: FlaskClient) -> None:
    enter(client, TR, "complete", f_sex="M", f_opioid="Y")
    assert TO_DRUG in client.get(TR).text
    assert status(client, TR) == "complete", "completing asks nothing of what waits"
    enter(client, VS, f_pulse="60")
    assert open_now(client) == 0
    enter(client, VS, "complete", f_pulse="60")
    assert TO_DRUG not in client.get(TR).text
    assert KEEP in client.get(TR).text
    assert (status(client, TR), open_now(client)) == ("findings", 1)
    assert "waiting" not in client.get(f"{SUBJECT}/findings").text


def test_completing_the_last_form_of_the_visit_opens_its_own_findings(
    client: FlaskClient,
) -> None:
    enter(client, VS, "complete", f_pulse="60")
    data = {
        **dict(inputs(client.get(TR).text)),
        "f-sex": "M",
        "f-opioid": "Y",
        "action": "complete",
    }
    said = client.post(TR, data=data, headers={"Accept": "application/json"}).json
    assert said is not None
    assert (said["status"], said["toCome"]) == ("complete", [])
    assert "1 finding" in said["status_html"]


def test_a_save_tells_the_script_what_is_still_to_come(client: FlaskClient) -> None:
    data = {
        **dict(inputs(client.get(TR).text)),
        "f-sex": "F",
        "f-given": "Y",
        "action": "draft",
    }
    said = client.post(TR, data=data, headers={"Accept": "application/json"}).json
    assert said is not None
    assert [one["to"] for one in said["toCome"]] == [
        ["Pregnancy test", PT],
        ["Medications", CM],
    ]
    assert "draft" in said["status_html"]
    enter(client, PT, f_result="POS")
    data = {**dict(inputs(client.get(TR).text)), "action": "draft"}
    said = client.post(TR, data=data, headers={"Accept": "application/json"}).json
    assert said is not None
    assert [one["to"] for one in said["toCome"]] == [["Medications", CM]]
    assert "1 finding" in said["status_html"]


def test_what_no_form_to_come_can_settle_is_open_at_once(client: FlaskClient) -> None:
    enter(client, TR, f_given="Y")
    assert open_now(client) == 0
    enter(client, TR, f_sex="M", f_given="Y")
    page = client.get(TR).text
    assert page.count("Waiting for:") == 0, "a man has no pregnancy test to come"
    assert open_now(client) == 2


def test_what_refuses_never_waits(client: FlaskClient) -> None:
    enter(client, TR, f_sex="F", f_given="N", f_opioid="Y")
    page = client.get(TR).text
    assert 'class="finding error"' in page
    assert "Somebody who takes opioids must have a test" in page
    assert open_now(client) == 1


def test_a_finding_of_a_log_does_not_wait_since_no_visit_ends_it(
    client: FlaskClient,
) -> None:
    data = {"rows:cm1": "1", "r-cm1-1-name": "Morphine", "r-cm1-1-kind": "OPI"}
    page = {**dict(inputs(client.get(CM).text)), **data, "action": "draft"}
    assert client.post(CM, data=page).status_code == 303
    assert "Waiting for" not in client.get(CM).text
    assert open_now(client) == 1


def test_a_warning_that_is_kept_with_a_reason_stays_kept(client: FlaskClient) -> None:
    enter(client, TR, f_sex="F", f_opioid="Y")
    data = {
        **dict(inputs(client.get(TR).text)),
        KEEP: "Stopped yesterday",
        "action": "draft",
    }
    assert client.post(TR, data=data).status_code == 303
    page = client.get(TR).text
    assert "Confirmed, reason:" in page
    assert "Stopped yesterday" in page
    assert "Waiting for" not in page
    assert "waiting" not in client.get(f"{SUBJECT}/findings").text
