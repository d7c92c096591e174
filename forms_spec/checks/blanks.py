"""Conditions that are true where nothing is known yet, and perhaps were not meant to
be.
"""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.checks.expressions import CONDITIONS
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.rule_syntax import syntax_tree


def check_blanks(draft: LoadedStudy) -> Iterator[Finding]:
    """``x is not 'A'`` without ``x is known`` beside it: true for a blank, as REDCap's
    ``[x] <> 'A'`` is.
    """
    for part in draft.parts.expressions:
        if part.what not in CONDITIONS:
            continue
        text = part.written.expression.text
        for node in _traps(part.written.expression.tree, frozenset()):
            place = TextPlace(
                file=part.written.spot.document.file,
                line=1,
                column=node.start + 1,
                end_line=1,
                end_column=node.end + 1,
            )
            written = text[node.start : node.end]
            name = text[node.operand.start : node.operand.end].partition(" is ")[0]
            yield part.written.located(
                finding("true-when-blank", text=place, value=written, name=name)
            )


def _traps(node: syntax_tree.Node, known: frozenset[str]) -> Iterator[syntax_tree.Is]:
    """Comparisons that a blank makes true; ``known`` are the fields that cannot be
    blank here.
    """
    if isinstance(node, syntax_tree.Logic):
        if node.operator == "and":
            known |= {
                name
                for operand in node.operands
                if (name := _known(operand)) is not None
            }

        for item in node.operands:
            yield from _traps(item, known)
    elif isinstance(node, syntax_tree.Is) and node.state == "true" and node.negated:
        asked = _compared(node.operand)
        if asked is not None and asked not in known:
            yield node


def _known(node: syntax_tree.Node) -> str | None:
    """The field that a part of a condition says is known."""
    if isinstance(node, syntax_tree.Is) and not node.negated and node.state == "known":
        return _name(node.operand)
    return None


def _compared(node: syntax_tree.Node) -> str | None:
    """The field that is compared with a constant."""
    if (
        isinstance(node, syntax_tree.Compare)
        and node.operator == "="
        and isinstance(node.right, syntax_tree.Literal)
    ):
        return _name(node.left)

    if (
        isinstance(node, syntax_tree.In)
        and not node.negated
        and isinstance(node.among, syntax_tree.Listing)
    ):
        return _name(node.operand)

    return None


def _name(node: syntax_tree.Node) -> str | None:
    if isinstance(node, syntax_tree.Call) and node.function in (
        "entered",
        "concat",
        "number_of",
    ):
        return _name(node.arguments[0]) if len(node.arguments) == 1 else None

    if isinstance(node, syntax_tree.Reference) and node.field is not None:
        return f"{node.table or ''}[{node.selector or ''}]{node.field}"
    return None
