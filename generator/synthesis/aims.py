"""What a synthetic subject is to be besides valid: somebody who takes part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.read_trace import Evidence
from forms_spec.model.captured_data import LOG, FormKey
from forms_spec.model.criteria import Criterion
from forms_spec.model.study import Study
from forms_spec.rules.runtime.compiler import compile_expression
from forms_spec.rules.runtime.environment import Closure
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.types import Type
from generator.synthesis.distance import Distance, distance_of


@dataclass(frozen=True, slots=True)
class Aim:
    """A criterion of eligibility that the subject passes by the sources."""

    name: str
    key: FormKey
    inclusion: bool
    met: Closure
    not_applicable: Closure | None

    distance: Distance

    def far(self, subject: Any) -> float:
        """0 for a subject who passes, else the number of conditions in the way."""
        evidence = subject if isinstance(subject, Evidence) else _evidence(subject)
        frames = evidence.form(self.key).frames(None)
        if self.not_applicable is not None and self.not_applicable(frames) is True:
            return 0

        return self.distance(frames)

    def met_by(self, subject: Any) -> bool:
        """Whether a subject, or the evidence that records what is read, passes."""
        evidence = subject if isinstance(subject, Evidence) else _evidence(subject)
        frames = evidence.form(self.key).frames(None)
        if self.not_applicable is not None and self.not_applicable(frames) is True:
            return True

        return self.met(frames) is self.inclusion


def _evidence(subject: EvaluatedSubject) -> Evidence:
    return Evidence(subject)


def aims_of(study: Study) -> tuple[Aim, ...]:
    """All criteria of a study; none where it has none."""
    eligibility = study.eligibility
    if eligibility is None:
        return ()

    key = FormKey(eligibility.form, eligibility.visit or LOG, 0)
    return tuple(_aim(study, key, criterion) for criterion in eligibility.criteria)


def _aim(study: Study, key: FormKey, criterion: Criterion) -> Aim:
    home = Home(form=study.forms[key.form])
    moot = criterion.not_applicable

    return Aim(
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
