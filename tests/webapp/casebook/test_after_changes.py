"""A server that has run for long shows what one shows that was just started.

Between two looks at a subject something changes: a save, an import of many forms, the day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from shutil import copy
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forms_spec.model.captured_data import Record
from tests.webapp.pages import TODAY, cellkine, filled_once, sign_in, signed_in_request
from webapp.app import create_app
from webapp.casebook import subject_status
from webapp.casebook.subject_status import JUDGED, judged_casebook
from webapp.installation.settings import Settings
from webapp.storage import (
    Database,
    InstanceKey,
    Saved,
    SaveRequest,
    Status,
    StoredCasebook,
    StoredForm,
    open_database,
    save,
)

SUBJECT = "01-008"
PAGES = ("", "/findings", "/standing", "/eligibility", "/eligibility?show=attention")


@pytest.fixture
def url(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> str:
    copy(filled_once(tmp_path_factory), tmp_path / "study.sqlite")
    return f"sqlite:///{tmp_path / 'study.sqlite'}"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = open_database(url)
    yield opened
    opened.close()


def server(url: str, days: list[date]) -> Flask:
    """A server for which today is the last of ``days``."""
    settings = Settings(
        database=url, study=cellkine(), secret_key="tests", today=lambda: days[-1]
    )
    return create_app(settings)


def signed_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    sign_in(client)
    return client


def shown(client: FlaskClient, page: str) -> str:
    html = client.get(f"/subjects/{SUBJECT}{page}").text
    return re.sub(r'(csrf_token" value|csrf" content)="[^"]*"', "", html)


def forms(database: Database) -> list[StoredForm]:
    casebook = StoredCasebook.whole(database, SUBJECT, tuple(cellkine().visits))
    return list(casebook.forms.values())


def keep(database: Database, form: StoredForm, record: Record) -> None:
    request = SaveRequest(
        key=form.key,
        base_version=form.version,
        record=record,
        status=form.status,
        user="coordinator",
        save_id=str(uuid4()),
        dictionary_hash=form.dictionary_hash,
        counts=form.counts,
        reason="Corrected",
    )
    assert isinstance(save(database, request), Saved)


def altered(random: Random, form: StoredForm) -> StoredForm:
    """The form with one answer blank, or that of another question; or as a draft."""
    texts = dict(form.record.texts)
    if texts and random.random() < 0.9:
        name = random.choice(list(texts))
        texts[name] = random.choice(["", *texts.values()])
    status = random.choice([Status.DRAFT, Status.COMPLETE, form.status])
    return replace(form, status=status, record=replace(form.record, texts=texts))


def test_all_pages_after_each_change(url: str, database: Database) -> None:
    random, days = Random(4), [TODAY]
    old = signed_in(server(url, days))
    first = {page: shown(old, page) for page in PAGES}
    different: set[str] = set()
    for step in range(14):
        count = 12 if step == 5 else 1
        for form in random.sample(forms(database), count):
            changed = altered(random, form)
            keep(database, changed, changed.record)
        if step in {6, 11}:
            days.append(days[-1] + timedelta(days=30))
        new = signed_in(server(url, days))
        # Not every page is looked at after every change.
        for page in PAGES[step % 2 :]:
            seen = shown(old, page)
            assert seen == shown(new, page), (step, page)
            different |= {page} if seen != first[page] else set()

    assert different == set(PAGES)


def test_two_servers_that_save_in_turn(url: str, database: Database) -> None:
    clients = [signed_in(server(url, [TODAY])) for _ in range(2)]
    vital_signs = InstanceKey(SUBJECT, "vs", "SCR")
    for number, weight in enumerate(("70", "170", "70")):
        before = next(form for form in forms(database) if form.key == vital_signs)
        texts = {**before.record.texts, "weight_vsorres": weight}
        keep(database, before, replace(before.record, texts=texts))
        first, second = clients if number % 2 else reversed(clients)
        for page in PAGES:
            assert shown(first, page) == shown(second, page)


def kept_subjects(app: Flask) -> list[str]:
    """The subjects whose casebooks are kept, the one used last at the end."""
    return [key[-1] for key in app.extensions[JUDGED]]


def test_no_more_casebooks_are_kept_than_have_place(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = server(url, [TODAY])
    subjects = ("01-001", "01-002", "01-003", "01-012")
    with signed_in_request(app):
        sizes = [len(judged_casebook(subject).casebook) for subject in subjects]
        assert kept_subjects(app) == list(subjects)
        monkeypatch.setattr(subject_status, "MOST_FORMS", sizes[0] + sizes[3])
        judged_casebook("01-001")
        assert kept_subjects(app) == [
            "01-012",
            "01-001",
        ]
        monkeypatch.setattr(subject_status, "MOST_FORMS", 1)
        judged_casebook("01-003")
        assert kept_subjects(app) == ["01-003"]
