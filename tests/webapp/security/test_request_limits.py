"""Who connects without having signed in cannot fill the disk or keep others waiting."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.webapp.small_site import app_over, client_of
from webapp.security.request_limits import BodyLimits, limited_server

LIMITS = BodyLimits(
    stranger=1_000, person=5_000, package=20_000, package_path="/packages"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    """A server that runs, and the cookie of somebody who is signed in."""
    folder: Path = tmp_path_factory.mktemp("limits")
    app = app_over(f"sqlite:///{folder}/study.sqlite")
    server = limited_server(app, LIMITS, host="127.0.0.1", port=0, threads=2)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    cookie = client_of(app, "manager").get_cookie("crfsmith")
    assert cookie is not None
    yield server, f"crfsmith={cookie.value}"
    server.close()


def status(server: Any, path: str, length: int, cookie: str = "") -> int:
    """The answer to the head of a post that says how long its body is going to be; the
    body is sent only as far as somebody reads it.
    """
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Content-Type: application/octet-stream\r\nContent-Length: {length}\r\n"
    )
    if cookie:
        head += f"Cookie: {cookie}\r\n"
    with socket.create_connection(("127.0.0.1", server.effective_port)) as connection:
        connection.sendall(head.encode() + b"\r\n")
        if length < 10_000_000:
            connection.sendall(b"x" * length)
        return int(connection.makefile("rb").readline().split()[1])


@pytest.mark.parametrize("path", ["/sign-in", "/packages", "/no-such-page"])
def test_a_stranger_s_long_post_is_refused_before_it_is_sent(
    site: tuple[Any, str], path: str
) -> None:
    server, _ = site
    assert status(server, path, 10_000_000_000) == 413
    assert status(server, path, 900) != 413


def test_a_cookie_that_somebody_made_up_opens_no_larger_post(
    site: tuple[Any, str],
) -> None:
    server, cookie = site
    assert (
        status(server, "/packages", 4_000, "crfsmith=eyJfdXNlcl9pZCI6ICJ4In0.x.y")
        == 413
    )
    assert status(server, "/packages", 4_000, cookie[:-2] + "xx") == 413


def test_who_is_signed_in_sends_more_and_packages_are_larger_still(
    site: tuple[Any, str],
) -> None:
    server, cookie = site
    assert status(server, "/subjects", 4_000, cookie) != 413
    assert status(server, "/subjects", 6_000, cookie) == 413
    assert status(server, "/packages", 6_000, cookie) != 413
    assert status(server, "/packages", 10_000_000_000, cookie) == 413


def test_hundreds_of_half_sent_requests_keep_nobody_waiting(
    site: tuple[Any, str],
) -> None:
    server, _ = site
    with ExitStack() as connections:
        for _ in range(300):
            connection = connections.enter_context(
                socket.create_connection(("127.0.0.1", server.effective_port))
            )
            connection.sendall(b"GET /sign-in HTTP/1.1\r\nHost: loc")

        assert status(server, "/sign-in", 10) < 500
