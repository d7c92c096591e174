"""``python -m tests.round_trips N SEED [FOLDER ...]``: the law over N random studies
and over dictionaries.

Each FOLDER holds dictionaries: folders with YAML files, or REDCap data dictionaries
(CSV).
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tests.round_trips.law import check
from tests.round_trips.random_data import Clock, fill
from tests.round_trips.random_studies import MadeStudy, random_study
from tests.round_trips.shared import shared_studies
from webapp.storage import open_database


def studies(
    count: int, seed: int, folders: list[Path]
) -> Iterator[tuple[str, int, MadeStudy]]:
    for folder in folders:
        for name, made in shared_studies(folder):
            yield name, seed, made
    for at in range(count):
        number = seed * 1_000_000 + at
        yield f"study {number}", number, random_study(Random(number))


def main(arguments: list[str]) -> int:
    count, seed = int(arguments[0]), int(arguments[1])
    looked_at = wrong = forms = versions = findings = 0
    start = time.process_time()
    for name, number, made in studies(
        count, seed, [Path(one) for one in arguments[2:]]
    ):
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/here.sqlite"
            database = open_database(url, clock=Clock(Random(number)))
            study = fill(database, made, Random(number))
            database.close()
            outcome = check(url, study, Path(folder))
        looked_at += 1
        wrong += bool(outcome.wrong)
        forms, versions = forms + outcome.forms, versions + outcome.versions
        findings += outcome.findings
        for one in outcome.wrong[:5]:
            print(f"{name}: {one}")
        if not looked_at % 50:
            print(f"{looked_at} studies, {wrong} wrong", flush=True)
    taken = time.process_time() - start
    print(
        f"{looked_at} studies, {forms:,} forms in {versions:,} versions with "
        f"{findings:,} findings:"
        f" {wrong} studies break the law ({taken:.0f} s of CPU)"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
