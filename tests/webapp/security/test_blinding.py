"""A role that must not know the treatment: no answer of any route tells it, and what it
saves loses nothing that it does not see.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forms_spec.model.captured_data import CellKey, Record, Row
from tests.webapp.blinded_site import (
    ARM,
    ARM_KEY,
    IP_KEY,
    KIT,
    NOTE,
    PEOPLE,
    PHOTO,
    SECRETS,
    SUBJECT,
    app_over,
    blinded_study,
)
from tests.webapp.pages import sign_in
from tests.webapp.security.test_rights import RIGHTS, text_of
from tests.webapp.small_site import database_of, page_data
from webapp.storage import (
    Database,
    InstanceKey,
    NewMark,
    QueryFilter,
    Role,
    SaveRequest,
    StoredForm,
    VerificationAct,
    add_user,
    list_queries,
    load,
    mark_forms,
    save,
)
from webapp.views.home import LISTS

IP = f"/subjects/{SUBJECT}/D0/ip"
BLINDED = ("nurse", "monitor")
SCRIPT = {"Accept": "application/json"}
ONCE = frozenset({"sign_in.sign_out"})


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return made(tmp_path_factory.mktemp("blinded"))


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return made(tmp_path)


def made(folder: Path) -> Flask:
    app = app_over(f"sqlite:///{folder}/study.sqlite")
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def client_of(app: Flask, username: str) -> FlaskClient:
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = True
    sign_in(client, username)
    app.config["WTF_CSRF_ENABLED"] = False
    return client


def stored_of(database: Database, key: InstanceKey = IP_KEY) -> StoredForm:
    stored = load(database, key)
    assert stored is not None
    return stored


NAMES = {"home.show_work": tuple(LISTS), "assets.asset": ("form.js",)}
"""What the routes of which we know it take as a name; questions for the others."""
QUESTIONS = ("f-kit", "f-given", "f-arm")
CHOICES = {"form": ("ip", "arm", "vs"), "number": ("1", "2"), "name": QUESTIONS}


def requests(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Every route by every method, about each form, a field, a query and a person."""
    adapter = app.url_map.bind("localhost")
    fixed = {
        "subjid": SUBJECT,
        "visit": "D0",
        "hash_": blinded_study().hash,
        "work": "x",
        "username": "nurse",
        "beginning": "0" * 16,
    }
    for rule in app.url_map.iter_rules():
        choices = {**CHOICES, "name": NAMES.get(rule.endpoint, QUESTIONS)}
        asked = [name for name in choices if name in rule.arguments]
        for chosen in product(*(choices[name] for name in asked)):
            values = {**fixed, **dict(zip(asked, chosen, strict=True))}
            address = adapter.build(
                rule.endpoint, {key: values[key] for key in rule.arguments}
            )
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                if rule.endpoint not in ONCE:
                    yield rule.endpoint, method, address


def answer_to(client: FlaskClient, method: str, address: str) -> TestResponse:
    if method == "GET":
        return client.get(
            address, query_string={"username": "nurse", "state": "", "of": "D0/ip"}
        )
    return client.post(address, data={"username": "nobody", "on": "kit"})


def words_of(answer: TestResponse) -> str:
    """Everything that an answer says; of a PDF what stands on its pages."""
    if answer.mimetype == "application/pdf":
        reader = pypdf.PdfReader(io.BytesIO(answer.data))
        return "\n".join(page.extract_text() for page in reader.pages)
    headers = " ".join(value for _, value in answer.headers)
    return f"{headers} {answer.get_data().decode('utf-8', 'replace')}"


@pytest.mark.parametrize("username", [*BLINDED, "former"])
def test_no_answer_of_any_route_tells_it(shared: Flask, username: str) -> None:
    # What rules ask is in the database before anybody looks.
    client_of(shared, "pharmacist").get(f"/subjects/{SUBJECT}")
    client = client_of(shared, username)
    walked = set()
    for endpoint, method, address in requests(shared):
        walked.add((endpoint, method))
        words = words_of(answer_to(client, method, address))
        told = [secret for secret in SECRETS if secret in words]
        # The address repeats what was asked for, which is no answer.
        assert not told, (method, address, told)
    assert walked == {pair for pair in RIGHTS if pair[0] not in ONCE}


def test_those_who_may_know_are_told_on_the_same_routes(shared: Flask) -> None:
    client = client_of(shared, "pharmacist")
    told = {
        endpoint
        for endpoint, method, address in requests(shared)
        if method == "GET" and KIT in words_of(client.get(address))
    }
    assert told >= {
        *("form_pages.show_form", "histories.show_history"),
        *("histories.show_field_history", "papers.show_casebook_pdf"),
        *("events.show_subject_history", "events.export_subject_history"),
    }
    assert "Active substance" in words_of(client.get("/codebook"))


@pytest.mark.parametrize("username", BLINDED)
def test_a_form_that_is_not_seen_is_one_that_does_not_exist(
    shared: Flask, username: str
) -> None:
    client = client_of(shared, username)
    unknown = client.get(f"/subjects/{SUBJECT}/D0/nothing")
    for end in ("", "/history", "/queries", "/history/f-arm"):
        answer = client.get(f"/subjects/{SUBJECT}/D0/arm{end}")
        assert answer.status_code == 404, end
    hidden = text_of(client.get(f"/subjects/{SUBJECT}/D0/arm"))
    assert hidden.replace("arm", "nothing") == text_of(unknown)
    kit = client.get(f"{IP}/history/f-kit")
    assert kit.status_code == 404


def test_a_file_is_for_those_who_see_its_question(shared: Flask) -> None:
    for username, status in (("pharmacist", 200), ("nurse", 404), ("monitor", 404)):
        answer = client_of(shared, username).get(f"{IP}/{PHOTO}")
        assert answer.status_code == status, username


def test_the_script_is_given_no_rule_about_it(shared: Flask) -> None:
    nurse = client_of(shared, "nurse")
    page = nurse.get(IP).text
    spec = nurse.get(f"/dictionary/{blinded_study().hash}/ip.json").text
    for words in (page, spec):
        for name in ("kit", "f-seen", "arm", "finding"):
            assert f'"{name}"' not in words
    assert "?for=nurse" in page, "a browser keeps the rules of another role elsewhere"


def test_a_save_keeps_what_is_not_seen(app: Flask) -> None:
    before = stored_of(database_of(app))
    nurse = client_of(app, "nurse")
    data = page_data(nurse, IP)
    data |= {"f-dose": ["3.0"], "action": ["draft"], "reason": ["read again"]}
    answer = nurse.post(IP, data=data, headers=SCRIPT)
    assert answer.status_code == 200, answer.text
    after = stored_of(database_of(app))
    assert after.version == before.version + 1
    assert after.record.texts == {**before.record.texts, "dose": "3.0"}
    assert after.record.rows == before.record.rows
    assert after.record.kept == before.record.kept


def test_rows_keep_what_is_not_seen_and_new_ones_come(app: Flask) -> None:
    nurse = client_of(app, "nurse")
    data = page_data(nurse, IP)
    name = next(name for name in data if name.endswith("1-minutes"))
    data |= {name: ["6"], name.replace("1-minutes", "2-minutes"): ["30"]}
    data["rows:event"] = ["1", "2"]
    data |= {"action": ["draft"], "reason": ["read again"]}
    assert nurse.post(IP, data=data, headers=SCRIPT).status_code == 200
    rows = stored_of(database_of(app)).record.rows["event"]
    assert rows == (
        Row(number=1, texts={"minutes": "6", "finding": NOTE}),
        Row(number=2, texts={"minutes": "30"}),
    )


def test_what_is_forged_is_not_taken(app: Flask) -> None:
    nurse = client_of(app, "nurse")
    before = stored_of(database_of(app)).record
    data = page_data(nurse, IP)
    data["on"] = [f"{data['on'][0]} kit seen event.finding"]
    data |= {"f-kit": ["X"], "f-seen": ["nurse"], "k:f-kit:expected": ["forged"]}
    data |= {"f-dose": ["4.0"], "action": ["draft"], "reason": ["read again"]}
    nurse.post(IP, data=data, headers=SCRIPT)
    after = stored_of(database_of(app)).record
    assert after.texts == {**before.texts, "dose": "4.0"}
    assert after.rows == before.rows
    assert after.kept == before.kept
    answer = nurse.post(
        f"/subjects/{SUBJECT}/D0/arm", data={**data, "on": "arm", "f-arm": "PLACEBO"}
    )
    assert answer.status_code in {403, 404}
    assert stored_of(database_of(app), ARM_KEY).record.texts == {"arm": ARM}


def test_nobody_completes_what_they_see_a_part_of(app: Flask) -> None:
    nurse = client_of(app, "nurse")
    page = nurse.get(IP).text
    assert 'data-save="complete"' not in page
    assert "data-draft-only" in page
    data = page_data(nurse, IP) | {"action": ["complete"], "reason": ["read again"]}
    answer = nurse.post(IP, data=data, headers=SCRIPT)
    assert answer.status_code == 422
    assert "cannot complete" in answer.text
    vs = f"/subjects/{SUBJECT}/D0/vs"
    assert 'data-save="complete"' in nurse.get(vs).text


def test_nobody_removes_a_row_of_which_they_see_a_part(app: Flask) -> None:
    nurse = client_of(app, "nurse")
    data = page_data(nurse, IP)
    data |= {"x:r-event-1-": ["1"], "y:r-event-1-": ["typed by mistake"]}
    data |= {"action": ["draft"], "reason": ["read again"]}
    answer = nurse.post(IP, data=data, headers=SCRIPT)
    assert answer.status_code == 422
    assert "cannot remove rows" in answer.text
    assert len(stored_of(database_of(app)).record.rows["event"]) == 1


def test_a_change_that_is_not_seen_is_no_conflict(app: Flask) -> None:
    nurse, pharmacist = client_of(app, "nurse"), client_of(app, "pharmacist")
    mine, theirs = page_data(nurse, IP), page_data(pharmacist, IP)
    theirs |= {"f-kit": ["8899"], "action": ["complete"], "reason": ["another kit"]}
    assert pharmacist.post(IP, data=theirs, headers=SCRIPT).status_code == 200
    mine |= {"f-dose": ["5.0"], "action": ["draft"], "reason": ["read again"]}
    assert nurse.post(IP, data=mine, headers=SCRIPT).status_code == 200
    texts = stored_of(database_of(app)).record.texts
    assert (texts["kit"], texts["dose"]) == ("8899", "5.0")


def test_a_change_that_both_made_is_shown_without_the_rest(app: Flask) -> None:
    nurse, pharmacist = client_of(app, "nurse"), client_of(app, "pharmacist")
    mine, theirs = page_data(nurse, IP), page_data(pharmacist, IP)
    theirs |= {"f-dose": ["6.0"], "f-kit": ["8899"], "action": ["complete"]}
    pharmacist.post(IP, data={**theirs, "reason": ["wrong"]}, headers=SCRIPT)
    mine |= {"f-dose": ["7.0"], "action": ["draft"], "reason": ["read again"]}
    page = nurse.post(IP, data=mine)
    assert page.status_code == 409
    for secret in (*SECRETS, "8899"):
        assert secret not in page.text


def test_a_form_begun_by_the_nurse_starts_as_the_dictionary_says(app: Flask) -> None:
    database = database_of(app)
    pharmacist, nurse = client_of(app, "pharmacist"), client_of(app, "nurse")
    pharmacist.post("/subjects/new", data={"subjid": "01-002"})
    address = "/subjects/01-002/D0/ip"
    data = page_data(nurse, address) | {"f-given": ["Y"], "action": ["draft"]}
    assert nurse.post(address, data=data, headers=SCRIPT).status_code == 200
    stored = stored_of(database, InstanceKey("01-002", "ip", "D0"))
    assert stored.record.texts == {"given": "Y", "kit": "K"}, "and no name of hers"


def test_rules_ask_as_before_whoever_looks(app: Flask) -> None:
    """The query exists, for who may know of it."""
    nurse = client_of(app, "nurse")
    pages = [nurse.get(address).text for address in ("/queries?state=", IP)]
    count, listed = list_queries(database_of(app), QueryFilter(), first=0, most=9)
    assert count == 2
    texts = [item.text for item in listed]
    assert any("active substance" in text for text in texts)
    for page in pages:
        assert "active substance" not in page
    assert "The pulse is high" in pages[0]
    assert "active substance" in client_of(app, "pharmacist").get("/queries").text


def test_counts_tell_nothing_either(app: Flask) -> None:
    """The casebook of the same subject counts for each what they see."""
    nurse, pharmacist = client_of(app, "nurse"), client_of(app, "pharmacist")
    ready = [
        client.get("/subjects/standings").json["ready"][SUBJECT]  # type: ignore[index]
        for client in (pharmacist, nurse, pharmacist)
    ]
    assert [counts[1] for counts in ready] == [2, 1, 2]


def test_what_changed_in_an_answer_that_is_not_seen_is_on_no_work_list(
    app: Flask,
) -> None:
    database = database_of(app)
    vs_key = InstanceKey(SUBJECT, "vs", "D0")
    for key, texts in ((vs_key, {"pulse": "121"}), (IP_KEY, {"kit": "9999"})):
        stored = load(database, key)
        assert stored is not None
        mark = NewMark(key=key, version=stored.version)
        mark_forms(database, [mark], VerificationAct.VERIFIED, username="manager")
        record = replace(stored.record, texts={**stored.record.texts, **texts})
        changed = SaveRequest(
            key=key,
            base_version=stored.version,
            record=record,
            status=stored.status,
            user="pharmacist",
            save_id=f"{key.form} changed",
            dictionary_hash=stored.dictionary_hash,
        )
        save(database, changed)

    address = f'<a href="/subjects/{SUBJECT}/D0/{{}}/verification" data-work>'
    lists = {
        username: client_of(app, username).get("/home/changed").text
        for username in ("manager", "monitor")
    }
    assert all(address.format(form) in lists["manager"] for form in ("vs", "ip"))
    assert address.format("vs") in lists["monitor"]
    assert address.format("ip") not in lists["monitor"]


def test_an_account_whose_role_has_left_can_do_nothing(app: Flask) -> None:
    former = client_of(app, "former")
    assert former.get("/").location == "/account"
    page = former.get("/account").text
    assert "is not in the study’s dictionary" in page
    for address in ("/subjects", IP, "/codebook", "/queries", "/forms/blank.pdf"):
        assert former.get(address).status_code == 403, address
    boss = client_of(app, "boss")
    listed = boss.get("/accounts").text
    assert "former has the role coordinator, which is not in the dictionary" in listed
    assert "keeps the treatment" in listed, "what a role does comes from the dictionary"
    data = {"username": "former", "role": "nurse"}
    boss.post("/accounts/person/role", data=data)
    assert former.get("/subjects").status_code == 200


def test_the_usual_roles_are_no_roles_of_this_study(app: Flask) -> None:
    boss = client_of(app, "boss")
    data = {"username": "new", "name": "New", "role": "investigator", "all_sites": "1"}
    assert boss.post("/accounts/new", data=data).status_code == 422
    assert boss.post("/accounts/new", data={**data, "role": "nurse"}).status_code == 200
    assert set(PEOPLE.values()) - {Role.ADMIN.value, "coordinator"} == set(
        blinded_study().roles
    )
    add_user(
        database_of(app), username="x", name="X", role="nurse", password="long enough"
    )


def test_a_record_is_whole_for_who_sees_everything(shared: Flask) -> None:
    expected = Record(
        texts={
            "given": "Y",
            "dose": "2.0",
            "kit": KIT,
            "seen": "pharmacist",
            "photo": PHOTO,
        },
        rows={"event": (Row(number=1, texts={"minutes": "5", "finding": NOTE}),)},
        kept={(CellKey("ip", None, "kit"), "expected"): f"because of {KIT}"},
    )
    assert stored_of(database_of(shared)).record == expected
