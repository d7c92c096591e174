"""Whoever cannot know whether to answer a question is told what to answer first."""

from __future__ import annotations

from datetime import date

import pytest

from forms_spec.evaluation import judge
from forms_spec.evaluation.condition_sources import deciding_answers
from forms_spec.evaluation.form_plan import plan_of
from forms_spec.model.captured_data import Context, Record, Row
from tests.studies import FILES, study_of
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


ASKED = """
form: lb
title: Laboratory
fields:
  sober: {label: Sober?, type: yes_no}
  drink: {label: What was drunk?, show_when: sober = 'N', required: vs.vsperf = 'Y'}
  note: {label: Note, show_when: vs.vsperf = 'Y'}
groups:
  tubes:
    show_when: sober = 'Y'
    rows: {}
    fields:
      colour: {label: Colour}
      why: {label: Why?, show_when: colour = 'red'}
"""


@pytest.mark.parametrize(
    ("texts", "field", "message"),
    [
        ({"drink": "Beer"}, "drink", "“What was drunk?” contains Beer. Cannot determine "
         "whether it applies. It depends on “Sober?”."),
        ({"note": "Late"}, "note", "“Note” contains Late. Cannot determine whether it "
         "applies. It depends on “{vsperf}” (Vital signs)."),
    ],
)  # fmt: skip
def test_whoever_cannot_know_whether_a_question_applies_is_told_what_to_answer(
    texts: dict[str, str], field: str, message: str
) -> None:
    study = study_of({**FILES, "forms/lb.yaml": ASKED})
    judgement = judge(
        study,
        study.forms["lb"],
        Record(texts=texts),
        Context(today=date(2024, 5, 31), visit="SCR"),
        completing=False,
    )
    label = study.forms["vs"].by_name["vsperf"].label
    assert [
        item.message for item in judgement.findings if item.code == "shown-unknown"
    ] == [message.replace("{vsperf}", label)]
    assert judgement.findings[0].data is not None
    assert judgement.findings[0].data.field == field


def test_a_table_that_may_need_rows_names_what_decides() -> None:
    asked = ASKED.replace("rows: {}", "rows: {min: 1}")
    study = study_of({**FILES, "forms/lb.yaml": asked})
    judgement = judge(
        study,
        study.forms["lb"],
        Record(),
        Context(today=date(2024, 5, 31), visit="SCR"),
        completing=True,
    )
    assert (
        "Cannot determine whether “Laboratory” needs rows. It depends on “Sober?”."
        in [item.message for item in judgement.findings]
    )


def test_a_row_names_what_decides_in_its_group_and_in_itself() -> None:
    study = study_of({**FILES, "forms/lb.yaml": ASKED})
    judgement = judge(
        study,
        study.forms["lb"],
        Record(rows={"tubes": (Row(number=1, texts={"why": "Broken"}),)}),
        Context(today=date(2024, 5, 31), visit="SCR"),
        completing=False,
    )
    assert [item.message for item in judgement.findings] == [
        "“Why?” contains Broken. Cannot determine whether it applies. It depends on "
        "“Sober?” and “Colour”."
    ]
