"""A subject's captured forms under one version of the dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from forms_spec.evaluation import Judgement, expected, judge_casebook
from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.eligibility import assess
from forms_spec.evaluation.life_cycle import life_of
from forms_spec.evaluation.unique_values import Holder, UniqueIndex, unique_findings
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import (
    LOG,
    Context,
    FormKey,
    InMemoryCasebook,
    Record,
)
from forms_spec.model.study import Study
from forms_spec.model.visits import Scheduled
from forms_spec.schedule.form_places import has_place
from forms_spec.schedule.timeline import timeline
from forms_spec.schedule.visit_status import FormExpectation, expectation


@dataclass(frozen=True, kw_only=True, slots=True)
class CapturedSubject:
    """A subject with its forms as typed. ``complete`` are those that are to be
    complete, ``locked`` those that nobody may save, ``signed`` those under a signature
    that stands.
    """

    name: str
    site: str
    records: Mapping[FormKey, Record]
    complete: frozenset[FormKey]
    locked: frozenset[FormKey] = frozenset()
    signed: frozenset[FormKey] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdicts:
    """What one version says of a subject: each form that has its place in the study,
    the forms that visits lack, the status, and the answers that the sources leave open
    to each criterion.
    """

    judgements: Mapping[FormKey, Judgement]
    findings: Mapping[FormKey, tuple[Finding, ...]]
    lacking: frozenset[FormKey]
    status: str
    criteria: Mapping[str, object] = field(default_factory=dict)


def verdicts(
    study: Study, subject: CapturedSubject, today: date, answers: UniqueIndex
) -> Verdicts:
    """Evaluates a subject as of a day. ``answers`` are those of all subjects that may
    stand once only.
    """
    records = in_order(study, subject.records)
    casebook = InMemoryCasebook(records)
    judgements = judge_casebook(
        study,
        casebook,
        today,
        subject=subject.name,
        complete=subject.complete.__contains__,
    )
    placed = {key: item for key, item in judgements.items() if has_place(study, key)}
    findings = {}

    for key, judgement in placed.items():
        own = Holder(subject.site, subject.name, key)
        repeated = unique_findings(study, records[key], own, answers.holders)
        findings[key] = (*judgement.findings, *repeated)

    whole = EvaluatedSubject(study, casebook, today, subject.name)
    visits = timeline(study, casebook, records)
    assessment = assess(study, casebook, today, subject.name)

    return Verdicts(
        judgements=placed,
        findings=findings,
        lacking=frozenset(_lacking(study, casebook, records, today, subject.name)),
        status=life_of(whole, casebook, visits).status.value,
        criteria={
            result.name: (result.possible, result.passes)
            for result in (assessment.criteria if assessment else ())
        },
    )


def in_order(study: Study, records: Mapping[FormKey, Record]) -> dict[FormKey, Record]:
    """The forms as the visits of a version follow each other: logs first."""
    visits = {name: number for number, name in enumerate((LOG, *study.visits))}
    last = len(visits)
    keys = sorted(
        records, key=lambda key: (visits.get(key.visit, last), key.visit, key.unsno)
    )

    return {key: records[key] for key in keys}


def _lacking(
    study: Study,
    casebook: InMemoryCasebook,
    captured: Iterable[FormKey],
    today: date,
    subject: str,
) -> Iterable[FormKey]:
    """The forms that nobody began and a visit of which something was captured asks for."""
    begun = set(captured)
    for visit, unsno in {(key.visit, key.unsno) for key in begun}:
        context = Context(
            today=today, subject=subject, visit=visit, unsno=unsno, casebook=casebook
        )

        def holds(scheduled: Scheduled, context: Context = context) -> bool | None:
            return expected(study, scheduled, context)

        for form, place in study.expectations:
            key = FormKey(form, visit, unsno)
            if place != visit or key in begun:
                continue
            asked = expectation(study, form, visit, holds)
            if asked is FormExpectation.REQUIRED:
                yield key
