"""What every view works with: the study, the database, the day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

from flask import abort, current_app, g
from flask_login import current_user

from forms_spec.model.study import Study
from webapp.storage import (
    Database,
    Sites,
    StoredCasebook,
    StoredSubject,
    SubjectHead,
    get_subject,
    subject_head,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """The study and the database of this server, and its fonts for documents."""

    database: Database
    study: Study
    today: Callable[[], date]
    demo_accounts: tuple[tuple[str, str, str], ...] = ()
    fonts: Path | None = None


def services() -> Services:
    """Those of the current application."""
    return cast("Services", current_app.extensions["crfsmith"])


def own_sites() -> Sites:
    """The sites whose subjects exist for the person of this request: none for nobody."""
    if not current_user.is_authenticated:
        return frozenset()
    sites: Sites = current_user.user.sites
    return sites


def subject_or_404(subjid: str) -> StoredSubject:
    """The subject of an address. One of another site is answered like one that does not
    exist.
    """
    subject = get_subject(services().database, subjid, sites=own_sites())
    if subject is None:
        abort(404, f"There is no subject {subjid}.")
    return subject


def head_or_404(subjid: str) -> SubjectHead:
    """The same, with how often its forms were saved and how far its queries are."""
    head = subject_head(services().database, subjid, sites=own_sites())
    if head is None:
        abort(404, f"There is no subject {subjid}.")
    return head


def casebook_of(subjid: str) -> StoredCasebook:
    """The subject's captured forms, each read at most once in a request."""
    app = services()
    if "casebooks" not in g:
        g.casebooks = {}
    casebooks: dict[str, StoredCasebook] = g.casebooks
    if subjid not in casebooks:
        casebooks[subjid] = StoredCasebook(
            app.database, subjid, tuple(app.study.visits)
        )

    return casebooks[subjid]


def whole_casebook_of(subjid: str) -> StoredCasebook:
    """The subject's captured forms, read at once, and once in a request."""
    app = services()
    if "whole" not in g:
        g.whole = {}
    known: dict[str, StoredCasebook] = g.whole
    if subjid not in known:
        known[subjid] = StoredCasebook.whole(
            app.database, subjid, tuple(app.study.visits)
        )

    return known[subjid]
