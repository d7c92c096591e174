"""A parameter that differs by site means the same on the page, in schemas, in documents
and in what is written for others. The laws of tests/parity hold it in all engines.
"""

from __future__ import annotations

from datetime import date

import pytest

from forms_spec.evaluation import judge
from forms_spec.loader import load_study
from forms_spec.loading.study_builder import dictionary_hash
from forms_spec.model.captured_data import Context, Record
from forms_spec.model.study import Study
from forms_spec.rules import Home, to_english
from generator.codebook import codebook_html
from generator.proof.prover import prove
from generator.redcap.write_dictionary import write_redcap
from generator.tables.schema import table_schema
from generator.workbook.convert import read_workbook
from generator.workbook.write_workbook import write_workbook
from tests.studies import study_of

FILES = {
    "study.yaml": """
study: SITES
title: Values by site
subject: {pattern: '\\d{2}-\\d{3}', example: 01-007}
sites: {'01': Ghent, '02': Leuven}
parameters:
  limit: {value: 5, label: Largest dose, unit: mg, sites: {'02': 7.5}}
""",
    "visits.yaml": "visits: {S: {title: S}}\nschedule:\n  columns: S\n  dose: X\n",
    "dose.yaml": """
form: dose
title: Dose
fields:
  amount: {label: Dose, type: decimal, places: 1, unit: mg, range: [0, $limit]}
  why: {label: Why so much?, type: text, show_when: amount > $limit - 1}
""",
}


def found(subject: str | None, amount: str) -> tuple[bool, bool]:
    """Whether the dose is out of its range, and whether the reason is asked."""
    study = study_of(FILES)
    context = Context(today=date(2024, 1, 1), subject=subject, visit="S")
    judged = judge(
        study, study.forms["dose"], Record(texts={"amount": amount}), context
    )
    is_asked = any(
        cell.field == "why" and item.shown for cell, item in judged.cells.items()
    )
    return "above-range" in {item.code for item in judged.findings}, is_asked


@pytest.mark.parametrize(
    ("subject", "amount", "out", "asked"),
    [
        ("01-001", "5.0", False, True),
        ("01-001", "5.1", True, True),
        ("02-001", "5.1", False, False),
        ("02-001", "7.6", True, True),
        # Of nobody it is known which limit counts.
        (None, "100", False, False),
    ],
)
def test_the_value_of_the_subjects_site_counts(
    subject: str | None, amount: str, out: bool, asked: bool
) -> None:
    assert found(subject, amount) == (out, asked)


def test_what_is_made_of_the_study_says_it_or_lists_it() -> None:
    study = study_of(FILES)
    form = study.forms["dose"]
    condition = form.by_name["why"].show_when
    assert condition is not None
    words = to_english(condition, study, Home(form=form))
    assert "5 (largest dose; 7.5 at Leuven)" in words

    book = codebook_html(study)
    assert "<b>Site 02 Leuven:</b> 7.5 mg" in book

    [amount, _] = [
        item
        for item in table_schema(study, study.tables["dose"])["fields"]
        if item["name"] in form.by_name
    ]
    assert "maximum" not in amount["constraints"]

    written = write_redcap(FILES, {})
    assert written.content is not None
    assert "[record-dag-name]" in written.content.decode()
    assert ("amount", "range") in {(loss.field, loss.kind) for loss in written.losses}

    read = read_workbook("study.xlsx", write_workbook(FILES))
    assert dictionary_hash(read.files) == dictionary_hash(FILES)


def test_proof_tries_the_value_of_each_site() -> None:
    rule = "rules:\n  C1: {message: A, severity: query, on: [dose.amount], assert: "
    proved = {
        text: [item.code for item in prove(_with_rule(f"{rule}{text}}}")).findings]
        for text in ("amount <= $limit", "$limit > 5", "$limit = 6")
    }
    assert proved == {
        "amount <= $limit": ["rule-cannot-break"],
        "$limit > 5": [],
        "$limit = 6": ["rule-cannot-hold"],
    }


def _with_rule(rule: str) -> Study:
    return study_of({**FILES, "rules.yaml": rule})


@pytest.mark.parametrize(
    ("sites", "code", "column"),
    [("{'03': 7}", "unknown-site", 1), ("{'02': many}", "parameter-value", 1)],
)
def test_a_value_of_a_site_is_checked_at_its_place(
    sites: str, code: str, column: int
) -> None:
    text = (
        FILES["study.yaml"]
        .replace("{'02': 7.5}", sites)
        .replace("5,", "5, kind: integer,")
    )
    findings = load_study({**FILES, "study.yaml": text}).findings
    [fault] = [item for item in findings if item.code == code]
    assert fault.text is not None
    assert fault.text.line == 7
    assert (fault.text.column or 0) > column
