"""How long the chain of a log takes to verify: CPU seconds, lines in a second, and the
ratio to hashing the same bytes.

    python -m benchmarks.audit 1000000
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from webapp.storage.audit.chain import verify_lines

EVENTS = 1_000_000


def main(events: int = EVENTS) -> None:
    """The log lies in a file, as in a package."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "events.jsonl"
        with file.open("wb") as out:
            out.writelines(line + b"\n" for line in made_up_lines(events))

        hashing = _seconds(lambda: [sha256(line).hexdigest() for line in _read(file)])
        verifying = _seconds(lambda: _verify(file))
        size = file.stat().st_size / events

    print(f"{events:,} events of {size:.0f} bytes")
    print(f"verified in {verifying:.2f} CPU s, {events / verifying:,.0f} in a second")
    print(f"{verifying / hashing:.2f} x the time of reading and hashing the lines")


def made_up_lines(events: int) -> Iterator[bytes]:
    """A log of saves, each with the details that a save has."""
    before = ""
    for number in range(1, events + 1):
        content = {
            "at": f"2026-03-04T09:00:00.{number % 1_000_000:06}Z",
            "before": before,
            "by": {"name": "Nina Nurse", "role": "coordinator", "username": "nurse"},
            "details": {
                "dictionary": "a" * 64,
                "seal": sha256(b"%d" % number).hexdigest(),
                "status": "complete",
                "version": 1,
            },
            "from": "192.0.2.17",
            "kind": "form-saved",
            "number": number,
            "place": {"form": "vs", "subject": f"01-{number:06}", "visit": "SCR"},
        }
        line = json.dumps(content, separators=(",", ":")).encode()
        before = sha256(line).hexdigest()
        yield line


def _read(file: Path) -> Iterator[bytes]:
    with file.open("rb") as lines:
        for line in lines:
            yield line.rstrip(b"\n")


def _verify(file: Path) -> None:
    report = verify_lines(_read(file))
    if report.fault is not None:
        raise RuntimeError(f"line {report.fault.number}: {report.fault.code}")


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main(int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else EVENTS)
