"""The small study behind its pages: two coordinators, a monitor, a data manager and two
subjects.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient

from forms_spec.model.study import Study
from tests.studies import small_study
from tests.webapp.pages import inputs, sign_in
from webapp.app import create_app
from webapp.demo.demo_study import PASSWORD
from webapp.installation.settings import Settings
from webapp.storage import Database, Role, add_subject, add_user, get_user

TODAY = date(2024, 4, 18)
NOON = datetime(2024, 4, 18, 12, tzinfo=UTC)
PEOPLE = {
    "coordinator": Role.COORDINATOR,
    "nurse": Role.COORDINATOR,
    "monitor": Role.MONITOR,
    "manager": Role.DATA_MANAGER,
}


class SlowClock:
    """Noon, and as much later as somebody says."""

    later = timedelta()

    def __call__(self) -> datetime:
        return NOON + self.later


def app_over(url: str, study: Study | None = None) -> Flask:
    """Pages over a database, which is filled with people and subjects when it is new."""
    app = create_app(
        Settings(
            database=url,
            study=study or small_study(),
            secret_key="tests",
            clock=lambda: NOON,
        )
    )
    database: Database = app.extensions["crfsmith"].database
    furnish(database)
    return app


def furnish(database: Database) -> None:
    if get_user(database, "coordinator") is not None:
        return
    for user, role in PEOPLE.items():
        add_user(
            database, username=user, name=user.title(), role=role, password=PASSWORD
        )
    for subject in ("01-001", "01-002"):
        add_subject(database, subjid=subject, site="01", user="coordinator")


def database_of(app: Flask) -> Database:
    held: Database = app.extensions["crfsmith"].database
    return held


def client_of(app: Flask, username: str = "coordinator") -> FlaskClient:
    client = app.test_client()
    sign_in(client, username)
    return client


def page_data(client: FlaskClient, address: str) -> dict[str, list[str]]:
    """What a browser would post from the form at an address, as it stands."""
    data: dict[str, list[str]] = {}
    for name, text in inputs(client.get(address).text):
        data.setdefault(name, []).append(text)
    return data
