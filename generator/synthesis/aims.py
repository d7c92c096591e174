"""What a synthetic subject is to be besides valid: somebody who takes part to the end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.life_cycle import DECISION, says_an_end, status_by_reason
from forms_spec.evaluation.read_trace import Evidence
from forms_spec.model.captured_data import LOG, FormKey
from forms_spec.model.criteria import Criterion
from forms_spec.model.fields import Field
from forms_spec.model.life_cycle import LifeStatus
from forms_spec.model.study import Study
from forms_spec.rules.runtime.compiler import compile_expression
from forms_spec.rules.runtime.environment import Closure, FramePosition
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.types import Type
from forms_spec.schedule.cdash_names import field_named
from forms_spec.schedule.visit_dating import dating_plan
from forms_spec.schedule.visit_status import VisitKey
from generator.synthesis.distance import Distance, distance_of

TAKES_PART = 4
"""What it counts that a subject leaves early or misses a visit. Leaving is no way out of a
finding, or of a criterion that is not met.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Aim(ABC):
    """Something that the subject is to be."""

    name: str

    @abstractmethod
    def far(self, subject: EvaluatedSubject) -> float:
        """0 where it is so, else the number of conditions in the way."""

    @abstractmethod
    def read(self, evidence: Evidence, keys: Iterable[FormKey]) -> None:
        """Reads what decides it. ``keys`` are the forms of the subject."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EligibilityAim(Aim):
    """A criterion of eligibility that the subject passes by the sources."""

    key: FormKey
    inclusion: bool
    met: Closure
    not_applicable: Closure | None
    distance: Distance

    def far(self, subject: EvaluatedSubject) -> float:
        frames = Evidence(subject).form(self.key).frames(None)
        if self.not_applicable is not None and self.not_applicable(frames) is True:
            return 0

        return self.distance(frames)

    def read(self, evidence: Evidence, _keys: Iterable[FormKey]) -> None:
        frames = evidence.form(self.key).frames(None)
        if self.not_applicable is None or self.not_applicable(frames) is not True:
            self.met(frames)


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerAim(Aim):
    """A question that is answered wherever its form is there, as the date of a visit is
    where the visit takes place.
    """

    field: Field
    key: FormKey

    def far(self, subject: EvaluatedSubject) -> float:
        form = subject.form(self.key)
        if form is None:
            return 0

        is_blank = form.value(self.key.form, None, self.field.name) is None
        return TAKES_PART if is_blank else 0

    def read(self, evidence: Evidence, _keys: Iterable[FormKey]) -> None:
        evidence.form(self.key).value(self.key.form, None, self.field.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusAim(Aim):
    """A status that the subject does not reach, as one who is withdrawn."""

    form: str
    reached: Closure

    def far(self, subject: EvaluatedSubject) -> float:
        for key in subject.keys(self.form):
            form = subject.form(key)
            if form is not None and self.reached([FramePosition(form, None)]) is True:
                return TAKES_PART

        return 0

    def read(self, evidence: Evidence, keys: Iterable[FormKey]) -> None:
        for key in keys:
            if key.form == self.form:
                self.reached(evidence.form(key).frames(None))


@dataclass(frozen=True, kw_only=True, slots=True)
class ReasonAim(Aim):
    """Where the dictionary does not say how a subject leaves: the usual reason for the
    end is that the study is complete.
    """

    field: Field

    def far(self, subject: EvaluatedSubject) -> float:
        for key in subject.keys(self.field.form):
            form = subject.form(key)
            text = form.facts(key.form, None, self.field.name).text if form else ""
            if text and status_by_reason(text) is not LifeStatus.COMPLETED:
                return TAKES_PART

        return 0

    def read(self, evidence: Evidence, keys: Iterable[FormKey]) -> None:
        for key in keys:
            if key.form == self.field.form:
                evidence.form(key).value(key.form, None, self.field.name)


def aims_of(study: Study, times: Iterable[VisitKey]) -> tuple[Aim, ...]:
    """What is to be of a subject with visits at these times."""
    return (*_eligible(study), *_to_the_end(study), *visit_aims(study, times))


def visit_aims(study: Study, times: Iterable[VisitKey]) -> tuple[Aim, ...]:
    """That the visits take place, and that those are known which visits count from."""
    aims: dict[str, Aim] = {}
    plan = dating_plan(study)
    for visit, number in times:
        field = plan.of(visit).date
        if field is not None:
            key = FormKey(field.form, visit, number)
            name = f"date {visit} {number}"
            aims[name] = AnswerAim(name=name, field=field, key=key)

    return tuple(aims.values())


def _to_the_end(study: Study) -> Iterator[Aim]:
    """That the subject neither fails screening nor leaves early."""
    early = (LifeStatus.SCREEN_FAILURE, LifeStatus.WITHDRAWN)
    for condition in study.statuses:
        if condition.status in early:
            home = Home(form=study.forms[condition.form])
            reached = compile_expression(condition.when, study, home, Type.CONDITION)
            name = f"not {condition.status.value}"
            yield StatusAim(name=name, form=condition.form, reached=reached)

    field = field_named(study, DECISION)
    if field is not None and not says_an_end(study):
        yield ReasonAim(name="complete", field=field)


def _eligible(study: Study) -> tuple[Aim, ...]:
    """All criteria of a study; none where it has none."""
    eligibility = study.eligibility
    if eligibility is None:
        return ()

    key = FormKey(eligibility.form, eligibility.visit or LOG, 0)
    return tuple(_aim(study, key, criterion) for criterion in eligibility.criteria)


def _aim(study: Study, key: FormKey, criterion: Criterion) -> Aim:
    home = Home(form=study.forms[key.form])
    moot = criterion.not_applicable

    return EligibilityAim(
        name=f"aim {criterion.field.name}",
        key=key,
        inclusion=criterion.inclusion,
        met=compile_expression(criterion.met, study, home, Type.CONDITION),
        distance=distance_of(criterion.met, study, home, wanted=criterion.inclusion),
        not_applicable=(
            None
            if moot is None
            else compile_expression(moot, study, home, Type.CONDITION)
        ),
    )
