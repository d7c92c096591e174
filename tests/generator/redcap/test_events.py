"""Events, the forms of each and what repeats: visits, the schedule and rows."""

from __future__ import annotations

import pytest
import yaml

from forms_spec.evaluation import judge
from forms_spec.model.captured_data import (
    CellKey,
    Context,
    EmptyCasebook,
    FormKey,
    InMemoryCasebook,
    Record,
    Row,
)
from forms_spec.model.visits import Offset, Window
from generator.redcap.convert import convert_redcap
from generator.redcap.reading.dictionary_rows import read_dictionary
from generator.redcap.reading.events import EventFiles
from generator.redcap.write_dictionary import write_redcap
from tests.generator.redcap.dictionaries import (
    TODAY,
    converted,
    dictionary,
    kinds,
    study_of,
)

EVENTS = (
    b"arm_num,event_name,unique_event_name,day_offset\n"
    b"1,Start,start_arm_1,0\n1,Month 3,month_3_arm_1,90\n"
)
FORMS = b"arm_num,unique_event_name,form\n1,start_arm_1,base\n1,month_3_arm_1,base\n1,month_3_arm_1,lab\n"
REPEATING = b"event_name,form_name,custom_form_label\nmonth_3_arm_1,lab,[x]\n"

ROWS = (
    {"name": "x", "validation": "number"},
    {
        "name": "value",
        "form": "lab",
        "validation": "number",
        "branching": "[start_arm_1][x] > 5",
    },
    {"name": "again", "form": "lab", "branching": "[value] > 1 and [x] > 1"},
)


def test_the_lists_become_visits_a_schedule_and_rows() -> None:
    files = EventFiles(
        events=("e", EVENTS), forms=("f", FORMS), repeating=("r", REPEATING)
    )
    study = study_of(converted(*ROWS, events=files))
    assert [(one.name, one.title) for one in study.visits.values()] == [
        ("start_arm_1", "Start"),
        ("month_3_arm_1", "Month 3"),
    ]
    assert {(one.form, one.visit) for one in study.schedule} == {
        ("base", "start_arm_1"),
        ("base", "month_3_arm_1"),
        ("lab", "month_3_arm_1"),
    }
    assert study.tables["lab"].group is not None
    assert (
        study.tables["lab"].fields[0].show_when.text
        == "(base[start_arm_1].x > 5) is true"
    )  # type: ignore[union-attr]


def test_a_list_of_forms_that_cannot_be_read_is_reported_beside_one_of_events() -> None:
    files = EventFiles(events=("e", EVENTS), forms=("f", b"arm_num,visit\n1,start\n"))
    findings = converted(*ROWS, events=files).findings
    assert [finding.code for finding in findings] == ["redcap-no-header"]


def test_an_event_that_repeats_is_a_visit_that_repeats() -> None:
    files = EventFiles(
        events=("e", EVENTS), repeating=("r", b"event_name,form_name\nmonth_3_arm_1,\n")
    )
    visits = study_of(converted(*ROWS[:1], events=files)).visits
    assert [visit.repeats for visit in visits.values()] == [False, True]


def test_without_lists_the_visits_are_those_that_the_logic_names() -> None:
    found = converted(*ROWS)
    assert list(study_of(found).visits) == ["start_arm_1"]
    assert kinds(found) == ["events"]


def test_an_event_that_a_condition_asks_for_is_a_visit() -> None:
    later = {"name": "y", "branching": "[event-name] = 'month_3_arm_1'"}
    study = study_of(converted(*ROWS, later))
    assert list(study.visits) == ["start_arm_1", "month_3_arm_1"]


def test_a_project_without_events_has_one_visit() -> None:
    found = converted(ROWS[0])
    assert yaml.safe_load(found.files["visits.yaml"])["visits"] == {
        "event_1_arm_1": {"title": "Event 1"}
    }
    assert kinds(found) == []


def test_the_number_of_the_arm_is_told_by_the_visit() -> None:
    events = b"event_name,arm_num,unique_event_name\nA,1,a_arm_1\nB,2,b_arm_2\n"
    row = {"name": "y", "branching": "[arm-number] = '2'"}
    study = study_of(converted(row, events=EventFiles(events=("e", events))))
    assert study.forms["base"].by_name["y"].show_when.text == "visitid in ('b_arm_2')"  # type: ignore[union-attr]


def test_lists_that_name_what_is_not_there_are_said() -> None:
    files = EventFiles(
        events=("e.csv", EVENTS),
        forms=("f.csv", FORMS + b"1,nowhere_arm_1,base\n1,start_arm_1,gone\n"),
    )
    found = converted(*ROWS, events=files)
    assert [(one.code, str(one.text)) for one in found.findings] == [
        ("redcap-unknown-event", "f.csv:5:2"),
        ("redcap-unknown-form", "f.csv:6:3"),
    ]


LAB = (
    {"name": "result", "form": "lab", "validation": "number"},
    {"name": "note", "form": "lab"},
    {"name": "grade", "form": "lab", "type": "radio", "choices": "1, One | 2, Two"},
    {"name": "signs", "form": "lab", "type": "checkbox", "choices": "1, Red | 2, Warm"},
)
UNTIMED = b"event_name,unique_event_name\nStart,start_arm_1\nMonth 3,month_3_arm_1\n"
REPEATED = EventFiles(
    events=("e", UNTIMED),
    forms=("f", FORMS),
    repeating=("r", b"event_name,form_name\nmonth_3_arm_1,lab\n"),
)
ROW_2 = Record(
    rows={
        "lab": (
            Row(number=1, texts={}),
            Row(number=2, texts={"result": "7", "signs": "2"}),
        )
    }
)


@pytest.mark.parametrize(
    ("logic", "said"),
    [
        ("[value][1] > 1", "(max(lab.value where rowno = 1) > 1) is true"),
        (
            "[value][last-instance] <> ''",
            "max(lab.value where rowno = max(lab.rowno)) is known",
        ),
        (
            "[value][first-instance] = 2",
            "max(lab.value where rowno = min(lab.rowno)) is 2",
        ),
        (
            "[month_3_arm_1][value][2] = ''",
            "max(lab[month_3_arm_1].value where rowno = 2) is not known",
        ),
    ],
)
def test_a_named_instance_is_a_row_of_that_number(logic: str, said: str) -> None:
    found = converted(*ROWS, {"name": "z", "branching": logic}, events=REPEATED)
    assert kinds(found) == ["instance-state"]
    assert study_of(found).forms["base"].by_name["z"].show_when.text == said  # type: ignore[union-attr]
    written = write_redcap(found.files, {}).content or b""
    (z,) = (
        item for item in read_dictionary("d.csv", written).items if item.name == "z"
    )
    assert z.branching == logic


@pytest.mark.parametrize(
    ("logic", "shown"),
    [
        ("[result][2] > 6", True),
        ("[result][1] > 6", False),
        ("[result][3] > 6", False),
        ("[result][1] = ''", True),
        ("[result][3] = ''", True),
        ("[result][last-instance] = 7", True),
        ("[result][first-instance] = 7", False),
        ("[grade][2] = '1'", False),
        ("[grade][2] <> '1'", True),
        ("[signs(2)][2] = '1'", True),
        ("[signs(2)][1] = '1'", False),
        ("[signs(2)][3] = '0'", True),
    ],
)
def test_what_a_named_instance_says_of_blanks(logic: str, shown: bool) -> None:
    study = study_of(
        converted(*ROWS, *LAB, {"name": "z", "branching": logic}, events=REPEATED)
    )
    casebook = InMemoryCasebook({FormKey("lab", "month_3_arm_1", 0): ROW_2})
    context = Context(
        today=TODAY, subject="1", visit="month_3_arm_1", casebook=casebook
    )
    judged = judge(study, study.forms["base"], Record(), context)
    assert judged.cells[CellKey("base", None, "z")].shown is shown


def test_the_row_before_is_read_in_each_row() -> None:
    found = converted(
        *ROWS,
        *LAB,
        {
            "name": "change",
            "form": "lab",
            "type": "calc",
            "choices": "[result] - [result][previous-instance]",
        },
        events=REPEATED,
    )
    study = study_of(found)
    rows = {
        "lab": (
            Row(number=1, texts={"result": "5"}),
            Row(number=2, texts={"result": "7"}),
        )
    }
    context = Context(
        today=TODAY, subject="1", visit="month_3_arm_1", casebook=EmptyCasebook()
    )
    judged = judge(study, study.forms["lab"], Record(rows=rows), context)
    cells = {
        key.row: cell.text
        for key, cell in judged.cells.items()
        if key.field == "change"
    }
    assert cells == {1: "", 2: "2"}


def test_the_text_of_another_row_cannot_be_read_and_is_listed() -> None:
    found = converted(
        *ROWS, *LAB, {"name": "z", "branching": "[note][1] = 'a'"}, events=REPEATED
    )
    assert kinds(found) == ["instance-state", "branching"]
    assert study_of(found).forms["base"].by_name["z"].redcap == {
        "branching": "[note][1] = 'a'"
    }


TIMED = b"""event_name,arm_num,day_offset,offset_min,offset_max,unique_event_name,custom_event_label
6 weeks,1,42,-7,14,6_weeks_arm_1,
Start,1,0,0,0,start_arm_1,[x]
"""
DAY = {"name": "day", "validation": "date_ymd"}


def test_days_and_windows_of_events_count_from_the_date_that_is_named() -> None:
    files = EventFiles(events=("e", TIMED))
    found = convert_redcap("d.csv", dictionary(DAY), files, day_zero="day")
    visit = study_of(found).visits["v6_weeks_arm_1"]
    assert (visit.target, visit.window) == (
        Offset(count=42, unit="day"),
        Window(first=-7, last=14, around=True),
    )
    assert visit.redcap == "6_weeks_arm_1"
    assert kinds(found) == ["event-label"]
    written = write_redcap(found.files, {}).lists["events"].decode().splitlines()
    assert written[1:] == [
        "6 weeks,1,42,7,14,6_weeks_arm_1,",
        "Start,1,0,0,0,start_arm_1,",
    ]


def test_without_such_a_date_the_days_are_listed() -> None:
    found = converted(DAY, events=EventFiles(events=("e", TIMED)))
    lost = [(one.field, one.original) for one in found.losses if one.kind == "timing"]
    assert lost == [("6_weeks_arm_1", "day 42, -7 to +14 days")]
    assert study_of(found).visits["v6_weeks_arm_1"].target is None


def test_what_is_no_date_is_no_day_zero() -> None:
    found = convert_redcap(
        "d.csv", dictionary(*ROWS), EventFiles(events=("e", TIMED)), day_zero="x"
    )
    assert [one.code for one in found.findings if "day" in one.code] == [
        "redcap-no-day-zero"
    ]
    assert found.usable


@pytest.mark.parametrize(
    ("logic", "said"),
    [
        ("[6_weeks_arm_1][x] > 5", "(base[v6_weeks_arm_1].x > 5) is true"),
        ("[event-name] = '6_weeks_arm_1'", None),
    ],
)
def test_an_event_that_begins_with_a_digit_has_another_name_here(
    logic: str, said: str | None
) -> None:
    found = converted(
        *ROWS[:1],
        {"name": "y", "branching": logic},
        events=EventFiles(events=("e", TIMED)),
    )
    shown = study_of(found).forms["base"].by_name["y"].show_when
    assert shown is not None
    assert said in (None, shown.text)
    study = study_of(found)
    for visit, expected in (("v6_weeks_arm_1", said is None), ("start_arm_1", False)):
        context = Context(
            today=TODAY, subject="1", visit=visit, casebook=EmptyCasebook()
        )
        judged = judge(study, study.forms["base"], Record(), context)
        assert judged.cells[CellKey("base", None, "y")].shown is expected


def test_an_event_that_stands_twice_is_found() -> None:
    twice = EVENTS + b"1,Again,start_arm_1,1\n"
    found = converted(*ROWS, events=EventFiles(events=("e.csv", twice)))
    assert [(one.code, str(one.text)) for one in found.findings] == [
        ("redcap-event-twice", "e.csv:4:3")
    ]


def test_the_lists_come_back_as_they_were_and_otherwise_as_the_visits_are() -> None:
    files = EventFiles(
        events=("e", UNTIMED), forms=("f", FORMS), repeating=("r", REPEATING)
    )
    content = dictionary(*ROWS)
    found = convert_redcap("d.csv", content, files)
    kept = {
        "dictionary": content,
        "events": UNTIMED,
        "forms": FORMS,
        "repeating": REPEATING,
    }
    assert write_redcap(found.files, kept).lists == {
        name: kept[name] for name in kept if name != "dictionary"
    }
    lists = {
        name: text.decode().splitlines()
        for name, text in write_redcap(found.files, {}).lists.items()
    }
    assert lists["forms"][1:] == [
        "1,start_arm_1,base",
        "1,month_3_arm_1,base",
        "1,month_3_arm_1,lab",
    ]
    assert lists["repeating"][1:] == ["month_3_arm_1,lab,"]
    again = EventFiles(
        events=("e", write_redcap(found.files, {}).lists["events"]),
        forms=("f", write_redcap(found.files, {}).lists["forms"]),
        repeating=("r", write_redcap(found.files, {}).lists["repeating"]),
    )
    assert convert_redcap("d.csv", content, again).files == found.files


def test_what_the_lists_cannot_say_of_our_visits_is_listed() -> None:
    files = {
        "study.yaml": (
            "study: S\ntitle: S\nday_zero: f.d\nanchors: {LAST: f.d}\nvisit: {date: f.d}\n"
            "subject: {pattern: '[0-9]+', example: '1'}\n"
        ),
        "visits.yaml": "visits:\n  W2: {title: Week 2, target: week 2}\n"
        "  M3: {title: Month 3, target: month 3}\n"
        "  FU: {title: Follow-up, target: LAST + 30 days}\n"
        "  ET: {title: End, type: termination}\n"
        "schedule: {columns: W2 M3 FU ET, f: X X X o}\n",
        "f.yaml": "form: f\ntitle: F\nfields: {d: {label: D, type: date}}\n",
        "l.yaml": "form: l\ntitle: L\nlog: true\nfields: {e: {label: E}}\n",
    }
    written = write_redcap(files, {})
    assert written.content is not None, written.findings
    assert sorted(one.kind for one in written.losses if not one.harmless) == [
        "anchor",
        "day-zero",
        "expectation",
        "log",
        "timing",
        "timing",
        "visit-date",
        "visit-type",
    ]
    lost = [one.original for one in written.losses if one.kind == "timing"]
    assert lost == ["month 3", "30 days after LAST"]
    assert written.lists["events"].decode().splitlines()[1] == (
        "Week 2,1,14,0,0,w2_arm_1,"
    )
    assert written.lists["forms"].decode().splitlines()[1:] == [
        "1,w2_arm_1,f",
        "1,w2_arm_1,l",
        "1,m3_arm_1,f",
        "1,fu_arm_1,f",
        "1,et_arm_1,f",
    ]
