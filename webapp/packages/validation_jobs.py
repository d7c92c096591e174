"""Packages that are being judged, off the request: a folder for each, where its state
and its report lie.

A process of its own does the work (``webapp.packages.validation_worker``), one package
after the other. All that is known stands on disk, so every process of a server sees the
same, and a restarted server goes on where it was stopped. A process that is at work
holds the folder's lock; a folder that nobody holds is taken up again.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

MOST_KEPT = 20
MOST_BYTES = 8 * 2**30
KEPT_FOR = timedelta(days=30)
MOST_TRIES = 2
ARRIVES = timedelta(hours=1)
TOKEN = re.compile(r"[A-Za-z0-9_-]{16}")
DATABASE = "CRFSMITH_DATABASE"

STATE, PACKAGE, LOCK, LOG, SCRATCH = (
    "work.json",
    "package",
    "lock",
    "log.txt",
    "scratch",
)
REPORT, FINDINGS, ANSWERS = "report.html", "findings.csv", "answers.csv"


class NoRoom(Exception):
    """The folder holds as much as it may."""


@dataclass(kw_only=True, slots=True)
class ValidationJob:
    """One package. ``study``: it is made of the study as it is, and kept to be
    downloaded.

    ``state`` is "waiting", "working", "done" or "failed". ``said`` is what to look at
    first, ``more`` how many findings are counted and not listed.
    """

    name: str
    owner: str
    since: str
    study: bool = False
    state: str = "waiting"
    doing: str = "waiting in the queue"
    done: int = 0
    total: int = 0
    tries: int = 0
    process: int = 0
    valid: bool = False
    sentence: str = ""
    said: list[list[str]] = field(default_factory=list)
    more: int = 0
    token: str = ""

    @property
    def file(self) -> str:
        """Where the package lies, under a name by which people know it again."""
        plain = re.sub(r"[^A-Za-z0-9._ -]", "_", self.name).strip(". ") or "package"
        # This one name is that of a folder's own description.
        if "." not in plain or plain == "datapackage.json":
            plain = f"{plain}.zip"
        return f"{PACKAGE}/{plain}"

    @property
    def finished(self) -> bool:
        return self.state in {"done", "failed"}

    @property
    def percent(self) -> int:
        """How much of the present part is done."""
        return min(100, 100 * self.done // self.total) if self.total else 0

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.since)

    @property
    def age(self) -> timedelta:
        return datetime.now(UTC) - self.moment


def read_work(folder: Path) -> ValidationJob | None:
    """What stands in a folder, or None where nothing does (any more)."""
    try:
        loads: dict[str, Any] = json.loads((folder / STATE).read_text("utf-8"))
        return ValidationJob(**{**loads, "token": folder.name})
    except (OSError, ValueError, TypeError):
        return None


def write_work(folder: Path, work: ValidationJob) -> None:
    """Replaces what stands there at once: nobody reads half of it."""
    new = folder / f"{STATE}.new"
    new.write_text(json.dumps(asdict(work)), "utf-8")
    new.replace(folder / STATE)


@contextmanager
def lock(path: Path, *, wait: bool = False) -> Iterator[bool]:
    """Holds a file's lock for a block; tells whether it could be had.

    It ends with the process.
    """
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True


class ValidationJobs:
    """The packages below a folder, newest first for their owner; ``database`` is the
    study's address.
    """

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self._database = database
        self._children: list[subprocess.Popen[bytes]] = []

    def receive(
        self, name: str, owner: str, *, size: int = 0, study: bool = False
    ) -> Path:
        """A new folder for a package of so many bytes, to be started; ``NoRoom`` when
        there is none.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._make_room(owner, size)
        work = ValidationJob(
            name=name, owner=owner, since=datetime.now(UTC).isoformat(), study=study
        )
        folder = self.folder / secrets.token_urlsafe(12)
        (folder / PACKAGE).mkdir(mode=0o700, parents=True)
        write_work(folder, work)

        return folder

    def start(self, folder: Path) -> None:
        """Judges what lies in a folder, in a process of its own."""
        work = read_work(folder)
        if work is None:
            return
        work.tries += 1
        write_work(folder, work)
        self._look_after_children()

        scratch = folder / SCRATCH
        scratch.mkdir(exist_ok=True)

        with (folder / LOG).open("ab") as log:
            child = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "webapp.packages.validation_worker",
                    str(folder),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, DATABASE: self._database, "TMPDIR": str(scratch)},
            )

        self._children.append(child)

    def of(self, owner: str) -> list[ValidationJob]:
        self._look_after_children()
        works = []
        for folder in self._folders():
            work = self.find(folder.name, owner)
            if work:
                works.append(work)

        return sorted(works, key=lambda work: work.since, reverse=True)

    def find(self, token: str, owner: str) -> ValidationJob | None:
        """A person's own work; nobody sees that of another.

        Work that was broken off is taken up again.
        """
        # A token is a part of a path: nothing else may get there.
        if not TOKEN.fullmatch(token):
            return None

        folder = self.folder / token
        work = read_work(folder)
        if work is None or work.owner != owner:
            return None

        if not work.finished and not self._at_work(folder):
            self._take_up(folder)
        return read_work(folder)

    def _take_up(self, folder: Path) -> None:
        """Once more, unless it finished just now, was broken off too often, or never
        arrived whole.
        """
        work = read_work(folder)
        if work is None or work.finished:
            return

        is_arriving = not work.tries and work.age < ARRIVES
        if is_arriving:
            return
        if 0 < work.tries < MOST_TRIES:
            self.start(folder)
        else:
            work.state = "failed"
            write_work(folder, work)

    def file(self, work: ValidationJob, name: str) -> Path | None:
        """A file of a work where there is one."""
        path = self.folder / work.token / name
        return path if path.is_file() else None

    def remove(self, work: ValidationJob) -> None:
        """Stops the work and forgets it."""
        folder = self.folder / work.token
        latest = read_work(folder)
        if latest and latest.process and self._at_work(folder):
            with suppress(ProcessLookupError):
                os.kill(latest.process, signal.SIGTERM)

        # A process that is being stopped may still write.
        for _ in range(3):
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                return

    def _look_after_children(self) -> None:
        """Lets go of those that ended."""
        self._children = [child for child in self._children if child.poll() is None]

    def _at_work(self, folder: Path) -> bool:
        """Whether a process holds the folder, or was started a moment ago and will."""
        self._look_after_children()
        if any(str(folder) in map(str, child.args) for child in self._children):  # type: ignore[arg-type]
            return True
        try:
            with lock(folder / LOCK) as free:
                return not free
        except OSError:
            return False

    def _folders(self) -> list[Path]:
        try:
            return [
                item for item in self.folder.iterdir() if TOKEN.fullmatch(item.name)
            ]
        except OSError:
            return []

    def _make_room(self, owner: str, size: int) -> None:
        """Forgets what is old, then what is oldest, of finished works; ``NoRoom`` when
        that is not enough.
        """
        old = self._finished()
        while old and old[0].age > KEPT_FOR:
            self.remove(old.pop(0))

        # The new one is one of those that an owner may keep.
        mine = [work for work in old if work.owner == owner]
        too_many = max(0, len(mine) - MOST_KEPT + 1)
        for work in mine[:too_many]:
            self.remove(work)
            old.remove(work)

        while self._size() + size > MOST_BYTES and old:
            self.remove(old.pop(0))

        # Half of what is free is left to the study's own database.
        free = shutil.disk_usage(self.folder).free // 2
        taken = self._size()
        if taken + size > min(MOST_BYTES, taken + free):
            raise NoRoom

    def _finished(self) -> list[ValidationJob]:
        """The works that are done or failed, the oldest first."""
        finished = []
        for folder in self._folders():
            work = read_work(folder)
            if work and work.finished:
                finished.append(work)

        return sorted(finished, key=lambda work: work.since)

    def _size(self) -> int:
        total = 0
        for path in self.folder.rglob("*"):
            with suppress(OSError):
                total += path.stat().st_size

        return total
