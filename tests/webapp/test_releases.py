"""An amendment reaches a site when it is released for it: pages, saves, lists, exports
and imports of the other sites go on with the dictionary that they have.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient

from forms_spec.loading.study_builder import dictionary_hash
from tests.webapp.conftest import KINDS
from tests.webapp.pages import token
from tests.webapp.released_site import (
    AMENDED_FILES,
    amended_study,
    first_study,
    furnished,
    settings_of,
)
from tests.webapp.small_site import client_of, database_of, page_data
from webapp.app import create_app
from webapp.commands import main
from webapp.storage import (
    EventKind,
    InstanceKey,
    find_events,
    load,
    open_database,
    standings_of,
    use_dictionary,
)
from webapp.storage.site_studies import SiteStudies

GHENT, LEUVEN = "/subjects/01-001/SCR/vs", "/subjects/02-001/SCR/vs"
OLD, NEW = "f-arm", "at rest"
WHY = "approved on 3 April 2024"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, [str(part) for part in arguments])


@pytest.fixture
def amended(tmp_path: Path) -> Flask:
    """The pages once the amended dictionary is served."""
    url = f"sqlite:///{tmp_path}/amended.sqlite"
    furnished(url).close()
    return create_app(settings_of(url, amended_study()))


@pytest.fixture(params=KINDS)
def everywhere(request: pytest.FixtureRequest) -> Flask:
    """The same on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return request.getfixturevalue("amended")  # type: ignore[no-any-return]
    url = request.getfixturevalue("empty_postgresql")
    furnished(url).close()
    return create_app(settings_of(url, amended_study()))


def url_of(app: Flask) -> str:
    return database_of(app).engine.url.render_as_string(hide_password=False)


def save(client: FlaskClient, address: str, **texts: str) -> None:
    fields = {f"f-{name}": text for name, text in texts.items()}
    data = {**page_data(client, address), **fields, "action": "complete"}
    data["reason"] = "as on the source"
    assert client.post(address, data=data).status_code == 303


def release(app: Flask, site: str, reason: str = WHY) -> str:
    """The page after a release by the administrator."""
    boss = client_of(app, "boss")
    page = boss.get("/releases").text
    data = {"csrf_token": token(page), "site": site, "reason": reason}
    return boss.post("/releases", data=data, follow_redirects=True).text


def test_a_site_goes_on_with_its_dictionary_until_the_new_one_is_released(
    amended: Flask,
) -> None:
    nurse = client_of(amended, "nurse")
    page = nurse.get(GHENT).text
    assert OLD in page
    assert "Heart rate" not in page
    save(nurse, GHENT, sysbp="250", arm="L")
    stored = load(database_of(amended), InstanceKey("01-001", "vs", "SCR"))
    assert stored is not None
    assert stored.dictionary_hash == first_study().hash
    assert stored.status.value == "complete"

    assert "was released for site 02" in release(amended, "02")
    page = nurse.get(LEUVEN).text
    assert NEW in page
    assert "Heart rate" in page
    save(nurse, LEUVEN, sysbp="180", pulse="70")
    assert OLD in nurse.get(GHENT).text

    release(amended, "01")
    page = nurse.get(GHENT).text
    assert NEW in page
    # 250 was right under the first dictionary, and is above the limit of the new one.
    findings = nurse.get("/subjects/01-001/findings").text
    assert "Systolic pressure at rest" in findings
    assert "200" in findings


def test_who_released_it_when_and_why_is_an_event(amended: Flask) -> None:
    assert "Say why" in release(amended, "02", reason=" ")
    release(amended, "02")
    assert "newest dictionary already" in release(amended, "02")
    events = find_events(
        database_of(amended),
        kinds=[EventKind.DICTIONARY_RELEASED, EventKind.DICTIONARY_KEPT],
    )
    newest, *kept = events
    assert (newest.username, newest.details["site"]) == ("boss", "02")
    assert newest.details["reason"] == WHY
    assert newest.details["dictionary"] == amended_study().hash
    assert {item.details["dictionary"] for item in kept} == {first_study().hash}
    history = client_of(amended, "boss").get("/history").text
    assert "Dictionary released for a site" in history
    page = client_of(amended, "boss").get("/releases").text
    assert WHY in page
    assert f"waits for {amended_study().hash[:12]}" in page


def test_lists_judge_and_name_each_subject_by_its_dictionary(
    everywhere: Flask,
) -> None:
    nurse = client_of(everywhere, "nurse")
    save(nurse, GHENT, sysbp="180", arm="L")
    release(everywhere, "02")
    save(nurse, LEUVEN, sysbp="180", pulse="70")
    # The rule of the amendment asks in Leuven, and nobody in Ghent.
    page = nurse.get("/queries").text
    assert "02-001" in page
    assert "Systolic pressure at rest" in page
    assert "01-001" not in page
    findings = nurse.get("/home/findings").text
    assert "02-001" in findings
    assert "01-001" not in findings
    assert nurse.get("/subjects?order=open").status_code == 200
    kept = standings_of(
        database_of(everywhere),
        ["01-001", "02-001"],
        dictionaries=SiteStudies(study=amended_study()).dictionaries(
            database_of(everywhere)
        ),
        day=date(2024, 4, 18),
    )
    assert {name: item.open for name, item in kept.items()} == {
        "01-001": 0,
        "02-001": 1,
    }

    hash_ = first_study().hash
    spec = nurse.get(f"/dictionary/{hash_}/vs.json")
    assert "arm" in json.dumps(spec.json)
    assert nurse.get(f"/dictionary/{'0' * 64}/vs.json").status_code == 404


def test_a_package_has_the_sites_of_one_dictionary_and_names_the_others(
    amended: Flask, tmp_path: Path
) -> None:
    nurse = client_of(amended, "nurse")
    save(nurse, GHENT, sysbp="250", arm="L")
    release(amended, "02")
    save(nurse, LEUVEN, sysbp="180", pulse="70")
    url, first = url_of(amended), first_study().hash[:12]

    said = run("export", "--db", url, "--out", str(tmp_path / "new.zip"))
    assert said.exit_code == 1
    assert "1 subject is left out" in said.output
    assert f"--dictionary {first}" in said.output
    assert subjects_in(tmp_path / "new.zip") == ["02-001"]

    old = tmp_path / "old.zip"
    said = run("export", "--db", url, "--out", str(old), "--dictionary", first)
    assert subjects_in(old) == ["01-001"]
    assert run("validate", str(old)).exit_code == 0

    elsewhere = f"sqlite:///{tmp_path}/elsewhere.sqlite"
    assert run("import", str(old), "--db", elsewhere).exit_code == 0
    again = tmp_path / "again.zip"
    assert run("export", "--db", elsewhere, "--out", str(again)).exit_code == 0
    assert table_of(again, "vs") == table_of(old, "vs")
    assert run("audit", "verify", url).exit_code == 0


def test_an_import_keeps_out_what_its_site_has_no_dictionary_for(
    amended: Flask, tmp_path: Path
) -> None:
    release(amended, "02")
    release(amended, "01")
    nurse = client_of(amended, "nurse")
    save(nurse, GHENT, sysbp="180", pulse="70")
    package = tmp_path / "package.zip"
    run("export", "--db", url_of(amended), "--out", str(package))

    other = f"sqlite:///{tmp_path}/other.sqlite"
    database = furnished(other)
    database.close()
    create_app(settings_of(other, amended_study()))
    said = run("import", str(package), "--db", other)
    assert said.exit_code == 1
    assert "import-other-dictionary" in said.output
    assert run("release", "--db", other, "--site", "01", "--reason", WHY).exit_code == 0
    assert run("import", str(package), "--db", other).exit_code == 0


def test_the_command_lists_and_releases(amended: Flask) -> None:
    url, first, new = (
        url_of(amended),
        first_study().hash[:12],
        amended_study().hash[:12],
    )
    assert f"01: {first}, {new} can be released" in run("release", "--db", url).output
    refused = run("release", "--db", url, "--site", "01")
    assert refused.exit_code == 2
    assert "Say why" in refused.output
    unknown = run("release", "--db", url, "--site", "09", "--reason", WHY)
    assert "no site 09" in unknown.output
    said = run("release", "--db", url, "--site", "01", "--reason", WHY)
    assert f"Site 01 works under the dictionary {new} now" in said.output
    # The server sees it at the next page.
    assert NEW in client_of(amended, "nurse").get(GHENT).text
    assert OLD in client_of(amended, "nurse").get(LEUVEN).text


def test_papers_of_a_subject_ask_what_its_site_asks(
    amended: Flask, tmp_path: Path
) -> None:
    nurse = client_of(amended, "nurse")
    save(nurse, GHENT, sysbp="180", arm="L")
    release(amended, "02")
    save(nurse, LEUVEN, sysbp="180", pulse="70")
    assert nurse.get("/subjects/01-001/casebook.pdf").status_code == 200
    file = tmp_path / "books.zip"
    said = run(
        "paper", "casebook", "--db", url_of(amended), "--all", "--out", str(file)
    )
    assert said.exit_code == 0, said.output
    assert len(zipfile.ZipFile(file).namelist()) == 2


def test_a_server_does_not_start_where_a_site_cannot_go_on(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/lost.sqlite"
    files = {"study.yaml": "study: AMEND-01\n"}
    lost = replace(
        first_study(), files=files, hash=dictionary_hash(files), releases_by_site=False
    )
    database = open_database(url)
    use_dictionary(database, lost)
    database.close()
    folder = tmp_path / "dictionary"
    for name, text in AMENDED_FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    said = run("serve", "--db", url, "--dictionary", str(folder), "--port", "0")
    assert said.exit_code == 2
    assert "cannot load" in said.output


def subjects_in(package: Path) -> list[str]:
    lines = table_of(package, "subjects").splitlines()
    column = lines[0].split(",").index("subjid")
    return [line.split(",")[column] for line in lines[1:]]


def table_of(package: Path, name: str) -> str:
    return zipfile.ZipFile(package).read(f"data/{name}.csv").decode()
