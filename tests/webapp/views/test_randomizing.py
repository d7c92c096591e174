"""Randomizing a subject on its page: one button, the next entry of the stratum, and
nothing of it for those who may not know.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from threading import Barrier
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.randomized_site import (
    SECRETS,
    SUBJECTS,
    add_person,
    answer,
    app_over,
    client_of,
    rand_of,
    randomized_study,
    served,
)
from tests.webapp.small_site import database_of, page_data
from webapp.commands import main
from webapp.storage import (
    Database,
    EventKind,
    InstanceKey,
    ReviewScope,
    Status,
    find_events,
    load,
    set_void,
)
from webapp.storage.audit.database_audit import audit_database
from webapp.storage.randomization_lists import NewEntry, count_strata, load_entries

FIRST, SECOND, THIRD, ELSEWHERE = SUBJECTS
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return app_over(f"sqlite:///{tmp_path}/study.sqlite")


def form_of(subject: str) -> str:
    return f"/subjects/{subject}/SCR/rand"


def texts_of(app: Flask, subject: str) -> dict[str, str]:
    stored = load(database_of(app), rand_of(subject))
    assert stored is not None
    return dict(stored.record.texts)


def codes_of(database: Database) -> set[str]:
    """What an audit finds, but that nothing is signed here."""
    report = audit_database(database)
    codes = {item.finding.code for item in report.findings}
    return codes - {"head-unsigned"}


def press(client: FlaskClient, subject: str) -> int:
    return client.post(f"{form_of(subject)}/randomize").status_code


def test_the_subject_gets_the_next_entry_of_its_stratum(app: Flask) -> None:
    nurse = client_of(app, "nurse")
    assert f'href="{form_of(FIRST)}/randomize"' in nurse.get(form_of(FIRST)).text
    page = nurse.get(f"{form_of(FIRST)}/randomize").text
    assert "01 Ghent" in page
    assert "Female" in page

    assert press(nurse, FIRST) == 303
    assert texts_of(app, FIRST) == {
        "sex": "F", "randno": "R-001", "arm": "PLACEBO", "randdat": "2024-04-18",
        "randstr": "01;F",
    }  # fmt: skip
    shown = nurse.get(form_of(FIRST)).text
    assert "Randomized by Nurse" in shown
    assert "R-001" in shown
    assert f"{form_of(FIRST)}/randomize" not in shown

    history = client_of(app, "pharmacist").get(f"{form_of(FIRST)}/history").text
    assert "Saline" in history
    assert "Randomized" in history


def test_nobody_is_randomized_twice(app: Flask) -> None:
    nurse = client_of(app, "nurse")
    assert [press(nurse, FIRST), press(nurse, FIRST)] == [303, 409]
    counts = count_strata(database_of(app))
    assert {stratum: count.used for stratum, count in counts.items()} == {
        "01;F": 1,
        "01;M": 0,
    }


def test_two_people_at_once_get_two_entries(app: Flask) -> None:
    together = Barrier(2)

    def randomize(subject: str) -> int:
        client = client_of(app, "nurse")
        together.wait()
        return press(client, subject)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(randomize, (FIRST, SECOND))) == [303, 303]
    numbers = {texts_of(app, subject)["randno"] for subject in (FIRST, SECOND)}
    assert numbers == {"R-001", "R-002"}


def test_a_stratum_without_entries_changes_nothing(app: Flask) -> None:
    nurse = client_of(app, "nurse")
    before = load(database_of(app), rand_of(ELSEWHERE))
    answer_of_list = nurse.post(f"{form_of(ELSEWHERE)}/randomize")
    assert answer_of_list.status_code == 409
    assert "no free entry for this stratum" in answer_of_list.text
    assert load(database_of(app), rand_of(ELSEWHERE)) == before

    more = [NewEntry(number="R-004", stratum="02;F", arm="VERUM")]
    load_entries(database_of(app), more)
    assert press(nurse, ELSEWHERE) == 303


def test_what_is_missing_comes_first(app: Flask) -> None:
    database, nurse = database_of(app), client_of(app, "nurse")
    for key, texts, words in (
        (InstanceKey(FIRST, "elig", "SCR"), {"ok": "N"}, "does not meet the condition"),
        (rand_of(SECOND), {"sex": ""}, "“Sex” has no answer yet"),
    ):
        answer(database, key, **texts)
        assert words in nurse.get(f"{form_of(key.subject)}/randomize").text
        assert press(nurse, key.subject) == 409
    assert all(count.used == 0 for count in count_strata(database).values())


def test_the_result_is_not_typed(app: Flask) -> None:
    pharmacist = client_of(app, "pharmacist")
    address = form_of(FIRST)
    for randomized in (False, True):
        data = page_data(pharmacist, address)
        data["on"] = ["sex randdat randno arm"]
        data |= {"f-sex": ["F"], "f-arm": ["VERUM"], "f-randno": ["R-002"]}
        data |= {"action": ["draft"], "reason": ["typed by a program"]}
        assert pharmacist.post(address, data=data, headers=SCRIPT).status_code == 200
        texts = texts_of(app, FIRST)
        given = (texts.get("randno"), texts.get("arm"))
        assert given == (("R-001", "PLACEBO") if randomized else (None, None))
        press(client_of(app, "nurse"), FIRST)


def test_only_who_may_randomize_does(app: Flask) -> None:
    for username, status in (("pharmacist", 403), ("manager", 403), ("reader", 403)):
        client = client_of(app, username)
        assert press(client, FIRST) == status
        assert client.get(f"{form_of(FIRST)}/randomize").status_code == status
    nurse = client_of(app, "nurse")
    other = "/subjects/01-001/SCR/pulse/randomize"
    assert (nurse.get(other).status_code, nurse.post(other).status_code) == (403, 403)


def test_a_changed_stratum_is_said_and_keeps_the_arm(app: Flask) -> None:
    press(client_of(app, "nurse"), FIRST)
    answer(database_of(app), rand_of(FIRST), status=Status.COMPLETE, sex="M")
    pharmacist = client_of(app, "pharmacist")
    page = pharmacist.get(form_of(FIRST)).text
    assert "Sex: Female at randomization, Male now" in page
    assert "not what it was at randomization" in page
    assert texts_of(app, FIRST)["arm"] == "PLACEBO"

    # It waits as a query until somebody corrects or explains it.
    assert "not what it was at randomization" in pharmacist.get("/queries").text
    answer(database_of(app), rand_of(FIRST), status=Status.COMPLETE, sex="F")
    assert "not what it was" not in pharmacist.get("/queries").text


def test_a_voided_subject_keeps_its_entry(app: Flask) -> None:
    database, nurse = database_of(app), client_of(app, "nurse")
    press(nurse, FIRST)
    set_void(
        database, ReviewScope(FIRST), voided=True, username="nurse", reason="wrong"
    )
    press(nurse, SECOND)
    assert texts_of(app, SECOND)["randno"] == "R-002"


def test_the_log_has_it_without_the_arm_and_the_audit_finds_nothing(app: Flask) -> None:
    database = database_of(app)
    press(client_of(app, "nurse"), FIRST)
    (event,) = find_events(database, kinds=[EventKind.RANDOMIZED])
    assert (event.username, event.place.subject) == ("nurse", FIRST)
    lines = [item.line for item in find_events(database)]
    assert not [line for line in lines for secret in SECRETS if secret in line]
    assert codes_of(database) == set()

    with database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER randomization_entry_no_update")
        sql = "UPDATE randomization_entry SET arm = 'VERUM' WHERE number = 'R-001'"
        connection.exec_driver_sql(sql)
    assert "row-differs-from-event" in codes_of(database)


def test_a_package_has_the_result_and_no_free_entry(app: Flask, tmp_path: Path) -> None:
    press(client_of(app, "nurse"), FIRST)
    here, there = (f"sqlite:///{tmp_path}/{name}.sqlite" for name in ("study", "there"))
    package = str(tmp_path / "p.zip")
    for arguments in (
        ["export", "--db", here, "--out", package],
        ["validate", package],
        ["import", "--db", there, package],
    ):
        ran = CliRunner().invoke(main, arguments)
        assert ran.exit_code == 0, ran.output
    with ZipFile(package) as exported:
        content = b"".join(map(exported.read, exported.namelist()))
    assert b"R-001" in content
    assert b"R-002" not in content

    # There the subject has an arm, though no list was loaded.
    elsewhere = served(there)
    add_person(database_of(elsewhere), "nora", "nurse")
    refused = client_of(elsewhere, "nora").post(f"{form_of(FIRST)}/randomize")
    assert refused.status_code == 409
    assert "a result from elsewhere" in refused.text


def test_no_route_tells_the_arm_to_who_may_not_know(app: Flask) -> None:
    nurse = client_of(app, "nurse")
    for subject in (FIRST, SECOND):
        press(nurse, subject)
    for client in (nurse, client_of(app, "reader")):
        assert_nothing_told(app, client)


def assert_nothing_told(app: Flask, client: FlaskClient) -> None:
    """Walks every page about both subjects: one has the drug, one the placebo."""
    adapter = app.url_map.bind("localhost")
    values = {
        "visit": "SCR",
        "hash_": randomized_study().hash,
        "work": "x",
        "username": "nurse",
        "beginning": "0" * 16,
        "number": "1",
        "name": "f-arm",
    }
    # The second subject has the drug, and so a form that the first one lacks.
    choices = {"subjid": (FIRST, SECOND), "form": ("rand", "dose", "pulse")}
    for rule in app.url_map.iter_rules():
        # Blank and annotated forms are the dictionary's, and casebooks are compressed.
        if "GET" not in (rule.methods or ()) or rule.endpoint.startswith("papers."):
            continue

        asked = [name for name in choices if name in rule.arguments]
        for chosen in product(*(choices[name] for name in asked)):
            given = {**values, **dict(zip(asked, chosen, strict=True))}
            parts = {name: given[name] for name in rule.arguments}
            answered = client.get(adapter.build(rule.endpoint, parts))
            page = answered.get_data().decode("utf-8", "replace")
            assert not [secret for secret in SECRETS if secret in page], rule
