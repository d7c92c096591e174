"""Signing in through an OpenID Connect provider: who is let in, who is not and why, and
that nobody gets around it.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from forms_spec.model.signatures import USUAL_MEANINGS
from tests.studies import small_study
from tests.webapp.pages import sign_in, token
from tests.webapp.security.small_provider import (
    CLIENT,
    SECRET,
    SmallProvider,
    shared_secret,
)
from tests.webapp.small_site import (
    NOON,
    app_over,
    client_of,
    database_of,
    furnish,
    page_data,
)
from webapp.app import create_app
from webapp.demo.demo_study import PASSWORD
from webapp.installation.provider_settings import ProviderSettings
from webapp.installation.settings import Settings
from webapp.storage import (
    EventKind,
    Role,
    add_user,
    close_account,
    find_events,
    list_users,
    reset_password,
    signatures_of,
)
from webapp.storage.second_factors import (
    begin_second_factor,
    confirm_second_factor,
    require_code,
)

FORM, SIGN = "/subjects/01-001/SCR/vs", "/subjects/01-001/sign"
STUDY = "https://study.example.org"
RECOVERY = "a3bcd4efgh5jkmnp"
LABEL = "Sign in with Riverside Hospital"


@pytest.fixture(scope="module")
def running() -> Iterator[SmallProvider]:
    provider = SmallProvider(NOON)
    yield provider
    provider.server.stop()


@pytest.fixture
def provider(running: SmallProvider) -> SmallProvider:
    running.reset()
    return running


def app_with(url: str, issuer: str, **settings: str) -> Flask:
    """Pages whose people also sign in at a provider."""
    known = ProviderSettings(
        issuer=issuer,
        client=CLIENT,
        secret=SECRET,
        address=STUDY,
        name="Riverside Hospital",
        **settings,
    )
    app = create_app(
        Settings(
            database=url,
            study=small_study(),
            secret_key="tests",
            clock=lambda: NOON,
            provider=known,
        )
    )
    furnish(database_of(app))
    return app


@pytest.fixture
def app(site_url: str, provider: SmallProvider) -> Flask:
    return app_with(site_url, provider.issuer)


@pytest.fixture
def light(tmp_path: Path, provider: SmallProvider) -> Flask:
    """The same on SQLite only, for what is no matter of the database."""
    return app_with(f"sqlite:///{tmp_path}/study.sqlite", provider.issuer)


def asked(client: FlaskClient, then: str = "") -> str:
    """Where the button leads."""
    answer = client.get(f"/sign-in/provider?{urlencode({'then': then})}")
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def at_provider(address: str) -> str:
    """The person signs in there, and is sent back to this path."""
    answer = requests.get(address, allow_redirects=False, timeout=10)
    back = answer.headers["Location"]
    assert back.startswith(f"{STUDY}/sign-in/provider/back?"), back
    return back.removeprefix(STUDY)


def came_back(client: FlaskClient, back: str) -> TestResponse:
    """The page at which the provider's answer arrives goes on by itself."""
    page = client.get(back).text
    goes_on = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page)
    assert goes_on, page
    return client.get(unescape(goes_on[1]))


def through_provider(client: FlaskClient, then: str = "") -> TestResponse:
    return came_back(client, at_provider(asked(client, then)))


def is_in(client: FlaskClient) -> bool:
    return client.get("/subjects").status_code == 200


def refused(answer: TestResponse) -> str:
    """What the page says to who is not signed in."""
    assert answer.status_code == 401, answer.text
    words = re.search(r'id="refused">([^<]+)<', answer.text)
    assert words, answer.text
    return unescape(words[1])


def events(app: Flask, kind: EventKind) -> list[dict[str, Any]]:
    return [
        dict(event.details) for event in find_events(database_of(app), kinds=[kind])
    ]


def test_a_person_of_the_provider_is_signed_in_to_the_own_account(app: Flask) -> None:
    client = app.test_client()
    assert LABEL in client.get("/sign-in").text
    answer = through_provider(client, FORM)
    assert (answer.status_code, answer.location) == (303, FORM)
    page = client.get(FORM).text
    assert "Nurse, coordinator" in page
    assert events(app, EventKind.SIGNED_IN) == [{"by": "OpenID Connect"}]
    assert client.get("/accounts").status_code == 403, "the role is the one here"


def test_the_log_says_by_which_way_somebody_signed_in(light: Flask) -> None:
    client_of(light, "nurse")
    through_provider(light.test_client())
    ways = [details["by"] for details in events(light, EventKind.SIGNED_IN)]
    assert sorted(ways) == ["OpenID Connect", "password"]


def test_a_sign_in_begins_a_new_session_and_ends_the_one_before(light: Flask) -> None:
    client = client_of(light, "monitor")
    cookie = client.get_cookie("crfsmith")
    assert cookie is not None
    old = token(client.get("/account/password").text)
    through_provider(client)
    assert "Nurse" in client.get("/account").text
    assert token(client.get("/account/password").text) != old
    earlier = light.test_client()
    earlier.set_cookie("crfsmith", cookie.value)
    assert not is_in(earlier)


def test_nobody_is_made_by_a_sign_in(app: Flask, provider: SmallProvider) -> None:
    before = list_users(database_of(app))
    provider.person = "stranger"
    client = app.test_client()
    words = refused(through_provider(client))
    assert "“stranger”, but no account here has that username" in words
    assert list_users(database_of(app)) == before
    assert not is_in(client)
    why = {"by": "OpenID Connect", "why": "no such account"}
    assert events(app, EventKind.SIGN_IN_REFUSED) == [why]


@pytest.mark.parametrize("username", ["Nurse", "nurse ", "import", "NURSE"])
def test_a_username_counts_only_as_it_is_written(
    light: Flask, provider: SmallProvider, username: str
) -> None:
    provider.person = username
    assert "no account here has" in refused(through_provider(light.test_client()))


def test_a_closed_account_stays_closed(app: Flask) -> None:
    close_account(database_of(app), "nurse")
    client = app.test_client()
    words = refused(through_provider(client))
    assert words.startswith("The account “nurse” is closed.")
    assert not is_in(client)
    why = {"by": "OpenID Connect", "why": "closed account", "account": "nurse"}
    assert events(app, EventKind.SIGN_IN_REFUSED) == [why]


TIME = int(NOON.timestamp())
FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"iss": "https://other.example.org"}, "comes from another provider"),
    ({"iss": None}, "comes from another provider"),
    ({"aud": "other-program"}, "was made for another program"),
    ({"aud": None}, "was made for another program"),
    ({"aud": [CLIENT, "other-program"]}, "was made for another program"),
    ({"azp": "other-program"}, "was made for another program"),
    ({"nonce": "a nonce of somebody else"}, "belongs to another sign-in"),
    ({"nonce": None}, "belongs to another sign-in"),
    ({"exp": TIME - 121, "iat": TIME - 500}, "has expired"),
    ({"exp": None}, "has no right exp"),
    ({"iat": TIME + 600, "exp": TIME + 900}, "is not valid yet"),
    ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "has no right at_hash"),
    ({"preferred_username": None}, "does not say your username"),
    ({"preferred_username": ["nurse"]}, "does not say your username"),
]


def test_a_token_that_does_not_fit_is_refused_in_words(
    light: Flask, provider: SmallProvider
) -> None:
    for claims, words in FAULTS:
        provider.claims = claims
        client = light.test_client()
        assert words in refused(through_provider(client)), claims
        assert not is_in(client), claims


def test_a_token_that_the_provider_did_not_sign_is_refused(
    light: Flask, provider: SmallProvider
) -> None:
    other = ECKey.generate_key("P-256", {"kid": "first"}, auto_kid=False)
    for algorithm, signer in (
        ("ES256", other),
        ("HS256", shared_secret()),
        ("none", None),
    ):
        provider.algorithm, provider.signer = algorithm, signer
        client = light.test_client()
        words = refused(through_provider(client))
        assert "is not signed by it" in words, algorithm
        assert not is_in(client), algorithm


def test_an_answer_counts_once(app: Flask, provider: SmallProvider) -> None:
    """Also for a provider that takes codes twice, and with a copy of the cookie."""
    provider.counts_codes = False
    client = app.test_client()
    back = at_provider(asked(client))
    cookie = client.get_cookie("crfsmith")
    assert cookie is not None
    assert came_back(client, back).status_code == 303
    copied = app.test_client()
    copied.set_cookie("crfsmith", cookie.value)
    for attacker in (copied, app.test_client()):
        assert "was used already" in refused(came_back(attacker, back))
        assert not is_in(attacker)


def test_an_answer_counts_in_the_browser_that_asked(light: Flask) -> None:
    """Nobody is signed in unnoticed to the account of who sent them a link."""
    mine, victim = light.test_client(), light.test_client()
    back = at_provider(asked(mine))
    asked(victim)
    assert "did not begin in this browser" in refused(came_back(victim, back))
    assert not is_in(victim)


def test_an_answer_comes_within_ten_minutes(light: Flask) -> None:
    client = light.test_client()
    back = at_provider(asked(client))
    later = NOON.replace(minute=11)
    object.__setattr__(database_of(light), "clock", lambda: later)
    assert "longer than ten minutes" in refused(came_back(client, back))


@pytest.mark.parametrize(
    ("compares", "words"),
    [(True, "did not accept this sign-in"), (False, "belongs to another sign-in")],
)
def test_a_code_of_another_session_is_refused(
    light: Flask, provider: SmallProvider, compares: bool, words: str
) -> None:
    """By its proof key; by the nonce where a provider does not compare that."""
    provider.compares_proof = compares
    victim, attacker = light.test_client(), light.test_client()
    stolen = parse_qs(urlsplit(at_provider(asked(victim))).query)["code"][0]
    own = parse_qs(urlsplit(at_provider(asked(attacker))).query)["state"][0]
    mixed = urlencode({"code": stolen, "state": own})
    assert words in refused(came_back(attacker, f"/sign-in/provider/back?{mixed}"))
    assert not is_in(attacker)


def test_an_answer_of_another_provider_is_refused(light: Flask) -> None:
    client = light.test_client()
    query = parse_qs(urlsplit(at_provider(asked(client))).query)
    mixed = urlencode({"code": query["code"][0], "state": query["state"][0],
                       "iss": "https://other.example.org"})  # fmt: skip
    words = refused(came_back(client, f"/sign-in/provider/back?{mixed}"))
    assert "comes from another provider" in words


@pytest.mark.parametrize(
    "then",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x"],
)
def test_nobody_is_sent_elsewhere_after_signing_in(light: Flask, then: str) -> None:
    client = light.test_client()
    answer = through_provider(client, then)
    assert "evil" not in answer.location
    assert answer.location.startswith("/")


def test_who_is_refused_by_the_provider_reads_so(
    light: Flask, provider: SmallProvider
) -> None:
    provider.person = None
    client = light.test_client()
    assert "The provider did not sign you in." in refused(through_provider(client))


def test_refusals_make_an_address_wait(light: Flask, provider: SmallProvider) -> None:
    client = light.test_client()
    for _ in range(30):
        unasked = client.get("/sign-in/provider/finish?state=x")
        assert unasked.status_code == 401, "other pages can have this asked"
    provider.claims = {"aud": "other-program"}
    for _ in range(20):
        assert through_provider(client).status_code == 401
    provider.claims = {}
    answer = through_provider(client)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert "Too many attempts" in answer.text


def test_a_provider_that_is_away_leaves_the_password(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    app = app_with(f"sqlite:///{tmp_path}/study.sqlite", f"http://127.0.0.1:{port}")
    client = app.test_client()
    answer = client.get("/sign-in/provider?then=/subjects")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "The provider does not answer. Sign in with your password" in answer.text
    sign_in(client, "nurse")
    assert is_in(client)


def test_a_provider_of_another_name_is_not_believed(
    tmp_path: Path, provider: SmallProvider
) -> None:
    issuer = f"{provider.issuer}/"
    app = app_with(f"sqlite:///{tmp_path}/study.sqlite", issuer)
    answer = app.test_client().get("/sign-in/provider")
    assert answer.status_code == 503
    assert "calls itself by another address" in answer.text


def test_another_claim_can_name_the_account(
    tmp_path: Path, provider: SmallProvider
) -> None:
    url = f"sqlite:///{tmp_path}/study.sqlite"
    app = app_with(url, provider.issuer, claim="email")
    mail = "mona@riverside.example"
    add_user(
        database_of(app), username=mail, name="Mona", role=Role.MONITOR, password=""
    )
    provider.claims = {"email": mail}
    words = refused(through_provider(app.test_client()))
    assert "has not verified your e-mail address" in words
    provider.claims = {"email": mail, "email_verified": True}
    client = app.test_client()
    through_provider(client)
    assert "Mona" in client.get("/account").text


def with_authenticator(app: Flask) -> None:
    database = database_of(app)
    begin_second_factor(database, "nurse", "sealed")
    confirm_second_factor(database, "nurse", step=1, codes=[RECOVERY])


def test_a_code_is_asked_for_only_where_the_account_requires_it(light: Flask) -> None:
    with_authenticator(light)
    client = light.test_client()
    through_provider(client)
    assert is_in(client)

    require_code(database_of(light), "nurse", True)
    client = light.test_client()
    answer = through_provider(client, FORM)
    assert answer.location.startswith("/sign-in/code")
    assert not is_in(client)
    page = client.get(answer.location).text
    assert "You are known as nurse. One step is left." in page
    data = {"csrf_token": token(page), "code": RECOVERY, "then": FORM}
    assert client.post("/sign-in/code", data=data).location == FORM
    newest = events(light, EventKind.SIGNED_IN)[0]
    assert newest == {"by": "OpenID Connect", "with": "code"}


def test_an_account_that_needs_a_code_sets_it_up_first(light: Flask) -> None:
    require_code(database_of(light), "nurse", True)
    client = light.test_client()
    assert through_provider(client).location.startswith("/account/code")
    assert not is_in(client)


def test_a_password_that_others_know_is_changed_first(light: Flask) -> None:
    reset_password(database_of(light), "nurse", "another long password")
    client = light.test_client()
    assert through_provider(client).location == "/account/password"
    assert not is_in(client)


def test_what_was_typed_before_comes_back_by_password(light: Flask) -> None:
    client = light.test_client()
    page = client.post(FORM, data={"f-sysbp": "120"})
    assert "120" in page.text
    assert LABEL not in page.text, "a way to the provider and back would lose the text"
    assert "Sign in with your password here, so that your text comes back" in page.text


def test_signing_still_takes_the_password_of_this_study(
    light: Flask, provider: SmallProvider
) -> None:
    add_user(
        database_of(light),
        username="ines",
        name="Ines",
        role=Role.INVESTIGATOR,
        password=PASSWORD,
    )
    nurse = client_of(light, "nurse")
    data = {**page_data(nurse, FORM), "f-vsperf": "N", "action": "complete"}
    assert nurse.post(FORM, data=data).status_code == 303

    provider.person = "ines"
    ines = light.test_client()
    through_provider(ines)
    page = ines.get(f"{SIGN}?of=SCR/vs").text
    assert "also if you signed in with Riverside Hospital" in page
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert seen
    data = {"csrf_token": token(page), "of": "SCR/vs", "seen": seen[1],
            "meaning": USUAL_MEANINGS[0], "username": "ines"}  # fmt: skip
    assert ines.post(SIGN, data=data).status_code == 401
    signed = ines.post(SIGN, data={**data, "password": PASSWORD})
    assert signed.status_code == 303, signed.text
    assert len(signatures_of(database_of(light), "01-001")) == 1


def test_without_a_provider_there_is_no_button_and_no_page(tmp_path: Path) -> None:
    client = app_over(f"sqlite:///{tmp_path}/study.sqlite").test_client()
    assert "/sign-in/provider" not in client.get("/sign-in").text
    for page in ("", "/back", "/finish"):
        assert client.get(f"/sign-in/provider{page}").status_code == 404


BARE = """
import sys
from importlib.abc import MetaPathFinder

class Missing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"authlib", "joserfc"}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
from webapp.wsgi import make_app

settings = {"CRFSMITH_DATABASE": sys.argv[1], "CRFSMITH_SECRET_KEY": "long " * 9}
page = make_app(settings).test_client().get("/sign-in").text
assert "Password" in page and "/sign-in/provider" not in page
try:
    make_app({**settings, "CRFSMITH_OIDC_ISSUER": "https://id.example.org"})
except ValueError as error:
    print(error)
"""


def test_without_the_extra_everything_else_works(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/study.sqlite"
    database_of(app_over(url)).close()
    ran = subprocess.run(
        [sys.executable, "-c", BARE, url],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "pip install 'crfsmith[oidc]'" in ran.stdout
