"""A sum over no rows is 0 only where no rows are expected."""

from __future__ import annotations

from datetime import date

import pytest

from forms_spec.evaluation import judge
from forms_spec.model.captured_data import CellKey, Context, FormKey, Record, Row
from forms_spec.model.study import Study
from tests.forms_spec.dictionaries import load
from tests.parity.rule_engines import Shelf


def opioids(group: str, total: str = "sum(op.mme)") -> Study:
    text = f"""
form: med
title: Opioids
fields:
  any_opioid: {{label: Any opioid?, type: yes_no}}
  total: {{label: All opioids together, type: calculated, value: {total}}}
groups:
  op:
    title: Opioids
    {group}
    fields:
      drug: {{label: Drug}}
      mme: {{label: Morphine equivalents, type: decimal}}
---
form: other
title: Another form
fields:
  told: {{label: Told, type: calculated, value: sum(op.mme)}}
"""
    study = load(text).study
    assert study is not None
    return study


def total(
    study: Study, answer: str, *amounts: str, form: str = "med", begun: bool = True
) -> str:
    """What the total is; each amount is a row."""
    rows = tuple(
        Row(number=at, texts={"drug": "X", "mme": one})
        for at, one in enumerate(amounts, 1)
    )
    med = Record(texts={"any_opioid": answer}, rows={"op": rows})
    casebook = Shelf({FormKey("med", "SCR", 0): med} if begun else {})
    context = Context(today=date(2024, 5, 31), visit="SCR", casebook=casebook)
    record = med if form == "med" else Record()
    found = judge(study, study.forms[form], record, context)
    return found.cells[CellKey(form, None, "total" if form == "med" else "told")].text


ASKED = "show_when: any_opioid = 'Y'\n    rows: {}"


@pytest.mark.parametrize(
    ("group", "answer", "amounts", "sum_"),
    [
        (ASKED, "Y", [], ""),
        (ASKED, "N", [], "0"),
        (ASKED, "", [], ""),
        (ASKED, "Y", ["30", "20"], "50"),
        (ASKED, "Y", ["30", ""], ""),
        ("rows: {min: 1}", "Y", [], ""),
        ("rows: {min: 1}", "Y", ["30"], "30"),
        ("rows: {}", "Y", [], "0"),
        ("show_when: any_opioid = 'Y'\n    rows: {min: 1}", "N", [], "0"),
    ],
)
def test_an_opioid_that_is_told_and_not_listed_is_not_0(
    group: str, answer: str, amounts: list[str], sum_: str
) -> None:
    assert total(opioids(group), answer, *amounts) == sum_
    assert total(opioids(group), answer, *amounts, form="other") == sum_


def test_rows_that_a_condition_leaves_out_have_come_all_the_same() -> None:
    study = opioids(ASKED, "sum(op.mme where drug = 'Y')")
    assert total(study, "Y", "30") == "0"
    assert total(study, "Y") == ""


def test_of_a_form_that_nobody_has_begun_nothing_is_known() -> None:
    assert total(opioids("rows: {}"), "", form="other", begun=False) == ""


def test_none_may_be_0_where_the_dictionary_says_so() -> None:
    study = opioids(ASKED, "case when count(op) = 0 then 0 else sum(op.mme) end")
    assert total(study, "Y") == "0"
