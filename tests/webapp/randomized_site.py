"""A blinded study that randomizes: the nurse presses the button and learns the number,
the pharmacist learns the arm, the reader sees neither.
"""

from __future__ import annotations

from functools import cache
from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from forms_spec.model.captured_data import Record
from forms_spec.model.study import Study
from tests.studies import study_of
from tests.webapp.pages import sign_in
from tests.webapp.small_site import NOON
from webapp.app import create_app
from webapp.demo.demo_study import PASSWORD
from webapp.installation.settings import Settings
from webapp.storage import (
    ALL_SITES,
    Conflict,
    Database,
    InstanceKey,
    SaveRequest,
    Status,
    add_subject,
    add_user,
    load,
    save,
)
from webapp.storage.randomization_lists import NewEntry, load_entries

STUDY = r"""
study: DRAW-01
title: A study that randomizes
subject: {pattern: '\d{2}-\d{3}', example: 01-001}
sites: {'01': Ghent, '02': Namur}
randomization:
  form: rand
  arm: arm
  number: randno
  date: randdat
  stratum: randstr
  ratio: {VERUM: 1, PLACEBO: 1}
  strata: [sex]
  by_site: true
  when: elig.ok = 'Y'
arms: {by: rand.arm, names: {VERUM: Active substance, PLACEBO: Saline}}
"""
VISITS = """
visits:
  SCR: {title: Screening}
  D0: {title: Treatment}
schedule:
  columns: SCR D0
  elig:    X   .
  rand:    X   .
  pulse:   X   X
  dose:    .   X(VERUM)
"""
FORMS = """
form: elig
title: Eligibility
fields:
  ok: {label: Is the subject eligible?, type: yes_no}
---
form: rand
title: Randomization
fields:
  sex: {label: Sex, type: choice, codes: {F: Female, M: Male}, required: true}
  randdat: {label: Date of randomization, type: date, required: true}
  randno: {label: Randomization number, pattern: 'R-\\d{3}', required: true}
  arm: {label: Arm, type: choice, codes: {VERUM: Active substance, PLACEBO: Saline}, required: true}
  randstr: {label: Stratum at randomization}
---
form: pulse
title: Pulse
fields:
  pulse: {label: Pulse, type: integer}
---
form: dose
title: Dose of the drug
fields:
  given: {label: Volume of the drug, type: integer}
"""
ROLES = """
roles:
  nurse:
    task: enters, and randomizes without knowing the arm
    may: [see, enter, query, randomize]
    places: {rand.arm: [], dose: [], pulse: [see, enter, complete, query]}
  pharmacist: {task: prepares the drug, may: [see, enter, complete, query]}
  reader: {task: reads the pulse, may: [], places: {pulse: [see, query]}}
  manager: {task: exports, may: [see, query, verify, lock, export]}
"""
SUBJECTS = ("01-001", "01-002", "01-003", "02-001")
PEOPLE = ("nurse", "pharmacist", "reader", "manager")
SECRETS = ("VERUM", "PLACEBO", "Active substance", "Saline", "Volume of the drug")
"""What nobody reads who may not know the arm."""
LIST = (
    ("R-001", "01;F", "PLACEBO"),
    ("R-002", "01;F", "VERUM"),
    ("R-003", "01;M", "VERUM"),
)
"""In stratum 01;F placebo comes first."""
_SAVES = count(1)


@cache
def randomized_study() -> Study:
    texts = {
        f"forms/{number}.yaml": text for number, text in enumerate(FORMS.split("---\n"))
    }
    files = {"study.yaml": STUDY, "visits.yaml": VISITS, "roles.yaml": ROLES}
    return study_of({**files, **texts})


def app_over(url: str) -> Flask:
    """Pages over a database with a list, and with subjects who are eligible women."""
    app = served(url, clock=lambda: NOON)
    furnish(app.extensions["crfsmith"].database)
    return app


def served(url: str, **settings: Any) -> Flask:
    """Pages over a database as it is."""
    asked = Settings(
        database=url, study=randomized_study(), secret_key="tests", **settings
    )
    app = create_app(asked)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def client_of(app: Flask, username: str) -> FlaskClient:
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = True
    sign_in(client, username)
    app.config["WTF_CSRF_ENABLED"] = False
    return client


def press_button(app: Flask, subject: str, *, username: str = "nurse") -> None:
    """Randomizes a subject as a person does it."""
    client = client_of(app, username)
    answered = client.post(f"/subjects/{subject}/SCR/rand/randomize")
    assert answered.status_code == 303, answered.text


def add_person(database: Database, username: str, role: str) -> None:
    """An account for all sites."""
    add_user(
        database,
        username=username,
        name=username.title(),
        role=role,
        password=PASSWORD,
        sites=ALL_SITES,
    )


def furnish(database: Database) -> None:
    for username in PEOPLE:
        add_person(database, username, username)
    load_entries(
        database,
        [NewEntry(number=n, stratum=stratum, arm=arm) for n, stratum, arm in LIST],
    )
    for subject in SUBJECTS:
        add_subject(database, subjid=subject, site=subject[:2], user="nurse")
        answer(database, InstanceKey(subject, "elig", "SCR"), ok="Y")
        answer(database, rand_of(subject), sex="F")
        answer(database, InstanceKey(subject, "pulse", "SCR"), pulse="61")


def rand_of(subject: str) -> InstanceKey:
    return InstanceKey(subject, "rand", "SCR")


def answer(
    database: Database,
    key: InstanceKey,
    *,
    status: Status = Status.DRAFT,
    **texts: str,
) -> None:
    """Saves a form, on top of what is there."""
    stored = load(database, key)
    before = stored.record.texts if stored else {}
    asked = SaveRequest(
        key=key,
        base_version=stored.version if stored else 0,
        record=Record(texts={**before, **texts}),
        status=status,
        user="pharmacist",
        save_id=f"answer {next(_SAVES)}",
        dictionary_hash=randomized_study().hash,
    )
    assert not isinstance(save(database, asked), Conflict)
