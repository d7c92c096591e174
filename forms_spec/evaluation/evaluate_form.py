"""The judge: one form's texts in; every cell's state and value, and every finding, out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from forms_spec.evaluation.captured_form import (
    CellResult,
    EvaluatedForm,
    form_in_context,
)
from forms_spec.evaluation.condition_sources import deciding_answers, showing_answers
from forms_spec.evaluation.edit_checks import (
    RuleFindings,
    judge_rules,
    rule_findings,
)
from forms_spec.evaluation.form_plan import FieldPlan, GroupPlan
from forms_spec.evaluation.form_result import CellState, EvaluatedCell, Judgement
from forms_spec.evaluation.protocol_checks import is_kept, under_check
from forms_spec.evaluation.range_checks import (
    chosen_unit,
    in_future,
    outside,
    plain,
    too_far,
    unit_label,
    with_unit,
)
from forms_spec.evaluation.read_trace import companions
from forms_spec.evaluation.row_counts import judge_rows
from forms_spec.evaluation.unknown import UnknownExplainer
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.kinds import Refusal
from forms_spec.kinds.display import reference_unit, reference_words, shown_as
from forms_spec.model.captured_data import CellKey, Context, Record
from forms_spec.model.facets import Range
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from forms_spec.rules.runtime.value_conversion import to_rule
from forms_spec.rules.semantics.resolved import RuleValue
from forms_spec.rules.semantics.types import Type


def judge(
    study: Study,
    form: Form,
    record: Record,
    context: Context,
    *,
    completing: bool = False,
) -> Judgement:
    """Judges one form. All texts are canonical, or what was typed where that is no
    answer.

    ``completing`` True also asks what a draft may still leave open: required fields,
    rows, and missing codes that are for drafts only.
    """
    captured = form_in_context(study, form, record, context)
    return judge_captured(captured, completing=completing)


def judge_captured(
    captured: EvaluatedForm,
    *,
    completing: bool,
    found_by: RuleFindings = rule_findings,
) -> Judgement:
    """Judges one form of a subject whose other forms are at hand.

    ``found_by`` says what an edit check finds.
    """
    captured.settle()
    return _Verdict(captured, completing=completing, found_by=found_by).judgement()


class _Verdict:
    def __init__(
        self, captured: EvaluatedForm, *, completing: bool, found_by: RuleFindings
    ) -> None:
        self.captured = captured
        self.completing = completing
        self.found_by = found_by
        self.untold = UnknownExplainer(captured)
        self.cells: dict[CellKey, EvaluatedCell] = {}
        self.findings: list[Finding] = []

    def judgement(self) -> Judgement:
        for group in self.captured.plan.groups:
            if group.group.rows is None:
                self.section(group, None)
                continue

            for row in self.captured.rows(group.group.name):
                self.section(group, row)

            self.findings += judge_rows(
                self.captured, group, self.untold, completing=self.completing
            )

        self.findings += judge_rules(
            self.captured, completing=self.completing, found_by=self.found_by
        )

        return Judgement(cells=self.cells, findings=tuple(self.findings))

    def section(self, group: GroupPlan, row: int | None) -> None:
        for plan in group.fields:
            self.cell(plan, row)

    def cell(self, plan: FieldPlan, row: int | None) -> None:
        facts = self.captured.facts(plan.table, row, plan.field.name)
        required = self.required(plan, row, facts)
        key = CellKey(plan.table, row, plan.field.name)
        self.cells[key] = EvaluatedCell(
            state=facts.state,
            text=facts.text,
            value=facts.value,
            shown=facts.shown,
            required=required,
            reference=self.reference(plan, row),
            not_offered=tuple(self.not_offered(plan, row)),
        )

        for fault in self.faults(plan, row, facts, required):
            if not is_kept(fault, key, self.captured.record):
                self.findings.append(fault)

    def reference(self, plan: FieldPlan, row: int | None) -> str | None:
        """The reference range that applies, in words; None where there is none."""
        if plan.reference is None:
            return None

        frames = self.captured.frames(row)
        low, high = (_end_in_words(end(frames)) for end in plan.reference)
        words = reference_words(low, high)
        if not words:
            return None

        return with_unit(words, reference_unit(plan.field))

    def not_offered(self, plan: FieldPlan, row: int | None) -> Iterator[str]:
        """The codes whose condition is not met. While it is UNKNOWN the code stays
        offered: the answer that the condition waits for may be the next one given.
        """
        if not plan.offered:
            return

        frames = self.captured.frames(row)
        for code, condition in plan.offered:
            if condition(frames) is False:
                yield code

    def required(
        self, plan: FieldPlan, row: int | None, facts: CellResult
    ) -> bool | None:
        """False for what is hidden or calculated; UNKNOWN stays so."""
        if facts.shown is False:
            return False
        if plan.value is not None:
            return False

        frames = self.captured.frames(row)
        return plan.has_to_be_answered(frames)

    def faults(
        self, plan: FieldPlan, row: int | None, facts: CellResult, required: bool | None
    ) -> Iterator[Finding]:
        """What is wrong with a cell, the gravest first."""
        is_calculated = plan.value is not None
        has_text = facts.text != ""
        if is_calculated:
            yield from self.differing(plan, row, facts)

        if facts.state is CellState.HIDDEN and has_text:
            yield self.found("hidden-with-value", plan, row, facts)
        elif facts.refusal is not None:
            details = dict(facts.refusal.details)
            yield self.found(facts.refusal.code, plan, row, facts, **details)
        elif facts.state is CellState.BLANK:
            yield from self.blank(plan, row, facts, required)
        elif facts.state is CellState.MISSING:
            yield from self.missing(plan, row, facts)
        elif facts.state is CellState.ANSWERED:
            yield from self.answered(plan, row, facts)

        # Nobody knows whether the field is asked, and yet it has an answer.
        if facts.shown is None and has_text and not is_calculated:
            study, form = self.captured.world.study, self.captured.plan.form
            sources = showing_answers(study, form, plan)
            yield self.found("shown-unknown", plan, row, facts, sources=sources)

    def missing(
        self, plan: FieldPlan, row: int | None, facts: CellResult
    ) -> Iterator[Finding]:
        """A missing code that is for drafts only."""
        is_for_drafts = plan.missing[facts.text]
        if self.completing and is_for_drafts:
            reason = self.captured.world.study.missing[facts.text].label
            yield self.found("missing-draft-only", plan, row, facts, reason=reason)

    def blank(
        self, plan: FieldPlan, row: int | None, facts: CellResult, required: bool | None
    ) -> Iterator[Finding]:
        if not self.completing or required is False:
            return

        # A number without its unit is a finding at the number: one cause, told once.
        name = plan.field.name
        if (plan.table, name) in companions(self.captured):
            return

        if facts.shown is True and required:
            yield self.found("required-blank", plan, row, facts)
            return

        is_unexplained = any(
            self.untold.of(item, home, Type.CONDITION, row)
            for item, home in plan.conditions()
        )
        if is_unexplained:
            self.untold.asked.add((plan.table, row, name))
            study, form = self.captured.world.study, self.captured.plan.form
            sources = deciding_answers(study, form, plan)
            yield self.found("required-unknown", plan, row, facts, sources=sources)

    def answered(
        self, plan: FieldPlan, row: int | None, facts: CellResult
    ) -> Iterator[Finding]:
        frames = self.captured.frames(row)
        field = plan.field
        unit = chosen_unit(field, frames)
        needs_unit = field.unit is not None and bool(field.unit.companion)
        if needs_unit and unit is None:
            yield self.found("unit-missing", plan, row, facts)
            return

        # The hardest limits come first, and what breaks them is not told of the softer.
        pairs = zip(plan.limits, field.limits, strict=True)
        for (word, limits), (_, written) in pairs:
            if unit not in limits:
                continue

            result = outside(facts, limits[unit], plan, frames)
            if result is not None:
                side, bound = result
                future = in_future(facts, plan.type, self.captured.world.today)
                code = f"{side}-{word}"
                yield self.found(code, plan, row, facts, bound=bound, future=future)
                return

            if self.completing and not limits[unit].certain:
                yield from self.limit_untold(plan, row, facts, word, written[unit])

    def limit_untold(
        self,
        plan: FieldPlan,
        row: int | None,
        facts: CellResult,
        word: str,
        written: Range,
    ) -> Iterator[Finding]:
        """An end of a range that is UNKNOWN, of a value that does not pass the other."""
        for side, end in (("below", written.low), ("above", written.high)):
            if end is None:
                continue

            if self.untold.of(end, plan.home, plan.type, row):
                fear = too_far(plan.type, side)
                code = f"{side}-{word}-unknown"
                yield self.found(code, plan, row, facts, fear=fear)

    def differing(
        self, plan: FieldPlan, row: int | None, facts: CellResult
    ) -> Iterator[Finding]:
        """A text that came along with a calculated field and is not what the formula
        gives.
        """
        text = self.captured.text(plan.table, row, plan.field.name)
        if text in ("", facts.text):
            return

        given = plan.field.kind.parse(text, plan.field)
        if facts.value is None:
            yield self.found(
                "calculated-unknown", plan, row, facts, typed=text, given=text
            )
        elif isinstance(given, Refusal) or to_rule(given) != facts.seen:
            yield self.found(
                "calculated-differs", plan, row, facts, typed=text, given=text
            )

    def found(
        self,
        code: str,
        plan: FieldPlan,
        row: int | None,
        facts: CellResult,
        *,
        typed: str | None = None,
        **words: Any,
    ) -> Finding:
        """A finding of the cell.

        ``typed`` is what stands there where that is not what the cell means.
        """
        field = plan.field
        unit = unit_label(field, self.captured.frames(row))
        words.setdefault("label", field.label)
        words.setdefault("answer", with_unit(shown_as(facts.text, field), unit))
        text = finding(
            code,
            text=field.place,
            data=self.captured.place(plan.table, row, field.name),
            value=facts.text if typed is None else typed,
            **words,
        )

        return under_check(text, field.checks)


def _end_in_words(end: RuleValue | None) -> str | None:
    """An end of a reference range as a number; None where there is no end."""
    if not isinstance(end, int):
        return None

    return plain(end)
