"""Whether the schedule expects a form of a subject, as a part of a rule.

A form is expected where the schedule has an X at a visit, or a C whose condition is not
FALSE. It is not where the schedule has an o, nor at a visit that need not take place,
nor if it is a log form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.model.visit_lookup import nearest_visit
from forms_spec.model.visits import Expectation, Scheduled, VisitType
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.name_lookup import ALL, PREVIOUS, THIS
from forms_spec.rules.semantics.resolve_context import ResolveContext
from forms_spec.rules.semantics.resolved import (
    Apply,
    Constant,
    Core,
    Fold,
    Key,
    Missing,
    Read,
    Remote,
)
from forms_spec.rules.semantics.types import Type

YES = Constant(type=Type.CONDITION, value=True)
NO = Constant(type=Type.CONDITION, value=False)
PERHAPS = Constant(type=Type.CONDITION, value=None)

_EXPECTED: StudyCache[tuple[str, str], Core] = StudyCache()


def expected_form(context: ResolveContext, form: str, visit: str) -> Core:
    """Whether an instance of a form is expected: a constant, or a condition that sees
    the rule's form as frame 0. UNKNOWN where nothing can be said.

    ``visit`` is a visit's name, or ``all``.
    """
    study, key = context.study, (form, visit)
    return _EXPECTED.get(study, key, lambda: _expected(context, form, visit))


def _expected(context: ResolveContext, form: str, visit: str) -> Core:
    study = context.study
    places = [
        scheduled
        for scheduled in study.schedule
        if scheduled.form == form and visit in (ALL, scheduled.visit)
    ]
    asked = [scheduled for scheduled in places if _is_asked(study, scheduled)]
    if not asked:
        return NO

    conditions = [scheduled.when for scheduled in asked]
    if None in conditions:
        return YES

    # The conditions of several visits are often one.
    parts: list[Core] = []
    for condition in map(partial(_condition, context), asked):
        if condition not in parts:
            parts.append(condition)

    if len(parts) == 1:
        return parts[0]

    return Apply(type=Type.CONDITION, operator="or", arguments=tuple(parts))


def _is_asked(study: Study, scheduled: Scheduled) -> bool:
    """A visit that is unscheduled, or ends the study early, need not take place."""
    if scheduled.expectation is Expectation.OPTIONAL:
        return False

    return study.visits[scheduled.visit].type is VisitType.SCHEDULED


def _condition(context: ResolveContext, scheduled: Scheduled) -> Core:
    """The condition of a form at a visit, seen from a form at any other place."""
    condition = scheduled.when
    assert condition is not None
    study, form = context.study, context.study.forms[scheduled.form]
    # Rows of other forms have conditions of their own, which could lead back to here.
    if _RowSearch(study).hangs_on_rows(condition, form):
        return PERHAPS

    meaning = context.condition_at(Home(form=form), condition)
    if meaning is None:
        return PERHAPS

    return _Mover(study, scheduled.visit).node(meaning)


class _RowSearch:
    """Whether a condition of the schedule hangs on rows, wherever it reads them.

    It goes by the text, since the meaning of an aggregate is what is being worked out.
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        self.seen: set[tuple[str, str]] = set()

    def hangs_on_rows(self, condition: Expression, form: Form) -> bool:
        """``form`` is the one whose fields have bare names."""
        tree = condition.tree
        if any(syntax_tree.nodes_of(tree, syntax_tree.Aggregate)):
            return True

        calls = syntax_tree.nodes_of(tree, syntax_tree.Call)
        references = syntax_tree.nodes_of(tree, syntax_tree.Reference)
        if any(self._name(None, node.function, form) for node in calls):
            return True

        return any(
            self._name(node.table, node.field or "", form) for node in references
        )

    def _name(self, table: str | None, name: str, form: Form) -> bool:
        """A derivation, or a field: what its own expressions hang on."""
        if table not in (None, THIS):
            form = self.study.forms.get(table or "", form)

        key = (form.name, name)
        if key in self.seen:
            return False

        self.seen.add(key)
        behind = list(_expressions_of(form, name))
        derivation = self.study.derivations.get(name)
        if table is None and derivation is not None:
            behind.append(derivation.expression)

        return any(self.hangs_on_rows(expression, form) for expression in behind)


def _expressions_of(form: Form, name: str) -> Iterator[Expression]:
    """What decides the value of a form's own field, and whether it is shown."""
    for group in form.groups:
        for field in group.fields:
            if field.name == name:
                parts = (field.value, field.show_when, group.show_when)
                yield from filter(None, parts)


class _Mover:
    """Rewrites a condition that looks from a form nobody began, at one visit, so that a
    rule of any other form can read it.
    """

    def __init__(self, study: Study, visit: str) -> None:
        self.study = study
        self.visit = visit

    def node(self, node: Core) -> Core:
        match node:
            case Remote():
                return self.cell(node)
            case Read():
                # The form itself is blank as long as nobody began it.
                return Constant(type=node.type, value=None)
            case Missing(cell=Remote() as remote):
                moved = self.cell(remote)
                return replace(node, cell=moved) if isinstance(moved, Remote) else NO
            case Missing():
                return NO
            case Key():
                return self.key(node)
            case Fold():
                # Only begun(...), which looks from no visit unless it says so.
                return PERHAPS if node.source.visit == PREVIOUS else node
            case Apply():
                return replace(node, arguments=tuple(map(self.node, node.arguments)))

        return node

    def cell(self, node: Remote) -> Core:
        if node.visit == PREVIOUS:
            return Constant(type=node.type, value=None)
        if node.visit is not None or self.study.forms[node.form].log:
            return node

        there = nearest_visit(self.study, node.form, self.visit)
        return replace(node, visit=there)

    def key(self, node: Key) -> Core:
        if node.name == "visitid":
            return Constant(type=node.type, value=self.visit)
        if node.name in ("subjid", "siteid"):
            return node

        value = 0 if node.name == "unsno" else None
        return Constant(type=node.type, value=value)
