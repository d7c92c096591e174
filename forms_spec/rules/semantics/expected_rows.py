"""What an aggregate over no rows is: UNKNOWN where the rows have not come yet.

Nothing is known of a form that the schedule expects and nobody has begun.

A sum is stricter, since 0 would be an answer. Rows of a group are expected where
somebody said that there is something to list: the group is shown by a condition, and
that is TRUE; or it has a least number of rows, or fixed ones. And nothing is known of
the rows of a form that nobody has begun, expected or not.
"""

from __future__ import annotations

from dataclasses import replace

from forms_spec.model.fields import Group
from forms_spec.rules.semantics.begun_forms import instances_of, some_row
from forms_spec.rules.semantics.expected_forms import NO, YES, expected_form
from forms_spec.rules.semantics.name_lookup import ALL, PREVIOUS, THIS, LookupFrame
from forms_spec.rules.semantics.resolve_context import ResolveContext
from forms_spec.rules.semantics.resolved import Apply, Constant, Core, Fold, RowSource
from forms_spec.rules.semantics.types import Type


def unless_to_begin(context: ResolveContext, rows: Fold) -> Core:
    """``any``, ``every`` or ``count``, UNKNOWN where its form is still to begin."""
    source = rows.source
    # The form at hand has been begun, and the previous one is one that has.
    if source.visit in (THIS, PREVIOUS) or _is_at_hand(context, source):
        return rows

    expected = expected_form(context, source.form, source.visit)
    if expected == NO:
        return rows

    instances = _instances(context, source)
    come: Core = some_row(instances, rows.depth, None)
    if expected != YES:
        unexpected = context.negated(expected)
        come = context.apply(Type.CONDITION, "or", come, unexpected)

    unknown = Constant(type=rows.type, value=None)
    return context.apply(rows.type, "case", come, rows, unknown)


def _instances(context: ResolveContext, source: RowSource) -> RowSource:
    """The forms that hold the rows."""
    form = context.study.forms[source.form]
    return instances_of(form, source.visit, source.depth)


def begun_rows(core: Core) -> Core:
    """The aggregate itself, of one that is UNKNOWN where its form is still to begin."""
    match core:
        case Apply(
            operator="case", arguments=(_, Fold() as rows, Constant(value=None))
        ):
            return rows

    return core


def _is_at_hand(context: ResolveContext, source: RowSource) -> bool:
    """A frame stands on an instance of the form, and all of them are looked at."""
    if source.visit != ALL:
        return False

    return any(frame.form.name == source.form for frame in context.names.frames)


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
    instances = _instances(context, source)
    begun = some_row(instances, total.depth, None)
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

    lacking = some_row(instances, total.depth, context.negated(complete))
    return context.apply(Type.CONDITION, "and", begun, context.negated(lacking))


def _in_form(
    context: ResolveContext, group: Group, source: RowSource, holder: LookupFrame
) -> Core | None:
    """``any(rows) or not shown``, as seen from the form at the source's frame."""
    assert group.rows is not None
    shown = _shown(context, group, source.depth, holder)
    may_be_without_rows = not group.rows.minimum and not group.laid_down
    if shown is None and may_be_without_rows:
        return None

    there = some_row(source, source.depth + 1, None)
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
