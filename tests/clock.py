"""Runs what could hang on the clock at awkward moments: ``python -m tests.clock``.

The clock of every process is moved by libfaketime (Debian's package ``faketime``).
Browsers keep the real clock, which their pages do not ask. Not part of the suite, which
runs at one moment.

A file of tests takes part when its text has a word of the clock (``CLOCK``), or runs a
command (``COMMAND``): commands take the day from the machine. Pages, documents and
commands can ask for the time; ``forms_spec`` and ``generator`` cannot, the import
contracts keep the clock from them. Of a test with many cases each moment takes another:
cases differ in their data, not in the clock.

    python -m tests.clock                                  every moment
    python -m tests.clock --day 2028-02-29 --time 23:59    one
    python -m tests.clock --tests tests/webapp             other tests, all of them

Exit code 1 when a test failed at any moment, 2 when the clock cannot be moved.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest

ZONE: Final = "America/New_York"
"""The time zone of the demo study, and of the machine while its tests run."""
DAYS: Final = ("2026-12-31", "2027-02-28", "2028-02-29", "2027-03-14", "2027-11-07")
"""The last of a year, of February in both kinds of year, and both changes of daylight
saving time.
"""
TIMES: Final = ("00:30", "09:59", "13:00", "23:59")
ROOMS: Final = ("tests/webapp", "tests/browser", "tests/docs")
"""Where the product may ask for the time."""
CLOCK: Final = re.compile(
    r"\b(today|datetime|timedelta|zone|clock|saved_at|due|utc|sessions?(?<!=.session))\b",
    re.I,
)
COMMAND: Final = re.compile(r"\b(subprocess|CliRunner|webapp\.commands)\b")
NUMBER: Final = "CRFSMITH_MOMENT"
"""In the environment of a run: which of a test's cases is its turn."""
# Servers of their own that do not start under a moved clock, and kills that take
# minutes.
LEFT_OUT: Final = (
    "--deselect=tests/webapp/test_killed_server.py",
    "-k",
    "not postgresql",
)
LIBRARIES: Final = "/usr/lib"
STARTED_WITH: Final = Path(__file__).parent / "moved_clock"
"""What every Python reads first under a moved clock."""


def main() -> int:
    """Runs the tests at each chosen moment; 0 when all passed."""
    chosen = _options()
    library = next(Path(LIBRARIES).rglob("libfaketimeMT.so.1"), None)
    if library is None:
        print("libfaketime is missing: apt-get install faketime")
        return 2
    failed = [
        moment
        for number, moment in enumerate(moments(chosen.day, chosen.time))
        if _run(moment, library, chosen, number) != 0
    ]
    for moment in failed:
        print(f"FAILED at {moment:%Y-%m-%d %H:%M %Z}")
    return 1 if failed else 0


def moments(days: list[str], times: list[str]) -> Iterator[datetime]:
    """Each day at each time, by the study's clock; each day once before any comes
    again.
    """
    for turn in range(len(times)):
        for number, day in enumerate(days):
            hour = times[(number + turn) % len(times)]
            yield datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=ZoneInfo(ZONE))


def chosen_files() -> list[str]:
    """The files whose tests could hang on the clock, by the rule above."""
    files = (file for room in ROOMS for file in sorted(Path(room).rglob("test_*.py")))
    return [str(file) for file in files if hangs_on_clock(file.read_text("utf-8"))]


def hangs_on_clock(text: str) -> bool:
    return bool(CLOCK.search(text) or COMMAND.search(text))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.clock")
    parser.add_argument("--day", action="append", help="a day, such as 2028-02-29")
    parser.add_argument(
        "--time", action="append", help="a time of the day, such as 23:59"
    )
    parser.add_argument(
        "--tests", nargs="+", help="files or folders of tests, all of whose tests run"
    )
    parser.add_argument("--workers", default="2", help="how many tests run at a time")
    chosen = parser.parse_args()
    chosen.day = chosen.day or list(DAYS)
    chosen.time = chosen.time or list(TIMES)
    return chosen


def _run(
    moment: datetime, library: Path, chosen: argparse.Namespace, number: int
) -> int:
    """One run, in which every process has the same clock: moved by an offset, not
    started anew in each.
    """
    seconds = round((moment - datetime.now(UTC)).total_seconds())
    environment = {
        **os.environ,
        "TZ": ZONE,
        "LD_PRELOAD": str(library),
        "FAKETIME": f"{seconds:+d}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "PYTHONPATH": os.pathsep.join(
            [str(STARTED_WITH), os.environ.get("PYTHONPATH", "")]
        ),
    }
    if not chosen.tests:
        environment[NUMBER] = str(number)
    print(f"At {moment:%Y-%m-%d %H:%M %Z}:", flush=True)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.clock",
        "-n",
        chosen.workers,
        "--dist",
        "loadfile",
        *(chosen.tests or chosen_files()),
        *LEFT_OUT,
    ]
    return subprocess.run(command, env=environment, check=False).returncode


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Of each test with cases leaves the one whose turn it is."""
    number = os.environ.get(NUMBER)
    if number is None:
        return
    taken = set(_one_of_each(items, int(number)))
    config.hook.pytest_deselected(items=[item for item in items if item not in taken])
    items[:] = [item for item in items if item in taken]


def _one_of_each(items: Iterable[pytest.Item], number: int) -> Iterator[pytest.Item]:
    cases: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        cases[item.nodeid.partition("[")[0]].append(item)
    for same in cases.values():
        yield same[number % len(same)]


if __name__ == "__main__":
    sys.exit(main())
