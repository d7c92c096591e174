"""The judge: one form's texts in; every cell's state and value, and every finding, out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from forms_spec.catalogue import finding
from forms_spec.display import reference_words, shown_as
from forms_spec.findings import Finding
from forms_spec.judge.judgement import Cell, CellState, Judgement
from forms_spec.judge.limits import chosen_unit, outside, plain, unit_label, with_unit
from forms_spec.judge.plan import FieldPlan, GroupPlan
from forms_spec.judge.protocol import is_kept, under_check
from forms_spec.judge.row_counts import judge_rows
from forms_spec.judge.rule_check import judge_rules
from forms_spec.judge.world import CapturedForm, Facts, Subject
from forms_spec.kinds import Refusal
from forms_spec.model import Form, Study
from forms_spec.record import LOG, CellKey, Context, FormKey, Record
from forms_spec.rules.convert import to_rule
from forms_spec.rules.references import Target


def judge(
    study: Study, form: Form, record: Record, context: Context, *, completing: bool = False
) -> Judgement:
    """Judges one form. All texts are canonical, or what was typed where that is no answer.

    ``completing`` True also asks what a draft may still leave open: required fields, rows, and missing
    codes that are for drafts only.
    """
    key = FormKey(form.name, LOG if form.log else context.visit or "", context.unsno)
    subject = Subject(study, context.casebook, context.today, context.subject)
    return judge_captured(subject.put(form, record, key), completing=completing)


def judge_captured(captured: CapturedForm, *, completing: bool) -> Judgement:
    """Judges one form of a subject whose other forms are at hand."""
    captured.settle()
    return _Verdict(captured, completing=completing).judgement()


class _Verdict:
    def __init__(self, captured: CapturedForm, *, completing: bool) -> None:
        self.captured = captured
        self.completing = completing
        self.cells: dict[CellKey, Cell] = {}
        self.findings: list[Finding] = []

    def judgement(self) -> Judgement:
        for group in self.captured.plan.groups:
            if group.group.rows is None:
                self.section(group, None)
                continue
            for row in self.captured.rows(group.group.name):
                self.section(group, row)
            self.findings += judge_rows(self.captured, group, completing=self.completing)
        self.findings += judge_rules(self.captured, completing=self.completing)
        return Judgement(cells=self.cells, findings=tuple(self.findings))

    def section(self, group: GroupPlan, row: int | None) -> None:
        for plan in group.fields:
            self.cell(plan, row)

    def cell(self, plan: FieldPlan, row: int | None) -> None:
        facts = self.captured.facts(plan.table, row, plan.field.name)
        required = self.required(plan, row, facts)
        key = CellKey(plan.table, row, plan.field.name)
        self.cells[key] = Cell(
            state=facts.state,
            text=facts.text,
            value=facts.value,
            shown=facts.shown,
            required=required,
            reference=self.reference(plan, row),
        )
        for found in self.faults(plan, row, facts, required):
            if not is_kept(found, key, self.captured.record):
                self.findings.append(found)

    def reference(self, plan: FieldPlan, row: int | None) -> str | None:
        """The reference range that applies, in words; None where there is none."""
        if plan.reference is None:
            return None
        frames = self.captured.frames(row)
        low, high = (
            plain(end) if isinstance(end, int) else None for end in (one(frames) for one in plan.reference)
        )
        return with_unit(reference_words(low, high), unit_label(plan.field, frames)) if low or high else None

    def required(self, plan: FieldPlan, row: int | None, facts: Facts) -> bool | None:
        """False for what is hidden or calculated; UNKNOWN stays so."""
        if facts.shown is False or plan.value is not None:
            return False
        if isinstance(plan.required, bool):
            return plan.required
        held = plan.required(self.captured.frames(row))
        assert held is None or isinstance(held, bool)
        return held

    def faults(
        self, plan: FieldPlan, row: int | None, facts: Facts, required: bool | None
    ) -> Iterator[Finding]:
        """What is wrong with a cell, the gravest first."""
        if plan.value is not None:
            yield from self.differing(plan, row, facts)
        if facts.state is CellState.HIDDEN and facts.text != "":
            yield self.found("hidden-with-value", plan, row, facts)
        elif facts.refusal is not None:
            yield self.found(facts.refusal.code, plan, row, facts, **dict(facts.refusal.details))
        elif facts.state is CellState.BLANK:
            yield from self.blank(plan, row, facts, required)
        elif facts.state is CellState.MISSING:
            if self.completing and plan.missing[facts.text]:
                reason = self.captured.world.study.missing[facts.text].label
                yield self.found("missing-draft-only", plan, row, facts, reason=reason)
        elif facts.state is CellState.ANSWERED:
            yield from self.answered(plan, row, facts)
        if facts.shown is None and facts.text != "" and plan.value is None:
            yield self.found("shown-unknown", plan, row, facts)

    def blank(
        self, plan: FieldPlan, row: int | None, facts: Facts, required: bool | None
    ) -> Iterator[Finding]:
        if not self.completing or required is False:
            return
        if facts.shown is True and required:
            yield self.found("required-blank", plan, row, facts)
            return
        unknown = (*(() if facts.shown else plan.shown_asks), *(() if required else plan.asks))
        if self.told_elsewhere(unknown, row):
            yield self.found("required-unknown", plan, row, facts)

    def told_elsewhere(self, asks: tuple[Target, ...], row: int | None) -> bool:
        """True when no cell of this form already says why a condition is UNKNOWN."""
        return all(self.says_something(target, row) for target in asks)

    def says_something(self, target: Target, row: int | None) -> bool:
        key = (target.table or "", target.field or "")
        if target.visit is not None or key not in self.captured.plan.fields:
            return True
        in_row = target.table in self.captured.plan.row_tables
        if in_row and row is None:
            return True
        facts = self.captured.facts(key[0], row if in_row else None, key[1])
        return facts.state is CellState.ANSWERED

    def answered(self, plan: FieldPlan, row: int | None, facts: Facts) -> Iterator[Finding]:
        frames = self.captured.frames(row)
        unit = chosen_unit(plan.field, frames)
        if plan.field.unit is not None and plan.field.unit.companion and unit is None:
            yield self.found("unit-missing", plan, row, facts)
            return
        for said, word in ((plan.ranges, "range"), (plan.expected, "expected")):
            limits = said.get(unit)
            found = outside(facts, limits, plan, frames) if limits is not None else None
            if found is not None:
                side, bound = found
                yield self.found(f"{side}-{word}", plan, row, facts, bound=bound)
                return

    def differing(self, plan: FieldPlan, row: int | None, facts: Facts) -> Iterator[Finding]:
        """A text that came along with a calculated field and is not what the formula gives."""
        text = self.captured.text(plan.table, row, plan.field.name)
        if text in ("", facts.text):
            return
        given = plan.field.kind.parse(text, plan.field)
        if facts.value is None:
            yield self.found("calculated-unknown", plan, row, facts, given=text)
        elif isinstance(given, Refusal) or to_rule(given) != facts.seen:
            yield self.found("calculated-differs", plan, row, facts, given=text)

    def found(self, code: str, plan: FieldPlan, row: int | None, facts: Facts, **words: Any) -> Finding:
        field = plan.field
        unit = unit_label(field, self.captured.frames(row))
        words.setdefault("label", field.label)
        words.setdefault("answer", with_unit(shown_as(facts.text, field), unit))
        said = finding(
            code,
            text=field.place,
            data=self.captured.place(plan.table, row, field.name),
            value=facts.text,
            **words,
        )
        return under_check(said, field.checks)
