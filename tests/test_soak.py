"""The suite's part of many cases has something of everything, and is always the same."""

from __future__ import annotations

import pytest

from tests import soak

CASES = [(kind, number) for kind in "abcde" for number in range(200)]


@pytest.fixture(autouse=True)
def as_in_the_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(soak.IN_FULL, raising=False)


def test_a_part_has_every_kind_however_few_are_wanted() -> None:
    part = soak.some(CASES, 3, of=lambda case: case[0])
    assert [kind for kind, _ in part] == list("abcde")


def test_a_part_is_the_same_in_every_run_and_keeps_its_order() -> None:
    part = soak.some(CASES, 40, of=lambda case: case[0])
    assert part == soak.some(iter(CASES), 40, of=lambda case: case[0])
    assert part == sorted(part)
    assert len(set(part)) == 40


def test_few_cases_are_all_tried() -> None:
    assert soak.some(CASES[:9], 9) == CASES[:9]


def test_the_command_tries_all(monkeypatch: pytest.MonkeyPatch) -> None:
    assert soak.examples(5, 500) == 5
    monkeypatch.setenv(soak.IN_FULL, "1")
    assert soak.some(CASES, 3) == CASES
    assert soak.examples(5, 500) == 500


def test_the_command_runs_every_file_that_tries_a_part() -> None:
    files = soak.chosen_files()
    assert "tests/parity/test_kinds_browser.py" in files
    assert "tests/webapp/test_wsgi.py" not in files
