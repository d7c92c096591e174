"""The agreement law for forms: the page says of every cell what the server says."""

from __future__ import annotations

from datetime import date
from functools import cache
from random import Random
from typing import Any

import pytest

from forms_spec.evaluation import judge
from forms_spec.model.captured_data import CellKey, Context, FormKey, Record, Row
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from generator.browser.form_json import form_spec
from generator.browser.server_values import browser_env
from generator.package.example_subjects import ExampleSubjects, read_subjects
from tests.data_dictionary.conftest import cellkine, subject_texts
from tests.parity.browser import Browser
from tests.parity.rule_engines import Shelf, record_json
from tests.studies import study_of

SEED = 20240415
STUDY = {
    "study.yaml": """
study: JUDGE-01
title: Judged
short: Judged
date_order: dmy
subject: {pattern: '\\d{2}-\\d{3}', example: 01-001}
sites: {'01': Ghent}
missing: {ND: Not done, PND: {label: Result pending, draft_only: true}}
parameters: {highest: 43}
""",
    "visits.yaml": """
visits: {V1: {title: One}, V2: {title: Two}}
schedule:
  columns: V1 V2
  vs:      X  X
  dm:      X  .
""",
    "dm.yaml": """
form: dm
title: Person
fields:
  born: {label: Born, type: partial_date}
  sex: {label: Sex, type: choice, codes: {F: Female, M: Male}}
groups:
  moles:
    title: Moles
    rows: {}
    fields:
      mole: {label: Mole, type: integer}
""",
    "vs.yaml": """
form: vs
title: Vital signs
missing: [ND, PND]
fields:
  done: {label: Done?, type: yes_no, required: true, missing: []}
  day: {label: Date, type: date, show_when: done = 'Y', required: true, range: [dm.born, today]}
  seen: {label: First seen, type: partial_date, range: '(2020-02-29, day)', expected: [null, 2024-01-01]}
  temp:
    label: Temperature
    type: decimal
    places: 1
    lab_test: temp
    unit: {C: {label: °C}, F: {label: °F, to: C, as: (value - 32) * 5 / 9}}
    range: {C: [33, $highest], F: [91.4, 109.4]}
    alert: {C: '[34, 41)'}
    expected: {C: [35.5, 37.5]}
    required: done = 'Y'
  lies: {label: Lies, type: calculated, gives: choice, codes: [LOW, NORMAL, HIGH], value: in_reference(temp)}
  temp_c: {label: In Celsius, type: calculated, places: 1, value: "in_unit(temp, 'C')", range: [33, 43]}
  pregnant: {label: Pregnant?, type: yes_no, show_when: dm.sex = 'F', required: dm.sex = 'F' and done = 'Y'}
  change: {label: Change, type: calculated, places: 1, value: "temp_c - vs[previous].temp_c"}
  plt: {label: Platelets, type: integer, range: [0, 2000], alert: [20, 1000], expected: [75, dose_most]}
  dose_most: {label: Most, type: integer}
  crp:
    label: CRP
    type: decimal
    places: 1
    unit: mg/L
    comparator: [<, <=, >]
    range: [0, 500]
    alert: [null, 300]
    expected: [0.5, dose_most]
    missing: [ND]
  place: {label: Place, type: choice, codes: {E: Ear, V: {label: Vein, when: temp_c > 38 or dm.sex = 'M'}}}
  spots:
    label: Spots
    type: multiple_choice
    codes: {A: Arm, L: {label: Leg, when: done = 'Y'}, B: {label: Back, when: place = 'E'}}
  tea: {label: Tea time, type: time, required: dm.born < 1984-03-01, expected: [09:30, 17:00]}
groups:
  sick:
    title: When ill
    show_when: temp_c > 38
    fields:
      why: {label: Why?, required: true, length: 5}
  pills:
    title: Pills
    show_when: done = 'Y'
    rows: {min: 1, max: 2}
    fields:
      drug: {label: Drug, type: choice, codes: {A: Aspirin, O: Other}, required: true}
      other: {label: Which?, show_when: drug = 'O', required: drug = 'O'}
      shape: {label: Shape, type: choice, codes: {T: {label: Tablet, when: drug = 'A' and done = 'Y'}, J: J}}
      dose: {label: Dose, type: integer, unit: mg, range: '(0, 100]', expected: [5, 50]}
      daily: {label: Daily, type: calculated, gives: integer, value: dose / 3}
      spot: {label: For which mole?, type: integer, row_of: 'moles[V1]', row_label: [mole]}
  seen_moles:
    title: Moles again
    show_when: done = 'Y'
    rows: {from: 'moles[V1]', carry: [mole]}
    fields:
      grown: {label: Grown?, type: yes_no}
  joints:
    title: Joints
    rows: {fixed: [joint, side]}
    fields:
      joint: {label: Joint, type: choice, codes: {K: Knee, H: Hip}}
      side: {label: Side, type: choice, codes: [LEFT, RIGHT]}
""",
    "ranges.yaml": """
reference_ranges:
  lab: dm.sex
  columns: [lab, test, low, high, unit]
  rows: [[F, temp, 36.1, 37.2, C], [M, temp, 97, 99, F]]
""",
    "rules.yaml": """
rules:
  R1: {message: The dose is the same every day., severity: warning, on: [pills.dose],
       assert: every(pills where dose = this.dose)}
  R2: {message: It does not get hotter., severity: query, on: [vs.temp, vs.day], assert: change <= 0}
  R3: {message: Visits are after birth., severity: error, on: [vs.day],
       assert: every(vs where day > dm.born)}
""",
}
POOL = {
    "done": ["Y", "Y", "N", "", "y", "ND"],
    "day": ["2024-03-01", "2024-06-30", "2024-02-30", "1950-01-01", "ND", ""],
    "seen": ["2020", "2020-02", "2024", "2024-03-01", "2024-04", "UNK", ""],
    "temp": [
        "36.6",
        "38.1",
        "98.6",
        "100.4",
        "105.8",
        "41",
        "44",
        "3x",
        "38.15",
        "PND",
        "",
    ],
    "crp": [
        "0.4",
        "<0.5",
        "<=0.5",
        "<0.3",
        ">300",
        ">200",
        ">500",
        "<-1",
        ">=9",
        "< 3",
        "ND",
        "600",
        "100",
        "",
    ],
    "crp_num": ["", "0.5", "9"],
    "crp_cmp": ["", "<", "=", "?"],
    "plt": ["8", "20", "74", "300", "999", "1001", "3000", ""],
    "dose_most": ["700", "", "ND"],
    "tempu": ["C", "F", "", "K"],
    "lies": ["", "LOW", "NORMAL"],
    "temp_c": ["", "36.6", "37.0", "9"],
    "pregnant": ["Y", "N", "", "ND"],
    "change": ["", "1.5"],
    "mole": ["1", "2", "ND", ""],
    "grown": ["Y", "N", ""],
    "place": ["E", "V", "V", ""],
    "spots": ["A", "L", "A;L;B", "L;B", ""],
    "shape": ["T", "T", "J", ""],
    "tea": ["09:29", "09:30", "12:00", "25:00", ""],
    "why": ["flu", "pneumonia", "", " "],
    "drug": ["A", "O", "", "X"],
    "other": ["Paracetamol", "", "ND"],
    "dose": ["0", "1", "5", "50", "51", "100", "101", "ND", ""],
    "daily": ["", "2", "17"],
    "spot": ["1", "2", "6", "ND", ""],
    "joint": ["K", "H", ""],
    "side": ["LEFT", "RIGHT", "LEFT"],
    "born": ["1984", "1984-05", "2024-03-02", ""],
    "sex": ["F", "M", ""],
}
KEPT = ["above-expected", "below-expected", "above-range", "unknown-choice", "R1", "R2"]


def _texts(random: Random, form: Form, group: str | None) -> dict[str, str]:
    fields = (
        form.fields
        if group is None
        else next(g for g in form.row_groups if g.name == group).fields
    )
    return {field.name: random.choice(POOL[field.name]) for field in fields}


def _record(random: Random, form: Form) -> Record:
    rows = {
        group.name: tuple(
            Row(number=number, texts=_texts(random, form, group.name))
            for number in sorted(random.sample(range(1, 9), random.randint(0, 4)))
        )
        for group in form.row_groups
    }
    keys = [
        CellKey(form.name, None, "temp"),
        *(CellKey("pills", row.number, "dose") for row in rows.get("pills", ())),
    ]
    kept = {
        (key, code): "checked" for key in keys for code in KEPT if random.random() < 0.2
    }
    return Record(texts=_texts(random, form, None), rows=rows, kept=kept)


def said_by_server(
    study: Study, form: Form, record: Record, context: Context, *, completing: bool
) -> Any:
    """Cells and findings; what cannot be told is said by the server alone."""
    found = judge(study, form, record, context, completing=completing)
    cells = [
        [
            *key,
            *(cell.state.value, cell.text, cell.shown, cell.required, cell.reference),
            list(cell.not_offered),
        ]
        for key, cell in found.cells.items()
    ]
    findings = [
        [
            one.code,
            one.severity.value,
            one.message,
            one.remedy,
            one.data.table,
            one.data.row,
            one.data.field,
            one.value,
        ]
        for one in found.findings
        if one.code != "rule-untold" and one.data is not None
    ]
    return {"cells": cells, "findings": findings}


def said_by_page(
    browser: Browser,
    study: Study,
    form: Form,
    record: Record,
    context: Context,
    *,
    completing: bool,
) -> Any:
    env = {**browser_env(study, form, context), "completing": completing}
    found = browser.call("judge", form_spec(study, form), record_json(record), env)
    cells = ("table", "row", "field", "state", "text", "shown", "required")
    cells += ("reference", "notOffered")
    findings = (
        "code",
        "severity",
        "message",
        "remedy",
        "table",
        "row",
        "field",
        "value",
    )
    return {
        "cells": [[one[name] for name in cells] for one in found["cells"]],
        "findings": [[one[name] for name in findings] for one in found["findings"]],
    }


@pytest.fixture(scope="module")
def browser() -> Browser:
    return Browser("judge.js")


def test_random_forms_are_judged_alike_and_every_finding_is_met(
    browser: Browser,
) -> None:
    random = Random(SEED)
    study = study_of(STUDY)
    vs, dm = study.forms["vs"], study.forms["dm"]
    met: set[str] = set()
    for _ in range(400):
        earlier = {
            FormKey("vs", "V1", 0): _record(random, vs),
            FormKey("dm", "V1", 0): _record(random, dm),
        }
        held = {key: record for key, record in earlier.items() if random.random() < 0.8}
        context = Context(
            today=date(2024, 5, 31),
            subject="01-001",
            visit=random.choice(["V1", "V2"]),
            casebook=Shelf(held),
        )
        record, completing = _record(random, vs), random.random() < 0.7
        expected = said_by_server(study, vs, record, context, completing=completing)
        assert (
            said_by_page(browser, study, vs, record, context, completing=completing)
            == expected
        )
        met |= {one[0] for one in expected["findings"]}
    assert met >= {
        *(
            "required-blank",
            "required-unknown",
            "hidden-with-value",
            "shown-unknown",
            "missing-not-allowed",
        ),
        *(
            "missing-draft-only",
            "below-range",
            "above-range",
            "below-expected",
            "above-expected",
        ),
        *("below-alert", "above-alert", "above-expected-unknown"),
        *("comparator-not-taken", "not-a-number"),
        *(
            "unit-missing",
            "calculated-differs",
            "calculated-unknown",
            "too-many-rows",
            "too-few-rows",
        ),
        *(
            "row-missing",
            "row-twice",
            "R1",
            "R2",
            "R3",
            "row-not-carried",
            "carried_seen_moles",
            "row_of_pills_spot",
            "offered_vs_place_1",
            "offered_vs_spots_1",
            "offered_vs_spots_2",
            "offered_pills_shape_1",
            "not-a-number",
            "unknown-choice",
            "too-long",
        ),
    }


@cache
def _examples() -> ExampleSubjects:
    return read_subjects(subject_texts(), cellkine())


@pytest.mark.parametrize("subject", ["01-001", "01-003", "01-012"])
def test_every_form_of_a_cellkine_subject_is_judged_alike(
    browser: Browser, subject: str
) -> None:
    study, examples = cellkine(), _examples()
    forms = {one.key: one.record for one in examples.forms if one.subject == subject}
    assert examples.data_cut is not None
    for key, record in forms.items():
        form = study.forms[key.form]
        context = Context(
            today=examples.data_cut,
            subject=subject,
            visit=key.visit,
            unsno=key.unsno,
            casebook=Shelf(forms),
        )
        expected = said_by_server(study, form, record, context, completing=True)
        assert (
            said_by_page(browser, study, form, record, context, completing=True)
            == expected
        ), key
