"""The exact text of every dictionary that data was captured with, and which one is in
use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from forms_spec import load_study
from forms_spec.loading.study_builder import dictionary_hash
from forms_spec.model.study import Study
from generator.tables.descriptor import DictionaryUse
from webapp.storage.database import Database
from webapp.storage.events import EventKind, NewEvent, append_events, utc_text
from webapp.storage.releases import SiteDictionaries, find_releases, keep_at_sites
from webapp.storage.tables import dictionary, dictionary_use, subject


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredDictionary:
    """``files`` maps names to exact text; ``hash`` is the study's hash over them."""

    hash: str
    study: str
    files: Mapping[str, str]
    loaded_at: datetime

    @property
    def is_altered(self) -> bool:
        """Whether somebody changed the text behind its hash."""
        return dictionary_hash(self.files) != self.hash


class AlteredDictionary(ValueError):
    """The text of a dictionary in the database no longer fits its hash."""

    def __init__(self, hash_: str) -> None:
        super().__init__(
            f"The text of the dictionary {hash_[:12]} in the database was changed "
            "outside crfsmith,"
            " so it no longer matches its hash. Restore the database from a backup."
        )


class LostDictionary(ValueError):
    """A dictionary that sites work under cannot be loaded."""

    def __init__(self, hash_: str) -> None:
        super().__init__(
            f"Sites work under the dictionary {hash_[:12]}, which this version of "
            "crfsmith cannot load. Install the version that was used before, and "
            "release the new dictionary for these sites first."
        )


class OtherStudy(ValueError):
    """The database holds subjects of another study."""


def use_dictionary(database: Database, study: Study, *, replace: bool = False) -> None:
    """Keeps a study's text, and makes it the one in use from now on. Does nothing when
    it is already.

    Raises ``OtherStudy`` where subjects of another study are in the database, unless it
    is to ``replace`` that study, and ``AlteredDictionary`` where the text under its
    hash was changed.
    """
    with database.write() as connection:
        insert_dictionary(connection, study, database.clock(), replace=replace)


def insert_dictionary(
    connection: Connection, study: Study, now: datetime, *, replace: bool = False
) -> None:
    """The same in a transaction under way."""
    known = connection.execute(
        select(dictionary.c.files).where(dictionary.c.hash == study.hash)
    ).first()
    if known is not None and known.files != dict(study.files):
        raise AlteredDictionary(study.hash)

    hash_in_use = _hash_in_use(connection)
    if hash_in_use == study.hash:
        return
    if hash_in_use and not replace:
        _need_same_study(connection, hash_in_use, study)

    # One that was in use before, and comes into use again, is kept already.
    if known is None:
        row = {
            "hash": study.hash,
            "study": study.name,
            "files": dict(study.files),
            "loaded_at": now,
        }
        connection.execute(insert(dictionary), row)
    if hash_in_use and study.releases_by_site and not replace:
        _keep_at_sites(connection, hash_in_use, now)

    connection.execute(
        insert(dictionary_use), {"dictionary_hash": study.hash, "since": now}
    )
    event = NewEvent(
        kind=EventKind.DICTIONARY_USED,
        details={"dictionary": study.hash, "study": study.name},
    )
    append_events(connection, now, [event])


def _keep_at_sites(connection: Connection, hash_in_use: str, now: datetime) -> None:
    """Every site of the dictionary that was in use keeps what it has, until the new
    one is released for it.
    """
    stored = find_dictionary(connection, hash_in_use)
    before = load_study(stored.files).study if stored else None
    if before is None:
        raise LostDictionary(hash_in_use)
    # Where the one before was for all sites at once, older releases count no more.
    releases = find_releases(connection) if before.releases_by_site else {}
    dictionaries = SiteDictionaries(in_use=hash_in_use, releases=releases)
    keep_at_sites(connection, tuple(before.sites) or ("",), dictionaries, now)


def insert_past_dictionaries(
    connection: Connection,
    files: Mapping[str, Mapping[str, str]],
    study: str,
    uses: Sequence[DictionaryUse],
    now: datetime,
) -> None:
    """Dictionaries by their hashes, and when each was in use in another database; those
    known are left.
    """
    known = set(connection.execute(select(dictionary.c.hash)).scalars())
    # From the last to the first: a dictionary was loaded when it was used first.
    loaded = {use.hash: use.since for use in reversed(uses)}

    new = {hash_: texts for hash_, texts in files.items() if hash_ not in known}
    if new:
        rows = [
            {
                "hash": hash_,
                "study": study,
                "files": dict(texts),
                "loaded_at": loaded.get(hash_, now),
            }
            for hash_, texts in new.items()
        ]
        connection.execute(insert(dictionary), rows)
        events = [
            NewEvent(kind=EventKind.DICTIONARY_ADDED, details={"dictionary": hash_})
            for hash_ in new
        ]
        append_events(connection, now, events)

    # A package may name a dictionary of which it has lost the text.
    given = known | set(files)
    used = [use for use in uses if use.hash in given]
    if used:
        rows = [{"dictionary_hash": use.hash, "since": use.since} for use in used]
        connection.execute(insert(dictionary_use), rows)
        events = [
            NewEvent(
                kind=EventKind.DICTIONARY_USED,
                details={"dictionary": use.hash, "since": utc_text(use.since)},
            )
            for use in used
        ]
        append_events(connection, now, events)


def dictionary_in_use(database: Database) -> StoredDictionary | None:
    """The dictionary to capture with, or None in a new database."""
    with database.read() as connection:
        result = _hash_in_use(connection)
    return get_dictionary(database, result) if result else None


def get_dictionary(database: Database, hash_: str) -> StoredDictionary | None:
    """A dictionary that was in use at some time."""
    with database.read() as connection:
        return find_dictionary(connection, hash_)


def dictionary_hashes(database: Database) -> tuple[str, ...]:
    """Every dictionary under which something may have been captured."""
    with database.read() as connection:
        return tuple(connection.execute(select(dictionary.c.hash)).scalars())


def find_dictionary(connection: Connection, hash_: str) -> StoredDictionary | None:
    """The same in a transaction under way."""
    row = connection.execute(
        select(dictionary).where(dictionary.c.hash == hash_)
    ).first()
    if row is None:
        return None
    return StoredDictionary(
        hash=row.hash, study=row.study, files=row.files, loaded_at=row.loaded_at
    )


def _need_same_study(connection: Connection, hash_in_use: str, study: Study) -> None:
    name = connection.execute(
        select(dictionary.c.study).where(dictionary.c.hash == hash_in_use)
    ).scalar()
    subjects = connection.execute(
        select(func.count()).select_from(subject)
    ).scalar_one()
    # Without subjects nothing was captured that the other study could not show.
    if name != study.name and subjects:
        count = f"{subjects} subject{'s' * (subjects != 1)}"
        raise OtherStudy(
            f"The database has {count} of the study {name}, but {study.name} is a "
            "different study."
        )


def all_uses(connection: Connection) -> tuple[DictionaryUse, ...]:
    """Which dictionaries were in use, in order."""
    rows = connection.execute(select(dictionary_use).order_by(dictionary_use.c.id))
    return tuple(
        DictionaryUse(hash=row.dictionary_hash, since=row.since) for row in rows
    )


def _hash_in_use(connection: Connection) -> str | None:
    newest = (
        select(dictionary_use.c.dictionary_hash)
        .order_by(dictionary_use.c.id.desc())
        .limit(1)
    )
    text: str | None = connection.execute(newest).scalar()

    return text
