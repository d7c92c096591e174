"""Text that should never have been typed is taken out everywhere, and the audit still
proves everything else.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text

from forms_spec.model.captured_data import CellKey, Record, Row
from tests.webapp.storage.audit.test_attacks import unguarded
from tests.webapp.storage.storing import VS, keep
from webapp.storage import (
    Database,
    NewQuery,
    QueryAction,
    QueryPlace,
    QueryStep,
    ReviewScope,
    broken_seals,
    get_thread,
    history,
    open_queries,
    set_void,
)
from webapp.storage.audit.chain import verify_lines
from webapp.storage.audit.database_audit import AuditReport, audit_database
from webapp.storage.events import log_lines
from webapp.storage.guards import broken_guards
from webapp.storage.query_life import QueryParty
from webapp.storage.redacting import (
    RedactionRefused,
    places_of_text,
    redact_text,
)

NAME = "Jan Peeters"
WHY = "name of the subject"


@pytest.fixture
def typed(database: Database) -> Database:
    """A name in two of three versions, in a row, in a reason, and in a query."""
    first = Record(texts={"remark": f"{NAME} was late", "sysbp": "120"})
    second = Record(
        texts={"remark": f"called {NAME}", "sysbp": "120"},
        rows={"reading": (Row(number=1, texts={"pulse": NAME}),)},
        kept={(CellKey("vs", None, "sysbp"), "expected"): f"asked {NAME}"},
    )
    third = Record(texts={"remark": "late", "sysbp": "121"})
    for base, one in enumerate((first, second, third)):
        keep(database, base, one)
    step = QueryStep(
        action=QueryAction.OPEN,
        party=QueryParty.REVIEWER,
        username="nurse",
        text=f"Is {NAME} right?",
    )
    place = QueryPlace(subject="01-001", visit="SCR", form="vs")
    open_queries(database, [NewQuery(place=place, step=step)])
    visit = ReviewScope("01-001", "SCR")
    for voided, why in ((True, f"{NAME} never came"), (False, "She did come")):
        set_void(database, visit, voided=voided, username="nurse", reason=why)
    return database


def everything(database: Database) -> str:
    """All that the database holds, as one text."""
    tables = ("form_version", "query_entry", "event", "subject_standing", "void_act")
    with database.read() as connection:
        rows = [
            str(row)
            for table in tables
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        ]
    return "\n".join(rows)


def lines_of(database: Database) -> list[bytes]:
    with database.read() as connection:
        return [line.encode() for line in log_lines(connection)]


def codes(report: AuditReport) -> set[str]:
    return {item.finding.code for item in report.findings} - {"head-unsigned"}


def test_the_places_of_a_text_are_shown_before_anything_is_changed(
    typed: Database,
) -> None:
    before = everything(typed)

    places = places_of_text(typed, "01-001", NAME)

    assert [(place.what, place.texts) for place in places] == [
        ("SCR vs, version 1", ("vs.remark",)),
        (
            "SCR vs, version 2",
            ("vs.remark", "reading.pulse, row 1", "reason for vs.sysbp"),
        ),
        ("query 1, entry 1", ("text",)),
        ("voiding 1", ("reason",)),
    ]
    assert everything(typed) == before


def test_the_text_is_gone_everywhere_and_the_audit_says_who_took_it_out(
    typed: Database,
) -> None:
    done = redact_text(typed, "01-001", NAME, reason=WHY, username="nurse")

    assert NAME not in everything(typed)
    versions = history(typed, VS)
    assert versions[0].form.record.texts["remark"] == "[redacted] was late"
    assert versions[1].form.record.rows["reading"][0].texts == {"pulse": "[redacted]"}
    assert versions[2].form.record.texts == {"remark": "late", "sysbp": "121"}
    thread = get_thread(typed, 1)
    assert thread is not None
    assert thread.entries[0].text == "Is [redacted] right?"

    report = audit_database(typed)
    assert codes(report) == set()
    (redaction,) = report.redactions
    assert redaction.number == done.event_number
    assert (redaction.username, redaction.reason) == ("nurse", WHY)
    counts = [
        redaction.count(table) for table in ("form_version", "query_entry", "void_act")
    ]
    assert counts == [2, 1, 1]
    with typed.read() as connection:
        reasons = connection.execute(text("SELECT reason FROM void_act ORDER BY id"))
        assert list(reasons.scalars()) == ["[redacted] never came", "She did come"]
    assert list(broken_seals(typed)) == []
    with typed.read() as connection:
        assert list(broken_guards(connection)) == []


def test_people_go_on_after_a_redaction(typed: Database) -> None:
    redact_text(typed, "01-001", NAME, reason=WHY, username="nurse")
    keep(typed, 3, Record(texts={"remark": "fourth"}))
    redact_text(typed, "01-001", "was late", reason="says who came", username="nurse")

    report = audit_database(typed)
    assert codes(report) == set()
    assert len(report.redactions) == 2
    assert history(typed, VS)[0].form.record.texts["remark"] == "[redacted] [redacted]"


def test_a_line_of_the_log_keeps_the_hash_that_it_had(typed: Database) -> None:
    redact_text(typed, "01-001", NAME, reason="typed by Karel", username="nurse")
    redact_text(typed, "01-001", "Karel", reason="typed there too", username="nurse")

    assert "Karel" not in everything(typed)
    report = audit_database(typed)
    assert codes(report) == set()
    assert [item.reason for item in report.redactions] == [
        "typed by [redacted]",
        "typed there too",
    ]
    assert report.redactions[1].count("event") == 1


def unnamed(database: Database) -> list[bytes]:
    """A line that says text was taken out of it, which no event says."""
    lines = lines_of(database)
    content = json.loads(lines[1])
    had = verify_lines(lines[:2]).head.sha256
    content["at"] = "2020-01-01T00:00:00.000000Z"
    changed = json.dumps({**content, "redacted": had}, separators=(",", ":"))
    return [lines[0], changed.encode(), *lines[2:]]


def without_the_event(database: Database) -> list[bytes]:
    """A log from whose end the event was cut off."""
    redact_text(database, "01-001", NAME, reason="typed by Karel", username="nurse")
    redact_text(database, "01-001", "Karel", reason="typed there", username="nurse")
    return lines_of(database)[:-1]


def changed_again(database: Database) -> list[bytes]:
    """A redacted line in which more was changed than the event says."""
    redact_text(database, "01-001", NAME, reason="typed by Karel", username="nurse")
    redact_text(database, "01-001", "Karel", reason="typed there", username="nurse")
    return [line.replace(b"typed by", b"typed at") for line in lines_of(database)]


@pytest.mark.parametrize("tampered", [unnamed, without_the_event, changed_again])
def test_a_redaction_cannot_hide_that_a_line_was_changed(
    typed: Database, tampered: Callable[[Database], list[bytes]]
) -> None:
    fault = verify_lines(tampered(typed)).fault
    assert fault is not None
    assert fault.code == "log-redaction-unnamed"


def test_a_line_that_has_its_text_again_is_found(typed: Database) -> None:
    redact_text(typed, "01-001", NAME, reason="typed by Karel", username="nurse")
    before = lines_of(typed)[-1]
    redact_text(typed, "01-001", "Karel", reason="typed there", username="nurse")
    lines = lines_of(typed)
    fault = verify_lines([*lines[:-2], before, lines[-1]]).fault
    assert fault is not None
    assert (fault.code, fault.number) == ("log-redaction-undone", len(lines) - 1)


def test_a_version_that_was_changed_in_the_name_of_a_redaction_is_found(
    typed: Database,
) -> None:
    redact_text(typed, "01-001", NAME, reason=WHY, username="nurse")
    unguarded(
        typed,
        "UPDATE form_version SET texts = replace(texts, '120', '130') WHERE number = 1",
    )
    assert codes(audit_database(typed)) == {"seal-broken"}
    assert [form.version for form in broken_seals(typed)] == [1]


def test_a_query_that_was_changed_in_the_name_of_a_redaction_is_found(
    typed: Database,
) -> None:
    redact_text(typed, "01-001", NAME, reason=WHY, username="nurse")
    unguarded(typed, "UPDATE query_entry SET text = 'Is [redacted] wrong?'")
    assert "row-differs-from-event" in codes(audit_database(typed))


@pytest.mark.parametrize(
    ("unwanted", "reason", "words"),
    [
        (" J ", WHY, "at least 2 characters"),
        ("x" * 2_001, WHY, "At most 2,000"),
        ("acted", WHY, "a part of the mark"),
        ("01-0", WHY, "a part of the subject number"),
        (NAME, " ", "Write why"),
        (NAME, "x" * 501, "At most 500"),
        (NAME, "he is jan peeters", "repeats the text"),
        ("Piet", WHY, "is not found about subject 01-001"),
    ],
)
def test_what_cannot_be_taken_out_is_refused_and_nothing_changes(
    typed: Database, unwanted: str, reason: str, words: str
) -> None:
    before = everything(typed)
    with pytest.raises(RedactionRefused, match=words):
        redact_text(typed, "01-001", unwanted, reason=reason, username="nurse")
    assert everything(typed) == before


def test_a_redaction_that_fails_leaves_everything_as_it_was(typed: Database) -> None:
    before = everything(typed)
    stopped = replace(typed, clock=lambda: (_ for _ in ()).throw(RuntimeError("stop")))
    with pytest.raises(RuntimeError, match="stop"):
        redact_text(stopped, "01-001", NAME, reason=WHY, username="nurse")
    assert everything(typed) == before
