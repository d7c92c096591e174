"""Who may call what: every route says so, and means it."""

from __future__ import annotations

import re
from shutil import copy

import pytest
from flask import Flask

from tests.webapp.pages import app_over, cellkine, filled_once, sign_in
from webapp.demo.demo_study import PASSWORD
from webapp.security.access import EVERYONE, allowed, check_routes, rights_of

ARGUMENTS = {
    "subjid": "01-007",
    "username": "nurse",
    "visit": "SCR",
    "form": "vs",
    "hash_": "0" * 64,
    "name": "crfsmith.css",
    "filename": "x",
    "beginning": "0" * 16,
    "work": "x",
    "number": "1",
}
HOMES = [
    ("coordinator", "/home"),
    ("investigator", "/home"),
    ("monitor", "/home"),
    ("manager", "/home"),
    ("designer", "/dictionary"),
    ("admin", "/accounts"),
]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    path = tmp_path_factory.mktemp("access") / "study.sqlite"
    copy(filled_once(tmp_path_factory), path)
    return app_over(f"sqlite:///{path}")


def addresses(app: Flask) -> list[tuple[str, str, str]]:
    """Every route as (endpoint, method, address)."""
    with app.test_request_context():
        adapter = app.create_url_adapter(None) or app.url_map.bind("localhost")
        return [
            (
                rule.endpoint,
                method,
                adapter.build(rule.endpoint, {k: ARGUMENTS[k] for k in rule.arguments}),
            )
            for rule in app.url_map.iter_rules()
            for method in (rule.methods or set()) & {"GET", "POST"}
        ]


def test_nobody_sees_a_page_without_signing_in(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    for endpoint, method, address in addresses(app):
        answer = app.test_client().open(address, method=method)
        if allowed(app, endpoint) == EVERYONE:
            assert answer.status_code < 500, address
        else:
            asked_to_sign_in = (
                answer.status_code == 401
                or "/sign-in" in answer.headers.get("Location", "")
            )
            assert asked_to_sign_in, f"{method} {address} answered {answer.status_code}"


@pytest.mark.parametrize("username", ["coordinator", "monitor", "designer", "admin"])
def test_a_role_reaches_its_own_pages_and_no_others(app: Flask, username: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    sign_in(client, username)
    app.config["WTF_CSRF_ENABLED"] = False
    role = username
    for endpoint, method, address in sorted(addresses(app)):
        roles = allowed(app, endpoint)
        if endpoint == "sign_in.sign_out" or roles is None or roles == EVERYONE:
            continue
        answer = client.open(address, method=method)
        refused = answer.status_code == 403
        assert refused == roles.isdisjoint(rights_of(cellkine(), role)), (
            f"{method} {address}"
        )


@pytest.mark.parametrize(("username", "home"), HOMES)
def test_everybody_lands_on_a_page_of_their_own(
    app: Flask, username: str, home: str
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    for then in ("", "/", "/accounts" if home != "/accounts" else "/dictionary"):
        data = {"username": username, "password": PASSWORD, "then": then}
        page = app.test_client().post("/sign-in", data=data, follow_redirects=True)
        assert (page.status_code, page.request.path) == (200, home)


def test_a_page_that_was_asked_for_comes_after_signing_in(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    data = {
        "username": "coordinator",
        "password": PASSWORD,
        "then": "/subjects/01-007?x=1",
    }
    assert (
        app.test_client().post("/sign-in", data=data).location == "/subjects/01-007?x=1"
    )


@pytest.mark.parametrize("username", [username for username, _ in HOMES])
def test_every_page_that_is_offered_may_be_opened(app: Flask, username: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    sign_in(client, username)
    offered = set(
        re.findall(r'href="(/[^"#?]*)"', client.get("/", follow_redirects=True).text)
    )
    assert len(offered) >= 2
    for address in offered:
        assert client.get(address, follow_redirects=True).status_code == 200, address


def test_text_kept_from_before_signing_in_shows_nobody_a_form_that_is_not_theirs(
    app: Flask,
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    kept = {
        "kept:on": "pulse_vsorres",
        "kept:f-pulse_vsorres": "72",
        "then": "/subjects/01-007/SCR/vs",
    }
    for username, status in (("coordinator", 400), ("monitor", 403), ("designer", 403)):
        answer = app.test_client().post(
            "/sign-in", data={"username": username, "password": PASSWORD, **kept}
        )
        assert answer.status_code == status
        assert ("sysbp" in answer.text) == (status == 400)


def test_a_route_that_says_nothing_stops_the_server() -> None:
    other = Flask("other", static_folder=None)
    other.add_url_rule("/open", "open", lambda: "")
    with pytest.raises(RuntimeError, match="open"):
        check_routes(other)


def test_a_post_without_its_token_is_refused(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    sign_in(client)
    assert client.post("/subjects/new", data={"subjid": "01-099"}).status_code == 400
    app.config["WTF_CSRF_ENABLED"] = False


def test_every_answer_carries_the_headers(app: Flask) -> None:
    headers = app.test_client().get("/sign-in").headers
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_signing_in_leads_nowhere_else() -> None:
    from webapp.views.sign_in import inside

    for address in (
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
    ):
        assert inside(address) == "/"
    assert (
        inside("/subjects/01-007/SCR/vs?check=1") == "/subjects/01-007/SCR/vs?check=1"
    )
