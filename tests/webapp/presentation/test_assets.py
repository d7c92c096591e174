"""Scripts and styles: few, small, and kept by browsers as long as they do not change."""

from __future__ import annotations

import gzip
import re
from shutil import copy

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.pages import NEW, app_over, filled_once, sign_in
from webapp.presentation.assets import JOINED, _without_comments, asset_url


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Nothing is captured here, so that one server serves every test."""
    path = tmp_path_factory.mktemp("assets") / "study.sqlite"
    copy(filled_once(tmp_path_factory), path)
    return app_over(f"sqlite:///{path}")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    signed_in = app.test_client()
    sign_in(signed_in)
    return signed_in


@pytest.mark.parametrize("name", JOINED)
def test_a_joined_script_holds_each_of_its_parts_in_order(
    client: FlaskClient, name: str
) -> None:
    whole = client.get(asset_url(name)).text
    parts = [client.get(f"/assets/{part}").text for part in JOINED[name]]
    lines = [line for part in parts for line in part.splitlines()]
    code = [line for line in whole.splitlines() if line.strip()]
    kept = iter(line for line in lines if line.strip())
    assert all(line in kept for line in code), "joined in another order"
    assert all(part.rstrip().endswith("})();") for part in parts)


@pytest.mark.parametrize(
    "name", sorted({part for parts in JOINED.values() for part in parts})
)
def test_comments_can_be_left_out_of_a_script(client: FlaskClient, name: str) -> None:
    """No text spans lines, so that a line which begins like a comment is one."""
    script = client.get(f"/assets/{name}").text
    code = _without_comments(script.encode()).decode()
    assert all(line.count("`") % 2 == 0 for line in code.splitlines())
    assert "/* " not in code
    assert code.startswith("(() => {")


def test_an_asset_is_kept_under_its_hash_and_asked_for_without_it(
    client: FlaskClient,
) -> None:
    kept = client.get(asset_url("form.js"))
    assert "immutable" in kept.headers["Cache-Control"]
    assert client.get("/assets/form.js").headers["Cache-Control"] == "no-cache"
    tag = {"If-None-Match": kept.headers["ETag"]}
    assert client.get(asset_url("form.js"), headers=tag).status_code == 304


def test_pages_are_compressed_for_browsers_that_say_so(client: FlaskClient) -> None:
    address = f"/subjects/{NEW}/SCR/vs"
    plain = client.get(address)
    small = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small.headers["Vary"]
    secret = re.compile(r'name="(csrf_token|save_id)" value="[^"]*"')
    assert secret.sub("", gzip.decompress(small.data).decode()) == secret.sub(
        "", plain.text
    )
