"""The small study with vital signs that are entered twice, behind its pages."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forms_spec.model.study import Study
from tests.studies import FILES, study_of
from tests.webapp.pages import token
from tests.webapp.small_site import app_over, page_data

FORM = "/subjects/01-001/SCR/vs"
SECOND = f"{FORM}/second"
DOUBLE = f"{FORM}/double"
TYPED = {"f-vsperf": "Y", "f-sysbp": "121", "f-remark": "Zanzibar"}
"""What the first person types. Nothing else in the study says so."""


def double_study(
    plan: str = "{forms: [vs]}", *, lb: str = "", roles: str = ""
) -> Study:
    """The study with a plan of double entry, with more fields of the laboratory, and
    with roles of its own.
    """
    files = dict(FILES)
    # A file cannot be typed twice.
    lines = files["forms/vs.yaml"].splitlines(keepends=True)
    files["forms/vs.yaml"] = "".join(line for line in lines if "type: file" not in line)
    files["forms/lb.yaml"] += lb
    files["study.yaml"] += f"double_entry: {plan}\n"
    if roles:
        files["roles.yaml"] = roles
    return study_of(files)


def double_site(
    folder: Path, plan: str = "{forms: [vs]}", *, lb: str = "", roles: str = ""
) -> Flask:
    """Its pages, over a database of its own."""
    study = double_study(plan, lb=lb, roles=roles)
    return app_over(f"sqlite:///{folder}/study.sqlite", study)


def enter(
    client: FlaskClient, page: str = FORM, action: str = "complete", **answers: str
) -> TestResponse:
    """Fills in a page as a browser would, and saves it."""
    data = {**page_data(client, page), **answers, "action": action}
    return client.post(page, data=data)


def post(client: FlaskClient, page: str, **data: str) -> TestResponse:
    """Posts from a page."""
    typed = {"csrf_token": token(client.get(DOUBLE).text), **data}
    return client.post(page, data=typed)
