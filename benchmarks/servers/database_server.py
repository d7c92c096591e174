"""A PostgreSQL of the benchmark's own, that can be killed and started again."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import SubprocessError

import psutil
from sqlalchemy.exc import OperationalError

from benchmarks.servers.web_server import COMES_UP_IN, NotBack
from tests.webapp.postgresql import named, run_statements, started

STUDY = "study"


class DatabaseServer:
    """PostgreSQL with all that makes a commit durable, as it is installed."""

    def __init__(self, folder: Path) -> None:
        self._server = started(folder)
        run_statements(self._server.get_uri(), f"CREATE DATABASE {STUDY}")

    @property
    def url(self) -> str:
        """The address of the study's database; it stays the same after a kill."""
        return named(self._server.get_uri(), STUDY)

    def processes(self) -> Sequence[psutil.Process]:
        """The postmaster and everything that it started, by their process numbers."""
        with suppress(psutil.NoSuchProcess):
            postmaster = psutil.Process(self._server.get_pid())
            return [postmaster, *postmaster.children(recursive=True)]
        return []

    def kill(self) -> None:
        """SIGKILL for all of them, as when the machine takes them away."""
        every = self.processes()
        for process in every:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(every, timeout=COMES_UP_IN)

    def kill_backend(self, chance: random.Random) -> None:
        """SIGKILL for one that serves the study: PostgreSQL then ends all the others,
        and recovers by itself.
        """
        _, *backends = self.processes()
        serving = [process for process in backends if _serves(process)]
        if serving:
            with suppress(psutil.NoSuchProcess):
                chance.choice(serving).send_signal(signal.SIGKILL)

    def start_again(self) -> None:
        """Until it answers; does nothing more where it still runs."""
        until = time.monotonic() + COMES_UP_IN
        while time.monotonic() < until:
            # It is given ten seconds to recover, which a busy machine may not keep.
            with suppress(SubprocessError, OperationalError, AssertionError):
                self._server.ensure_postgres_running()
                run_statements(self._server.get_uri(), "SELECT 1", database=STUDY)
                return
            time.sleep(0.05)
        raise NotBack("PostgreSQL did not come back")

    def stop(self) -> None:
        self._server.cleanup()


def _serves(process: psutil.Process) -> bool:
    """Whether it answers a connection to the study; its title says so."""
    with suppress(psutil.NoSuchProcess):
        return f" {STUDY} " in " ".join(process.cmdline())
    return False
