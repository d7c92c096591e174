"""How many rows a repeating group has, and which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product

from forms_spec.evaluation.captured_form import EvaluatedForm
from forms_spec.evaluation.condition_sources import row_answers
from forms_spec.evaluation.form_plan import GroupPlan
from forms_spec.evaluation.protocol_checks import under_check
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
    assert group.rows is not None
    count = len(captured.rows(group.name))
    shown = True if plan.shown is None else plan.shown(captured.frames(None))

    if count > group.rows.maximum:
        yield _found(
            captured, group, "too-many-rows", count=count, most=group.rows.maximum
        )

    if completing and shown is True:
        yield from _absent(captured, group, group.rows)
    elif completing and shown is None and any(_absent(captured, group, group.rows)):
        assert group.show_when is not None
        if untold.of(
            group.show_when, Home(form=captured.plan.form), Type.CONDITION, None
        ):
            study, form = captured.world.study, captured.plan.form
            sources = row_answers(study, form, group)
            yield _found(captured, group, "rows-unknown", sources=sources)

    yield from _twice(captured, group, group.rows)


def _absent(
    captured: EvaluatedForm, group: Group, rows: Repetition
) -> Iterator[Finding]:
    """What the group lacks where it is asked: one row for each combination of the
    codes, or so many rows.
    """
    count = len(captured.rows(group.name))
    if not rows.fixed and count < rows.minimum:
        yield _found(captured, group, "too-few-rows", count=count, least=rows.minimum)

    for labels, value in _combinations(captured, group, rows):
        if value == 0:
            yield _found(captured, group, "row-missing", row=labels)


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

    lists = {
        field.name: field.codelist
        for field in group.fields
        if field.codelist is not None
    }
    counter = Counter(
        tuple(captured.value(group.name, row, name) for name in rows.fixed)
        for row in captured.rows(group.name)
    )

    for codes in product(*(lists[name].codes for name in rows.fixed)):
        yield (
            ", ".join(code.label for code in codes),
            counter[tuple(code.code for code in codes)],
        )


def _found(
    captured: EvaluatedForm, group: Group, code: str, **words: object
) -> Finding:
    title = group.title or captured.plan.form.title
    place = captured.place(group.name, None, None)
    text = finding(code, text=group.place, data=place, label=title, **words)  # type: ignore[arg-type]
    return under_check(text, group.checks)
