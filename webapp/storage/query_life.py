"""The life of a query for this package.

The life itself is one table in ``forms_spec.model.query_life``, because packages are
validated by it too.
"""

from __future__ import annotations

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

__all__ = [
    "LIFE",
    "WAITING_STATES",
    "QueryAction",
    "QueryParty",
    "QueryState",
    "StepRefused",
    "allowed_actions",
    "next_state",
]
