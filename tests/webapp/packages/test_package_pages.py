"""A data manager hands in a package, sees it judged, and reads the report; nobody else
does.
"""

from __future__ import annotations

import io
import os
import signal
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from generator.validation.validate import validate_package
from tests.package_cases import captured, write
from tests.webapp.pages import token
from tests.webapp.small_site import app_over, client_of, database_of
from webapp.demo.demo_study import PASSWORD
from webapp.packages.validation_jobs import (
    MOST_KEPT,
    PACKAGE,
    NoRoom,
    ValidationJob,
    ValidationJobs,
    lock,
    read_work,
    write_work,
)
from webapp.packages.validation_worker import TURN
from webapp.storage import EventKind, Role, add_user, find_events


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('packages') / 'study.sqlite'}"


@pytest.fixture(scope="module")
def app(url: str) -> Flask:
    app = app_over(url)
    add_user(
        database_of(app),
        username="other",
        name="Otto",
        role=Role.DATA_MANAGER,
        password=PASSWORD,
    )
    return app


@pytest.fixture
def manager(app: Flask) -> FlaskClient:
    return client_of(app, "manager")


def works_of(app: Flask) -> ValidationJobs:
    held: ValidationJobs = app.extensions["crfsmith-packages"]
    return held


def hand_in(
    client: FlaskClient,
    content: bytes,
    *,
    what: str = "package",
    name: str = "export.zip",
) -> str:
    """The address of the page that shows how the package is doing."""
    data = {"csrf_token": token(client.get("/packages").text), "what": what}
    if content:
        data["package"] = (io.BytesIO(content), name)  # type: ignore[assignment]
    answer = client.post("/packages", data=data)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def judged(client: FlaskClient, address: str) -> str:
    """The page once the work is done."""
    for _ in range(600):
        page = client.get(address).text
        if "data-wait" not in page:
            return page
        time.sleep(0.1)
    raise AssertionError(page)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """One wrong number in it."""
    path = tmp_path_factory.mktemp("package") / "p.zip"
    return write(path, [captured("lb SCR", {"hb": "12x"}, status=0)]).read_bytes()


def test_a_package_is_judged_and_its_report_outlives_the_server(
    app: Flask, url: str, manager: FlaskClient, package: bytes
) -> None:
    address = hand_in(manager, package)
    page = judged(manager, address)
    assert "<h1>export.zip</h1>" in page
    assert "Not valid." in page
    for client in (manager, client_of(app_over(url), "manager")):
        report = client.get(f"{address}/report")
        assert "not-a-number" in report.text
        assert "sandbox" in report.headers["Content-Security-Policy"]
        assert "lb,hb," in client.get(f"{address}/findings.csv").text
        assert (
            "table,field,visit,state,cells" in client.get(f"{address}/answers.csv").text
        )
        assert address in client.get("/packages").text
    folder = works_of(app).folder / address.removeprefix("/packages/")
    assert {one.name for one in folder.iterdir()} == {
        *(
            "work.json",
            "lock",
            "log.txt",
            "report.html",
            "findings.csv",
            "answers.csv",
            "package",
        )
    }
    assert list((folder / "package").iterdir()) == [], "the package itself is gone"


def test_what_is_no_package_is_said_to_be_none_with_the_reason(
    manager: FlaskClient,
) -> None:
    page = judged(manager, hand_in(manager, b"no zip at all"))
    assert "The package cannot be read." in page
    assert "export.zip is not a zip file." in page
    assert "Use the zip of the export." in page


def test_the_cause_and_what_is_not_listed_are_said_beside_the_verdict(
    manager: FlaskClient, tmp_path: Path
) -> None:
    forms = [
        captured("vs SCR", subject=f"01-{number:03}", status=0)
        for number in range(1, 121)
    ]
    package = write(tmp_path / "p.zip", forms)
    with (
        zipfile.ZipFile(package) as whole,
        zipfile.ZipFile(tmp_path / "damaged.zip", "w") as damaged,
    ):
        for name in whole.namelist():
            if name != "data/forms.csv":
                damaged.writestr(name, whole.read(name))
    page = judged(manager, hand_in(manager, (tmp_path / "damaged.zip").read_bytes()))
    assert '<p class="finding error">data/forms.csv is missing.' in page
    assert "120 findings result from it: 120 row-without-form" in page
    assert "Another 20 are counted but not listed" in page


def test_a_table_that_is_handed_in_alone_is_called_by_its_own_name(
    manager: FlaskClient,
) -> None:
    page = judged(
        manager, hand_in(manager, b"siteid,subjid\r\n01,01-001\r\n", name="vs.csv")
    )
    assert "vs.csv is not a zip file." in page


def test_the_study_itself_can_be_judged_and_the_export_downloaded(
    app: Flask, manager: FlaskClient, tmp_path: Path
) -> None:
    address = hand_in(manager, b"", what="study")
    page = judged(manager, address)
    assert "Current study data" in page
    (exported,) = find_events(database_of(app), kinds=[EventKind.EXPORTED], most=1)
    assert exported.username == "manager"
    assert "Valid." in page
    assert f"{address}/package.zip" in manager.get("/packages").text, "the last export"
    sent = manager.get(f"{address}/package.zip")
    assert "SMALL-01-" in sent.headers["Content-Disposition"]
    (tmp_path / "p.zip").write_bytes(sent.data)
    assert validate_package(tmp_path / "p.zip").valid


def test_nothing_chosen_and_nothing_in_it_are_asked_for_again(
    manager: FlaskClient,
) -> None:
    data = {"csrf_token": token(manager.get("/packages").text), "what": "package"}
    answer = manager.post("/packages", data=data)
    assert (answer.status_code, "Choose a zip file first." in answer.text) == (
        400,
        True,
    )
    before = manager.get("/packages").text.count("<li>")
    empty = {**data, "package": (io.BytesIO(b""), "empty.zip")}
    answer = manager.post(
        "/packages", data=empty, headers={"Accept": "application/json"}
    )
    assert answer.json is not None
    assert (answer.status_code, answer.json["message"][:18]) == (
        400,
        "empty.zip is empty",
    )
    assert manager.get("/packages").text.count("<li>") == before


def test_a_package_larger_than_a_form_is_let_in_for_a_manager(
    manager: FlaskClient,
) -> None:
    assert "cannot be read" in judged(manager, hand_in(manager, bytes(17 * 2**20)))


def test_work_that_was_broken_off_is_taken_up_again_once(
    app: Flask, manager: FlaskClient, package: bytes
) -> None:
    works = works_of(app)
    folder = works.receive("slow.zip", "manager")
    (folder / read(folder).file).write_bytes(package)
    with waiting(works):
        works.start(folder)
        stop(folder)
    assert "Not valid." in judged(manager, f"/packages/{folder.name}")
    folder = works.receive("worse.zip", "manager")
    (folder / read(folder).file).write_bytes(package)
    with waiting(works):
        works.start(folder)
        stop(folder)
        taken_up(works, folder)
        stop(folder)
        page = judged(manager, f"/packages/{folder.name}")
    assert "Validation stopped unexpectedly" in page
    assert f"{folder}/log.txt" in page


def test_work_can_be_stopped_and_a_report_removed(
    app: Flask, manager: FlaskClient, package: bytes
) -> None:
    works = works_of(app)
    with waiting(works):
        address = hand_in(manager, package)
        folder = works.folder / address.removeprefix("/packages/")
        process = at_work(folder)
        assert "Cancel and delete" in manager.get(address).text
        assert remove(manager, address) == 303
    assert not folder.exists()
    assert manager.get(address).status_code == 404
    for _ in range(100):
        works.of("manager")  # looks after its children
        if not Path(f"/proc/{process}").exists():
            break
        time.sleep(0.05)
    assert not Path(f"/proc/{process}").exists()


def test_the_folder_is_bounded_in_number_age_and_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = ValidationJobs(tmp_path / "packages", "sqlite:///none.sqlite")
    for number in range(MOST_KEPT + 5):
        folder = works.receive(f"{number}.zip", "manager")
        finish(folder, days=MOST_KEPT + 5 - number)
    assert [work.name for work in works.of("manager")] == [
        f"{n}.zip" for n in range(MOST_KEPT + 4, 4, -1)
    ]
    finish(works.receive("another's.zip", "other"), days=29)
    finish(works.receive("old.zip", "other"), days=31)
    works.receive("new.zip", "manager")
    assert [work.name for work in works.of("other")] == ["another's.zip"]
    monkeypatch.setattr("webapp.packages.validation_jobs.MOST_BYTES", 100_000)
    works.receive("large.zip", "manager", size=90_000)
    assert len(works.of("manager")) < MOST_KEPT
    with pytest.raises(NoRoom):
        works.receive("larger.zip", "manager", size=100_001)


def test_nobody_else_sees_the_pages(app: Flask, manager: FlaskClient) -> None:
    address = hand_in(manager, b"no zip at all")
    judged(manager, address)
    coordinator, other = client_of(app, "coordinator"), client_of(app, "other")
    assert "/packages" not in coordinator.get("/subjects").text
    assert address not in other.get("/packages").text
    for path in ("", "/report", "/findings.csv", "/answers.csv", "/package.zip"):
        assert coordinator.get(f"{address}{path}").status_code == 403
        assert other.get(f"{address}{path}").status_code == 404
    assert remove(other, address) == 404
    assert manager.get("/packages/..%2F..%2Fetc").status_code == 404


def remove(client: FlaskClient, address: str) -> int:
    data = {"csrf_token": token(client.get("/packages").text)}
    return client.post(f"{address}/remove", data=data).status_code


@contextmanager
def waiting(works: ValidationJobs) -> Iterator[None]:
    """Another package is at work meanwhile, so that nothing else gets its turn."""
    works.folder.mkdir(parents=True, exist_ok=True)
    with lock(works.folder / TURN, wait=True):
        yield


def read(folder: Path) -> ValidationJob:
    work = read_work(folder)
    assert work is not None
    return work


def at_work(folder: Path) -> int:
    """The process of a work, once it is there."""
    for _ in range(1200):
        if read(folder).process:
            return read(folder).process
        time.sleep(0.05)
    raise AssertionError(folder)


def taken_up(works: ValidationJobs, folder: Path) -> None:
    """Looks at the page again until the process that was killed is gone, and another
    one is begun.
    """
    for _ in range(1200):
        works.find(folder.name, "manager")
        if read(folder).tries == 2:
            return
        time.sleep(0.05)
    raise AssertionError(folder)


def stop(folder: Path) -> None:
    """As a machine does that is switched off."""
    os.kill(at_work(folder), signal.SIGKILL)
    work = read(folder)
    work.process = 0
    write_work(folder, work)


def finish(folder: Path, *, days: int) -> None:
    (folder / PACKAGE / "dm.csv").write_bytes(bytes(5_000))
    work = read(folder)
    work.state, work.since = (
        "done",
        (datetime.now(UTC) - timedelta(days=days)).isoformat(),
    )
    write_work(folder, work)
