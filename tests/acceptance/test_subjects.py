"""The eight subjects by all three ways in: typed into the pages, imported, and checked
as a package.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forms_spec.evaluation import findings_of
from forms_spec.model.captured_forms import CapturedForm, FormStatus
from forms_spec.model.study import Study
from generator.pages.posted_form import posted_names
from generator.validation.validate import validate_package
from tests.acceptance.app_judging import address, findings_on_pages
from tests.acceptance.expectations import expectations, said
from tests.data_dictionary.verdicts import example
from tests.webapp.pages import cellkine, sign_in, token
from webapp.app import create_app
from webapp.demo.demo_study import load_demo
from webapp.installation.settings import Settings
from webapp.packages.export import export_package
from webapp.storage import add_subject, open_database

EXPECTED = expectations()
CUT = date(2026, 5, 31)
INCLUSION = [f"INCL{number:02d}" for number in range(8)]
EXCLUSION = [f"EXCL{number:02d}" for number in range(1, 27)]


@pytest.fixture(scope="module")
def study() -> Study:
    return cellkine()


@pytest.mark.parametrize("subject", EXPECTED)
def test_a_subject_fails_the_criteria_of_its_story_and_no_others(
    study: Study, subject: str
) -> None:
    case = example(study, subject)
    childbearing = case.derive("no_childbearing") is not True
    asked = [name for name in INCLUSION if childbearing or name != "INCL01"]
    failed = [name for name in asked if case.derive(name) is not True]
    barred = [name for name in EXCLUSION if childbearing or name != "EXCL02"]
    failed += [name for name in barred if case.derive(name) is not False]
    assert tuple(failed) == EXPECTED[subject].fails
    assert case.derive("eligible") is (not failed)


@pytest.mark.parametrize("subject", EXPECTED)
def test_an_imported_subject_shows_the_findings_of_its_story(
    study: Study, subject: str
) -> None:
    """The import judges every form together with all others of the subject."""
    case = example(study, subject)
    assert {
        said(found) for found in findings_of(case.judgements().values())
    } == EXPECTED[subject].findings


@pytest.fixture(scope="module")
def validated(
    study: Study, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, set[str]]:
    """What ``crfsmith validate`` says of the exported package, by subject."""
    folder = tmp_path_factory.mktemp("package")
    database = open_database(f"sqlite:///{folder}/demo.sqlite")
    load_demo(database)
    export_package(database, study, folder / "p.zip")
    database.close()
    found: dict[str, set[str]] = {subject: set() for subject in EXPECTED}
    for one in validate_package(folder / "p.zip").findings:
        assert one.key is not None, one
        found[str(one.key["subjid"])].add(said(one.finding))
    return found


@pytest.mark.parametrize("subject", EXPECTED)
def test_validate_finds_the_same_in_the_exported_package(
    validated: dict[str, set[str]], subject: str
) -> None:
    assert validated[subject] == EXPECTED[subject].findings


@dataclass(frozen=True, kw_only=True)
class Coordinator:
    """Types a subject into the pages."""

    client: FlaskClient
    csrf: str
    study: Study

    def post(self, captured: CapturedForm, version: int) -> dict[str, object]:
        """Saves a form as it was typed, complete where the subject's is; the answer to
        our script.
        """
        form = self.study.forms[captured.key.form]
        shown = [f.name for f in form.fields if f.collected]
        shown += [
            f"{group.name}.{f.name}"
            for group in form.row_groups
            for f in group.fields
            if f.collected
        ]
        data: dict[str, list[str]] = {
            "csrf_token": [self.csrf],
            "on": [" ".join(shown)],
            "base_version": [str(version)],
            "action": [
                "complete" if captured.status == FormStatus.COMPLETE else "draft"
            ],
        }
        for name, text in posted_names(form, captured.record):
            data.setdefault(name, []).append(text)
        answer = self.client.post(
            address(captured), data=data, headers={"Accept": "application/json"}
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.get_json())


@pytest.fixture(scope="module")
def app(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """A study with accounts and subjects of whom nothing was captured, on the day of
    the data cut.
    """
    url = f"sqlite:///{tmp_path_factory.mktemp('pages')}/pages.sqlite"
    database = open_database(url)
    load_demo(database, subjects=False)
    for subject in EXPECTED:
        add_subject(database, subjid=subject, site="01", user="coordinator")
    database.close()
    return create_app(
        Settings(database=url, study=study, secret_key="tests", today=lambda: CUT)
    )


@pytest.mark.parametrize("subject", EXPECTED)
def test_typed_into_the_pages_a_subject_shows_the_same(
    study: Study, app: Flask, subject: str
) -> None:
    """Every form is posted as it was typed; then its page judges what was stored,
    beside all others.

    Nobody types a calculated value, so that one differs is found of what came in by
    import alone.
    """
    client = app.test_client()
    sign_in(client)
    nurse = Coordinator(
        client=client,
        csrf=token(client.get(f"/subjects/{subject}/SCR/dm").text),
        study=study,
    )
    forms = example(study, subject).forms.values()
    for one in forms:
        assert nurse.post(one, 0)["refused"] is False
    found = {said(finding) for finding in findings_on_pages(app, forms)}
    typed = {
        line for line in EXPECTED[subject].findings if "calculated-differs" not in line
    }
    assert found == typed
