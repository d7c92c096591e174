"""What the expressions of a study read, and in which order cells can be worked out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from forms_spec.evaluation.form_plan import lacking_row, rules_of
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
class TableShape:
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
        groups = (self.group,) if self.group else self.form.groups
        fields: list[Field] = []

        for group in groups:
            # A form's repeating groups are relations of their own.
            if self.group or group.rows is None:
                fields += filter(_is_collected, group.fields)

        return tuple(fields)

    def named(self, name: str) -> Field:
        """The field of that name, which has to be there."""
        return {field.name: field for field in self.fields}[name]

    @cached_property
    def rules(self) -> tuple[EditCheck, ...]:
        """The edit checks that are at home here."""
        rules = rules_of(self.study, self.form)
        return tuple(rule for rule, home in rules if _same_group(home, self.home))

    @cached_property
    def has_file(self) -> bool:
        """False for a form that has no fields of its own and so no table in a package."""
        table = self.study.tables.get(self.name)
        if table is None:
            return False

        # A group may be called like a form that has no table.
        return (table.group is None) == (self.group is None)


def _is_collected(field: Field) -> bool:
    return field.collected


def _same_group(home: Home, other: Home) -> bool:
    if home.group is None or other.group is None:
        return home.group is other.group

    # Rules and shapes each have groups of their own, so names are compared.
    return home.group.name == other.group.name


def shapes(study: Study) -> tuple[TableShape, ...]:
    """Every relation of a study, forms before their rows."""
    every: list[TableShape] = []
    for form in study.forms.values():
        for group in (None, *form.row_groups):
            every.append(TableShape(form=form, group=group, study=study))

    return tuple(every)


def group_of(shape: TableShape, field: Field) -> Group:
    """The group of the page in which a field stands."""
    if shape.group:
        return shape.group

    return {group.name: group for group in shape.form.groups}[field.group]


def resolved(
    expression: Expression, study: Study, home: Home, expects: Type
) -> core.Core:
    """The meaning of an expression; UNKNOWN for one with findings, as in Python."""
    meaning = resolve(expression, study, home, expects)
    if meaning.findings:
        return core.Constant(type=expects, value=None)

    return meaning.core


def conditions(shape: TableShape, field: Field) -> tuple[core.Core, ...]:
    """What must hold for the field to be shown: its group's condition and its own."""
    nodes = []
    group = group_of(shape, field)
    # A group's condition is the form's, and looks at no row of the group.
    if group.show_when is not None:
        home = Home(form=shape.form)
        nodes.append(resolved(group.show_when, shape.study, home, Type.CONDITION))
    if field.show_when is not None:
        nodes.append(resolved(field.show_when, shape.study, shape.home, Type.CONDITION))

    return tuple(nodes)


def lacking(shape: TableShape, group: Group) -> core.Core:
    """The first row that is to be carried to a group of a form and is not there."""
    expression = lacking_row(group, shape.study)
    assert expression is not None
    return resolved(expression, shape.study, Home(form=shape.form), Type.NUMBER)


def companion_of(field: Field) -> str | None:
    """The field in which the unit of a number is chosen."""
    return field.unit.companion if field.unit is not None else None


def required_condition(shape: TableShape, field: Field) -> tuple[core.Core, ...]:
    """What decides whether a field has to be answered, where that is not always the
    same.
    """
    if isinstance(field.required, bool):
        return ()

    return (resolved(field.required, shape.study, shape.home, Type.CONDITION),)


def formula(shape: TableShape, field: Field) -> core.Core | None:
    """The meaning of a calculated field's formula; None for other fields."""
    if field.value is None:
        return None

    return resolved(field.value, shape.study, shape.home, type_of(field))


def limits(
    shape: TableShape, field: Field
) -> Iterator[tuple[str, str | None, Range, core.Core | None, core.Core | None]]:
    """Each range of a field: its word, its unit, and both ends."""

    def meaning(end: Expression | None) -> core.Core | None:
        if end is None:
            return None
        return resolved(end, shape.study, shape.home, type_of(field))

    for word, by_unit in field.limits:
        for unit, bounds in by_unit.items():
            yield word, unit, bounds, meaning(bounds.low), meaning(bounds.high)


def nodes(node: core.Core) -> Iterator[core.Core]:
    """A node and everything below it."""
    stack = [node]
    while stack:
        below = stack.pop()
        yield below
        stack += children(below)


def is_certain(node: core.Core | None) -> bool:
    """True for an end of a range that is never UNKNOWN, as the judge has it: a value,
    or today.
    """
    if node is None or isinstance(node, core.Constant):
        return True
    if not isinstance(node, core.Apply):
        return False

    # An exact number, where intervals are compared.
    if node.operator == "point":
        return is_certain(node.arguments[0])

    return node.operator == "today"
