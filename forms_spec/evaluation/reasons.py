"""Why a form looks as it does: what hides a question, what a calculated value lacks, and
what a finding read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forms_spec.evaluation.captured_form import EvaluatedForm, EvaluatedSubject
from forms_spec.evaluation.form_plan import FieldPlan, FormPlan, RulePlan, plan_of
from forms_spec.evaluation.form_result import CellState
from forms_spec.evaluation.lacking_values import Lacking, lacking_in
from forms_spec.evaluation.read_trace import AnswerSource, Evidence
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import FormKey
from forms_spec.model.fields import Field
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules.runtime.compiler import compile_expression
from forms_spec.rules.runtime.environment import Closure
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.types import Type


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """A condition that is not TRUE, or a formula without a value, in a form or a row.

    ``outcome`` is False, or None for UNKNOWN. ``sources`` are the cells that it read,
    ``lacking`` those that leave it UNKNOWN.
    """

    expression: Expression
    home: Home
    row: int | None
    outcome: bool | None
    sources: tuple[AnswerSource, ...]
    lacking: tuple[Lacking, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class HiddenFields:
    """Fields that one condition hides."""

    fields: tuple[Field, ...]
    reason: Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class UncalculatedField:
    """A calculated field that is shown and has no value."""

    field: Field
    reason: Reason


def condition_reason(
    subject: EvaluatedSubject,
    key: FormKey,
    condition: Expression,
    home: Home,
    *,
    row: int | None = None,
) -> Reason | None:
    """Why a condition is not TRUE at a form, begun or not. None where it is TRUE."""
    compiled = compile_expression(condition, subject.study, home, Type.CONDITION)
    evidence = Evidence(subject)
    outcome = compiled(evidence.form(key).frames(row))
    if outcome is True:
        return None

    lacking: tuple[Lacking, ...] = ()
    if outcome is None:
        lacking = lacking_in(subject, key, condition, home, row=row)

    return Reason(
        expression=condition,
        home=home,
        row=row,
        outcome=None if outcome is None else False,
        sources=tuple(evidence.sources),
        lacking=lacking,
    )


def hidden_fields(captured: EvaluatedForm) -> list[HiddenFields]:
    """What is hidden in a form, by the first condition that hides it, in page order."""
    hidden: dict[tuple[int, int | None], tuple[Reason, list[Field]]] = {}
    for plan in captured.plan.fields.values():
        for row in _rows(captured, plan):
            if captured.facts(plan.table, row, plan.field.name).shown is True:
                continue

            for condition, home in plan.shown_by:
                place = (id(condition), row)
                known = hidden.get(place)
                reason = known[0] if known else None
                if reason is None:
                    reason = condition_reason(
                        captured.world, captured.key, condition, home, row=row
                    )
                if reason is not None:
                    hidden.setdefault(place, (reason, []))[1].append(plan.field)
                    break

    return [
        HiddenFields(fields=tuple(fields), reason=reason)
        for reason, fields in hidden.values()
    ]


def unknown_fields(captured: EvaluatedForm) -> Iterator[UncalculatedField]:
    """The calculated fields of a form that are shown without a value."""
    for plan in captured.plan.fields.values():
        formula = plan.field.value
        if formula is None:
            continue

        for row in _rows(captured, plan):
            facts = captured.facts(plan.table, row, plan.field.name)
            if facts.state is not CellState.BLANK or facts.shown is not True:
                continue

            subject, key = captured.world, captured.key
            lacking = lacking_in(
                subject, key, formula, plan.home, row=row, type_=plan.type
            )
            reason = Reason(
                expression=formula,
                home=plan.home,
                row=row,
                outcome=None,
                sources=(),
                lacking=lacking,
            )
            yield UncalculatedField(field=plan.field, reason=reason)


def _rows(captured: EvaluatedForm, plan: FieldPlan) -> Sequence[int | None]:
    """The rows of a field's table; one of no number for a field of the form itself."""
    in_rows = plan.table in captured.plan.row_tables
    return captured.rows(plan.table) if in_rows else (None,)


def finding_sources(
    subject: EvaluatedSubject, finding: Finding
) -> tuple[AnswerSource, ...]:
    """Every cell that led to a finding, the finding's own first."""
    evidence = Evidence(subject)
    read_again(evidence, finding)
    return tuple(evidence.sources)


def read_again(evidence: Evidence, finding: Finding) -> None:
    """Asks again what led to a finding, so that the evidence has what was read."""
    place = finding.data
    if place is None:
        return

    study = evidence.study
    form = study.tables[place.table].form
    captured = evidence.form(FormKey(form.name, place.visit or "", place.unsno or 0))
    plan = plan_of(study, form)
    field = plan.fields.get((place.table, place.field or ""))

    if field is not None:
        evidence.look(captured.captured, place.table, place.row, field.field.name)
    else:
        evidence.nothing_in(place.table, captured.key)

    frames = captured.frames(place.row)
    for closure in _closures(plan, field, finding):
        closure(frames)


def _closures(
    plan: FormPlan, field: FieldPlan | None, finding: Finding
) -> Iterator[Closure]:
    """What is asked where a finding comes from."""
    rules = [item for item in plan.rules if item.rule.name == finding.rule]
    for rule in rules:
        yield from _parts(rule)

    if field is None or rules:
        return

    yield from field.shown
    if not isinstance(field.required, bool):
        yield field.required

    for _, by_unit in field.limits:
        for limits in by_unit.values():
            yield from filter(None, (limits.low, limits.high))


def _parts(rule: RulePlan) -> Iterator[Closure]:
    if rule.applies is not None:
        yield rule.applies

    yield rule.holds
