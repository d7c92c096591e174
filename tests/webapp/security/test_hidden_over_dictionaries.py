"""What a rule of another dictionary asks stays hidden from who does not see what that
rule reads: at sites that still have the dictionary, and after the rule was removed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from forms_spec.model.captured_data import CellKey, Record
from forms_spec.model.study import Study
from tests.studies import study_of
from tests.webapp.blinded_site import FILES as BLINDED
from tests.webapp.pages import sign_in
from tests.webapp.small_site import NOON, database_of, page_data
from webapp.app import create_app
from webapp.demo.demo_study import PASSWORD
from webapp.installation.settings import Settings
from webapp.storage import (
    ALL_SITES,
    InstanceKey,
    NewQuery,
    QueryAction,
    QueryParty,
    QueryPlace,
    QueryStep,
    SaveRequest,
    Status,
    add_subject,
    add_user,
    load,
    open_queries,
    save,
)
from webapp.storage.site_studies import release_dictionary
from webapp.storage.tables import dictionary

GHENT, LEUVEN = "01-001", "02-001"
SEEN_RULE = """
rules:
  pulse_is_high:
    on: [vs.pulse]
    assert: pulse < 100
    severity: query
    message: The pulse is high
"""
RULES = f"""{SEEN_RULE}
  pulse_of_active:
    on: [vs.pulse]
    assert: arm.arm = 'PLACEBO'
    severity: query
    message: The pulse of the active arm
  given_by_arm:
    on: [ip.given]
    assert: arm.arm = 'PLACEBO'
    severity: warning
    message: Not given to this arm
"""
WHY = "given by the active arm"
TOLD = ("active", "this arm", "pulse_of_active", "given_by_arm", "7731")
FIRST = {**BLINDED, "rules.yaml": RULES}
BY_SITE = BLINDED["study.yaml"] + "release: by_site\n"
AMENDED = {
    # The rule is removed, and so is a blinded question.
    "a rule less": {
        **FIRST,
        "rules.yaml": SEEN_RULE,
        "forms/ip.yaml": BLINDED["forms/ip.yaml"].replace(
            "  kit: {label: Which kit, type: text, length: 10, default: K}\n", ""
        ),
        "roles.yaml": BLINDED["roles.yaml"]
        .replace("      ip.kit: []\n", "")
        .replace("ip.kit: [], ", ""),
    },
    # The arm is nobody's secret any more, where the new dictionary is released.
    "unblinded": {
        **FIRST,
        "rules.yaml": SEEN_RULE,
        "study.yaml": BY_SITE,
        "roles.yaml": "roles:\n"
        "  nurse: {task: enters, may: [see, enter, complete, query]}\n"
        "  pharmacist: {task: keeps, may: [see, enter, complete, query]}\n"
        "  monitor: {task: reviews, may: [see, query, verify]}\n"
        "  data manager: {task: exports, may: [see, query, verify, lock, export]}\n",
    },
}


def app_of(folder: Path, study: Study) -> Flask:
    app = create_app(
        Settings(
            database=f"sqlite:///{folder}/study.sqlite",
            study=study,
            secret_key="tests",
            clock=lambda: NOON,
        )
    )
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def captured(folder: Path) -> Study:
    """Two subjects under the first dictionary, whose rules have asked."""
    study = study_of({**FIRST, "study.yaml": BY_SITE})
    app = app_of(folder, study)
    database = database_of(app)
    for username in ("nurse", "pharmacist", "monitor"):
        add_user(
            database, username=username, name=username.title(), role=username,
            password=PASSWORD, sites=ALL_SITES,
        )  # fmt: skip

    kept = {(CellKey("ip", None, "given"), "given_by_arm"): WHY}
    records = {
        "vs": Record(texts={"pulse": "130"}),
        "arm": Record(texts={"arm": "VERUM"}),
        "ip": Record(texts={"given": "Y", "kit": "7731"}, kept=kept),
    }
    for subject, site in {GHENT: "01", LEUVEN: "02"}.items():
        add_subject(database, subjid=subject, site=site, user="pharmacist")
        for form, record in records.items():
            asked = SaveRequest(
                key=InstanceKey(subject, form, "D0"),
                base_version=0,
                record=record,
                status=Status.COMPLETE,
                user="pharmacist",
                save_id=f"{subject} {form}",
                dictionary_hash=study.hash,
            )
            save(database, asked)

    pharmacist = signed_in(app, "pharmacist")
    for subject in (GHENT, LEUVEN):
        assert "active" in pharmacist.get(f"/subjects/{subject}/queries").text
    database.close()
    return study


def signed_in(app: Flask, username: str) -> FlaskClient:
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = True
    sign_in(client, username)
    app.config["WTF_CSRF_ENABLED"] = False
    return client


def ask_about_kit(app: Flask) -> None:
    """Somebody asks about a question that only the first dictionary has."""
    place = QueryPlace(
        subject=GHENT, visit="D0", form="ip", unsno=0, table="ip", field="kit"
    )
    step = QueryStep(
        action=QueryAction.OPEN,
        party=QueryParty.REVIEWER,
        username="pharmacist",
        text="Is 7731 right?",
        assigned_role="nurse",
    )
    open_queries(database_of(app), [NewQuery(place=place, step=step)])


def pages_of(app: Flask, username: str, *subjects: str) -> Mapping[str, str]:
    """Every page and file that lists findings, queries or events."""
    lists = ["/queries?state=", "/home", "/home/asked", "/home/findings", "/dashboard"]
    lists += ["/search?q=pulse", "/search?q=given"]
    for subject in subjects:
        own = f"/subjects/{subject}"
        lists += [own, f"{own}/findings", f"{own}/queries", f"{own}/history"]
        lists += [f"{own}/history.csv", f"{own}/findings/queries"]
        for form in ("vs", "ip"):
            page = f"{own}/D0/{form}"
            lists += [page, f"{page}/queries", f"{page}/history"]

    client = signed_in(app, username)
    return {address: client.get(address).text for address in lists}


def leaks(pages: Mapping[str, str]) -> list[tuple[str, str]]:
    return [
        (address, word)
        for address, page in pages.items()
        for word in TOLD
        if word in page
    ]


def test_a_rule_removed_since_tells_nothing(tmp_path: Path) -> None:
    captured(tmp_path)
    app = app_of(tmp_path, study_of(AMENDED["a rule less"]))
    ask_about_kit(app)

    for username in ("nurse", "monitor"):
        pages = pages_of(app, username, GHENT)
        assert leaks(pages) == [], username
        assert pages["/queries?state="].count("The pulse is high") == 2
    whole = pages_of(app, "pharmacist")["/queries?state="]
    assert "The pulse of the active arm" in whole


def test_a_site_that_keeps_its_dictionary_stays_blinded(tmp_path: Path) -> None:
    captured(tmp_path)
    study = study_of(AMENDED["unblinded"])
    app = app_of(tmp_path, study)
    release_dictionary(database_of(app), study, "01", reason="unblinded in Ghent")

    assert leaks(pages_of(app, "nurse", LEUVEN)) == []
    ghent = signed_in(app, "nurse").get(f"/subjects/{GHENT}/queries").text
    assert "The pulse of the active arm" in ghent, "the arm is known there"


def test_what_a_lost_dictionary_asked_is_hidden(tmp_path: Path) -> None:
    first = captured(tmp_path)
    app = app_of(tmp_path, study_of(AMENDED["a rule less"]))
    ask_about_kit(app)
    damaged = update(dictionary).where(dictionary.c.hash == first.hash)
    with database_of(app).engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER dictionary_no_update")
        connection.execute(damaged.values(files={"study.yaml": "study: [\n"}))

    assert leaks(pages_of(app, "nurse", GHENT)) == []


def test_a_save_keeps_the_reason_of_a_rule_removed_since(tmp_path: Path) -> None:
    captured(tmp_path)
    app = app_of(tmp_path, study_of(AMENDED["a rule less"]))
    client, address = signed_in(app, "nurse"), f"/subjects/{GHENT}/D0/ip"
    data = page_data(client, address)
    data |= {"f-dose": ["3.0"], "action": ["draft"], "reason": ["read again"]}
    answer = client.post(address, data=data, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.text

    stored = load(database_of(app), InstanceKey(GHENT, "ip", "D0"))
    assert stored is not None
    assert stored.record.texts["dose"] == "3.0"
    assert list(stored.record.kept.values()) == [WHY]
