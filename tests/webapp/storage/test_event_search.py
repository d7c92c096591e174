"""Events are looked for by one query, which limits a person to the sites of the person."""

from __future__ import annotations

from tests.webapp.storage.storing import keep, record
from webapp.storage import (
    Database,
    EventKind,
    EventSearch,
    NewEvent,
    Role,
    add_subject,
    add_user,
    iterate_events,
    reasons_of,
    search_events,
    write_event,
)


def subjects(database: Database, wanted: EventSearch) -> list[str]:
    return [item.place.subject for item in search_events(database, wanted)]


def test_a_person_of_some_sites_gets_the_events_of_their_subjects_alone(
    database: Database,
) -> None:
    add_subject(database, subjid="02-001", site="02", user="nurse")
    assert subjects(database, EventSearch(sites=frozenset({"02"}))) == ["02-001"]
    assert subjects(database, EventSearch(sites=frozenset())) == []
    assert len(subjects(database, EventSearch())) > 2


def test_an_account_is_found_by_what_it_did_and_by_what_was_done_to_it(
    database: Database,
) -> None:
    odd = 'o"%_d'
    add_user(database, username=odd, name="O", role=Role.MONITOR, password="secret")
    write_event(database, NewEvent(kind=EventKind.EXPORTED, username=odd))
    events = search_events(database, EventSearch(username=odd))
    assert [item.kind for item in events] == [
        EventKind.EXPORTED,
        EventKind.ACCOUNT_ADDED,
    ]


def test_a_reason_belongs_to_the_event_of_its_version(database: Database) -> None:
    keep(database, 0, record(sysbp="120"))
    keep(database, 1, record(sysbp="130"), reason="misread")
    with database.read() as connection:
        wanted = EventSearch(kinds={EventKind.FORM_SAVED})
        newest, first = iterate_events(connection, wanted)
        reasons = reasons_of(connection, [newest, first])
    assert reasons == {newest.number: "misread", first.number: ""}


def test_an_event_knows_the_sites_that_its_person_had(database: Database) -> None:
    add_user(
        database,
        username="ghent",
        name="G",
        role=Role.MONITOR,
        password="secret",
        sites=frozenset({"02", "01"}),
    )
    for username in ("ghent", "nurse"):
        write_event(database, NewEvent(kind=EventKind.EXPORTED, username=username))
    of_all, of_two = search_events(database, EventSearch(kinds={EventKind.EXPORTED}))
    assert (of_two.sites, of_all.sites) == (("01", "02"), ())
