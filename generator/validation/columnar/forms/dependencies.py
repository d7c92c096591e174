"""What the expressions of a study read, and in which order cells can be worked out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from forms_spec.evaluation.form_plan import rules_of
from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.facets import Range
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules.semantics import resolved as core
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.reads import children
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.types import Type, type_of

Place = tuple[str, bool, str]
"""A table, whether it is a group's, and a field."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A form's own fields, or a repeating group: one relation, one line for each form
    or row.
    """

    form: Form
    group: Group | None
    study: Study

    @property
    def name(self) -> str:
        return self.group.name if self.group else self.form.name

    def place(self, field: Field) -> Place:
        """A field of the relation."""
        return self.name, self.group is not None, field.name

    @property
    def home(self) -> Home:
        return Home(form=self.form, group=self.group)

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The collected fields, in the order of the page."""
        if self.group:
            return tuple(field for field in self.group.fields if field.collected)
        groups = (group for group in self.form.groups if group.rows is None)
        return tuple(
            field for group in groups for field in group.fields if field.collected
        )

    def named(self, name: str) -> Field:
        """The field of that name."""
        return next(field for field in self.fields if field.name == name)

    @cached_property
    def rules(self) -> tuple[EditCheck, ...]:
        """The edit checks that are at home here."""
        return tuple(
            rule
            for rule, home in rules_of(self.study, self.form)
            if (home.group.name if home.group else None)
            == (self.group.name if self.group else None)
        )

    @cached_property
    def has_file(self) -> bool:
        """False for a form that has no fields of its own and so no table in a package."""
        table = self.study.tables.get(self.name)
        return table is not None and (table.group is not None) == (
            self.group is not None
        )


def shapes(study: Study) -> tuple[Shape, ...]:
    """Every relation of a study, forms before their rows."""
    return tuple(
        Shape(form=form, group=group, study=study)
        for form in study.forms.values()
        for group in (None, *form.row_groups)
    )


def group_of(shape: Shape, field: Field) -> Group:
    """The group of the page in which a field stands."""
    return shape.group or next(
        group for group in shape.form.groups if group.name == field.group
    )


def resolved(
    expression: Expression, study: Study, home: Home, expects: Type
) -> core.Core:
    """The meaning of an expression; UNKNOWN for one with findings, as in Python."""
    entry = resolve(expression, study, home, expects)
    return core.Constant(type=expects, value=None) if entry.findings else entry.core


def conditions(shape: Shape, field: Field) -> tuple[core.Core, ...]:
    """What must hold for the field to be shown: its group's condition and its own."""
    group = group_of(shape, field)
    text = ((group.show_when, Home(form=shape.form)), (field.show_when, shape.home))

    return tuple(
        resolved(item, shape.study, home, Type.CONDITION)
        for item, home in text
        if item is not None
    )


def companion_of(field: Field) -> str | None:
    """The field in which the unit of a number is chosen."""
    return field.unit.companion if field.unit is not None else None


def required_condition(shape: Shape, field: Field) -> tuple[core.Core, ...]:
    """What decides whether a field has to be answered, where that is not always the
    same.
    """
    if isinstance(field.required, bool):
        return ()
    return (resolved(field.required, shape.study, shape.home, Type.CONDITION),)


def formula(shape: Shape, field: Field) -> core.Core | None:
    if field.value is None:
        return None
    return resolved(field.value, shape.study, shape.home, type_of(field))


def limits(
    shape: Shape, field: Field
) -> Iterator[tuple[str, str | None, Range, core.Core | None, core.Core | None]]:
    """Each range of a field: its word, its unit, and both ends."""
    for word, data in field.limits:
        for unit, item in data.items():
            low, high = (
                None
                if end is None
                else resolved(end, shape.study, shape.home, type_of(field))
                for end in (item.low, item.high)
            )
            yield word, unit, item, low, high


def nodes(node: core.Core) -> Iterator[core.Core]:
    """A node and everything below it."""
    stack = [node]
    while stack:
        index = stack.pop()
        yield index
        stack += children(index)


def is_certain(node: core.Core | None) -> bool:
    """True for an end of a range that is never UNKNOWN, as the judge has it: a value,
    or today.
    """
    if isinstance(node, core.Apply) and node.operator == "point":
        node = node.arguments[0]
    today = isinstance(node, core.Apply) and node.operator == "today"
    return node is None or today or isinstance(node, core.Constant)
