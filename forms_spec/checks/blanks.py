"""Conditions that are true where nothing is known yet, and perhaps were not meant to
be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from forms_spec.checks.conditions import place_of
from forms_spec.checks.expressions import CONDITIONS
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.rule_syntax import syntax_tree

TRANSPARENT = frozenset({"entered", "concat", "number_of"})
"""Functions of a single field that are blank where the field is blank."""


def check_blanks(loaded: LoadedStudy) -> Iterator[Finding]:
    """``x is not 'A'`` without ``x is known`` beside it: true for a blank, as REDCap's
    ``[x] <> 'A'`` is.
    """
    for part in loaded.parts.expressions:
        if part.what not in CONDITIONS:
            continue

        expression = part.written.expression
        for node in _traps(expression.tree, frozenset()):
            problem = _true_when_blank(node, expression.text)
            yield part.written.located(problem)


def _true_when_blank(node: syntax_tree.Is, text: str) -> Finding:
    compared = node.operand
    assert isinstance(compared, syntax_tree.Compare | syntax_tree.In)
    field = (
        compared.left if isinstance(compared, syntax_tree.Compare) else compared.operand
    )
    return finding(
        "true-when-blank",
        text=place_of(node),
        value=text[node.start : node.end],
        name=text[field.start : field.end],
    )


def _traps(node: syntax_tree.Node, known: frozenset[str]) -> Iterator[syntax_tree.Is]:
    """Comparisons that a blank makes true; ``known`` are the fields that cannot be
    blank here.
    """
    if isinstance(node, syntax_tree.Is):
        is_negation = node.state == "true" and node.negated
        if is_negation and _compared(node.operand) not in {None, *known}:
            yield node

        return

    if not isinstance(node, syntax_tree.Logic):
        return

    # Under "or" what one part says does not hold for the others.
    if node.operator == "and":
        known |= _known_in(node.operands)

    for operand in node.operands:
        for trap in _traps(operand, known):
            yield trap
            name = _compared(trap.operand)
            # To say once that a field is known mends all comparisons beside it.
            if node.operator == "and" and name is not None:
                known |= {name}


def _known_in(operands: Iterable[syntax_tree.Node]) -> frozenset[str]:
    """The fields of which a part of a condition says that they are known."""
    known: set[str] = set()
    for operand in operands:
        if not isinstance(operand, syntax_tree.Is):
            continue

        says_known = operand.state == "known" and not operand.negated
        name = _name(operand.operand)
        if says_known and name is not None:
            known.add(name)

    return frozenset(known)


def _compared(node: syntax_tree.Node) -> str | None:
    """The field that is compared with a constant."""
    if isinstance(node, syntax_tree.Compare):
        is_equality = node.operator == "="
        is_constant = isinstance(node.right, syntax_tree.Literal)
        operand = node.left
    elif isinstance(node, syntax_tree.In):
        is_equality = not node.negated
        is_constant = isinstance(node.among, syntax_tree.Listing)
        operand = node.operand
    else:
        return None

    if is_equality and is_constant:
        return _name(operand)

    return None


def _name(node: syntax_tree.Node) -> str | None:
    """The field that an operand reads, written the same way wherever it is read."""
    if isinstance(node, syntax_tree.Call):
        is_transparent = node.function in TRANSPARENT
        if is_transparent and len(node.arguments) == 1:
            return _name(node.arguments[0])

        return None

    if not isinstance(node, syntax_tree.Reference) or node.field is None:
        return None

    # Nothing but a name has neither a table nor a visit.
    table = node.table or ""
    selector = node.selector or ""
    return f"{table}[{selector}]{node.field}"
