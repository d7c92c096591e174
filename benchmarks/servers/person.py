"""Somebody with a browser: a session, pages, and saves as the page's script sends
them.
"""

from __future__ import annotations

import gzip
import http.client
import json
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from benchmarks.servers.web_server import HOST

PATIENCE = 120.0
"""Seconds that a person waits for an answer: a machine under load is slow, not wrong."""
AWAY = (OSError, http.client.HTTPException)
"""What a browser meets when the server is killed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """An answer of the server, with its body as text."""

    status: int
    body: str

    @property
    def content(self) -> dict[str, Any]:
        """The answer to a script."""
        content: dict[str, Any] = json.loads(self.body)
        return content


class Person:
    """A browser of one person. Each request has a connection of its own, as behind a
    proxy.
    """

    def __init__(self, username: str, password: str) -> None:
        self.username = username
        self.port = 0
        self._password = password
        self._cookie = ""

    def sign_in(self) -> None:
        page = self.get("/sign-in")
        signs = [
            ("csrf_token", hidden(page.body, "csrf_token")),
            ("username", self.username),
            ("password", self._password),
        ]
        answer = self._ask("POST", "/sign-in", signs)
        while answer.status == 429:  # few passwords are checked at once
            time.sleep(0.2)
            answer = self._ask("POST", "/sign-in", signs)
        if answer.status != 303:
            raise RuntimeError(f"{self.username} cannot sign in: {answer.status}")

    def get(self, address: str) -> Answer:
        """A page."""
        return self._ask("GET", address)

    def post(self, address: str, typed: Iterable[tuple[str, str]]) -> Answer:
        """What a script sends, which wants no page for an answer."""
        return self._ask("POST", address, list(typed))

    def _ask(
        self, method: str, address: str, typed: list[tuple[str, str]] | None = None
    ) -> Answer:
        headers = {"Cookie": self._cookie, "Accept-Encoding": "gzip"}
        if typed is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if typed is not None and address != "/sign-in":
            headers["Accept"] = "application/json"

        connection = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        try:
            body = None if typed is None else urlencode(typed)
            connection.request(method, address, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()

        for cookie in answer.headers.get_all("Set-Cookie") or ():
            self._cookie = cookie.split(";")[0]
        if answer.headers.get("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        return Answer(status=answer.status, body=content.decode("utf-8"))


def hidden(page: str, name: str) -> str:
    """The text of a hidden box of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    if not found:
        raise RuntimeError(f"no {name} on the page: {page[:300]}")
    return found[1]
