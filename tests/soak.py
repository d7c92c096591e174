"""All cases of the laws of which the suite tries some: ``python -m tests.soak``.

The suite is for every change, and has to be quick. Where a law has thousands of cases, or
texts are made up at random, it tries a part that is the same in every run (``some``,
``examples``): something of everything that is registered, and of the rest as many as
there is time for. This command tries all of them.

    python -m tests.soak                      every file that tries a part
    python -m tests.soak tests/parity -k date    other tests; what pytest takes

Exit code 1 when a test failed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from random import Random
from typing import Final, TypeVar

IN_FULL: Final = "CRFSMITH_SOAK"
"""In the environment of a run that tries everything."""
SEED: Final = 20240418
PARTS: Final = ("tests.soak", "@given")
"""A file whose text has one of these tries a part."""

Case = TypeVar("Case")


def in_full() -> bool:
    return bool(os.environ.get(IN_FULL))


def examples(few: int, many: int) -> int:
    """How many examples Hypothesis makes up: ``few`` in the suite, ``many`` here."""
    return many if in_full() else few


def some(
    cases: Iterable[Case],
    count: int,
    *,
    of: Callable[[Case], Hashable] | None = None,
) -> list[Case]:
    """All cases here; in the suite ``count`` of them, drawn with a fixed seed.

    At least one stays of each kind that ``of`` tells, though they be more than
    ``count``. The order of the cases stays.
    """
    every = list(cases)
    if in_full() or len(every) <= count:
        return every

    drawn = Random(SEED).sample(range(len(every)), len(every))
    kept: dict[Hashable, int] = {}
    if of is not None:
        for place in drawn:
            kept.setdefault(of(every[place]), place)
    # The first of each kind come before the others, however many are wanted.
    first = set(kept.values())
    others = [place for place in drawn if place not in first]
    chosen = first.union(others[: max(0, count - len(first))])

    return [every[place] for place in sorted(chosen)]


def chosen_files() -> list[str]:
    """The files of tests that try a part in the suite."""
    return [
        str(file)
        for file in sorted(Path("tests").rglob("test_*.py"))
        if any(word in file.read_text("utf-8") for word in PARTS)
    ]


def main() -> int:
    """Runs the tests with all of their cases; 0 when all passed."""
    asked = sys.argv[1:] or chosen_files()
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", *asked]
    environment = {**os.environ, IN_FULL: "1"}
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
