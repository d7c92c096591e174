"""Roles: who may do what, and where."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.finding_collector import Notes, SourceNode
from forms_spec.loading.schema_fields import (
    MappingSchema,
    NamedMapping,
    ScalarField,
    TextField,
)
from forms_spec.loading.schema_problems import fail
from forms_spec.model.roles import (
    RESERVED_ROLES,
    AlertKind,
    Permission,
    Permissions,
    StudyRole,
)

NAME = re.compile(r"[a-z][a-z0-9]*(?:[ -][a-z0-9]+)*")
LONGEST_NAME = 30
WORDS = tuple(permission.value for permission in Permission)
ALERTS = tuple(kind.value for kind in AlertKind)


class PermissionList(ScalarField):
    """A list of permissions; an empty one allows nothing."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Permissions:
        return frozenset(map(Permission, _known_words(value, WORDS)))


class AlertList(ScalarField):
    """A list of kinds of alerts."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> frozenset[AlertKind]:
        return frozenset(map(AlertKind, _known_words(value, ALERTS)))


def _known_words(value: Any, words: Sequence[str]) -> list[str]:
    if not isinstance(value, list):
        fail("not-a-list")

    for word in value:
        if word not in words:
            near = did_you_mean(str(word), words)
            fail("not-one-of", words=", ".join(words), near=near)

    return value


class RoleSchema(MappingSchema):
    """A role."""

    task = TextField(load_default="")
    may = PermissionList(required=True)
    places = NamedMapping(PermissionList(), load_default=dict)
    alerts = AlertList(load_default=frozenset())


class RolesFileSchema(MappingSchema):
    """A file whose top key is ``roles``."""

    roles = NamedMapping(RoleSchema, required=True)


def build_roles(spot: SourceNode, notes: Notes) -> Mapping[str, StudyRole]:
    """The roles by name; those whose name cannot be one are left out."""
    loaded = notes.load(RolesFileSchema(), spot.data, spot).get("roles") or {}
    roles: dict[str, StudyRole] = {}

    for name, data in loaded.items():
        role = spot.at("roles", name)
        if name in RESERVED_ROLES:
            notes.say("role-reserved", role.key, name=name)
            continue

        if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
            notes.say("role-name", role.key, name=name)
            continue

        exceptions = data.get("places", {})
        roles[name] = StudyRole(
            name=name,
            task=data.get("task", ""),
            may=data.get("may", frozenset()),
            alerts=data.get("alerts", frozenset()),
            exceptions=MappingProxyType(exceptions),
            place=role.key,
            places=MappingProxyType(
                {where: role.at("places", where).key for where in exceptions}
            ),
        )

    return MappingProxyType(roles)
