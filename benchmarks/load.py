"""Many people who enter forms at once, against one person alone on the same server.

    python -m benchmarks.load --people 50 --minutes 10 --server gunicorn \
        --database postgresql

Each has an account and a subject, and goes from form to form as a page's script does:
the casebook, the form, drafts that save themselves while somebody types, a save, and
the save that completes the form. The server runs in processes of its own; this process
asks for the pages. Exit 1 when an answer was an error.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import cycle, islice
from pathlib import Path

import psutil

from benchmarks.servers.database_server import DatabaseServer
from benchmarks.servers.person import AWAY, Answer, Person
from benchmarks.servers.web_server import KINDS, WORKERS, WebServer
from forms_spec.model.captured_data import Record
from forms_spec.model.captured_forms import CapturedForm
from generator.package.example_subjects import read_subjects
from generator.pages.input_names import FORM_PREFIX, ROWS_PREFIX, row_prefix
from tests.webapp.pages import inputs
from webapp.demo.demo_study import PASSWORD, demo_study, load_demo, read_texts
from webapp.storage import Role, add_subject, add_user, open_database

EXAMPLE = "01-001"
"""The example subject whose answers everybody types."""
SHORTEST, LONGEST = 20.0, 40.0
"""Seconds that somebody takes for a form."""
DRAFTS_AT = (0.4, 0.75)
"""At which parts of that time the form saves itself."""
ALONE_PAUSE = 0.05
Typed = list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Timed:
    """One answer: of a ``page`` or a ``save``, and the seconds until it was whole."""

    kind: str
    seconds: float


@dataclass(kw_only=True)
class Tally:
    """What was answered in one part of a run."""

    timed: list[Timed] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def of(self, kind: str) -> list[float]:
        return [item.seconds for item in self.timed if item.kind == kind]


@dataclass(kw_only=True)
class Clerk:
    """Somebody who types the answers of the example into the forms of a subject."""

    person: Person
    subject: str
    forms: Sequence[CapturedForm]
    chance: random.Random
    number: int = 0

    def work(self, tally: Tally, until: float) -> None:
        """Form after form, at the pace of a person."""
        time.sleep(self.chance.uniform(0, min(LONGEST, until - time.monotonic())))
        for form in self.forms:
            length = self.chance.uniform(SHORTEST, LONGEST)
            if time.monotonic() + length > until:
                return
            self.enter(form, tally, length)

    def enter(self, form: CapturedForm, tally: Tally, length: float) -> None:
        """One form, in so many seconds; those in which nothing is typed are short."""
        begun = time.monotonic()

        def at(part: float) -> None:
            time.sleep(max(ALONE_PAUSE, begun + part * length - time.monotonic()))

        key = form.key
        address = f"/subjects/{self.subject}/{key.visit}/{key.form}"
        self._look(f"/subjects/{self.subject}", tally)
        at(0.1)
        page = self._look(address, tally)
        if page is None or page.status != 200:
            return
        standing = re.search(r'data-standing="([^"]+)"', page.body)
        if standing:
            self._ask(standing[1], tally)

        # The page's script saves what is typed so far, and each save is a new one.
        hidden = dict(inputs(page.body))
        typed = posted(form.record)
        for part in DRAFTS_AT:
            at(part)
            half = typed[: max(1, int(part * len(typed)))]
            self._save(address, hidden, half, "draft", tally)
        at(0.95)
        self._save(address, hidden, typed, "draft", tally)
        at(1)
        self._save(address, hidden, typed, "complete", tally)

    def _look(self, address: str, tally: Tally) -> Answer | None:
        begun = time.perf_counter()
        answer = self._ask(address, tally)
        tally.timed.append(Timed(kind="page", seconds=time.perf_counter() - begun))
        return answer

    def _ask(self, address: str, tally: Tally) -> Answer | None:
        try:
            answer = self.person.get(address)
        except AWAY as error:
            tally.errors.append(f"{address}: {error!r}")
            return None
        if answer.status >= 400:
            tally.errors.append(f"{address}: {answer.status} {answer.body[:100]}")
        return answer

    def _save(
        self,
        address: str,
        hidden: dict[str, str],
        typed: Typed,
        action: str,
        tally: Tally,
    ) -> None:
        self.number += 1
        new = {"save_id": f"{self.subject}-{self.number}", "action": action}
        unchanged = {
            name: text
            for name, text in (hidden | new).items()
            if not name.startswith((FORM_PREFIX, ROWS_PREFIX, "r-"))
        }
        begun = time.perf_counter()
        try:
            answer = self.person.post(address, [*unchanged.items(), *typed])
        except AWAY as error:
            tally.errors.append(f"{action} {address}: {error!r}")
            return
        tally.timed.append(Timed(kind="save", seconds=time.perf_counter() - begun))
        if answer.status >= 400:
            words = f"{action} {address}: {answer.status} {answer.body[:200]}"
            tally.errors.append(words)
            return
        hidden["base_version"] = str(answer.content["version"])


def posted(record: Record) -> Typed:
    """A record as a page posts it."""
    typed = [(FORM_PREFIX + name, text) for name, text in record.texts.items()]
    for group, rows in record.rows.items():
        for row in rows:
            prefix = row_prefix(group, row.number)
            typed.append((ROWS_PREFIX + group, str(row.number)))
            typed += [(prefix + name, text) for name, text in row.texts.items()]
    return typed


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadPlan:
    """Who works for how long, on which server and database."""

    people: int
    minutes: float
    alone: float
    server: str
    database: str
    seed: int


def run(folder: Path, plan: LoadPlan) -> Mapping[str, object]:
    """One person alone, then everybody; what both met, and what the server took."""
    with ExitStack() as stack:
        url = f"sqlite:///{folder}/study.sqlite"
        if plan.database == "postgresql":
            below = DatabaseServer(folder / "postgresql")
            stack.callback(below.stop)
            url = below.url

        server = WebServer(kind=plan.server, url=url, folder=folder)
        first, *clerks = _furnished(url, plan)
        server.spawn()
        stack.callback(server.kill)
        for clerk in (first, *clerks):
            clerk.person.port = server.port
            clerk.person.sign_in()

        _warm_up(server, first)
        alone = _alone(first, plan.alone)
        together, memory, busy = _together(server, clerks, plan.minutes * 60)
        return _report(plan, alone, together, memory, busy)


def _furnished(url: str, plan: LoadPlan) -> list[Clerk]:
    """The demo, and for each person an account and a subject."""
    database = open_database(url)
    load_demo(database)
    forms = _forms()
    clerks = []
    for number in range(plan.people + 1):
        username, subject = f"clerk{number}", f"01-{500 + number}"
        add_user(
            database,
            username=username,
            name=f"Clerk {number}",
            role=Role.COORDINATOR,
            password=PASSWORD,
        )
        add_subject(database, subjid=subject, site="01", user=username)
        # Everybody begins with another form: at each moment all kinds are in work.
        start = number * len(forms) // (plan.people + 1)
        clerks.append(
            Clerk(
                person=Person(username, PASSWORD),
                subject=subject,
                forms=list(islice(cycle(forms), start, start + len(forms))),
                chance=random.Random(plan.seed + number),
            )
        )
    database.close()
    return clerks


def _forms() -> list[CapturedForm]:
    """The forms of the example that anybody opens by an address of their own."""
    folder = files("data_dictionary") / "cellkine" / "subjects"
    examples = read_subjects(read_texts(folder), demo_study())
    return [
        form
        for form in examples.forms
        if form.subject == EXAMPLE and not form.key.unsno and form.record.texts
    ]


def _warm_up(server: WebServer, clerk: Clerk) -> None:
    """Every process has made the template of every form before anything is measured."""
    addresses = [
        f"/subjects/{EXAMPLE}/{form.key.visit}/{form.key.form}"
        for form in {item.key.form: item for item in clerk.forms}.values()
    ]
    workers = WORKERS if server.kind == "gunicorn" else 1
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(clerk.person.get, addresses * 2 * workers))


def _alone(clerk: Clerk, seconds: float) -> Tally:
    """Forms from the whole study, one request after the other."""
    tally = Tally()
    until = time.monotonic() + seconds
    forms = list(clerk.forms)
    clerk.chance.shuffle(forms)
    for form in forms:
        if time.monotonic() > until:
            break
        clerk.enter(form, tally, 0)
    return tally


def _together(
    server: WebServer, clerks: Sequence[Clerk], seconds: float
) -> tuple[Tally, Mapping[str, float], Mapping[str, float]]:
    """Everybody at once: what they met, megabytes of the server, and how busy both
    sides were (seconds of CPU in a second).
    """
    tallies = [Tally() for _ in clerks]
    begun, cpu, ours = time.monotonic(), _cpu(server), time.process_time()
    until = begun + seconds
    threads = [
        threading.Thread(target=clerk.work, args=(tally, until))
        for clerk, tally in zip(clerks, tallies, strict=True)
    ]
    for thread in threads:
        thread.start()

    memory = {"begin": _megabytes(server)}
    time.sleep(seconds / 2)
    memory["middle"] = _megabytes(server)
    for thread in threads:
        thread.join()
    memory["end"] = _megabytes(server)
    taken = time.monotonic() - begun
    busy = {
        "server": round((_cpu(server) - cpu) / taken, 2),
        "people": round((time.process_time() - ours) / taken, 2),
    }
    whole = Tally(
        timed=[item for tally in tallies for item in tally.timed],
        errors=[words for tally in tallies for words in tally.errors],
    )
    return whole, memory, busy


def _megabytes(server: WebServer) -> float:
    """Resident memory of all processes of the server."""
    every = [process.memory_info().rss for process in server.processes()]
    return round(sum(every) / 1e6, 1)


def _cpu(server: WebServer) -> float:
    times = [process.cpu_times() for process in server.processes()]
    return sum(item.user + item.system for item in times)


def _report(
    plan: LoadPlan,
    alone: Tally,
    together: Tally,
    memory: Mapping[str, float],
    busy: Mapping[str, float],
) -> Mapping[str, object]:
    report: dict[str, object] = {
        "server": plan.server,
        "database": plan.database,
        "people": plan.people,
        "minutes": plan.minutes,
    }
    for kind in ("page", "save"):
        unloaded, loaded = _quantiles(alone.of(kind)), _quantiles(together.of(kind))
        ratios = {
            name: round(loaded[name] / unloaded[name], 2)
            for name in ("p50 ms", "p95 ms")
            if unloaded[name]
        }
        report[kind] = {"one person": unloaded, "everybody": loaded, "ratio": ratios}
    errors = alone.errors + together.errors
    report |= {
        "memory in MB": memory,
        "CPU seconds in a second": busy,
        "load of the machine": psutil.getloadavg()[0],
        "errors": len(errors),
        "first errors": errors[:5],
    }
    return report


def _quantiles(seconds: Sequence[float]) -> Mapping[str, float]:
    if len(seconds) < 2:
        return {"answers": len(seconds), "p50 ms": 0, "p95 ms": 0}
    parts = statistics.quantiles(seconds, n=20, method="inclusive")
    return {
        "answers": len(seconds),
        "p50 ms": round(parts[9] * 1000, 1),
        "p95 ms": round(parts[18] * 1000, 1),
    }


def main(arguments: list[str] | None = None) -> int:
    """Runs the load and prints what it found as JSON."""
    parser = argparse.ArgumentParser(
        description="Let many people enter forms at once, and measure the answers."
    )
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument(
        "--alone", type=float, default=60, help="seconds of the one person before"
    )
    parser.add_argument("--server", choices=KINDS, default="waitress")
    parser.add_argument(
        "--database", choices=("sqlite", "postgresql"), default="sqlite"
    )
    parser.add_argument("--seed", type=int, default=1)
    plan = LoadPlan(**vars(parser.parse_args(arguments)))
    with tempfile.TemporaryDirectory(prefix="crfsmith-load-") as folder:
        report = run(Path(folder), plan)
    print(json.dumps(report, indent=2))
    return 1 if report["errors"] else 0


if __name__ == "__main__":
    sys.exit(main())
