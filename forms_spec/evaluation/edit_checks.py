"""Edit checks: the rules that belong to a form, judged once for it or for each of its
rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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
    in_rows = plan.table in captured.plan.row_tables
    rows = captured.rows(plan.table) if in_rows else (None,)
    results = (_judge(captured, plan, row, completing=completing) for row in rows)

    return tuple(filter(None, results))


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
        rule = plan.rule
        if names is not None and rule.name not in names:
            continue

        for result in found_by(captured, plan, completing):
            assert result.data is not None
            # A finding stands on the first field that its rule is about.
            _, field = rule.on[0]
            key = CellKey(plan.table, result.data.row, field)
            if not is_kept(result, key, captured.record):
                yield result


def _judge(
    captured: EvaluatedForm, plan: RulePlan, row: int | None, *, completing: bool
) -> Finding | None:
    rule = plan.rule
    frames = captured.frames(row)
    # A draft may leave things open, and most rules say nothing of what is UNKNOWN.
    reports_unknown = completing and bool(rule.unknown)

    applies = True if plan.applies is None else plan.applies(frames)
    if applies is False:
        return None
    if applies is None and not reports_unknown:
        return None

    holds = plan.holds(frames)
    if applies and holds is False:
        facts = _facts(captured, rule, row)
        return _found(captured, rule, row, "rule-broken", facts=facts)

    if holds is True or not reports_unknown:
        return None
    if applies is None and not _applies_untold(captured, plan, row):
        return None

    # Of two parts that are UNKNOWN, the condition is asked for first.
    asks = plan.applies_asks if applies is None else ()
    if holds is None:
        asks += plan.asks

    why = _why(captured, asks, row)
    return _found(captured, rule, row, "rule-untold", why=why)


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
    if form != captured.plan.form.name:
        yield place_elsewhere(captured.world, captured.key, table, field)
        return

    # A rule of a row may name a field outside the rows, which has no row.
    in_row = row if table == home else None
    yield captured.place(table, in_row, field)


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
    home = rule.on[0][0]
    near = (home, captured.plan.form.name)
    answers: list[str] = []

    for table, field in rule.on:
        # Neither another form nor the rows of another group is in sight here.
        if table not in near or (table, field) not in captured.plan.fields:
            continue

        in_row = row if table == home else None
        answers.append(_answer(captured, table, in_row, field))

    return "; ".join(answers)


def _answer(captured: EvaluatedForm, table: str, row: int | None, name: str) -> str:
    field = captured.plan.fields[table, name].field
    text = captured.facts(table, row, name).text
    if text == "":
        return f"“{field.label}” is blank"

    unit = unit_label(field, captured.frames(row))
    return f"“{field.label}” is {with_unit(shown_as(text, field), unit)}"


def _why(captured: EvaluatedForm, asks: Iterable[Dependency], row: int | None) -> str:
    """The sources without a value; where all have one, a date among them is too
    imprecise.
    """
    lacking = (_lacking(captured, ask, row) for ask in asks)
    labels = dict.fromkeys(filter(None, lacking))
    if not labels:
        return "a date is too imprecise, or a row is incomplete"

    return f"missing: {', '.join(labels)}"


def _lacking(
    captured: EvaluatedForm, target: Dependency, row: int | None
) -> str | None:
    """The label of a source that has no value."""
    table, name = target.table, target.field
    # Of several cells at once nobody can say which one is lacking.
    if table is None or name is None or target.visit in ("all", "previous"):
        return None

    study = captured.world.study
    field = study.field(table, name)
    if field is None:
        return None

    label = f"“{field.label}”"
    is_own = target.visit is None and (table, name) in captured.plan.fields
    if is_own:
        return None if _is_answered(captured, table, row, name) else label

    form = study.tables[table].form
    # The rows of another form are several cells, too.
    if table != form.name:
        return None

    there = captured.world.at(form.name, target.visit, captured.key, name)
    value = there.value(form.name, None, name) if there is not None else None
    if value is not None:
        return None

    return f"{label} ({form.title})"


def _is_answered(
    captured: EvaluatedForm, table: str, row: int | None, name: str
) -> bool:
    """Whether a cell of the form has a value; of a table's rows seen from outside
    nothing is lacking.
    """
    in_row = table in captured.plan.row_tables
    # Which of several rows is meant, nobody can say from outside.
    if in_row and row is None:
        return True

    facts = captured.facts(table, row if in_row else None, name)
    return facts.state is CellState.ANSWERED
