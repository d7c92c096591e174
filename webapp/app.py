"""The application that staff use: a study, its database, and the pages over both."""

from __future__ import annotations

import getpass
import hashlib
import tempfile
from dataclasses import replace
from pathlib import Path

from flask import Flask
from flask_compress import Compress
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import make_url

from forms_spec.schedule.study_clock import day_of
from webapp.alerts.sending import MailSender
from webapp.installation.settings import Settings
from webapp.packages.validation_jobs import ValidationJobs
from webapp.presentation import assets, past_dictionaries, template_filters
from webapp.security import access, headers, sessions
from webapp.security.openid_connect import OpenIdProvider
from webapp.security.request_origin import request_origin
from webapp.services import Services
from webapp.storage import open_database, use_dictionary
from webapp.storage.signed_heads import sign_log
from webapp.storage.site_studies import SiteStudies
from webapp.storage.unique_answers import know_unique_fields
from webapp.views import (
    accounts,
    casebooks,
    dashboard,
    dictionary_pages,
    double_entries,
    eligibility,
    errors,
    event_pages,
    finding_queries,
    form_files,
    form_pages,
    form_specs,
    histories,
    home,
    languages,
    looks,
    own_account,
    own_code,
    packages,
    papers,
    provider_sign_in,
    queries,
    randomizing,
    redactions,
    releases,
    reviews,
    search,
    sign_in,
    signing,
    subjects,
    verifications,
    voiding,
)

LARGEST_POST = 16 * 1024 * 1024


def create_app(settings: Settings) -> Flask:
    """Makes the application.

    Opens the database, and uses the study's dictionary from now on.
    """
    app = Flask("webapp", static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="crfsmith",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        # The token lives as long as the session: a form may stay open all day.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.secure_cookies,
        MAX_CONTENT_LENGTH=LARGEST_POST,
        MAX_FORM_MEMORY_SIZE=LARGEST_POST,
        MAX_FORM_PARTS=50_000,
        COMPRESS_BR_LEVEL=5,
        # What every browser reads. Cookies are never sent across sites.
        COMPRESS_ALGORITHM=["br", "gzip"],
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    unsigned = open_database(
        settings.database, clock=settings.clock, origin=request_origin
    )
    database = replace(unsigned, sign=settings.signer)
    use_dictionary(database, settings.study)
    site_studies = SiteStudies(study=settings.study)
    site_studies.load_all(database)
    know_unique_fields(database.engine, settings.study)
    sign_log(database)
    app.extensions["crfsmith"] = Services(
        database=database,
        study=settings.study,
        site_studies=site_studies,
        today=settings.today or (lambda: day_of(settings.study, database.clock())),
        demo_accounts=settings.demo_accounts,
        fonts=settings.fonts,
        provider=settings.provider.name if settings.provider else "",
    )
    if settings.provider:
        connected = OpenIdProvider(settings.provider)
        app.extensions[provider_sign_in.EXTENSION] = connected
    if settings.mail:
        sender = MailSender(database, settings.mail, site_studies)
        app.extensions["crfsmith-mail"] = sender
        sender.start()
    app.extensions[past_dictionaries.EXTENSION] = past_dictionaries.PastDictionaries()
    app.extensions["crfsmith-packages"] = ValidationJobs(
        _packages_folder(settings), settings.database
    )
    _protect(app, settings.study.name)
    rooms = (
        assets, sign_in, dictionary_pages, subjects, casebooks, finding_queries, eligibility,
        form_pages, form_files, form_specs, histories, event_pages, packages, own_account, own_code, accounts,
        papers, queries, redactions, reviews, signing, home, voiding, search, dashboard, randomizing,
        verifications, looks, languages, provider_sign_in, releases, double_entries,
    )  # fmt: skip
    for room in rooms:
        app.register_blueprint(room.bp)
    errors.register(app)
    template_filters.register(app)
    access.check_routes(app)

    return app


def _packages_folder(settings: Settings) -> Path:
    """Where packages lie while they are judged, and their reports: beside a database
    that is a file.
    """
    if settings.packages:
        return settings.packages
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and url.database:
        return Path(f"{url.database}-packages").absolute()

    # By a hash: two studies on one server share no folder, and no password gets into it.
    name = hashlib.sha256(settings.database.encode("utf-8", "replace")).hexdigest()[:12]

    return Path(tempfile.gettempdir()) / f"crfsmith-{getpass.getuser()}-{name}-packages"


def _protect(app: Flask, study: str) -> None:
    sessions.protect(app, study)
    CSRFProtect(app)
    manager = LoginManager(app)
    # Its own is off for permanent sessions. Ours is in sessions.py.
    manager.session_protection = None
    manager.unauthorized_handler(sign_in.ask_to_sign_in)
    manager.user_loader(sessions.account_of)
    app.before_request(access.ask)
    app.after_request(headers.add_headers)
    Compress(app)
    app.context_processor(lambda: {"account": current_user})
