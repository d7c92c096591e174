"""Pages, saves and commands of this checkout beside those of another one.

``python -m benchmarks.beside CHECKOUT`` opens and saves forms of the demo in both, turn
about, and runs ``check`` and ``convert`` on each one's own Cellkine dictionary. It
prints CPU seconds and their ratios.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.startup import HERE, ROUNDS, compare, compile_modules

DICTIONARY = "data_dictionary/cellkine"

# Runs in either checkout, so it uses only what both have.
_WORK = """
import json, sys, time
from tests.webapp import pages

FORMS = ("/subjects/01-001/SCR/vs", "/subjects/01-001/SCR/lbc", "/subjects/01-001/LOG/cm")
TIMES = 40
pages.filled(sys.argv[1]).close()
client = pages.app_over(sys.argv[1]).test_client()
pages.sign_in(client)

def opened(address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.status
    return answer.text

def save(number):
    address = f"/subjects/{pages.NEW}/SCR/vs"
    data = dict(pages.inputs(opened(address)))
    data.update({"f-vsperf": "Y", "f-pulse_vsorres": str(60 + number % 2), "action": "draft"})
    start = time.process_time()
    answer = client.post(address, data=data)
    assert answer.status_code == 303, answer.status
    return time.process_time() - start

for address in FORMS:
    opened(address)
for number in range(5):
    save(number)

start = time.process_time()
for _ in range(TIMES):
    for address in FORMS:
        opened(address)
page = (time.process_time() - start) / TIMES / len(FORMS)
saves = sorted(save(number) for number in range(TIMES))
print(json.dumps({"page": page, "save": saves[TIMES // 2]}))
"""


def main(other: Path) -> None:
    """Prints medians over the rounds, and this checkout's as a multiple of the other's."""
    checkouts = [HERE, other.resolve()]
    compile_modules(*checkouts)
    taken: dict[Path, list[dict[str, float]]] = {checkout: [] for checkout in checkouts}
    for _ in range(ROUNDS):
        for checkout in checkouts:
            taken[checkout].append(_work(checkout))

    for action in ("page", "save"):
        here, there = (
            statistics.median(round_[action] for round_ in taken[checkout])
            for checkout in checkouts
        )
        print(
            f"{action}: {here * 1000:.2f} CPU ms, {there * 1000:.2f} in the other "
            f"checkout: {here / there:.2f} x"
        )

    compare(["check", DICTIONARY], other)
    with tempfile.TemporaryDirectory() as folder:
        compare(
            ["convert", DICTIONARY, "--to", "redcap", "--out", f"{folder}/a.csv"], other
        )


def _work(checkout: Path) -> dict[str, float]:
    """CPU seconds of one page and one save, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", _WORK, f"sqlite:///{folder}/study.sqlite"],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONPATH": str(checkout)},
            cwd=checkout,
        )

    measured: dict[str, float] = json.loads(done.stdout)
    return measured


if __name__ == "__main__":
    main(Path(sys.argv[1]))
