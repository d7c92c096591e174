"""``crfsmith synthesize`` as a data manager uses it: make a package, then validate it."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from zipfile import ZipFile

from click.testing import CliRunner, Result

from webapp.commands import main

GASTRA = Path(__file__).parents[3] / "data_dictionary" / "gastra"
STUDY = """
study: BP-1
title: Blood pressure at home
sites: {'01': Ghent}
subject: {pattern: '\\d{2}-\\d{3}', example: 01-001}
day_zero: [vs.vsdat]
missing: {ND: Not done}
"""
VISITS = """
visits:
  V1: {title: First visit, target: day 0, window: 0 days}
  V2: {title: Week 2, target: day 14, window: 3 days}
schedule:
  columns: V1 V2
  vs:      X  X
  preg:    C  .
conditions:
  preg: vs[V1].sex = 'F'
"""
VITALS = """
form: vs
title: Vital signs
fields:
  vsdat: {label: Date, type: date, required: true, range: [null, today]}
  cuff: {label: Cuff, pattern: 'C\\d{2}', required: true, unique: study}
  serial: {label: Serial number of the device, type: integer, required: true, unique: study}
  chart: {label: Number of the paper chart, required: true, unique: site}
  sex: {label: Sex, type: choice, codes: {F: Woman, M: Man}, required: true, show_when: visitid = 'V1'}
  height: {label: Height, type: integer, unit: cm, range: [120, 230], required: visitid = 'V1'}
  weight:
    label: Weight
    type: decimal
    places: 1
    unit: {kg: {label: kg}, lb: {label: lb, to: kg, as: value * 0.45359237}}
    range: {kg: [30, 300], lb: [66.2, 661.3]}
    expected: {kg: [45, 160], lb: [99.3, 352.7]}
    required: true
  bmi:
    label: Body mass index
    type: calculated
    places: 1
    value: "round(in_unit(weight, 'kg') * 10000 / (height * height), 1)"
  sys:
    label: Systolic
    type: integer
    range: [60, 260]
    expected: [90, 160]
    required: true
    missing: [ND]
  dia: {label: Diastolic, type: integer, unit: mmHg, range: [30, 220], required: true, missing: [ND]}
  arm:
    label: Which arm?
    pattern: {matches: '[LR]-[0-9]{2}', message: a letter and two digits}
    required: true
"""
PREGNANCY = """
form: preg
title: Pregnancy test
fields:
  result: {label: Result, type: choice, codes: {NEG: Negative, POS: Positive}, required: true}
  since:
    label: Pregnant since
    type: partial_date
    required: true
    show_when: result = 'POS'
    range: [null, vs.vsdat]
"""
MEDICATION = """
form: cm
title: Medication
log: true
fields:
  anymed: {label: Any medication?, type: yes_no, required: true}
groups:
  drugs:
    title: Drugs
    show_when: anymed = 'Y'
    rows: {min: 1, max: 9}
    fields:
      drug: {label: Drug, length: 40, required: true}
      started: {label: Started on, type: date, required: true, range: [null, today]}
      ended: {label: Ended on, type: date, range: [started, today]}
      event: {label: For which event?, type: integer, row_of: events, required: true}
"""
EVENTS = """
form: ae
title: Adverse events
log: true
groups:
  events:
    rows: {min: 1, max: 4}
    fields:
      term: {label: Event, length: 40, required: true}
"""
RULES = """
rules:
  pressure_order:
    message: Diastolic pressure is below systolic.
    assert: dia < sys
    severity: error
    on: [vs.dia, vs.sys]
  weight_stays:
    message: The weight changes by at most 10 kg.
    assert: abs(in_unit(weight, 'kg') - in_unit(vs[previous].weight, 'kg')) <= 10
    severity: warning
    on: [vs.weight]
"""

CONTRADICTION = """
study: AB-1
title: Two rules
sites: {'01': Ghent}
subject: {pattern: '\\d{2}-\\d{3}', example: 01-001}
"""
NEITHER = """
rules:
  not_yes: {message: Nobody is a Yes., assert: answer <> 'Y', severity: query, on: [ab.answer]}
  not_no: {message: Nobody is a No., assert: answer <> 'N', severity: query, on: [ab.answer]}
"""

ONE_VISIT = """
visits: {V1: {title: Visit}}
schedule: {columns: V1, ab: X}
"""
ANSWERS = """
form: ab
title: Answers
fields:
  answer: {label: Answer, type: yes_no, required: true}
"""


def folder(path: Path, rules: str = RULES) -> Path:
    files = {
        "study": STUDY,
        "visits": VISITS,
        "vs": VITALS,
        "preg": PREGNANCY,
        "cm": MEDICATION,
        "ae": EVENTS,
        "rules": rules,
    }
    path.mkdir()
    for name, text in files.items():
        (path / f"{name}.yaml").write_text(text, encoding="utf-8")

    return path


def crfsmith(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def validated(package: Path) -> list[dict[str, object]]:
    result = crfsmith("validate", package, "--format", "json")
    findings: list[dict[str, object]] = json.loads(result.stdout)["findings"]
    return findings


def test_a_package_of_synthetic_subjects_has_no_finding(tmp_path: Path) -> None:
    study = folder(tmp_path / "study")
    package = tmp_path / "p.zip"
    made = crfsmith("synthesize", study, "--subjects", 25, "--out", package)
    assert made.exit_code == 0, made.output
    assert "25 synthetic subjects" in made.stdout
    assert validated(package) == []


def test_a_seed_gives_the_same_bytes_and_another_seed_gives_others(
    tmp_path: Path,
) -> None:
    study = folder(tmp_path / "study")
    packages = [tmp_path / f"{name}.zip" for name in "abc"]
    for package, seed in zip(packages, (7, 7, 8), strict=True):
        crfsmith("synthesize", study, "--seed", seed, "--out", package)

    first, again, other = (package.read_bytes() for package in packages)
    assert first == again
    assert first != other


def test_validate_finds_each_seeded_fault_where_the_list_says(tmp_path: Path) -> None:
    study = folder(tmp_path / "study")
    package = tmp_path / "p.zip"
    faults = ["below-range", "required", "above-expected", "pressure_order"]
    options = [word for fault in faults for word in ("--fault", fault)]
    made = crfsmith("synthesize", study, "--subjects", 8, *options, "--out", package)
    assert made.exit_code == 0, made.output

    with (tmp_path / "p-FAULTS.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))

    assert [line["fault"] for line in listed] == faults * 2
    assert sorted(map(_listed, listed)) == sorted(map(_found, validated(package)))


def test_every_arm_gets_its_own_visits_and_every_cycle_its_number(
    tmp_path: Path,
) -> None:
    package = tmp_path / "p.zip"
    made = crfsmith(
        "synthesize", GASTRA, "--subjects", 2, "--seed", 1, "--out", package
    )
    assert made.exit_code == 0, made.output
    assert validated(package) == []

    with ZipFile(package) as archive:
        text = archive.read("data/sv.csv").decode()

    rows = list(csv.DictReader(StringIO(text)))
    times = {(row["visitid"], row["unsno"]) for row in rows}
    assert all(row["visdat"] for row in rows)
    assert {("TA", "1"), ("TA", "2"), ("UNS", "1"), ("EOT", "0")} <= times
    weekly, later = {("CB8", "1"), ("CB8", "2")}, {("CA", "1"), ("CA", "2")}
    assert weekly <= times or later <= times


def _listed(line: dict[str, str]) -> tuple[str, ...]:
    names = ("subjid", "visitid", "table", "field", "code")
    return tuple(line[name] for name in names)


def _found(finding: dict[str, object]) -> tuple[str, ...]:
    key = finding["key"]
    assert isinstance(key, dict)
    return (
        key["subjid"],
        key.get("visitid", "LOG"),
        str(finding["table"]),
        str(finding["field"]),
        str(finding["code"]),
    )


def test_rules_that_contradict_each_other_leave_no_subject(tmp_path: Path) -> None:
    study = tmp_path / "study"
    study.mkdir()
    (study / "study.yaml").write_text(CONTRADICTION, encoding="utf-8")
    (study / "visits.yaml").write_text(ONE_VISIT, encoding="utf-8")
    (study / "ab.yaml").write_text(ANSWERS, encoding="utf-8")
    (study / "rules.yaml").write_text(NEITHER, encoding="utf-8")
    made = crfsmith("synthesize", study, "--out", tmp_path / "p.zip")
    assert made.exit_code == 1
    assert "Nobody is" in made.stderr
    assert not (tmp_path / "p.zip").exists()


def test_a_fault_that_does_not_exist_is_refused_with_a_near_one(tmp_path: Path) -> None:
    study = folder(tmp_path / "study")
    made = crfsmith(
        "synthesize", study, "--fault", "below-rang", "--out", tmp_path / "p.zip"
    )
    assert made.exit_code == 2
    assert "below-range" in made.stderr
