"""Kills the real server, or the database below it, in mid-save: what was acknowledged
is kept, whole and once.

    python -m benchmarks.kill_server --kills 50
    python -m benchmarks.kill_server --kills 100 --server gunicorn
    python -m benchmarks.kill_server --kills 100 --database postgresql --victim database

Exit 1 when anything was lost. Several people save at once, each on a form of their own.
Whoever gets no answer sends the same save again, as the page's script does, until it is
acknowledged.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from benchmarks.servers.database_server import DatabaseServer
from benchmarks.servers.person import AWAY, PATIENCE, Answer, Person, hidden
from benchmarks.servers.web_server import KINDS, NotBack, WebServer
from forms_spec import load_study
from webapp import wsgi  # noqa: F401  (loaded once, for every server that is forked)
from webapp.demo.demo_study import PASSWORD, load_demo
from webapp.storage import (
    Database,
    EventKind,
    InstanceKey,
    Role,
    StoredForm,
    add_subject,
    add_user,
    broken_seals,
    find_events,
    history,
    open_database,
    use_dictionary,
)
from webapp.storage.audit.audit_findings import is_sound
from webapp.storage.audit.database_audit import audit_database

NUMBERED = (
    "height_vsorres",
    "weight_vsorres",
    "sysbp_vsorres",
    "diabp_vsorres",
    "pulse_vsorres",
)
SMALL = {
    "study.yaml": """
study: SOAK-01
title: Vital signs alone
short: Soak
date_order: dmy
subject: {pattern: '\\d{2}-\\d{3}', example: 01-900}
sites: {'01': Ghent}
""",
    "visits.yaml": """
visits: {SCR: {title: Screening}}
schedule: {columns: SCR, vs: X}
""",
    "forms/vs.yaml": "form: vs\ntitle: Vital signs\nfields:\n"
    "  vsperf: {label: Were they taken?, type: yes_no}\n"
    + "".join(f"  {name}: {{label: {name}, type: integer}}\n" for name in NUMBERED),
}
"""A dictionary with the same form and nothing beside it: each server that starts reads
its dictionary, and Cellkine's takes it longer than it lives here.
"""
LONGEST_LIFE = 0.25
PAUSE = 0.1
"""Seconds until a save is sent again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KillPlan:
    """What runs, what is killed of it, how often, and how many people save."""

    kills: int
    server: str = "waitress"
    database: str = "sqlite"
    victim: str = "server"
    people: int = 1
    seed: int = 1
    study: str = "cellkine"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """``acknowledged`` numbers were answered with success; every version holds one
    number throughout. ``wrong`` are answers that no person should get, ``unsound`` what
    the audit of the database finds.
    """

    acknowledged: Sequence[int]
    kept: Sequence[StoredForm]
    events: int
    broken_seals: int
    wrong: Sequence[str]
    unsound: Sequence[str]
    refusals: int

    @property
    def counts(self) -> Counter[str]:
        """How many versions hold each number."""
        return Counter(form.record.texts.get(NUMBERED[0], "") for form in self.kept)

    @property
    def lost(self) -> list[int]:
        return [n for n in self.acknowledged if not self.counts[str(n)]]

    @property
    def twice(self) -> list[str]:
        return [number for number, times in self.counts.items() if times > 1]

    @property
    def halves(self) -> list[int]:
        """Versions that do not hold one number throughout."""
        return [
            form.version
            for form in self.kept
            if len({form.record.texts.get(name) for name in NUMBERED}) != 1
        ]

    @property
    def is_clean(self) -> bool:
        wrong = (self.lost, self.twice, self.halves, self.wrong, self.unsound)
        return (
            not any(wrong) and not self.broken_seals and self.events == len(self.kept)
        )


@dataclass(kw_only=True)
class Saver:
    """A person who saves one form again and again. ``pending`` is what was sent and not
    acknowledged yet.
    """

    person: Person
    key: InstanceKey
    numbers: Iterator[int]
    acknowledged: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    refusals: int = 0
    pending: int = 0
    version: int = 0
    token: str = ""
    names: str = ""

    @property
    def address(self) -> str:
        return f"/subjects/{self.key.subject}/{self.key.visit}/{self.key.form}"

    def open_form(self) -> None:
        """Signs in and opens the page, once."""
        self.person.sign_in()
        page = self.person.get(self.address).body
        self.token = hidden(page, "csrf_token")
        self.names = hidden(page, "on")
        self.version = int(hidden(page, "base_version"))

    def save_until(self, stop: threading.Event, first: threading.Event) -> None:
        """Saves until something is in the way or it is enough. What is pending comes
        first, and is sent until it is acknowledged or the server is killed again.
        """
        while self.pending and not stop.is_set():
            if self._send():
                first.set()
            else:
                time.sleep(PAUSE)
        while not stop.is_set():
            self.pending = next(self.numbers)
            if not self._send():
                self._look_at_the_page()
                return
            first.set()

    def insist(self) -> None:
        """Sends what is pending until it is acknowledged; ``NotBack`` if it never is."""
        until = time.monotonic() + PATIENCE
        while self.pending and not self._send():
            if time.monotonic() > until:
                raise NotBack(f"save {self.pending} is not taken: {self.wrong[-1:]}")
            time.sleep(PAUSE)

    def _send(self) -> bool:
        """Sends what is pending; whether it is acknowledged."""
        typed = {f"f-{name}": str(self.pending) for name in NUMBERED}
        boxes = {
            "csrf_token": self.token,
            "base_version": str(self.version),
            "save_id": f"soak-{self.pending}",
            "on": self.names,
            "action": "draft",
            "f-vsperf": "Y",
        }
        try:
            answer = self.person.post(self.address, (boxes | typed).items())
        except AWAY:
            return False
        if answer.status >= 400:
            self._note(answer)
            return False

        self.version += 1
        if answer.content.get("version") != self.version:
            self.wrong.append(f"save {self.pending}: {answer.body[:200]}")
        self.acknowledged.append(self.pending)
        self.pending = 0
        return True

    def _note(self, answer: Answer) -> None:
        """A save that is not taken says why, and what to do."""
        has_words = answer.status == 503 and all(
            word in answer.content for word in ("error", "message", "remedy")
        )
        if has_words:
            self.refusals += 1
        else:
            said = f"save {self.pending}: {answer.status} {answer.body[:200]}"
            self.wrong.append(said)

    def _look_at_the_page(self) -> None:
        """What a person sees who reloads the page meanwhile: the form, or words."""
        try:
            page = self.person.get(self.address)
        except AWAY:
            return
        if page.status not in {200, 503} or "<h1" not in page.body:
            self.wrong.append(f"page: {page.status} {page.body[:200]}")


def soak(folder: Path, plan: KillPlan) -> Found:
    """Starts, saves, kills; at the end reads what is kept."""
    with ExitStack() as stack:
        below: DatabaseServer | None = None
        url = f"sqlite:///{folder}/soak.sqlite"
        if plan.database == "postgresql":
            below = DatabaseServer(folder / "postgresql")
            stack.callback(below.stop)
            url = below.url

        savers = _furnished(url, plan)
        server = WebServer(kind=plan.server, url=url, folder=folder)
        chance = random.Random(plan.seed)
        if below and plan.victim == "database":
            _kill_databases(server, below, savers, chance, plan.kills)
        else:
            _kill_servers(server, savers, chance, plan.kills)
        return _found(url, savers)


def _furnished(url: str, plan: KillPlan) -> list[Saver]:
    """An empty study, and a subject for each person."""
    database = open_database(url)
    if plan.study == "small":
        _enter_small_study(database)
    else:
        load_demo(database, subjects=False)
    numbers, savers = count(1), []
    for place in range(plan.people):
        key = InstanceKey(f"01-{900 + place}", "vs", "SCR")
        add_subject(database, subjid=key.subject, site="01", user="coordinator")
        person = Person("coordinator", PASSWORD)
        savers.append(Saver(person=person, key=key, numbers=numbers))
    database.close()
    return savers


def _enter_small_study(database: Database) -> None:
    study = load_study(SMALL).study
    assert study is not None
    use_dictionary(database, study)
    add_user(
        database,
        username="coordinator",
        name="Cora Coordinator",
        role=Role.COORDINATOR,
        password=PASSWORD,
    )


def _kill_servers(
    server: WebServer, savers: Sequence[Saver], chance: random.Random, kills: int
) -> None:
    """So many lives of a server, and one more in which everybody gets their answer."""
    try:
        for _ in range(kills):
            server.fork()
            with _Saving(savers, server.port) as saving:
                saving.wait(chance)
                server.kill()
        server.fork()
        _answer_everybody(savers, server.port)
    finally:
        server.kill()


def _answer_everybody(savers: Sequence[Saver], port: int) -> None:
    for saver in savers:
        saver.person.port = port
        saver.insist()


def _kill_databases(
    server: WebServer,
    below: DatabaseServer,
    savers: Sequence[Saver],
    chance: random.Random,
    kills: int,
) -> None:
    """One server throughout, whose database is killed again and again: by turns all of
    it, and one of its processes.
    """
    server.fork()
    try:
        for life in range(kills):
            with _Saving(savers, server.port) as saving:
                saving.wait(chance)
                if life % 2:
                    below.kill_backend(chance)
                else:
                    below.kill()
                # Long enough for everybody to learn that it is away.
                time.sleep(PAUSE)
            below.start_again()
        _answer_everybody(savers, server.port)
    finally:
        server.kill()


class _Saving:
    """People who save in threads of their own, for the time of a block."""

    def __init__(self, savers: Sequence[Saver], port: int) -> None:
        self._stop, self._first = threading.Event(), threading.Event()
        self._pool = ThreadPoolExecutor(len(savers))
        for saver in savers:
            saver.person.port = port
            if not saver.token:
                saver.open_form()
        self._running = [
            self._pool.submit(saver.save_until, self._stop, self._first)
            for saver in savers
        ]

    def __enter__(self) -> _Saving:
        return self

    def __exit__(self, *_: object) -> None:
        """Nobody saves any more when the block ends: a server may be forked."""
        self._stop.set()
        self._pool.shutdown()
        for running in self._running:
            running.result()

    def wait(self, chance: random.Random) -> None:
        """Until somebody's first save is acknowledged, and a moment that nobody knows."""
        until = time.monotonic() + PATIENCE
        while not self._first.wait(0.05):
            # PostgreSQL may end everybody's connection a moment after it answered.
            if all(running.done() for running in self._running):
                return
            if time.monotonic() > until:
                raise NotBack("no save was acknowledged")
        time.sleep(chance.uniform(0.01, LONGEST_LIFE))


def _found(url: str, savers: Sequence[Saver]) -> Found:
    database = open_database(url)
    kept = [
        revision.form for saver in savers for revision in history(database, saver.key)
    ]
    audit = audit_database(database)
    saved = find_events(database, kinds=[EventKind.FORM_SAVED], most=len(kept) + 1)
    found = Found(
        acknowledged=[number for saver in savers for number in saver.acknowledged],
        kept=kept,
        events=len(saved),
        broken_seals=len(list(broken_seals(database))),
        wrong=[words for saver in savers for words in saver.wrong],
        unsound=[]
        if is_sound(audit.findings)
        else [item.finding.code for item in audit.findings],
        refusals=sum(saver.refusals for saver in savers),
    )
    database.close()
    return found


def _plan(arguments: list[str] | None) -> KillPlan:
    parser = argparse.ArgumentParser(
        description="Kill a server in mid-save and count what is lost."
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--server", choices=KINDS, default="waitress")
    parser.add_argument(
        "--database", choices=("sqlite", "postgresql"), default="sqlite"
    )
    parser.add_argument("--victim", choices=("server", "database"), default="server")
    parser.add_argument("--study", choices=("cellkine", "small"), default="cellkine")
    parser.add_argument("--people", type=int, help="who save at once (1, otherwise 4)")
    chosen = parser.parse_args(arguments)
    if chosen.victim == "database" and chosen.database == "sqlite":
        parser.error("SQLite has no process of its own to kill: --database postgresql")

    simple = (chosen.server, chosen.database) == ("waitress", "sqlite")
    return KillPlan(**{**vars(chosen), "people": chosen.people or (1 if simple else 4)})


def _report(plan: KillPlan, found: Found, seconds: float) -> Mapping[str, object]:
    return {
        "kills": plan.kills,
        "acknowledged saves": len(found.acknowledged),
        "kept although not acknowledged": len(found.kept) - len(found.acknowledged),
        "acknowledged and lost": len(found.lost),
        "kept in half": len(found.halves) + found.broken_seals,
        "kept more than once": len(found.twice),
        "kept without an event": len(found.kept) - found.events,
        "refused in words": found.refusals,
        "wrong answers": found.wrong,
        "broken seals": found.broken_seals,
        "findings of the audit": found.unsound,
        "people": plan.people,
        "seconds": round(seconds, 1),
    }


def main(arguments: list[str] | None = None) -> int:
    """Runs the soak and prints what it found as JSON."""
    plan = _plan(arguments)
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="crfsmith-soak-") as folder:
        found = soak(Path(folder), plan)
    print(json.dumps(_report(plan, found, time.perf_counter() - begun), indent=2))
    return 0 if found.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
