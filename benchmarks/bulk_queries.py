"""Queries from a list of findings: CPU seconds of a dry run, and of opening all of them.

    python -m benchmarks.bulk_queries 500

The list has so many findings, spread over the forms of the demo's subjects.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from webapp.commands import main as crfsmith
from webapp.demo.demo_study import load_demo
from webapp.storage import open_database, snapshot

MONITOR = "monitor"
COUNTS = (500,)


def main(counts: tuple[int, ...] = COUNTS) -> None:
    """Prints the seconds for each number of findings."""
    for count in counts:
        with tempfile.TemporaryDirectory(prefix="crfsmith-") as folder:
            _measure(Path(folder), count)


def _measure(folder: Path, count: int) -> None:
    url = f"sqlite:///{folder}/study.sqlite"
    database = open_database(url)
    study = load_demo(database)
    with snapshot(database) as state:
        lines = list(islice(_lines(study, state), count))
    database.close()
    report = folder / "findings.json"
    report.write_text(json.dumps({"findings": lines}))

    base = ["queries", "open", str(report), "--db", url, "--as", MONITOR]
    dry = _seconds([*base, "--dry-run"], f"{count:,} queries would be opened")
    real = _seconds(base, f"{count:,} queries opened")
    again = _seconds([*base, "--dry-run"], "0 queries would be opened")
    print(
        f"{count:,} findings: dry run {dry:.2f} s of CPU, opening {real:.2f} s, "
        f"dry run when all are open {again:.2f} s"
    )


def _lines(study: Any, state: Any) -> Iterator[dict[str, Any]]:
    """Findings about one field after the other, each with a code of its own."""
    number = 0
    while True:
        for subject in state.subjects():
            for form in state.newest(subject.subjid):
                table = study.tables.get(form.key.form)
                if table is None or table.group is not None:
                    continue
                number += 1
                field = table.fields[number % len(table.fields)].name
                yield {
                    "code": f"finding-{number}",
                    "table": table.name,
                    "field": field,
                    "message": "This value looks unusual.",
                    "remedy": "Check it against the source.",
                    "key": {
                        "subjid": subject.subjid,
                        "visitid": form.key.visit,
                        "unsno": form.key.unsno,
                    },
                }


def _seconds(words: list[str], expected: str) -> float:
    began = time.process_time()
    result = CliRunner().invoke(crfsmith, words)
    seconds = time.process_time() - began
    if expected not in result.output:
        raise RuntimeError(result.output[-500:])
    return seconds


if __name__ == "__main__":
    main(tuple(int(text) for text in sys.argv[1:]) or COUNTS)
