"""A save is a new version, whole or not at all, and once however often it is sent."""

from __future__ import annotations

import hashlib
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_spec.model.captured_data import CellKey, Record
from tests.webapp.storage.storing import HASH, VS, keep, record, rows
from webapp.storage import (
    Conflict,
    Database,
    FindingCounts,
    InstanceKey,
    Saved,
    SaveRefused,
    SaveRequest,
    Status,
    batch,
    get_attachment_head,
    get_subject,
    history,
    load,
    load_version,
)


def test_nothing_is_there_before_the_first_save(database: Database) -> None:
    assert load(database, VS) is None


def test_a_save_is_read_back_as_it_was_typed(database: Database) -> None:
    typed = Record(
        texts={"sysbp": " 12O ", "note": "é\n\x00\ud800 \N{SNOWMAN}"},
        rows=rows(cm={1: {"cmtrt": "Aspirin"}, 2: {}}).rows,
        kept={(CellKey("vs", None, "sysbp"), "outside-expected"): "measured twice"},
    )
    counts = FindingCounts(refused=1, queries=2, warnings=3)
    answer = keep(database, 0, typed, reason="typing error", counts=counts)
    assert isinstance(answer, Saved)
    stored = load(database, VS)
    assert stored is not None
    assert stored.record == typed
    assert (stored.version, stored.status, stored.counts) == (1, Status.DRAFT, counts)
    assert (stored.reason, stored.saved_by, stored.dictionary_hash) == (
        "typing error",
        "nurse",
        HASH,
    )
    assert stored.saved_at == answer.saved_at


def test_every_save_is_a_new_version_and_the_old_ones_stay(database: Database) -> None:
    keep(database, 0, record(sysbp="120"))
    keep(database, 1, record(sysbp="130"), status=Status.COMPLETE)
    first, second = load_version(database, VS, 1), load_version(database, VS, 2)
    assert first is not None
    assert second is not None
    assert (first.record.texts, second.record.texts) == (
        {"sysbp": "120"},
        {"sysbp": "130"},
    )
    assert second.status is Status.COMPLETE


def test_a_blank_answer_is_the_same_as_none(database: Database) -> None:
    keep(database, 0, record(sysbp="", diabp="80"))
    stored = load(database, VS)
    assert stored is not None
    assert stored.record.texts == {"diabp": "80"}


def test_visits_forms_and_repeats_are_kept_apart(database: Database) -> None:
    keys = [
        VS,
        VS._replace(visit="M3"),
        VS._replace(form="pe"),
        VS._replace(visit="UNS", unsno=2),
    ]
    for number, key in enumerate(keys):
        keep(database, 0, record(sysbp=str(number)), key=key)
    found = [load(database, key) for key in keys]
    assert [stored and stored.record.texts["sysbp"] for stored in found] == [
        "0",
        "1",
        "2",
        "3",
    ]


class TestTwoPeople:
    def test_the_second_is_shown_both_texts_and_loses_nothing(
        self, database: Database
    ) -> None:
        keep(database, 0, record(sysbp="120"))
        keep(database, 1, record(sysbp="122"))
        answer = keep(database, 1, record(sysbp="136"))
        assert isinstance(answer, Conflict)
        assert answer.theirs.record.texts == {"sysbp": "122"}
        assert answer.base is not None
        assert answer.base.record.texts == {"sysbp": "120"}
        assert len(history(database, VS)) == 2

    def test_two_first_entries_conflict_as_well(self, database: Database) -> None:
        keep(database, 0, record(sysbp="120"))
        answer = keep(database, 0, record(sysbp="136"))
        assert isinstance(answer, Conflict)
        assert answer.base is None

    def test_of_many_at_the_same_moment_one_wins_each_version(
        self, database: Database
    ) -> None:
        answers: list[Saved | Conflict] = []

        def person(number: int) -> None:
            answers.append(
                keep(database, 0, record(sysbp=str(number)), save_id=f"person-{number}")
            )

        people = [
            threading.Thread(target=person, args=(number,)) for number in range(8)
        ]
        for one in people:
            one.start()
        for one in people:
            one.join()
        assert sorted(type(answer).__name__ for answer in answers) == [
            "Conflict"
        ] * 7 + ["Saved"]


class TestSentTwice:
    def test_the_same_save_gives_the_same_answer_and_one_version(
        self, database: Database
    ) -> None:
        first = keep(database, 0, record(sysbp="120"), save_id="once")
        assert keep(database, 0, record(sysbp="120"), save_id="once") == first
        assert len(history(database, VS)) == 1

    def test_also_when_others_saved_since(self, database: Database) -> None:
        first = keep(database, 0, record(sysbp="120"), save_id="once")
        keep(database, 1, record(sysbp="130"))
        assert keep(database, 0, record(sysbp="120"), save_id="once") == first

    @pytest.mark.parametrize(
        "other",
        [
            {"record": record(sysbp="121")},
            {"record": record(sysbp="120"), "key": VS._replace(visit="M3")},
            {"record": record(sysbp="120"), "status": Status.COMPLETE},
        ],
    )
    def test_an_id_does_not_stand_for_two_saves(
        self, database: Database, other: dict[str, object]
    ) -> None:
        keep(database, 0, record(sysbp="120"), save_id="once")
        with pytest.raises(SaveRefused, match="save id 'once'"):
            keep(database, 0, save_id="once", **other)  # type: ignore[arg-type]


class TestRowNumbers:
    def test_a_number_of_a_removed_row_is_never_used_again(
        self, database: Database
    ) -> None:
        keep(database, 0, rows(cm={1: {"cmtrt": "Aspirin"}, 2: {"cmtrt": "Ibuprofen"}}))
        keep(database, 1, rows(cm={1: {"cmtrt": "Aspirin"}}))
        with pytest.raises(SaveRefused, match="row number of cm"):
            keep(
                database, 2, rows(cm={1: {"cmtrt": "Aspirin"}, 2: {"cmtrt": "Codeine"}})
            )
        assert isinstance(
            keep(database, 2, rows(cm={1: {}, 3: {"cmtrt": "Codeine"}})), Saved
        )

    def test_not_even_when_all_rows_were_removed(self, database: Database) -> None:
        keep(database, 0, rows(cm={1: {"cmtrt": "Aspirin"}}))
        keep(database, 1, rows())
        stored = load(database, VS)
        assert stored is not None
        assert stored.row_marks == {"cm": 1}
        with pytest.raises(SaveRefused):
            keep(database, 2, rows(cm={1: {"cmtrt": "Aspirin"}}))

    def test_rows_that_the_dictionary_lays_down_go_and_come_back(
        self, database: Database
    ) -> None:
        keep(database, 0, rows(joint={1: {"side": "LEFT"}}), fixed=frozenset({"joint"}))
        keep(database, 1, rows())
        assert isinstance(
            keep(
                database,
                2,
                rows(joint={1: {"side": "LEFT"}}),
                fixed=frozenset({"joint"}),
            ),
            Saved,
        )

    def test_rows_keep_the_order_of_the_page(self, database: Database) -> None:
        keep(database, 0, rows(cm={3: {"cmtrt": "C"}, 1: {"cmtrt": "A"}}))
        stored = load(database, VS)
        assert stored is not None
        assert [row.number for row in stored.record.rows["cm"]] == [3, 1]


class TestRefused:
    def test_an_unknown_subject(self, database: Database) -> None:
        with pytest.raises(SaveRefused, match="no subject '01-999'"):
            keep(database, 0, record(sysbp="1"), key=InstanceKey("01-999", "vs", "SCR"))

    def test_a_base_version_that_never_was(self, database: Database) -> None:
        with pytest.raises(SaveRefused, match="no version 3"):
            keep(database, 3, record(sysbp="1"))


def test_many_saves_are_all_kept_or_none(database: Database) -> None:
    def request(visit: str, base: int) -> SaveRequest:
        return SaveRequest(
            key=VS._replace(visit=visit),
            base_version=base,
            record=record(sysbp="120"),
            status=Status.DRAFT,
            user="nurse",
            save_id=f"all-{visit}-{base}",
            dictionary_hash=HASH,
        )

    def second_fails() -> None:
        with batch(database) as saves:
            saves.add_subject(subjid="01-002", site="01", user="nurse")
            saves.save(request("SCR", 0))
            saves.save(request("M3", 7))

    with pytest.raises(SaveRefused):
        second_fails()
    assert load(database, VS) is None
    assert get_subject(database, "01-002") is None
    with batch(database) as saves:
        assert [saves.save(request(visit, 0)).version for visit in ("SCR", "M3")] == [
            1,
            1,
        ]
    assert load(database, VS) is not None


@given(text=st.text(st.characters(codec=None, exclude_categories=())))
def test_any_text_survives(text: str) -> None:
    from webapp.storage.tables import JsonText

    column = JsonText()
    dialect = None
    written = column.process_bind_param({"f": text}, dialect)  # type: ignore[arg-type]
    assert written is not None
    written.encode("ascii")
    assert column.process_result_value(written, dialect) == {"f": text}  # type: ignore[arg-type]


def test_files_are_kept_with_their_version_or_not_at_all(database: Database) -> None:
    def is_kept(content: bytes) -> bool:
        return (
            get_attachment_head(database, hashlib.sha256(content).hexdigest())
            is not None
        )

    keep(database, 0, record(scan="one"), files=(b"one", b"one"))
    assert is_kept(b"one")
    assert isinstance(keep(database, 0, record(scan="two"), files=(b"two",)), Conflict)
    assert not is_kept(b"two")
    with pytest.raises(SaveRefused):
        keep(database, 9, record(scan="two"), files=(b"two",))
    assert not is_kept(b"two")
