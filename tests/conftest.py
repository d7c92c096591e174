"""Settings of the whole suite.

With ``CRFSMITH_NO_SKIPS`` set, a skipped test fails the run: what is not run is not
known to work.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from shutil import which
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings

from tests.made_once import make_once
from tests.soak import examples
from webapp.storage import sign_ins, users

if TYPE_CHECKING:
    from playwright.sync_api import Browser

settings.register_profile(
    "crfsmith",
    deadline=None,
    derandomize=True,
    print_blob=True,
    max_examples=examples(25, 100),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("crfsmith")

# A password costs a fifth of a second on purpose, and nearly every test of a page makes
# accounts: here it is hashed as everywhere, in less time. ``test_serve.py`` holds what
# a real server stores to the full cost, which is that of ``users.NOBODY`` too.
users.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
sign_ins.NOBODY = users.HASHER.hash("what is looked at for a name without account")
make_once()

PATIENCE = 30_000
"""Milliseconds that a browser test waits for a state: a machine under load is slow, not
wrong.
"""

FRUGAL = (
    "--no-sandbox",
    # A window that leaves its blank page for the first address keeps its process.
    "--disable-site-isolation-trials",
    "--renderer-process-limit=1",
)
"""Settings with which Chromium starts one process for each window, where two by default
cost a fifth more. Every window keeps storage and cookies of its own.
"""

LONGEST = (
    "tests/generator/validation/cluster/",
    "tests/browser/",
    "tests/acceptance/",
    "tests/docs/test_tutorial.py",
    "tests/generator/editor/test_language_server.py",
    "tests/webapp/test_killed_server.py",
)
"""Folders and files that take longest: begun last, such a file would leave one worker
alone at the end.
"""

RARELY = (50_000, 20, 20)
"""Garbage is looked for after so many new objects: what tests make mostly lives as long
as its test, and looking through it again and again takes a tenth of the time.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; ``make test`` tells xdist to keep this order."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected lives until the end: nothing is gained by looking for garbage
    in it, then or later.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(*RARELY)
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,  # noqa: ARG001
    call: pytest.CallInfo[None],  # noqa: ARG001
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if (
        report.skipped
        and os.environ.get("CRFSMITH_NO_SKIPS")
        and not hasattr(report, "wasxfail")
    ):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may skip: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One real browser for the whole run: Playwright can be started once in a process.

    Chromium without the windows, menus and services around its pages where that is
    installed: the same pages for a third of the time.
    """
    path = which("chromium-headless-shell") or which("chromium")
    if path is None:
        pytest.skip("chromium is not installed")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    # A browser does not start under a moved clock (``python -m tests.clock``), and its
    # pages need none.
    os.environ.pop("LD_PRELOAD", None)
    with sync_playwright() as play:
        launched = play.chromium.launch(executable_path=path, args=FRUGAL)
        yield launched
        launched.close()
