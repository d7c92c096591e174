"""Events, the forms of each and what repeats: visits, the schedule and rows."""

from __future__ import annotations

import yaml

from generator.redcap.events import EventFiles
from tests.generator.redcap.dictionaries import converted, kinds, study_of

EVENTS = (
    b"arm_num,event_name,unique_event_name,day_offset\n1,Start,start_arm_1,0\n1,Month 3,month_3_arm_1,90\n"
)
FORMS = b"arm_num,unique_event_name,form\n1,start_arm_1,base\n1,month_3_arm_1,base\n1,month_3_arm_1,lab\n"
REPEATING = b"event_name,form_name,custom_form_label\nmonth_3_arm_1,lab,[x]\n"

ROWS = (
    {"name": "x", "validation": "number"},
    {"name": "value", "form": "lab", "validation": "number", "branching": "[start_arm_1][x] > 5"},
    {"name": "again", "form": "lab", "branching": "[value] > 1 and [x] > 1"},
)


def test_the_lists_become_visits_a_schedule_and_rows() -> None:
    files = EventFiles(events=("e", EVENTS), forms=("f", FORMS), repeating=("r", REPEATING))
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
    assert study.tables["lab"].fields[0].shown.text == "(base[start_arm_1].x > 5) is true"  # type: ignore[union-attr]


def test_an_event_that_repeats_is_a_visit_that_repeats() -> None:
    files = EventFiles(events=("e", EVENTS), repeating=("r", b"event_name,form_name\nmonth_3_arm_1,\n"))
    visits = study_of(converted(*ROWS[:1], events=files)).visits
    assert [visit.repeats for visit in visits.values()] == [False, True]


def test_without_lists_the_visits_are_those_that_the_logic_names() -> None:
    found = converted(*ROWS)
    assert list(study_of(found).visits) == ["start_arm_1"]
    assert kinds(found) == ["events"]


def test_a_project_without_events_has_one_visit() -> None:
    found = converted(ROWS[0])
    assert yaml.safe_load(found.files["visits.yaml"])["visits"] == {"event_1_arm_1": {"title": "Event 1"}}
    assert kinds(found) == []


def test_the_number_of_the_arm_is_told_by_the_visit() -> None:
    events = b"event_name,arm_num,unique_event_name\nA,1,a_arm_1\nB,2,b_arm_2\n"
    row = {"name": "y", "branching": "[arm-number] = '2'"}
    study = study_of(converted(row, events=EventFiles(events=("e", events))))
    assert study.forms["base"].by_name["y"].shown.text == "visitid in ('b_arm_2')"  # type: ignore[union-attr]


def test_lists_that_name_what_is_not_there_are_said() -> None:
    files = EventFiles(
        events=("e.csv", EVENTS), forms=("f.csv", FORMS + b"1,nowhere_arm_1,base\n1,start_arm_1,gone\n")
    )
    found = converted(*ROWS, events=files)
    assert [(one.code, str(one.text)) for one in found.findings] == [
        ("redcap-unknown-event", "f.csv:5:2"),
        ("redcap-unknown-form", "f.csv:6:3"),
    ]


def test_another_instance_cannot_be_read_and_is_listed() -> None:
    files = EventFiles(events=("e", EVENTS), forms=("f", FORMS), repeating=("r", REPEATING))
    found = converted(*ROWS, {"name": "z", "branching": "[value][1] > 1"}, events=files)
    assert kinds(found) == ["branching"]
    study_of(found)
