"""Scripts and styles: few, small, and kept by browsers as long as they do not change."""

from __future__ import annotations

import gzip
import re
from shutil import copy

import pytest
from flask import Flask
from flask.testing import FlaskClient

from generator.browser.modules import in_order
from tests.webapp.pages import NEW, app_over, filled_once, sign_in
from webapp.presentation.assets import FOLDERS, _without_comments, asset_url

PAGES = (
    "base.js",
    "form.js",
    "lists.js",
    "packages.js",
    "preview.js",
    "preview_form.js",
)


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


@pytest.mark.parametrize("name", PAGES)
def test_a_page_s_script_holds_every_module_that_it_imports(
    client: FlaskClient, name: str
) -> None:
    """Each line of code is there, and nothing of the language of modules is left."""
    whole = client.get(asset_url(name)).text
    lines = {line for line in whole.splitlines() if line.strip()}
    for module in in_order([name], module_text):
        code = _without_comments(module_text(module).encode()).decode()
        own = [line for line in code.splitlines() if line.strip()]
        statements = (is_statement(own, at) for at in range(len(own)))
        first = next(
            (at for at, is_import in enumerate(statements) if not is_import), len(own)
        )
        last = next((at for at, line in enumerate(own) if line[:8] == "export {"), None)
        assert lines.issuperset(own[first:last]), module
    assert not re.search(r"^(import|export)\b", whole, re.MULTILINE)


def is_statement(lines: list[str], at: int) -> bool:
    """Whether a line belongs to the imports at the top of a module."""
    rest = "\n".join(lines[at:])
    return bool(re.match(r'(import\b|  [\w ]+,$|\} from ")', rest, re.MULTILINE))


def module_text(name: str) -> str:
    content = next(folder / name for folder in FOLDERS if (folder / name).is_file())
    return content.read_text("utf-8")


@pytest.mark.parametrize(
    "name", sorted(asset.name for folder in FOLDERS for asset in folder.iterdir())
)
def test_comments_can_be_left_out_of_a_script(name: str) -> None:
    """No text spans lines, so that a line which begins like a comment is one."""
    if not name.endswith(".js"):
        return
    code = _without_comments(module_text(name).encode()).decode()
    assert all(line.count("`") % 2 == 0 for line in code.splitlines())
    assert "/* " not in code


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
