"""Which side of a query each role is on, and the life of a query for this package.

The life itself is one table in ``forms_spec.model.query_life``, because packages are
validated by it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from forms_spec.model.query_life import (
    LIFE,
    WAITING_STATES,
    QueryAction,
    QueryParty,
    QueryState,
    StepRefused,
    allowed_actions,
    next_state,
)
from webapp.storage.users import Role

__all__ = [
    "LIFE",
    "PARTIES",
    "WAITING_STATES",
    "QueryAction",
    "QueryParty",
    "QueryState",
    "StepRefused",
    "allowed_actions",
    "next_state",
]

PARTIES: Final[Mapping[Role, QueryParty]] = MappingProxyType(
    {
        Role.COORDINATOR: QueryParty.SITE,
        Role.INVESTIGATOR: QueryParty.SITE,
        Role.MONITOR: QueryParty.REVIEWER,
        Role.DATA_MANAGER: QueryParty.REVIEWER,
    }
)
"""On which side a role stands; the others have no part in queries."""
