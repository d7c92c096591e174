"""First byte of the casebook, the eligibility page and the list, against a static page of the same size.

    python -m benchmarks.lists 8 500 5000

Each number is a study of so many subjects. What is measured is the server's CPU time, in one process: the
median of alternating requests, as a ratio to sending bytes of the same length to somebody who is signed in.
Pages are as they are found between two saves; ``anew`` is the first view after a save.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient

from webapp.access import SIGNED_IN, allow
from webapp.app import create_app
from webapp.demo import PASSWORD, load_demo
from webapp.settings import Settings
from webapp.storage import add_subject, open_database

REPEATS = 25
CASEBOOK = "/subjects/01-012"
PAGES = (CASEBOOK, "/subjects/01-012/eligibility", "/subjects")


def main(sizes: list[int]) -> None:
    """Prints a line for each size and page."""
    for size in sizes:
        for page, ratio, milliseconds in measured(size):
            print(f"{size:6} subjects  {page:32} {ratio:5.1f} x a static page  {milliseconds:6.1f} ms")


def measured(size: int) -> list[tuple[str, float, float]]:
    """By page: the ratio to a static page of the same length, and milliseconds of CPU."""
    with tempfile.TemporaryDirectory() as folder:
        client, lengths = _client(Path(folder), size)
        found = []
        for number, page in enumerate(PAGES):
            lengths[number] = len(client.get(page).data)
            seconds = _alternating(
                lambda page=page: client.get(page), lambda n=number: client.get(f"/static-{n}")
            )
            found.append((page, seconds[0] / seconds[1], seconds[0] * 1000))
        return found


def _client(folder: Path, size: int) -> tuple[FlaskClient, list[int]]:
    url = f"sqlite:///{folder / 'study.sqlite'}"
    database = open_database(url)
    study = load_demo(database)
    for number in range(size - 8):
        add_subject(database, subjid=f"01-{100 + number:03}", site="01", user="coordinator")
    app = create_app(Settings(database=url, study=study, secret_key="benchmark"))
    lengths = [0] * len(PAGES)
    for number in range(len(PAGES)):
        view = allow(SIGNED_IN)(lambda number=number: "x" * lengths[number])
        app.add_url_rule(f"/static-{number}", f"static-{number}", view)
    client = app.test_client()
    page = client.get("/sign-in").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    client.post("/sign-in", data={"csrf_token": token, "username": "coordinator", "password": PASSWORD})
    return client, lengths


def _alternating(*acts: Callable[[], object]) -> list[float]:
    times: list[list[float]] = [[] for _ in acts]
    for act in acts:
        act()
    for _ in range(REPEATS):
        for act, taken in zip(acts, times, strict=True):
            began = time.process_time()
            act()
            taken.append(time.process_time() - began)
    return [statistics.median(taken) for taken in times]


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [8, 500])
