"""A serious adverse event and a value beyond an alert limit are told at once: on the
home page.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from tests.studies import study_of
from tests.webapp.pages import inputs, token
from tests.webapp.small_site import SlowClock, client_of, furnish
from webapp.app import create_app
from webapp.commands import main
from webapp.demo.demo_study import PASSWORD
from webapp.installation.settings import Settings
from webapp.packages.export import export_package
from webapp.storage import (
    ALL_SITES,
    Database,
    EventKind,
    EventSearch,
    ReviewScope,
    Role,
    Sites,
    User,
    add_user,
    fingerprint,
    forms_to_sign,
    search_events,
    sign,
)

FILES = {
    "study.yaml": """
study: ALERTS
title: Events and values
short: Alerts
subject: {pattern: '0[12]-[0-9]{3}', example: 01-001}
sites: {'01': Ghent, '02': Namur}
""",
    "visits.yaml": """
visits:
  X1: {title: First visit}
schedule:
  columns: X1
  vs:      X
""",
    "vs.yaml": """
form: vs
title: Vital signs
fields:
  sysbp: {label: Systolic pressure, type: integer, range: [0, 300], alert: [70, 200]}
""",
    "ae.yaml": """
form: ae
title: Adverse events
log: true
fields:
  what: {label: What, type: text, length: 60}
  serious: {label: Is it serious?, type: yes_no, cdash: AESER}
groups:
  later:
    title: What became of it
    fields:
      turned: {label: Has it turned serious since?, type: yes_no, cdash: AESER}
""",
}
VISIT = ReviewScope("01-001", "X1")
VS, AE = "/subjects/01-001/X1/vs", "/subjects/01-001/LOG/ae"


@pytest.fixture
def clock() -> SlowClock:
    return SlowClock()


@pytest.fixture
def app(tmp_path_factory: pytest.TempPathFactory, clock: SlowClock) -> Flask:
    url = f"sqlite:///{tmp_path_factory.mktemp('alerts')}/study.sqlite"
    study = study_of(FILES)
    settings = Settings(database=url, study=study, secret_key="tests", clock=clock)
    app = create_app(settings)
    furnish(app.extensions["crfsmith"].database)
    return app


@pytest.fixture
def database(app: Flask) -> Database:
    held: Database = app.extensions["crfsmith"].database
    return held


def enter(app: Flask, address: str, **texts: str) -> None:
    client = client_of(app)
    data = dict(inputs(client.get(address).text))
    data |= {f"f-{name}": text for name, text in texts.items()}
    answer = client.post(address, data={**data, "action": "draft", "reason": "Now"})
    assert answer.status_code == 303


def alerts(app: Flask, username: str = "coordinator") -> list[tuple[str, str]]:
    page = client_of(app, username).get("/home/alerts").text
    return re.findall(r'<a href="([^"]+)" data-work>([^<]+)<', page)


def test_a_serious_event_is_told_from_any_section_of_its_form(app: Flask) -> None:
    enter(app, AE, what="Stroke", serious="N", turned="Y")
    assert alerts(app) == [(f"{AE}#f-turned", "Adverse events")]


def test_who_works_there_sees_it_until_somebody_has(app: Flask) -> None:
    enter(app, AE, what="Stroke", serious="Y")
    enter(app, VS, sysbp="220")
    assert alerts(app) == [
        (f"{VS}#f-sysbp", "Vital signs, First visit"),
        (f"{AE}#f-serious", "Adverse events"),
    ]
    monitor = client_of(app, "monitor")
    page = monitor.get("/home").text
    assert "serious event" in page
    number = re.findall(r'action="/home/alerts/(\d+)"', page)[0]
    data = {"csrf_token": token(page)}
    assert monitor.post(f"/home/alerts/{number}", data=data).status_code == 303
    assert alerts(app) == [(f"{AE}#f-serious", "Adverse events")]
    assert monitor.post(f"/home/alerts/{number}", data=data).status_code == 404


def test_the_log_says_who_has_seen_an_alert_and_nothing_of_the_value(
    app: Flask, database: Database
) -> None:
    enter(app, VS, sysbp="220")
    manager = client_of(app, "manager")
    data = {"csrf_token": token(manager.get("/home").text)}
    manager.post("/home/alerts/1", data=data)
    history = manager.get("/subjects/01-001/history").text
    assert "Alert seen" in history
    (seen,) = search_events(database, EventSearch(kinds=[EventKind.ALERT_SEEN]))
    assert (seen.username, seen.place.form) == ("manager", "vs")
    assert seen.details == {
        "alert": 1,
        "reason": "alert value",
        "table": "vs",
        "field": "sysbp",
    }


def test_a_broken_signature_is_told_to_those_who_may_sign(
    app: Flask, database: Database
) -> None:
    ines = signer(app, "ines")
    enter(app, VS, sysbp="120")
    (form,) = forms_to_sign(database, VISIT)
    sign(database, VISIT, user=ines, meaning="I am", seen=fingerprint([form]))
    assert alerts(app, "ines") == []
    enter(app, VS, sysbp="121")
    enter(app, VS, sysbp="122")

    assert alerts(app, "ines") == [("/subjects/01-001/sign?of=X1", "First visit")]
    assert "broken signature" in client_of(app, "ines").get("/home").text
    for other in ("coordinator", "monitor"):
        assert alerts(app, other) == [], "who may not sign cannot do anything"
        client = client_of(app, other)
        data = {"csrf_token": token(client.get("/home").text)}
        assert client.post("/home/alerts/1", data=data).status_code == 404


def signer(app: Flask, username: str, sites: Sites = ALL_SITES) -> User:
    return add_user(
        app.extensions["crfsmith"].database,
        username=username,
        name=username.title(),
        role=Role.INVESTIGATOR,
        password=PASSWORD,
        sites=sites,
    )


def test_an_import_tells_what_its_forms_have_to_tell(
    app: Flask, database: Database, tmp_path: Path
) -> None:
    enter(app, AE, what="Stroke", serious="Y")
    enter(app, VS, sysbp="220")
    package = tmp_path / "package.zip"
    export_package(database, study_of(FILES), package)

    url = f"sqlite:///{tmp_path}/other.sqlite"
    other = create_app(
        Settings(
            database=url, study=study_of(FILES), secret_key="tests", clock=SlowClock()
        )
    )
    furnish(other.extensions["crfsmith"].database)
    for _ in range(2):
        said = CliRunner().invoke(main, ["import", str(package), "--db", url])
        assert said.exit_code == 0, said.output
    assert {address for address, _ in alerts(other)} == {
        f"{VS}#f-sysbp",
        f"{AE}#f-serious",
    }


def test_the_same_again_is_no_other_alert_and_another_value_is(app: Flask) -> None:
    enter(app, VS, sysbp="120")
    assert alerts(app) == []
    enter(app, VS, sysbp="220")
    enter(app, AE, what="Fall", serious="N")
    enter(app, VS, sysbp="220")
    assert len(alerts(app)) == 1
    enter(app, VS, sysbp="230")
    assert len(alerts(app)) == 2


def test_nobody_of_another_site_sees_it(app: Flask) -> None:
    signer(app, "namur", frozenset({"02"}))
    enter(app, AE, what="Stroke", serious="Y")
    assert alerts(app, "namur") == []
    namur = client_of(app, "namur")
    data = {"csrf_token": token(namur.get("/home").text)}
    assert namur.post("/home/alerts/1", data=data).status_code == 404
    assert len(alerts(app)) == 1
