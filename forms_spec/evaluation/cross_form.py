"""Findings of the subject's other forms that hang on fields of this one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from forms_spec.evaluation.captured_form import EvaluatedSubject, form_in_context
from forms_spec.evaluation.edit_checks import judge_rules
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import Context, FormKey, Record
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache

RulesByHome = Mapping[str, Mapping[str, set[str]]]
"""By a form: the names of the rules on its fields, by the other form where they are at
home.
"""
_HOMES: StudyCache[tuple[()], RulesByHome] = StudyCache()


def judge_elsewhere(
    study: Study,
    form: Form,
    record: Record,
    context: Context,
    *,
    complete: Callable[[FormKey], bool] = lambda _key: False,
) -> tuple[Finding, ...]:
    """What rules at home in other forms say of fields of this one, as it is now.

    Only forms whose rules hang on this one are looked at. ``complete`` says which forms
    are to be complete.
    """
    homes = homes_of(study, form)
    if not homes:
        return ()

    captured = form_in_context(study, form, record, context)
    return tuple(findings_elsewhere(captured.world, captured.key, complete=complete))


def homes_of(study: Study, form: Form) -> Mapping[str, frozenset[str]]:
    """By other form: the rules at home there that hang on a field of this form too."""
    by_form = _HOMES.get(study, (), lambda: _homes_by_form(study))
    return {
        home: frozenset(names) for home, names in by_form.get(form.name, {}).items()
    }


def _homes_by_form(study: Study) -> RulesByHome:
    by_form: dict[str, dict[str, set[str]]] = {}
    for rule in study.rules.values():
        # A rule is at home in the form of the first field that it is about.
        home, *others = (study.tables[table].form.name for table, _ in rule.on)
        elsewhere = {*others} - {home}
        for other in elsewhere:
            homes = by_form.setdefault(other, {})
            homes.setdefault(home, set()).add(rule.name)

    return by_form


def findings_elsewhere(
    subject: EvaluatedSubject, key: FormKey, *, complete: Callable[[FormKey], bool]
) -> Iterator[Finding]:
    """What rules at home in other forms of a subject say of fields of one form."""
    homes = homes_of(subject.study, subject.study.forms[key.form])
    for home, names in homes.items():
        captured_there = filter(None, map(subject.form, subject.keys(home)))
        for captured in captured_there:
            completing = complete(captured.key)
            for finding in judge_rules(captured, completing=completing, names=names):
                # The same rule may look at the form of another visit.
                if key in places_of(subject.study, finding):
                    yield finding


def places_of(study: Study, finding: Finding) -> frozenset[FormKey]:
    """The forms on whose pages a finding shows."""
    keys: set[FormKey] = set()
    for place in (finding.data, *finding.also):
        if place is not None:
            form = study.tables[place.table].form.name
            keys.add(FormKey(form, place.visit or "", place.unsno or 0))

    return frozenset(keys)
