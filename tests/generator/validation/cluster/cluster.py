"""A real Spark cluster on this machine: a master and a worker with two cores, each a
process of its own.

crfsmith runs in two Python processes beside the worker's executor. A second worker would
add two programs of Java and no other process that runs crfsmith.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyspark

from tests.java import QUICK

HOME = Path(pyspark.__file__).parent
WAIT_SECONDS = 500
QUICK_JAVA = " ".join(QUICK)


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The address of the master.

    Everything is stopped at the end, by the id of its process.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    master = f"spark://127.0.0.1:{port}"
    with ExitStack() as stack:
        stack.enter_context(
            _process(
                folder / "master.log",
                "master.Master",
                "--host",
                "127.0.0.1",
                "--port",
                str(port),
            )
        )
        log = folder / "worker.log"
        words = ("--host", "127.0.0.1", "--cores", "2", "--memory", "1g", "--work-dir")
        stack.enter_context(
            _process(log, "worker.Worker", *words, str(folder / log.stem), master)
        )
        _wait_for(log, r"Successfully registered with master")
        yield master


@contextmanager
def _process(log: Path, name: str, *words: str) -> Iterator[None]:
    settings = {
        "SPARK_HOME": str(HOME),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m",
    }
    with log.open("wb") as file:
        process = subprocess.Popen(
            [
                HOME / "bin" / "spark-class",
                f"org.apache.spark.deploy.{name}",
                "--webui-port",
                "0",
                *words,
            ],
            env={
                **os.environ,
                **settings,
                "JDK_JAVA_OPTIONS": QUICK_JAVA,
                "PYSPARK_PYTHON": sys.executable,
            },
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(WAIT_SECONDS)


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def _wait_for(log: Path, words: str) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not re.search(words, log.read_text(errors="replace") if log.exists() else ""):
        assert time.monotonic() < until, log.read_text(errors="replace")[-2000:]
        time.sleep(0.05)
