"""Marks of source verification: set, taken back, and taken away by a save."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from forms_spec.model.captured_data import CellKey, FormKey
from tests.webapp.storage.audit.test_attacks import unguarded
from tests.webapp.storage.storing import HASH, VS, keep, record, rows
from webapp.storage import (
    NOT_VERIFIED,
    Database,
    EventKind,
    FormVerification,
    InstanceKey,
    NewMark,
    StoredStanding,
    VerificationAct,
    VerificationRefused,
    find_events,
    keep_standings,
    mark_forms,
    newest_event,
    standings_of,
    verifications_of,
)
from webapp.storage.audit.database_audit import audit_database
from webapp.storage.releases import SiteDictionaries

SYSBP, REMARK = CellKey("vs", None, "sysbp"), CellKey("vs", None, "remark")
PULSE = CellKey("reading", 1, "pulse")


def mark(
    database: Database,
    version: int,
    *cells: CellKey,
    act: VerificationAct = VerificationAct.VERIFIED,
    key: InstanceKey = VS,
) -> None:
    new = NewMark(key=key, version=version, cells=cells)
    mark_forms(database, [new], act, username="nurse")


def standing(database: Database) -> FormVerification:
    forms = verifications_of(database, ["01-001"]).get("01-001", {})
    return forms.get(FormKey("vs", "SCR", 0), NOT_VERIFIED)


def codes(database: Database) -> set[str]:
    return {item.finding.code for item in audit_database(database).findings}


def test_a_changed_answer_loses_its_mark_and_the_others_keep_theirs(
    database: Database,
) -> None:
    keep(database, 0, record(sysbp="120", remark="well"))
    mark(database, 1)
    keep(database, 1, record(sysbp="121", remark="well"))

    after = standing(database)
    assert after.mark(REMARK) is not None
    assert after.mark(SYSBP) is None
    assert {cell: lost.version for cell, lost in after.lost.items()} == {SYSBP: 1}

    mark(database, 2, SYSBP)
    again = standing(database).mark(SYSBP)
    assert again is not None
    assert again.version == 2
    assert standing(database).lost == {}
    kinds = (EventKind.VERIFIED, EventKind.VERIFICATION_LOST)
    events = find_events(database, kinds=kinds)
    assert [event.kind for event in events] == [kinds[0], kinds[1], kinds[0]]
    assert events[1].details["fields"] == ["vs.sysbp"]
    assert codes(database) == {"head-unsigned"}


def test_single_fields_and_rows_are_verified(database: Database) -> None:
    keep(database, 0, rows(reading={1: {"pulse": "60"}}))
    mark(database, 1, PULSE)
    keep(database, 1, rows(reading={1: {"pulse": "60"}, 2: {"pulse": "70"}}))
    assert standing(database).mark(PULSE) is not None
    assert standing(database).lost == {}, "a new row was never verified"

    keep(database, 2, rows(reading={2: {"pulse": "70"}}))
    assert list(standing(database).lost) == [PULSE], "a removed row was"


def test_a_mark_is_taken_back(database: Database) -> None:
    keep(database, 0, record(sysbp="120", remark="well"))
    mark(database, 1)
    mark(database, 1, SYSBP, act=VerificationAct.WITHDRAWN)
    assert standing(database).mark(SYSBP) is None
    assert standing(database).mark(REMARK) is not None
    keep(database, 1, record(sysbp="121", remark="well"))
    assert standing(database).lost == {}

    mark(database, 2, act=VerificationAct.WITHDRAWN)
    assert standing(database) == NOT_VERIFIED


def test_only_what_was_seen_is_verified_and_nothing_of_a_batch_else(
    database: Database,
) -> None:
    keep(database, 0, record(sysbp="120"))
    keep(database, 1, record(sysbp="121"))
    with pytest.raises(VerificationRefused, match="was saved since"):
        mark(database, 1)
    with pytest.raises(VerificationRefused):
        mark(database, 1, key=InstanceKey("01-001", "lb", "SCR"))
    good, old = NewMark(key=VS, version=2), NewMark(key=VS, version=1)
    with pytest.raises(VerificationRefused):
        mark_forms(database, [good, old], VerificationAct.VERIFIED, username="nurse")
    assert standing(database) == NOT_VERIFIED


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        ("UPDATE verification SET act = 'verified'", "row-differs-from-event"),
        ("UPDATE verification SET cell = 'vs.remark'", "row-differs-from-event"),
        ("DELETE FROM verification WHERE act = 'lost'", "event-without-row"),
    ],
)
def test_what_the_owner_of_the_tables_changed_is_found(
    database: Database, attack: str, code: str
) -> None:
    keep(database, 0, record(sysbp="120"))
    mark(database, 1, SYSBP)
    keep(database, 1, record(sysbp="121"))
    unguarded(database, attack)
    assert code in codes(database)


@pytest.mark.parametrize(
    "change", ["UPDATE verification SET version = 9", "DELETE FROM verification"]
)
def test_marks_are_only_added(database: Database, change: str) -> None:
    keep(database, 0, record(sysbp="120"))
    mark(database, 1)
    with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
        connection.execute(text(change))


def test_work_that_was_found_before_somebody_verified_is_not_kept(
    database: Database,
) -> None:
    keep(database, 0, record(sysbp="120"))
    day = date(2024, 4, 18)
    found = StoredStanding(
        subjid="01-001",
        dictionary_hash=HASH,
        day=day,
        saves=1,
        open=0,
        to_finish=0,
        findings={},
        newest_event=newest_event(database, "01-001"),
    )
    mark(database, 1)
    keep_standings(database, [found])
    assert not standings_of(
        database, ["01-001"], dictionaries=SiteDictionaries(in_use=HASH), day=day
    )

    again = replace(found, newest_event=newest_event(database, "01-001"))
    keep_standings(database, [again])
    assert standings_of(
        database, ["01-001"], dictionaries=SiteDictionaries(in_use=HASH), day=day
    )

    mark(database, 1, act=VerificationAct.WITHDRAWN)
    assert not standings_of(
        database, ["01-001"], dictionaries=SiteDictionaries(in_use=HASH), day=day
    )
