"""Packages that are being judged, off the request: each in its turn, in a thread of its own.

Reports are kept in memory until the server stops, the newest of them only. The uploaded file is gone as
soon as it has been judged.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.package.report import Report

MOST_KEPT = 20


@dataclass(kw_only=True, slots=True)
class Work:
    """One package. ``report`` is None until it is judged; ``failed`` where that was not possible."""

    name: str
    owner: str
    since: datetime
    token: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    doing: str = "waiting"
    done: int = 0
    total: int = 0
    report: Report | None = None
    failed: bool = False

    @property
    def finished(self) -> bool:
        return self.report is not None or self.failed

    @property
    def percent(self) -> int:
        """How much of the present part is done."""
        return 100 * self.done // self.total if self.total else 0

    def tell(self, doing: str, done: int, total: int) -> None:
        """Where the work stands."""
        self.doing, self.done, self.total = doing, done, total


class Works:
    """The packages of one server, newest first for their owner."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, Work] = OrderedDict()
        self._lock = threading.Lock()
        self._hands = ThreadPoolExecutor(max_workers=1, thread_name_prefix="package")

    def start(self, name: str, owner: str, obtain: Callable[[], Path]) -> Work:
        """Judges the package that ``obtain`` gives; it is removed afterwards."""
        work = Work(name=name, owner=owner, since=datetime.now(UTC))
        with self._lock:
            self._held[work.token] = work
            while len(self._held) > MOST_KEPT:
                self._held.popitem(last=False)
        self._hands.submit(_judge, work, obtain)
        return work

    def of(self, owner: str) -> list[Work]:
        with self._lock:
            return [work for work in reversed(self._held.values()) if work.owner == owner]

    def find(self, token: str, owner: str) -> Work | None:
        """A person's own work; nobody sees that of another."""
        with self._lock:
            work = self._held.get(token)
        return work if work and work.owner == owner else None


def _judge(work: Work, obtain: Callable[[], Path]) -> None:
    from dataclasses import replace

    from generator.package.validate import validate_package

    path: Path | None = None
    try:
        path = obtain()
        report = validate_package(path, on_progress=work.tell)
        work.report = replace(report, source=work.name)
    except Exception:
        work.failed = True
        raise
    finally:
        if path is not None:
            path.unlink(missing_ok=True)
