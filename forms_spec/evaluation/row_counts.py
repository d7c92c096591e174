"""How many rows a repeating group has, and which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product

from forms_spec.evaluation.captured_form import EvaluatedForm
from forms_spec.evaluation.condition_sources import row_answers
from forms_spec.evaluation.form_plan import GroupPlan
from forms_spec.evaluation.protocol_checks import under_check
from forms_spec.evaluation.range_checks import plain
from forms_spec.evaluation.unknown import UnknownExplainer
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.model.fields import Group, Repetition
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.types import Type


def judge_rows(
    captured: EvaluatedForm,
    plan: GroupPlan,
    untold: UnknownExplainer,
    *,
    completing: bool,
) -> Iterator[Finding]:
    """Findings about the rows of a group as a whole; they stand on the group, not on a
    cell.
    """
    group = plan.group
    rows = group.rows
    assert rows is not None
    count = len(captured.rows(group.name))
    if count > rows.maximum:
        yield _found(captured, group, "too-many-rows", count=count, most=rows.maximum)

    # A draft may still lack rows.
    if completing:
        yield from _lacking(captured, plan, rows, untold)

    yield from _twice(captured, group, rows)


def _lacking(
    captured: EvaluatedForm, plan: GroupPlan, rows: Repetition, untold: UnknownExplainer
) -> Iterator[Finding]:
    """The rows that a group lacks if it is asked; what is hidden needs none."""
    shown = True if plan.shown is None else plan.shown(captured.frames(None))
    if shown is True:
        yield from _absent(captured, plan, rows)
    elif shown is None:
        yield from _perhaps_absent(captured, plan, rows, untold)


def _perhaps_absent(
    captured: EvaluatedForm, plan: GroupPlan, rows: Repetition, untold: UnknownExplainer
) -> Iterator[Finding]:
    """That rows are lacking where nobody knows whether the group is asked."""
    group = plan.group
    assert group.show_when is not None
    is_lacking = any(_absent(captured, plan, rows))
    if not is_lacking:
        return

    form = captured.plan.form
    if untold.of(group.show_when, Home(form=form), Type.CONDITION, None):
        sources = row_answers(captured.world.study, form, group)
        yield _found(captured, group, "rows-unknown", sources=sources)


def _absent(
    captured: EvaluatedForm, plan: GroupPlan, rows: Repetition
) -> Iterator[Finding]:
    """What the group lacks where it is asked: one row for each combination of the
    codes, or for each row of another form, or so many rows.
    """
    group = plan.group
    yield from _not_carried(captured, plan)
    count = len(captured.rows(group.name))
    # The rows of fixed codes are counted one by one.
    has_minimum = not rows.fixed
    if has_minimum and count < rows.minimum:
        yield _found(captured, group, "too-few-rows", count=count, least=rows.minimum)

    for labels, times in _combinations(captured, group, rows):
        if times == 0:
            yield _found(captured, group, "row-missing", row=labels)


def _not_carried(captured: EvaluatedForm, plan: GroupPlan) -> Iterator[Finding]:
    """The first row that is to be carried from another form and is not there."""
    if plan.lacking is None:
        return

    number = plan.lacking(captured.frames(None))
    if isinstance(number, int):
        assert plan.group.carried is not None
        source = plan.group.carried.title
        yield _found(
            captured, plan.group, "row-not-carried", row=plain(number), source=source
        )


def _twice(
    captured: EvaluatedForm, group: Group, rows: Repetition
) -> Iterator[Finding]:
    for labels, value in _combinations(captured, group, rows):
        if value > 1:
            yield _found(captured, group, "row-twice", row=labels)


def _combinations(
    captured: EvaluatedForm, group: Group, rows: Repetition
) -> Iterator[tuple[str, int]]:
    """Each combination of the codes that the rows are fixed by, as labels, and how many
    rows have it.
    """
    if not rows.fixed:
        return

    codelists = {field.name: field.codelist for field in group.fields}
    counter = Counter(
        tuple(captured.value(group.name, row, name) for name in rows.fixed)
        for row in captured.rows(group.name)
    )

    lists = [codelists[name] for name in rows.fixed]
    for codes in product(*(codelist.codes for codelist in filter(None, lists))):
        labels = ", ".join(code.label for code in codes)
        values = tuple(code.code for code in codes)
        yield labels, counter[values]


def _found(
    captured: EvaluatedForm, group: Group, code: str, **words: object
) -> Finding:
    title = group.title or captured.plan.form.title
    place = captured.place(group.name, None, None)
    text = finding(code, text=group.place, data=place, label=title, **words)  # type: ignore[arg-type]
    return under_check(text, group.checks)
