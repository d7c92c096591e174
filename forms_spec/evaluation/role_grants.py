"""What a role may do with each field and each form of a study, and what a field's own
expressions read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.roles import Permission, Permissions, StudyRole
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.model.text_templates import Slot, Wording
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules import Home, references


class AnswerColumn(NamedTuple):
    """A field where its answers stand: the form or the repeating group, and its name."""

    table: str
    field: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacedField:
    """A field with the form and the group that ask it. ``owner`` is the field that it
    comes with, as a unit or a part; itself otherwise.
    """

    form: Form
    group: Group
    field: Field
    owner: str

    @property
    def column(self) -> AnswerColumn:
        return AnswerColumn(self.group.table, self.field.name)


def asked_fields(study: Study) -> Iterator[PlacedField]:
    """Every field of a study, notes too, in the order of the forms."""
    for form in study.forms.values():
        yield from placed_fields(form)


def placed_fields(form: Form) -> Iterator[PlacedField]:
    """Every field of a form, in the order of the page."""
    for group in form.groups:
        # Who sees a number sees its unit.
        owners = {item.unit_field: item.name for item in group.fields}

        for item in group.fields:
            owner = owners.get(item.name, item.name)
            # The parts of a field go with the field that they are made of.
            if item.part_of:
                owner = item.part_of

            yield PlacedField(form=form, group=group, field=item, owner=owner)


@dataclass(frozen=True, kw_only=True)
class SeenColumns:
    """The columns of a dictionary, and those of them that a role sees."""

    known: frozenset[AnswerColumn]
    seen: frozenset[AnswerColumn]

    @cached_property
    def hidden(self) -> frozenset[AnswerColumn]:
        return self.known - self.seen

    @cached_property
    def _tables(self) -> frozenset[str]:
        return frozenset(column.table for column in self.seen)

    def first_unseen(
        self, reads: Iterable[tuple[str, str | None]]
    ) -> tuple[str, ...] | None:
        """The first of some columns that is not seen. Of a table whose rows are counted
        something has to be.
        """
        for table, name in reads:
            if name is None:
                if table not in self._tables:
                    return (table,)

                continue

            column = AnswerColumn(table, name)
            # What is no column, such as a derivation, has no reader of its own.
            if column in self.known and column not in self.seen:
                return table, name

        return None


@dataclass(frozen=True, kw_only=True)
class RoleGrants:
    """What a role may do in a study. A field that comes with another, as the unit that
    is chosen for it, follows that one.
    """

    study: Study
    role: StudyRole

    @cached_property
    def by_column(self) -> Mapping[AnswerColumn, Permissions]:
        return MappingProxyType(
            {asked.column: self._of(asked) for asked in asked_fields(self.study)}
        )

    @cached_property
    def by_form(self) -> Mapping[str, Permissions]:
        """What may be done with each form as a whole, by its name."""
        role = self.role
        return MappingProxyType(
            {name: role.exceptions.get(name, role.may) for name in self.study.forms}
        )

    @cached_property
    def seen(self) -> frozenset[AnswerColumn]:
        return self._with(Permission.SEE)

    @cached_property
    def entered(self) -> frozenset[AnswerColumn]:
        return self._with(Permission.ENTER)

    @cached_property
    def columns(self) -> SeenColumns:
        return SeenColumns(known=frozenset(self.by_column), seen=self.seen)

    @cached_property
    def is_whole(self) -> bool:
        """Whether the role sees everything."""
        return len(self.seen) == len(self.by_column)

    def unseen_of(self, form: Form) -> tuple[AnswerColumn, ...]:
        """The fields of a form that the role does not see."""
        columns = (placed.column for placed in placed_fields(form))
        unseen = [column for column in columns if column not in self.seen]

        return tuple(unseen)

    def first_unseen(
        self, reads: Iterable[tuple[str, str | None]]
    ) -> tuple[str, ...] | None:
        """The first of some columns that the role does not see."""
        return self.columns.first_unseen(reads)

    def _with(self, permission: Permission) -> frozenset[AnswerColumn]:
        columns = self.by_column.items()
        return frozenset(column for column, may in columns if permission in may)

    def _of(self, asked: PlacedField) -> Permissions:
        """The finest place that the role names counts."""
        form, group, exceptions = asked.form.name, asked.group, self.role.exceptions
        places = [f"{form}.{asked.owner}", f"{group.table}.{asked.owner}"]
        places.append(f"{form}.{group.name}")
        if group.rows:
            places.append(group.name)

        places.append(form)
        for place in places:
            if place in exceptions:
                return exceptions[place]

        return self.role.may


_GRANTS: StudyCache[str, RoleGrants] = StudyCache()


def grants_of(study: Study, role: StudyRole) -> RoleGrants:
    """What a role of the study may do, worked out once."""
    return _GRANTS.get(study, role.name, lambda: RoleGrants(study=study, role=role))


def known_places(study: Study) -> Iterator[str]:
    """Every place that a role can name."""
    for form in study.forms.values():
        yield form.name
        for group in form.groups:
            yield f"{form.name}.{group.name}"
            # The rows of a group are a table of their own.
            if group.rows:
                yield group.name

            for item in group.fields:
                yield f"{form.name}.{item.name}"
                yield f"{group.table}.{item.name}"


def columns_read(
    study: Study, expression: Expression, home: Home
) -> Iterator[tuple[str, str | None]]:
    """The columns that an expression reads: table and field; the field is None where it
    counts the rows of a table.
    """
    for dependency in references(expression, study, home):
        if dependency.table is not None:
            yield dependency.table, dependency.field


def reads_of_field(
    study: Study, asked: PlacedField
) -> Iterator[tuple[str, str | None]]:
    """What decides whether and how a field is asked, and its value where it has a
    formula.
    """
    home = Home.in_group(asked.form, asked.group)
    for expression in _expressions(asked.field, asked.group):
        yield from columns_read(study, expression, home)

    # Who sees a row of a fixed group sees which one it is.
    for name in asked.group.fixed:
        yield asked.group.table, name

    # Who sees carried rows sees which ones there are in the other form.
    if asked.group.carried is not None:
        yield asked.group.carried.table, None

    # Who sees a form sees that its condition was true.
    for scheduled in study.schedule:
        if scheduled.form == asked.form.name and scheduled.when is not None:
            yield from columns_read(study, scheduled.when, Home(form=asked.form))


def reads_of_check(study: Study, check: EditCheck) -> Iterator[tuple[str, str | None]]:
    """What a rule reads, and the fields that its finding is about."""
    yield from check.on
    table = study.tables[check.on[0][0]]
    home = Home(form=table.form, group=table.group)
    for expression in check.expressions:
        yield from columns_read(study, expression, home)


def _expressions(item: Field, group: Group) -> Iterator[Expression]:
    candidates: list[object] = [
        item.show_when,
        group.show_when,
        item.required,
        item.value,
        *_ends(item),
        *item.offered_when.values(),
    ]
    # ``required`` may be plainly true or false, and most of the others are not given.
    for candidate in candidates:
        if isinstance(candidate, Expression):
            yield candidate

    for wording in (*item.wordings.values(), *group.wordings.values()):
        yield from _slots(wording)


def _ends(item: Field) -> Iterator[Expression | None]:
    """Both ends of all that a value is held against."""
    for _, limits in item.limits:
        for ends in limits.values():
            yield ends.low
            yield ends.high


def _slots(wording: Wording) -> Iterator[Expression]:
    return (part.expression for part in wording if isinstance(part, Slot))
