"""The open findings of some forms of a subject, without evaluating all its others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.cross_form import findings_elsewhere
from forms_spec.evaluation.evaluate_form import judge_captured
from forms_spec.evaluation.life_cycle import visits_of
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import FormKey
from forms_spec.schedule.visit_status import Timeline
from webapp.casebook.conditional_forms import with_conditions
from webapp.casebook.waiting_findings import Waiting
from webapp.services import about, services, whole_casebook_of
from webapp.storage import Status


def open_findings_on(subjid: str, keys: Iterable[FormKey]) -> tuple[Finding, ...]:
    """The findings that show on some forms and that somebody can answer now, each once,
    form by form. Forms that nobody began have none.
    """
    with about(subjid):
        return tuple(_open_on(subjid, keys))


def _open_on(subjid: str, keys: Iterable[FormKey]) -> Iterator[Finding]:
    app, casebook = services(), whole_casebook_of(subjid)
    statuses = {key: form.status for key, form in casebook.forms.items()}
    world = EvaluatedSubject(app.study, casebook, app.today(), subjid)

    def visits() -> Timeline:
        return with_conditions(visits_of(world, casebook, statuses), world)

    def is_complete(key: FormKey) -> bool:
        return statuses.get(key) is Status.COMPLETE

    waiting = Waiting(world, statuses, visits)
    begun = [key for key in keys if key in casebook.forms]
    for finding in dict.fromkeys(_all_on(world, begun, is_complete)):
        if not waiting.of(finding):
            yield finding


def _all_on(
    world: EvaluatedSubject,
    keys: Iterable[FormKey],
    is_complete: Callable[[FormKey], bool],
) -> Iterator[Finding]:
    """What the forms find themselves, and what others find on them."""
    for key in keys:
        captured = world.form(key)
        if captured is not None:
            completing = is_complete(key)
            yield from judge_captured(captured, completing=completing).findings
            yield from findings_elsewhere(world, key, complete=is_complete)
