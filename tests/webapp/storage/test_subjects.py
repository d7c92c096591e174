"""Subjects, accounts, casebooks and files."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from forms_spec.model.captured_data import FormKey
from tests.webapp.storage.storing import START, VS, keep, record
from webapp.storage import (
    AttachmentHead,
    Database,
    FindingCounts,
    Role,
    Status,
    StoredCasebook,
    accept_clock,
    add_attachment,
    add_subject,
    add_user,
    get_attachment,
    get_attachment_head,
    get_subject,
    get_user,
    has_password,
    heads,
    list_subjects,
    snapshot,
    texts_of,
)


class Queries:
    """Counts the queries that a block sends."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.count = 0

    def _sent(self, *_: object) -> None:
        self.count += 1

    def __enter__(self) -> Queries:
        event.listen(self.database.engine, "before_cursor_execute", self._sent)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self.database.engine, "before_cursor_execute", self._sent)


class TestList:
    def test_sums_are_of_the_newest_versions(self, database: Database) -> None:
        keep(
            database,
            0,
            record(sysbp="300"),
            counts=FindingCounts(refused=1, warnings=2),
        )
        keep(
            database,
            1,
            record(sysbp="200"),
            counts=FindingCounts(warnings=1),
            status=Status.COMPLETE,
        )
        keep(
            database,
            0,
            record(sysbp="x"),
            key=VS._replace(visit="M3"),
            counts=FindingCounts(refused=1),
        )
        (line,) = list_subjects(database)
        assert (line.drafts, line.complete) == (1, 1)
        assert (line.refused, line.queries, line.warnings) == (1, 0, 1)
        assert line.saved_at is not None
        assert line.saved_at.tzinfo is not None

    def test_a_subject_without_forms_is_listed(self, database: Database) -> None:
        (line,) = list_subjects(database)
        assert (line.drafts, line.complete, line.saved_at) == (0, 0, None)

    def test_the_number_of_queries_does_not_grow(self, database: Database) -> None:
        for number in range(2, 12):
            add_subject(database, subjid=f"01-{number:03}", site="01", user="nurse")
        with Queries(database) as queries:
            assert len(list_subjects(database)) == 11
        assert queries.count <= 2

    def test_a_subject_is_entered_once(self, database: Database) -> None:
        with pytest.raises(IntegrityError):
            add_subject(database, subjid="01-001", site="01", user="nurse")
        assert get_subject(database, "01-002") is None


class TestCasebook:
    VISITS = ("SCR", "D0", "M3", "UNS")

    def fill(self, database: Database) -> None:
        for visit, unsno in [("UNS", 2), ("M3", 0), ("SCR", 0), ("UNS", 1)]:
            keep(
                database,
                0,
                record(sysbp=f"{visit}{unsno}"),
                key=VS._replace(visit=visit, unsno=unsno),
            )
        keep(
            database, 0, record(aeterm="Fall"), key=VS._replace(form="ae", visit="LOG")
        )

    @pytest.mark.parametrize("make", [StoredCasebook, StoredCasebook.whole])
    def test_a_form_is_found_in_visit_order(
        self, database: Database, make: type[StoredCasebook]
    ) -> None:
        self.fill(database)
        casebook = make(database, "01-001", self.VISITS)
        found = [(key.visit, key.unsno) for key in casebook.keys("vs")]
        assert found == [("SCR", 0), ("M3", 0), ("UNS", 1), ("UNS", 2)]
        entered = casebook.record(FormKey("vs", "M3", 0))
        assert entered is not None
        assert entered.texts == {"sysbp": "M30"}
        assert casebook.record(FormKey("vs", "D0", 0)) is None
        assert list(casebook.keys("pe")) == []

    def test_what_is_renewed_is_as_if_it_were_read_whole(
        self, database: Database
    ) -> None:
        self.fill(database)
        casebook = StoredCasebook.whole(database, "01-001", self.VISITS)
        assert casebook.renewed() is casebook
        month = VS._replace(visit="M3", unsno=0)
        keep(database, 1, record(sysbp="140"), key=month)
        changed = casebook.renewed()
        keep(database, 0, record(sysbp="150"), key=VS._replace(visit="D0", unsno=0))
        more = changed.renewed()
        for renewed, count in ((changed, 5), (more, 6)):
            assert len(renewed.forms) == count
            assert renewed.forms[month.form_key].record.texts == {"sysbp": "140"}
            assert renewed.forms[VS.form_key] is casebook.forms[VS.form_key]
        whole = StoredCasebook.whole(database, "01-001", self.VISITS)
        assert list(more.forms.items()) == list(whole.forms.items())
        assert list(more.keys("vs")) == list(whole.keys("vs"))
        assert more.saves == whole.saves == casebook.saves + 2

    def test_a_save_by_a_clock_that_was_set_back_is_seen(
        self, database: Database
    ) -> None:
        self.fill(database)
        casebook = StoredCasebook.whole(database, "01-001", self.VISITS)
        slow = replace(database, clock=lambda: START - timedelta(days=1))
        accept_clock(slow)
        month = VS._replace(visit="M3", unsno=0)

        keep(slow, 1, record(sysbp="140"), key=month)

        renewed = casebook.renewed()
        assert renewed.forms[month.form_key].record.texts == {"sysbp": "140"}
        assert len(renewed.forms) == len(casebook.forms)

    def test_the_whole_is_one_query(self, database: Database) -> None:
        self.fill(database)
        with Queries(database) as queries:
            casebook = StoredCasebook.whole(database, "01-001", self.VISITS)
            assert len(list(casebook.keys("vs"))) == 4
            assert len(list(casebook.keys("ae"))) == 1
        assert queries.count <= 2

    def test_heads_carry_status_and_counts_without_answers(
        self, database: Database
    ) -> None:
        self.fill(database)
        with Queries(database) as queries:
            found = heads(database, "01-001")
        assert queries.count <= 2
        assert found[FormKey("vs", "M3", 0)].status is Status.DRAFT
        assert len(found) == 5

    def test_the_answers_of_some_forms_of_some_subjects_are_one_query(
        self, database: Database
    ) -> None:
        self.fill(database)
        add_subject(database, subjid="01-002", site="01", user="nurse")
        keep(database, 0, record(sysbp="2"), key=VS._replace(subject="01-002"))
        with Queries(database) as queries:
            found = texts_of(database, ["vs"], None)
        assert queries.count <= 2
        assert {subject: len(forms) for subject, forms in found.items()} == {
            "01-001": 4,
            "01-002": 1,
        }
        assert found["01-002"][FormKey("vs", "SCR", 0)] == {"sysbp": "2"}
        assert len(texts_of(database, None, ["01-001"])["01-001"]) == 5
        assert list(texts_of(database, None, ["01-002"])) == ["01-002"]


class TestSnapshot:
    def test_sees_nothing_that_is_saved_meanwhile(self, database: Database) -> None:
        keep(database, 0, record(sysbp="120"))
        with snapshot(database) as state:
            assert [one.subjid for one in state.subjects()] == ["01-001"]
            keep(database, 1, record(sysbp="130"))
            assert [form.record.texts["sysbp"] for form in state.newest("01-001")] == [
                "120"
            ]
            assert len(state.versions("01-001")) == 1


class TestAccounts:
    def test_the_right_password_signs_in(self, database: Database) -> None:
        assert has_password(database, "nurse", "secret")
        user = get_user(database, "nurse")
        assert user is not None
        assert (user.name, user.role) == ("Nina Nurse", Role.COORDINATOR)

    @pytest.mark.parametrize(
        ("username", "password"), [("nurse", "Secret"), ("nobody", "secret"), ("", "")]
    )
    def test_anything_else_does_not(
        self, database: Database, username: str, password: str
    ) -> None:
        assert not has_password(database, username, password)

    def test_a_username_is_given_once(self, database: Database) -> None:
        with pytest.raises(IntegrityError):
            add_user(
                database,
                username="nurse",
                name="Another",
                role=Role.ADMIN,
                password="x",
            )

    def test_an_unknown_user_is_none(self, database: Database) -> None:
        assert get_user(database, "nobody") is None


class TestFiles:
    def test_bytes_come_back_by_the_beginning_of_their_hash(
        self, database: Database
    ) -> None:
        sha256 = add_attachment(database, b"\x00scan", user="nurse")
        assert add_attachment(database, b"\x00scan", user="nurse") == sha256
        found = get_attachment(database, sha256[:16])
        assert found is not None
        assert (found.sha256, found.bytes) == (sha256, b"\x00scan")

    @pytest.mark.parametrize("prefix", ["", "0" * 15, "0" * 16, "%" * 16, "Z" * 16])
    def test_other_hashes_find_nothing(self, database: Database, prefix: str) -> None:
        add_attachment(database, b"scan", user="nurse")
        assert get_attachment(database, prefix) is None

    def test_the_head_tells_hash_and_size_without_the_bytes(
        self, database: Database
    ) -> None:
        sha256 = add_attachment(database, b"\x00scan", user="nurse")
        assert get_attachment_head(database, sha256[:16]) == AttachmentHead(
            sha256=sha256, size=5
        )
        assert get_attachment_head(database, "0" * 16) is None
