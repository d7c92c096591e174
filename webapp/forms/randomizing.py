"""Randomizing a subject on the page of a form: what is still missing, what the stratum is,
and what is shown of the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask_login import current_user

from forms_spec.entry.starts import starting_texts
from forms_spec.evaluation import Judgement
from forms_spec.evaluation.calculated import without_calculated
from forms_spec.evaluation.casebook import expected
from forms_spec.findings.finding import Severity
from forms_spec.model.captured_data import CellKey, Record
from forms_spec.model.fields import Form
from forms_spec.model.randomization import SITE, RandomizationPlan
from forms_spec.model.roles import Permission
from generator.pages.answer_text import answer_words
from generator.randomization.draw import SEPARATOR, stratum_text
from webapp.forms.evaluation import (
    cell_of,
    context_of,
    judged,
    opening,
)
from webapp.forms.save_requests import save_request
from webapp.presentation.form_address import FormPlace
from webapp.presentation.template_filters import moment_words, person
from webapp.review.lock_words import lock_in, void_lock
from webapp.services import everything, services, whole_casebook_of
from webapp.storage import (
    Saved,
    SaveRequest,
    Status,
    StoredForm,
    load,
    locks_of,
)
from webapp.storage.randomizing import (
    RandomizationRefused,
    ReadySubject,
    allocation_of,
    randomize,
)

RANDOMIZED = "Randomized"
"""Why a form was changed, where an allocation did it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownStratum:
    """A stratum in words: what it is about, and the answer."""

    label: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RandomizationCheck:
    """Whether a subject can be randomized now. ``obstacles`` say what comes first;
    without any, ``stratum`` is the one whose next entry the subject gets.
    """

    strata: tuple[ShownStratum, ...]
    stratum: str
    obstacles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedStratum:
    """A stratum whose answer is another one than at randomization."""

    label: str
    then: str
    now: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownRandomization:
    """What the page of the form says of the randomization of its subject."""

    words: str
    may_randomize: bool
    changed: tuple[ChangedStratum, ...] = ()


def plan_of_form(form: str) -> RandomizationPlan | None:
    """The plan of the study, if subjects are randomized on this form."""
    plan = services().study.randomization
    return plan if plan is not None and plan.form == form else None


def check_subject(place: FormPlace) -> RandomizationCheck:
    """What stands between the subject and its randomization, and its stratum."""
    with everything():
        return _checked(place)


def randomize_subject(place: FormPlace) -> Saved:
    """Gives the subject the next entry of its stratum.

    ``RandomizationRefused`` and ``FormClosed`` say why not.
    """
    with everything():
        return randomize(services().database, place.key, lambda: _ready(place))


def _ready(place: FormPlace) -> ReadySubject:
    check = _checked(place)
    if check.obstacles:
        raise RandomizationRefused(check.obstacles[0])

    plan = plan_of_form(place.form.name)
    stored = load(services().database, place.key)
    assert plan is not None, "the route is for the form of the plan"
    assert stored is not None, "a form that is not saved is an obstacle"

    def filled(number: str, arm: str) -> SaveRequest:
        given = {plan.number: number, plan.arm: arm}
        if plan.stratum is not None:
            given[plan.stratum] = check.stratum
        return _filled(_whole(place), stored, given)

    return ReadySubject(stratum=check.stratum, filled=filled)


def _whole(place: FormPlace) -> FormPlace:
    """The same place with all of its form, whatever the person sees of it."""
    return replace(place, form=services().study.forms[place.form.name])


def _checked(part: FormPlace) -> RandomizationCheck:
    place = _whole(part)
    plan = plan_of_form(place.form.name)
    assert plan is not None, "the route is for the form of the plan"

    stored = load(services().database, place.key)
    record = stored.record if stored is not None else Record()
    judgement = judged(place, record, completing=True)
    levels = [_level(place, judgement, name) for name in plan.factors]

    obstacles = [*_closed(place, stored, plan), *_unmet(place, plan)]
    for name, level in zip(plan.factors, levels, strict=True):
        if not level:
            label = place.form.by_name[name].label
            obstacles.append(
                f"“{label}” has no answer yet. The stratum follows from it."
            )
    if _has_errors(place.form, judgement, plan):
        obstacles.append(
            "The form has errors or lacks answers. Correct it, and save it."
        )

    strata = zip(plan.factors, levels, strict=True)
    return RandomizationCheck(
        strata=tuple(_shown(place, name, level) for name, level in strata),
        stratum=stratum_text(levels),
        obstacles=tuple(obstacles),
    )


def _level(place: FormPlace, judgement: Judgement, factor: str) -> str:
    """The site, or the answer of a stratum; blank while it has none that can be used."""
    if factor == SITE:
        return place.subject.site

    field = place.form.by_name[factor]
    cell = judgement.cells.get(CellKey(place.form.name, None, factor))
    codes = field.codelist.codes if field.codelist is not None else ()
    known = {code.code for code in codes}

    return cell.text if cell is not None and cell.text in known else ""


def _shown(place: FormPlace, factor: str, level: str) -> ShownStratum:
    if factor == SITE:
        title = services().study.sites.get(level, "")
        return ShownStratum(label="Site", words=f"{level} {title}".rstrip())

    field = place.form.by_name[factor]
    words = answer_words(level, field) if level else "no answer yet"
    return ShownStratum(label=field.label, words=words)


def _closed(
    place: FormPlace, stored: StoredForm | None, plan: RandomizationPlan
) -> list[str]:
    """Why the form takes no result, whatever its answers are."""
    database, subjid = services().database, place.subject.subjid
    if allocation_of(database, subjid) is not None:
        return [f"{subjid} is randomized already. Nobody is randomized twice."]
    if stored is None:
        return ["Save the form first."]
    if stored.record.texts.get(plan.arm) or stored.record.texts.get(plan.number):
        return ["The form has a result from elsewhere. Nobody is randomized twice."]

    lock = void_lock(place.key) or lock_in(locks_of(database, subjid), place.key)
    return [f"{lock.words}."] if lock is not None else []


def _unmet(place: FormPlace, plan: RandomizationPlan) -> list[str]:
    """Whether the subject may be randomized, by the schedule and by the plan."""
    study = services().study
    scheduled = study.expectations.get((place.form.name, place.key.visit))
    if scheduled is None:
        return []

    casebook = whole_casebook_of(place.subject.subjid)
    context = replace(context_of(place), casebook=casebook)
    if expected(study, scheduled, context) is not True:
        return ["This form is not expected of the subject, or that is not known yet."]
    if expected(study, replace(scheduled, when=plan.when), context) is not True:
        return [
            "The subject does not meet the condition for randomization, or that is not "
            "known yet."
        ]

    return []


def _has_errors(form: Form, judgement: Judgement, plan: RandomizationPlan) -> bool:
    """Whether the form has an error that the result itself does not correct."""
    allocated = frozenset(plan.allocated)
    errors = [item for item in judgement.findings if item.severity is Severity.ERROR]
    return any(cell_of(form, item.data).field not in allocated for item in errors)


def _filled(
    place: FormPlace, stored: StoredForm, result: Mapping[str, str]
) -> SaveRequest:
    """The save of the form with its result. It stays a draft, or complete."""
    plan = plan_of_form(place.form.name)
    assert plan is not None

    moment = _moment(place.form, plan)
    texts = {**stored.record.texts, **result, **moment}
    record = without_calculated(place.form, replace(stored.record, texts=texts))

    is_complete = stored.status is Status.COMPLETE
    judgement = judged(place, record, completing=is_complete)
    return save_request(
        place,
        record,
        judgement,
        status=stored.status,
        base_version=stored.version,
        reason=RANDOMIZED,
        is_decision=True,
    )


def _moment(form: Form, plan: RandomizationPlan) -> dict[str, str]:
    """The date of the randomization by the study's clock, where the plan keeps it."""
    if plan.date is None:
        return {}

    field = form.by_name[plan.date]
    prefill = "now" if field.kind.name == "datetime" else "today"
    return starting_texts([replace(field, prefill=prefill)], opening())


def shown_randomization(
    place: FormPlace, stored: StoredForm | None
) -> ShownRandomization | None:
    """What the page of the form says; None where nobody is randomized on it."""
    plan = plan_of_form(place.form.name)
    if plan is None:
        return None

    allocated = allocation_of(services().database, place.subject.subjid)
    if allocated is None:
        has_result = stored is not None and bool(stored.record.texts.get(plan.number))
        may = current_user.may(Permission.RANDOMIZE, place.form.name)
        words = "" if has_result else "Not randomized yet"
        return ShownRandomization(words=words, may_randomize=may and not has_result)

    who = person(allocated.username)
    return ShownRandomization(
        words=f"Randomized by {who} on {moment_words(allocated.acted_at)}",
        may_randomize=False,
        changed=tuple(_changed(place, stored, plan, allocated.stratum)),
    )


def _changed(
    place: FormPlace, stored: StoredForm | None, plan: RandomizationPlan, stratum: str
) -> list[ChangedStratum]:
    """The strata that the person sees and whose answers are others now."""
    record = stored.record if stored is not None else Record()
    judgement = judged(place, record)
    then = dict(zip(plan.factors, stratum.split(SEPARATOR), strict=False))

    changed = []
    for name in plan.strata:
        field = place.form.by_name.get(name)
        level = _level(place, judgement, name) if field is not None else ""
        if field is not None and level != then.get(name):
            changed.append(
                ChangedStratum(
                    label=field.label,
                    then=answer_words(then.get(name, ""), field),
                    now=answer_words(level, field) if level else "no answer",
                )
            )

    return changed
