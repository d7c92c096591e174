"""A killed server: what was acknowledged is kept, and nothing is kept in half.

The whole bar is ``python -m benchmarks.kill_soak --kills 200`` for the storage alone,
and ``python -m benchmarks.kill_server --kills 100`` for Waitress, for ``--server
gunicorn`` and for ``--database postgresql --victim database``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest

from benchmarks.kill_soak import FORM, HASH, judge, whole_record
from forms_spec.model.captured_data import Record
from webapp.installation.signing_key import SETTING, made_signer
from webapp.storage import FindingCounts, Status, StoredForm, open_database

ROOT = Path(__file__).parents[2]


SMALL = ("--study", "small")
DATABASE_KILLED = ("--database", "postgresql", "--victim", "database", "--people", "3")
"""All of PostgreSQL first, then one process that serves somebody."""


@pytest.mark.parametrize(
    ("soak", "kills", "more"),
    [
        ("kill_soak", 10, ()),
        ("kill_server", 3, SMALL),
        ("kill_server", 2, SMALL + DATABASE_KILLED),
    ],
)
def test_kills_in_mid_save_lose_nothing(
    soak: str, kills: int, more: tuple[str, ...]
) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{soak}", "--kills", str(kills), *more],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found = json.loads(ran.stdout)
    assert (found["kills"], found["acknowledged and lost"], found["kept in half"]) == (
        kills,
        0,
        0,
    )
    assert found["acknowledged saves"] >= kills


def test_servers_that_start_at_once_sign_with_one_key(tmp_path: Path) -> None:
    """The first one makes the file, and nobody reads a half of it."""
    database = open_database(f"sqlite:///{tmp_path}/study.sqlite")
    setting = {SETTING: str(tmp_path / "key")}
    together = Barrier(8)

    def start() -> str:
        together.wait()
        signer = made_signer(database, setting)
        assert signer
        return signer.key

    with ThreadPoolExecutor(8) as pool:
        started = [pool.submit(start) for _ in range(8)]
        assert len({server.result() for server in started}) == 1
    assert [file.name for file in tmp_path.glob("key*")] == ["key"]
    database.close()


class TestTheSoakItself:
    """It would see a loss."""

    def kept(self, save_id: str, version: int) -> StoredForm:
        return StoredForm(
            key=FORM,
            version=version,
            status=Status.DRAFT,
            record=whole_record(save_id),
            counts=FindingCounts(),
            reason=save_id,
            saved_by="nurse",
            saved_at=datetime(2024, 3, 4, tzinfo=UTC),
            dictionary_hash=HASH,
        )

    def test_all_kept_is_clean(self) -> None:
        found = judge(1, ["a"], [self.kept("a", 1), self.kept("b", 2)], [])
        assert (found.lost, found.broken, found.unacknowledged_kept) == ((), (), 1)

    def test_an_acknowledged_save_that_is_gone(self) -> None:
        assert judge(1, ["a", "b"], [self.kept("a", 1)], []).lost == ("b",)

    def test_a_save_kept_in_half(self) -> None:
        half = replace(self.kept("a", 1), record=Record(texts={"field0": "a 0"}))
        assert judge(1, ["a"], [half], []).broken == ("a",)

    def test_a_version_that_is_missing(self) -> None:
        assert judge(1, [], [self.kept("a", 1), self.kept("c", 3)], []).broken
