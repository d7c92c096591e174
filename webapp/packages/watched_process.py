"""A process that is ended when it takes more time or memory than it may."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

LARGEST_MEMORY = 4 * 2**30
WAITING = 10
"""How many times its seconds of computing a process may last, while others use the
machine.
"""
PAUSE = 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class ProcessLimits:
    """Seconds of computing, and bytes of memory."""

    seconds: float
    memory: int = LARGEST_MEMORY


def end_with_watcher() -> None:
    """Called by a watched process: it is killed when its watcher ends in whatever way.

    Linux only.
    """
    if sys.platform == "linux":
        set_signal_at_end_of_parent = 1
        ctypes.CDLL(None).prctl(set_signal_at_end_of_parent, signal.SIGKILL)


def watch(command: Sequence[str], limits: ProcessLimits) -> str | None:
    """Runs a command to its end; says why it was ended before, or None. Exits as it
    does where it fails.

    It is ended as well when this process is asked to end.
    """
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)

    def end(_number: int, _frame: FrameType | None) -> None:
        child.kill()
        sys.exit(1)

    before = signal.signal(signal.SIGTERM, end)

    try:
        why = _until_ended(child, limits)
    finally:
        signal.signal(signal.SIGTERM, before)

    if why is None and child.returncode:
        sys.exit(1)
    return why


def _until_ended(child: subprocess.Popen[bytes], limits: ProcessLimits) -> str | None:
    started = time.monotonic()
    while True:
        try:
            child.wait(PAUSE)
            return None
        except subprocess.TimeoutExpired:
            if why := _excess(child.pid, limits, time.monotonic() - started):
                child.kill()
                child.wait()
                return why


def _excess(process: int, limits: ProcessLimits, lasted: float) -> str | None:
    """What a process has too much of, in words.

    Other systems than Linux only tell how long it lasts.
    """
    if lasted > limits.seconds * WAITING:
        return f"it took more than {limits.seconds * WAITING:,.0f} seconds"
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return None

    computing = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    if computing > limits.seconds:
        return f"it took more than {limits.seconds:,.0f} seconds of computing"
    if pages * os.sysconf("SC_PAGE_SIZE") > limits.memory:
        return f"it took more than {limits.memory / 2**30:,.1f} GB of memory"
    return None
