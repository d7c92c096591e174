"""A subject's whole casebook under all rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.evaluate_form import judge_captured
from forms_spec.evaluation.form_result import Judgement
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import (
    Casebook,
    Context,
    EmptyCasebook,
    FormKey,
    Record,
)
from forms_spec.model.study import Study
from forms_spec.model.visits import Scheduled
from forms_spec.rules.runtime.compiler import compile_expression
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.types import Type


def judge_casebook(
    study: Study,
    casebook: Casebook,
    today: date,
    *,
    subject: str | None = None,
    complete: Callable[[FormKey], bool] = lambda _key: False,
) -> Mapping[FormKey, Judgement]:
    """Every captured form of a subject, judged together: each cell is worked out once
    for all rules.

    ``complete`` says which forms are to be complete; the others are drafts.
    """
    whole = EvaluatedSubject(study, casebook, today, subject)
    judgements: dict[FormKey, Judgement] = {}

    for form in study.forms:
        for key in whole.keys(form):
            captured = whole.form(key)
            if captured is not None:
                judgements[key] = judge_captured(captured, completing=complete(key))

    return judgements


def findings_of(judgements: Iterable[Judgement]) -> Iterator[Finding]:
    """All findings, form by form."""
    for judgement in judgements:
        yield from judgement.findings


def expected(study: Study, scheduled: Scheduled, context: Context) -> bool | None:
    """Whether a conditional form is expected at its visit; True for one without a
    condition.
    """
    if scheduled.when is None:
        return True

    form = study.forms[scheduled.form]
    key = FormKey(form.name, scheduled.visit, context.unsno)
    casebook = context.casebook or EmptyCasebook()
    subject = EvaluatedSubject(study, casebook, context.today, context.subject)

    # The condition looks at other forms from the place of this one, begun or not.
    captured = subject.form(key)
    if captured is None:
        captured = subject.put(form, Record(), key)

    home = Home(form=form)
    condition = compile_expression(scheduled.when, study, home, Type.CONDITION)
    value = condition(captured.frames(None))
    assert value is None or isinstance(value, bool)

    return value
