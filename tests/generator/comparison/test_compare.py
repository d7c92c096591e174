"""What changed between two dictionaries, as its designer reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from generator.comparison.attributes import ATTRIBUTES, holes
from generator.comparison.compare import compare
from tests.studies import AE, FILES, STUDY, VISITS, VS, small_study, study_of

Edit = tuple[str, str, str]
"""A file of the small study, what stands there, and what stands there instead."""
VS_FILE, VISIT_FILE, STUDY_FILE = "forms/vs.yaml", "visits.yaml", "study.yaml"
SAYS: dict[str, tuple[Edit, list[str]]] = {
    "a narrower range": (
        (VS_FILE, "range: [60, 260]", "range: [60, 255]"),
        [
            "forms/vs.yaml:7 breaks data: field vs.sysbp: range was 60 to 260, is 60 to 255"
        ],
    ),
    "a wider range": (
        (VS_FILE, "range: [60, 260]", "range: [50, 260]"),
        ["forms/vs.yaml:7 harmless: field vs.sysbp: range was 60 to 260, is 50 to 260"],
    ),
    "an expected range": (
        (VS_FILE, "expected: [90, 160]", "expected: [90, 150]"),
        [
            "forms/vs.yaml:7 needs a look: field vs.sysbp: expected was 90 to 160, is 90 to 150"
        ],
    ),
    "another unit": (
        (VS_FILE, "unit: mmHg", "unit: kPa"),
        ["forms/vs.yaml:7 breaks data: field vs.sysbp: unit was mmHg, is kPa"],
    ),
    "another type": (
        (VS_FILE, "type: partial_date", "type: date"),
        [
            "forms/vs.yaml:13 breaks data: field vs.onset: type was partial_date, is date"
        ],
    ),
    "a field that is required now": (
        (VS_FILE, "{label: Remark,", "{label: Remark, required: true,"),
        ["forms/vs.yaml:16 breaks data: field vs.remark: required was no, is yes"],
    ),
    "a field that is hidden now": (
        (VS_FILE, "{label: Remark,", "{label: Remark, show_when: vsperf = 'Y',"),
        [
            "forms/vs.yaml:16 breaks data: field vs.remark: show_when was nothing, is "
            "vsperf = 'Y'"
        ],
    ),
    "a field that is gone": (
        (VS_FILE, "  vstim: {label: Time, type: time}\n", ""),
        ["forms/vs.yaml:14 breaks data: field vs.vstim, “Time”, is gone"],
    ),
    "a field of another name": (
        (VS_FILE, "vstim:", "clock:"),
        [
            "forms/vs.yaml:14 harmless: field vs.clock, “Time”, is new",
            "forms/vs.yaml:14 breaks data: field vs.vstim, “Time”, is gone (vs.clock?)",
        ],
    ),
    "a code that is gone": (
        (VS_FILE, ", ARM: Arm", ""),
        ["forms/vs.yaml:12 breaks data: code ARM of vs.refer, “Arm”, is gone"],
    ),
    "two codes that changed their meaning": (
        (VS_FILE, "S: Sitting, T: Standing", "S: Standing, T: Sitting"),
        [
            "forms/vs.yaml:22 breaks data: code S of reading.pos: label was Sitting, is "
            "Standing",
            "forms/vs.yaml:22 breaks data: code T of reading.pos: label was Standing, "
            "is Sitting",
        ],
    ),
    "fewer rows": (
        (VS_FILE, "rows: {max: 5}", "rows: {max: 3}"),
        [
            "forms/vs.yaml:20 breaks data: group vs.reading: rows was 0 to 5 rows, "
            "“Add a row”, is 0 to 3 rows, “Add a row”"
        ],
    ),
    "a visit that took place several times": (
        (VISIT_FILE, "type: unscheduled, repeats: true", "type: unscheduled"),
        ["visits.yaml:4 breaks data: visit UNS: repeats was yes, is no"],
    ),
    "a form that visits of the past lack": (
        (VISIT_FILE, "  lb:      X   .", "  lb:      X   X"),
        ["visits.yaml:8 needs a look: schedule lb at UNS is new"],
    ),
    "visits in another order": (
        (
            VISIT_FILE,
            "  SCR: {title: Screening}\n"
            "  UNS: {title: Unscheduled, type: unscheduled, repeats: true}\n",
            "  UNS: {title: Unscheduled, type: unscheduled, repeats: true}\n"
            "  SCR: {title: Screening}\n",
        ),
        [
            "visits.yaml:3 needs a look: study: order of visits was SCR, UNS, is UNS, SCR"
        ],
    ),
    "other subject numbers": (
        (STUDY_FILE, "pattern: '\\d{2}-\\d{3}'", "pattern: '\\d\\d-\\d{3}'"),
        [
            "study.yaml:6 breaks data: study: subject pattern was \\d{2}-\\d{3}, is "
            "\\d\\d-\\d{3}"
        ],
    ),
    "a parameter of rules": (
        (STUDY_FILE, "temp_max: 43", "temp_max: 42"),
        ["study.yaml:11 breaks data: parameter temp_max: value was 43, is 42"],
    ),
    "a missing code": (
        (STUDY_FILE, "ND: Not done", "ND: Not known"),
        [
            "study.yaml:9 needs a look: missing code ND: label was Not done, is Not known"
        ],
    ),
    "a rule": (
        ("rules.yaml", "vs.sysbp < 250", "vs.sysbp < 200"),
        [
            "rules.yaml:3 breaks data: rule R1: assert was vs.sysbp < 250, is "
            "vs.sysbp < 200"
        ],
    ),
    "a role that sees less": (
        ("roles.yaml", "places: {lb: [see]}", "places: {lb: []}"),
        ["roles.yaml:3 needs a look: role nurse: places was lb: see, is lb: nothing"],
    ),
}
BEFORE = FILES | {
    VS_FILE: VS.replace("[SITTING, STANDING]", "{S: Sitting, T: Standing}"),
    "rules.yaml": "rules:\n"
    "  R1:\n"
    "    {message: High, assert: vs.sysbp < 250, on: [vs.sysbp], severity: error}\n",
    "roles.yaml": "roles:\n  nurse:\n"
    "    {task: enters, may: [see, enter, complete], places: {lb: [see]}}\n"
    "  doctor: {task: enters, may: [see, enter, complete]}\n",
}


def told_lines(edit: Edit) -> Iterator[str]:
    """Each change in a line, as the command tells it."""
    file, before, after = edit
    assert before in BEFORE[file]
    study = study_of({**BEFORE, file: BEFORE[file].replace(before, after)})
    for change in compare(study_of(BEFORE), study):
        place = change.place or change.old_place
        assert place is not None
        like = f" ({change.like}?)" if change.like else ""
        line = f"{place.file}:{place.line} {change.effect.words}"
        yield f"{line}: {change.sentence}{like}"


def test_a_change_is_told_with_its_line_and_its_weight() -> None:
    lines = {what: list(told_lines(edit)) for what, (edit, _) in SAYS.items()}
    assert lines == {what: expected for what, (_, expected) in SAYS.items()}


def test_layout_comments_order_and_spelling_are_no_change() -> None:
    vs = VS.replace(
        "vsdat: {label: Date, type: date, show_when: vsperf = 'Y', range: [null, today]}",
        "# moved\n  onset: {type: partial_date, label: 'Since when?'}\n"
        "  vsdat:\n    range: [null, today]\n    label: Date\n"
        "    show_when: (vsperf  ='Y')\n    type: \"date\"",
    ).replace("  onset: {label: Since when?, type: partial_date}\n", "")
    files = {
        "forms/ae.yaml": f"# first\n{AE}",
        "forms/other.yaml": vs,
        "forms/lb.yaml": FILES["forms/lb.yaml"],
        "study.yaml": STUDY.replace(
            "'01': Ghent, '02': Leuven", "'02': Leuven, '01': Ghent"
        ),
        "visits.yaml": VISITS,
    }
    assert compare(small_study(), study_of(files)) == ()


def test_every_attribute_of_the_model_has_its_weight() -> None:
    assert holes() == []
    for model, rows in ATTRIBUTES.items():
        assert {item.name for item in fields(model)} == set(rows)
