"""What people do with captured data, and which role may do what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final

from forms_spec.findings.places import TextPlace


class Permission(Enum):
    """Something that a role may do with captured data. The values are the words of the
    dictionary.
    """

    SEE = "see"
    ENTER = "enter"
    COMPLETE = "complete"
    RANDOMIZE = "randomize"
    QUERY = "query"
    VERIFY = "verify"
    ADJUDICATE = "adjudicate"
    LOCK = "lock"
    SIGN = "sign"
    EXPORT = "export"


class AlertKind(Enum):
    """Why somebody has to act at once. The values are the words of the dictionary."""

    SERIOUS_EVENT = "serious event"
    ALERT_VALUE = "alert value"
    BROKEN_SIGNATURE = "broken signature"


OF_WHOLE_FORMS: Final = frozenset(
    {
        Permission.COMPLETE,
        Permission.RANDOMIZE,
        Permission.ADJUDICATE,
        Permission.LOCK,
        Permission.SIGN,
        Permission.EXPORT,
    }
)
"""What is done with a form as a whole, never with a question of it."""

Permissions = frozenset[Permission]


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyRole:
    """A role of a study. ``task`` says in words what its people do.

    ``may`` is what they may do wherever ``exceptions`` says nothing else; those are
    keyed by place, as ``ip``, ``ip.dosing`` or ``ip.kit``: a form or a repeating group,
    a group of a form, a field. The finest place counts. ``place`` is where the text has
    the role, ``places`` where it has each exception. ``alerts`` go to its people by
    mail.
    """

    name: str
    may: Permissions
    task: str = ""
    exceptions: Mapping[str, Permissions] = field(default_factory=dict)
    alerts: frozenset[AlertKind] = frozenset()
    place: TextPlace | None = None
    places: Mapping[str, TextPlace] = field(default_factory=dict)


_SEE, _ENTER, _COMPLETE = Permission.SEE, Permission.ENTER, Permission.COMPLETE
_QUERY, _VERIFY, _LOCK = Permission.QUERY, Permission.VERIFY, Permission.LOCK
_SIGN, _EXPORT = Permission.SIGN, Permission.EXPORT
_ADJUDICATE, _RANDOMIZE = Permission.ADJUDICATE, Permission.RANDOMIZE


def _usual(
    name: str, task: str, *may: Permission, alerts: Iterable[AlertKind] = ()
) -> StudyRole:
    return StudyRole(name=name, task=task, may=frozenset(may), alerts=frozenset(alerts))


USUAL_ROLES: Final[Mapping[str, StudyRole]] = MappingProxyType(
    {
        role.name: role
        for role in (
            _usual(
                "coordinator",
                "enters and corrects forms",
                *(_SEE, _ENTER, _COMPLETE, _RANDOMIZE, _QUERY),
            ),
            _usual(
                "investigator",
                "enters and signs forms",
                *(_SEE, _ENTER, _COMPLETE, _RANDOMIZE, _QUERY, _SIGN),
                alerts=AlertKind,
            ),
            _usual(
                "monitor",
                "reads and verifies forms and their history",
                *(_SEE, _QUERY, _VERIFY),
            ),
            _usual(
                "data manager",
                "validates, locks and exports data",
                *(_SEE, _QUERY, _VERIFY, _ADJUDICATE, _LOCK, _EXPORT),
            ),
        )
    }
)
"""The roles of a study whose dictionary names none."""

RESERVED_ROLES: Final[Mapping[str, str]] = MappingProxyType(
    {"designer": "writes the dictionary", "admin": "manages accounts"}
)
"""Roles that every study has beside its own. They see no data of subjects."""
