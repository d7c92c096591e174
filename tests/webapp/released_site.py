"""A study that releases an amendment site by site: the new dictionary asks for the heart
rate, words a question anew, drops another one and has a new limit.
"""

from __future__ import annotations

from forms_spec.model.study import Study
from tests.studies import study_of
from tests.webapp.small_site import NOON
from webapp.demo.demo_study import PASSWORD
from webapp.installation.settings import Settings
from webapp.storage import Database, Role, add_subject, add_user, open_database
from webapp.storage.dictionaries import use_dictionary

STUDY = r"""
study: AMEND-01
title: An amended study
short: Amended
release: by_site
subject: {pattern: '\d{2}-\d{3}', example: 01-001}
sites: {'01': Ghent, '02': Leuven}
"""
VISITS = """
visits:
  SCR: {title: Screening}
schedule:
  columns: SCR
  vs:      X
"""
VS = """
form: vs
title: Vital signs
fields:
  sysbp: {label: Systolic pressure, type: integer, range: [60, 260]}
  arm: {label: Arm, type: choice, codes: {L: Left, R: Right}}
"""
AMENDED_VS = """
form: vs
title: Vital signs
fields:
  sysbp: {label: Systolic pressure at rest, type: integer, range: [60, 200]}
  pulse: {label: Heart rate, type: integer, required: true}
"""
RULES = """
rules:
  pressure_is_high:
    on: [vs.sysbp]
    assert: sysbp < 150
    severity: query
    message: The pressure is high
"""
FIRST_FILES = {"study.yaml": STUDY, "visits.yaml": VISITS, "forms/vs.yaml": VS}
AMENDED_FILES = {**FIRST_FILES, "forms/vs.yaml": AMENDED_VS, "rules.yaml": RULES}
PEOPLE = {
    "nurse": Role.COORDINATOR,
    "manager": Role.DATA_MANAGER,
    "boss": Role.ADMIN,
}
SUBJECTS = {"01-001": "01", "02-001": "02"}


def first_study() -> Study:
    return study_of(FIRST_FILES)


def amended_study() -> Study:
    return study_of(AMENDED_FILES)


def furnished(url: str) -> Database:
    """The database with the first dictionary in use, three people and two subjects."""
    database = open_database(url, clock=lambda: NOON)
    use_dictionary(database, first_study())
    for username, role in PEOPLE.items():
        add_user(
            database, username=username, name=username.title(), role=role,
            password=PASSWORD,
        )  # fmt: skip
    for subjid, site in SUBJECTS.items():
        add_subject(database, subjid=subjid, site=site, user="nurse")
    return database


def settings_of(url: str, study: Study) -> Settings:
    return Settings(database=url, study=study, secret_key="tests", clock=lambda: NOON)
