"""A production server starts with everything it needs, or says what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms_spec import load_study
from webapp.installation.provider_settings import (
    ProviderSettingWrong,
    provider_settings,
)
from webapp.storage import open_database, use_dictionary
from webapp.wsgi import SettingMissing, make_app

FILES = {
    "study.yaml": (
        "study: S1\ntitle: A study\nsubject: {pattern: '\\d{2}-\\d{3}', example: "
        "01-001}\n"
    ),
    "con.yaml": (
        "form: con\ntitle: Consent\nlog: true\nfields: {condat: {label: Date, type: "
        "date}}\n"
    ),
}
SECRET = "a secret that is long enough for this"


@pytest.fixture
def url(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path / 'study.sqlite'}"
    database = open_database(address)
    study = load_study(FILES).study
    assert study is not None
    use_dictionary(database, study)
    database.close()
    return address


def test_behind_a_proxy_cookies_travel_by_https_alone(url: str) -> None:
    app = make_app({"CRFSMITH_DATABASE": url, "CRFSMITH_SECRET_KEY": SECRET})
    answer = app.test_client().get("/sign-in", headers={"X-Forwarded-Proto": "https"})
    assert answer.status_code == 200
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "Strict-Transport-Security" in answer.headers


def test_without_a_proxy_the_word_of_a_browser_is_not_believed(url: str) -> None:
    app = make_app(
        {
            "CRFSMITH_DATABASE": url,
            "CRFSMITH_SECRET_KEY": SECRET,
            "CRFSMITH_PROXIES": "0",
        }
    )
    answer = app.test_client().get("/sign-in", headers={"X-Forwarded-Proto": "https"})
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({}, "CRFSMITH_DATABASE"),
        ({"CRFSMITH_DATABASE": "sqlite:///x"}, "CRFSMITH_SECRET_KEY"),
    ],
)
def test_a_missing_setting_is_named(environment: dict[str, str], named: str) -> None:
    with pytest.raises(SettingMissing, match=named):
        make_app(environment)


def test_a_short_secret_is_refused(url: str) -> None:
    with pytest.raises(SettingMissing, match="32 or more"):
        make_app({"CRFSMITH_DATABASE": url, "CRFSMITH_SECRET_KEY": "short"})


PROVIDER = {
    "CRFSMITH_OIDC_ISSUER": "https://id.example.org/realms/study",
    "CRFSMITH_OIDC_CLIENT": "crfsmith",
    "CRFSMITH_ADDRESS": "https://study.example.org/",
}


def test_a_provider_is_set_up_by_the_environment(url: str, tmp_path: Path) -> None:
    secret = tmp_path / "client-secret"
    secret.write_text("from the provider\n")
    environment = {
        **PROVIDER,
        "CRFSMITH_OIDC_SECRET_FILE": str(secret),
        "CRFSMITH_OIDC_NAME": "Riverside Hospital",
        "CRFSMITH_DATABASE": url,
        "CRFSMITH_SECRET_KEY": SECRET,
    }
    page = make_app(environment).test_client().get("/sign-in").text
    assert "Sign in with Riverside Hospital" in page


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"CRFSMITH_OIDC_ISSUER": "http://id.example.org"}, "_ISSUER to an address"),
        ({"CRFSMITH_OIDC_ISSUER": "https://[id"}, "_ISSUER to an address"),
        ({"CRFSMITH_ADDRESS": ""}, "CRFSMITH_ADDRESS to an address"),
        ({"CRFSMITH_OIDC_CLIENT": ""}, "CRFSMITH_OIDC_CLIENT"),
        ({}, "CRFSMITH_OIDC_SECRET_FILE to the file"),
        ({"CRFSMITH_OIDC_SECRET_FILE": "/nowhere/secret"}, "cannot be read"),
        ({"CRFSMITH_OIDC_SECRET_FILE": "/dev/null"}, "is empty"),
    ],
)
def test_a_provider_that_is_half_set_up_is_named(
    changed: dict[str, str], words: str
) -> None:
    with pytest.raises(ProviderSettingWrong, match=words):
        provider_settings({**PROVIDER, **changed})
