"""The status of a subject, as the dictionary says it or, where it does not, as the usual
end-of-study form has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.model.captured_data import Casebook, FormKey
from forms_spec.model.life_cycle import LifeStatus, StatusCondition
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.rules import Home, Type, compile_expression
from forms_spec.rules.runtime.environment import FramePosition, Frames
from forms_spec.rules.semantics.resolved import RuleValue
from forms_spec.schedule.cdash_names import field_named
from forms_spec.schedule.timeline import timeline
from forms_spec.schedule.visit_status import Timeline

DECISION = "DSDECOD"
"""The CDASH name of the field that says why a subject left the study."""
FAILED = frozenset({"SCREENFAILURE", "SCREENFAIL", "SCREENINGFAILURE"})
FINISHED = frozenset({"COMPLETED", "COMPLETE"})
_CONDITIONS: StudyCache[LifeStatus, Callable[[Frames], RuleValue | None]] = StudyCache()


@dataclass(frozen=True, kw_only=True, slots=True)
class SubjectLife:
    """How far a subject is, and which visits stay due although it has left."""

    status: LifeStatus
    still_due: frozenset[str] = frozenset()

    def on(self, timeline: Timeline) -> Timeline:
        """The visits of the subject: after it has left none is due but these."""
        if not self.status.is_over:
            return timeline

        return replace(timeline, still_due=self.still_due)


def visits_of(
    subject: EvaluatedSubject, casebook: Casebook, captured: Iterable[FormKey]
) -> Timeline:
    """The visits of a subject with these forms, as far as its status asks for them."""
    visits = timeline(subject.study, casebook, captured)
    return life_of(subject, casebook, visits).on(visits)


def life_of(
    subject: EvaluatedSubject, casebook: Casebook, visits: Timeline
) -> SubjectLife:
    """The status of a subject with these forms and visits."""
    written = {item.status: item for item in subject.study.statuses}
    reached: dict[LifeStatus, StatusCondition] = {}
    for status, item in written.items():
        if _holds(subject, casebook, item):
            reached[status] = item

    # A condition of the dictionary goes before what most studies mean.
    usual = set(_usual(subject.study, casebook, visits)) - written.keys()
    if says_an_end(subject.study):
        usual = {status for status in usual if not status.is_over}

    statuses = {LifeStatus.SCREENED, *reached, *usual}
    status = max(statuses, key=list(LifeStatus).index)
    condition = reached.get(status)

    return SubjectLife(
        status=status,
        still_due=condition.still_due if condition else frozenset(),
    )


def says_an_end(study: Study) -> bool:
    """Whether the dictionary itself says how subjects leave the study."""
    return any(item.status.is_over for item in study.statuses)


def life_forms(study: Study) -> tuple[str, ...]:
    """The forms that say how far a subject is."""
    forms = [condition.form for condition in study.statuses]
    field = field_named(study, DECISION)
    if field is not None:
        forms.append(field.form)

    return tuple(dict.fromkeys(forms))


def _holds(
    subject: EvaluatedSubject, casebook: Casebook, condition: StatusCondition
) -> bool:
    """Whether a condition is true in one of the forms that it is about."""
    compiled = _compiled(subject.study, condition)
    for key in casebook.keys(condition.form):
        form = subject.form(key)
        if form is not None and compiled([FramePosition(form, None)]) is True:
            return True

    return False


def _compiled(
    study: Study, condition: StatusCondition
) -> Callable[[Frames], RuleValue | None]:
    home = Home(form=study.forms[condition.form])
    return _CONDITIONS.get(
        study,
        condition.status,
        lambda: compile_expression(condition.when, study, home, Type.CONDITION),
    )


def _usual(study: Study, casebook: Casebook, visits: Timeline) -> Iterator[LifeStatus]:
    """What the forms say that most studies have: the day from which visits count is
    known, a reason why the subject left, its last day.
    """
    if visits.day_zero is not None:
        yield LifeStatus.ENROLLED

    codes = list(_decisions(study, casebook))
    for code in codes:
        yield status_by_reason(code)

    has_no_reason = not codes
    if has_no_reason and visits.ended is not None:
        yield LifeStatus.WITHDRAWN


def status_by_reason(code: str) -> LifeStatus:
    """What an answer to why the subject left says."""
    # ``SCREEN FAILURE``, ``ScreenFailure`` and ``screen_failure`` are one answer.
    letters = "".join(filter(str.isalpha, code.upper()))
    if letters in FAILED:
        return LifeStatus.SCREEN_FAILURE
    if letters in FINISHED:
        return LifeStatus.COMPLETED

    return LifeStatus.WITHDRAWN


def _decisions(study: Study, casebook: Casebook) -> Iterator[str]:
    """The answers to why the subject left, without reasons why there is none."""
    field = field_named(study, DECISION)
    if field is None:
        return

    no_answer = {"", *(code.code for code in field.missing)}
    for key in casebook.keys(field.form):
        record = casebook.record(key)
        if record is None:
            continue

        # Blanks alone are no reason, here as in a date.
        code = record.texts.get(field.name, "").strip()
        if code not in no_answer:
            yield code
