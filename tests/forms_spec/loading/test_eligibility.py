"""The criteria of a study: what they become, and what is said of wrong ones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pytest

from forms_spec.evaluation.eligibility import CriterionResult, Verdict, assess
from forms_spec.model.captured_data import FormKey, Record
from tests.forms_spec.dictionaries import load, said

FORM = """
form: ie
title: Eligibility
fields:
  incl01: {label: Adult, type: yes_no}
  excl01: {label: Pregnant, type: choice, codes: {Y: Yes, N: No, NA: Not applicable}}
  why: {label: Why}
"""


def criteria(text: str) -> list[str]:
    """What is wrong with an ``eligibility`` of the form above; the file is 1.yaml."""
    return said(f"eligibility:\n{text}", FORM)


RIGHT = """  form: ie
  visit: SCR
  inclusion:
    incl01: base.n >= 18
  exclusion:
    excl01: {met: base.side = 'L', not_applicable: base.p = 'N'}
"""


class OneForm:
    """The casebook of a subject of whom two forms of screening were captured."""

    def __init__(self, **forms: dict[str, str]) -> None:
        self.forms = {
            FormKey(name, "SCR", 0): Record(texts=texts)
            for name, texts in forms.items()
        }

    def record(self, key: FormKey) -> Record | None:
        return self.forms.get(key)

    def keys(self, form: str) -> Iterable[FormKey]:
        return [key for key in self.forms if key.form == form]


def pregnant(site: str, **base: str) -> CriterionResult:
    study = load(f"eligibility:\n{RIGHT}", FORM).study
    assert study is not None
    found = assess(study, OneForm(base=base, ie={"excl01": site}), date(2024, 4, 18))
    assert found is not None
    return found.criteria[1]


def test_right_criteria_have_no_findings() -> None:
    assert criteria(RIGHT) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("form: ie", "form: eligiblity", "1.yaml:2:9 unknown-form"),
        ("visit: SCR", "visit: SRC", "1.yaml:3:10 unknown-visit"),
        ("    incl01:", "    incl1:", "1.yaml:5:5 criterion-field"),
        ("    incl01:", "    why:", "1.yaml:5:5 criterion-answer"),
        ("base.n >= 18", "base.m >= 18", "1.yaml:5:13 rule-unknown-field"),
        ("base.n >= 18", "base.n", "1.yaml:5:13 rule-wrong-type"),
        (
            "  visit: SCR\n",
            "  visit: SCR\n  answers: {met: 1, not_met: 0}\n",
            "1.yaml:6:5 criterion-answer",
        ),
        ("base.p = 'N'", "base.p = 'X'", "1.yaml:7:61 rule-unknown-code"),
        ("    excl01:", "    incl01:", "1.yaml:7:5 duplicate-name"),
    ],
)
def test_a_fault_has_its_place(old: str, new: str, found: str) -> None:
    assert old in RIGHT
    assert found in criteria(RIGHT.replace(old, new))


def test_there_is_one_file_of_criteria() -> None:
    found = said(f"eligibility:\n{RIGHT}", f"eligibility:\n{RIGHT}", FORM)
    assert found == ["2.yaml:1:1 duplicate-name"]


@pytest.mark.parametrize(
    ("site", "base", "derived", "verdict"),
    [
        ("N", {"p": "Y", "side": "R"}, "N", Verdict.AGREES),
        ("N", {"p": "Y", "side": "L"}, "Y", Verdict.DISCREPANCY),
        ("NA", {"p": "N"}, "NA", Verdict.AGREES),
        ("NA", {"p": "Y"}, None, Verdict.DISCREPANCY),
        ("Y", {"side": "R"}, None, Verdict.DISCREPANCY),
        ("NA", {"side": "R"}, None, Verdict.UNKNOWN),
        ("", {"p": "N"}, "NA", Verdict.UNANSWERED),
    ],
)
def test_an_answer_is_compared_with_all_that_the_sources_leave_open(
    site: str, base: dict[str, str], derived: str | None, verdict: Verdict
) -> None:
    found = pregnant(site, **base)
    assert (found.derived, found.verdict) == (derived, verdict)


def test_a_criterion_is_passed_when_no_possible_answer_bars() -> None:
    assert pregnant("NA", side="R").passes is True
    assert pregnant("NA", side="L").passes is None
    assert pregnant("N", p="Y", side="L").passes is False
