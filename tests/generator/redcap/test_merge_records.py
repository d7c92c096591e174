"""Records that come back over what is stored: no rewriting is a change, and nothing
else is lost.
"""

from __future__ import annotations

from forms_spec.model.captured_data import CellKey, FormKey, Record
from generator.redcap.records.merge_records import RecordMerge
from generator.redcap.records.read_records import read_records
from tests.generator.redcap.dictionaries import converted, study_of

KEY = FormKey("base", "event_1_arm_1", 0)
STUDY = study_of(
    converted(
        {"name": "lot"},
        {"name": "w", "validation": "number"},
        {"name": "n", "validation": "integer"},
        {"name": "why"},
        {"name": "scan", "type": "file"},
    )
)
STORED = Record(
    texts={
        "lot": "007",
        "w": "82.50",
        "n": "5",
        "why": "tired",
        "scan": "0123456789abcdef.pdf",
    },
    kept={
        (CellKey("base", None, "w"), "above-expected"): "measured twice",
        (CellKey("base", None, "n"), "above-expected"): "counted twice",
    },
)


def merged(text: str) -> tuple[Record, str | None]:
    """The record that the file of one subject becomes, and the note."""
    found = read_records("r.csv", text.encode(), STUDY)
    merge = RecordMerge(study=STUDY, habits=found.habits)
    (form,) = found.forms
    return merge.merged(form, {KEY: STORED}).record, merge.note()


def test_what_a_program_made_of_stored_texts_is_no_change() -> None:
    record, note = merged(
        "record_id,lot,w,n,why,scan,base_complete\n1,7,82.5,5.0,tired,[document],2.0\n"
    )
    assert record == STORED
    assert note is not None
    assert note.startswith("2 cells stay as stored")


def test_a_change_by_hand_is_one() -> None:
    record, note = merged(
        "record_id,lot,w,n,why,scan,base_complete\n1,8,83,6.0,,[document],2.0\n"
    )
    assert {name: record.texts.get(name, "") for name in ("lot", "w", "n", "why")} == {
        "lot": "8",
        "w": "83",
        "n": "6",
        "why": "",
    }
    assert note is None
    assert record.kept == {}


def test_nothing_is_kept_of_a_file_that_no_program_saved() -> None:
    record, note = merged(
        "record_id,lot,w,n,why,scan,base_complete\n1,7,82.5,5,tired,,2\n"
    )
    assert (record.texts["lot"], record.texts["w"], record.texts.get("scan", "")) == (
        "7",
        "82.5",
        "",
    )
    assert note is None
    assert record.kept == {
        (CellKey("base", None, "n"), "above-expected"): "counted twice"
    }


def test_a_document_that_is_only_named_does_not_come_in() -> None:
    found = read_records("r.csv", b"record_id,n,scan\n1,5,[document]\n", STUDY)
    record = RecordMerge(study=STUDY, habits=()).merged(found.forms[0], {}).record
    assert dict(record.texts) == {"n": "5"}
