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
    Shape,
    companion_of,
    conditions,
    formula,
    is_certain,
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
            _note(needs, node)
        _note_rows(needs, shape)

    for item in study.schedule:
        if item.when is not None:
            home = Home(form=study.forms[item.form])
            _note(needs, resolved(item.when, study, home, Type.CONDITION))

    needs.layers = _layers(every)

    return needs


def _expressions(shape: Shape) -> Iterator[core.Core]:
    study = shape.study
    for entry in shape.fields:
        yield from conditions(shape, entry)
        computed = formula(shape, entry)
        if computed is not None:
            yield computed
        yield from required_condition(shape, entry)
        for *_, low, high in limits(shape, entry):
            yield from (end for end in (low, high) if end is not None)

    for rule in shape.rules:
        text = (rule.when, rule.assertion)
        yield from (
            resolved(item, study, shape.home, Type.CONDITION)
            for item in text
            if item is not None
        )


def _note(needs: Needs, node: core.Core) -> None:
    for item in nodes(node):
        if isinstance(item, core.Missing):
            needs.missing.add(place_of(item.cell))
        if isinstance(item, core.Read | core.Remote):
            (needs.entered if item.entered else needs.values).add(place_of(item))


def _note_rows(needs: Needs, shape: Shape) -> None:
    """The judge compares values with their limits, and rows by their fixed codes."""
    for item in shape.fields:
        ends = [end for *_, low, high in limits(shape, item) for end in (low, high)]
        companion = companion_of(item)
        if companion:
            needs.values.add((shape.name, shape.group is not None, companion))
        if (
            companion
            or item.value is not None
            or not all(is_certain(end) for end in ends)
        ):
            needs.values.add(shape.place(item))

    if shape.group and shape.group.rows:
        needs.values |= {(shape.name, True, name) for name in shape.group.rows.fixed}


def place_of(node: core.Read | core.Remote) -> Place:
    if isinstance(node, core.Remote):
        return node.form, False, node.field.name
    return node.table, node.row, node.field.name


def is_derived(shape: Shape, item: Field) -> bool:
    """True for a field whose value is not what its text says: it may be hidden, or is
    calculated.
    """
    return item.value is not None or bool(conditions(shape, item))


def _layers(every: Iterable[Shape]) -> dict[Place, int]:
    """After how many others a cell can be worked out; those that any text alone tells
    are in layer 0.
    """
    reads: dict[Place, set[Place]] = {}
    for shape in every:
        for item in shape.fields:
            if not is_derived(shape, item):
                continue
            text = [*conditions(shape, item)]
            computed = formula(shape, item)
            text += [computed] if computed is not None else []
            reads[shape.place(item)] = {
                place_of(node)
                for root in text
                for node in nodes(root)
                if isinstance(node, core.Read | core.Remote) and not node.entered
            }

    numbers: dict[Place, int] = {}

    while len(numbers) < len(reads):
        ready = [
            read
            for read in reads
            if read not in numbers
            and all(p in numbers or p not in reads for p in reads[read])
        ]
        if not ready:
            raise NotVectorizable("some cells depend on themselves")
        numbers |= {
            index: 1 + max((numbers.get(p, 0) for p in reads[index]), default=0)
            for index in ready
        }

    return numbers
