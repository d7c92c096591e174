"""Which columns of values the expressions of a study need, and in which order they can be worked out."""

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


class NotSetWise(Exception):
    """The study has something that only the judge can work out."""


@dataclass(kw_only=True)
class Needs:
    """The cells whose value, missing code or entered value some expression reads."""

    values: set[Place] = field(default_factory=set)
    missing: set[Place] = field(default_factory=set)
    entered: set[Place] = field(default_factory=set)
    layers: Mapping[Place, int] = field(default_factory=dict)


def needs_of(study: Study) -> Needs:
    """Everything that is read; ``NotSetWise`` where cells depend on themselves."""
    needs, every = Needs(), shapes(study)
    for shape in every:
        for node in _expressions(shape):
            _note(needs, node)
        _note_rows(needs, shape)
    for one in study.schedule:
        if one.when is not None:
            home = Home(form=study.forms[one.form])
            _note(needs, resolved(one.when, study, home, Type.CONDITION))
    needs.layers = _layers(every)
    return needs


def _expressions(shape: Shape) -> Iterator[core.Core]:
    study = shape.study
    for one in shape.fields:
        yield from conditions(shape, one)
        computed = formula(shape, one)
        if computed is not None:
            yield computed
        yield from required_condition(shape, one)
        for *_, low, high in limits(shape, one):
            yield from (end for end in (low, high) if end is not None)
    for rule in shape.rules:
        said = (rule.when, rule.assertion)
        yield from (resolved(one, study, shape.home, Type.CONDITION) for one in said if one is not None)


def _note(needs: Needs, node: core.Core) -> None:
    for one in nodes(node):
        if isinstance(one, core.Missing):
            needs.missing.add(place_of(one.cell))
        if isinstance(one, core.Read | core.Remote):
            (needs.entered if one.entered else needs.values).add(place_of(one))


def _note_rows(needs: Needs, shape: Shape) -> None:
    """The judge compares values with their limits, and rows by their fixed codes."""
    for one in shape.fields:
        ends = [end for *_, low, high in limits(shape, one) for end in (low, high)]
        companion = companion_of(one)
        if companion:
            needs.values.add((shape.name, shape.group is not None, companion))
        if companion or one.value is not None or not all(is_certain(end) for end in ends):
            needs.values.add(shape.place(one))
    if shape.group and shape.group.rows:
        needs.values |= {(shape.name, True, name) for name in shape.group.rows.fixed}


def place_of(node: core.Read | core.Remote) -> Place:
    if isinstance(node, core.Remote):
        return node.form, False, node.field.name
    return node.table, node.row, node.field.name


def is_derived(shape: Shape, one: Field) -> bool:
    """True for a field whose value is not what its text says: it may be hidden, or is calculated."""
    return one.value is not None or bool(conditions(shape, one))


def _layers(every: Iterable[Shape]) -> dict[Place, int]:
    """After how many others a cell can be worked out; those that any text alone tells are in layer 0."""
    reads: dict[Place, set[Place]] = {}
    for shape in every:
        for one in shape.fields:
            if not is_derived(shape, one):
                continue
            said = [*conditions(shape, one)]
            computed = formula(shape, one)
            said += [computed] if computed is not None else []
            reads[shape.place(one)] = {
                place_of(node)
                for root in said
                for node in nodes(root)
                if isinstance(node, core.Read | core.Remote) and not node.entered
            }
    found: dict[Place, int] = {}
    while len(found) < len(reads):
        ready = [
            at for at in reads if at not in found and all(p in found or p not in reads for p in reads[at])
        ]
        if not ready:
            raise NotSetWise("some cells depend on themselves")
        found |= {at: 1 + max((found.get(p, 0) for p in reads[at]), default=0) for at in ready}
    return found
