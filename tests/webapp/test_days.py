"""The day is the study's, wherever the server stands: on the page, in the judgement, in
the package.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient

from forms_spec import load_study
from forms_spec.model.study import Study
from generator.validation.validate import validate_package
from tests.studies import FILES, study_of
from tests.webapp.pages import inputs, sign_in
from webapp.app import create_app
from webapp.demo.demo_study import PASSWORD
from webapp.installation.settings import Settings
from webapp.packages.export import export_package
from webapp.storage import Role, add_subject, add_user, open_database

EVENING = datetime(2024, 4, 18, 2, 30, tzinfo=UTC)
"""It is the 18th, but in New York still the evening of the 17th."""
VS = "/subjects/01-001/SCR/vs"


@pytest.fixture(params=["Etc/GMT+12", "Pacific/Kiritimati"])
def machine(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A server that stands at either end of the world."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def study_in(zone: str) -> Study:
    said = FILES["study.yaml"] + (f"timezone: {zone}\n" if zone else "")
    return study_of({**FILES, "study.yaml": said})


def server(url: str, study: Study) -> FlaskClient:
    database = open_database(url)
    add_user(
        database,
        username="coordinator",
        name="Cora",
        role=Role.COORDINATOR,
        password=PASSWORD,
    )
    add_subject(database, subjid="01-001", site="01", user="coordinator")
    database.close()
    client = create_app(
        Settings(database=url, study=study, secret_key="tests", clock=lambda: EVENING)
    ).test_client()
    sign_in(client)
    return client


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    ("zone", "today", "tomorrow", "shown"),
    [
        ("America/New_York", "2024-04-17", "2024-04-18", "17-Apr-2024 22:30:00 EDT"),
        ("", "2024-04-18", "2024-04-19", "18-Apr-2024 02:30:00 UTC"),
        ("Asia/Tokyo", "2024-04-18", "2024-04-19", "18-Apr-2024 11:30:00 JST"),
    ],
)
def test_page_judge_and_package_have_one_today(
    tmp_path: Path, zone: str, today: str, tomorrow: str, shown: str
) -> None:
    url, study = f"sqlite:///{tmp_path}/study.sqlite", study_in(zone)
    client = server(url, study)
    page = client.get(VS).text
    assert f'data-today="{today}"' in page
    typed = {
        **dict(inputs(page)),
        "f-vsperf": "Y",
        "f-vsdat": "today",
        "action": "draft",
    }
    assert client.post(VS, data=typed).status_code == 303
    page = client.get(VS).text
    assert dict(inputs(page))["f-vsdat"] == f"{today[-2:]}-Apr-2024"
    assert shown in client.get("/subjects").text
    assert shown in client.get(f"{VS}/history").text

    typed = {**dict(inputs(page)), "f-vsdat": tomorrow, "action": "complete"}
    assert "check=1" in client.post(VS, data=typed).location, "tomorrow is refused"

    database = open_database(url)
    export_package(database, study, tmp_path / "p.zip")
    database.close()
    with ZipFile(tmp_path / "p.zip") as package:
        assert (
            json.loads(package.read("datapackage.json"))["crfsmith:data_cut"] == today
        )
    assert [
        one.finding.value for one in validate_package(tmp_path / "p.zip").findings
    ] == [tomorrow]


def test_a_package_without_a_data_cut_is_judged_on_the_studys_last_day(
    tmp_path: Path,
) -> None:
    url, study = f"sqlite:///{tmp_path}/study.sqlite", study_in("America/New_York")
    client = server(url, study)
    typed = {
        **dict(inputs(client.get(VS).text)),
        "f-vsperf": "Y",
        "f-vsdat": "2024-04-18",
    }
    assert client.post(VS, data={**typed, "action": "draft"}).status_code == 303
    database = open_database(url)
    export_package(database, study, tmp_path / "p")
    database.close()
    file = tmp_path / "p" / "datapackage.json"
    said = json.loads(file.read_text("utf-8"))
    del said["crfsmith:data_cut"]
    file.write_text(json.dumps(said), "utf-8")
    assert "2024-04-18" in [
        one.finding.value for one in validate_package(tmp_path / "p").findings
    ]


def test_an_unknown_time_zone_is_refused_with_the_nearest() -> None:
    loaded = load_study(
        {**FILES, "study.yaml": FILES["study.yaml"] + "timezone: Europe/Brussel\n"}
    )
    assert loaded.study is None
    [found] = loaded.findings
    assert (found.code, found.text.line if found.text else 0) == (
        "unknown-timezone",
        12,
    )
    assert "Europe/Brussels" in found.remedy
