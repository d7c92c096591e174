"""The history of a study that was brought back from a package, as its pages show it."""

from __future__ import annotations

from pathlib import Path

from tests.round_trips.law import run
from tests.round_trips.test_amendments import filled
from tests.studies import small_study
from tests.webapp.pages import sign_in
from webapp.app import create_app
from webapp.demo.demo_study import PASSWORD
from webapp.installation.settings import Settings
from webapp.storage import Role, add_user, has_password, open_database


def test_a_version_tells_who_saved_it_and_who_brought_it_back(tmp_path: Path) -> None:
    here, there = (
        f"sqlite:///{tmp_path}/here.sqlite",
        f"sqlite:///{tmp_path}/there.sqlite",
    )
    filled(here).close()
    run("export", "--db", here, "--out", str(tmp_path / "p.zip"))
    assert (
        run(
            "import", str(tmp_path / "p.zip"), "--db", there, "--operator", "Maria"
        ).exit_code
        == 0
    )
    database = open_database(there)
    add_user(
        database, username="monitor", name="M", role=Role.MONITOR, password=PASSWORD
    )
    assert not any(
        has_password(database, "nurse", word)
        for word in ("", "a long password", PASSWORD)
    )
    database.close()
    app = create_app(Settings(database=there, study=small_study(), secret_key="tests"))
    client = app.test_client()
    sign_in(client, "monitor")
    page = client.get("/subjects/01-001/SCR/lb/history").text
    assert "<span>nurse</span>" in page
    assert "Restored from p.zip by Maria" in page
