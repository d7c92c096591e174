"""Queries from a list of findings: CPU seconds of a dry run, and of opening all of them.

    python -m benchmarks.bulk_queries 500

The list is a report with so many findings, spread over the forms of the demo's subjects.
The same is then done on the page, for the list of forms with open findings of a study
with that many subjects: what one go takes of it.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from benchmarks.lists import copy_subjects, evaluate, sign_in
from webapp.app import create_app
from webapp.commands import main as crfsmith
from webapp.demo.demo_study import load_demo
from webapp.installation.settings import Settings
from webapp.storage import list_subjects, open_database, snapshot

MONITOR = "monitor"
PAGE = "/home/findings/queries"
COUNTS = (500,)


def main(counts: tuple[int, ...] = COUNTS) -> None:
    """Prints the seconds for each number of findings."""
    for count in counts:
        with tempfile.TemporaryDirectory(prefix="crfsmith-") as folder:
            _measure(Path(folder), count)
        with tempfile.TemporaryDirectory(prefix="crfsmith-") as folder:
            _measure_page(Path(folder), count)


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


def _measure_page(folder: Path, subjects: int) -> None:
    """The monitor opens queries from the list on the home page."""
    url = f"sqlite:///{folder}/study.sqlite"
    database = open_database(url)
    app = create_app(
        Settings(database=url, study=load_demo(database), secret_key="benchmark")
    )
    client = app.test_client()
    sign_in(client, MONITOR)
    evaluate(client)
    copy_subjects(database, subjects - len(list_subjects(database)))

    began = time.process_time()
    look = client.get(PAGE)
    dry = time.process_time() - began
    sent = {name: _hidden(look.text, name) for name in ("csrf_token", "seen")}
    opened = client.post(PAGE, data=sent)
    real = time.process_time() - began - dry
    told = re.search(r"[\d,]+ quer\w+ opened", opened.text)
    if told is None:
        raise RuntimeError(opened.text[-500:])
    print(
        f"home page of {subjects:,} subjects: dry run {dry:.2f} s of CPU, "
        f"{told[0]} in {real:.2f} s"
    )
    database.close()


def _hidden(page: str, name: str) -> str:
    """The value of a hidden input of a page."""
    return page.split(f'name="{name}" value="')[1].split('"', maxsplit=1)[0]


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
