"""Whether a conditional form of the schedule applies to a subject."""

from __future__ import annotations

from collections.abc import Callable

from forms_spec.evaluation.captured_form import EvaluatedForm, EvaluatedSubject
from forms_spec.evaluation.form_plan import plan_of
from forms_spec.model.captured_data import FormKey, Record
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.model.visits import Scheduled
from forms_spec.rules import Home, Type, compile_expression
from forms_spec.rules.runtime.environment import FramePosition, Frames
from forms_spec.rules.semantics.resolved import RuleValue

Condition = Callable[[Frames], "RuleValue | None"]
_CONDITIONS: StudyCache[tuple[str, str], Condition] = StudyCache()


def condition_in(world: EvaluatedSubject) -> Callable[[Scheduled, int], bool | None]:
    """The three-valued truth of the schedule's conditions for one subject."""
    study = world.study

    def holds(scheduled: Scheduled, unsno: int) -> bool | None:
        form = study.forms[scheduled.form]
        key = FormKey(form.name, scheduled.visit, unsno)
        here = world.form(key) or EvaluatedForm(
            plan_of(study, form), Record(), key, world
        )
        result = _compiled(study, scheduled)([FramePosition(here, None)])

        return result if isinstance(result, bool) else None

    return holds


def _compiled(study: Study, scheduled: Scheduled) -> Condition:
    when = scheduled.when
    assert when is not None

    def compiled() -> Condition:
        home = Home(form=study.forms[scheduled.form])
        return compile_expression(when, study, home, Type.CONDITION)

    return _CONDITIONS.get(study, (scheduled.form, scheduled.visit), compiled)
