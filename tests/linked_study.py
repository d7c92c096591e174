"""A small study whose forms hang on each other in every way that the language has."""

from __future__ import annotations

FILES = {
    "study.yaml": """
study: LINKED
title: Forms that read each other
subject: {pattern: '[0-9]{2}-[0-9]{3}', example: 01-001}
sites: {'01': Ghent}
day_zero: base.visdat
visit: {date: base.visdat}
missing: {ND: Not done}
parameters: {limit: {value: 9, label: A limit}, spare: {value: 1}}
arms: {by: base.arm, names: {A: Drug, B: Placebo}}
""",
    "codelists.yaml": """
codelists:
  SEX: {F: Female, M: Male}
  NY: {N: 'No', Y: 'Yes'}
  FLAG: {LOW: Low, NORMAL: Normal, HIGH: High}
""",
    "visits.yaml": """
visits:
  V1: {title: First, target: day 0}
  V2: {title: Second, target: day 7, window: 1 day, when: base.sex = 'F'}
  UNS: {title: Between, type: unscheduled}
schedule:
  columns: V1 V2 UNS
  base:    X  .  .
  lab:     X  X  o
  drug:    .  X  .
  scan:    X  C  .
conditions: {scan: adult}
""",
    "ranges.yaml": """
reference_ranges:
  lab: place
  sex: base.sex
  columns: [lab, test, sex, low, high, unit]
  rows:
    - [null, hgb, F, 12, 16, g/dL]
    - [null, hgb, M, 13, 17, g/dL]
""",
    "base.yaml": """
form: base
title: Baseline
missing: [ND]
fields:
  visdat: {label: Date, type: date, required: true}
  arm: {label: Arm, type: choice, codes: {A: Drug, B: Placebo}, required: true}
  sex: {label: Sex, type: choice, codes: SEX, required: true}
  age: {label: Age, type: integer, range: [18, 99], expected: [18, 80]}
""",
    "lab.yaml": """
form: lab
title: Laboratory
fields:
  haem: {label: Haemoglobin, type: decimal, places: 1, unit: g/dL, range: [1, 30], lab_test: hgb}
  place: {label: Place, type: text, length: 9}
  flag: {label: Flag, type: calculated, gives: choice, codes: FLAG, value: in_reference(haem)}
  low: {label: 'Low for {base.sex}', type: yes_no, show_when: haem < $limit}
  why: {label: Why, type: text, show_when: "low = 'Y' and base.age > 90"}
  rise: {label: Rise, type: calculated, places: 1, value: 'haem - lab[V1].haem'}
  many: {label: Lesions, type: calculated, value: count(lesion where size > 5)}
""",
    "drug.yaml": """
form: drug
title: Drug
arms: [A]
fields:
  dose: {label: Dose, type: integer, range: [0, 100], required: adult}
  stop: {label: Stopped, type: yes_no, show_when: "lab.low = 'Y' or scan.worse = 'Y'"}
""",
    "scan.yaml": """
form: scan
title: Scan
fields:
  worse: {label: Worse, type: yes_no, required: lab.haem < 200}
groups:
  lesion:
    title: Lesions
    rows: {max: 5}
    fields:
      organ: {label: Organ, type: choice, codes: {LIVER: Liver, LUNG: Lung}}
      size: {label: Size, type: integer, range: [0, 50]}
""",
    "follow.yaml": """
form: follow
title: Follow-up
log: true
groups:
  seen:
    title: Lesions again
    rows: {from: 'lesion[V1]', carry: [organ]}
    fields:
      now: {label: Size now, type: integer, show_when: organ = 'LIVER'}
""",
    "rules.yaml": """
derivations:
  adult: {value: base.age >= 18}
  spare_one: {value: scan.worse = 'Y'}
rules:
  dose_of_low:
    on: [drug.dose]
    severity: query
    when: lab.low = 'Y'
    assert: dose <= 50
    message: Halve the dose.
  scan_in_women:
    on: [scan.worse]
    severity: query
    assert: base.sex = 'F' or worse = 'N'
    message: Look again.
""",
}
