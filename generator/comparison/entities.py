"""What a study has: each thing under its name, with what it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from forms_spec.findings.places import TextPlace
from forms_spec.model.criteria import Eligibility
from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.fields import Form, Group
from forms_spec.model.study import Study
from generator.comparison.change import Scope


class EntityKey(NamedTuple):
    """What a thing is, and its name: ``field``, ``vs.sysbp``."""

    what: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Entity:
    """A thing of a study. ``scope`` is the captured data that it is about; None: no
    answers by themselves. ``parent`` came and went with it. ``steps`` are the keys that
    lead to it from ``place``, where the model does not know its line.
    """

    key: EntityKey
    value: Any
    place: TextPlace | None
    scope: Scope | None = None
    parent: EntityKey | None = None
    steps: tuple[str, ...] = ()


def entities(study: Study) -> dict[EntityKey, Entity]:
    """Every thing of a study; what belongs to another comes after it."""
    return {entity.key: entity for entity in _entities(study)}


def _entities(study: Study) -> Iterator[Entity]:
    yield _entity("study", "", study, Scope())

    for form in study.forms.values():
        yield from _of_form(form)

    for what, attribute, scope_of in NAMED:
        for name, value in getattr(study, attribute).items():
            yield Entity(
                key=EntityKey(what, name),
                value=value,
                # The usual roles are in no file.
                place=getattr(value, "place", None) or study.place,
                scope=scope_of(value),
                steps=(attribute, name),
            )

    for item in study.schedule:
        scope = Scope(form=item.form, visit=item.visit)
        name = f"{item.form} at {item.visit}"
        yield _entity("schedule", name, item, scope)

    for status in study.statuses:
        scope = Scope(form=status.form)
        yield _entity("status", status.status.value, status, scope)

    if study.eligibility is not None:
        yield from _of_eligibility(study.eligibility)


def _of_eligibility(eligibility: Eligibility) -> Iterator[Entity]:
    scope = Scope(form=eligibility.form)
    parent = _entity("eligibility", "", eligibility, scope)
    yield parent

    for criterion in eligibility.criteria:
        yield _entity("criterion", criterion.field.name, criterion, scope, parent)


def _everything(_value: Any) -> Scope:
    """Rules and what they use may be about any answer."""
    return Scope()


def _of_rule(rule: EditCheck) -> Scope:
    table, field = rule.on[0]
    return Scope(table=table, field=field)


NAMED: tuple[tuple[str, str, Callable[[Any], Scope | None]], ...] = (
    ("visit", "visits", lambda visit: Scope(visit=visit.name)),
    ("missing code", "missing", lambda code: Scope(code=code.code)),
    ("parameter", "parameters", _everything),
    ("derivation", "derivations", _everything),
    ("rule", "rules", _of_rule),
    ("role", "roles", lambda _role: None),
    ("table", "lookup_tables", _everything),
)
"""What a study has by name: the word for it, the attribute, and what it is about."""


def _of_form(form: Form) -> Iterator[Entity]:
    parent = _entity("form", form.name, form, Scope(form=form.name))
    yield parent
    for group in form.groups:
        yield from _of_group(form, group, parent)


def _of_group(form: Form, group: Group, form_entity: Entity) -> Iterator[Entity]:
    scope = Scope(form=form.name, table=group.table)
    parent = _entity("group", f"{form.name}.{group.name}", group, scope, form_entity)
    yield parent

    # The answers of a section without rows are the form's: it may go and they stay.
    owner = parent if group.rows else form_entity

    for field in group.fields:
        place = Scope(form=form.name, table=group.table, field=field.name)
        yield _entity("field", f"{group.table}.{field.name}", field, place, owner)


def _entity(
    what: str, name: str, value: Any, scope: Scope | None, parent: Entity | None = None
) -> Entity:
    return Entity(
        key=EntityKey(what, name),
        value=value,
        place=value.place,
        scope=scope,
        parent=parent.key if parent else None,
    )
