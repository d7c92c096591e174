"""Which dictionary each site works under, where a new one is released site by site.

An ethics committee approves an amendment for one site earlier than for another. Until
the new dictionary is released for a site, the site keeps the one that it had. Both are
events: the log alone says which dictionary a site has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy import ColumnElement, Connection, case, literal, select

from webapp.storage.database import Database
from webapp.storage.events import EventKind, NewEvent, append_events, event_of
from webapp.storage.tables import event

KINDS: Final = (EventKind.DICTIONARY_KEPT, EventKind.DICTIONARY_RELEASED)


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteRelease:
    """The dictionary that a site got, or kept when another came into use.

    ``name`` is the person who released it; blank for a command and for what was kept.
    """

    site: str
    dictionary_hash: str
    moment: datetime
    is_kept: bool
    name: str
    origin: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteDictionaries:
    """The dictionary of each site: the one ``in_use``, unless its newest release says
    another.
    """

    in_use: str
    releases: Mapping[str, SiteRelease] = field(default_factory=dict)

    def of(self, site: str) -> str:
        """The hash of a site's dictionary."""
        release = self.releases.get(site)
        return release.dictionary_hash if release else self.in_use

    @property
    def others(self) -> Mapping[str, str]:
        """The sites that work under another dictionary, with its hash."""
        hashes = {site: self.of(site) for site in self.releases}
        return {site: hash_ for site, hash_ in hashes.items() if hash_ != self.in_use}

    def column(self, site: ColumnElement[str]) -> ColumnElement[str]:
        """The hash of the dictionary of the site in a column."""
        if not (others := self.others):
            return literal(self.in_use)
        return case(others, value=site, else_=self.in_use)


def site_dictionaries(
    database: Database, in_use: str, *, by_site: bool
) -> SiteDictionaries:
    """The dictionary of each site. Where dictionaries are not released ``by_site``, it
    is the one in use everywhere.
    """
    if not by_site:
        return SiteDictionaries(in_use=in_use)
    with database.read() as connection:
        releases = find_releases(connection)
    return SiteDictionaries(in_use=in_use, releases=releases)


def find_releases(connection: Connection) -> Mapping[str, SiteRelease]:
    """The newest release of every site, in a transaction under way."""
    kinds = [kind.value for kind in KINDS]
    lines = select(event.c.line).where(event.c.kind.in_(kinds)).order_by(event.c.number)
    releases = {}
    for line in connection.execute(lines).scalars():
        logged = event_of(line)
        site = str(logged.details["site"])
        releases[site] = SiteRelease(
            site=site,
            dictionary_hash=str(logged.details["dictionary"]),
            moment=logged.at,
            is_kept=logged.kind is EventKind.DICTIONARY_KEPT,
            name=logged.name,
            origin=logged.origin,
            reason=str(logged.details.get("reason", "")),
        )

    return MappingProxyType(releases)


def keep_at_sites(
    connection: Connection,
    sites: Iterable[str],
    dictionaries: SiteDictionaries,
    now: datetime,
) -> None:
    """Logs that sites keep the dictionary that they have, while another one comes into
    use.
    """
    events = [
        NewEvent(
            kind=EventKind.DICTIONARY_KEPT,
            details={"site": site, "dictionary": dictionaries.of(site)},
        )
        for site in sites
    ]
    append_events(connection, now, events)


def log_release(
    connection: Connection,
    site: str,
    dictionary_hash: str,
    now: datetime,
    *,
    reason: str,
    username: str,
) -> None:
    """Logs that a dictionary was released for a site."""
    details = {"site": site, "dictionary": dictionary_hash, "reason": reason}
    released = NewEvent(
        kind=EventKind.DICTIONARY_RELEASED, username=username, details=details
    )
    append_events(connection, now, [released])
