"""Style and scripts, served by us from the packages that ship them.

A script is sent together with the modules that it imports, as one file.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from urllib.parse import quote

import brotli
from flask import Blueprint, Response, abort, request

from generator.browser.modules import join_modules
from webapp.security.access import EVERYONE, allow

bp = Blueprint("assets", __name__)

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
FOLDERS: tuple[Traversable, ...] = (
    files("webapp") / "static",
    files("generator.browser") / "static",
)
COMMENT = re.compile(rb"^[ ]*(?:/\*(?:[^*]|\*(?!/))*\*/|//[^\n]*)\n", re.MULTILINE)
ENCODINGS: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType(
    {
        "br": brotli.compress,
        "gzip": lambda content: gzip.compress(content, mtime=0),
        "identity": lambda content: content,
    }
)
"""How an asset may be sent, the smallest first."""
A_YEAR = "public, max-age=31536000, immutable"


@cache
def _found(name: str) -> tuple[bytes, str] | None:
    """The bytes of an asset and their short hash."""
    content = _read(name)
    if content is None:
        return None

    if name.endswith(".js"):
        content = _without_comments(join_modules([name], _module).encode())

    return content, hashlib.sha256(content).hexdigest()[:12]


def _module(name: str) -> str:
    content = _read(name)
    if content is None:
        raise KeyError(name)
    return content.decode()


def _read(name: str) -> bytes | None:
    for folder in FOLDERS:
        asset = folder / name
        if asset.is_file():
            return asset.read_bytes()

    return None


def _without_comments(script: bytes) -> bytes:
    """A script without its comments, which stand on lines of their own.

    No text of a script spans lines.
    """
    return COMMENT.sub(b"", script)


@cache
def _encoded(name: str, encoding: str) -> bytes:
    """An asset as it is sent, compressed as far as it goes, once."""
    result = _found(name)
    return ENCODINGS[encoding](result[0]) if result else b""


def icon_url() -> str:
    """The page's icon within its address, so that it costs no request."""
    return f"data:image/svg+xml,{quote((_read('mark.svg') or b'').strip())}"


def asset_url(name: str) -> str:
    """The address of an asset; it changes with the content, so that browsers may keep
    it.
    """
    result = _found(name)
    return f"/assets/{name}?v={result[1]}" if result else f"/assets/{name}"


@bp.get("/assets/<name>")
@allow(EVERYONE)
def asset(name: str) -> Response:
    result, kind = _found(name), TYPES.get(name.rpartition(".")[2])
    if result is None or kind is None:
        abort(404)

    encoding = request.accept_encodings.best_match(ENCODINGS, default="identity")
    response = Response(_encoded(name, encoding), content_type=kind)
    response.vary.add("Accept-Encoding")
    if encoding != "identity":
        response.content_encoding = encoding

    # An address with another hash may be kept too, but asks whether it is still good.
    _, short_hash = result
    is_current = request.args.get("v") == short_hash
    response.set_etag(f"{short_hash}-{encoding}")
    response.headers["Cache-Control"] = A_YEAR if is_current else "no-cache"
    response.make_conditional(request)

    return response
