"""Whether a conditional form or visit of the schedule applies to a subject."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from forms_spec.evaluation.captured_form import EvaluatedForm, EvaluatedSubject
from forms_spec.evaluation.form_plan import plan_of
from forms_spec.model.captured_data import FormKey, Record
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.model.visits import Scheduled
from forms_spec.rules import Expression, Home, Type, compile_expression
from forms_spec.rules.runtime.environment import FramePosition, Frames
from forms_spec.rules.semantics.resolved import RuleValue
from forms_spec.schedule.visit_status import Timeline
from webapp.presentation.form_address import forms_at

Condition = Callable[[Frames], "RuleValue | None"]
_CONDITIONS: StudyCache[tuple[str, str], Condition] = StudyCache()
_OF_VISITS: StudyCache[str, Condition] = StudyCache()


def condition_in(world: EvaluatedSubject) -> Callable[[Scheduled, int], bool | None]:
    """The three-valued truth of the schedule's conditions for one subject."""
    study = world.study

    def holds(scheduled: Scheduled, unsno: int) -> bool | None:
        key = FormKey(scheduled.form, scheduled.visit, unsno)
        return _truth(_compiled(study, scheduled), world, key)

    return holds


def with_conditions(timeline: Timeline, world: EvaluatedSubject) -> Timeline:
    """A subject's visits with what is known of the conditions of the dictionary's."""
    study = world.study
    conditions: dict[str, bool | None] = {}
    for name, visit in study.visits.items():
        forms = forms_at(study, name)
        if visit.when is None or not forms:
            continue

        # The condition names the form of each field, so any form of the visit will do.
        key = FormKey(forms[0].name, name, 0)
        compiled = _compiled_visit(study, visit.when, key)
        conditions[name] = _truth(compiled, world, key)

    if not conditions:
        return timeline

    return replace(timeline, conditions=conditions)


def _truth(condition: Condition, world: EvaluatedSubject, key: FormKey) -> bool | None:
    """What a condition is at the place of a form, begun or not."""
    form = world.study.forms[key.form]
    here = world.form(key) or EvaluatedForm(
        plan_of(world.study, form), Record(), key, world
    )
    result = condition([FramePosition(here, None)])

    return result if isinstance(result, bool) else None


def _compiled_visit(study: Study, when: Expression, key: FormKey) -> Condition:
    home = Home(form=study.forms[key.form])
    return _OF_VISITS.get(
        study,
        key.visit,
        lambda: compile_expression(when, study, home, Type.CONDITION),
    )


def _compiled(study: Study, scheduled: Scheduled) -> Condition:
    when = scheduled.when
    assert when is not None

    def compiled() -> Condition:
        home = Home(form=study.forms[scheduled.form])
        return compile_expression(when, study, home, Type.CONDITION)

    return _CONDITIONS.get(study, (scheduled.form, scheduled.visit), compiled)
