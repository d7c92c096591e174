"""Records as REDCap exports them: read, judged and written in the same shape."""

from __future__ import annotations

from datetime import date

import pytest

from forms_spec.evaluation import CellState
from forms_spec.model.captured_data import FormKey
from forms_spec.model.study import Study
from generator.redcap.reading.events import EventFiles
from generator.redcap.records.columns import box_column
from generator.redcap.records.read_records import read_records
from generator.redcap.records.record_file import KnownStructure, RecordFile
from generator.redcap.records.validate_records import validate_records
from generator.redcap.records.write_records import (
    Box,
    RecordFormat,
    box_state,
    write_records,
)
from generator.validation.report.report import Report
from tests.generator.redcap.dictionaries import converted, study_of

ROWS = (
    {"name": "sex", "type": "radio", "choices": "1, Female | 2, Male", "required": "y"},
    {
        "name": "race",
        "type": "checkbox",
        "choices": "1, White | ABC, Other",
        "branching": "[sex] = '1'",
    },
    {"name": "when", "validation": "datetime_ymd"},
    {"name": "dose", "validation": "number_comma_decimal"},
    {"name": "twice", "type": "calc", "choices": "[dose] * 2"},
    {"name": "lab", "form": "labs", "validation": "integer"},
)
EVENTS = b"event_name,arm_num,unique_event_name\nA,1,a_arm_1\nB,1,b_arm_1\n"
FLAT = """record_id,redcap_event_name,sex,race___1,race___abc,when,dose,twice,base_complete,lab,labs_complete
1,a_arm_1,1,0,1,2024-05-31 09:30,"1,5",3,2,,0
1,b_arm_1,2,0,0,,,,0,7,1
2,a_arm_1,,0,0,,,,0,,0
"""
EAV = """record,redcap_event_name,field_name,value
1,a_arm_1,sex,1
1,a_arm_1,race,ABC
1,a_arm_1,when,2024-05-31 09:30
1,a_arm_1,dose,"1,5"
1,a_arm_1,base_complete,2
1,b_arm_1,sex,2
1,b_arm_1,lab,7
1,b_arm_1,labs_complete,1
"""


@pytest.fixture(scope="module")
def study() -> Study:
    return study_of(converted(*ROWS, events=EventFiles(events=("e", EVENTS))))


def texts(found: RecordFile) -> dict[FormKey, dict[str, str]]:
    return {form.key: dict(form.record.texts) for form in found.forms}


def judged(study: Study, text: str) -> Report:
    return validate_records(
        "records.csv", text.encode(), study, today=date(2024, 5, 31)
    )


def test_flat_records_are_the_forms_that_hold_something(study: Study) -> None:
    found = read_records("r.csv", FLAT.encode(), study)
    first = {
        "sex": "1",
        "race": "ABC",
        "when_": "2024-05-31T09:30",
        "dose": "1.5",
        "twice": "3",
    }
    assert texts(found) == {
        FormKey("base", "a_arm_1", 0): first,
        FormKey("base", "b_arm_1", 0): {"sex": "2"},
        FormKey("labs", "b_arm_1", 0): {"lab": "7"},
    }
    assert [int(form.status) for form in found.forms] == [2, 0, 1]
    assert found.findings == []


def test_one_value_a_line_says_the_same(study: Study) -> None:
    flat = texts(read_records("r.csv", FLAT.encode(), study))
    flat[FormKey("base", "a_arm_1", 0)].pop("twice")
    assert texts(read_records("r.csv", EAV.encode(), study)) == flat


def test_records_are_judged_with_row_and_column(study: Study) -> None:
    text = FLAT.replace('"1,5",3,2', '"1,5",4,2').replace(
        "1,b_arm_1,2,0,0", "1,b_arm_1,2,1,0"
    )
    text = text.replace(",7,1", ",seven,1")
    found = [
        (one.finding.code, one.row, one.field) for one in judged(study, text).findings
    ]
    assert sorted(found) == [
        ("calculated-differs", 2, "twice"),
        ("hidden-with-value", 3, "race"),
        ("not-an-integer", 3, "lab"),
    ]


def test_good_records_have_no_findings(study: Study) -> None:
    assert judged(study, FLAT).valid


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        (
            FLAT.replace("2,a_arm_1", "2,c_arm_1"),
            "redcap-record-event",
            "records.csv:4:2",
        ),
        (FLAT.replace("2,a_arm_1", ",a_arm_1"), "redcap-no-record", "records.csv:4:1"),
        (FLAT.replace("lab,", "lap,", 1), "redcap-unknown-column", "records.csv:1:10"),
        (
            FLAT.replace("record_id", "patient"),
            "redcap-no-record-id",
            "records.csv:1:1",
        ),
    ],
)
def test_records_that_do_not_fit_are_said_with_their_place(
    study: Study, text: str, code: str, place: str
) -> None:
    found = read_records("records.csv", text.encode(), study).findings
    assert [(one.code, str(one.text)) for one in found] == [(code, place)]


MIXED = """record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,sex,race___1,lab
1,a_arm_1,,,1,0,
1,nowhere_arm_1,,,2,1,
2,a_arm_1,labs,2,,0,5.5
2,b_arm_1,,3,1,0,
3,a_arm_1,labz,1,,,7
3,a_arm_1,labs,x,,,8
4,a_arm_1,labs,1,2,1,9
4,b_arm_1,labs,1,,,9
5,b_arm_1,,,2,1,
"""
MIXED_LISTS = EventFiles(
    events=("e", EVENTS),
    forms=("f", b"unique_event_name,form\na_arm_1,base\nb_arm_1,base\na_arm_1,labs\n"),
    repeating=("r", b"event_name,form_name\na_arm_1,labs\n"),
)


def test_what_has_no_place_is_said_row_by_row_and_the_rest_is_read() -> None:
    study = study_of(converted(*ROWS, events=MIXED_LISTS))
    found = read_records("r.csv", MIXED.encode(), study)
    assert [(str(one.text), one.code, one.value) for one in found.findings] == [
        ("r.csv:3:2", "redcap-record-event", "nowhere_arm_1"),
        ("r.csv:5:4", "redcap-record-instance", "3"),
        ("r.csv:6:3", "redcap-record-instrument", "labz"),
        ("r.csv:7:4", "redcap-record-number", "x"),
        ("r.csv:8:5", "redcap-record-elsewhere", "2"),
        ("r.csv:8:6", "redcap-record-elsewhere", "1"),
        ("r.csv:9:7", "redcap-record-form", "9"),
    ]
    assert [(form.subject, form.key.form, form.key.visit) for form in found.forms] == [
        ("1", "base", "a_arm_1"),
        ("2", "labs", "a_arm_1"),
        ("4", "labs", "a_arm_1"),
        ("5", "base", "b_arm_1"),
    ]
    assert [
        (row.number, dict(row.texts)) for row in found.forms[1].record.rows["labs"]
    ] == [(2, {"lab": "5.5"})]


def test_events_that_begin_with_a_digit_come_in_and_go_out_by_their_own_name() -> None:
    lists = EventFiles(
        events=(
            "e",
            b"event_name,unique_event_name\nA,a_arm_1\n6 weeks,6_weeks_arm_1\n",
        )
    )
    study = study_of(converted(*ROWS, events=lists))
    text = "record_id,redcap_event_name,sex\n1,6_weeks_arm_1,1\n"
    found = read_records("r.csv", text.encode(), study)
    assert found.findings == []
    assert [form.key.visit for form in found.forms] == ["v6_weeks_arm_1"]
    assert (
        write_records(study, found.forms, date(2024, 5, 31))
        .splitlines()[1]
        .startswith("1,6_weeks_arm_1,1,")
    )


def test_a_dictionary_without_lists_of_events_says_nothing_of_them(
    study: Study,
) -> None:
    text = FLAT.replace("2,a_arm_1,,", "2,c_arm_1,1,")
    found = read_records(
        "r.csv",
        text.encode(),
        study,
        structure=KnownStructure(events=False, repeats=False),
    )
    assert found.findings == []
    assert FormKey("base", "c_arm_1", 0) in texts(found)


def test_never_asked_is_told_apart_from_not_ticked(study: Study) -> None:
    found = read_records("r.csv", FLAT.encode(), study)
    lines = write_records(study, found.forms, date(2024, 5, 31)).splitlines()
    assert lines[0].startswith(
        "record_id,redcap_event_name,sex,race___1,race___abc,when"
    )
    assert lines[1].startswith('1,a_arm_1,1,0,1,2024-05-31 09:30,"1,5"')
    assert lines[2].startswith("1,b_arm_1,2,,,")
    as_redcap = write_records(
        study, found.forms, date(2024, 5, 31), never_asked="0"
    ).splitlines()
    assert as_redcap[2].startswith("1,b_arm_1,2,0,0,")


@pytest.mark.parametrize(
    ("state", "text", "box"),
    [
        (CellState.ANSWERED, "1;3", Box.TICKED),
        (CellState.ANSWERED, "3", Box.NOT_TICKED),
        (CellState.BLANK, "", Box.NOT_TICKED),
        (CellState.HIDDEN, "", Box.NEVER_ASKED),
        (CellState.HIDDEN, "1", Box.TICKED),
    ],
)
def test_what_is_known_of_a_box(state: CellState, text: str, box: Box) -> None:
    assert box_state(state, text, "1") is box


@pytest.mark.parametrize("shape", list(RecordFormat))
def test_what_is_written_reads_the_same(study: Study, shape: RecordFormat) -> None:
    found = read_records("r.csv", FLAT.encode(), study)
    text = write_records(study, found.forms, date(2024, 5, 31), shape=shape)
    again = read_records("r.csv", text.encode(), study)
    assert [(one.key, one.record, one.status) for one in again.forms] == [
        (one.key, one.record, one.status) for one in found.forms
    ]


def test_instances_of_a_repeating_form_are_rows() -> None:
    files = EventFiles(repeating=("r", b"event_name,form_name\n,labs\n"))
    study = study_of(converted(*ROWS, events=files))
    text = (
        "record_id,redcap_repeat_instrument,redcap_repeat_instance,sex,lab,labs_complete\n"
        "1,,,1,,\n1,labs,1,,5,2\n1,labs,3,,6,2\n"
    )
    found = read_records("r.csv", text.encode(), study)
    rows = next(
        form.record.rows["labs"] for form in found.forms if form.key.form == "labs"
    )
    assert [(row.number, dict(row.texts)) for row in rows] == [
        (1, {"lab": "5"}),
        (3, {"lab": "6"}),
    ]
    back = write_records(study, found.forms, date(2024, 5, 31))
    assert "1,labs,3," in back


@pytest.mark.parametrize(
    ("code", "column"), [("ABC", "x___abc"), ("-1", "x____1"), ("a b", "x___a_b")]
)
def test_the_column_of_a_box(code: str, column: str) -> None:
    assert box_column("x", code) == column
