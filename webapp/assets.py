"""Style and scripts, served by us from the packages that ship them."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from flask import Blueprint, Response, abort, request

from webapp.access import EVERYONE, allow

bp = Blueprint("assets", __name__)

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
FOLDERS: tuple[Traversable, ...] = (files("webapp") / "static", files("generator.browser") / "static")
A_YEAR = "public, max-age=31536000, immutable"


@cache
def _found(name: str) -> tuple[bytes, str] | None:
    """The bytes of an asset and their short hash."""
    for folder in FOLDERS:
        asset = folder / name
        if asset.is_file():
            content = asset.read_bytes()
            return content, hashlib.sha256(content).hexdigest()[:12]
    return None


def asset_url(name: str) -> str:
    """The address of an asset; it changes with the content, so that browsers may keep it."""
    found = _found(name)
    return f"/assets/{name}?v={found[1]}" if found else f"/assets/{name}"


@bp.get("/assets/<name>")
@allow(EVERYONE)
def asset(name: str) -> Response:
    found, kind = _found(name), TYPES.get(name.rpartition(".")[2])
    if found is None or kind is None:
        abort(404)
    response = Response(found[0], content_type=kind)
    response.set_etag(found[1])
    response.headers["Cache-Control"] = A_YEAR if request.args.get("v") == found[1] else "no-cache"
    response.make_conditional(request)
    return response
