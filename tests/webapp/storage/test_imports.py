"""What an import writes at once: the past of forms, sealed, with its people and
dictionaries.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from generator.tables.descriptor import DictionaryUse
from tests.package_cases import ASKED, clean_threads
from tests.webapp.storage.storing import (
    HASH,
    START,
    VS,
    keep,
    record,
    rows,
    small_study,
)
from webapp.storage import (
    Database,
    InstanceKey,
    NewQuery,
    PastVersion,
    QueryAction,
    QueryPlace,
    QueryState,
    QueryStep,
    Status,
    batch,
    broken_seals,
    get_dictionary,
    get_thread,
    get_user,
    has_password,
    history,
    imports_of,
    list_users,
    load,
    open_queries,
    snapshot,
)
from webapp.storage.audit.database_audit import audit_database
from webapp.storage.query_life import QueryParty

OLD = "b" * 64
LB = InstanceKey("01-001", "lb", "SCR")
FIRST = PastVersion(
    status=Status.DRAFT,
    record=rows(reading={1: {"pulse": "70"}, 2: {}}),
    saved_by="dr. who",
    saved_at=START - timedelta(days=400),
    reason="",
    dictionary_hash=OLD,
    save_id="restored-1",
)
SECOND = replace(
    FIRST,
    status=Status.COMPLETE,
    record=rows(reading={1: {"pulse": "71"}}),
    saved_by="nurse",
    saved_at=START - timedelta(days=300),
    reason="misread",
    dictionary_hash=HASH,
    save_id="restored-2",
)


def restore(database: Database) -> None:
    uses = [DictionaryUse(hash=OLD, since=START - timedelta(days=500))]
    with batch(database) as saves:
        saves.begin_import(operator="Maria", source="p.zip")
        saves.need_accounts(["nurse", "dr. who"])
        saves.restore_dictionaries({OLD: {"study.yaml": "study: OLD\n"}}, "SMALL", uses)
        saves.restore_forms(
            [(VS, (FIRST, SECOND)), (LB, (replace(FIRST, save_id="restored-3"),))]
        )


def test_every_version_is_there_as_it_was_saved(database: Database) -> None:
    restore(database)
    first, second = (one.form for one in history(database, VS))
    assert (first.version, first.saved_by, first.saved_at) == (
        1,
        "dr. who",
        FIRST.saved_at,
    )
    assert (second.version, second.status, second.reason) == (
        2,
        Status.COMPLETE,
        "misread",
    )
    assert (first.record, second.record) == (FIRST.record, SECOND.record)
    assert second.row_marks == {"reading": 2}
    stored = load(database, VS)
    assert stored is not None
    assert (stored.version, stored.status) == (2, Status.COMPLETE)
    assert not list(broken_seals(database))


def test_people_go_on_from_there(database: Database) -> None:
    restore(database)
    keep(database, 2, record(sysbp="120"))
    assert [one.form.version for one in history(database, VS)] == [1, 2, 3]
    assert not list(broken_seals(database))


def test_a_query_comes_in_with_its_number_and_the_next_one_follows(
    database: Database,
) -> None:
    thread = clean_threads()[1]
    with batch(database) as saves:
        saves.begin_import(operator="Maria", source="p.zip")
        assert saves.restore_threads([thread]) == 0

    there = get_thread(database, thread.query)
    assert there is not None
    assert (there.query.state, there.query.opened_at) == (QueryState.OPEN, ASKED)
    assert [entry.text for entry in there.entries] == ["Unusual"]
    codes = [item.finding.code for item in audit_database(database).findings]
    assert codes == ["head-unsigned"]
    step = QueryStep(
        action=QueryAction.OPEN,
        party=QueryParty.REVIEWER,
        username="nurse",
        text="And this?",
    )
    place = QueryPlace(subject="01-001")
    assert open_queries(database, [NewQuery(place=place, step=step)]) == (4,)


def test_a_query_about_a_subject_that_is_not_here_is_counted(
    database: Database,
) -> None:
    with batch(database) as saves:
        saves.begin_import(operator="Maria", source="p.zip")
        assert saves.restore_threads(clean_threads()[1:]) == 1


def test_nobody_can_sign_in_as_somebody_who_was_only_named(database: Database) -> None:
    restore(database)
    assert get_user(database, "dr. who") is not None
    assert not has_password(database, "dr. who", "")
    assert has_password(database, "nurse", "secret")
    assert [one.username for one in list_users(database)] == ["dr. who", "nurse"]


def test_the_dictionaries_and_the_import_are_noted(database: Database) -> None:
    restore(database)
    old = get_dictionary(database, OLD)
    assert old is not None
    assert (old.files, old.loaded_at) == (
        {"study.yaml": "study: OLD\n"},
        START - timedelta(days=500),
    )
    with snapshot(database) as state:
        assert {one.hash for one in state.dictionary_uses()} == {
            OLD,
            small_study().hash,
        }
    stored = load(database, LB)
    assert stored is not None
    assert stored.import_id is not None
    run = imports_of(database, [stored.import_id])[stored.import_id]
    assert (run.operator, run.source) == ("Maria", "p.zip")
