"""How subjects stand, as it was judged: a copy of what can be judged again at any time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, delete, insert, select

from forms_spec.model.captured_data import FormKey
from webapp.storage.database import Database
from webapp.storage.tables import subject_standing


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredStanding:
    """What was found in a subject's casebook after so many ``saves``, on a day, by a
    dictionary.

    ``findings`` counts by form what its page shows; ``open`` are all of them,
    ``to_finish`` forms.
    """

    subjid: str
    dictionary_hash: str
    day: date
    saves: int
    open: int
    to_finish: int
    findings: Mapping[FormKey, int]


def standings_of(
    database: Database, subjids: Iterable[str], *, dictionary_hash: str, day: date
) -> Mapping[str, StoredStanding]:
    """By subject: what was kept under this dictionary on this day, whatever was saved
    since.
    """
    query = FRESH.where(subject_standing.c.subjid.in_(list(subjids)))
    with database.read() as connection:
        rows = connection.execute(
            query, {"hash": dictionary_hash, "today": day.isoformat()}
        ).all()

    return {
        row.subjid: StoredStanding(
            subjid=row.subjid,
            dictionary_hash=row.dictionary_hash,
            day=day,
            saves=row.saves,
            open=row.open,
            to_finish=row.to_finish,
            findings={
                FormKey(form, visit, unsno): count
                for form, visit, unsno, count in row.findings
            },
        )
        for row in rows
    }


def keep_standings(database: Database, standings: Iterable[StoredStanding]) -> None:
    """Puts standings in the place of those of the same subjects."""
    rows = [
        {
            "subjid": standing.subjid,
            "dictionary_hash": standing.dictionary_hash,
            "day": standing.day.isoformat(),
            "saves": standing.saves,
            "open": standing.open,
            "to_finish": standing.to_finish,
            "findings": [
                [*key, count] for key, count in sorted(standing.findings.items())
            ],
        }
        for standing in standings
    ]
    if not rows:
        return
    with database.write() as connection:
        connection.execute(FORGET, [{"subject": row["subjid"]} for row in rows])
        connection.execute(insert(subject_standing), rows)


FRESH = select(subject_standing).where(
    subject_standing.c.dictionary_hash == bindparam("hash"),
    subject_standing.c.day == bindparam("today"),
)
FORGET = delete(subject_standing).where(
    subject_standing.c.subjid == bindparam("subject")
)
