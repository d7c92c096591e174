"""How far a subject is decides which of its visits are due."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forms_spec import load_study
from forms_spec.model.captured_data import Record
from generator import Engine, validate_package
from tests.studies import study_of
from tests.webapp.small_site import app_over, client_of, database_of
from webapp.packages.export import export_package
from webapp.storage import InstanceKey, SaveRequest, Status, add_subject, save

STUDY = """
study: LIFE
title: A study that subjects leave
short: Life
subject: {pattern: '01-[0-9]{3}', example: 01-001}
sites: {'01': Ghent}
day_zero: [inf.infdat]
visit: {date: inf.infdat}
"""
OWN_WORDS = """
subject_status:
  enrolled: {form: inf, when: infdat is known}
  screen_failure: {form: eos, when: reason = 'SF'}
  withdrawn: {form: eos, when: reason = 'WD', still_due: [FU]}
  completed: {form: eos, when: reason = 'DONE'}
"""
VISITS = """
visits:
  X1: {title: First infusion, target: day 0}
  A2: {title: Second infusion, target: day 21, window: 3 days}
  FU: {title: Safety follow-up, target: day 35, window: 3 days}
schedule:
  columns: X1 A2 FU
  inf:     X  X  X
"""
INFUSION = """
form: inf
title: Infusion
fields:
  infdat: {label: Date, type: date}
"""
END = """
form: eos
title: End of study
log: true
fields:
  reason: {label: Reason, type: text, length: 40CDASH}
"""


def files(own_words: str, cdash: str) -> dict[str, str]:
    return {
        "study.yaml": STUDY + own_words,
        "visits.yaml": VISITS,
        "inf.yaml": INFUSION,
        "eos.yaml": END.replace("CDASH", cdash),
    }


def keep(app: Flask, subject: str, form: str, visit: str, **texts: str) -> None:
    request = SaveRequest(
        key=InstanceKey(subject, form, visit),
        base_version=0,
        record=Record(texts=texts),
        status=Status.COMPLETE,
        user="coordinator",
        save_id=f"{subject} {form}",
        dictionary_hash=app.extensions["crfsmith"].study.hash,
    )
    save(database_of(app), request)


def filled(
    url: str, own_words: str, cdash: str, reasons: dict[str, str]
) -> FlaskClient:
    """A subject for each reason to leave, all of them past their second infusion."""
    app = app_over(url, study_of(files(own_words, cdash)))
    for subject, reason in reasons.items():
        add_subject(database_of(app), subjid=subject, site="01", user="coordinator")
        keep(app, subject, "inf", "X1", infdat="2024-03-07")
        if reason:
            keep(app, subject, "eos", "LOG", reason=reason)
    return client_of(app)


def statuses(client: FlaskClient) -> dict[str, str]:
    rows = client.get("/subjects").text.split("<tr data-subject=")[1:]
    found = {}
    for row in rows:
        status = re.search(r'data-label="Status"[^>]*>([^<]+)<', row)
        assert status is not None, row
        found[row[1:7]] = status[1]
    return found


@pytest.fixture(scope="module")
def own_words(module_url: str) -> FlaskClient:
    reasons = {"01-003": "", "01-004": "SF", "01-005": "WD", "01-006": "DONE"}
    return filled(module_url, OWN_WORDS, "", reasons)


def test_the_dictionary_says_when_a_status_is_reached(own_words: FlaskClient) -> None:
    assert statuses(own_words) == {
        "01-001": "screened",
        "01-002": "screened",
        "01-003": "enrolled",
        "01-004": "screen failure",
        "01-005": "withdrawn",
        "01-006": "completed",
    }
    assert "<span>Withdrawn</span>" in own_words.get("/subjects/01-005").text


def test_nothing_is_due_of_who_has_left_but_what_the_dictionary_keeps(
    own_words: FlaskClient,
) -> None:
    late = own_words.get("/home/overdue").text
    assert re.findall(r'href="/subjects/(01-\d+)/(\w+)/inf" data-work', late) == [
        ("01-003", "A2"),
        ("01-003", "FU"),
        ("01-005", "FU"),
    ]
    casebook = own_words.get("/subjects/01-006").text
    assert "overdue" not in casebook


@pytest.mark.parametrize(
    "how", [{"engine": Engine.REFERENCE}, {}, {"large": 0}], ids=["one", "some", "all"]
)
def test_a_package_lacks_what_is_overdue_on_the_pages(
    own_words: FlaskClient, tmp_path: Path, how: dict[str, Engine | int]
) -> None:
    app = own_words.application
    study = app.extensions["crfsmith"].study
    export_package(database_of(app), study, tmp_path / "p.zip")
    report = validate_package(tmp_path / "p.zip", **how)  # type: ignore[arg-type]
    lacking = {
        line.visit: line.states["overdue"]
        for line in report.missingness
        if "overdue" in line.states
    }
    late = own_words.get("/home/overdue").text
    on_pages = Counter(re.findall(r'href="/subjects/[^/"]+/(\w+)/inf" data-work', late))
    assert lacking == on_pages == {"A2": 1, "FU": 2}


def test_without_a_word_the_usual_form_says_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('usual')}/study.sqlite"
    reasons = {
        "01-003": "",
        "01-004": "SCREEN FAILURE",
        "01-005": "LOST TO FOLLOW-UP",
        "01-006": "COMPLETED",
    }
    client = filled(url, "", ", cdash: DSDECOD", reasons)
    assert list(statuses(client).values())[2:] == [
        "enrolled",
        "screen failure",
        "withdrawn",
        "completed",
    ]
    assert "01-005" not in client.get("/home/overdue").text


@pytest.mark.parametrize(
    ("old", "new", "message", "line"),
    [
        ("form: eos, when: reason = 'SF'", "form: eso, when: reason = 'SF'", "eso", 12),
        ("[FU]", "[FU, UF]", "UF", 13),
        ("reason = 'SF'", "raeson = 'SF'", "raeson", 12),
        ("screen_failure:", "screen_fail:", "screen_fail", 12),
    ],
)
def test_check_says_where_a_status_is_wrong(
    old: str, new: str, message: str, line: int
) -> None:
    findings = load_study(files(OWN_WORDS.replace(old, new), "")).findings
    assert [
        (item.text.line, message in item.message) for item in findings if item.text
    ] == [(line, True)]
