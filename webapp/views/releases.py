"""Which dictionary each site has, and the release of a new one for a site."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.security.access import MANAGE_RELEASES, allow
from webapp.services import own_sites, services, site_dictionaries
from webapp.storage.releases import SiteRelease
from webapp.storage.site_studies import (
    ReleaseRefused,
    newer_dictionaries,
    release_dictionary,
    sites_of,
)

bp = Blueprint("releases", __name__)
LONGEST_REASON = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteLine:
    """A site, its dictionary, how it got it, and which ones can be released for it."""

    site: str
    title: str
    dictionary: str
    release: SiteRelease | None
    newer: tuple[str, ...]


@bp.get("/releases")
@allow(MANAGE_RELEASES)
def show_releases() -> ResponseReturnValue:
    """The dictionary of each site, and a box to release another one."""
    return _page(done=request.args.get("done", ""))


@bp.post("/releases")
@allow(MANAGE_RELEASES)
def release() -> ResponseReturnValue:
    """Releases a dictionary for one site."""
    app, site = services(), request.form.get("site", "")
    reason = request.form.get("reason", "").strip()[:LONGEST_REASON]
    try:
        if site not in _own_sites():
            raise ReleaseRefused("Choose a site.")
        release_dictionary(
            app.database,
            app.study,
            site,
            reason=reason,
            username=current_user.user.username,
            dictionary_hash=request.form.get("dictionary", ""),
        )
    except ReleaseRefused as refused:
        return _page(message=str(refused), reason=reason, site=site), 422

    return redirect(f"/releases?done={site}", 303)


def _own_sites() -> tuple[str, ...]:
    own = own_sites()
    sites = sites_of(services().study)
    return tuple(site for site in sites if own is None or site in own)


def _page(
    *, message: str = "", reason: str = "", site: str = "", done: str = ""
) -> str:
    app, dictionaries = services(), site_dictionaries()
    lines = [
        SiteLine(
            site=name,
            title=app.study.sites.get(name, ""),
            dictionary=dictionaries.of(name),
            release=dictionaries.releases.get(name),
            newer=newer_dictionaries(app.database, app.study, name),
        )
        for name in _own_sites()
    ]
    newer = [hash_ for line in lines for hash_ in line.newer]
    return render_template(
        "releases.html",
        lines=lines,
        newer=tuple(dict.fromkeys(newer)),
        message=message,
        reason=reason,
        site=site,
        done=done if done in _own_sites() else "",
        longest_reason=LONGEST_REASON,
    )
