"""Waitress and Gunicorn, as ``docs/deployment.md`` starts them, without a proxy.

A server runs in a process group of its own, so that it can be killed with all its
processes, and only them.
"""

from __future__ import annotations

import os
import runpy
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

HOST = "127.0.0.1"
KINDS = ("waitress", "gunicorn")
WORKERS = 4
COMES_UP_IN = 120.0
"""Seconds in which a server has to answer, on a machine that does much else."""


class NotBack(RuntimeError):
    """A server or a database that does not answer any more after a start."""


@dataclass(kw_only=True)
class WebServer:
    """One server over a database. ``folder`` takes its key, its packages and its log."""

    kind: str
    url: str
    folder: Path
    secret: str = field(default_factory=lambda: secrets.token_hex(32))
    port: int = 0
    process: int = 0

    def fork(self) -> None:
        """Starts it from this process, which has loaded its modules: in a part of the
        time. No other thread may run meanwhile.
        """
        self.port = _free_port()
        self.process = os.fork()
        if self.process == 0:
            self._become()
        self._wait()

    def spawn(self) -> None:
        """Starts it as a person would: its memory is its own from the first byte on."""
        self.port = _free_port()
        command = [sys.executable, "-m", self.kind, *self._arguments()]
        with self._log() as log:
            started = subprocess.Popen(
                command,
                env={**os.environ, **self._environment()},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.process = started.pid
        self._wait()

    def kill(self) -> None:
        """SIGKILL for all its processes at once; nothing where none runs any more."""
        if not self.process:
            return
        every = self.processes()
        with suppress(ProcessLookupError):
            os.killpg(self.process, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self.process, 0)
        psutil.wait_procs(every, timeout=COMES_UP_IN)
        self.process = 0

    def processes(self) -> Sequence[psutil.Process]:
        """Its processes that run now."""
        with suppress(psutil.NoSuchProcess):
            parent = psutil.Process(self.process)
            return [parent, *parent.children(recursive=True)]
        return []

    def _environment(self) -> Mapping[str, str]:
        return {
            "CRFSMITH_DATABASE": self.url,
            "CRFSMITH_SECRET_KEY": self.secret,
            "CRFSMITH_PROXIES": "0",
            "CRFSMITH_PACKAGES": str(self.folder / "packages"),
            "CRFSMITH_SIGNING_KEY": str(self.folder / "signing-key"),
        }

    def _arguments(self) -> Sequence[str]:
        if self.kind == "waitress":
            listen = f"--listen={HOST}:{self.port}"
            return [listen, "--threads=16", "--call", "webapp.wsgi:make_app"]

        listen = f"--bind={HOST}:{self.port}"
        workers = [f"--workers={WORKERS}", "--threads=4", "--no-control-socket"]
        return [listen, *workers, "webapp.wsgi:make_app()"]

    def _become(self) -> None:
        """The forked process becomes the server; it never returns."""
        try:
            os.setsid()
            os.environ.update(self._environment())
            with self._log() as log:
                os.dup2(log.fileno(), 1)
                os.dup2(log.fileno(), 2)
            sys.argv = [self.kind, *self._arguments()]
            runpy.run_module(self.kind, run_name="__main__")
        finally:
            os._exit(1)

    def _log(self):  # type: ignore[no-untyped-def]
        return (self.folder / "server.log").open("ab")

    def _wait(self) -> None:
        """Until it takes a connection. One whose first process ended will not."""
        until = time.monotonic() + COMES_UP_IN
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection((HOST, self.port), 1):
                return
            ended, _ = os.waitpid(self.process, os.WNOHANG)
            if ended:
                break
            time.sleep(0.02)
        words = (self.folder / "server.log").read_text("utf-8", "replace")[-2000:]
        raise NotBack(f"{self.kind} did not come up:\n{words}")


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        return int(taken.getsockname()[1])
