"""Which columns of values the expressions of a study need, and in which order they can
be worked out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.rules.semantics import resolved as core
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.types import Type
from generator.validation.columnar.forms.dependencies import (
    Place,
    TableShape,
    companion_of,
    conditions,
    formula,
    is_certain,
    lacking,
    limits,
    nodes,
    required_condition,
    resolved,
    shapes,
)


class NotVectorizable(Exception):
    """The study has something that only the judge can work out."""


@dataclass(kw_only=True)
class Needs:
    """The cells whose value, missing code or entered value some expression reads."""

    values: set[Place] = field(default_factory=set)
    missing: set[Place] = field(default_factory=set)
    entered: set[Place] = field(default_factory=set)
    layers: Mapping[Place, int] = field(default_factory=dict)


def needs_of(study: Study) -> Needs:
    """Everything that is read; ``NotVectorizable`` where cells depend on themselves."""
    needs, every = Needs(), shapes(study)
    for shape in every:
        for node in _expressions(shape):
            _note_reads(needs, node)

        _note_judged(needs, shape)

    for scheduled in study.schedule:
        if scheduled.when is not None:
            home = Home(form=study.forms[scheduled.form])
            _note_reads(needs, resolved(scheduled.when, study, home, Type.CONDITION))

    for status in study.statuses:
        home = Home(form=study.forms[status.form])
        _note_reads(needs, resolved(status.when, study, home, Type.CONDITION))

    needs.layers = _layers(every)

    return needs


def _expressions(shape: TableShape) -> Iterator[core.Core]:
    """Everything that is worked out in the lines of a relation."""
    for item in shape.fields:
        yield from _sources(shape, item)
        yield from required_condition(shape, item)
        yield from _ends(shape, item)

    # Which rows a form lacks is asked of the form.
    for group in shape.form.row_groups if shape.group is None else ():
        if group.carried is not None:
            yield lacking(shape, group)

    for rule in shape.rules:
        for expression in filter(None, (rule.when, rule.assertion)):
            yield resolved(expression, shape.study, shape.home, Type.CONDITION)


def _sources(shape: TableShape, item: Field) -> list[core.Core]:
    """What the value of a field hangs on: its conditions, and its formula."""
    sources = list(conditions(shape, item))
    computed = formula(shape, item)
    if computed is not None:
        sources.append(computed)

    return sources


def _ends(shape: TableShape, item: Field) -> Iterator[core.Core]:
    """The ends of a field's ranges."""
    for *_, low, high in limits(shape, item):
        yield from filter(None, (low, high))


def _note_reads(needs: Needs, root: core.Core) -> None:
    for node in nodes(root):
        if isinstance(node, core.Missing):
            needs.missing.add(place_of(node.cell))
        elif isinstance(node, core.Read | core.Remote):
            cells = needs.entered if node.entered else needs.values
            cells.add(place_of(node))


def _note_judged(needs: Needs, shape: TableShape) -> None:
    """The judge compares values with their limits, and rows by their fixed codes."""
    is_row = shape.group is not None
    for item in shape.fields:
        companion = companion_of(item)
        if companion:
            needs.values.add((shape.name, is_row, companion))

        if companion or item.value is not None or _has_varying_ends(shape, item):
            needs.values.add(shape.place(item))

    if shape.group is None or shape.group.rows is None:
        return

    # Whether each combination of codes has its row is asked of the form.
    for name in shape.group.rows.fixed:
        needs.values.add((shape.name, True, name))


def _has_varying_ends(shape: TableShape, item: Field) -> bool:
    # Limits that never vary are compared with each different text instead.
    return not all(map(is_certain, _ends(shape, item)))


def place_of(node: core.Read | core.Remote) -> Place:
    """The cell that an expression reads."""
    if isinstance(node, core.Remote):
        return node.form, False, node.field.name

    return node.table, node.row, node.field.name


def is_derived(shape: TableShape, item: Field) -> bool:
    """True for a field whose value is not what its text says: it may be hidden, or is
    calculated.
    """
    return item.value is not None or bool(conditions(shape, item))


def _layers(every: Iterable[TableShape]) -> dict[Place, int]:
    """After how many others a cell can be worked out; those that any text alone tells
    are in layer 0, and left out.
    """
    waiting: dict[Place, set[Place]] = {}
    for shape in every:
        for item in shape.fields:
            if is_derived(shape, item):
                waiting[shape.place(item)] = _reads(_sources(shape, item))

    layers: dict[Place, int] = {}

    while waiting:
        ready = [cell for cell in waiting if waiting.keys().isdisjoint(waiting[cell])]
        if not ready:
            raise NotVectorizable("some cells depend on themselves")

        for cell in ready:
            reads = waiting.pop(cell)
            below = max((layers.get(read, 0) for read in reads), default=0)
            layers[cell] = 1 + below

    return layers


def _reads(roots: Iterable[core.Core]) -> set[Place]:
    """The cells whose values expressions read."""
    places = set()
    for root in roots:
        for node in nodes(root):
            if isinstance(node, core.Read | core.Remote) and not node.entered:
                places.add(place_of(node))

    return places
