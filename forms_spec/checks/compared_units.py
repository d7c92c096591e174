"""Values that are compared, added or subtracted in different units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from forms_spec.checks.conditions import place_of
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import ExpressionPart
from forms_spec.model.characters import ascii_lower
from forms_spec.model.facets import Unit
from forms_spec.model.study import Study
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules.semantics.resolved import Core, Read, Remote
from forms_spec.rules.semantics.resolver import Resolved

Notes = Mapping[tuple[int, int], Core]

OTHER_SIGNS: Final = MappingProxyType(
    {
        ord("²"): "2",
        ord("³"): "3",
        ord("µ"): "u",
        ord("μ"): "u",
        ord("°"): "",
        ord(" "): "",
    }
)
"""Signs that people write in different ways for one unit."""

OTHER_WORDS: Final = MappingProxyType(
    {
        "million": "10^6",
        "millions": "10^6",
        "thousand": "10^3",
        "percent": "%",
        "second": "s",
        "seconds": "s",
        "minute": "min",
        "minutes": "min",
        "hour": "h",
        "hours": "h",
        "day": "d",
        "days": "d",
        "week": "wk",
        "weeks": "wk",
        "month": "mo",
        "months": "mo",
        "year": "a",
        "years": "a",
    }
)
"""Words for a unit, and its sign."""


class InUnit(NamedTuple):
    """A part of an expression with its unit, by each name that it goes by."""

    node: syntax_tree.Node
    names: frozenset[str]
    shown: str


def unit_findings(
    part: ExpressionPart, resolved: Resolved, study: Study
) -> Iterator[Finding]:
    """Comparisons and sums of two plain values whose fixed units differ.

    A number whose unit is chosen beside it is a finding of its own, unless the
    expression says in which unit it is meant.
    """
    expression = part.written.expression
    notes = resolved.notes
    with_unit = sum(_has_unit(core) for core in notes.values())
    parameters = expression.text.count("$")

    # Most expressions read no two values with a unit, which is quickly seen.
    is_comparable = with_unit + parameters >= 2
    if not with_unit or not is_comparable:
        return

    for problem in _compared(expression.tree, notes, study):
        yield part.written.located(problem)


def _has_unit(core: Core) -> bool:
    if not isinstance(core, Read | Remote):
        return False

    return core.field.unit is not None


def _compared(tree: syntax_tree.Node, notes: Notes, study: Study) -> Iterator[Finding]:
    """The comparisons and sums of a tree."""
    for node in syntax_tree.nodes_of(tree, syntax_tree.Node):
        yield from _different(_alike(node), notes, study)


def _alike(node: syntax_tree.Node) -> tuple[syntax_tree.Node, ...]:
    """The parts of a node that have to be in one unit."""
    if isinstance(node, syntax_tree.Compare):
        return node.left, node.right
    if isinstance(node, syntax_tree.Between):
        return node.operand, node.low, node.high
    if isinstance(node, syntax_tree.Sum):
        return node.terms

    # The factors of a product may each have a unit of their own.
    return ()


def _different(
    nodes: tuple[syntax_tree.Node, ...], notes: Notes, study: Study
) -> Iterator[Finding]:
    """The first part whose unit is not that of the first part with one."""
    given = [_in_unit(node, notes, study) for node in nodes]
    with_unit = [value for value in given if value is not None]
    if not with_unit:
        return

    first, *others = with_unit
    for value in others:
        # A unit goes by its code and by its label: one common name is enough.
        if first.names.isdisjoint(value.names):
            yield finding(
                "units-differ",
                text=place_of(value.node),
                unit=value.shown,
                other=first.shown,
            )
            return


def _in_unit(node: syntax_tree.Node, notes: Notes, study: Study) -> InUnit | None:
    """A plain value with the unit that it is surely in."""
    if isinstance(node, syntax_tree.Negative):
        return _in_unit(node.operand, notes, study)

    if isinstance(node, syntax_tree.ParameterReference):
        parameter = study.parameters.get(node.name)
        if parameter is None or parameter.unit is None:
            return None

        return _named(node, parameter.unit, parameter.unit)

    if isinstance(node, syntax_tree.Reference):
        unit = _unit_read(node, notes)
        # Where the unit is chosen beside the number, nobody knows it before entry.
        if unit is None or unit.fixed is None:
            return None

        return _named(node, unit.fixed, unit.fixed)

    return _converted(node, notes)


def _unit_read(node: syntax_tree.Node, notes: Notes) -> Unit | None:
    """The unit of the field that a reference reads."""
    core = notes.get((node.start, node.end))
    if isinstance(core, Read | Remote):
        return core.field.unit

    return None


def _converted(node: syntax_tree.Node, notes: Notes) -> InUnit | None:
    """``temp in F`` and ``in_unit(temp, 'F')``"""
    parts = _cell_and_unit(node)
    if parts is None:
        return None

    cell, wanted = parts
    unit = _unit_read(cell, notes)
    if unit is None:
        return None

    # A unit is written as a name after ``in``, as a text in the function's brackets.
    name = ""
    if isinstance(wanted, syntax_tree.Reference):
        name = wanted.field or ""
    elif isinstance(wanted, syntax_tree.Literal):
        name = str(wanted.value)

    names = _words_of(unit, name)
    return _named(node, name, *names)


def _cell_and_unit(
    node: syntax_tree.Node,
) -> tuple[syntax_tree.Node, syntax_tree.Node] | None:
    """What is converted, and the unit that it is converted into."""
    if isinstance(node, syntax_tree.In) and not node.negated:
        return node.operand, node.among

    if isinstance(node, syntax_tree.Call) and node.function == "in_unit":
        cell, wanted = node.arguments
        return cell, wanted

    return None


def _words_of(unit: Unit, code: str) -> Iterator[str]:
    """The names that a unit goes by: its code, and its label."""
    labels = {choice.code: choice.label for choice in unit.choices}
    yield code
    # A unit that is fixed has no label.
    if code in labels:
        yield labels[code]


def units_clash(one: Unit | None, other: Unit | None) -> bool:
    """Whether two fixed units are different ones, in whichever way they are written."""
    if one is None or other is None or one.fixed is None or other.fixed is None:
        return False

    return _signs(one.fixed).isdisjoint(_signs(other.fixed))


def _named(node: syntax_tree.Node, shown: str, *names: str) -> InUnit:
    return InUnit(node=node, names=_signs(*names), shown=shown)


def _signs(*names: str) -> frozenset[str]:
    """The names of a unit, of which two spellings are one."""
    plain = [ascii_lower(name.translate(OTHER_SIGNS)) for name in names]
    return frozenset(OTHER_WORDS.get(name, name) for name in plain)
