"""What is open on a form is the same, whether the form alone is evaluated or the whole
casebook.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask import Flask

from forms_spec.evaluation.cross_form import places_of
from forms_spec.model.captured_data import FormKey
from tests.webapp import waiting_study
from tests.webapp.casebook.test_waiting_findings import TR, enter
from tests.webapp.pages import app_over, filled_once, sign_in, signed_in_request
from webapp.casebook.form_findings import open_findings_on
from webapp.casebook.subject_status import Judged, judged_casebook
from webapp.services import services


def differing(app: Flask, subjid: str) -> tuple[list[FormKey], Judged]:
    """The forms whose findings are others alone than in the casebook."""
    with signed_in_request(app):
        judged = judged_casebook(subjid)
        study = services().study
        keys = []
        for key in judged.casebook.forms:
            on_form = {item for item in judged.open if key in places_of(study, item)}
            if set(open_findings_on(subjid, [key])) != on_form:
                keys.append(key)

        every = open_findings_on(subjid, judged.casebook.forms)
        assert len(every) == len(set(every))
        assert set(every) == set(judged.open)
        return keys, judged


def test_a_form_alone_has_the_findings_of_the_casebook(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shutil.copy(filled_once(tmp_path_factory), tmp_path / "study.sqlite")
    app = app_over(f"sqlite:///{tmp_path}/study.sqlite")
    keys, judged = differing(app, "01-008")
    assert keys == []
    assert judged.open


def test_a_finding_that_waits_is_open_on_no_form(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/study.sqlite"
    waiting_study.filled(url).close()
    app = waiting_study.app_over(url)
    client = app.test_client()
    sign_in(client)
    enter(client, TR, f_sex="F", f_given="Y", f_opioid="Y")
    keys, judged = differing(app, "01-001")
    assert keys == []
    assert judged.waiting
