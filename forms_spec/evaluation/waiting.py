"""Findings that wait: they hang on another form that the visit still expects and that
nobody has begun.

Nothing here changes a verdict. A finding that waits is one that the form to come may
settle; what stands whatever is entered there does not wait, nor does what refuses, nor
anything once the visit is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import filterfalse

from forms_spec.evaluation.captured_form import EvaluatedForm, EvaluatedSubject
from forms_spec.findings.finding import Finding, Severity
from forms_spec.model.captured_data import LOG, FormKey
from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.model.visit_lookup import nearest_visit, visit_order
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules.runtime.compiler import compile_core
from forms_spec.rules.semantics import resolved
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.name_lookup import ALL, PREVIOUS, THIS
from forms_spec.rules.semantics.reads import references
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.still_open import with_open_sources
from forms_spec.rules.semantics.types import Type


@dataclass(frozen=True, kw_only=True, slots=True)
class ToCome:
    """The forms that are still to come, as the form ``home`` sees them.

    ``begun`` are those of which anything is stored. ``may_come`` says whether a visit
    asks for a form, or may do so.
    """

    study: Study
    home: FormKey
    begun: Collection[FormKey]
    may_come: Callable[[FormKey], bool]

    def form(self, form: str, visit: str | None) -> FormKey | None:
        """The instance that is still to come of what a rule reads; None where there is
        none.

        A form of a later visit is not waited for: it cannot be begun before this visit
        is over.
        """
        if form == self.home.form:
            return None

        keys = list(self._seen(form, visit))
        if self._is_begun(form, visit, keys):
            # Only what looks at all visits still lacks the form of this one.
            if visit != ALL:
                return None

            keys = [key for key in keys if key.visit == self.home.visit]

        for key in reversed(keys):
            if key not in self.begun and self.may_come(key):
                return key

        return None

    def _is_begun(self, form: str, visit: str | None, keys: list[FormKey]) -> bool:
        if visit == ALL:
            return any(key.form == form for key in self.begun)

        return any(key in self.begun for key in keys)

    def _seen(self, form: str, visit: str | None) -> Iterator[FormKey]:
        """The instances that a rule may look at, in the order of the visits, up to this
        one.
        """
        if self.study.forms[form].log:
            yield FormKey(form, LOG, 0)
            return

        if visit in (None, THIS):
            visit = nearest_visit(self.study, form, self.home.visit)

        order = visit_order(self.study)
        here = order.get(self.home.visit, len(order))

        for name, number in order.items():
            is_scheduled = (form, name) in self.study.expectations
            if number > here or not is_scheduled:
                continue

            # "previous" is any visit before this one, the last with an answer.
            meant = {name, ALL}
            if number < here:
                meant.add(PREVIOUS)

            if visit in meant:
                # Only this visit may have taken place several times.
                unsno = self.home.unsno if name == self.home.visit else 0
                yield FormKey(form, name, unsno)


def waits_for(
    world: EvaluatedSubject, finding: Finding, to_come: Callable[[FormKey], ToCome]
) -> tuple[FormKey, ...]:
    """The forms that a finding waits for; none when it does not wait.

    ``to_come`` tells what is still to come as the form sees it that the finding is of.
    A rule of a log form has no visit that could end the waiting, so its findings do not
    wait.
    """
    study, place = world.study, finding.data
    rule = rule_of(study, finding)
    if rule is None or place is None:
        return ()
    if finding.severity is Severity.ERROR:
        return ()

    form = study.tables[rule.on[0][0]].form
    if form.log or not reads_other_forms(study, rule):
        return ()

    key = FormKey(form.name, place.visit or "", place.unsno or 0)
    captured = world.form(key)
    if captured is None:
        return ()

    awaited = awaited_by(study, rule, to_come(key))
    if not awaited:
        return ()

    return _needed(captured, rule, place.row, awaited, to_come(key))


def rule_of(study: Study, finding: Finding) -> EditCheck | None:
    """The rule that found something; None for what a field finds by itself."""
    rule = study.rules.get(finding.rule or "")
    if rule is not None and finding.code in (rule.check, rule.unknown):
        return rule

    return None


def awaited_by(study: Study, rule: EditCheck, to_come: ToCome) -> tuple[FormKey, ...]:
    """Everything that is still to come of what a rule reads, in the order of the
    dictionary.
    """
    keys = (to_come.form(form, visit) for form, visit in reads_other_forms(study, rule))
    return in_order(study, set(filter(None, keys)))


def in_order(study: Study, keys: Iterable[FormKey]) -> tuple[FormKey, ...]:
    """Forms as the dictionary has them, visit by visit."""
    forms = list(study.forms)
    visits = visit_order(study)

    def position(key: FormKey) -> tuple[int, int]:
        # Log forms have no visit, and come last.
        visit = visits.get(key.visit, len(visits))
        return visit, forms.index(key.form)

    return tuple(sorted(keys, key=position))


_OTHER_FORMS: StudyCache[str, tuple[tuple[str, str | None], ...]] = StudyCache()
_READS_OTHERS: StudyCache[str, bool] = StudyCache()


def reads_other_forms(
    study: Study, rule: EditCheck
) -> tuple[tuple[str, str | None], ...]:
    """The other forms that a rule reads, each with the visit that it names; worked out
    once.
    """
    return _OTHER_FORMS.get(study, rule.name, lambda: _other_forms(study, rule))


def _other_forms(study: Study, rule: EditCheck) -> tuple[tuple[str, str | None], ...]:
    table = study.tables[rule.on[0][0]]
    home = Home(form=table.form, group=table.group)
    others: dict[tuple[str, str | None], None] = {}

    for expression in rule.expressions:
        for target in references(expression, study, home):
            # A parameter of the study has no table.
            if not target.table:
                continue

            form = study.tables[target.table].form
            if form.name != table.form.name:
                others[form.name, target.visit] = None

    return tuple(others)


def form_reads_others(study: Study, form: Form) -> bool:
    """Whether a rule that hangs on the form reads another one."""
    return _READS_OTHERS.get(study, form.name, lambda: _reads_others(study, form))


def _reads_others(study: Study, form: Form) -> bool:
    for rule in study.rules.values():
        if _hangs_on(study, rule, form) and reads_other_forms(study, rule):
            return True

    return False


def _hangs_on(study: Study, rule: EditCheck, form: Form) -> bool:
    return any(study.tables[table].form is form for table, _ in rule.on)


def _needed(
    captured: EvaluatedForm,
    rule: EditCheck,
    row: int | None,
    forms: tuple[FormKey, ...],
    to_come: ToCome,
) -> tuple[FormKey, ...]:
    """The forms without which it is open: each that leaves it open by itself, else all
    of them together.
    """
    parts = _Parts(captured, rule, row)
    # What is not broken as things are is UNKNOWN, for want of all these forms.
    if not parts.is_broken(lambda _form, _visit: False):
        return forms
    # Broken whatever they will say: nothing is to be waited for.
    if parts.is_broken(lambda form, visit: to_come.form(form, visit) is not None):
        return ()

    def settles_nothing(key: FormKey) -> bool:
        return parts.is_broken(lambda form, visit: to_come.form(form, visit) == key)

    needed = tuple(filterfalse(settles_nothing, forms))
    if not needed:
        return forms

    return needed


class _Parts:
    """A rule on a form or one of its rows, under changing assumptions of what is still
    to come.
    """

    def __init__(
        self, captured: EvaluatedForm, rule: EditCheck, row: int | None
    ) -> None:
        study = captured.world.study
        table = study.tables[rule.on[0][0]]
        self.home = Home(form=table.form, group=table.group)
        self.study, self.rule = study, rule
        self.frames = captured.frames(row if table.group is not None else None)

    def is_broken(self, is_open: Callable[[str, str | None], bool]) -> bool:
        """Whether the rule applies and does not hold, whatever the open sources will
        say.
        """
        when = self.rule.when
        if when is not None:
            applies = self._value(when, is_open)
            if applies is not True:
                return False

        return self._value(self.rule.assertion, is_open) is False

    def _value(
        self, expression: Expression, is_open: Callable[[str, str | None], bool]
    ) -> resolved.RuleValue | None:
        node = resolve(expression, self.study, self.home, Type.CONDITION).core
        return compile_core(with_open_sources(node, is_open))(self.frames)
