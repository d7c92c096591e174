"""Conditions that ask whether there is a form at all, in words that wait for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from forms_spec.checks.conditions import meaning, place_of
from forms_spec.checks.expressions import CONDITIONS
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import ExpressionPart, LoadedStudy
from forms_spec.model.study import Study
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules.semantics.reads import children
from forms_spec.rules.semantics.resolved import Apply, Constant, Core, Fold

IS_BEGUN: Final = frozenset({(">", 0), (">=", 1), ("<>", 0)})
"""What ``count(form)`` is compared with, to ask whether there is one."""
NOT_BEGUN: Final = frozenset({("=", 0), ("<", 1), ("<=", 0)})


def check_begun_questions(loaded: LoadedStudy) -> Iterator[Finding]:
    """``count(scan) > 0`` of a form that the schedule expects: UNKNOWN until somebody
    begins it, and TRUE then, so that it never says no.
    """
    for part in loaded.parts.expressions:
        if part.what not in CONDITIONS:
            continue

        expression = part.written.expression
        # Most conditions go over no rows, and a look at the text is quicker than a walk.
        text = expression.text.lower()
        if "count" not in text and "any" not in text:
            continue

        questions = list(_questions(expression.tree, loaded.study))
        if not questions:
            continue

        waiting = _waiting_forms(part, loaded.study)
        for node, rows, instead in questions:
            form = rows.table or rows.field
            if form not in waiting:
                continue

            name = expression.text[rows.start : rows.end]
            problem = finding(
                "asks-if-begun",
                text=place_of(node),
                value=expression.text[node.start : node.end],
                never="FALSE" if instead == "begun" else "TRUE",
                instead=f"{instead}({name})",
            )
            yield part.written.located(problem)


def _questions(
    tree: syntax_tree.Node, study: Study
) -> Iterator[tuple[syntax_tree.Node, syntax_tree.Reference, str]]:
    """Each question for a form, the form that it names, and how to ask it instead."""
    for node in syntax_tree.nodes_of(tree, syntax_tree.Compare):
        right = node.right
        if not isinstance(right, syntax_tree.Literal) or right.kind != "number":
            continue

        rows = _whole_form(node.left, "count", study)
        asked = (node.operator, right.value)
        if rows is not None and asked in IS_BEGUN:
            yield node, rows, "begun"
        elif rows is not None and asked in NOT_BEGUN:
            yield node, rows, "not begun"

    for aggregate in syntax_tree.nodes_of(tree, syntax_tree.Aggregate):
        rows = _whole_form(aggregate, "any", study)
        if rows is not None:
            yield aggregate, rows, "begun"


def _whole_form(
    node: syntax_tree.Node, function: str, study: Study
) -> syntax_tree.Reference | None:
    """The form that an aggregate goes over without a condition on what it says."""
    if not isinstance(node, syntax_tree.Aggregate) or node.function != function:
        return None
    if node.where is not None or not isinstance(node.over, syntax_tree.Reference):
        return None

    over = node.over
    names = [name for name in (over.table, over.field) if name is not None]
    is_form = len(names) == 1 and names[0] in study.forms
    return over if is_form else None


def _waiting_forms(part: ExpressionPart, study: Study) -> frozenset[str]:
    """The forms that an expression waits for wherever there is none of them."""
    resolved = meaning(part, study)
    if resolved is None:
        return frozenset()

    return frozenset(_waits_for(resolved.core))


def _waits_for(core: Core) -> Iterator[str]:
    match core:
        # Under a condition of the schedule the form may well be none for the subject.
        case Apply(
            operator="case", arguments=(Fold(), Fold() as rows, Constant(value=None))
        ):
            if not rows.source.group and rows.where is None:
                yield rows.source.form

    for child in children(core):
        yield from _waits_for(child)
