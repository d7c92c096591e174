"""What the embedded server takes from whoever connects, before the application is asked.

Waitress reads a request whole before anybody looks at who sent it. So what a stranger may
send is limited here: how much, how slowly, and by how many connections at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask
from itsdangerous import BadSignature
from waitress import create_server  # type: ignore[import-untyped]
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.parser import HTTPRequestParser  # type: ignore[import-untyped]
from werkzeug.http import parse_cookie

from webapp.security.sessions import LONGEST, TOKEN

MOST_CONNECTIONS: Final = 1_000
"""A form page opens six. More connections wait until one of these ends."""
SILENT_SECONDS: Final = 30
"""How long a connection may send nothing in the middle of a request, or keep a place."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyLimits:
    """The largest body of a request, in bytes.

    ``stranger`` holds for requests without a cookie that this server signed, ``person``
    for the others, ``package`` for a package that such a person hands in.
    """

    stranger: int
    person: int
    package: int
    package_path: str


def limited_server(
    app: Flask, limits: BodyLimits, *, host: str, port: int, threads: int
) -> Any:
    """A server of Waitress with these limits; it listens, and runs when it is told to."""
    server = create_server(
        app,
        host=host,
        port=port,
        threads=threads,
        ident=None,
        max_request_body_size=limits.package,
        connection_limit=MOST_CONNECTIONS,
        channel_timeout=SILENT_SECONDS,
        cleanup_interval=SILENT_SECONDS // 3,
        # Without it no more than 1,024 connections can be watched at all.
        asyncore_use_poll=True,
    )
    channel = _limited_channel(app, limits)
    # A host name with two addresses is served by two servers side by side.
    for each in (server, *getattr(server, "map", {}).values()):
        if hasattr(each, "channel_class"):
            each.channel_class = channel

    return server


def _limited_channel(app: Flask, limits: BodyLimits) -> type[HTTPChannel]:
    class LimitedRequest(HTTPRequestParser):  # type: ignore[misc]
        """Knows as soon as the head of a request is there how much may follow."""

        def parse_header(self, header_plus: bytes) -> None:
            super().parse_header(header_plus)
            limit = _limit(app, limits, self.path, self.headers)
            adjustments: Any = copy(self.adj)  # type: ignore[has-type]
            adjustments.max_request_body_size = limit
            self.adj = adjustments

    class LimitedChannel(HTTPChannel):  # type: ignore[misc]
        parser_class = LimitedRequest

    return LimitedChannel


def _limit(
    app: Flask, limits: BodyLimits, path: str, headers: Mapping[str, str]
) -> int:
    if not _is_signed(app, headers.get("COOKIE", "")):
        return limits.stranger
    if path == limits.package_path:
        return limits.package
    return limits.person


def _is_signed(app: Flask, cookies: str) -> bool:
    """Whether a session cookie is one that this server gave to somebody."""
    cookie = parse_cookie(cookies).get(app.config["SESSION_COOKIE_NAME"], "")
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    if not cookie or serializer is None:
        return False

    # Only the signature: the database is not asked before it is known who asks.
    try:
        return TOKEN in serializer.loads(cookie, max_age=LONGEST.total_seconds())
    except BadSignature:
        return False
