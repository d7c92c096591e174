"""A designer asks what an edit does to the data that were captured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.round_trips.test_amendments import filled
from tests.studies import FILES, small_study
from webapp.commands import main
from webapp.storage import (
    InstanceKey,
    LockState,
    ReviewScope,
    open_database,
    set_locks,
)

LB = FILES["forms/lb.yaml"]
NARROWER = LB.replace("places: 1", "places: 1, range: [14, 20]")
RENAMED = NARROWER.replace("lbcode:", "sample:")
SHOWN = """
forms/lb.yaml:6:54: breaks data: field lb.hb: range was nothing, is 14 to 20
    Answers outside the new range become errors.
    Before: forms/lb.yaml:6:3
    Captured: 1 answer (01-001)
forms/lb.yaml:5:3 (before): breaks data: field lb.lbcode, “Sample”, is gone
    Captured answers stay in the history, and are not shown.
    It may be lb.sample now, which is like it. Answers do not move to another name.
    Captured: 1 answer (01-001)
forms/lb.yaml:5:3: harmless: field lb.sample, “Sample”, is new
    There is one more question, left blank.
3 changes: 2 break data, 1 is harmless.

Evaluated under both dictionaries as of DAY: 1 subject with 4 forms.
  breaks data: lb.lbcode: 1 answer is no longer shown (01-001)
  breaks data: lb.hb [below-range]: 1 new error (01-001)
  breaks data: lb: 1 complete form becomes incomplete (01-001)
  needs a look: lb: 1 locked or frozen form is touched (01-001)
The new dictionary breaks captured data.
"""


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["diff", *words])


def folder(path: Path, lb: str) -> str:
    for name, text in {**FILES, "forms/lb.yaml": lb}.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A subject with four forms, of which the laboratory's is locked."""
    address = f"sqlite:///{tmp_path_factory.mktemp('captured')}/here.sqlite"
    database = filled(address)
    lab = InstanceKey("01-001", "lb", "SCR")
    scope = ReviewScope(lab.subject, lab.visit, lab.unsno, lab.form)
    set_locks(database, [scope], LockState.LOCKED, username="nurse", reason="reviewed")
    database.close()
    return address


def test_a_designer_reads_what_an_edit_does_to_captured_data(
    url: str, tmp_path: Path
) -> None:
    new = folder(tmp_path / "new", RENAMED)
    # The dictionary in the database is named by its hash.
    done = run(small_study().hash[:12], new, "--db", url)
    shown = SHOWN.replace("DAY", today(url))
    assert done.output.strip() == shown.strip()
    assert done.exit_code == 1


def today(url: str) -> str:
    from webapp.packages.export import last_day
    from webapp.storage import snapshot

    database = open_database(url)
    with snapshot(database) as state:
        day = str(last_day(state, small_study()))
    database.close()
    return day


def test_a_package_says_the_same_as_its_database(url: str, tmp_path: Path) -> None:
    old, new = folder(tmp_path / "old", LB), folder(tmp_path / "new", RENAMED)
    package = str(tmp_path / "p.zip")
    CliRunner().invoke(main, ["export", "--db", url, "--out", package])
    reports = [
        json.loads(run(old, new, *source, "--format", "json").output)
        for source in (("--db", url), ("--package", package))
    ]
    effects = [report["data"]["effects"] for report in reports]
    # Only the database knows what is locked.
    assert effects[0][:3] == effects[1]
    assert reports[0]["changes"] == reports[1]["changes"]


def test_the_exit_code_says_whether_data_break(url: str, tmp_path: Path) -> None:
    old, new = folder(tmp_path / "old", LB), folder(tmp_path / "new", NARROWER)
    wider = folder(tmp_path / "wider", LB.replace("places: 1", "range: [10, 20]"))
    wrong = folder(tmp_path / "wrong", LB.replace("decimal", "number of sorts"))
    assert run(old, old, "--strict").exit_code == 0
    assert run(old, new).exit_code == 1
    # No answer is outside this range: what might break does not.
    assert run(old, wider).exit_code == 1
    assert run(old, wider, "--db", url).exit_code == 0
    for words in ((old, wrong), (old, "nowhere"), ("abcdef", new, "--db", url)):
        assert run(*words).exit_code == 2
