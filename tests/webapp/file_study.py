"""A small study whose form takes files, for tests with a client and with a browser."""

from __future__ import annotations

from datetime import date
from functools import cache

from flask import Flask

from forms_spec import load_study
from forms_spec.model.study import Study
from webapp.app import create_app
from webapp.demo.demo_study import PASSWORD
from webapp.installation.settings import Settings
from webapp.storage import Role, add_subject, add_user, open_database

TODAY = date(2024, 4, 18)
ADDRESS = "/subjects/01-001/SCR/mri"
OTHER = "/subjects/01-002/SCR/mri"
FILES = {
    "study.yaml": """
study: SCAN-01
title: A study with files
short: Scans
subject: {pattern: '\\d{2}-\\d{3}', example: 01-001}
sites: {'01': Ghent}
missing: {ND: Not done}
""",
    "visits.yaml": """
visits:
  SCR: {title: Screening}
schedule:
  columns: SCR
  mri:     X
""",
    "mri.yaml": """
form: mri
title: Magnetic resonance imaging
fields:
  reader: {label: Who read the images?, required: true}
  scan:
    label: Report of the radiologist
    help: Signed, with the subject's number on every page.
    type: file
    accept: [pdf, png]
    size: 20 kB
    required: true
    missing: [ND]
groups:
  image:
    title: Images
    rows: {max: 5, add: Add an image}
    fields:
      level: {label: Level, length: 10}
      picture: {label: Image, type: file, size: 30 kB}
""",
}


@cache
def file_study() -> Study:
    loaded = load_study(FILES)
    assert loaded.study is not None, loaded.findings
    return loaded.study


def filled(url: str) -> None:
    """Two coordinators, a monitor, and two subjects of whom nothing was captured."""
    database = open_database(url)
    for user, role in (
        ("coordinator", Role.COORDINATOR),
        ("nurse", Role.COORDINATOR),
        ("monitor", Role.MONITOR),
    ):
        add_user(
            database, username=user, name=user.title(), role=role, password=PASSWORD
        )
    for subject in ("01-001", "01-002"):
        add_subject(database, subjid=subject, site="01", user="coordinator")
    database.close()


def app_over(url: str) -> Flask:
    return create_app(
        Settings(
            database=url, study=file_study(), secret_key="tests", today=lambda: TODAY
        )
    )
