"""A small study with a rule that hangs on fields of two forms, a formula, and a long
list of choices.
"""

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
COUNTRIES = (
    "AT Austria;BE Belgium;CH Switzerland;CZ Czechia;DE Germany;DK Denmark;ES "
    "Spain;FI Finland;FR France;"
    "GB United Kingdom;GR Greece;HU Hungary;IE Ireland;IT Italy;NL Netherlands;NO "
    "Norway;PL Poland;"
    "PT Portugal"
)
_CODES = "\n".join(f"  {one[:2]}: {one[3:]}" for one in COUNTRIES.split(";"))
FILES = {
    "study.yaml": """
study: GUEST-01
title: A study with rules over two forms
short: Guests
subject: {pattern: '\\d{2}-\\d{3}', example: 01-001}
sites: {'01': Ghent}
missing: {ND: Not done}
""",
    "codelists.yaml": f"""
codelists:
 SEX: {{F: Female, M: Male}}
 COUNTRY:
{_CODES}
""",
    "visits.yaml": """
visits:
  SCR: {title: Screening}
  D0: {title: Day 0}
schedule:
  columns: SCR D0
  dm:      X   .
  vs:      .   X
""",
    "dm.yaml": """
form: dm
title: Demographics
fields:
  sex: {label: Sex, type: choice, codes: SEX}
  born: {label: Date of birth, type: partial_date}
  country: {label: Country of birth, type: choice, codes: COUNTRY}
""",
    "vs.yaml": """
form: vs
title: Vital signs
fields:
  pregnant: {label: Is the subject pregnant?, type: yes_no}
  weight: {label: Weight, type: decimal, places: 1, unit: kg, expected: [40, 150]}
  height: {label: Height, type: decimal, places: 2, unit: m}
  bmi: {label: Body mass index, type: calculated, places: 1, unit: kg/m2, value: "weight / (height * height)"}
""",
    "rules.yaml": """
rules:
  R1:
    message: Only a woman is pregnant.
    when: pregnant = 'Y'
    assert: dm.sex = 'F'
    on: [vs.pregnant, dm.sex]
    severity: warning
    unknown: true
""",
}


@cache
def guest_study() -> Study:
    loaded = load_study(FILES)
    assert loaded.study is not None, loaded.findings
    return loaded.study


def filled(url: str) -> Database:
    """A coordinator and a monitor, and two subjects of whom nothing was captured."""
    database = open_database(url)
    for user, role in (("coordinator", Role.COORDINATOR), ("monitor", Role.MONITOR)):
        add_user(
            database, username=user, name=user.title(), role=role, password=PASSWORD
        )
    for subject in ("01-001", "01-002"):
        add_subject(database, subjid=subject, site="01", user="coordinator")
    return database


def app_over(url: str) -> Flask:
    return create_app(
        Settings(
            database=url, study=guest_study(), secret_key="tests", today=lambda: TODAY
        )
    )
