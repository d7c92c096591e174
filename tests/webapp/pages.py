"""The Cellkine demo behind its pages, for tests with a client and with a browser."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_login import login_user

from tests.data_dictionary.conftest import cellkine
from webapp.app import create_app
from webapp.demo.demo_study import PASSWORD, load_demo
from webapp.installation.settings import Settings
from webapp.packages.validation_jobs import lock
from webapp.security.access import Account
from webapp.services import services
from webapp.storage import (
    Database,
    Role,
    add_subject,
    add_user,
    list_users,
    open_database,
)

TODAY = date(2024, 4, 18)
BOXES = {"radio", "checkbox"}
NEW = "01-020"
"""A subject of whom nothing was captured."""


def filled(url: str) -> Database:
    """The demo, one more coordinator, and one subject of whom nothing was captured."""
    database = open_database(url)
    load_demo(database)
    add_user(
        database,
        username="nurse",
        name="Noor Nurse",
        role=Role.COORDINATOR,
        password=PASSWORD,
    )
    add_subject(database, subjid=NEW, site="01", user="coordinator")
    return database


def filled_once(factory: pytest.TempPathFactory) -> Path:
    """The database that ``filled`` makes, made once for all processes of a run; work on
    a copy of it.
    """
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cellkine"
    folder.mkdir(exist_ok=True)
    with lock(folder / "lock", wait=True):
        made = folder / "demo.sqlite"
        if not made.exists():
            filled(f"sqlite:///{folder}/new.sqlite").close()
            (folder / "new.sqlite").rename(made)
    return made


def app_over(url: str) -> Flask:
    return create_app(
        Settings(
            database=url, study=cellkine(), secret_key="tests", today=lambda: TODAY
        )
    )


@contextmanager
def signed_in_request(app: Flask, address: str = "/") -> Iterator[None]:
    """A request of the first account that sees every site: without one, no subject
    exists for whoever asks.
    """
    with app.test_request_context(address):
        accounts = list_users(services().database)
        user = next(user for user in accounts if user.sites is None)
        login_user(Account(user, "a request of the tests"))
        yield


def token(html: str) -> str:
    """The CSRF token of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found, html
    return found[1]


def sign_in(client: FlaskClient, username: str = "coordinator") -> None:
    page = client.get("/sign-in").text
    data = {
        "csrf_token": token(page),
        "username": username,
        "password": PASSWORD,
        "then": "",
    }
    assert client.post("/sign-in", data=data).status_code == 303


def inputs(html: str) -> list[tuple[str, str]]:
    """What a browser would post from the form of a page, as it stands: names and texts."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: list[tuple[str, str]] = []
            self.inside = self.templates = 0
            self.menu = self.area = ""

        def handle_starttag(
            self, tag: str, attributes: list[tuple[str, str | None]]
        ) -> None:
            has = dict(attributes)
            name, value = has.get("name") or "", has.get("value") or ""
            if tag == "template":
                self.templates += 1
            elif tag == "form":
                self.inside = int(has.get("id") == "form")
            elif not self.inside or self.templates or "disabled" in has:
                return
            elif tag == "select":
                self.menu = name
                self.found.append((name, ""))
            elif tag == "option" and self.menu and "selected" in has:
                self.found[-1] = (self.menu, value)
            elif tag == "textarea":
                self.area = name
                self.found.append((name, ""))
            elif (
                tag == "input"
                and name
                and (has.get("type") not in {"radio", "checkbox"} or "checked" in has)
            ):
                self.found.append((name, value))

        def handle_data(self, data: str) -> None:
            if self.area:
                self.found[-1] = (
                    self.area,
                    self.found[-1][1] + data.removeprefix("\n"),
                )

        def handle_endtag(self, tag: str) -> None:
            if tag == "template":
                self.templates -= 1
            elif tag == "select":
                self.menu = ""
            elif tag == "textarea":
                self.area = ""

    reader = Reader()
    reader.feed(html)
    return reader.found
