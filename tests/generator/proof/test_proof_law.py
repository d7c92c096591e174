"""What a proof says never happens is never seen in records made up at random, as the
evaluator judges them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import permutations
from random import Random

import pytest

from forms_spec.evaluation.captured_form import EvaluatedForm, EvaluatedSubject
from forms_spec.evaluation.evaluate_form import judge_captured
from forms_spec.findings.catalogue import CATALOGUE
from forms_spec.findings.finding import Severity
from forms_spec.loader import load_study
from forms_spec.model.captured_data import FormKey, InMemoryCasebook, Record
from forms_spec.model.study import Study
from generator.proof.prover import prove
from generator.proof.solver import NO
from tests.generator.proof.random_studies import records_at_random, study_at_random
from tests.soak import some

SEEDS = range(400)
RECORDS = 150


def captured(
    study: Study, records: Mapping[FormKey, Record], today: date
) -> Iterator[EvaluatedForm]:
    """Every form of a subject, but none where a form has an answer that is refused."""
    subject = EvaluatedSubject(study, InMemoryCasebook(records), today, "01-001")
    forms = [form for key in records if (form := subject.form(key)) is not None]
    for form in forms:
        for finding in judge_captured(form, completing=False).findings:
            if finding.severity is Severity.ERROR and finding.code in CATALOGUE:
                return

    yield from forms


def seen(form: EvaluatedForm) -> Iterator[str]:
    """What the rules and the fields of a form do, in the names of the questions."""
    rules = dict.fromkeys(alone(form))
    yield from rules
    words = [name.split() for name in rules]
    states = {name: word for word, name in words if word != "applies"}
    others = [plan.rule.name for plan in form.plan.rules]
    for first, other in permutations(others, 2):
        # A rule that does not apply is in order beside any other.
        in_order = states.get(other, "kept") == "kept"
        if states.get(first) == "kept" and in_order:
            yield f"kept {first} beside {other}"
        if states.get(first) == "broken" and states.get(other) != "broken":
            yield f"broken {first} beside {other}"
    yield from cells(form)


def alone(form: EvaluatedForm) -> Iterator[str]:
    """What each rule does by itself."""
    for plan in form.plan.rules:
        frames = form.frames(None)
        applies = plan.applies(frames) if plan.applies else True
        holds = plan.holds(frames)
        if applies is True:
            yield f"applies {plan.rule.name}"
            word = {True: "kept", False: "broken"}.get(holds, "untold")  # type: ignore[call-overload]
            yield f"{word} {plan.rule.name}"


def cells(form: EvaluatedForm) -> Iterator[str]:
    """What is known of each field."""
    for (table, name), field in form.plan.fields.items():
        for row in form.rows(table) if table in form.plan.row_tables else [None]:
            facts = form.facts(table, row, name)
            if field.value is not None and facts.seen is not None:
                yield f"known {table}.{name}"
                yield f"fits {table}.{name}"
            elif facts.shown is True and facts.value is not None:
                yield f"shown {table}.{name}"
                # An answer counts where the ends of its range are known.
                if all(limits.certain for limits in field.ranges.values()):
                    yield f"answered {table}.{name}"


@pytest.mark.parametrize("seed", some(SEEDS, 6))
def test_what_is_proved_never_to_happen_never_happens(seed: int) -> None:
    random = Random(seed)
    study = load_study(study_at_random(random)).study
    if study is None:
        return

    proof = prove(study)
    never = {name for name, answer in proof.answers.items() if answer == NO}
    for _ in range(RECORDS):
        records, today = records_at_random(random)
        for form in captured(study, records, today):
            assert never.isdisjoint(seen(form)), (records, today)
