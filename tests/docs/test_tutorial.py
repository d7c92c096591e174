"""The tutorial is followed word by word: files written, commands run, tables typed into
the pages.
"""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page

from forms_spec import load_study
from generator.dictionary.folder import read_dictionary
from tests.docs.fences import blocks, commands, matches
from webapp.commands import main

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"
TABLE = re.compile(
    r"^\| ([^|]+), ([^|]+) \| type \|\n\|[-|]+\|\n((?:\|.*\|\n)+)", re.MULTILINE
)
ROW = re.compile(r"^\| (.+?) \| `(.+?)` \|$", re.MULTILINE)
COMMAND = "crfsmith "
COLUMNS = "120"
"""The width of the newcomer's terminal."""
SERVERS = ("crfsmith serve", "crfsmith preview")
PORTS = re.compile(r"(?<=127\.0\.0\.1:)\d+")


@dataclass
class Newcomer:
    """Somebody with a folder, a terminal, and a browser."""

    folder: Path
    browser: Browser
    servers: list[subprocess.Popen[str]] = field(default_factory=list)
    address: str = ""
    password: str = ""
    page: Page | None = None

    def write(self, text: str) -> None:
        name = re.match(r"# (\S+)\n", text)
        assert name is not None, "a file of the tutorial begins with its name"
        file = self.folder / name[1]
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def run(self, line: str) -> str:
        """What a command says. One of crfsmith that ends by itself runs in this
        process: starting Python for each takes longer than all of them together. The
        servers and the commands of the shell are processes.
        """
        if line.startswith(SERVERS):
            return self.serve(line)
        if line.startswith(COMMAND):
            words = shlex.split(line.removeprefix(COMMAND))
            with chdir(self.folder):
                done = CliRunner().invoke(main, words, env={"COLUMNS": COLUMNS})
            assert isinstance(done.exception, SystemExit | None), done.exception
            return done.stdout + done.stderr
        ran = subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        return ran.stdout + ran.stderr

    def serve(self, line: str) -> str:
        """Starts a server on a free port, in place of the one before it, and reads what
        it says first.
        """
        self.stop()
        out = self.folder / "server.log"
        with out.open("w") as log:
            started = subprocess.Popen(
                ["bash", "-c", f"exec {line} --port {free_port()}"],
                cwd=self.folder,
                env=environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )
        self.servers.append(started)
        said = self.wait_for(out, r"http://\S+")
        self.address = said
        text = out.read_text()
        if password := re.search(r"coordinator\s+(\S+)", text):
            self.password = password[1]
        return PORTS.sub("8001" if "preview" in line else "8000", text)

    def wait_for(self, file: Path, pattern: str) -> str:
        for _ in range(300):
            if found := re.search(pattern, file.read_text()):
                time.sleep(0.3)
                return found[0]
            time.sleep(0.1)
        raise AssertionError(f"the server said only: {file.read_text()}")

    def stop(self) -> None:
        for server in self.servers:
            server.terminate()
            server.wait(10)
        self.servers.clear()

    def enter(self, form: str, visit: str, answers: list[tuple[str, str]]) -> None:
        """Types a table of the tutorial into the form and completes it."""
        study = load_study(read_dictionary(self.folder / "walking").files).study
        assert study is not None
        names = {
            one.title: name
            for name, one in (*study.forms.items(), *study.visits.items())
        }
        page = self.signed_in()
        page.goto(f"{self.address}/subjects/01-001/{names[visit]}/{names[form]}")
        page.locator("#form[data-ready]").wait_for()
        for question, text in answers:
            group = page.get_by_role("group", name=question, exact=True)
            label = re.compile(rf"^{re.escape(question)}( optional)?\s*$")
            box = (
                group.get_by_role("radio").first
                if group.count()
                else page.get_by_label(label)
            )
            box.focus()
            page.keyboard.type(text)
            page.keyboard.press("Tab")
        page.keyboard.press("Control+Enter")
        page.locator("#status", has_text="complete").wait_for()

    def signed_in(self) -> Page:
        if self.page is None:
            self.page = page = self.browser.new_context().new_page()
            page.goto(f"{self.address}/sign-in")
            page.fill("#username", "coordinator")
            page.fill("#password", self.password)
            page.keyboard.press("Enter")
            page.wait_for_url("**/home")
            page.keyboard.press("g")
            page.keyboard.press("s")
            page.wait_for_url("**/subjects")
            page.keyboard.press("n")
            page.wait_for_url("**/subjects/new")
            page.locator(
                "main input:focus"
            ).wait_for()  # the box has the focus once the page is drawn
            page.keyboard.type("01-001")
            page.keyboard.press("Enter")
            page.wait_for_url("**/subjects/01-001")
        return self.page


def environment() -> dict[str, str]:
    here = str(Path(sys.executable).parent)
    return {
        **os.environ,
        "PATH": f"{here}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": COLUMNS,
        "PYTHONUNBUFFERED": "1",
    }


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def steps(text: str) -> Iterator[tuple[int, str, object]]:
    """Everything there is to do in the tutorial, in order: (line, what, its block or
    table).
    """
    found: list[tuple[int, str, object]] = [
        (one.line, one.language, one) for one in blocks(TUTORIAL)
    ]
    for table in TABLE.finditer(text):
        answers = [(question, typed) for question, typed in ROW.findall(table[3])]
        found.append(
            (
                text.count("\n", 0, table.start()) + 1,
                "table",
                (table[1], table[2], answers),
            )
        )
    yield from sorted(found, key=lambda step: step[0])


@pytest.fixture
def newcomer(tmp_path: Path, browser: Browser) -> Iterator[Newcomer]:
    somebody = Newcomer(folder=tmp_path, browser=browser)
    yield somebody
    somebody.stop()


def test_the_tutorial_works_as_it_is_written(newcomer: Newcomer) -> None:
    done = []
    for line, what, step in steps(TUTORIAL.read_text(encoding="utf-8")):
        done.append(what)
        if what == "yaml":
            newcomer.write(step.text)
        elif what == "table":
            newcomer.enter(*step)
        else:
            for command in commands(step):
                output = newcomer.run(command.line)
                assert matches(command.shown, output), (
                    f"line {line}: $ {command.line}\n{output}"
                )
    assert done.count("yaml") == 4
    assert done.count("table") == 3
