"""The process that judges one package: ``python -m webapp.packages.validation_worker
FOLDER``.

It waits for its turn, and has the package judged by a second process that it ends when
the package takes more time or memory than any should: whoever waits behind it waits no
longer than that.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from webapp.packages.validation_jobs import (
    LOCK,
    ValidationJob,
    lock,
    read_work,
    write_work,
)
from webapp.packages.watched_process import ProcessLimits, watch

TURN = "turn"
SECONDS, STUDY_SECONDS = 120.0, 4 * 3600.0
BYTES_A_SECOND = 50_000
"""How many bytes of a package are given another second of computing."""


def main(folder: Path) -> None:
    """Waits for its turn, judges, and leaves the report in the folder."""
    os.nice(5)  # pages come first
    with lock(folder / LOCK) as mine:
        work = read_work(folder)
        if not mine or work is None or work.finished:
            return
        work.process = os.getpid()
        write_work(folder, work)

        with lock(folder.parent / TURN, wait=True):
            work.state, work.doing = "working", "opening"
            write_work(folder, work)
            why = watch(
                [
                    sys.executable,
                    "-m",
                    "webapp.packages.package_validation",
                    str(folder),
                ],
                _limits(folder, work),
            )
            if why:
                # The report and its formats: whoever only waits and watches does
                # without.
                from webapp.packages.package_validation import give_up

                give_up(folder, why)


def _limits(folder: Path, work: ValidationJob) -> ProcessLimits:
    if work.study:
        return ProcessLimits(seconds=STUDY_SECONDS)
    size = (folder / work.file).stat().st_size
    return ProcessLimits(seconds=SECONDS + size / BYTES_A_SECOND)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
