"""Second entries go out with a package and come in again as they were: both entries,
and what somebody decided between them.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from forms_spec.evaluation.hidden_findings import NONE_HIDDEN
from tests.webapp.double_site import (
    DOUBLE,
    FORM,
    SECOND,
    TYPED,
    double_site,
    double_study,
    enter,
    post,
)
from tests.webapp.packages.test_packaged_review import run
from tests.webapp.small_site import app_over, client_of, database_of
from webapp.packages.export import export_package
from webapp.storage import InstanceKey
from webapp.storage.double_entries import double_entry_of
from webapp.storage.second_entries import load_second
from webapp.storage.sight import Sight

KEY = InstanceKey("01-001", "vs", "SCR")
TABLES = ("second-entries.csv", "entry-acts.csv")


@pytest.fixture(scope="module")
def entered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database and its package: somebody began the second entry and gave it up,
    another person typed it, and a third one decided.
    """
    folder = tmp_path_factory.mktemp("entered")
    app = double_site(folder)
    enter(client_of(app, "coordinator"), **TYPED)
    nurse, manager = client_of(app, "nurse"), client_of(app, "manager")
    enter(nurse, SECOND, "draft", **{**TYPED, "f-sysbp": "99"})
    assert post(manager, DOUBLE, action="discard", reason="ill").status_code == 303
    enter(nurse, SECOND, **{**TYPED, "f-sysbp": "112"})
    chosen = {"first": "1", "second": "2", "choose:vs.sysbp": "second"}
    kept = post(manager, DOUBLE, **chosen, reason="“121” was misread")
    assert kept.status_code == 303
    database_of(app).close()

    url = f"sqlite:///{folder}/study.sqlite"
    exported = run("export", "--db", url, "--out", folder / "package")
    assert exported.exit_code == 0, exported.output
    assert "export-entries-stay" not in exported.output
    return folder


def rows(table: Path) -> list[dict[str, str]]:
    with table.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_both_entries_and_the_decision_come_back_byte_for_byte(
    entered: Path, tmp_path: Path
) -> None:
    package = entered / "package"
    pressures = [
        (row["version"], row["old"], row["new"], row["saved_by"])
        for row in rows(package / TABLES[0])
        if row["field"] == "sysbp"
    ]
    assert pressures == [("1", "", "99", "nurse"), ("2", "99", "112", "nurse")]
    given_up, decided = rows(package / TABLES[1])
    assert (given_up["act"], given_up["text"]) == ("discarded", "ill")
    assert decided["act"] == "adjudicated"
    assert decided["choices"] == '{"vs.sysbp": "second"}'
    assert (decided["acted_by"], decided["version"]) == ("manager", "2")
    assert decided["text"].endswith("“121” was misread")

    there = f"sqlite:///{tmp_path}/there.sqlite"
    assert run("validate", package).exit_code == 0
    imported = run("import", package, "--db", there)
    assert imported.exit_code == 0, imported.output
    assert run("audit", "verify", there).exit_code == 0
    again = run("export", "--db", there, "--out", tmp_path / "again")
    assert again.exit_code == 0
    for name in TABLES:
        assert (tmp_path / "again" / name).read_bytes() == (package / name).read_bytes()

    database = database_of(app_over(there, double_study()))
    state, second = double_entry_of(database, KEY), load_second(database, KEY)
    assert state is not None
    assert state.settled is not None
    assert (state.settled.username, state.settled.version) == ("manager", 2)
    assert second is not None
    assert (second.version, second.record.texts["sysbp"]) == (2, "112")


@pytest.mark.parametrize(
    ("name", "change", "why"),
    [
        (TABLES[0], lambda text: text.replace(",99,112,", ",98,112,"), "was not '98'"),
        (TABLES[1], lambda text: text.replace('{""vs', '[""vs'), "cannot be read"),
    ],
)
def test_what_nobody_can_have_entered_is_an_error(
    entered: Path, tmp_path: Path, name: str, change: Callable[[str], str], why: str
) -> None:
    package = shutil.copytree(entered / "package", tmp_path / "package")
    file = package / name
    file.write_bytes(change(file.read_bytes().decode()).encode())
    answer = run("validate", package)
    assert answer.exit_code == 1
    assert "review-act-impossible" in answer.output
    assert why in answer.output


def test_who_may_not_see_all_forms_gets_no_second_entry(
    entered: Path, tmp_path: Path
) -> None:
    """The role sees vital signs, and nothing of the laboratory."""
    study = double_study()
    database = database_of(app_over(f"sqlite:///{entered}/study.sqlite", study))
    sight = Sight(
        forms=frozenset({"vs"}),
        partly=frozenset(),
        hidden=frozenset(),
        findings=NONE_HIDDEN,
        dates=True,
        record=lambda _, record: record,
    )
    seeing = replace(database, sight=sight)
    written = export_package(seeing, study, tmp_path / "package")
    assert "export-entries-stay" in {item.code for item in written.findings}
    assert not [name for name in TABLES if (tmp_path / "package" / name).exists()]


def test_a_database_with_subjects_says_that_the_entries_stay_behind(
    entered: Path, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/there.sqlite"
    app = app_over(url, double_study())
    enter(client_of(app, "coordinator"), FORM, "draft", **TYPED)
    imported = run("import", entered / "package", "--db", url)
    assert "2 acts are of reviewers not imported" in imported.output, imported.output
