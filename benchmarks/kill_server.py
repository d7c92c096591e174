"""Kills the real server in mid-save, over HTTP: what it acknowledged is kept, and
whole.

``python -m benchmarks.kill_server --kills 50``; exit 1 when something was lost. The
server is forked from this warmed process, signed in to like a browser does, and killed
while a save is under way.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlencode

from waitress import create_server

from forms_spec.model.study import Study
from webapp.app import create_app
from webapp.demo.demo_study import PASSWORD, load_demo
from webapp.installation.settings import Settings
from webapp.storage import (
    InstanceKey,
    StoredForm,
    add_subject,
    broken_seals,
    history,
    load,
    open_database,
)

FORM = InstanceKey("01-900", "vs", "SCR")
NUMBERED = (
    "height_vsorres",
    "weight_vsorres",
    "sysbp_vsorres",
    "diabp_vsorres",
    "pulse_vsorres",
)
LONGEST_LIFE = 0.25


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """``acknowledged`` numbers were answered with success; every version holds one
    number throughout.
    """

    acknowledged: tuple[int, ...]
    kept: tuple[StoredForm, ...]
    broken_seals: int

    @property
    def lost(self) -> list[int]:
        kept = {form.record.texts.get(NUMBERED[0]) for form in self.kept}
        return [number for number in self.acknowledged if str(number) not in kept]

    @property
    def halves(self) -> list[int]:
        """Versions that do not hold one number throughout."""
        return [
            form.version
            for form in self.kept
            if len({form.record.texts.get(name) for name in NUMBERED}) != 1
        ]


class Person:
    """Somebody with a browser: a session, and a page's hidden fields."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self.cookie = ""
        token = self._token(self._ask("GET", "/sign-in"))
        signs = {"csrf_token": token, "username": "coordinator", "password": PASSWORD}
        self._ask("POST", "/sign-in", signs)
        self.address = f"/subjects/{FORM.subject}/{FORM.visit}/{FORM.form}"
        page = self._ask("GET", self.address)
        self.token = self._token(page)
        self.version = int(self._hidden(page, "base_version"))
        self.names = self._hidden(page, "on")

    def save(self, number: int) -> None:
        """Types the number into several boxes and saves; raises unless the server
        acknowledges it.
        """
        typed = {f"f-{name}": str(number) for name in NUMBERED} | {"f-vsperf": "Y"}
        hidden = {
            "csrf_token": self.token,
            "base_version": str(self.version),
            "save_id": f"soak-{number}",
            "on": self.names,
            "action": "draft",
        }
        answer = self._ask("POST", self.address, hidden | typed)
        self.version += 1
        if json.loads(answer).get("conflict"):
            raise RuntimeError("a conflict where nobody else saves")

    def _ask(
        self, method: str, address: str, form: dict[str, str] | None = None
    ) -> str:
        headers = {
            "Cookie": self.cookie,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        if form and "on" in form:
            headers["Accept"] = "application/json"
        self.connection.request(
            method, address, urlencode(form) if form else None, headers
        )
        answer = self.connection.getresponse()
        body = answer.read().decode("utf-8")
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            self.cookie = cookie.split(";")[0]
        if answer.status >= 400:
            raise RuntimeError(f"{method} {address}: {answer.status} {body[:200]}")
        return body

    @staticmethod
    def _hidden(page: str, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', page)
        assert found, name
        return found[1]

    def _token(self, page: str) -> str:
        return self._hidden(page, "csrf_token")


def soak(folder: Path, kills: int, *, seed: int = 1) -> Found:
    """Starts, saves, kills; at the end reads what is kept."""
    url = f"sqlite:///{folder}/soak.sqlite"
    database = open_database(url)
    study = load_demo(database)
    add_subject(database, subjid=FORM.subject, site="01", user="coordinator")
    database.close()
    chance, numbers = random.Random(seed), count(1)
    acknowledged: list[int] = []
    for _ in range(kills):
        acknowledged.extend(
            _one_life(url, study, numbers, chance.uniform(0.01, LONGEST_LIFE))
        )
    database = open_database(url)
    assert load(database, FORM) is not None
    kept = tuple(revision.form for revision in history(database, FORM))
    seals = len(list(broken_seals(database)))
    database.close()
    return Found(acknowledged=tuple(acknowledged), kept=kept, broken_seals=seals)


def _one_life(
    url: str, study: Study, numbers: Iterator[int], seconds: float
) -> Iterator[int]:
    """The acknowledged numbers of one server, killed so long after its first save."""
    reader, writer = os.pipe()
    server = os.fork()
    if server == 0:
        _serve(url, study, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        port = int(pipe.readline())
    person = Person(port)
    number = next(numbers)
    person.save(number)
    yield number
    killer = threading.Timer(seconds, os.kill, (server, signal.SIGKILL))
    killer.start()
    with suppress(ConnectionError, http.client.HTTPException):
        while True:
            number = next(numbers)
            person.save(number)
            yield number
    killer.join()
    os.waitpid(server, 0)


def _serve(url: str, study: Study, writer: int) -> NoReturn:
    try:
        app = create_app(Settings(database=url, study=study, secret_key="soak"))
        server = create_server(app, host="127.0.0.1", port=0, threads=4)
        os.write(writer, f"{server.effective_port}\n".encode("ascii"))
        server.run()
    finally:
        os._exit(1)


def main(arguments: list[str] | None = None) -> int:
    """Runs the soak and prints what it found as JSON."""
    parser = argparse.ArgumentParser(
        description="Kill the server in mid-save and count what is lost."
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="crfsmith-soak-") as folder:
        found = soak(Path(folder), chosen.kills, seed=chosen.seed)
    said = {
        "kills": chosen.kills,
        "acknowledged saves": len(found.acknowledged),
        "kept although not acknowledged": len(found.kept) - len(found.acknowledged),
        "acknowledged and lost": len(found.lost),
        "kept in half": len(found.halves) + found.broken_seals,
        "seconds": round(time.perf_counter() - begun, 1),
    }
    print(json.dumps(said, indent=2))
    return 1 if found.lost or found.halves or found.broken_seals else 0


if __name__ == "__main__":
    sys.exit(main())
