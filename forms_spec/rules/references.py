"""What an expression reads, for cycles, links and the fields that a finding hangs on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forms_spec.model import Study
from forms_spec.rules import core
from forms_spec.rules.checker import resolve
from forms_spec.rules.expression import Expression, Home


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Something that an expression reads: a field, the rows of a table (``field`` None), or a parameter.

    ``visit`` is None for the form itself, or for the same visit of another form; else a visit's name,
    ``previous``, ``this`` or ``all``. ``table`` is None for a parameter, whose name is in ``field``.
    """

    table: str | None
    field: str | None
    visit: str | None = None


def references(expression: Expression, study: Study, home: Home) -> tuple[Target, ...]:
    """Everything that an expression reads, each once, in order; parameters last."""
    resolved = resolve(expression, study, home)
    parameters = (Target(table=None, field=name) for name in resolved.parameters)
    return tuple(dict.fromkeys((*targets(resolved.core), *parameters)))


def targets(node: core.Core) -> Iterator[Target]:
    """What a resolved expression reads."""
    for one in walk(node):
        if isinstance(one, core.Read):
            yield Target(table=one.table, field=one.field.name)
        elif isinstance(one, core.Remote):
            yield Target(table=one.form, field=one.field.name, visit=one.visit)
        elif isinstance(one, core.Fold):
            yield Target(table=one.source.table, field=None, visit=one.source.visit)


def walk(node: core.Core) -> Iterator[core.Core]:
    """A node and everything below it, in reading order."""
    yield node
    for child in children(node):
        yield from walk(child)


def children(node: core.Core) -> tuple[core.Core, ...]:
    if isinstance(node, core.Apply):
        return node.arguments
    if isinstance(node, core.Missing):
        return (node.cell,)
    if isinstance(node, core.Fold):
        return tuple(one for one in (node.body, node.where) if one is not None)
    return ()
