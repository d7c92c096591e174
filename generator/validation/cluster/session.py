"""A session with a cluster, and words for everything that may keep one from starting."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import IO, Any

from generator.heavy_libraries import pyspark

CONNECT_SECONDS = 10
WORKER_SECONDS = 60
_SPARK_URL = re.compile(r"spark://(.+)")
_OTHERS = re.compile(r"(local(\[.+\])?|yarn|k8s://.+)\Z")
_CAUSE = re.compile(r"(\w+\.)*\w+(Error|Exception)\b")
_QUIET = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
}


class NoCluster(Exception):
    """The cluster cannot be used; the text says why and what to do."""


@contextmanager
def session(master: str) -> Iterator[Any]:
    """A Spark session at ``master``: one that runs already, or a new one that is
    stopped again.

    Raises ``NoCluster``.
    """
    spark_session = _pyspark()
    if (running := spark_session.getActiveSession()) is not None:
        yield running
        return

    _java()
    _reachable(master)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)

    with tempfile.TemporaryFile("w+") as log:
        try:
            with _stderr_to(log):
                spark = _builder(spark_session, master).getOrCreate()
        except Exception as error:
            raise NoCluster(
                f"Spark did not start: {_last_words(log) or error}."
            ) from error

        try:
            _has_workers(spark, master)
            yield spark
        finally:
            spark.stop()


def _pyspark() -> Any:
    try:
        return pyspark.sql.SparkSession
    except ImportError as error:
        raise NoCluster(
            "Spark is not installed: pip install 'crfsmith[spark]'."
        ) from error


def _java() -> None:
    home = os.environ.get("JAVA_HOME")
    if home:
        java = which("java", path=str(Path(home) / "bin"))
        where = f"JAVA_HOME is {home}, and there is no java in it"
    else:
        java, where = which("java"), "Java was not found"

    if not java:
        raise NoCluster(
            f"Spark needs Java 17 or newer, and {where}: "
            "apt-get install default-jre-headless, or set JAVA_HOME."
        )


def _reachable(master: str) -> None:
    """Spark itself would try for a minute, and say so in its log."""
    named = _SPARK_URL.fullmatch(master)
    if not named:
        if not _OTHERS.match(master):
            raise NoCluster(
                f'"{master}" is no Spark master: give spark://HOST:7077, yarn, '
                "k8s://URL or local[*]."
            )

        return

    why: object = "no address"

    for address in named[1].split(","):
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host, int(port)), CONNECT_SECONDS).close()
        except (OSError, ValueError, OverflowError) as error:
            why = error
        else:
            return

    raise NoCluster(
        f"No Spark master answers at {master} ({why}). Is it running, and is this "
        "its address?"
    )


def _builder(spark_session: Any, master: str) -> Any:
    builder = spark_session.builder.master(master).appName("crfsmith validate")
    for name, text in _QUIET.items():
        builder = builder.config(name, text)

    if re.match(r"spark://(localhost|127\.0\.0\.1|\[::1\]):", master):
        builder = builder.config("spark.driver.host", "127.0.0.1")

    return builder


@contextmanager
def _stderr_to(log: IO[str]) -> Iterator[None]:
    """Java's standard error, for as long as it runs: it is no place for findings."""
    sys.stderr.flush()
    with contextlib.ExitStack() as stack:
        kept = os.dup(2)
        stack.callback(os.close, kept)
        os.dup2(log.fileno(), 2)
        stack.callback(os.dup2, kept, 2)
        yield


def _last_words(log: IO[str]) -> str:
    log.seek(0)
    lines = [*filter(None, map(str.strip, log))]
    if not lines:
        return ""

    # What Java says after its exception is only where it was.
    causes = [line for line in lines if "Exception" in line or "Error" in line]
    last = causes[-1] if causes else lines[-1]

    return last.rstrip(".")


def _has_workers(spark: Any, master: str) -> None:
    """A cluster without a free worker would keep us waiting for ever."""
    if master.startswith("local"):
        return

    context = spark.sparkContext._jsc.sc()
    until = time.monotonic() + WORKER_SECONDS

    # The driver counts as one.
    while context.getExecutorMemoryStatus().size() < 2:
        if time.monotonic() > until:
            raise NoCluster(
                f"The cluster at {master} gave no worker within {WORKER_SECONDS} s: "
                "it has none, "
                "they are busy, or they have less memory than spark.executor.memory "
                "asks for."
            )

        time.sleep(0.1)


@contextmanager
def explain_failures() -> Iterator[None]:
    """Raises ``NoCluster`` in words for a failure of a worker."""
    try:
        yield
    except NoCluster:
        raise
    except Exception as error:
        if type(error).__module__.split(".")[0] not in {"py4j", "pyspark"}:
            raise
        raise NoCluster(_failure(str(error))) from error


def _failure(text: str) -> str:
    if re.search(r"No module named '(generator|forms_spec)'", text):
        return (
            "The cluster's workers do not have crfsmith. Install the same version on "
            "each, "
            "and let PYSPARK_PYTHON name the Python that has it."
        )

    if result := re.search(
        r"generator\.validation\.cluster\.code_version\.OtherCode: (.+)", text
    ):
        return result[1]

    # The last cause is the worker's own; Java's come before it.
    lines = [line.strip() for line in text.strip().splitlines()]
    causes = [line for line in lines if _CAUSE.match(line)]
    why = causes[-1] if causes else lines[0]

    return f"A worker of the cluster failed: {why[:300]}"
