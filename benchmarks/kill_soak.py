"""Kills a saving process with SIGKILL again and again, and looks for lost or half-kept
saves.

``python -m benchmarks.kill_soak --kills 200``; exit 1 when an acknowledged save was
lost, a save is kept in half, or the database does not open. A warmed parent forks each
victim, so that a kill costs milliseconds and not the start of an interpreter.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

from forms_spec.model.captured_data import Record, Row
from webapp.storage import (
    Conflict,
    Database,
    InstanceKey,
    Role,
    SaveRequest,
    Status,
    StoredForm,
    add_subject,
    add_user,
    broken_seals,
    history,
    load,
    open_database,
    save,
    use_dictionary,
)

HASH = "0" * 64
FORM = InstanceKey("01-001", "vs", "SCR")
FIELDS = 20
LONGEST_LIFE = 0.06


@dataclass(frozen=True, kw_only=True, slots=True)
class Soak:
    """What a soak found; the two lists are empty when nothing was lost."""

    kills: int
    acknowledged: int
    unacknowledged_kept: int
    lost: tuple[str, ...]
    broken: tuple[str, ...]


def soak(folder: Path, kills: int, *, seed: int = 1) -> Soak:
    """Forks, kills after a random time, and compares what was acknowledged with what is
    kept.
    """
    url = f"sqlite:///{folder}/soak.sqlite"
    _furnish(url)
    chance = random.Random(seed)
    acknowledged: list[str] = []
    for life in range(kills):
        acknowledged += _one_life(url, life, chance.uniform(0.005, LONGEST_LIFE))
    database = open_database(url)
    kept = [revision.form for revision in history(database, FORM)]
    broken = [form.reason for form in broken_seals(database)]
    database.close()
    return judge(kills, acknowledged, kept, broken)


def judge(
    kills: int, acknowledged: list[str], kept: list[StoredForm], broken: Iterable[str]
) -> Soak:
    """A save names itself in its reason and in every cell, so that a half of it shows."""
    reasons = {form.reason for form in kept}
    halves = [form.reason for form in kept if form.record != whole_record(form.reason)]
    numbers = [form.version for form in kept]
    gaps = (
        []
        if numbers == list(range(1, len(numbers) + 1))
        else ["version numbers have a gap"]
    )
    return Soak(
        kills=kills,
        acknowledged=len(acknowledged),
        unacknowledged_kept=len(reasons - set(acknowledged)),
        lost=tuple(sorted(set(acknowledged) - reasons)),
        broken=(*halves, *broken, *gaps),
    )


def whole_record(save_id: str) -> Record:
    """A record of twenty fields and three rows that all carry the save's id."""
    texts = {f"field{number}": f"{save_id} {number}" for number in range(FIELDS)}
    rows = tuple(Row(number=number, texts={"cmtrt": save_id}) for number in (1, 2, 3))
    return Record(texts=texts, rows={"cm": rows})


def _furnish(url: str) -> None:
    database = open_database(url)
    add_user(
        database, username="nurse", name="Nurse", role=Role.COORDINATOR, password="soak"
    )
    study = SimpleNamespace(hash=HASH, name="SOAK", files={})
    use_dictionary(database, study)  # type: ignore[arg-type]
    add_subject(database, subjid=FORM.subject, site="01", user="nurse")
    database.close()


def _one_life(url: str, life: int, seconds: float) -> list[str]:
    """One forked saver, killed after so long from its first acknowledged save on."""
    reader, writer = os.pipe()
    victim = os.fork()
    if victim == 0:
        os.close(reader)
        _save_until_killed(url, life, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        first = pipe.readline()
        time.sleep(seconds)
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)
        told = (first + pipe.read()).decode("ascii")
    return [line for line in told.split("\n")[:-1] if line]


def _save_until_killed(url: str, life: int, writer: int) -> NoReturn:
    try:
        database = open_database(url)
        newest = load(database, FORM)
        base = newest.version if newest else 0
        while True:
            save_id = f"life{life}-save{base}"
            _save(database, base, save_id)
            os.write(writer, f"{save_id}\n".encode("ascii"))
            base += 1
    finally:
        os._exit(1)


def _save(database: Database, base: int, save_id: str) -> None:
    request = SaveRequest(
        key=FORM,
        base_version=base,
        record=whole_record(save_id),
        status=Status.DRAFT,
        user="nurse",
        save_id=save_id,
        dictionary_hash=HASH,
        reason=save_id,
    )
    if isinstance(save(database, request), Conflict):
        raise RuntimeError(f"{save_id} met a version that nobody else can have saved")


def main(arguments: list[str] | None = None) -> int:
    """Runs the soak and prints what it found as JSON."""
    parser = argparse.ArgumentParser(
        description="Kill the saver and count what is lost."
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="crfsmith-soak-") as folder:
        found = soak(Path(folder), chosen.kills, seed=chosen.seed)
    print(
        json.dumps(
            {
                "kills": found.kills,
                "acknowledged saves": found.acknowledged,
                "kept although not yet acknowledged": found.unacknowledged_kept,
                "acknowledged and lost": len(found.lost),
                "kept in half": len(found.broken),
            },
            indent=2,
        )
    )
    return 1 if found.lost or found.broken else 0


if __name__ == "__main__":
    sys.exit(main())
