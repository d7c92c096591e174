"""A process that takes more than it may is ended, with the reason in words."""

from __future__ import annotations

import sys

import pytest

from webapp.packages.watched_process import ProcessLimits, watch

ENDLESS = "while True: pass"
LARGE = "held = bytearray(64 * 2**20)\nwhile True: pass"


def run(program: str, limits: ProcessLimits) -> str | None:
    return watch([sys.executable, "-I", "-S", "-c", program], limits)


def test_a_process_that_ends_by_itself_is_left_alone() -> None:
    assert run("pass", ProcessLimits(seconds=60)) is None


def test_a_process_that_computes_too_long_is_ended() -> None:
    assert run(ENDLESS, ProcessLimits(seconds=0)) in {
        "it took more than 0 seconds of computing",
        "it took more than 0 seconds",
    }


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told by /proc")
def test_a_process_that_takes_too_much_memory_is_ended() -> None:
    assert (
        run(LARGE, ProcessLimits(seconds=60, memory=32 * 2**20))
        == "it took more than 0.0 GB of memory"
    )


def test_a_process_that_fails_takes_its_watcher_with_it() -> None:
    with pytest.raises(SystemExit):
        run("import sys; sys.exit(3)", ProcessLimits(seconds=60))
