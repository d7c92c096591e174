"""Edit checks: the rules that belong to a form, judged once for it or for each of its
rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from forms_spec.evaluation.captured_form import EvaluatedForm, EvaluatedSubject
from forms_spec.evaluation.form_plan import RulePlan
from forms_spec.evaluation.form_result import CellState
from forms_spec.evaluation.protocol_checks import is_kept
from forms_spec.evaluation.range_checks import unit_label, with_unit
from forms_spec.evaluation.unknown import UnknownExplainer
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import DataPlace
from forms_spec.kinds.display import shown_as
from forms_spec.model.captured_data import CellKey, FormKey
from forms_spec.model.edit_checks import EditCheck
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.reads import Dependency
from forms_spec.rules.semantics.types import Type

RuleFindings = Callable[[EvaluatedForm, RulePlan, bool], tuple[Finding, ...]]
"""What a rule finds in a form that is to be complete, or (False) in a draft."""


def rule_findings(
    captured: EvaluatedForm, plan: RulePlan, completing: bool
) -> tuple[Finding, ...]:
    """All that one rule finds in a form, kept with a reason or not.

    A rule that cannot be told says so only of a form to be completed.
    """
    rows = (
        captured.rows(plan.table) if plan.table in captured.plan.row_tables else (None,)
    )
    results = (_judge(captured, plan, row, completing=completing) for row in rows)
    return tuple(result for result in results if result is not None)


def judge_rules(
    captured: EvaluatedForm,
    *,
    completing: bool,
    names: frozenset[str] | None = None,
    found_by: RuleFindings = rule_findings,
) -> Iterator[Finding]:
    """Findings of the form's rules, or of those of ``names`` alone.

    ``found_by`` says what a rule finds.
    """
    for plan in captured.plan.rules:
        if names is not None and plan.rule.name not in names:
            continue

        for result in found_by(captured, plan, completing):
            assert result.data is not None
            key = CellKey(plan.table, result.data.row, plan.rule.on[0][1])
            if not is_kept(result, key, captured.record):
                yield result


def _judge(
    captured: EvaluatedForm, plan: RulePlan, row: int | None, *, completing: bool
) -> Finding | None:
    frames = captured.frames(row)
    applies = True if plan.applies is None else plan.applies(frames)
    if applies is False or (applies is None and not (plan.rule.unknown and completing)):
        return None

    holds = plan.holds(frames)
    if applies and holds is False:
        return _found(
            captured,
            plan.rule,
            row,
            "rule-broken",
            facts=_facts(captured, plan.rule, row),
        )

    if holds is True or not (plan.rule.unknown and completing):
        return None
    if applies is None and not _applies_untold(captured, plan, row):
        return None

    asks = (
        *(plan.applies_asks if applies is None else ()),
        *(plan.asks if holds is None else ()),
    )

    return _found(
        captured, plan.rule, row, "rule-untold", why=_why(captured, asks, row)
    )


def _applies_untold(captured: EvaluatedForm, plan: RulePlan, row: int | None) -> bool:
    """Whether no finding of the form says why it cannot be told that a rule applies."""
    table = captured.world.study.tables[plan.table]
    home = Home(form=table.form, group=table.group)
    assert plan.rule.when is not None
    return UnknownExplainer(captured).of(plan.rule.when, home, Type.CONDITION, row)


def _found(
    captured: EvaluatedForm, rule: EditCheck, row: int | None, code: str, **words: Any
) -> Finding:
    """A finding of the rule's check; its severity is the rule's, except that UNKNOWN is
    a query.
    """
    (table, field), *others = rule.on
    text = finding(
        code,
        text=rule.place,
        data=captured.place(table, row, field),
        value=captured.facts(table, row, field).text,
        rule=rule.name,
        says=rule.message,
        **words,
    )
    also = tuple(
        place for other in others for place in _places(captured, table, row, *other)
    )
    if code == "rule-untold":
        return replace(text, code=rule.unknown or code, also=also)

    return replace(text, code=rule.check, severity=rule.severity, also=also)


def _places(
    captured: EvaluatedForm, home: str, row: int | None, table: str, field: str
) -> Iterator[DataPlace]:
    """Where else a rule shows: in the same row or form, or in the other form that it
    means.
    """
    form = captured.world.study.tables[table].form.name
    if form == captured.plan.form.name:
        yield captured.place(table, row if table == home else None, field)
    else:
        yield place_elsewhere(captured.world, captured.key, table, field)


def place_elsewhere(
    world: EvaluatedSubject, seen_from: FormKey, table: str, field: str
) -> DataPlace:
    """A field of another form as a form means it; without a visit where nothing is
    captured of it.
    """
    there = world.at(world.study.tables[table].form.name, None, seen_from, field)
    visit, unsno = (
        (there.key.visit, there.key.unsno) if there is not None else (None, 0)
    )

    return DataPlace(
        table=table,
        field=field,
        row=None,
        subject=world.subject,
        visit=visit,
        unsno=unsno,
    )


def _facts(captured: EvaluatedForm, rule: EditCheck, row: int | None) -> str:
    """The answers of this form that the rule hangs on, as people read them."""
    return "; ".join(
        _answer(captured, table, row if table == rule.on[0][0] else None, field)
        for table, field in rule.on
        if (table, field) in captured.plan.fields
        and table in (rule.on[0][0], captured.plan.form.name)
    )


def _answer(captured: EvaluatedForm, table: str, row: int | None, name: str) -> str:
    field = captured.plan.fields[table, name].field
    text = captured.facts(table, row, name).text
    if text == "":
        return f"“{field.label}” is blank"

    unit = unit_label(field, captured.frames(row))
    return f"“{field.label}” is {with_unit(shown_as(text, field), unit)}"


def _why(captured: EvaluatedForm, asks: tuple[Dependency, ...], row: int | None) -> str:
    """The sources without a value; where all have one, a date among them is too
    imprecise.
    """
    labels = [label for ask in asks if (label := _lacking(captured, ask, row))]
    if labels:
        return f"missing: {', '.join(dict.fromkeys(labels))}"
    return "a date is too imprecise, or a row is incomplete"


def _lacking(
    captured: EvaluatedForm, target: Dependency, row: int | None
) -> str | None:
    """The label of a source that has no value."""
    if (
        target.table is None
        or target.field is None
        or target.visit in ("all", "previous")
    ):
        return None

    study = captured.world.study
    form = study.tables[target.table].form
    field = study.field(target.table, target.field)
    if field is None:
        return None

    if (target.table, target.field) in captured.plan.fields and target.visit is None:
        in_row = target.table in captured.plan.row_tables
        if in_row and row is None:
            return None

        state = captured.facts(
            target.table, row if in_row else None, target.field
        ).state

        return None if state is CellState.ANSWERED else f"“{field.label}”"

    if target.table != form.name:
        return None

    there = captured.world.at(form.name, target.visit, captured.key, target.field)
    known = there is not None and there.value(form.name, None, target.field) is not None

    return None if known else f"“{field.label}” ({form.title})"
