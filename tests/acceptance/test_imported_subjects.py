"""The eight subjects as a package, through a data manager's commands: import, validate,
export.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.study import Study
from generator.package.example_subjects import read_subjects
from generator.package.row_order import package_order
from generator.package.writer import write_package
from tests.acceptance.app_judging import eligibility, findings_on_pages
from tests.acceptance.expectations import check_of_code, expectations, said
from tests.data_dictionary.conftest import subject_texts
from tests.webapp.pages import cellkine, sign_in
from webapp.app import create_app
from webapp.commands import main
from webapp.demo.demo_study import PASSWORD
from webapp.installation.settings import Settings
from webapp.storage import Role, add_user, list_subjects, open_database

EXPECTED = expectations()
CUT = date(2026, 5, 31)


@dataclass(frozen=True, kw_only=True)
class Handed:
    """The subjects as their texts say, the package made of them, and the database it
    was imported into.
    """

    forms: tuple[CapturedForm, ...]
    package: Path
    url: str


def crfsmith(*arguments: str | Path) -> Result:
    """What the command says; in this process, which has read the study already."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def study() -> Study:
    return cellkine()


@pytest.fixture(scope="module")
def handed(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Handed:
    folder = tmp_path_factory.mktemp("handed")
    examples = read_subjects(subject_texts(), study)
    assert examples.data_cut == CUT
    forms = tuple(sorted(examples.forms, key=package_order(study)))
    write_package(study, forms, folder / "p.zip", data_cut=CUT)
    url = f"sqlite:///{folder}/study.sqlite"
    done = crfsmith("import", folder / "p.zip", "--db", url)
    assert done.exit_code == 0, done.output
    return Handed(forms=forms, package=folder / "p.zip", url=url)


@pytest.fixture(scope="module")
def app(study: Study, handed: Handed) -> Flask:
    database = open_database(handed.url)
    assert [one.subject.subjid for one in list_subjects(database)] == list(EXPECTED)
    add_user(
        database,
        username="coordinator",
        name="Cora",
        role=Role.COORDINATOR,
        password=PASSWORD,
    )
    database.close()
    return create_app(
        Settings(
            database=handed.url, study=study, secret_key="tests", today=lambda: CUT
        )
    )


@pytest.mark.parametrize("subject", EXPECTED)
def test_an_imported_subject_has_the_findings_of_its_story_on_its_pages(
    app: Flask, handed: Handed, subject: str
) -> None:
    forms = [one for one in handed.forms if one.subject == subject]
    assert {said(found) for found in findings_on_pages(app, forms)} == EXPECTED[
        subject
    ].findings


@pytest.mark.parametrize("subject", EXPECTED)
def test_an_imported_subject_is_eligible_or_fails_as_its_story_says(
    app: Flask, subject: str
) -> None:
    fails = EXPECTED[subject].fails
    assert eligibility(app, subject) == (not fails, fails)
    client = app.test_client()
    sign_in(client)
    line = f"Fails {', '.join(fails)}" if fails else "Eligible"
    assert line in client.get(f"/subjects/{subject}/eligibility").text


def test_validate_says_the_same_of_the_package(handed: Handed) -> None:
    assert reported(handed.package) == {
        name: one.findings for name, one in EXPECTED.items()
    }


def test_validate_says_the_same_of_what_the_database_exports(
    handed: Handed, tmp_path: Path
) -> None:
    done = crfsmith("export", "--db", handed.url, "--out", tmp_path / "q.zip")
    assert done.exit_code == 0, done.output
    assert reported(tmp_path / "q.zip") == {
        name: one.findings for name, one in EXPECTED.items()
    }


def reported(package: Path) -> dict[str, set[str]]:
    """The findings of ``crfsmith validate`` by subject, in the words of the table."""
    done = crfsmith("validate", package, "--format", "json")
    assert done.exit_code == 1, done.output
    found: dict[str, set[str]] = {subject: set() for subject in EXPECTED}
    for one in json.loads(done.stdout)["findings"]:
        found[one["key"]["subjid"]].add(_words(one))
    return found


def _words(found: dict[str, Any]) -> str:
    key = found["key"]
    row = f"[{key['rowno']}]" if "rowno" in key else ""
    field = f".{found['field']}" if found["field"] else ""
    check = check_of_code(found["code"], found["rule"])
    return (
        f"{key['visitid']} {found['table']}{row}{field} {check} {found['code']} "
        f"{found['severity']}"
    )
