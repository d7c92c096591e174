"""What an aggregate says of a form that nobody has begun."""

from __future__ import annotations

from datetime import date
from random import Random

from forms_spec.evaluation.casebook import expected
from forms_spec.evaluation.eligibility import assess
from forms_spec.model.captured_data import Context, FormKey, Record, Row
from forms_spec.model.visits import Expectation
from tests.parity.rule_engines import TODAY, Rule, Shelf
from tests.parity.rule_study import random_subject, rule_study
from tests.soak import examples
from tests.studies import study_of

NOBODY = {"any": False, "every": True, "count": (0, 0)}
TABLES = {"far": "far", "extra": "extra", "z": "extra", "q": "far", "e": "diary"}


def test_random_subjects_lack_what_the_schedule_expects() -> None:
    """The schedule's own evaluation is asked, form by form, what is still to come."""
    random, study = Random(20240531), rule_study()
    for _ in range(examples(100, 2000)):
        forms = random_subject(random)
        table, function = random.choice(list(TABLES)), random.choice(list(NOBODY))
        form = TABLES[table]
        visit = random.choice(["", "V1", "V3"]) if form == "far" else ""
        visit = random.choice(["", "V1", "V2"]) if form == "extra" else visit
        rule = Rule(f"{function}({table}{visit and f'[{visit}]'} where 1 = 1)", study)

        result = rule.closure(rule.captured(forms).frames(None))
        begun = [key for key in forms if key.form == form and visit in ("", key.visit)]
        if begun:
            assert result is not None, rule.text
            continue

        to_come = [
            expected(study, scheduled, Context(today=TODAY, casebook=Shelf(forms)))
            for scheduled in study.schedule
            if scheduled.form == form and visit in ("", scheduled.visit)
            if scheduled.expectation is not Expectation.OPTIONAL
        ]
        is_expected = any(answer is not False for answer in to_come)
        assert result == (None if is_expected else NOBODY[function]), rule.text


FILES = {
    "study.yaml": """
study: TUMOUR
title: Tumours
short: Tumours
date_order: dmy
subject: {pattern: '\\d{2}-\\d{3}', example: 01-001}
sites: {'01': Ghent}
""",
    "visits.yaml": """
visits: {SCR: {title: Screening}, UNS: {title: Unscheduled, type: unscheduled, repeats: true}}
schedule:
  columns: SCR UNS
  ie:      X   .
  tumour:  X   .
  preg:    C   .
  ecg:     .   X
conditions:
  preg: ie.sex = 'F'
""",
    "ie.yaml": """
form: ie
title: Eligibility
fields:
  sex: {label: Sex, type: choice, codes: {F: Female, M: Male}}
  incl01: {label: A measurable lesion?, type: yes_no}
  excl01: {label: Pregnant?, type: yes_no}
  excl02: {label: Long QT?, type: yes_no}
""",
    "tumour.yaml": """
form: tumour
title: Tumours
groups:
  lesions:
    title: Lesions
    rows: {}
    fields:
      size: {label: Size, type: integer}
""",
    "preg.yaml": """
form: preg
title: Pregnancy test
fields:
  result: {label: Result, type: choice, codes: [POS, NEG]}
""",
    "ecg.yaml": """
form: ecg
title: ECG
fields:
  qt: {label: QT, type: integer}
""",
    "rules.yaml": """
eligibility:
  form: ie
  visit: SCR
  answers: {met: Y, not_met: N}
  inclusion:
    incl01: any(lesions where size >= 10)
  exclusion:
    excl01: any(preg where result = 'POS')
    excl02: any(ecg where qt > 500)
""",
}


def outcome(**forms: Record) -> dict[str, bool | None]:
    """By criterion: whether the subject passes it, None if nobody can tell."""
    casebook = Shelf({FormKey(name, "SCR", 0): forms[name] for name in forms})
    assessment = assess(study_of(FILES), casebook, date(2024, 5, 31), "01-001")
    assert assessment is not None
    return {result.name: result.passes for result in assessment.criteria}


def test_a_new_subject_neither_fails_nor_passes_by_forms_that_are_to_come() -> None:
    assert outcome() == {"INCL01": None, "EXCL01": None, "EXCL02": True}
    woman, man = (Record(texts={"sex": sex}) for sex in "FM")
    assert outcome(ie=woman)["EXCL01"] is None
    assert outcome(ie=man)["EXCL01"] is True


def test_the_rows_of_a_form_that_was_begun_decide() -> None:
    small = Record(rows={"lesions": (Row(number=1, texts={"size": "9"}),)})
    assert outcome(tumour=Record())["INCL01"] is False
    assert outcome(tumour=small)["INCL01"] is False
