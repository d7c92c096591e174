"""Two checks share a code, and one of them concerns a blinded form: the other one is
shown to the nurse wherever findings are listed, and nothing of the first one is.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from forms_spec.loading.absent_visits import ABSENT
from forms_spec.model.captured_data import CellKey, Record
from tests.studies import study_of
from tests.webapp.blinded_site import FILES as BLINDED
from tests.webapp.pages import sign_in
from tests.webapp.small_site import NOON, database_of, page_data
from webapp.app import create_app
from webapp.demo.demo_study import PASSWORD
from webapp.installation.settings import Settings
from webapp.queries.query_places import QueryPlace
from webapp.storage import (
    ALL_SITES,
    InstanceKey,
    NewQuery,
    QueryAction,
    QueryParty,
    QueryStep,
    SaveRequest,
    Status,
    add_subject,
    add_user,
    load,
    open_queries,
    save,
)

SUBJECT = "01-001"
PEOPLE = {
    "nurse": "nurse",
    "monitor": "monitor",
    "pharmacist": "pharmacist",
    "manager": "data manager",
}
VISITS = """
visits:
  SCR: {title: Screening}
  D0: {title: Treatment, when: 'vs[SCR].pulse < 100'}
schedule:
  columns: SCR D0
  vs:      X   X
  ip:      .   X
  arm:     .   X
"""
RULES = """
rules:
  pulse_of_rest:
    check: P1
    on: [vs.pulse]
    assert: pulse < 100
    severity: query
    message: The pulse is high
  pulse_of_active:
    check: P1
    on: [vs.pulse]
    when: visitid = 'D0'
    assert: arm.arm = 'PLACEBO'
    severity: query
    message: The pulse of the active arm
  given_by_arm:
    check: P2
    on: [ip.given]
    assert: arm.arm = 'PLACEBO'
    severity: warning
    message: Not given to this arm
"""
ASKED_BY_MANAGER = "Is the active arm right here?"
WHY = "given by the active arm"
SECRETS = ("active", ASKED_BY_MANAGER, WHY, "this arm")
NO_SUCH_VISIT = "no such visit"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """Every form is complete at a visit that the subject does not have."""
    study = study_of({**BLINDED, "visits.yaml": VISITS, "rules.yaml": RULES})
    app = create_app(
        Settings(
            database=f"sqlite:///{tmp_path}/study.sqlite",
            study=study,
            secret_key="tests",
            clock=lambda: NOON,
        )
    )
    database = database_of(app)
    for username, role in PEOPLE.items():
        add_user(
            database,
            username=username,
            name=username.title(),
            role=role,
            password=PASSWORD,
            sites=ALL_SITES,
        )
    add_subject(database, subjid=SUBJECT, site="01", user="pharmacist")

    kept = {(CellKey("ip", None, "given"), "P2"): WHY}
    records = {
        ("vs", "SCR"): Record(texts={"pulse": "120"}),
        ("vs", "D0"): Record(texts={"pulse": "130"}),
        ("arm", "D0"): Record(texts={"arm": "VERUM"}),
        ("ip", "D0"): Record(texts={"given": "Y", "kit": "1234"}, kept=kept),
    }
    for (form, visit), record in records.items():
        asked = SaveRequest(
            key=InstanceKey(SUBJECT, form, visit),
            base_version=0,
            record=record,
            status=Status.COMPLETE,
            user="pharmacist",
            save_id=f"{form} {visit}",
            dictionary_hash=study.hash,
        )
        save(database, asked)

    app.config["WTF_CSRF_ENABLED"] = False
    return app


def ask_about_hidden_finding(app: Flask) -> None:
    """A data manager opens a query from a report, which knows of no rule."""
    place = QueryPlace(
        subject=SUBJECT, visit="D0", form="vs", unsno=0, table="vs", field="pulse"
    )
    step = QueryStep(
        action=QueryAction.OPEN,
        party=QueryParty.REVIEWER,
        username="manager",
        text=ASKED_BY_MANAGER,
        assigned_role="nurse",
    )
    open_queries(
        database_of(app), [NewQuery(place=place, step=step, code="pulse_of_active")]
    )


def pages_of(app: Flask, username: str) -> dict[str, str]:
    """Every page and file that lists findings or queries, as a person gets it."""
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = True
    sign_in(client, username)
    app.config["WTF_CSRF_ENABLED"] = False

    subject = f"/subjects/{SUBJECT}"
    addresses = [
        *("/queries?state=", "/home", "/dashboard", subject),
        *(f"{subject}/findings", f"{subject}/findings/queries", f"{subject}/queries"),
        *(f"{subject}/D0/vs", f"{subject}/D0/vs/queries", f"{subject}/D0/vs/history"),
        *(f"{subject}/D0/ip", f"{subject}/D0/ip/history", f"{subject}/history"),
        *(f"{subject}/history.csv", "/home/asked", f"{subject}/D0/ip/queries"),
    ]
    return {address: client.get(address).text for address in addresses}


def test_a_finding_is_hidden_by_its_rule_and_not_by_its_code(app: Flask) -> None:
    ask_about_hidden_finding(app)
    whole, seen = pages_of(app, "pharmacist"), pages_of(app, "nurse")

    for address, page in seen.items():
        told = [secret for secret in SECRETS if secret in page]
        assert not told, (address, told)

    # The same sentence is said of the form that is seen, and of the blinded one.
    subject = f"/subjects/{SUBJECT}"
    for address in ("/queries?state=", f"{subject}/findings"):
        assert NO_SUCH_VISIT in seen[address], address
        assert "The pulse is high" in seen[address], address
    listed = [pages["/queries?state="].count(NO_SUCH_VISIT) for pages in (whole, seen)]
    assert listed == [3, 2], "of vital signs, the injection and the arm"
    bulk = pages_of(app, "monitor")[f"{subject}/findings/queries"]
    assert [secret for secret in SECRETS if secret in bulk] == []
    assert "Skipped: 4" in bulk
    assert bulk.count("already open as query") == 4
    for page in (seen[f"{subject}/D0/vs"], seen["/home/asked"]):
        assert NO_SUCH_VISIT in page
        assert "The pulse is high" in page

    history = f"{subject}/history.csv"
    opened = [pages[history].count("query-opened") for pages in (whole, seen)]
    assert opened == [7, 4]


def test_a_save_keeps_the_reason_for_a_warning_that_is_not_seen(app: Flask) -> None:
    client = app.test_client()
    sign_in(client, "nurse")
    address, key = f"/subjects/{SUBJECT}/D0/ip", InstanceKey(SUBJECT, "ip", "D0")
    data = page_data(client, address)
    data |= {"f-dose": ["3.0"], "action": ["draft"], "reason": ["read again"]}
    data |= {"k:f-given:P2": ["forged"]}
    answer = client.post(address, data=data, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.text

    stored = load(database_of(app), key)
    assert stored is not None
    assert stored.record.texts["dose"] == "3.0"
    assert list(stored.record.kept.values()) == [WHY]
    assert ABSENT in {
        rule.check for rule in app.extensions["crfsmith"].study.rules.values()
    }


def listed_forms(app: Flask, username: str) -> dict[str, str]:
    """The list of forms with open findings: how many are on each."""
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = True
    sign_in(client, username)
    app.config["WTF_CSRF_ENABLED"] = False
    # What one page has no time to evaluate, the next one does.
    pages = [client.get("/home/findings").text for _ in range(3)]
    lines = re.findall(
        rf"/{SUBJECT}/(\w+/\w+)\".*?(\d+) findings?", pages[-1], re.DOTALL
    )
    assert f'id="count">{len(lines)}<' in pages[-1]
    return dict(lines)


def test_a_form_seen_in_part_is_listed_with_the_findings_that_are_seen(
    app: Flask,
) -> None:
    each = {"SCR/vs": "1", "D0/vs": "2", "D0/ip": "1"}
    assert listed_forms(app, "nurse") == each
    assert listed_forms(app, "pharmacist") == {**each, "D0/vs": "3", "D0/arm": "1"}

    # One of which no finding is seen is not there.
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = True
    sign_in(client, "nurse")
    app.config["WTF_CSRF_ENABLED"] = False
    for visit in ("SCR", "D0"):
        vs = f"/subjects/{SUBJECT}/{visit}/vs"
        data = page_data(client, vs) | {"f-pulse": ["80"], "action": ["complete"]}
        answer = client.post(vs, data={**data, "reason": ["read again"]})
        assert answer.status_code == 303
    assert listed_forms(app, "nurse") == {}
    assert listed_forms(app, "pharmacist") == {"D0/vs": "1"}
