"""Conditions that are true where there is no row, and perhaps were not meant to be."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.checks.conditions import place_of
from forms_spec.checks.expressions import CONDITIONS
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.model.study import Study
from forms_spec.rule_syntax import syntax_tree

DECIDING = CONDITIONS - {"assert", "not_applicable"}
"""What a rule asserts of every row has nothing to say where there is none."""


def check_empty_rows(loaded: LoadedStudy) -> Iterator[Finding]:
    """``every(rows where ..)`` without ``count(rows) > 0`` beside it: true without any
    row.
    """
    for part in loaded.parts.expressions:
        if part.what not in DECIDING:
            continue

        expression = part.written.expression
        for node in _traps(expression.tree, loaded.study, frozenset()):
            yield part.written.located(_true_without_rows(node, expression.text))


def _true_without_rows(node: syntax_tree.Aggregate, text: str) -> Finding:
    return finding(
        "true-without-rows",
        text=place_of(node),
        value=text[node.start : node.end],
        name=text[node.over.start : node.over.end],
    )


def _traps(
    node: syntax_tree.Node, study: Study, counted: frozenset[str]
) -> Iterator[syntax_tree.Aggregate]:
    """Each ``every`` that no row makes true. ``counted`` are the rows of which another
    part of the condition says something.
    """
    if isinstance(node, syntax_tree.Aggregate):
        rows = _rows_of(node)
        is_trap = node.function == "every" and rows not in counted
        if is_trap and rows is not None and _may_be_none(rows, study):
            yield node

        return

    if not isinstance(node, syntax_tree.Logic):
        return

    # Under "or" what one part says does not hold for the others.
    if node.operator == "and":
        counted |= _counted_in(node)

    for operand in node.operands:
        yield from _traps(operand, study, counted)


def _counted_in(node: syntax_tree.Logic) -> frozenset[str]:
    """The rows that another aggregate than ``every`` looks at."""
    others = (
        _rows_of(part)
        for part in syntax_tree.nodes_of(node, syntax_tree.Aggregate)
        if part.function != "every"
    )
    return frozenset(rows for rows in others if rows is not None)


def _rows_of(node: syntax_tree.Aggregate) -> str | None:
    """The table that an aggregate goes over."""
    over = node.over
    if not isinstance(over, syntax_tree.Reference):
        return None

    # ``sum(r.n)`` goes over the rows of r, ``count(r)`` too.
    return over.table or over.field


def _may_be_none(rows: str, study: Study) -> bool:
    """Whether a group may be complete without rows. Forms that nobody began are UNKNOWN."""
    table = study.tables.get(rows)
    if table is None or table.group is None or table.group.rows is None:
        return False

    return table.group.rows.minimum == 0 and not table.group.fixed
