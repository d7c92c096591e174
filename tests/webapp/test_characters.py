"""Characters that no keyboard has: kept as they came, or refused with their place;
nothing breaks.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from flask import Flask

from generator.validation.validate import validate_package
from tests.studies import small_study
from tests.webapp.small_site import app_over, client_of, database_of, page_data
from webapp.commands import main
from webapp.packages.export import export_package
from webapp.storage import InstanceKey, load, open_database

VS = "/subjects/01-001/SCR/vs"
KEY = InstanceKey("01-001", "vs", "SCR")
KEPT = "k:f-sysbp:above-expected"
ODD = {
    "SOH": "\x01",
    "a lone carriage return": "\r",
    "a form feed": "\f",
    "DEL": "\x7f",
    "NEL": "\x85",
    "a line separator": "\u2028",
    "a byte order mark": "\ufeff",
    "no character": "\uffff",
    "right to left": "\u202e",
    "beyond 16 bits": "\U0001f9ea",
}


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return app_over(f"sqlite:///{tmp_path}/study.sqlite")


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("f-remark", "“Remark”"),
        ("f-sysbp", "“Systolic”"),
        ("r-reading-1-pulse", "“Pulse, row 1”"),
        (KEPT, "A reason"),
        ("reason", "A reason"),
    ],
)
def test_nul_is_refused_with_its_place_and_the_page_keeps_what_was_typed(
    app: Flask, name: str, where: str
) -> None:
    client = client_of(app)
    data = {**page_data(client, VS), "f-vsperf": "Y", "f-temp": "37.2", name: "1\x002"}
    answer = client.post(VS, data=data)
    assert answer.status_code == 422
    assert f"{where} contains the character U+0000" in answer.text
    assert 'value="37.2"' in answer.text
    said = client.post(VS, data=data, headers={"Accept": "application/json"})
    assert said.json is not None
    assert where in said.json["message"]
    assert load(database_of(app), KEY) is None


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_what_else_is_typed_by_a_program_is_kept_judged_and_comes_back_from_the_package(
    app: Flask, tmp_path: Path, odd: str
) -> None:
    client = client_of(app)
    texts = {
        "f-vsperf": "Y",
        "f-sysbp": "170",
        "f-vstim": f"09{odd}30",
        KEPT: f"a{odd}b",
        "f-temp": f"3{odd}7",
    }
    assert client.post(VS, data={**page_data(client, VS), **texts}).status_code == 303
    stored = load(database_of(app), KEY)
    assert stored is not None
    assert (stored.record.texts["vstim"], stored.record.texts["temp"]) == (
        f"09{odd}30",
        f"3{odd}7",
    )
    export_package(database_of(app), small_study(), tmp_path / "p.zip")
    codes = {one.finding.code for one in validate_package(tmp_path / "p.zip").findings}
    assert codes == {"not-a-time", "not-a-number"}
    url = f"sqlite:///{tmp_path}/new.sqlite"
    done = CliRunner().invoke(main, ["import", str(tmp_path / "p.zip"), "--db", url])
    assert done.exit_code == 0, done.output
    database = open_database(url)
    back = load(database, KEY)
    database.close()
    assert back is not None
    assert back.record == stored.record


def test_bytes_that_are_no_character_stay_as_they_were_sent(app: Flask) -> None:
    client = client_of(app)
    data = {name: texts[0] for name, texts in page_data(client, VS).items()}
    body = urlencode({**data, "f-vsperf": "Y", "f-remark": "MARK"}).replace(
        "MARK", "a%ED%A0%80b"
    )
    answer = client.post(
        VS, data=body, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 303
    stored = load(database_of(app), KEY)
    assert stored is not None
    assert stored.record.texts["remark"] == "a%ED%A0%80b"


def test_nul_in_an_address_or_a_name_finds_nothing_and_breaks_nothing(
    app: Flask,
) -> None:
    client = client_of(app)
    assert client.get("/subjects/01%00/SCR/vs").status_code == 404
    assert client.get("/subjects?q=%00").status_code == 200
    assert client.get("/packages/%00").status_code in {403, 404}
    assert (
        client.post(VS, data={**page_data(client, VS), "save_id": "a\x00"}).status_code
        == 422
    )
