"""The exact text of every dictionary that data was captured with, and which one is in use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from forms_spec.model import Study
from webapp.storage.database import Database
from webapp.storage.tables import dictionary, dictionary_use


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredDictionary:
    """``files`` maps names to exact text; ``hash`` is the study's hash over them."""

    hash: str
    study: str
    files: Mapping[str, str]
    loaded_at: datetime


def use_dictionary(database: Database, study: Study) -> None:
    """Keeps a study's text, and makes it the one in use from now on. Does nothing when it is already."""
    with database.write() as connection:
        insert_dictionary(connection, study, database.clock())


def insert_dictionary(connection: Connection, study: Study, now: datetime) -> None:
    """The same in a transaction under way."""
    if _hash_in_use(connection) == study.hash:
        return
    known = connection.execute(select(dictionary.c.hash).where(dictionary.c.hash == study.hash)).first()
    if known is None:
        row = {"hash": study.hash, "study": study.name, "files": dict(study.files), "loaded_at": now}
        connection.execute(insert(dictionary), row)
    connection.execute(insert(dictionary_use), {"dictionary_hash": study.hash, "since": now})


def dictionary_in_use(database: Database) -> StoredDictionary | None:
    """The dictionary to capture with, or None in a new database."""
    with database.read() as connection:
        found = _hash_in_use(connection)
    return get_dictionary(database, found) if found else None


def get_dictionary(database: Database, hash_: str) -> StoredDictionary | None:
    """A dictionary that was in use at some time."""
    with database.read() as connection:
        row = connection.execute(select(dictionary).where(dictionary.c.hash == hash_)).first()
    if row is None:
        return None
    return StoredDictionary(hash=row.hash, study=row.study, files=row.files, loaded_at=row.loaded_at)


def _hash_in_use(connection: Connection) -> str | None:
    newest = select(dictionary_use.c.dictionary_hash).order_by(dictionary_use.c.id.desc()).limit(1)
    found: str | None = connection.execute(newest).scalar()
    return found
