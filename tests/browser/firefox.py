"""Debian's Firefox by WebDriver BiDi (W3C), over a websocket: just what tests by
keyboard need.

Playwright drives a Firefox build of its own, which is not the one that people have.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.conftest import PATIENCE

KEYS = {
    "Tab": "\ue004",
    "Enter": "\ue006",
    "Escape": "\ue00c",
    "ArrowDown": "\ue015",
    "Control": "\ue009",
}
PREFERENCES = {
    "app.normandy.enabled": "false",
    "browser.newtabpage.enabled": "false",
    "browser.startup.homepage": '"about:blank"',
    "browser.startup.homepage_override.mstone": '"ignore"',
    "browser.startup.page": "0",
    "datareporting.policy.dataSubmissionEnabled": "false",
    "extensions.enabledScopes": "0",
    "messaging-system.rsexperimentloader.enabled": "false",
    "services.settings.server": '"data:,#remote-settings-dummy/v1"',
    "toolkit.telemetry.unified": "false",
    # One process for pages and none beside it: each start takes half a second.
    "dom.ipc.processCount": "1",
    "dom.ipc.processPrelaunch.enabled": "false",
    "fission.autostart": "false",
    "layers.gpu-process.enabled": "false",
    "media.rdd-process.enabled": "false",
    "media.utility-process.enabled": "false",
    "network.process.enabled": "false",
}


class Firefox:
    """One tab of a running Firefox."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.commands = 0
        self.patience = 2 * PATIENCE / 1000
        """Seconds to wait for an answer: Firefox answers while it still starts."""
        self.ask("session.new", capabilities={})
        self.patience = PATIENCE / 1000
        self.tab: str = self.ask("browsingContext.getTree")["contexts"][0]["context"]

    def ask(self, method: str, **params: Any) -> Any:
        """Sends a command; gives its result, or raises ``RuntimeError`` with what
        Firefox says.
        """
        self.commands += 1
        self.socket.send(
            json.dumps({"id": self.commands, "method": method, "params": params})
        )
        while True:
            answer = json.loads(self.socket.recv(timeout=self.patience))
            if answer.get("id") != self.commands:
                continue
            if answer["type"] == "error":
                raise RuntimeError(f"{method}: {answer['message']}")
            return answer["result"]

    def open(self, address: str) -> None:
        self.ask(
            "browsingContext.navigate", context=self.tab, url=address, wait="complete"
        )

    def read(self, expression: str) -> Any:
        """The value of an expression in the page."""
        asked = f"JSON.stringify({expression}) ?? 'null'"
        found = self.ask(
            "script.evaluate",
            expression=asked,
            target={"context": self.tab},
            awaitPromise=False,
        )
        if found["type"] != "success":
            raise RuntimeError(found["exceptionDetails"]["text"])
        return json.loads(found["result"]["value"])

    def forget(self) -> None:
        """Takes away cookies and all that the page's address keeps."""
        self.ask("storage.deleteCookies")
        self.read("[localStorage.clear(), sessionStorage.clear()]")

    def remember(self, host: str, name: str, value: str) -> None:
        """Gives the browser a cookie of a host."""
        text = {"type": "string", "value": value}
        self.ask(
            "storage.setCookie", cookie={"name": name, "value": text, "domain": host}
        )

    def wait(self, expression: str) -> None:
        """Waits until an expression in the page is true."""
        deadline = monotonic() + PATIENCE / 1000
        while not self.read(f"Boolean({expression})"):
            assert monotonic() < deadline, f"never true: {expression}"
            sleep(0.02)

    def press(self, *keys: str) -> None:
        """Presses keys one after another; ``Control+s`` holds the first."""
        self._act([action for key in keys for action in _strokes(key)])

    def type(self, text: str) -> None:
        self.press(*text)

    def _act(self, actions: list[dict[str, str]]) -> None:
        keyboard = {"type": "key", "id": "keyboard", "actions": actions}
        self.ask("input.performActions", context=self.tab, actions=[keyboard])


def _strokes(key: str) -> Iterator[dict[str, str]]:
    values = [KEYS.get(one, one) for one in (key.split("+") if len(key) > 1 else [key])]
    yield from ({"type": "keyDown", "value": value} for value in values)
    yield from ({"type": "keyUp", "value": value} for value in reversed(values))


@contextmanager
def running(program: str, folder: Path) -> Iterator[Firefox]:
    """Firefox without a window and with a profile of its own."""
    lines = "".join(
        f'user_pref("{name}", {value});\n' for name, value in PREFERENCES.items()
    )
    (folder / "user.js").write_text(lines)
    log = folder / "log.txt"
    command = [
        program,
        "--headless",
        "--no-remote",
        "--profile",
        str(folder),
        "--remote-debugging-port",
        "0",
    ]
    with (
        log.open("w") as written,
        subprocess.Popen(command, stdout=written, stderr=written) as process,
    ):
        try:
            with connect(f"{_address(log)}/session", max_size=None) as socket:
                yield Firefox(socket)
        finally:
            process.terminate()


def _address(log: Path) -> str:
    deadline = monotonic() + 2 * PATIENCE / 1000
    while True:
        found = re.search(r"WebDriver BiDi listening on (ws://\S+)", log.read_text())
        if found:
            return found[1]
        assert monotonic() < deadline, log.read_text()
        sleep(0.05)
