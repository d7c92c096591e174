"""A reader of the public registry entry finds everything of it in the dictionary."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from forms_spec import load_study
from forms_spec.model.study import Study
from forms_spec.model.visits import Expectation
from forms_spec.schedule.visit_status import due_dates
from tests.data_dictionary.conftest import dictionary

HERE = Path(__file__).parent

SCHEDULE = """
     SCR D0 D1 D35 W2 M3 M6 M12 M18 M24 UNS ET
sv   X   X  X  X   X  X  X  X   X   X   X   X
icf  X   .  .  .   .  .  .  .   .   .   .   .
dm   X   .  .  .   .  .  .  .   .   .   .   .
rp   C   .  .  .   .  .  .  .   .   .   .   .
mhq  X   .  .  .   .  .  .  .   .   .   .   .
mh   X   .  .  .   .  .  .  .   .   .   .   .
su   X   .  .  .   .  .  .  .   .   .   .   .
dx   X   .  .  .   .  .  .  .   .   .   .   .
pr   X   .  .  .   .  .  .  .   .   .   .   .
pt   C   C  .  .   .  C  C  C   C   C   o   C
med  X   X  o  o   X  X  X  X   X   X   o   X
pe   X   X  o  .   X  X  X  X   X   X   o   X
vs   X   X  C  .   X  X  X  X   X   X   o   X
lbh  X   .  .  .   X  X  .  X   .   X   o   X
lbc  X   .  .  .   X  X  .  X   .   X   o   X
lbs  X   .  .  .   .  .  .  .   .   .   o   .
mbb  X   .  .  .   .  .  .  .   .   .   .   .
mri  X   .  .  .   .  .  X  X   .   X   o   o
xr   X   .  .  .   .  .  .  .   .   .   o   .
ie   X   .  .  .   .  .  .  .   .   .   .   .
ex   .   X  .  .   .  .  .  .   .   .   .   .
pp   .   X  .  .   .  .  .  .   .   .   .   .
nrs  X   X  X  X   X  X  X  X   X   X   o   X
peg  X   .  .  .   o  X  X  X   X   X   .   X
rtf  X   .  .  .   o  X  X  X   X   X   .   X
pro  X   .  .  .   o  X  X  X   X   X   .   X
rw   X   .  .  .   o  X  X  X   X   X   .   X
eos  C   .  .  .   .  .  .  .   .   X   .   X
"""
LOGS = {"log", "cm", "ae", "dv"}
SIGNS = {
    Expectation.REQUIRED: "X",
    Expectation.CONDITIONAL: "C",
    Expectation.OPTIONAL: "o",
}

PARAMETERS = """
age_min 40  age_max 70  bmi_max 40  temp_max_c 38.0  temp_max_f 100.4  rfa_months 3  facinj_months 3
esi_days 28  rheum_months 3  exp_months 12  malig_years 5  contra_months 24  mbb_relief_pct 50  mbb_min_pos 1
preg_days 7  mri_days 180  xr_days 180  lab_days 30  viab_min_pct 70
cells_m_joint 10  vol_ml_joint 1.0  cells_tol_pct 10
weish_min 1  lbp_months_min 3  mbb_vol_max_ml 0.5  med_max 50  sae_report_h 24
"""


def entries(file: str) -> list[tuple[str, str]]:
    """``name: text`` of a file beside this one; a line that begins with a blank
    continues the one above.
    """
    lines = (HERE / file).read_text(encoding="utf-8").replace("\n  ", " ").splitlines()
    parted = (line.partition(": ") for line in lines if not line.startswith("#"))
    return [(name, text) for name, _, text in parted]


def test_the_dictionary_checks_clean() -> None:
    assert load_study(dictionary()).findings == ()


@pytest.mark.parametrize(("name", "wording"), entries("cellkine_criteria.txt"))
def test_each_criterion_stands_in_the_words_of_the_registry(
    study: Study, name: str, wording: str
) -> None:
    field = study.field("ie", name)
    assert field is not None
    assert field.label == wording


def test_all_34_criteria_are_asked_in_their_order(study: Study) -> None:
    asked = [
        field.name
        for field in study.forms["ie"].fields
        if field.name[:4] in ("incl", "excl")
    ]
    assert asked == [name for name, _ in entries("cellkine_criteria.txt")]
    assert len(asked) == 34


def test_not_applicable_is_an_answer_to_the_two_childbearing_criteria_only(
    study: Study,
) -> None:
    lists = {
        field.name: field.codelist
        for field in study.forms["ie"].fields
        if field.codelist is not None
    }
    assert {name for name, codes in lists.items() if "NA" in codes.by_code} == {
        "incl01",
        "excl02",
    }


def test_the_brief_has_463_fields_in_36_tables() -> None:
    fields = dict(entries("cellkine_fields.txt"))
    assert sum(len(names.split()) for names in fields.values()) == 463
    assert len(fields) == 36


def test_every_field_of_the_brief_exists_and_few_are_added(study: Study) -> None:
    brief = {
        f"{table}.{name}"
        for table, names in entries("cellkine_fields.txt")
        for name in names.split()
    }
    held = {
        f"{table.name}.{field.name}"
        for table in study.tables.values()
        for field in table.fields
    }
    assert held >= brief
    assert {
        name for name in held - brief if not name.endswith(("_lbnrind", "_num", "_cmp"))
    } == {
        "cm.cmdosuot",
        "cm.cmfrqoth",
        "dx.consvoth",
        "mbb.mbbanoth",
        "mri.mriscnot",
        "op.opdrgoth",
        "reconsent.reicfdat",
        "reconsent.reicfver",
        "reconsent.reicfcopy",
    }
    results = {
        name.removesuffix("_lborres") for name in brief if name.endswith("_lborres")
    }
    assert {
        name.removesuffix("_lbnrind") for name in held if name.endswith("_lbnrind")
    } == results


def test_the_schedule_is_the_table_of_assessments(study: Study) -> None:
    header, *rows = [line.split() for line in SCHEDULE.strip().splitlines()]
    expected = {
        (row[0], visit): sign
        for row in rows
        for visit, sign in zip(header, row[1:], strict=True)
    }
    signs = {key: SIGNS[one.expectation] for key, one in study.expectations.items()}
    assert signs == {key: sign for key, sign in expected.items() if sign != "."}
    assert list(study.visits) == header


def test_log_forms_belong_to_the_subject(study: Study) -> None:
    assert {form.name for form in study.forms.values() if form.log} == LOGS
    assert {form.name for form in study.forms.values() if not form.log} == {
        one.form for one in study.schedule
    }


def test_every_threshold_is_a_parameter(study: Study) -> None:
    words = PARAMETERS.split()
    expected = dict(zip(words[::2], words[1::2], strict=True))
    held = {name: one.value for name, one in study.parameters.items()}
    assert held.items() >= expected.items()


@pytest.mark.parametrize(
    ("visit", "first", "last"),
    [
        ("SCR", "2024-02-15", "2024-04-14"),
        ("D0", "2024-04-15", "2024-04-15"),
        ("D1", "2024-04-16", "2024-04-16"),
        ("D35", "2024-04-18", "2024-04-20"),
        ("W2", "2024-04-26", "2024-05-02"),
        ("M3", "2024-07-01", "2024-07-29"),
        ("M6", "2024-09-24", "2024-11-05"),
        ("M12", "2025-03-16", "2025-05-15"),
        ("M24", "2026-03-16", "2026-05-15"),
    ],
)
def test_windows_around_the_injection_on_15_april_2024(
    study: Study, visit: str, first: str, last: str
) -> None:
    due = due_dates(study.visits[visit], date(2024, 4, 15))
    assert due is not None
    assert (due.first.isoformat(), due.last.isoformat()) == (first, last)


def test_the_date_of_birth_is_marked_as_an_identifier(study: Study) -> None:
    marked = {
        f"{t.name}.{f.name}"
        for t in study.tables.values()
        for f in t.fields
        if f.identifier
    }
    assert marked == {"dm.brthdat", "eos.dthdat"}


def test_opioid_factors_are_those_of_the_cdc(study: Study) -> None:
    factors = {
        code.code: str(code.number)
        for code in study.codelists["OPIOID"].codes
        if code.number is not None
    }
    assert factors == {
        "CODEINE": "0.15",
        "FENTTD": "2.4",
        "HYDROCOD": "1.0",
        "HYDROMOR": "5.0",
        "METHADON": "4.7",
        "MORPHINE": "1.0",
        "OXYCOD": "1.5",
        "OXYMOR": "3.0",
        "TAPENT": "0.4",
        "TRAMAD": "0.2",
    }
