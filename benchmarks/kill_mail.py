"""Kills ``crfsmith mail`` while it sends: every message arrives, and only one that was
on its way at a kill arrives twice.

    python -m benchmarks.kill_mail --messages 300 --kills 30

Exit 1 when a message is lost, when more arrive twice than processes were killed, or when
the log does not verify. A message that was on its way is left to its process for two
minutes, so the last rounds take so long.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from pathlib import Path
from subprocess import DEVNULL, Popen

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from forms_spec.model.captured_data import Record
from forms_spec.model.roles import AlertKind
from webapp.demo.demo_study import load_demo
from webapp.storage import (
    EventKind,
    EventSearch,
    InstanceKey,
    SaveRequest,
    Status,
    add_subject,
    open_database,
    save,
    search_events,
)
from webapp.storage.alert_outbox import Recipient, alerts_to_queue, queue_mails
from webapp.storage.alerts import NewAlert
from webapp.storage.audit.audit_findings import is_sound
from webapp.storage.audit.database_audit import audit_database

PATIENCE = 240.0
"""Seconds until the last message has to be sent."""
LONGEST_MOMENT = 0.03


@dataclass(kw_only=True)
class Post:
    """What a mail server got: how often each address."""

    got: Counter[str] = field(default_factory=Counter)

    async def handle_DATA(
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        content = envelope.content or b""
        assert isinstance(content, bytes)
        self.got[BytesParser().parsebytes(content)["To"]] += 1
        return "250 OK"


def soak(folder: Path, *, messages: int, kills: int, seed: int) -> Mapping[str, object]:
    """Sends and kills; at the end sends the rest, and reads what arrived."""
    url = f"sqlite:///{folder}/mail.sqlite"
    addresses = [f"person-{number}@example.org" for number in range(messages)]
    _fill_outbox(url, addresses)

    post, chance = Post(), random.Random(seed)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(post, hostname="127.0.0.1", port=port)
    server.start()
    try:
        killed = sum(_send_and_kill(url, port, post, chance) for _ in range(kills))
        _send_the_rest(url, port)
    finally:
        server.stop()

    database = open_database(url)
    audit = audit_database(database)
    mailed = EventSearch(kinds=[EventKind.ALERT_MAILED])
    logged = len(search_events(database, mailed, most=messages + 1))
    database.close()
    return {
        "messages": messages,
        "killed while sending": killed,
        "lost": len(set(addresses) - set(post.got)),
        "arrived twice": sum(number - 1 for number in post.got.values()),
        "said to be sent in the log": logged,
        "log verifies": is_sound(audit.findings),
    }


def _fill_outbox(url: str, addresses: list[str]) -> None:
    """An alert, and a message about it for each address."""
    database = open_database(url)
    study = load_demo(database, subjects=False)
    add_subject(database, subjid="01-900", site="01", user="coordinator")
    alert = NewAlert(kind=AlertKind.ALERT_VALUE, cell="f-sysbp_vsorres", value="230")
    asked = SaveRequest(
        key=InstanceKey("01-900", "vs", "SCR"),
        base_version=0,
        record=Record(texts={"sysbp_vsorres": "230"}),
        status=Status.DRAFT,
        user="coordinator",
        save_id="the save with an alert",
        dictionary_hash=study.hash,
        alerts=(alert,),
    )
    save(database, asked)
    (stored,) = alerts_to_queue(database)
    people = [Recipient(address=address) for address in addresses]
    queue_mails(database, stored.number, people)
    database.close()


def _begin(url: str, port: int) -> Popen[bytes]:
    code = "from webapp.commands import main; main()"
    command = [sys.executable, "-c", code, "mail", "--db", url]
    settings = {
        "CRFSMITH_SMTP": f"smtp://127.0.0.1:{port}",
        "CRFSMITH_MAIL_FROM": "crfsmith@example.org",
    }
    return Popen(command, env={**os.environ, **settings}, stdout=DEVNULL)


def _send_and_kill(url: str, port: int, post: Post, chance: random.Random) -> bool:
    """Kills a process some messages after it began to send, at a moment that nobody
    knows; whether it was still there to be killed.
    """
    enough = post.got.total() + chance.randint(1, 8)
    process = _begin(url, port)
    while post.got.total() < enough and process.poll() is None:
        time.sleep(0.001)
    time.sleep(chance.uniform(0, LONGEST_MOMENT))
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def _send_the_rest(url: str, port: int) -> None:
    until = time.monotonic() + PATIENCE
    while _begin(url, port).wait() != 0:
        if time.monotonic() > until:
            raise RuntimeError("some messages are never sent")
        time.sleep(5)


def main(arguments: list[str] | None = None) -> int:
    """Runs the soak and prints what it found as JSON."""
    parser = argparse.ArgumentParser(description="Kill crfsmith mail while it sends.")
    parser.add_argument("--messages", type=int, default=300)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="crfsmith-mail-") as folder:
        found = soak(Path(folder), **vars(chosen))
    print(json.dumps(found, indent=2))

    killed, twice = found["killed while sending"], found["arrived twice"]
    assert isinstance(killed, int)
    assert isinstance(twice, int)
    is_clean = not found["lost"] and twice <= killed and found["log verifies"]
    return 0 if is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
