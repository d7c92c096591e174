"""How a page asks: what a form starts with, what is only read or not shown, which
answers are offered.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forms_spec.findings.catalogue import finding
from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import Record
from generator.pages.findings import place_findings
from tests.webapp.asking_study import app_over, asking_study, filled
from tests.webapp.pages import inputs, sign_in
from webapp.forms.finding_lines import finding_lines
from webapp.storage import Database, InstanceKey, SaveRequest, Status, load
from webapp.storage import save as database_save

FORM = "/subjects/01-001/V/f"
KEY = InstanceKey("01-001", "f", "V")


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    url = f"sqlite:///{tmp_path / 'study.sqlite'}"
    filled(url).close()
    found = app_over(url).test_client()
    sign_in(found)
    return found


def page(client: FlaskClient) -> str:
    return client.get(FORM).get_data(as_text=True)


def save(client: FlaskClient, **changed: str | list[str]) -> dict[str, str]:
    """Saves the page as a browser without scripts posts it; gives the stored texts."""
    answer = post(client, **changed)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return dict(stored(client).record.texts)


def post(client: FlaskClient, **changed: str | list[str]) -> TestResponse:
    data: dict[str, list[str]] = {}
    for name, text in inputs(page(client)):
        data.setdefault(name, []).append(text)
    for name, text in changed.items():
        data[name.replace("__", "-")] = [text] if isinstance(text, str) else text
    return client.post(FORM, data=data)


def keep(client: FlaskClient, texts: dict[str, str]) -> None:
    """Stores answers that were given while every answer was offered."""
    request = SaveRequest(
        key=KEY, base_version=0, record=Record(texts=texts), status=Status.DRAFT, user="coordinator",
        save_id="before", dictionary_hash=asking_study().hash,
    )  # fmt: skip
    database_save(client.application.extensions["crfsmith"].database, request)


def stored(client: FlaskClient):  # type: ignore[no-untyped-def]
    database: Database = client.application.extensions["crfsmith"].database
    found = load(database, KEY)
    assert found is not None
    return found


def test_nothing_is_stored_by_opening_a_form(client: FlaskClient) -> None:
    page(client)
    database: Database = client.application.extensions["crfsmith"].database
    assert load(database, KEY) is None


def test_what_the_form_starts_with_is_shown_and_saved(client: FlaskClient) -> None:
    shown = dict(inputs(page(client)))
    assert (shown["f-seen"], shown["f-at"], shown["f-by"]) == (
        "18-Apr-2024",
        "12:00",
        "coordinator",
    )
    texts = save(client)
    assert (texts["seen"], texts["at"], texts["by"], texts["arm"]) == (
        "2024-04-18",
        "12:00",
        "coordinator",
        "A",
    )


def test_what_was_typed_over_a_start_stays(client: FlaskClient) -> None:
    assert save(client, f__seen="17apr2024", f__by="")["seen"] == "2024-04-17"
    assert "by" not in stored(client).record.texts
    assert dict(inputs(page(client)))["f-by"] == ""


def test_a_field_for_reading_shows_its_answer_in_words_and_has_no_box(
    client: FlaskClient,
) -> None:
    html = page(client)
    assert '<output id="f-arm"' in html
    assert ">Active</output>" in html
    assert 'type="radio" name="f-arm"' not in html


def test_a_hidden_field_is_not_asked_and_its_data_stay(client: FlaskClient) -> None:
    html = page(client)
    assert "Secret code" not in html
    assert "Not shown" not in html
    assert save(client)["code"] == "X1"
    assert save(client, f__code="tampered", f__name="Ann")["code"] == "X1"


def test_a_rule_reads_a_hidden_field(client: FlaskClient) -> None:
    save(client)
    assert ">X1X1</output>" in page(client)


def test_an_answer_that_is_not_offered_is_shown_only_where_it_is_stored(
    client: FlaskClient,
) -> None:
    assert "Both" not in page(client)
    assert "Morphine" not in page(client)
    keep(client, {"side": "B", "drugs": "M;O"})
    html = page(client)
    assert "Both" in html
    assert "Morphine" in html
    assert "<span>Both (no longer offered)</span>" in html
    assert "<span>Morphine (no longer offered)</span>" in html
    assert "is not one of these" not in html
    assert save(client)["drugs"] == "M;O"


def test_an_answer_that_is_not_offered_cannot_be_given_anew(
    client: FlaskClient,
) -> None:
    for typed, answer in (
        ({"f__side": "B"}, "Both"),
        ({"f__drugs": ["M", "O"]}, "Morphine"),
    ):
        refused = post(client, **typed)
        assert refused.status_code == 422
        assert f"“{answer}” is no longer offered for “" in refused.text
    assert save(client, f__side="L")["side"] == "L"
    assert post(client, f__side="B").status_code == 422


def test_more_answers_than_allowed_are_kept_and_refused(client: FlaskClient) -> None:
    texts = save(client, f__drugs=["O", "P", "T"])
    assert texts["drugs"] == "O;P;T"
    assert "3 answers are chosen, but at most 2 are allowed" in page(client)


def test_a_box_says_what_it_wants_while_it_is_empty(client: FlaskClient) -> None:
    assert 'placeholder="as in the passport"' in page(client)


def test_a_question_that_is_not_asked_yet_starts_when_it_is(
    client: FlaskClient,
) -> None:
    """Without scripts it starts blank; with them the page fills it in when it is shown."""
    assert ' hidden data-start="NRS"' in page(client)
    assert "unit" not in save(client)
    assert "data-start" not in page(client)


def test_a_finding_of_a_field_that_is_not_shown_leads_to_the_form() -> None:
    form = asking_study().forms["f"]
    found = [
        finding(
            "unknown-choice",
            data=DataPlace(table="f", field=name),
            value="x",
            choice="x",
            codes="y",
        )
        for name in ("code", "side")
    ]
    lines = finding_lines(form, place_findings(form, found))
    assert [(line.where, line.target) for line in lines] == [
        ("Secret code", "form"),
        ("Side", "f-side"),
    ]


class TestRows:
    """A new row starts like a new form, and is one only when somebody typed in it."""

    def added(self, client: FlaskClient) -> dict[str, list[str]]:
        data: dict[str, list[str]] = {}
        for name, text in inputs(page(client)):
            data.setdefault(name, []).append(text)
        html = client.post(FORM, data={**data, "action": ["add:ae"]}).get_data(
            as_text=True
        )
        found: dict[str, list[str]] = {}
        for name, text in inputs(html):
            found.setdefault(name, []).append(text)
        return found

    def test_a_row_starts_with_its_defaults(self, client: FlaskClient) -> None:
        data = self.added(client)
        assert (data["r-ae-1-from"], data["r-ae-1-grade"]) == (["18-Apr-2024"], ["1"])

    def test_a_row_in_which_nothing_was_typed_is_none(
        self, client: FlaskClient
    ) -> None:
        client.post(FORM, data=self.added(client))
        assert stored(client).record.rows == {}

    def test_a_row_with_something_typed_keeps_what_it_started_with(
        self, client: FlaskClient
    ) -> None:
        client.post(FORM, data={**self.added(client), "r-ae-1-what": ["Fever"]})
        (row,) = stored(client).record.rows["ae"]
        assert dict(row.texts) == {
            "what": "Fever",
            "from": "2024-04-18",
            "grade": "1",
            "origin": "page",
        }

    def test_a_start_that_was_changed_makes_a_row(self, client: FlaskClient) -> None:
        client.post(FORM, data={**self.added(client), "r-ae-1-grade": ["2"]})
        assert len(stored(client).record.rows["ae"]) == 1


def test_one_who_only_reads_sees_no_day_and_no_name_of_his_own(
    client: FlaskClient,
) -> None:
    client.get("/sign-out")
    reader = client.application.test_client()
    sign_in(reader, "monitor")
    shown = dict(inputs(page(reader)))
    assert shown.get("f-seen", "") == ""
    assert shown.get("f-by", "") == ""


def test_the_page_knows_which_retired_answers_may_stay(client: FlaskClient) -> None:
    def may_stay() -> object:
        [env] = re.findall(r'id="env">(.*?)</script>', page(client))
        return json.loads(env)["mayStay"]

    assert may_stay() == {}
    keep(client, {"side": "B", "drugs": "M;O"})
    assert may_stay() == {"f-side": ["B"], "f-drugs": ["M"]}
    save(client, f__side="L", f__drugs=["O"])
    assert may_stay() == {}
