"""A signature stands for what was signed: any later version breaks it, and nothing of it
can be changed or moved unseen.
"""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.webapp.storage.audit.test_attacks import unguarded
from tests.webapp.storage.storing import HASH, VS, keep, record
from webapp.storage import (
    Database,
    EventKind,
    InstanceKey,
    PastVersion,
    ReviewScope,
    SignatureRefused,
    Status,
    StoredSignature,
    batch,
    find_events,
    fingerprint,
    forms_to_sign,
    get_user,
    sign,
    signature_counts,
    signatures_of,
)
from webapp.storage.audit.database_audit import audit_database

FORM, VISIT = ReviewScope("01-001", "SCR", 0, "vs"), ReviewScope("01-001", "SCR")
CASEBOOK = ReviewScope("01-001")
OTHER = InstanceKey("01-001", "lb", "SCR")
MEANING = "I approve these data."


def signed(database: Database, scope: ReviewScope, seen: str = "") -> StoredSignature:
    """Signed by the nurse, who saw what stands there."""
    nurse = get_user(database, "nurse")
    assert nurse is not None
    seen = seen or fingerprint(forms_to_sign(database, scope))
    return sign(database, scope, user=nurse, meaning=MEANING, seen=seen)


def codes(database: Database) -> set[str]:
    return {item.finding.code for item in audit_database(database).findings}


@pytest.mark.parametrize("scope", [FORM, VISIT, CASEBOOK])
def test_a_save_breaks_what_was_signed_over_it_and_it_can_be_signed_again(
    database: Database, scope: ReviewScope
) -> None:
    keep(database, 0, record(sysbp="120"))
    first = signed(database, scope)
    assert first.is_valid
    assert [(form.key, form.version) for form in first.forms] == [(VS, 1)]
    assert signatures_of(database, "01-001") == (first,)

    keep(database, 1, record(sysbp="121"))
    (broken,) = signatures_of(database, "01-001")
    assert not broken.is_valid
    assert broken.broken is not None
    assert (broken.broken.key, broken.broken.version) == (VS, 2)
    assert broken.broken.username == "nurse"
    assert signature_counts(database, ["01-001"]) == {"01-001": (0, 1)}

    assert signed(database, scope).is_valid
    assert signature_counts(database, ["01-001"]) == {"01-001": (1, 0)}
    kinds = (EventKind.SIGNED, EventKind.SIGNATURE_BROKEN)
    events = find_events(database, kinds=kinds)
    assert [event.kind for event in events] == [kinds[0], kinds[1], kinds[0]]
    assert codes(database) == {"head-unsigned"}


def test_another_form_breaks_the_casebook_and_its_visit_and_no_other_form(
    database: Database,
) -> None:
    keep(database, 0, record(sysbp="120"))
    for scope in (FORM, VISIT, CASEBOOK):
        signed(database, scope)

    keep(database, 0, record(hb="12"), key=OTHER)
    by_scope = {item.scope: item for item in signatures_of(database, "01-001")}
    assert by_scope[FORM].is_valid
    assert not by_scope[VISIT].is_valid
    assert not by_scope[CASEBOOK].is_valid


def test_a_form_that_an_import_brings_breaks_it_too(database: Database) -> None:
    keep(database, 0, record(sysbp="120"))
    signed(database, CASEBOOK)
    version = PastVersion(
        status=Status.DRAFT,
        record=record(hb="12"),
        saved_by="nurse",
        saved_at=database.clock(),
        reason="",
        dictionary_hash=HASH,
        save_id="past",
    )
    with batch(database) as saves:
        saves.restore_forms([(OTHER, (version,))])
    assert not signatures_of(database, "01-001")[0].is_valid


def test_a_save_that_changes_nothing_leaves_it(database: Database) -> None:
    keep(database, 0, record(sysbp="120"))
    signed(database, FORM)
    keep(database, 1, record(sysbp="120"))
    assert signatures_of(database, "01-001")[0].is_valid


def test_only_what_was_seen_is_signed(database: Database) -> None:
    with pytest.raises(SignatureRefused, match="Nothing was captured here"):
        signed(database, FORM)
    keep(database, 0, record(sysbp="120"))
    seen = fingerprint(forms_to_sign(database, FORM))
    keep(database, 1, record(sysbp="121"))
    with pytest.raises(SignatureRefused, match="since you opened this page"):
        signed(database, FORM, seen)
    assert signatures_of(database, "01-001") == ()


def test_a_signature_fits_no_other_place_person_or_time(database: Database) -> None:
    keep(database, 0, record(sysbp="120"))
    keep(database, 0, record(sysbp="120"), key=OTHER)
    digests = {
        signed(database, scope).digest for scope in (FORM, FORM, VISIT, CASEBOOK)
    }
    assert len(digests) == 4


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        ("UPDATE signature SET form = 'lb'", "signature-altered"),
        ("UPDATE signature SET name = 'Somebody'", "signature-altered"),
        ("UPDATE signature SET meaning = 'I have seen it'", "signature-altered"),
        ("UPDATE signature SET digest = 'x'", "row-differs-from-event"),
        ("DELETE FROM signature_break", "event-without-row"),
        ("UPDATE signature_break SET username = 'eve'", "row-differs-from-event"),
    ],
)
def test_what_the_owner_of_the_tables_changed_is_found(
    database: Database, attack: str, code: str
) -> None:
    keep(database, 0, record(sysbp="120"))
    signed(database, FORM)
    keep(database, 1, record(sysbp="121"))
    unguarded(database, attack)
    assert code in codes(database)
    assert not signatures_of(database, "01-001")[0].is_valid


def test_an_answer_changed_behind_the_guards_breaks_it_on_the_page(
    database: Database,
) -> None:
    keep(database, 0, record(sysbp="120"))
    signed(database, FORM)
    unguarded(database, "UPDATE form_version SET seal = 'another'")
    (item,) = signatures_of(database, "01-001")
    assert item.broken is None
    assert not item.is_valid


@pytest.mark.parametrize("table", ["signature", "signature_break"])
@pytest.mark.parametrize("change", ["UPDATE {} SET event_number = 1", "DELETE FROM {}"])
def test_signatures_and_breaks_are_only_added(
    database: Database, table: str, change: str
) -> None:
    keep(database, 0, record(sysbp="120"))
    signed(database, FORM)
    keep(database, 1, record(sysbp="121"))
    with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
        connection.execute(text(change.format(table)))
