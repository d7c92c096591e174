"""How many rows a repeating group has, and which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product

from forms_spec.catalogue import finding
from forms_spec.findings import Finding
from forms_spec.judge.plan import GroupPlan
from forms_spec.judge.protocol import under_check
from forms_spec.judge.world import CapturedForm
from forms_spec.model import Group, Rows


def judge_rows(captured: CapturedForm, plan: GroupPlan, *, completing: bool) -> Iterator[Finding]:
    """Findings about the rows of a group as a whole; they stand on the group, not on a cell."""
    group = plan.group
    assert group.rows is not None
    count = len(captured.rows(group.name))
    shown = plan.shown is None or plan.shown(captured.frames(None)) is True
    if count > group.rows.maximum:
        yield _found(captured, group, "too-many-rows", count=count, most=group.rows.maximum)
    if completing and shown and count < group.rows.minimum and not group.rows.fixed:
        yield _found(captured, group, "too-few-rows", count=count, least=group.rows.minimum)
    if group.rows.fixed:
        yield from _fixed(captured, group, group.rows, completing=completing and shown)


def _fixed(captured: CapturedForm, group: Group, rows: Rows, *, completing: bool) -> Iterator[Finding]:
    """One row for each combination of the codes."""
    lists = {field.name: field.codelist for field in group.fields if field.codelist is not None}
    held = Counter(
        tuple(captured.value(group.name, row, name) for name in rows.fixed)
        for row in captured.rows(group.name)
    )
    for codes in product(*(lists[name].codes for name in rows.fixed if lists[name] is not None)):
        count = held[tuple(code.code for code in codes)]
        labels = ", ".join(code.label for code in codes)
        if count > 1:
            yield _found(captured, group, "row-twice", row=labels)
        elif count == 0 and completing:
            yield _found(captured, group, "row-missing", row=labels)


def _found(captured: CapturedForm, group: Group, code: str, **words: object) -> Finding:
    title = group.title or captured.plan.form.title
    place = captured.place(group.name, None, None)
    said = finding(code, text=group.place, data=place, label=title, **words)  # type: ignore[arg-type]
    return under_check(said, group.checks)
