"""Runs the quick part of the suite at awkward moments: ``python -m tests.clock``.

The clock of every process is moved by libfaketime (Debian's package ``faketime``). Browsers keep the real
clock, which their pages do not ask. Not part of the suite: each moment takes minutes.

    python -m tests.clock                                  every moment
    python -m tests.clock --day 2028-02-29 --time 23:59    one
    python -m tests.clock --tests tests/webapp             other tests

Exit code 1 when a test failed at any moment, 2 when the clock cannot be moved.
"""

from __future__ import annotations

import argparse
import errno
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = "America/New_York"
"""The time zone of the demo study, and of the machine while its tests run."""
DAYS: Final = ("2026-12-31", "2027-02-28", "2028-02-29", "2027-03-14", "2027-11-07")
"""The last of a year, of February in both kinds of year, and both changes of daylight saving time."""
TIMES: Final = ("00:30", "09:59", "13:00", "23:59")
QUICK: Final = ("tests/webapp", "tests/browser", "tests/docs", "tests/forms_spec")
# Servers of their own that do not start under a moved clock, and kills that take minutes.
LEFT_OUT: Final = ("--deselect=tests/webapp/test_killed_server.py", "-k", "not postgresql")
LIBRARIES: Final = "/usr/lib"


def main() -> int:
    """Runs the tests at each chosen moment; 0 when all passed."""
    chosen = _options()
    library = next(Path(LIBRARIES).rglob("libfaketimeMT.so.1"), None)
    if library is None:
        print("libfaketime is missing: apt-get install faketime")
        return 2
    failed = [
        moment for moment in moments(chosen.day, chosen.time) if _run(moment, library, chosen.tests) != 0
    ]
    for moment in failed:
        print(f"FAILED at {moment:%Y-%m-%d %H:%M %Z}")
    return 1 if failed else 0


def moments(days: list[str], times: list[str]) -> Iterator[datetime]:
    """Each day at each time, by the study's clock."""
    for day in days:
        for hour in times:
            yield datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=ZoneInfo(ZONE))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.clock")
    parser.add_argument("--day", action="append", help="a day, such as 2028-02-29")
    parser.add_argument("--time", action="append", help="a time of the day, such as 23:59")
    parser.add_argument("--tests", nargs="+", default=list(QUICK), help="files or folders of tests")
    chosen = parser.parse_args()
    chosen.day = chosen.day or list(DAYS)
    chosen.time = chosen.time or list(TIMES)
    return chosen


def _run(moment: datetime, library: Path, tests: list[str]) -> int:
    """One run, in which every process has the same clock: moved by an offset, not started anew in each."""
    seconds = round((moment - datetime.now(UTC)).total_seconds())
    environment = {
        **os.environ,
        "TZ": ZONE,
        "LD_PRELOAD": str(library),
        "FAKETIME": f"{seconds:+d}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    print(f"At {moment:%Y-%m-%d %H:%M %Z}:", flush=True)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.clock",
        "-n",
        "2",
        "--dist",
        "loadfile",
        *tests,
        *LEFT_OUT,
    ]
    return subprocess.run(command, env=environment, check=False).returncode


def pytest_configure(config: object) -> None:  # noqa: ARG001
    """As a plugin of the runs: libfaketime takes a pause that is over already for an error."""
    pause = time.sleep

    def sleep(seconds: float) -> None:
        try:
            pause(seconds)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise

    time.sleep = sleep


if __name__ == "__main__":
    sys.exit(main())
