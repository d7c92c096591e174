"""What a backup says of itself: which study at which moment, and the hash of its data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Final

from sqlalchemy import Connection, inspect, select, text

from webapp.storage.events import LogHead, line_hash, utc_text
from webapp.storage.tables import dictionary, dictionary_use

FORMAT: Final = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class DatabaseState:
    """What stands in a database: the version of its tables, the study and the hash of
    the dictionary in use, and the newest line of its log.
    """

    revision: str
    study: str
    dictionary: str
    head: LogHead


@dataclass(frozen=True, kw_only=True, slots=True)
class BackupNote:
    """``kind`` is ``sqlite`` or ``postgresql``. ``size`` (bytes) and ``sha256`` (hex)
    are those of the copy inside.
    """

    kind: str
    taken_at: datetime
    crfsmith: str
    state: DatabaseState
    size: int
    sha256: str

    def as_text(self) -> str:
        state = self.state
        content = {
            "format": FORMAT,
            "at": utc_text(self.taken_at),
            "crfsmith": self.crfsmith,
            "database": self.kind,
            "tables": state.revision,
            "study": state.study,
            "dictionary": state.dictionary,
            "log": {"number": state.head.number, "sha256": state.head.sha256},
            "copy": {"bytes": self.size, "sha256": self.sha256},
        }
        return json.dumps(content, indent=2) + "\n"


def note_of(text_: str) -> BackupNote:
    """The note that a text gives; ``ValueError``, ``KeyError`` or ``TypeError`` for a
    text that is none.
    """
    content = json.loads(text_)
    if content["format"] != FORMAT:
        raise ValueError(f"format {content['format']} is not known")
    state = DatabaseState(
        revision=str(content["tables"]),
        study=str(content["study"]),
        dictionary=str(content["dictionary"]),
        head=LogHead(
            number=int(content["log"]["number"]), sha256=str(content["log"]["sha256"])
        ),
    )

    return BackupNote(
        kind=str(content["database"]),
        taken_at=datetime.fromisoformat(content["at"]),
        crfsmith=str(content["crfsmith"]),
        state=state,
        size=int(content["copy"]["bytes"]),
        sha256=str(content["copy"]["sha256"]),
    )


def this_crfsmith() -> str:
    """The version that runs."""
    return version("crfsmith")


def state_of(connection: Connection) -> DatabaseState | None:
    """The state of a database of any revision; None where it has no study."""
    tables = set(inspect(connection).get_table_names())
    if not {"alembic_version", "dictionary", "dictionary_use"} <= tables:
        return None
    in_use = connection.execute(IN_USE).first()
    if in_use is None:
        return None
    revision = connection.execute(text("SELECT version_num FROM alembic_version"))

    # Before revision 0007 there was no log.
    newest = connection.execute(NEWEST).first() if "event" in tables else None
    head = (
        LogHead(number=newest.number, sha256=line_hash(newest.line))
        if newest
        else LogHead(number=0, sha256="")
    )
    return DatabaseState(
        revision=str(revision.scalar()),
        study=in_use.study,
        dictionary=in_use.hash,
        head=head,
    )


IN_USE = (
    select(dictionary.c.hash, dictionary.c.study)
    .join(dictionary_use, dictionary_use.c.dictionary_hash == dictionary.c.hash)
    .order_by(dictionary_use.c.id.desc())
    .limit(1)
)
NEWEST = text("SELECT number, line FROM event ORDER BY number DESC LIMIT 1")
