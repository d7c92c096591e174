"""The totals of a subject follow every save, and are those that counting anew gives."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from tests.webapp.storage.storing import VS, keep, record
from webapp.storage import Database, ReviewScope, Status, set_void
from webapp.storage.standings import mark_saved
from webapp.storage.tables import subject_standing

LABORATORY = VS._replace(form="lb")


def totals(database: Database) -> dict[str, Any]:
    with database.read() as connection:
        return dict(connection.execute(select(subject_standing)).mappings().one())


def counted_anew(database: Database) -> dict[str, Any]:
    with database.write() as connection:
        mark_saved(connection, ["01-001"])
    return totals(database)


def test_each_save_leaves_the_totals_that_counting_anew_gives(
    database: Database,
) -> None:
    seen = []

    def saved(base: int, status: Status, **others: Any) -> None:
        texts = record(sysbp=str(len(seen)))
        keep(database, base, texts, status=status, **others)
        after = totals(database)
        assert after == counted_anew(database)
        seen.append((after["changes"], after["drafts"], after["complete"]))

    saved(0, Status.DRAFT)
    saved(1, Status.COMPLETE)
    saved(0, Status.UNVERIFIED, key=LABORATORY)
    saved(1, Status.DRAFT, key=LABORATORY)
    saved(2, Status.COMPLETE)
    saved(3, Status.DRAFT)
    assert seen == [(1, 1, 0), (2, 0, 1), (3, 1, 1), (4, 1, 1), (5, 1, 1), (6, 2, 0)]

    scope = ReviewScope("01-001", "SCR", 0, "lb")
    set_void(database, scope, voided=True, username="nurse", reason="Wrong form")
    saved(4, Status.COMPLETE)
    assert seen[-1] == (8, 0, 1)
