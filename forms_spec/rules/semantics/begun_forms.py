"""``begun(form)``: whether the subject has a form at all. Never UNKNOWN."""

from __future__ import annotations

from forms_spec.findings.suggestions import did_you_mean
from forms_spec.model.fields import Form
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules.semantics.functions import Function
from forms_spec.rules.semantics.name_lookup import ALL, KEYS, PREVIOUS, THIS, NameFault
from forms_spec.rules.semantics.resolve_context import ResolveContext
from forms_spec.rules.semantics.resolved import Core, Fold, Key, RowSource
from forms_spec.rules.semantics.types import Type


def begun(context: ResolveContext, node: syntax_tree.Call, _function: Function) -> Core:
    """``begun(rp)``, ``begun(pt[SCR])``, ``begun(pt[this])`` for the visit itself."""
    name, selector = _named(node.arguments[0])
    form = context.study.forms.get(name or "")
    if form is None:
        near = did_you_mean(name or "", context.study.forms)
        written = context.source_text(node.arguments[0])
        return context.fault("rule-needs-form", node, name=written, near=near)

    names = context.names
    visit = selector or ALL
    if form.log and visit != ALL:
        raise NameFault("rule-log-has-no-visit", form=form.name)

    if visit not in (ALL, THIS, PREVIOUS):
        names.check_scheduled(form, visit)

    depth, here = len(names.frames), names.visit_depth()
    where = _at_the_same_visit(context, depth, here) if visit == THIS else None
    # The instance of this visit is looked for among all of them.
    if visit == THIS:
        visit = ALL

    return some_row(instances_of(form, visit, here), depth, where)


def instances_of(form: Form, visit: str, depth: int) -> RowSource:
    """The instances of a form, seen from the frame at ``depth``."""
    # A form without own fields has no table but those of its rows.
    has_own = form.fields or not form.row_groups
    table = form.name if has_own else form.row_groups[0].name
    return RowSource(table=table, form=form.name, group=False, visit=visit, depth=depth)


def some_row(source: RowSource, depth: int, where: Core | None) -> Fold:
    """Whether there is a row, or an instance of a form, for which the condition holds."""
    return Fold(
        type=Type.CONDITION,
        operator="any",
        source=source,
        depth=depth,
        where=where,
        body=None,
    )


def _named(node: syntax_tree.Node) -> tuple[str | None, str | None]:
    """The form that is written, and what stands in brackets behind it."""
    if not isinstance(node, syntax_tree.Reference):
        return None, None

    names = [name for name in (node.table, node.field) if name is not None]
    if len(names) != 1:
        return None, None

    return names[0], node.selector


def _at_the_same_visit(context: ResolveContext, depth: int, here: int) -> Core:
    """The instance at ``depth`` is of the visit of the form at ``here``."""
    same = [
        context.apply(
            Type.CONDITION,
            "eq",
            Key(type=KEYS[name], depth=depth, name=name),
            Key(type=KEYS[name], depth=here, name=name),
        )
        for name in ("visitid", "unsno")
    ]
    return context.apply(Type.CONDITION, "and", *same)
