"""The law over a few studies by chance, and over Cellkine; ``python -m
tests.round_trips`` has more.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.round_trips.law import check
from tests.round_trips.random_data import Clock, fill
from tests.round_trips.random_studies import random_study
from webapp.demo.demo_study import load_demo
from webapp.storage import open_database


@pytest.mark.parametrize("number", [7, 34, 35, 36])
def test_a_study_by_chance_comes_back_whole(number: int, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/here.sqlite"
    database = open_database(url, clock=Clock(Random(number)))
    study = fill(database, random_study(Random(number)), Random(number))
    database.close()
    outcome = check(url, study, tmp_path)
    assert outcome.wrong == []
    assert outcome.versions
    assert outcome.queries
    assert outcome.acts


def test_the_demo_comes_back_whole(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/here.sqlite"
    database = open_database(url)
    study = load_demo(database)
    database.close()
    assert check(url, study, tmp_path).wrong == []
