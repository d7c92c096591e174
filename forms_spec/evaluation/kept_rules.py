"""What each edit check found in a form, kept with everything that it read.

A form whose record changed is evaluated again. Most of its rules are done at once; those
that look at other forms may go over many of them, and a change decides little of what
they read. So these are kept one by one, with the form's own cells among their reads.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from forms_spec.evaluation.captured_form import EvaluatedForm, EvaluatedSubject
from forms_spec.evaluation.edit_checks import rule_findings
from forms_spec.evaluation.form_plan import RulePlan
from forms_spec.evaluation.recorded_reads import (
    Input,
    Read,
    RecordedSubject,
    still_so,
)
from forms_spec.findings.finding import Finding
from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.reads import Dependency, references

MANY = 10
"""A rule that read less is evaluated as fast as its reads are asked again, and takes no
place.
"""
_LOOKS_ELSEWHERE: StudyCache[str, bool] = StudyCache()


@dataclass(frozen=True, slots=True)
class KeptRule:
    """All that a rule finds in one form, confirmed by a reason or not."""

    findings: tuple[Finding, ...]
    reads: Mapping[Read, Any]


KeptRules = Mapping[str, KeptRule]
"""By name of the rule."""


@dataclass(slots=True)
class RulesAgain:
    """Evaluates the rules of one form, except those that ``earlier`` has and that read
    what they read before.

    ``subject`` is the subject as it is now; ``reached`` is what may be answered otherwise
    than ``earlier`` has it. That is of the same form, as complete or as much a draft as
    now. ``kept`` are the rules to go on with, and ``inputs`` what they hang on; what
    other rules read is recorded with the form.
    """

    subject: EvaluatedSubject
    earlier: KeptRules
    reached: Collection[Input]
    kept: dict[str, KeptRule] = field(default_factory=dict)
    inputs: set[Input] = field(default_factory=set)

    def found_by(
        self, captured: EvaluatedForm, plan: RulePlan, completing: bool
    ) -> tuple[Finding, ...]:
        """What the rule finds now."""
        # What a rule reads of its own form alone is as quickly evaluated as looked up.
        if not looks_elsewhere(self.subject.study, plan.rule):
            return rule_findings(captured, plan, completing)

        name = plan.rule.name
        kept = self.earlier.get(name)
        if kept is None or not still_so(kept.reads, self.subject, self.reached):
            kept = self._evaluated(captured, plan, completing)

        # Few reads are kept with the form, so that it has one list of them.
        if len(kept.reads) < MANY:
            assert isinstance(captured.world, RecordedSubject)
            captured.world.also_read(kept.reads)
            return kept.findings

        self.kept[name] = kept
        self.inputs.update(arguments[0] for _, arguments in kept.reads)
        return kept.findings

    def _evaluated(
        self, captured: EvaluatedForm, plan: RulePlan, completing: bool
    ) -> KeptRule:
        recorded = RecordedSubject(self.subject)
        form = recorded.form(captured.key)
        assert form is not None
        return KeptRule(rule_findings(form, plan, completing), recorded.reads)


def looks_elsewhere(study: Study, rule: EditCheck) -> bool:
    """Whether a rule reads another form than its own, or its own at another visit."""
    return _LOOKS_ELSEWHERE.get(study, rule.name, lambda: _looks_elsewhere(study, rule))


def _looks_elsewhere(study: Study, rule: EditCheck) -> bool:
    table = study.tables[rule.on[0][0]]
    home = Home(form=table.form, group=table.group)

    def is_elsewhere(read: Dependency) -> bool:
        # A parameter of the study has no table.
        if read.table is None:
            return False
        if read.visit is not None:
            return True

        return study.tables[read.table].form is not table.form

    reads = chain.from_iterable(
        references(expression, study, home) for expression in rule.expressions
    )
    return any(map(is_elsewhere, reads))
