"""Where a cell of the form surely says why a condition is UNKNOWN, so that nobody has to be asked.

``forms_spec.judge.told`` follows UNKNOWN to its sources. Here only conditions are looked at that compare
cells of the same form and join such comparisons; of everything else the judge is asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.judge.judgement import CellState
from forms_spec.model import Field
from forms_spec.rules import core
from forms_spec.rules.types import Type
from generator.casebooks.names import class_column, shown_column
from generator.casebooks.reads import Shape, companion_of, conditions, required_condition
from generator.casebooks.relations import Relations
from generator.casebooks.scene_sql import Scene
from generator.casebooks.texts import BLANK
from generator.sql.names import quoted

PLAIN = frozenset({"and", "or", "not", "eq", "lt", "le", "in", "known", "member", "subset", "overlaps"})
"""Operators that are UNKNOWN only where one of their operands is."""
DEEPEST = 4


def asked_by(shape: Shape, one: Field) -> tuple[core.Core, ...]:
    """The conditions of whether a field is asked and has to be answered."""
    return (*conditions(shape, one), *required_condition(shape, one))


def told(
    shape: Shape, nodes: tuple[core.Core, ...], relations: Relations, scene: Scene, depth: int = 0
) -> str:
    """SQL that is TRUE where each of these conditions that is UNKNOWN is told by a cell of the form."""
    parts = []
    for node in nodes:
        reads = list(_reads(node))
        if None in reads or depth > DEEPEST:
            return "FALSE"
        sources = [_source(shape, read, relations, scene, depth) for read in reads if read is not None]
        held = scene.node(node).sql("duckdb", copy=False)
        parts.append(f"(({held}) IS NOT NULL OR ({' AND '.join(sources) or 'FALSE'}))")
    return " AND ".join(parts) or "FALSE"


def _reads(node: core.Core) -> Iterator[core.Read | None]:
    """The cells that a plain condition reads; None for anything that is not plain."""
    if isinstance(node, core.Read):
        yield node if not node.depth and not node.entered and node.type is not Type.DATE else None
    elif isinstance(node, core.Apply) and node.operator in PLAIN:
        for one in node.arguments:
            yield from _reads(one)
    elif not isinstance(node, core.Constant | core.Key) or getattr(node, "name", "") == "rowno":
        yield None


def _source(shape: Shape, read: core.Read, relations: Relations, scene: Scene, depth: int) -> str:
    """TRUE where a cell has a value, or a finding of its own, or is hidden, or hangs on such a one."""
    here = shape if read.row else Shape(form=shape.form, group=None, study=shape.study)
    alias = "r0" if read.row else "f0"
    name = read.field.name
    of_class, shown = f"{alias}.{quoted(class_column(name))}", f"{alias}.{quoted(shown_column(name))}"
    parts = [f"{alias}.{quoted(name)} IS NOT NULL"]
    if _is_companion(here, read.field):
        return parts[0]
    hidden = bool(conditions(here, read.field))
    if hidden:
        parts.append(f"{shown} IS FALSE")
    if read.field.value is None:
        parts += _entered(here, read.field, relations, of_class)
        if read.field.required is True:
            parts.append(f"({of_class} = {BLANK} AND {f'{shown} IS TRUE' if hidden else 'TRUE'})")
        if hidden:
            deeper = told(here, asked_by(here, read.field), relations, scene, depth + 1)
            parts.append(f"({of_class} = {BLANK} AND {shown} IS NULL AND {deeper})")
    return f"({' OR '.join(parts)})"


def _entered(shape: Shape, one: Field, relations: Relations, of_class: str) -> Iterator[str]:
    outcomes = relations.outcomes(shape, one)
    says = [at for at, held in enumerate(outcomes) if held.state is CellState.INVALID or held.draft_only]
    if says:
        yield f"{of_class} IN ({', '.join(map(str, says))})"


def _is_companion(shape: Shape, one: Field) -> bool:
    """True for the unit of a number: why it is not chosen depends on the number."""
    return any(companion_of(other) == one.name for other in shape.fields)
