"""What a sum over no rows is: 0 where none are expected, UNKNOWN where they are and
have not come yet.

Rows of a group are expected where somebody said that there is something to list: the
group is shown by a condition, and that is TRUE; or it has a least number of rows, or
fixed ones. Nothing is known of the rows of a form that nobody has begun.
"""

from __future__ import annotations

from dataclasses import replace

from forms_spec.model.fields import Group
from forms_spec.rules.semantics.name_lookup import THIS, LookupFrame
from forms_spec.rules.semantics.resolve_context import ResolveContext
from forms_spec.rules.semantics.resolved import Constant, Core, Fold, RowSource
from forms_spec.rules.semantics.types import Type


def unless_expected(context: ResolveContext, total: Fold) -> Core:
    """The sum, UNKNOWN where rows are expected of which there is none."""
    come = _come(context, total)
    if come is None:
        return total

    unknown = Constant(type=total.type, value=None)
    return context.apply(total.type, "case", come, total, unknown)


def _come(context: ResolveContext, total: Fold) -> Core | None:
    """The condition under which the rows are all that can be expected; None where none
    ever are.
    """
    source = total.source
    group = context.study.tables[source.table].group if source.group else None
    if group is not None and source.visit == THIS:
        return _in_form(context, group, source, context.names.frames[source.depth])

    # Rows of other forms: first a form has to be there at all.
    instances = replace(source, table=source.form, group=False)
    begun = _some(instances, total.depth, None)
    if group is None:
        return begun

    # Then no form may lack its rows: "not any(form where not complete)".
    own = RowSource(
        table=source.table,
        form=source.form,
        group=True,
        visit=THIS,
        depth=total.depth,
    )
    frame = LookupFrame(
        form=context.study.forms[source.form],
        group=None,
        own=False,
        selector=source.visit,
    )
    complete = _in_form(context, group, own, frame)
    if complete is None:
        return begun

    lacking = _some(instances, total.depth, context.negated(complete))
    return context.apply(Type.CONDITION, "and", begun, context.negated(lacking))


def _in_form(
    context: ResolveContext, group: Group, source: RowSource, holder: LookupFrame
) -> Core | None:
    """``any(rows) or not shown``, as seen from the form at the source's frame."""
    assert group.rows is not None
    shown = _shown(context, group, source.depth, holder)
    if shown is None and not group.rows.minimum and not group.rows.fixed:
        return None

    there = _some(source, source.depth + 1, None)
    if shown is None:
        return there

    return context.apply(Type.CONDITION, "or", there, context.negated(shown))


def _shown(
    context: ResolveContext, group: Group, depth: int, holder: LookupFrame
) -> Core | None:
    """The group's own condition.

    What is wrong with it is said where it is written, not here.
    """
    if group.show_when is None:
        return None

    before, faults = context.names.frames, len(context.findings)
    # The condition is about the form, so that it sees no row.
    context.names.frames = [*before[:depth], replace(holder, group=None)]
    with context.standing_in(group.show_when, {}, f"rows of {group.name}"):
        core = context.core(group.show_when.tree)

    context.names.frames = before
    del context.findings[faults:]

    if core.type is not Type.CONDITION:
        return None

    return core


def _some(source: RowSource, depth: int, where: Core | None) -> Core:
    return Fold(
        type=Type.CONDITION,
        operator="any",
        source=source,
        depth=depth,
        where=where,
        body=None,
    )
