"""The application for a production server, with its settings from the environment.

``waitress-serve --call webapp.wsgi:make_app`` or ``gunicorn 'webapp.wsgi:make_app()'``.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Mapping
from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp.app import create_app
from webapp.installation.command_error import without_passwords
from webapp.installation.guard_check import need_guards
from webapp.installation.mail import mail_settings
from webapp.installation.provider_settings import provider_settings
from webapp.installation.settings import Settings
from webapp.installation.signing_key import made_signer
from webapp.installation.study_database import (
    need_site_studies,
    opened,
    study_in_use,
)

DATABASE = "CRFSMITH_DATABASE"
SECRET = "CRFSMITH_SECRET_KEY"
PROXIES = "CRFSMITH_PROXIES"
PACKAGES = "CRFSMITH_PACKAGES"
FONTS = "CRFSMITH_FONTS"
GUARDS = "CRFSMITH_ACCEPT_GUARDS"
SHORTEST_SECRET = 32


class SettingMissing(RuntimeError):
    """A server must not start half set up; the message says which setting, and what to
    do. No password of a database is in it.
    """

    def __init__(self, message: str) -> None:
        super().__init__(without_passwords(message))


def make_app(environment: Mapping[str, str] = os.environ) -> Flask:
    """The study of ``CRFSMITH_DATABASE``, for browsers that come by HTTPS.

    ``CRFSMITH_PROXIES`` is how many proxies stand in front (1). Without any (0) the
    server itself answers browsers without HTTPS, so its cookies are not marked as
    secure.
    """
    url = environment.get(DATABASE, "")
    if not url:
        raise SettingMissing(
            f"Set {DATABASE}, such as sqlite:////srv/study/study.sqlite"
        )

    secret = environment.get(SECRET, "")
    if len(secret) < SHORTEST_SECRET:
        raise SettingMissing(
            f"Set {SECRET} to {SHORTEST_SECRET} or more random characters"
        )

    proxies = int(environment.get(PROXIES, "1"))
    with opened(url, must_exist=True) as database:
        need_guards(database, accept=environment.get(GUARDS) == "1", how=f"{GUARDS}=1")
        study = study_in_use(database)
        if study is not None:
            need_site_studies(database, study)
        signer = made_signer(database, environment)
    if study is None:
        raise SettingMissing(
            f"There is no study in {url} yet: run `crfsmith serve` with "
            "--dictionary once"
        )

    packages, fonts = environment.get(PACKAGES), environment.get(FONTS)
    settings = Settings(
        database=url,
        study=study,
        secret_key=secret,
        secure_cookies=proxies > 0,
        packages=Path(packages) if packages else None,
        fonts=Path(fonts) if fonts else None,
        signer=signer,
        mail=mail_settings(environment),
        provider=provider_settings(environment),
    )
    app = create_app(settings)
    gc.freeze()  # the study lives as long as the server: nothing is gained by looking for garbage in it
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )

    return app
