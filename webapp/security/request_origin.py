"""Where the events of pages come from."""

from __future__ import annotations

from flask import has_request_context, request


def request_origin() -> str:
    """The address that asked, as the server or its proxy gives it."""
    if not has_request_context():
        return "server"
    return f"page, {request.remote_addr or 'unknown address'}"
