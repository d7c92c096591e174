"""Small studies as text, for tests of the targets."""

from __future__ import annotations

from functools import cache

from forms_spec import load_study
from forms_spec.model.study import Study

STUDY = """
study: SMALL-01
title: A small study
short: Small
date_order: dmy
subject: {pattern: '\\d{2}-\\d{3}', example: 01-001}
sites: {'01': Ghent, '02': Leuven}
missing:
  ND: Not done
  PND: {label: Result pending, draft_only: true}
parameters: {temp_max: 43}
"""
VISITS = """
visits:
  SCR: {title: Screening}
  UNS: {title: Unscheduled, type: unscheduled, repeats: true}
schedule:
  columns: SCR UNS
  vs:      X   o
  lb:      X   .
"""
VS = """
form: vs
title: Vital signs
fields:
  vsperf: {label: Were vital signs taken?, type: yes_no, required: true}
  vsdat: {label: Date, type: date, show_when: vsperf = 'Y', range: [null, today]}
  sysbp: {label: Systolic, type: integer, unit: mmHg, range: [60, 260], expected: [90, 160], missing: [ND]}
  temp: {label: Temperature, type: decimal, places: 1, range: [33, $temp_max], missing: [ND, PND]}
  refer:
    label: Where does it hurt?
    type: multiple_choice
    codes: {NONE: {label: Nowhere, exclusive: true}, LEG: Leg, ARM: Arm}
  onset: {label: Since when?, type: partial_date}
  vstim: {label: Time, type: time}
  scan: {label: Scan, type: file, accept: [pdf], size: 1 MB}
  remark: {label: Remark, type: long_text}
groups:
  reading:
    title: Readings
    rows: {max: 5}
    fields:
      pos: {label: Position, type: choice, codes: [SITTING, STANDING]}
      pulse: {label: Pulse, type: integer, range: [30, 220]}
"""
LB = """
form: lb
title: Laboratory
fields:
  lbcode: {label: Sample, pattern: '[A-Z]{2}\\d+', length: 8}
  hb: {label: Haemoglobin, type: decimal, places: 1}
"""
AE = """
form: ae
title: Adverse events
log: true
groups:
  ae:
    title: Adverse events
    rows: {min: 0, max: 99}
    fields:
      aeterm: {label: What happened?, type: long_text, required: true}
      aestdat: {label: Start, type: date}
"""
FILES = {
    "study.yaml": STUDY,
    "visits.yaml": VISITS,
    "forms/vs.yaml": VS,
    "forms/lb.yaml": LB,
    "forms/ae.yaml": AE,
}


def study_of(files: dict[str, str]) -> Study:
    """The study, or a failure that shows what is wrong with the text."""
    loaded = load_study(files)
    assert loaded.study is not None, [
        f"{found.text}: {found.message}" for found in loaded.findings
    ]
    return loaded.study


@cache
def small_study() -> Study:
    """Two visit forms, one with rows, and a log form."""
    return study_of(FILES)
