"""Whoever cannot know whether to answer a question is told what to answer first."""

from __future__ import annotations

import pytest

from forms_spec.evaluation.condition_sources import deciding_answers
from forms_spec.evaluation.form_plan import plan_of
from tests.webapp.pages import cellkine


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        (
            "lbh",
            "hgb_lbclsig",
            "“Was blood taken?”, “Haemoglobin”, “Sex” (Demographics), “Date of birth” "
            "(Demographics), “Date of collection” and “Laboratory”",
        ),
        (
            "pe",
            "pe_desc",
            "“Was the examination done?”, “General appearance”, “Cardiovascular”, "
            "“Respiratory”, “Abdomen” and 2 more",
        ),
    ],
)
def test_conditions_are_followed_to_the_answers_behind_them(
    form: str, field: str, words: str
) -> None:
    study = cellkine()
    plan = plan_of(study, study.forms[form]).fields[form, field]
    assert deciding_answers(study, study.forms[form], plan) == words
