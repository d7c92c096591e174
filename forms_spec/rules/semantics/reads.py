"""What an expression reads, for cycles, links and the fields that a finding hangs on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules.semantics import resolved as core
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.name_lookup import THIS
from forms_spec.rules.semantics.resolver import resolve


@dataclass(frozen=True, kw_only=True, slots=True)
class Dependency:
    """Something that an expression reads: a field, the rows of a table (``field``
    None), or a parameter.

    ``visit`` is None for the form itself (its rows too), or for the same visit of
    another form; else a visit's name, ``previous`` or ``all``. ``table`` is None for a
    parameter, whose name is in ``field``. ``entered``: it is read whether the field is
    shown or hidden.
    """

    table: str | None
    field: str | None
    visit: str | None = None
    entered: bool = False


def references(
    expression: Expression, study: Study, home: Home
) -> tuple[Dependency, ...]:
    """Everything that an expression reads, each once; parameters last."""
    resolved = resolve(expression, study, home)
    parameters = (Dependency(table=None, field=name) for name in resolved.parameters)
    return tuple(dict.fromkeys((*targets(resolved.core), *parameters)))


def targets(
    node: core.Core, visits: tuple[str | None, ...] = (None,)
) -> Iterator[Dependency]:
    """What a resolved expression reads.

    ``visits`` says where the rows of each frame come from.
    """
    if isinstance(node, core.Read):
        yield Dependency(
            table=node.table,
            field=node.field.name,
            visit=visits[node.depth],
            entered=node.entered,
        )
    elif isinstance(node, core.Remote):
        yield Dependency(
            table=node.form,
            field=node.field.name,
            visit=node.visit,
            entered=node.entered,
        )
    elif isinstance(node, core.Fold):
        source = node.source
        visit = visits[source.depth] if source.visit == THIS else source.visit
        yield Dependency(table=source.table, field=None, visit=visit)
        visits = (*visits[: node.depth], visit)

    for child in children(node):
        yield from targets(child, visits)


def children(node: core.Core) -> tuple[core.Core, ...]:
    """The nodes right below a node."""
    if isinstance(node, core.Apply):
        return node.arguments
    if isinstance(node, core.Missing):
        return (node.cell,)

    # An aggregate need have neither a value nor a condition.
    if isinstance(node, core.Fold):
        return tuple(filter(None, (node.body, node.where)))

    return ()
