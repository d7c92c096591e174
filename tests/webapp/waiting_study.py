"""A small study whose rules on the treatment read a test, a log and the form itself."""

from __future__ import annotations

from datetime import date
from functools import cache

from flask import Flask

from forms_spec import load_study
from forms_spec.model.study import Study
from webapp.app import create_app
from webapp.demo.demo_study import PASSWORD
from webapp.installation.settings import Settings
from webapp.storage import Database, Role, add_subject, add_user, open_database

TODAY = date(2024, 4, 18)
FILES = {
    "study.yaml": """
study: WAIT-01
title: A study in which findings wait
short: Waiting
subject: {pattern: '\\d{2}-\\d{3}', example: 01-001}
sites: {'01': Ghent}
missing: {ND: Not done}
""",
    "codelists.yaml": """
codelists:
 SEX: {F: Female, M: Male}
 RESULT: {NEG: Negative, POS: Positive}
""",
    "visits.yaml": """
visits:
  D0: {title: Day 0}
schedule:
  columns: D0
  tr:      X
  vs:      X
  pt:      C
conditions:
  pt: tr.sex <> 'M'
""",
    "tr.yaml": """
form: tr
title: Treatment
fields:
  sex: {label: Sex, type: choice, codes: SEX}
  given: {label: Was the treatment given?, type: yes_no}
  opioid: {label: Does the subject take opioids?, type: yes_no}
""",
    "vs.yaml": """
form: vs
title: Vital signs
fields:
  pulse: {label: Pulse, type: integer}
""",
    "pt.yaml": """
form: pt
title: Pregnancy test
fields:
  result: {label: Result, type: choice, codes: RESULT}
""",
    "cm.yaml": """
form: cm
title: Medications
log: true
groups:
  cm1:
    title: Medications
    rows: {max: 20}
    fields:
      name: {label: Name}
      kind: {label: Kind, type: choice, codes: {OPI: Opioid, OTH: Other}}
""",
    "rules.yaml": """
rules:
  TEST:
    message: A negative pregnancy test is needed before the treatment.
    when: given = 'Y'
    assert: begun(pt) and any(pt where result = 'NEG')
    on: [tr.given]
    severity: query
  OPIOID:
    message: Enter the opioid under Medications.
    when: opioid = 'Y'
    assert: any(cm1 where kind = 'OPI')
    on: [tr.opioid]
    severity: warning
  WOMAN:
    message: Only a woman with a test is treated.
    when: given = 'Y'
    assert: sex = 'F' and begun(pt) and any(pt)
    on: [tr.sex]
    severity: query
  NEVER:
    message: Somebody who takes opioids must have a test.
    when: opioid = 'Y' and given = 'N'
    assert: begun(pt) and any(pt)
    on: [tr.given]
    severity: error
  LOGGED:
    message: An opioid is entered only where a test was made.
    when: kind = 'OPI'
    assert: begun(pt) and any(pt)
    on: [cm1.kind]
    severity: query
""",
}


@cache
def waiting_study() -> Study:
    loaded = load_study(FILES)
    assert loaded.study is not None, loaded.findings
    return loaded.study


def filled(url: str) -> Database:
    """A coordinator, and a subject of whom nothing was captured."""
    database = open_database(url)
    add_user(
        database,
        username="coordinator",
        name="Cora",
        role=Role.COORDINATOR,
        password=PASSWORD,
    )
    add_subject(database, subjid="01-001", site="01", user="coordinator")
    return database


def app_over(url: str) -> Flask:
    return create_app(
        Settings(
            database=url, study=waiting_study(), secret_key="tests", today=lambda: TODAY
        )
    )
