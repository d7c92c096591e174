"""Threads about data: added to and never rewritten, each entry with its line in the
log.
"""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.webapp.storage.storing import START, VS, keep, record
from webapp.storage import (
    Database,
    NewQuery,
    QueryAction,
    QueryFilter,
    QueryParty,
    QueryPlace,
    QueryState,
    QueryStep,
    QueryThread,
    Role,
    StepRefused,
    UnknownQuery,
    add_subject,
    add_user,
    due_subjects,
    forget_due,
    get_thread,
    list_queries,
    log_lines,
    open_queries,
    settle_due,
    take_step,
    threads_of_form,
    threads_of_subject,
    waiting_counts,
)
from webapp.storage.queries import text_hash

SYSBP = QueryPlace(subject="01-001", visit="SCR", form="vs", table="vs", field="sysbp")


@pytest.fixture(autouse=True)
def monitor(database: Database) -> None:
    add_user(
        database,
        username="monitor",
        name="Max Monitor",
        role=Role.MONITOR,
        password="secret",
    )


def asking(words: str, place: QueryPlace = SYSBP, **others: str) -> NewQuery:
    return NewQuery(
        place=place,
        step=QueryStep(
            action=QueryAction.OPEN,
            party=QueryParty.REVIEWER,
            username="monitor",
            text=words,
            assigned_role="coordinator",
        ),
        **others,
    )


def answering(words: str, action: QueryAction = QueryAction.ANSWER) -> QueryStep:
    return QueryStep(action=action, party=QueryParty.SITE, username="nurse", text=words)


def thread(database: Database, number: int) -> QueryThread:
    result = get_thread(database, number)
    assert result is not None
    return result


def test_a_thread_has_what_was_asked_and_answered_by_whom_and_when(
    database: Database,
) -> None:
    (number,) = open_queries(database, [asking("Is 172 right?")])
    take_step(database, number, answering("Yes, measured twice"), seen=1)

    result = thread(database, number)
    assert (result.query.state, result.query.state_by) == (
        QueryState.ANSWERED,
        "nurse",
    )
    assert result.query.place == SYSBP
    assert result.query.opened_by == "monitor"
    assert START < result.query.opened_at < result.query.state_at
    assert [(item.action, item.username, item.text) for item in result.entries] == [
        (QueryAction.OPEN, "monitor", "Is 172 right?"),
        (QueryAction.ANSWER, "nurse", "Yes, measured twice"),
    ]


def test_a_comment_leaves_a_query_where_it_is(database: Database) -> None:
    (number,) = open_queries(database, [asking("Is 172 right?")])
    before = thread(database, number).query
    take_step(database, number, answering("I will look", QueryAction.COMMENT))

    after = thread(database, number).query
    assert (after.state, after.state_by, after.state_at) == (
        before.state,
        before.state_by,
        before.state_at,
    )
    assert after.entries == 2


def test_every_entry_has_a_line_in_the_log_with_its_hash_and_without_its_text(
    database: Database,
) -> None:
    (number,) = open_queries(database, [asking("Mrs Miller?", code="bp_high")])
    take_step(database, number, answering("Miller it is"))

    with database.read() as connection:
        lines = list(log_lines(connection))
    assert "Miller" not in "".join(lines)
    opened, answered = (json.loads(line) for line in lines[-2:])
    assert (opened["kind"], answered["kind"]) == ("query-opened", "query-answered")
    assert opened["place"] == {"subject": "01-001", "visit": "SCR", "form": "vs"}
    assert opened["details"] == {
        "query": number,
        "entry": 1,
        "text": text_hash("Mrs Miller?"),
        "table": "vs",
        "field": "sysbp",
        "code": "bp_high",
        "assigned_role": "coordinator",
    }
    events = [item.event_number for item in thread(database, number).entries]
    assert events == [opened["number"], answered["number"]]


def test_a_refused_step_leaves_nothing(database: Database) -> None:
    (number,) = open_queries(database, [asking("Is 172 right?")])
    close = answering("done", QueryAction.CLOSE)

    with pytest.raises(StepRefused, match="Coordinators and investigators cannot"):
        take_step(database, number, close)

    assert len(thread(database, number).entries) == 1
    with pytest.raises(UnknownQuery):
        take_step(database, number + 1, close)


@pytest.mark.parametrize("words", ["", "  \n ", "x" * 2_001])
def test_an_entry_says_something_and_not_a_book(database: Database, words: str) -> None:
    (number,) = open_queries(database, [asking("Is 172 right?")])
    with pytest.raises(StepRefused):
        take_step(database, number, answering(words))
    with pytest.raises(StepRefused):
        open_queries(database, [asking(words)])


def test_nobody_answers_over_an_entry_that_was_not_seen(database: Database) -> None:
    (number,) = open_queries(database, [asking("Is 172 right?")])
    take_step(database, number, answering("Yes"), seen=1)

    with pytest.raises(StepRefused, match="in the meantime"):
        take_step(database, number, answering("No"), seen=1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE query_entry SET text = 'other'",
        "DELETE FROM query_entry",
        "DELETE FROM query",
        "UPDATE query SET state = 'closed'",
        "UPDATE query SET entries = entries + 1, field = 'diabp'",
        "UPDATE query SET entries = entries + 1, opened_by = 'nurse'",
        "UPDATE query SET entries = entries + 2",
        "INSERT INTO query_entry (query_id, number, action, username, rule, acted_at,"
        " assigned_role, assigned_to, event_number, text) SELECT query_id, 5, action,"
        " username, rule, acted_at, '', '', event_number, text FROM query_entry",
    ],
)
def test_the_database_refuses_to_rewrite_what_was_said(
    database: Database, statement: str
) -> None:
    open_queries(database, [asking("Is 172 right?")])
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(text(statement))


def test_threads_of_a_form_and_of_its_subject(database: Database) -> None:
    subject = QueryPlace(subject="01-001")
    field, whole = open_queries(
        database, [asking("Is 172 right?"), asking("Consent?", subject)]
    )

    assert [item.query.number for item in threads_of_form(database, VS)] == [field]
    of_subject = threads_of_subject(database, "01-001")
    assert [item.query.number for item in of_subject] == [field, whole]
    assert of_subject[1].query.place == subject
    assert of_subject[1].entries[0].text == "Consent?"


class TestLists:
    def test_what_waits_is_counted_by_subject(self, database: Database) -> None:
        add_subject(database, subjid="01-002", site="01", user="nurse")
        first, second, _ = open_queries(
            database,
            [asking("a"), asking("b")] * 1
            + [asking("c", QueryPlace(subject="01-002"))],
        )
        take_step(database, first, answering("Yes"))
        close = QueryStep(
            action=QueryAction.CLOSE, party=QueryParty.REVIEWER, username="monitor"
        )
        take_step(database, second, close)

        names = ["01-001", "01-002", "01-003"]
        assert waiting_counts(database, names) == {"01-001": 1, "01-002": 1}

    def test_filters_and_pages(self, database: Database) -> None:
        add_subject(database, subjid="02-001", site="02", user="nurse")
        other = QueryPlace(subject="02-001", visit="SCR", form="dm")
        numbers = open_queries(database, [asking("a"), asking("b", other), asking("c")])
        take_step(database, numbers[0], answering("Yes"))

        def listed(**wanted: object) -> list[str]:
            _, page = list_queries(database, QueryFilter(**wanted), first=0, most=9)  # type: ignore[arg-type]
            return [item.text for item in page]

        assert listed() == ["a", "b", "c"]
        assert listed(states={QueryState.ANSWERED}) == ["a"]
        assert listed(site="02") == listed(subject="02-001") == listed(form="dm")
        assert listed(site="02") == ["b"]
        assert listed(assigned_role="investigator") == []
        assert listed(opened_before=START) == []
        assert listed(opened_before=START + timedelta(days=1)) == ["a", "b", "c"]
        count, page = list_queries(database, QueryFilter(), first=1, most=1)
        assert (count, [item.text for item in page]) == (3, ["b"])
        assert page[0].site == "02"


class TestDue:
    def test_a_save_makes_its_subject_due_until_it_was_looked_at(
        self, database: Database
    ) -> None:
        assert due_subjects(database) == ()
        keep(database, 0, record(sysbp="172"))
        keep(database, 1, record(sysbp="173"))
        assert due_subjects(database) == ("01-001",)

        assert settle_due(
            database, "01-001", saves=2, decide=lambda _: ([asking("why?")], [])
        )

        assert due_subjects(database) == ()
        assert len(threads_of_subject(database, "01-001")) == 1

    def test_a_save_in_between_leaves_it_due_and_writes_nothing(
        self, database: Database
    ) -> None:
        keep(database, 0, record(sysbp="172"))
        keep(database, 1, record(sysbp="120"))

        assert not settle_due(
            database, "01-001", saves=1, decide=lambda _: ([asking("why?")], [])
        )

        assert due_subjects(database) == ("01-001",)
        assert threads_of_subject(database, "01-001") == ()

    def test_only_what_was_looked_at_last_is_forgotten(
        self, database: Database
    ) -> None:
        keep(database, 0, record(sysbp="172"))
        keep(database, 1, record(sysbp="120"))

        forget_due(database, {"01-001": 1})
        assert due_subjects(database) == ("01-001",)

        forget_due(database, {"01-001": 2})
        assert due_subjects(database) == ()
