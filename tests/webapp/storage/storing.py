"""What the tests of storage have in common: a furnished database, short ways to make
records and saves.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

from forms_spec.loading.study_builder import dictionary_hash
from forms_spec.model.captured_data import Record, Row
from webapp.storage import (
    Conflict,
    Database,
    InstanceKey,
    Role,
    Saved,
    SaveRequest,
    Status,
    add_subject,
    add_user,
    save,
    use_dictionary,
)

START = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)
FILES = {"study.yaml": "study: SMALL\n"}
HASH = dictionary_hash(FILES)
VS = InstanceKey("01-001", "vs", "SCR")


def ticking() -> Callable[[], datetime]:
    """A clock that moves on by a second whenever somebody looks."""
    seconds = count()
    return lambda: START + timedelta(seconds=next(seconds))


def furnish(database: Database) -> Database:
    add_user(
        database,
        username="nurse",
        name="Nina Nurse",
        role=Role.COORDINATOR,
        password="secret",
    )
    use_dictionary(database, small_study())
    add_subject(database, subjid="01-001", site="01", user="nurse")
    return database


def small_study(hash_: str = HASH) -> Any:
    """What storage needs of a study: its name, hash and text."""
    return SimpleNamespace(
        name="SMALL", hash=hash_, files=FILES, releases_by_site=False
    )


def record(**texts: str) -> Record:
    return Record(texts=texts)


def rows(**listed: dict[int, dict[str, str]]) -> Record:
    return Record(
        rows={
            group: tuple(
                Row(number=number, texts=texts) for number, texts in numbered.items()
            )
            for group, numbered in listed.items()
        }
    )


_SAVE_IDS = count(1)


def keep(
    database: Database,
    base: int,
    record: Record,
    *,
    key: InstanceKey = VS,
    **others: Any,
) -> Saved | Conflict:
    """Saves a record on top of version ``base``, as the nurse's draft unless told
    otherwise.
    """
    wanted = {
        "status": Status.DRAFT,
        "user": "nurse",
        "save_id": f"save-{next(_SAVE_IDS)}",
        "dictionary_hash": HASH,
    }
    return save(
        database,
        SaveRequest(key=key, base_version=base, record=record, **(wanted | others)),
    )
