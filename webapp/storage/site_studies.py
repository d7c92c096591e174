"""The study as each site has it, and the release of a newer dictionary for a site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from sqlalchemy import Connection

from forms_spec import load_study
from forms_spec.model.study import Study
from webapp.storage.database import Database
from webapp.storage.dictionaries import (
    LostDictionary,
    all_uses,
    dictionary_hashes,
    find_dictionary,
    get_dictionary,
)
from webapp.storage.releases import (
    SiteDictionaries,
    find_releases,
    log_release,
    site_dictionaries,
)
from webapp.storage.tables import plain
from webapp.storage.unique_answers import know_unique_fields


class ReleaseRefused(ValueError):
    """A dictionary cannot be released for a site; the words say why."""


@dataclass(kw_only=True, slots=True)
class SiteStudies:
    """The studies that the sites of a database work with. ``study`` is the one in use.

    A study that was loaded once is kept: it is one object for as long as this is.
    """

    study: Study
    _loaded: dict[str, Study] = field(default_factory=dict)
    _read: dict[str, Study | None] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def dictionaries(self, database: Database) -> SiteDictionaries:
        """Which site has which dictionary now."""
        study = self.study
        return site_dictionaries(database, study.hash, by_site=study.releases_by_site)

    def load_all(self, database: Database) -> SiteDictionaries:
        """The same, once the study of every site is loaded.

        Raises ``LostDictionary`` for one that cannot be.
        """
        dictionaries = self.dictionaries(database)
        for hash_ in set(dictionaries.others.values()):
            self.with_hash(database, hash_)
        return dictionaries

    def with_hash(self, database: Database, hash_: str) -> Study:
        """The study of a dictionary. No other one may stand in for it: raises
        ``LostDictionary``.
        """
        if hash_ == self.study.hash:
            return self.study
        with self._lock:
            if hash_ not in self._loaded:
                study = self._readable(database, hash_)
                if study is None:
                    raise LostDictionary(hash_)
                self._loaded[hash_] = study
                know_unique_fields(database.engine, study)
            return self._loaded[hash_]

    def past(self, database: Database) -> Mapping[str, Study | None]:
        """Every dictionary of a database beside the one in use, by its hash; None for
        one that cannot be read any more. They are kept: what a role may see hangs on
        all of them.
        """
        hashes = set(dictionary_hashes(database)) - {self.study.hash}
        with self._lock:
            return {hash_: self._readable(database, hash_) for hash_ in sorted(hashes)}

    def _readable(self, database: Database, hash_: str) -> Study | None:
        if hash_ not in self._read:
            stored = get_dictionary(database, hash_)
            is_usable = stored is not None and not stored.is_altered
            study = load_study(stored.files).study if stored and is_usable else None
            self._read[hash_] = study
        return self._read[hash_]


def sites_of(study: Study) -> Sequence[str]:
    """The sites for which a dictionary is released: a study without any is one."""
    return tuple(study.sites) or ("",)


def newer_dictionaries(database: Database, study: Study, site: str) -> tuple[str, ...]:
    """The dictionaries that can be released for a site, the newest first: those that
    came into use after the one it has.
    """
    with database.read() as connection:
        return _newer(connection, study, site)


def _newer(connection: Connection, study: Study, site: str) -> tuple[str, ...]:
    if not study.releases_by_site:
        return ()
    dictionaries = SiteDictionaries(
        in_use=study.hash, releases=find_releases(connection)
    )
    # The last time counts where a dictionary came into use again.
    order = {use.hash: number for number, use in enumerate(all_uses(connection))}
    own = order.get(dictionaries.of(site), -1)
    newest = sorted(order, key=lambda hash_: order[hash_], reverse=True)

    return tuple(hash_ for hash_ in newest if order[hash_] > own)


def release_dictionary(
    database: Database,
    study: Study,
    site: str,
    *,
    reason: str,
    username: str = "",
    dictionary_hash: str = "",
) -> str:
    """Releases a dictionary for a site, the one in use if none is named, and gives its
    hash. Raises ``ReleaseRefused``.
    """
    why = plain(reason).strip()
    if site not in sites_of(study):
        raise ReleaseRefused(f"The study has no site {site}.")
    if not why:
        raise ReleaseRefused("Say why, such as the day of the committee's approval.")

    with database.write() as connection:
        newer = _newer(connection, study, site)
        if not newer:
            raise ReleaseRefused(
                f"Site {site} has the newest dictionary already."
                if study.releases_by_site
                else "The dictionary does not say `release: by_site`, so every site "
                "has the newest one."
            )
        fits = [hash_ for hash_ in newer if hash_.startswith(dictionary_hash)]
        if not fits or (dictionary_hash and len(fits) > 1):
            raise ReleaseRefused(
                f"{dictionary_hash} is not a dictionary that came into use after the "
                f"one of site {site}."
            )
        _need_loadable(connection, fits[0], study)
        log_release(
            connection, site, fits[0], database.clock(), reason=why, username=username
        )

    return fits[0]


def _need_loadable(connection: Connection, hash_: str, study: Study) -> None:
    """Refuses a dictionary with which nobody at the site could work."""
    if hash_ == study.hash:
        return
    stored = find_dictionary(connection, hash_)
    if stored is None or stored.is_altered or load_study(stored.files).study is None:
        raise ReleaseRefused(str(LostDictionary(hash_)))
