"""Start-up: CPU seconds of ``crfsmith --help`` and of ``validate`` on the eight
acceptance subjects.

``python -m benchmarks.startup CHECKOUT`` compares with another checkout of the
repository, turn about, and says whether both write the same report. Without one it says
what this checkout takes.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from compileall import compile_dir
from importlib.resources import files
from pathlib import Path

from forms_spec import load_study
from webapp.demo.demo_study import load_demo, read_texts
from webapp.packages.export import export_package
from webapp.storage import open_database

ROUNDS = 5
PACKAGES = ("forms_spec", "generator", "webapp")
HERE = Path(__file__).resolve().parents[1]
_RUN = "import sys; sys.argv[0] = 'crfsmith'; from webapp.commands import main; main()"


def main(other: Path | None = None) -> None:
    """Medians of interleaved rounds, in CPU seconds of whole processes."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "package.zip"
        write(package)
        compare(["--help"], other)
        compare(["validate", str(package)], other)


def write(package: Path) -> None:
    """The eight subjects of the Cellkine study, exported from a database."""
    texts = read_texts(files("data_dictionary") / "cellkine")
    dictionary = {
        name: text for name, text in texts.items() if not name.startswith("subjects/")
    }
    study = load_study(dictionary).study
    assert study is not None
    database = open_database(f"sqlite:///{package.with_suffix('.sqlite')}")
    load_demo(database)
    export_package(database, study, package)
    database.close()


def compile_modules(*checkouts: Path) -> None:
    """Writes the bytecode of all modules, as an installation does.

    Without it, Python would compile every module in every run wherever it is told not
    to write bytecode.
    """
    for checkout in checkouts:
        for package in PACKAGES:
            compile_dir(checkout / package, quiet=1)


def compare(arguments: Sequence[str], other: Path | None) -> None:
    """Prints the medians of this checkout and another for one command."""
    checkouts = [HERE] if other is None else [HERE, other.resolve()]
    compile_modules(*checkouts)
    taken: dict[Path, list[float]] = {checkout: [] for checkout in checkouts}
    reports: dict[Path, bytes] = {}

    for _ in range(ROUNDS):
        for checkout in checkouts:
            seconds, reports[checkout] = _busy(checkout, arguments)
            taken[checkout].append(seconds)
    here = statistics.median(taken[HERE])
    line = f"crfsmith {arguments[0]}: {here:.2f} CPU s"
    if other is not None:
        there = statistics.median(taken[other.resolve()])
        same = "the same" if len(set(reports.values())) == 1 else "ANOTHER"
        line += (
            f", {there:.2f} in the other checkout: {here / there:.2f} x, {same} output"
        )
    print(line)


def _busy(checkout: Path, arguments: Sequence[str]) -> tuple[float, bytes]:
    """The processor's seconds of a command, and what it writes."""
    command = [sys.executable, "-c", _RUN, *arguments]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        env={
            **os.environ,
            "PYTHONPATH": str(checkout),
            "PYTHONDONTWRITEBYTECODE": "",
        },
        cwd=checkout,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stdout.decode() + done.stderr.decode())
    return (
        after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        done.stdout,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
