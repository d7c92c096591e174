"""Results of a randomization in packages: where a list is loaded nobody writes an arm past
it, and a subject that was randomized elsewhere keeps its entry.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.webapp.randomized_site import (
    LIST,
    SUBJECTS,
    add_person,
    answer,
    app_over,
    press_button,
    rand_of,
    served,
)
from webapp.commands import main
from webapp.storage import Database, find_events, load, open_database
from webapp.storage.audit.database_audit import audit_database
from webapp.storage.randomizing import allocation_of

FIRST, SECOND, THIRD, _ = SUBJECTS
WHOLE = [(number, *stratum.split(";"), arm) for number, stratum, arm in LIST]


class Study:
    """A randomized study in a database of its own, by its command line."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder}/{name}.sqlite"

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--db", self.url])

    def export(self, *more: str) -> str:
        target = f"{self.folder}/p.zip" if not more else f"{self.folder}/records.csv"
        Path(target).unlink(missing_ok=True)
        ran = self.run("export", "--out", target, *more)
        assert ran.exit_code == 0, ran.output
        return target

    def load_list(self, rows: list[tuple[str, ...]] = WHOLE) -> Result:
        text = io.StringIO()
        csv.writer(text).writerows([("randno", "siteid", "sex", "arm"), *rows])
        path = self.folder / "list.csv"
        path.write_text(text.getvalue())
        return self.run("randomize", "load", str(path))

    @property
    def database(self) -> Database:
        return open_database(self.url)

    def texts(self, subject: str) -> dict[str, str]:
        stored = load(self.database, rand_of(subject))
        assert stored is not None
        return dict(stored.record.texts)


@pytest.fixture
def here(tmp_path: Path) -> Study:
    """The first subject is randomized: R-001, placebo."""
    study = Study(tmp_path, "here")
    press_button(app_over(study.url), FIRST)
    return study


def faults(database: Database) -> set[str]:
    report = audit_database(database)
    return {item.finding.code for item in report.findings} - {"head-unsigned"}


@pytest.mark.parametrize("more", [(), ("--as", "redcap")])
def test_an_arm_comes_in_by_its_allocation_only(
    here: Study, tmp_path: Path, more: tuple[str, ...]
) -> None:
    there = Study(tmp_path, "there")
    app_over(there.url)
    answer(here.database, rand_of(FIRST), sex="M")
    source = here.export(*more)

    for dry in (("--dry-run",), ()):
        ran = there.run("import", source, *dry)
        assert ran.exit_code == 1, ran.output
        assert "arm is PLACEBO there, and nothing by the randomization" in ran.output
        assert "randno is R-001 there" in ran.output
    assert there.texts(FIRST) == {"sex": "M"}

    # What its own list gives it stays, and only what agrees with that is silent.
    app = served(there.url)
    press_button(app, SECOND)
    press_button(app, FIRST)
    assert there.texts(FIRST)["randno"] == "R-003"
    ran = there.run("import", source)
    assert "randno is R-001 there, and R-003 by" in ran.output
    assert "arm is PLACEBO there, and VERUM by" in ran.output
    assert there.texts(FIRST)["arm"] == "VERUM"
    assert there.texts(SECOND)["randno"] == "R-001"
    assert there.run("import", there.export()).exit_code == 0


def test_who_was_randomized_elsewhere_keeps_the_entry(
    here: Study, tmp_path: Path
) -> None:
    there = Study(tmp_path, "there")
    assert there.run("import", here.export()).exit_code == 0
    swapped = [(*row[:3], "VERUM") for row in WHOLE]
    wrong = there.load_list(swapped)
    assert (wrong.exit_code, "list.csv:2:1" in wrong.output) == (1, True), wrong.output
    assert "01-001 has the number R-001 already, and its form has another arm" in (
        wrong.output
    )
    assert "No randomization list" in there.run("randomize", "status").output

    right = there.load_list()
    assert "1 of them were given to subjects before" in right.output
    original = allocation_of(here.database, FIRST)
    assert allocation_of(there.database, FIRST) == original
    counted = there.run("randomize", "status").output
    assert "01;F: 1 of 2 used, 1 left" in counted
    add_person(there.database, "nora", "nurse")
    press_button(served(there.url), SECOND, username="nora")
    assert there.texts(SECOND)["randno"] == "R-002"
    assert faults(there.database) == set()
    assert not [e for e in find_events(there.database) if "PLACEBO" in e.line]


def test_a_list_that_is_there_first_has_to_fit(here: Study, tmp_path: Path) -> None:
    package = here.export()
    for name, rows, fits in (
        ("fits", WHOLE, True),
        ("other", [(row[0], "02", *row[2:]) for row in WHOLE], False),
    ):
        there = Study(tmp_path, name)
        served(there.url)
        assert there.load_list(rows).exit_code == 0
        ran = there.run("import", package)
        assert ran.exit_code == (0 if fits else 2), ran.output
        assert (allocation_of(there.database, FIRST) is not None) is fits
        assert (load(there.database, rand_of(FIRST)) is not None) is fits
        assert (
            "its site is 01, and the entry is of another site" in ran.output
        ) is not (fits)
