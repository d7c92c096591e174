"""Conditions that need the value of a field where that field is hidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from forms_spec.checks.conditions import place_of
from forms_spec.checks.expressions import CONDITIONS
from forms_spec.checks.reasoning.conditions import Conditions, cell_key
from forms_spec.checks.reasoning.facts import both
from forms_spec.checks.reasoning.shown import ShownFields
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import ExpressionPart
from forms_spec.model.fields import Field
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules.semantics.name_lookup import references_in
from forms_spec.rules.semantics.resolved import Read
from forms_spec.rules.semantics.resolver import Resolved


def hidden_findings(
    part: ExpressionPart,
    resolved: Resolved,
    conditions: Conditions,
    shown: ShownFields,
) -> Iterator[Finding]:
    """What a condition says that can be true by itself, and yet never is."""
    # Of a rule both conditions count together.
    if part.what not in CONDITIONS - {"assert", "when"}:
        return

    true, _ = conditions.results(resolved.core, (part.form,))
    # What is never true is a finding of its own.
    if true is None:
        return

    _, source = shown.with_sources(true)
    if source is not None:
        yield _source_hidden(part, resolved, source, conditions, shown)
        return

    field = part.field
    if field is None:
        return

    if part.what == "required":
        yield from _required(part, field, resolved, conditions, shown)
    elif part.what == "show_when":
        is_against_group = both(true, shown.own(field)) is None
        if is_against_group:
            yield _against_group(part, field, shown)


def _required(
    part: ExpressionPart,
    field: Field,
    resolved: Resolved,
    conditions: Conditions,
    shown: ShownFields,
) -> Iterator[Finding]:
    """Whether a field is required only where it is not asked."""
    own = shown.own(field)
    true = conditions.results(resolved.core, (part.form,))[0]
    # A field that is never shown has a finding of its own.
    if own is None:
        return

    together, _ = shown.with_sources(both(own, true))
    if together is None:
        tree = part.written.expression.tree
        found = finding(
            "required-where-hidden",
            text=place_of(tree),
            value=part.written.expression.text,
            name=field.name,
        )
        yield part.written.located(found)


def _against_group(part: ExpressionPart, field: Field, shown: ShownFields) -> Finding:
    group = shown.group_of(field)
    condition = group.show_when if group is not None else None
    found = finding(
        "shown-against-group",
        text=place_of(part.written.expression.tree),
        value=part.written.expression.text,
        name=field.name,
        group=field.group,
        condition=condition.text if condition is not None else "",
    )
    return part.written.located(found)


def _source_hidden(
    part: ExpressionPart,
    resolved: Resolved,
    source: str,
    conditions: Conditions,
    shown: ShownFields,
) -> Finding:
    """A condition that needs a field which is hidden where the condition could hold."""
    field = conditions.cells[source].field
    node = _reading(part, resolved, source)
    code = "source-never-shown" if shown.own(field) is None else "source-hidden"
    group = shown.group_of(field)
    written = [
        condition.text
        for condition in (group.show_when if group else None, field.show_when)
        if condition is not None
    ]
    found = finding(
        code,
        text=place_of(node),
        value=part.written.expression.text,
        name=field.name,
        condition=" and ".join(written),
    )
    return part.written.located(found)


def _reading(part: ExpressionPart, resolved: Resolved, source: str) -> syntax_tree.Node:
    """Where an expression reads a cell; all of it where a derivation does."""
    tree = part.written.expression.tree
    for reference in references_in(tree):
        core = resolved.notes.get((reference.start, reference.end))
        if not isinstance(core, Read):
            continue
        # ``entered`` is written around the name.
        if source in (cell_key(core), cell_key(replace(core, entered=True))):
            return reference

    return tree
